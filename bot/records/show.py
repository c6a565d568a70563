"""The card that answers a message: what was understood, and at most one question."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.context import Context
from bot.chat.outgoing import Card
from bot.domain.access import can_see
from bot.domain.activity import Activity, ActivityKind, Missing, PieceKind, missing
from bot.domain.customer import Customer
from bot.domain.recording import union
from bot.records.keep import keep
from bot.records.settle import Named, named, settle
from prompts import cards, words
from storage.repositories.questions import Question


def log(ctx: Context, kind: ActivityKind, text: str) -> Card:
    """Keep a text as a record, settle its customer as far as possible, and answer."""
    who = named(ctx)
    record = keep(ctx, kind, text, who.customer.id if who.customer else None)
    return file_under(ctx, record, who)


def file_under(ctx: Context, record: Activity, who: Named) -> Card:
    """Put a record under the customer that was named, or ask which one it is."""
    if who.customer is not None:
        if who.guess:
            record = replace(record, guesses=union(record.guesses, ("customer",)))
        return shown(ctx, settle(ctx, record, who.customer))
    if record.customer_id is not None and not who.said:
        customer = ctx.tx.customers.get(record.customer_id)
        return shown(ctx, settle(ctx, record, customer) if customer else record)
    record = replace(record, customer_said=who.said or record.customer_said)
    ctx.tx.activities.save(record)
    ask(ctx, record, Missing.CUSTOMER)
    if who.choices:
        return cards.choose_customer(record, who.choices, who.said or "这家")
    if record.customer_said:
        return cards.unknown_customer(record, record.customer_said)
    return cards.which_customer(record, recent_customer(ctx))


def shown(ctx: Context, record: Activity, extra: Sequence[str] = ()) -> Card:
    """The record's card; an open question of the record is asked once, an answered one is closed."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if customer is not None and not can_see(ctx.member, customer, ctx.org):
        owner = ctx.org.name(customer.owner_id)
        return cards.colleagues_customer(cards.record_key(record), customer, owner, saved="你的记录已经存好，只有你和他的主管看得到。")
    want = missing(record)
    if want is Missing.CONTACT or (want and "asked" in record.details):
        want = None  # one question a record is all that a rep has time for
    if want is not None:
        record = replace(record, details={**record.details, "asked": want.value})
        ctx.tx.activities.save(record)
        ask(ctx, record, want)
    else:
        close(ctx, record)
    return cards.record(record, customer.name if customer else None, ctx.today, ask=want, extra=[*extra, *_pieces(ctx, record)])


def ask(ctx: Context, record: Activity, what: Missing) -> None:
    """Wait for the answer in this chat."""
    ctx.tx.questions.ask(Question(ctx.chat, ctx.member.id, what.value, record.id, cards.record_key(record), ctx.now))


def close(ctx: Context, record: Activity) -> None:
    """Wait no more for an answer about this record."""
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    if question and question.subject == record.id:
        ctx.tx.questions.close(ctx.chat, ctx.member.id)


def recent_customer(ctx: Context) -> Customer | None:
    """The customer of the sender's last record in this chat, as a proposal."""
    last = ctx.tx.activities.last_of(ctx.member.id, ctx.chat, settled=True)
    customer = ctx.tx.customers.get(last.customer_id) if last and last.customer_id else None
    return customer if customer and can_see(ctx.member, customer, ctx.org) else None


def counted_pieces(ctx: Context, record: Activity) -> str:
    """``2 条文字、1 张照片``."""
    kinds = [p.kind for p in ctx.tx.activities.pieces(record.id)]
    return "、".join(f"{kinds.count(k)} 条{words.PIECE[k]}" for k in PieceKind if k in kinds) or "0 条内容"


def _pieces(ctx: Context, record: Activity) -> list[str]:
    pieces = ctx.tx.activities.pieces(record.id)
    if all(p.kind is PieceKind.TEXT for p in pieces) and len(pieces) < 2:
        return []
    unread = any(p.kind not in (PieceKind.TEXT, PieceKind.LOCATION) for p in pieces)
    return [f"这条记录里有 {counted_pieces(ctx, record)}。" + (cards.UNREAD if unread else "")]
