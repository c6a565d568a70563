"""A customer that was guessed from a name heard wrong: one word in reply puts it right, and the team's ear remembers."""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.outgoing import Card
from bot.domain.activity import Activity
from bot.domain.customer import Customer
from bot.records.aliases import learn
from bot.records.keep import told
from bot.records.settle import named, only_a_name, settle
from bot.records.show import close, shown
from prompts import cards


def recustomer(ctx: Context, record: Activity, text: str) -> Card | None:
    """The record under the customer that a bare name says; None when the text is more than that or nothing was guessed."""
    if "customer" not in record.guesses or not _heard(ctx, record) or not only_a_name(ctx, text):
        return None
    customer = named(ctx).customer
    if customer is None:
        return None
    close(ctx, record)
    told(ctx, text, record)
    notes = remember(ctx, record, customer)
    record = replace(record, guesses=tuple(g for g in record.guesses if g != "customer"))
    return shown(ctx, settle(ctx, record, customer), notes)


def remember(ctx: Context, record: Activity, customer: Customer) -> list[str]:
    """Let the words that the record's customer was guessed from mean ``customer`` in this team; what to tell about it."""
    return [cards.learned(said, customer.name) for said in _heard(ctx, record) if learn(ctx, said, customer)]


def _heard(ctx: Context, record: Activity) -> list[str]:
    """What was heard where the record's customer stands now."""
    from bot.understanding.aliases import forms

    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if customer is None:
        return []
    names = {form.text for form in forms(customer.id, customer.name, customer.aliases)}
    mended = [pair for piece in ctx.tx.activities.pieces(record.id) for pair in piece.data.get("mended", ())]
    return [heard for heard, written in mended if written in names]
