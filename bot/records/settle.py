"""Which customer a record belongs to, and what follows once that is known."""

from dataclasses import dataclass, replace

from bot.chat.context import Context
from bot.domain.access import can_see
from bot.domain.activity import Activity
from bot.domain.customer import Contact, Customer
from bot.domain.values import ContactId, CustomerId, new_id
from bot.records.leads import lead_for, refresh_lead

# Below this a match is by sound or likeness; a stranger's customer is not betrayed by such a name.
NAMED_EXACTLY = 0.95


@dataclass(frozen=True, slots=True)
class Named:
    """Who a message speaks of: ``customer`` when settled, else the ``choices`` to ask about, else nobody or an unknown ``said`` name."""

    customer: Customer | None = None
    choices: tuple[Customer, ...] = ()
    said: str | None = None
    guess: bool = False


def named(ctx: Context) -> Named:
    """The customer that the sender's words name, as far as the sender may see."""
    said = ctx.meaning
    if said.customer_known and said.customer_id:
        customer = ctx.tx.customers.get(CustomerId(said.customer_id))
        sure = said.confidence.get("customer", 1.0) >= NAMED_EXACTLY
        if customer and (sure or can_see(ctx.member, customer, ctx.org)):
            return Named(customer=customer, said=said.customer, guess=not sure)
    found = [ctx.tx.customers.get(CustomerId(c.id)) for c in said.candidates]
    choices = tuple(c for c in found if c and can_see(ctx.member, c, ctx.org))
    if len(choices) == 1 and len(found) > 1:
        return Named(customer=choices[0], said=said.customer, guess=True)  # the others are colleagues' customers
    return Named(choices=choices[:3], said=said.customer)


def settle(ctx: Context, record: Activity, customer: Customer) -> Activity:
    """Put the record under a customer: contacts noted, the lead's clock moved, the promise remembered.

    A record about a colleague's customer is kept under it but moves nothing of the colleague's.
    """
    left = record.lead_id
    lead = lead_for(ctx, customer, record.kind.value) if can_see(ctx.member, customer, ctx.org) else None
    record = replace(record, customer_id=customer.id, customer_said=None, lead_id=lead.id if lead else None)
    ctx.tx.activities.save(record)
    if lead:
        _note_contacts(ctx, record, customer)
        refresh_lead(ctx, lead.id)
    if left and (lead is None or left != lead.id):
        refresh_lead(ctx, left)
    return record


def _note_contacts(ctx: Context, record: Activity, customer: Customer) -> None:
    known = {c.name for c in ctx.tx.customers.contacts(customer.id)}
    people = {c.name: c for c in ctx.meaning.contacts}
    for name in record.contacts:
        if name not in known:
            said = people.get(name)
            contact = Contact(ContactId(new_id("k")), customer.id, name, said.title if said else None, said.department if said else None)
            ctx.tx.customers.add_contact(contact)
            ctx.names.changed(customer.id)
