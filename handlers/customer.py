"""New customers, with a duplicate check that does not betray a colleague's, and co-operation asked of the owner."""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Card, Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import ActivityState
from bot.domain.customer import Contact, Customer
from bot.domain.member import Member
from bot.domain.recording import union
from bot.domain.understood import Intent, NamedContact
from bot.domain.values import ActivityId, ContactId, CustomerId, MemberId, new_id
from bot.records.keep import told
from bot.records.leads import lead_for
from bot.records.settle import LONGEST_NAME, NAMED_EXACTLY, settle
from bot.records.show import close, shown
from prompts import cards, replies

router = Router("customer")
EARLIER = 50


@router.intent(Intent.NEW_CUSTOMER)
def new_customer(event: Text, ctx: Context) -> Answer:
    """``新建客户 宁波某某机床有限公司，联系人方工``."""
    told(ctx, event.text, data={"chat": ""})  # of no visit, whatever comes next
    said = ctx.meaning
    if not said.customer:
        return Reply(text=replies.WHICH_NAME)
    name = said.customer[:LONGEST_NAME]
    if said.customer_known and said.customer_id and said.confidence.get("customer", 1.0) >= NAMED_EXACTLY:
        existing = ctx.tx.customers.get(CustomerId(said.customer_id))
        if existing:
            return _existing(ctx, existing, f"customer:{event.event_id}")
    similar = [c for c in (ctx.tx.customers.get(CustomerId(n.id)) for n in said.candidates) if c]
    if similar:
        return _similar(ctx, name, similar, f"customer:{event.event_id}")
    return _create(ctx, name)


@router.tap("create_customer")
def create_tapped(event: CardTap, ctx: Context) -> Answer:
    """Create the customer that a record names, or one that only looked like a duplicate."""
    name = event.values.get("name", "").strip()[:LONGEST_NAME]
    record = ctx.tx.activities.get(ActivityId(event.values.get("record", "")))
    asker = record.member_id if record else event.values.get("by")
    if not name or asker != ctx.member.id or (record and record.state is ActivityState.UNDONE):
        return Reply(text=replies.FOREIGN_BUTTON)
    if record and record.customer_id:
        return shown(ctx, record)
    existing = ctx.tx.customers.called(name)
    if existing and (record is None or not ctx.sight.can_see(existing)):
        return _existing(ctx, existing, event.card)
    customer = existing or _customer(ctx, name)
    if record is None:
        return replace(cards.customer_created(customer, ()), key=event.card)
    close(ctx, record)
    return shown(ctx, settle(ctx, record, customer))


@router.tap("dismiss")
def dismiss(event: CardTap, ctx: Context) -> Answer:
    """Nothing is created."""
    if event.values.get("by") != ctx.member.id:
        return Reply(text=replies.FOREIGN_BUTTON)
    return cards.settled(event.card, replies.DISMISSED)


@router.tap("ask_partner")
def ask_partner(event: CardTap, ctx: Context) -> Answer:
    """Ask the owner to be let in."""
    customer = ctx.tx.customers.get(CustomerId(event.values.get("customer", "")))
    if customer is None or customer.owner_id is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if ctx.sight.can_see(customer):
        return cards.settled(event.card, f"{customer.name} 你已经可以看了")
    owner = ctx.org.name(customer.owner_id)
    request = cards.partner_request(customer, ctx.member.name, ctx.member.id, ctx.today)
    if _decision(ctx, request.key):
        return cards.settled(event.card, f"{owner}今天没有同意协作", text="明天可以再申请；要紧的话，找他或你们的主管当面说。")
    waiting = _waiting(ctx, customer, ctx.member.id)
    if not waiting and not ctx.tell(customer.owner_id, request, can_wait=True):
        return Reply(text=replies.unreachable(owner))
    if not waiting:
        ctx.audit("partner.asked", _about(customer, ctx.member.id), new={"card": request.key, "owner": customer.owner_id})
    return cards.settled(event.card, f"已向{owner}申请协作", text="同意后我告诉你。")


@router.tap("partner_yes", "partner_no")
def answer_partner(event: CardTap, ctx: Context) -> Answer:
    """The owner, or someone above, decides; once."""
    customer = ctx.tx.customers.get(CustomerId(event.values.get("customer", "")))
    asker = ctx.tx.members.get(MemberId(event.values.get("member", "")))
    if customer is None or asker is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not ctx.sight.can_decide(customer.owner_id, customer.region):
        return Reply(text=replies.not_allowed(ctx.org.name(customer.owner_id)))
    if event.card not in _asked(ctx, customer, asker.id):
        return Reply(text=replies.FOREIGN_BUTTON)
    agreed, by = _decision(ctx, event.card) or _decide(ctx, event.card, customer, asker, agreed=event.action == "partner_yes")
    return cards.settled(
        event.card, f"{by}{'已同意' if agreed else '没有同意'}{asker.name}协作 {customer.name}", "good" if agreed else "info"
    )


def _about(customer: Customer, asker: MemberId) -> str:
    return f"partner:{customer.id}:{asker}"


def _asked(ctx: Context, customer: Customer, asker: MemberId) -> list[str]:
    """The cards of every request of one person about one customer, to its present owner, oldest first."""
    notes = [e.new for e in ctx.tx.audit.of(_about(customer, asker)) if e.action == "partner.asked" and e.new]
    return [str(note["card"]) for note in notes if note["owner"] == customer.owner_id]


def _waiting(ctx: Context, customer: Customer, asker: MemberId) -> bool:
    """Whether the owner still has a request of theirs to answer."""
    return any(_decision(ctx, card) is None for card in _asked(ctx, customer, asker))


def _decision(ctx: Context, key: str) -> tuple[bool, str] | None:
    """What was decided about a request, and by whom."""
    made = next((e.new for e in ctx.tx.audit.of(key) if e.action == "partner.decided" and e.new), None)
    return (bool(made["agreed"]), str(made["by"])) if made else None


def _decide(ctx: Context, key: str, customer: Customer, asker: Member, *, agreed: bool) -> tuple[bool, str]:
    ctx.audit("partner.decided", key, new={"agreed": agreed, "by": ctx.member.name})
    theirs = [r for r in ctx.tx.activities.timeline(customer.id, limit=EARLIER) if r.member_id == asker.id and r.lead_id is None]
    if agreed:
        customer = replace(customer, partners=union(customer.partners, (asker.id,)))
        ctx.tx.customers.save(customer)
        for record in theirs:
            settle(ctx, record, customer)
    else:
        for record in theirs:  # the asker keeps their words; the customer's timeline is the owner's again
            ctx.tx.activities.save(replace(record, customer_id=None))
            ctx.audit("record.customer", record.id, old={"customer": customer.id}, new={"customer": None})
    ctx.tell(asker.id, replies.partner_answer(customer.name, ctx.member.name, agreed=agreed))
    return agreed, ctx.member.name


def _existing(ctx: Context, customer: Customer, key: str) -> Card:
    if ctx.sight.can_see(customer):
        return cards.settled(
            key, f"已经有 {customer.name} 了", text=f"负责人{ctx.org.name(customer.owner_id)}。直接说“拜访了…”就会记到它名下。"
        )
    return cards.colleagues_customer(key, customer, ctx.org.name(customer.owner_id))


def _similar(ctx: Context, name: str, similar: list[Customer], key: str) -> Card:
    visible = [c for c in similar if ctx.sight.can_see(c)]
    hidden = [ctx.org.name(c.owner_id) for c in similar if c not in visible]
    return cards.similar_customers(key, name, visible, hidden, ctx.member.id)


def _create(ctx: Context, name: str) -> Card:
    existing = ctx.tx.customers.called(name)
    if existing:
        return _existing(ctx, existing, f"customer:{existing.id}")
    customer = _customer(ctx, name)
    for place, person in enumerate(ctx.meaning.contacts or [NamedContact(cards.UNNAMED)] * bool(ctx.meaning.phone)):
        phone = ctx.meaning.phone if place == 0 else None
        contact = Contact(ContactId(new_id("k")), customer.id, person.name, person.title, person.department, person.focus, phone)
        ctx.tx.customers.add_contact(contact)
    return cards.customer_created(customer, [c.name for c in ctx.meaning.contacts], ctx.meaning.phone)


def _customer(ctx: Context, name: str) -> Customer:
    customer = Customer(CustomerId(new_id("c")), name, ctx.now, region=ctx.member.region, owner_id=ctx.member.id)
    ctx.tx.customers.save(customer)
    ctx.names.changed(customer.id)
    ctx.audit("customer.create", customer.id, new={"name": name, "owner": ctx.member.id})
    lead_for(ctx, customer, "chat")
    return customer
