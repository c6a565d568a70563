"""A small invented company for stories: two regions, five customers, and names that are easily mixed up."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.chat.outgoing import Card, plain
from bot.domain.activity import Activity
from bot.domain.customer import Contact, Customer, Lead
from bot.domain.jobs import Timer
from bot.domain.member import Group, Member, Role
from bot.domain.values import ContactId, CustomerId, GroupId, LeadId, MemberId
from bot.domain.worktime import at
from storage.repositories.audit import AuditEntry
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.house import PLATFORM, House
from tests.staff import agree

FOUNDED = WEDNESDAY - timedelta(days=90)
EAST, SOUTH = "华东", "华南"
PEOPLE = (
    # user, name, role, boss, region, product line
    ("zheng", "郑海", Role.MANAGER, None, None, None),
    ("xu", "许静", Role.ADMIN, None, None, None),
    ("chen", "陈立", Role.MANAGER, "zheng", EAST, None),
    ("li", "李思", Role.REP, "chen", EAST, "伺服"),
    ("wang", "王磊", Role.REP, "chen", EAST, "传感"),
    ("huang", "黄强", Role.MANAGER, "zheng", SOUTH, None),
    ("lin", "林晓", Role.REP, "huang", SOUTH, "伺服"),
)
CUSTOMERS = (
    # id, name, aliases, owner, region, contacts
    ("hengli", "绍兴恒力机械有限公司", ("恒力机械", "恒力"), "li", EAST, ("张工", "李总")),
    ("dianzi", "苏州恒力电子有限公司", ("恒力电子", "恒力"), "li", EAST, ("陈经理",)),
    ("lantuo", "宁波澜拓精密机床有限公司", ("澜拓", "澜拓机床"), "li", EAST, ("方工",)),
    ("ruilang", "台州锐朗自动化设备有限公司", ("锐朗", "锐朗自动化"), "wang", EAST, ("孙工",)),
    ("mingchuan", "佛山铭川塑胶有限公司", ("铭川", "铭川塑胶"), "lin", SOUTH, ("梁经理",)),
)
GROUPS = (("east", "华东群", EAST), ("south", "华南群", SOUTH))


def found(tx: Transaction) -> None:
    """Write the company into an empty database: people, groups and customers, no leads yet."""
    for user, name, role, boss, region, line in PEOPLE:
        tx.members.save(Member(member(user), name, (role.value,), member(boss) if boss else None, region, line))
        tx.members.identify(PLATFORM, user, member(user), f"p:{user}")
        agree(tx, member(user), at=FOUNDED)
    for chat, name, region in GROUPS:
        tx.members.save_group(Group(GroupId(chat), name, PLATFORM, f"g:{chat}", "digest", region))
    for key, name, aliases, owner, region, people in CUSTOMERS:
        tx.customers.save(Customer(customer(key), name, FOUNDED, aliases, region=region, owner_id=member(owner)))
        for n, person in enumerate(people):
            tx.customers.add_contact(Contact(ContactId(f"k_{key}{n}"), customer(key), person))


def member(user: str) -> MemberId:
    """The id of a colleague."""
    return MemberId(f"m_{user}")


def customer(key: str) -> CustomerId:
    """The id of a customer."""
    return CustomerId(f"c_{key}")


def lead_id(key: str) -> LeadId:
    """The id of a lead that :func:`plant` wrote."""
    return LeadId(f"l_{key}")


async def plant(house: House, key: str, days_idle: float, **more: object) -> Lead:
    """A lead of a known customer that nobody has moved for so many wall days; ``more`` are fields of the lead."""
    owner = next(owner for name, _, _, owner, _, _ in CUSTOMERS if name == key)
    line = next(line for user, _, _, _, _, line in PEOPLE if user == owner)
    moved = house.clock.now() - timedelta(days=days_idle)
    lead = Lead(lead_id(key), customer(key), member(owner), FOUNDED, moved, product_line=line, source="展会")
    fields = {name: getattr(lead, name) for name in Lead.__slots__} | more
    lead = Lead(**fields)
    await house.store.write(lambda tx: tx.leads.save(lead))
    return lead


async def timeline(house: House, key: str) -> list[Activity]:
    """The kept records of a customer, newest first."""
    return await house.store.read(lambda r: r.activities.timeline(customer(key), limit=50))


async def the_record(house: House, key: str) -> Activity:
    """The only kept record of a customer."""
    found = await timeline(house, key)
    assert len(found) == 1, [r.text for r in found]
    return found[0]


async def last_record(house: House, user: str, chat: str | None = None) -> Activity:
    """The newest kept record that somebody told in a chat."""
    found = await house.store.read(lambda r: r.activities.last_of(member(user), chat or f"p:{user}"))
    assert found is not None
    return found


async def pieces(house: House, record: Activity) -> list[str]:
    """The kinds of a record's pieces, sorted."""
    return sorted(p.kind.value for p in await house.store.read(lambda r: r.activities.pieces(record.id)))


async def the_lead(house: House, key: str) -> Lead:
    """A customer's lead that moved last."""
    found = await house.store.read(lambda r: r.leads.newest_of(customer(key)))
    assert found is not None
    return found


async def the_customer(house: House, key: str) -> Customer:
    found = await house.store.read(lambda r: r.customers.get(customer(key)))
    assert found is not None
    return found


async def reminders(house: House) -> list[Timer]:
    """The open reminders, the first one first."""
    found = await house.store.read(lambda r: r.timers.due(at(date(2999, 1, 1), time(0))))
    return [t for t in found if t.kind == "promise"]


async def audit(house: House, subject: str, action: str) -> list[AuditEntry]:
    """What the audit log says was done to something."""
    return [e for e in await house.store.read(lambda r: r.audit.of(subject)) if e.action == action]


def newest(house: House, chat: str) -> str:
    """The last message on a screen, as text."""
    return house.screens.of(chat)[-1].text


def cards_in(house: House, chat: str) -> Sequence[Card]:
    """Every card as it stands on a screen, oldest first."""
    return [s.message for s in house.screens.of(chat) if isinstance(s.message, Card)]


def facts(card: Card) -> dict[str, str]:
    """Label → value."""
    return {f.label: f.value for f in card.facts}


def labels(card: Card) -> list[str]:
    """The buttons of a card."""
    return [b.label for b in card.buttons]


def texts(messages: Sequence[object]) -> str:
    """All messages as one text."""
    return "\n".join(plain(m) for m in messages)  # type: ignore[arg-type]


def day(month: int, number: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of 2026 in Shanghai."""
    return at(date(2026, month, number), time(hour, minute))
