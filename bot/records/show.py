"""The card that answers a message: what was understood, and at most one question."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.chat.context import Context
from bot.chat.incoming import Heard, Location, Voice
from bot.chat.outgoing import Card, Outgoing, Reply
from bot.domain.activity import Activity, ActivityKind, Missing, PieceKind, missing
from bot.domain.customer import Customer
from bot.domain.recording import union
from bot.records.arrival import arrived, evidence
from bot.records.keep import keep, note, open_record, start
from bot.records.settle import Named, named, settle
from prompts import cards, replies, words
from storage.repositories.questions import Question

SEEN_THERE = (PieceKind.PHOTO, PieceKind.LOCATION)


def log(ctx: Context, kind: ActivityKind, text: str) -> Outgoing:
    """Keep a text as a record, settle its customer as far as possible, and answer."""
    who = named(ctx)
    before = open_record(ctx)
    record = keep(ctx, kind, text, who.customer)
    asked = before is not None and not isinstance(ctx.event, Heard)
    if asked and before is not None and before.id == record.id and record.customer_id is None and who == Named():
        return _joined(ctx, before, record)  # whose it is was asked already
    return joined(ctx, before, record, file_under(ctx, record, who))


def add(ctx: Context, kind: PieceKind, **content: Any) -> Outgoing:  # noqa: ANN401
    """Add what names no customer to the open record; without one it becomes a record and asks once whose it is."""
    before = open_record(ctx)
    record = before or start(ctx, ActivityKind.VISIT if kind in SEEN_THERE else ActivityKind.FOLLOW_UP)
    record = note(ctx, record, kind, **content)
    if before is None and kind is PieceKind.VOICE:
        return cards.listening(record)  # the recording will say whose it is
    if before is None or (isinstance(ctx.event, Heard) and record.customer_id is None):
        return file_under(ctx, record, Named())
    if record.customer_id is None:
        return _joined(ctx, before, record)
    return joined(ctx, before, record, shown(ctx, record))


def add_place(ctx: Context, event: Location, customer: Customer | None) -> Outgoing:
    """Add where the sender is to the open visit; at a customer who was chosen, to the open visit there."""
    before = open_record(ctx)
    if before is not None and not _takes(before, event, customer):
        before = None
    record = before or start(ctx, ActivityKind.VISIT)
    if not record.text and event.measured:
        record = replace(record, kind=ActivityKind.VISIT)  # recordings came first; now it is known that the rep is there
    record = arrived(ctx, note(ctx, record, PieceKind.LOCATION, data=evidence(event)), event)
    if customer is not None and record.customer_id is None:
        return joined(ctx, before, record, file_under(ctx, record, Named(customer=customer)))
    if before is None:
        return file_under(ctx, record, Named())
    if record.customer_id is None:
        return _joined(ctx, before, record)
    return joined(ctx, before, record, shown(ctx, record))


def _takes(record: Activity, event: Location, customer: Customer | None) -> bool:
    """Whether a place belongs to an open record: a measured arrival to a visit only, and to the visit of its customer."""
    if customer is not None and record.customer_id not in (None, customer.id):
        return False
    return not event.measured or record.kind is ActivityKind.VISIT or not record.text


def joined(ctx: Context, before: Activity | None, record: Activity, card: Card) -> Outgoing:
    """The answer to a piece: the record's card where it stands is brought up to date, and one line says what came in.

    A record that is new, or that had no customer until now, is shown as a card of its own.
    """
    if before is None or before.id != record.id or before.customer_id is None:
        return card
    ctx.replace(card)
    return _joined(ctx, before, record)


def _joined(ctx: Context, before: Activity, record: Activity) -> Reply:
    now = ctx.tx.activities.get(record.id) or record
    new = [(label, value) for label, _, value in changes(ctx, before, now)]
    return replies.joined(cards.name_of(now, visible_name(ctx, now)), new, counted_pieces(ctx, now), _notes(ctx, now))


def visible_name(ctx: Context, record: Activity) -> str | None:
    """The full name of the record's customer, if the sender may see that."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    return customer.name if customer and ctx.sight.can_see(customer) else None


def _notes(ctx: Context, record: Activity) -> list[str]:
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    asked = question is not None and question.subject == record.id and question.asked_at == ctx.now
    listening = [] if ctx.tx.readings.waiting("speech", 1) else [cards.LISTENING]  # while others wait, nobody can listen
    notes = listening if isinstance(ctx.event, Voice) else heard_notes(ctx.event) if isinstance(ctx.event, Heard) else []
    asks = [cards.ASK[what] for what in Missing if question and asked and question.kind == what.value]
    return [*notes, *asks]


def changes(ctx: Context, before: Activity, after: Activity) -> list[tuple[str, str, str]]:
    """Label, old and new text of every fact that differs, as far as the sender may see."""

    def facts(record: Activity) -> dict[str, str]:
        return {f.label: f.value for f in cards.record_facts(record, visible_name(ctx, record), ctx.today) if f.label != "原话"}

    old, new = facts(before), facts(after)
    return [(label, old.get(label, ""), new.get(label, "")) for label in union(old, new) if old.get(label) != new.get(label)]


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
        return cards.unknown_customer(record, record.customer_said, [ctx.org.name(owner) for owner in who.hidden])
    return cards.which_customer(record, recent_customer(ctx))


def shown(ctx: Context, record: Activity, extra: Sequence[str] = ()) -> Card:
    """The record's card; an open question of the record is asked once, an answered one is closed."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if customer is not None and not ctx.sight.can_see(customer):
        owner = ctx.org.name(customer.owner_id)
        return cards.colleagues_customer(cards.record_key(record), customer, owner, saved=cards.SAVED_ANYWAY)
    want = missing(record)
    if want is Missing.CONTACT or (want and ("asked" in record.details or _elsewhere(ctx, record))):
        want = None  # one question a record is all that a rep has time for
    if want is not None:
        record = replace(record, details={**record.details, "asked": want.value})
        ctx.tx.activities.save(record)
        ask(ctx, record, want)
    elif isinstance(ctx.event, Heard) and ctx.event.mended and "customer" in record.guesses and not _elsewhere(ctx, record):
        ctx.tx.questions.ask(Question(ctx.chat, ctx.member.id, "mended", record.id, cards.record_key(record), ctx.now))
    else:
        close(ctx, record)
    return cards.record(record, customer.name if customer else None, ctx.today, ask=want, extra=[*extra, *_pieces(ctx, record)])


def redrawn(ctx: Context, record: Activity) -> Card | None:
    """The record's card as it stands now, with the question that is still open about it and no other; None where it may not be seen."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    open_still = question is not None and question.subject == record.id
    if customer is None:
        return cards.which_customer(record, recent_customer(ctx)) if open_still and not record.customer_said else None
    if not ctx.sight.can_see(customer):
        return None
    want = next((what for what in Missing if question and open_still and question.kind == what.value), None)
    return cards.record(record, customer.name, ctx.today, ask=want, extra=_pieces(ctx, record))


def ask(ctx: Context, record: Activity, what: Missing) -> None:
    """Wait for the answer in this chat; what is heard late does not push aside the question about what was told since."""
    if _elsewhere(ctx, record):
        return
    ctx.tx.questions.ask(Question(ctx.chat, ctx.member.id, what.value, record.id, cards.record_key(record), ctx.now))


def _elsewhere(ctx: Context, record: Activity) -> bool:
    """Whether the rep has gone on to another record while this one was being listened to."""
    if not isinstance(ctx.event, Heard):
        return False
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    return question is not None and question.subject != record.id


def close(ctx: Context, record: Activity) -> None:
    """Wait no more for an answer about this record."""
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    if question and question.subject == record.id:
        ctx.tx.questions.close(ctx.chat, ctx.member.id)


def recent_customer(ctx: Context) -> Customer | None:
    """The customer of the sender's last record in this chat, as a proposal."""
    last = ctx.tx.activities.last_of(ctx.member.id, ctx.chat, settled=True)
    customer = ctx.tx.customers.get(last.customer_id) if last and last.customer_id else None
    return customer if customer and ctx.sight.can_see(customer) else None


def counted_pieces(ctx: Context, record: Activity) -> str:
    """``2 条文字、1 张照片``."""
    kinds = [p.kind for p in ctx.tx.activities.pieces(record.id)]
    return "、".join(f"{kinds.count(k)} {words.MEASURE[k]}{words.PIECE[k]}" for k in PieceKind if k in kinds) or "没有内容"


def _pieces(ctx: Context, record: Activity) -> list[str]:
    pieces = ctx.tx.activities.pieces(record.id)
    if all(p.kind is PieceKind.TEXT for p in pieces) and len(pieces) < 2:
        return []
    said = [cards.heard(p.text) for p in pieces if p.kind is PieceKind.VOICE and p.text]
    notes = heard_notes(ctx.event)[1:] if isinstance(ctx.event, Heard) else []
    return [f"这条记录里有 {counted_pieces(ctx, record)}。", *said, *notes]


def heard_notes(event: Heard) -> list[str]:
    """What was heard, which names in it were mended, and whether something was not clear."""
    mended = [cards.mended(heard, written) for heard, written in event.mended]
    return [cards.heard(event.text), *mended, *([cards.unclear(event.unclear)] if event.unclear else [])]
