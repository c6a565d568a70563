"""A few invented people and customers for tests of the machinery."""

from datetime import datetime

from bot.chat.incoming import Sender, Text
from bot.domain.customer import Customer, Lead
from bot.domain.member import Member, Role
from bot.domain.values import CustomerId, LeadId, MemberId
from config.sections import Retention
from prompts import privacy
from storage.repositories.consents import Consent
from storage.transaction import Transaction
from tests.house import PLATFORM

REPS = ("li.si", "wang.fang", "zhao.min", "sun.hao", "qian.yu", "he.jun")
ADMIN = "xu.jing"
FIRMS = (
    "绍兴恒力机械有限公司",
    "宁波海锐自动化有限公司",
    "杭州云澜电子有限公司",
    "温州百川泵业有限公司",
    "嘉兴同舟纺织有限公司",
    "台州金桥阀门有限公司",
)


def move_in(tx: Transaction, now: datetime) -> None:
    """Six reps with a customer each, and an admin."""
    for number, (user, firm) in enumerate(zip(REPS, FIRMS, strict=True)):
        rep = Member(MemberId(f"m_{user}"), user, (Role.REP.value,))
        _join(tx, user, rep)
        agree(tx, rep.id, at=now)
        customer = Customer(id=CustomerId(f"c_{number}"), name=firm, created_at=now, owner_id=rep.id)
        tx.customers.save(customer)
        tx.leads.save(Lead(id=LeadId(f"l_{number}"), customer_id=customer.id, owner_id=rep.id, created_at=now, last_action_at=now))
    _join(tx, ADMIN, Member(MemberId(f"m_{ADMIN}"), "许静", (Role.ADMIN.value,)))
    agree(tx, MemberId(f"m_{ADMIN}"), at=now)


def text(words: str, event_id: str, at: datetime, *, user: str = "li.si", chat: str | None = None) -> Text:
    """A message as its platform would deliver it."""
    return Text(platform=PLATFORM, event_id=event_id, chat=chat or f"p:{user}", sender=Sender(user, user), received_at=at, text=words)


def _join(tx: Transaction, user: str, member: Member) -> None:
    tx.members.save(member)
    tx.members.identify(PLATFORM, user, member.id, f"p:{user}")


def agree(tx: Transaction, *members: MemberId, at: datetime) -> None:
    """Let members have consented to the privacy notice as it is by default."""
    for member in members:
        tx.consents.add(Consent(member, privacy.version(Retention()), agreed=True, at=at))
