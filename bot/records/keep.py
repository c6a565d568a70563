"""A message becomes a record, or a piece of one.

Within 30 minutes (rule ``visit.join_within``) what a rep sends in one chat joins the open record, unless it names another customer,
another channel, or is a thing of its own (a quote, a payment). Nothing is dropped: every message is kept whole as a piece.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.context import Context
from bot.chat.incoming import Event, Heard
from bot.domain.activity import Activity, ActivityKind, ActivityState, Piece, PieceKind
from bot.domain.customer import Customer
from bot.domain.recording import join
from bot.domain.understood import Understood
from bot.domain.values import ActivityId, MediaId, new_id

A_MOMENT = timedelta(microseconds=1)
TALK = (ActivityKind.VISIT, ActivityKind.FOLLOW_UP)


def said_at(ctx: Context) -> datetime:
    """When the message reached us; later than that it may be worked on, but only this counts."""
    return ctx.event.received_at if ctx.event else ctx.now


def open_record(ctx: Context) -> Activity | None:
    """The record that the sender's next piece would join; for what was heard in a recording, the one that the recording is a piece of."""
    if isinstance(ctx.event, Heard):
        return recorded(ctx, ctx.event)
    return ctx.tx.activities.last_of(ctx.member.id, ctx.chat, since=said_at(ctx) - ctx.rules.visit.join_within)


def keep(ctx: Context, kind: ActivityKind, text: str, customer: Customer | None) -> Activity:
    """Keep a text as a record of ``kind``, joined to the open one where it belongs there. The customer is settled by the caller."""
    said = ctx.meaning
    current = open_record(ctx)
    if current is None or not (_stays(ctx, current, customer) or _joins(current, kind, said, customer)):
        current = start(ctx, kind)
    elif not current.text:
        current = replace(current, kind=kind)  # photos or a recording came first; now the words say what it was
    record = join(current, said, text, said_at(ctx))
    ctx.tx.activities.save(record)
    told(ctx, text, record)
    return record


def spoken_of(ctx: Context) -> Activity | None:
    """The record that the sender has told last; for what was heard, the recording's own, whatever was told since."""
    return open_record(ctx) if isinstance(ctx.event, Heard) else ctx.tx.activities.last_of(ctx.member.id, ctx.chat)


def recorded(ctx: Context, event: Heard) -> Activity | None:
    """The kept record that a recording belongs to; None when it was taken back."""
    item = ctx.tx.activities.piece_of(MediaId(event.media))
    record = ctx.tx.activities.get(item.activity_id) if item and item.activity_id else None
    return record if record and record.state is ActivityState.KEPT else None


def told(ctx: Context, text: str, record: Activity | None = None, data: Mapping[str, Any] | None = None) -> None:
    """Keep words whole: as a piece, or in the recording that they were heard in."""
    heard = ctx.event if isinstance(ctx.event, Heard) else None
    item = ctx.tx.activities.piece_of(MediaId(heard.media)) if heard else None
    if heard is None or item is None:
        ctx.tx.activities.add_piece(piece(ctx, PieceKind.TEXT, text=text, data=data, activity=record))
    else:
        mended = {"mended": [list(pair) for pair in heard.mended]} if heard.mended else {}
        ctx.tx.activities.reword(item, text, record.id if record else item.activity_id, mended)


def start(ctx: Context, kind: ActivityKind) -> Activity:
    """A new, empty record of the sender's; what was said just before and fitted nothing becomes part of it."""
    last = ctx.tx.activities.last_of(ctx.member.id, ctx.chat)
    now = max(said_at(ctx), last.last_piece_at + A_MOMENT) if last else said_at(ctx)  # records of one instant keep their order
    record = Activity(id=ActivityId(new_id("a")), kind=kind, member_id=ctx.member.id, chat=ctx.chat, received_at=now, last_piece_at=now)
    ctx.tx.activities.save(record)
    loose = ctx.tx.activities.loose_pieces(ctx.member.id, now - ctx.rules.visit.join_within)
    ctx.tx.activities.attach([p for p in loose if p.data.get("chat") == ctx.chat], record.id)
    return record


def note(
    ctx: Context, record: Activity, kind: PieceKind, *, text: str = "", media: MediaId | None = None, data: Mapping[str, Any] | None = None
) -> Activity:
    """Add a piece (a photo, a place, words that say nothing structured) to a record."""
    if kind is PieceKind.TEXT:
        told(ctx, text, record, data)
    else:
        ctx.tx.activities.add_piece(piece(ctx, kind, text=text, media=media, data=data, activity=record))
    words = f"{record.text}\n{text}" if record.text and text else record.text or text
    record = replace(record, text=words, last_piece_at=max(record.last_piece_at, said_at(ctx)))
    ctx.tx.activities.save(record)
    return record


def piece(
    ctx: Context,
    kind: PieceKind,
    *,
    text: str = "",
    media: MediaId | None = None,
    data: Mapping[str, Any] | None = None,
    activity: Activity | None = None,
) -> Piece:
    """The event as a piece, not saved yet; a loose one remembers the chat in which it may still find its record."""
    event: Event | None = ctx.event
    return Piece(
        id=new_id("p"),
        member_id=ctx.member.id,
        kind=kind,
        received_at=said_at(ctx),
        event_id=event.event_id if event else "",
        activity_id=activity.id if activity else None,
        text=text,
        media_id=media,
        data={**({} if activity else {"chat": ctx.chat}), **(data or {})},
    )


def _stays(ctx: Context, current: Activity, customer: Customer | None) -> bool:
    """What was heard belongs to the told record that its recording is a piece of, whatever it was taken for."""
    return isinstance(ctx.event, Heard) and bool(current.text) and (customer is None or may_be(current, customer))


def _joins(current: Activity, kind: ActivityKind, said: Understood, customer: Customer | None) -> bool:
    if customer is not None and not may_be(current, customer):
        return False
    if customer is None and said.customer and current.customer_id is not None:
        return False  # a name that is not settled yet may be another customer
    if said.customer and said.channel and current.channel and said.channel is not current.channel:
        return False
    if not current.text:
        return True
    if current.kind in TALK:
        return kind in TALK or (kind is ActivityKind.PLAN and said.customer is None)
    return current.kind is kind and said.customer is None


def may_be(current: Activity, customer: Customer) -> bool:
    """Whether the record is, or may turn out to be, about this customer."""
    if current.customer_id is not None:
        return current.customer_id == customer.id
    return not current.customer_said or current.customer_said in customer.name
