"""Which customer a record belongs to, and what follows once that is known."""

from dataclasses import dataclass, replace

from bot.chat.context import Context
from bot.chat.incoming import Heard, Text
from bot.domain.activity import Activity
from bot.domain.customer import Contact, Customer
from bot.domain.understood import Span, Understood
from bot.domain.values import ContactId, CustomerId, MemberId, new_id
from bot.records.arrival import judged
from bot.records.keep import may_be, open_record
from bot.records.leads import lead_for, refresh_lead
from bot.records.places import placed

# Below this a match is by sound or likeness; a stranger's customer is not betrayed by such a name.
NAMED_EXACTLY = 0.95
LONGEST_NAME = 60
MOST_CHOICES = 3
FILLERS = "是就那的这家客户公司，。,.！! "


@dataclass(frozen=True, slots=True)
class Named:
    """Who a message speaks of: ``customer`` when settled, else the ``choices`` to ask about, else nobody or an unknown ``said`` name.

    ``hidden`` are the owners of customers that sound alike and are not the sender's to see.
    """

    customer: Customer | None = None
    choices: tuple[Customer, ...] = ()
    said: str | None = None
    guess: bool = False
    hidden: tuple[MemberId, ...] = ()


def named(ctx: Context) -> Named:
    """The customer that the sender's words name, as far as the sender may see."""
    who = _named(ctx)
    record = open_record(ctx) if isinstance(ctx.event, Heard) else None
    return _heard_in(record, who) if record and record.text else who


def _heard_in(record: Activity, who: Named) -> Named:
    """A recording belongs to what it was sent with: only a name that was heard exactly takes its words elsewhere."""
    if who.customer is not None and (not who.guess or may_be(record, who.customer)):
        return who
    if record.customer_id is not None:
        return Named()
    if record.customer_said is None:
        return who
    choices = who.choices or ((who.customer,) if who.customer else ())
    return replace(who, customer=None, choices=choices, said=record.customer_said, guess=False) if choices else Named()


def _named(ctx: Context) -> Named:
    said, spoken_of = ctx.meaning, _spoken_of(ctx)
    # A guess among candidates gives way to the one just spoken of.
    if said.customer_known and said.customer_id and spoken_of not in [c.id for c in said.candidates]:
        customer = ctx.tx.customers.get(CustomerId(said.customer_id))
        sure = said.confidence.get("customer", 1.0) >= NAMED_EXACTLY
        if customer and (sure or ctx.sight.can_see(customer)):
            return Named(customer=customer, said=said.customer, guess=not sure)
    found = [c for c in map(ctx.tx.customers.get, _ids(said)) if c]
    choices = tuple(c for c in found if ctx.sight.can_see(c))
    hidden = tuple(c.owner_id for c in found if c not in choices and c.owner_id)
    if any(c.id == spoken_of for c in choices):
        return Named(customer=next(c for c in choices if c.id == spoken_of), said=_name(ctx), guess=True)
    if len(choices) == 1 and len(found) > 1:
        return Named(customer=choices[0], said=_name(ctx), guess=True)  # the others are colleagues' customers
    return Named(choices=choices[:MOST_CHOICES], said=_name(ctx), hidden=hidden)


def _spoken_of(ctx: Context) -> CustomerId | None:
    """The customer of the record that is still open: a short name most likely means the same one again."""
    heard = isinstance(ctx.event, Heard)
    last = open_record(ctx) if heard else ctx.tx.activities.last_of(ctx.member.id, ctx.chat, since=ctx.now - ctx.rules.visit.join_within)
    return last.customer_id if last else None


def only_a_name(ctx: Context, text: str) -> bool:
    """Whether a text is hardly more than a customer's name, whatever it was taken for."""
    spans = _spans(ctx)
    rest = "".join(c for at, c in enumerate(text) if not any(start <= at < end for start, end in spans))
    return bool(spans) and not rest.strip(FILLERS)


def _ids(said: Understood) -> list[CustomerId]:
    known = [said.customer_id] if said.customer_id else []
    return [CustomerId(i) for i in [c.id for c in said.candidates] or known]


def _name(ctx: Context) -> str | None:
    """The name as it was said: a likeness to a colleague's customer does not lend that customer's name."""
    said, spans = ctx.meaning, _spans(ctx)
    if not said.customer_known or not isinstance(ctx.event, Text | Heard):
        return said.customer and said.customer[:LONGEST_NAME]
    name = ctx.event.text[slice(*spans[0])][:LONGEST_NAME] if spans else None
    return None if name in {c.name for c in said.contacts} else name


def _spans(ctx: Context) -> list[Span]:
    return [span for span in ctx.meaning.spans.get("customer", []) if isinstance(span, tuple)]


def settle(ctx: Context, record: Activity, customer: Customer) -> Activity:
    """Put the record under a customer: contacts noted, the lead's clock moved, the promise remembered.

    A record about a colleague's customer is kept under it but moves nothing of the colleague's.
    """
    left = record.lead_id
    lead = lead_for(ctx, customer, record.kind.value) if ctx.sight.can_see(customer) else None
    record = replace(record, customer_id=customer.id, customer_said=None, lead_id=lead.id if lead else None)
    record = placed(ctx, judged(ctx, record, customer))
    ctx.tx.activities.save(record)
    if lead:
        _note_contacts(ctx, record, customer)
        refresh_lead(ctx, lead.id)
    if left and (lead is None or left != lead.id):
        refresh_lead(ctx, left)
    return record


def _note_contacts(ctx: Context, record: Activity, customer: Customer) -> None:
    known = {c.name: c for c in ctx.tx.customers.contacts(customer.id)}
    phone = ctx.meaning.phone if len(record.contacts) == 1 else None  # of several people nobody knows whose it is
    people = {c.name: c for c in ctx.meaning.contacts}
    for name in record.contacts:
        if name not in known:
            said = people.get(name)
            title, department = (said.title, said.department) if said else (None, None)
            ctx.tx.customers.add_contact(Contact(ContactId(new_id("k")), customer.id, name, title, department, phone=phone))
            ctx.names.changed(customer.id)
        elif phone and not known[name].phone:
            ctx.tx.customers.add_contact(replace(known[name], phone=phone))
