"""``撤销`` takes the last record back within ten minutes; the card's button does the same; ``恢复`` brings it back."""

from dataclasses import replace
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Card, Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, ActivityState
from bot.domain.understood import Intent
from bot.domain.values import ActivityId
from bot.records.keep import said_at
from bot.records.leads import refresh_lead
from bot.records.settle import settle
from bot.records.show import close, counted_pieces, shown, visible_name
from prompts import cards, replies

router = Router("undo")


@router.command(r"撤销|撤回|undo")
def undo_command(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """Take the last record back."""
    return _undo_last(ctx)


@router.intent(Intent.UNDO)
def undo_said(event: Text, ctx: Context) -> Answer:
    """The same in free words: 刚才那条删掉."""
    return _undo_last(ctx)


@router.tap("undo")
def undo_tap(event: CardTap, ctx: Context) -> Answer:
    """Take this record back."""
    record = ctx.tx.activities.get(ActivityId(event.values.get("record", "")))
    if record is None:
        return Reply(text=replies.NOTHING_TO_UNDO)
    if record.member_id != ctx.member.id:
        return Reply(text=replies.not_your_record())
    return _card(ctx, record) if record.state is ActivityState.UNDONE else _undo(ctx, record)


@router.command(r"恢复")
def restore_command(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """Bring back what was just undone."""
    record = ctx.tx.activities.last_undone(ctx.member.id, ctx.chat)
    if record is None or ctx.now - record.last_piece_at > ctx.rules.visit.join_within:
        return Reply(text=replies.NOTHING_TO_RESTORE)
    card = shown(ctx, _restored(ctx, record))
    ctx.replace(card)
    return card


@router.tap("restore")
def restore(event: CardTap, ctx: Context) -> Answer:
    """Bring a record back that was undone."""
    record = ctx.tx.activities.get(ActivityId(event.values.get("record", "")))
    if record is None or record.member_id != ctx.member.id:
        return Reply(text=replies.FOREIGN_BUTTON)
    return shown(ctx, _restored(ctx, record) if record.state is ActivityState.UNDONE else record)


def _undo_last(ctx: Context) -> Answer:
    record = ctx.tx.activities.last_of(ctx.member.id, ctx.chat)
    if record is None:
        return Reply(text=replies.NOTHING_TO_UNDO)
    answer = _undo(ctx, record)
    if isinstance(answer, Card):
        ctx.replace(answer)
    return answer


def _undo(ctx: Context, record: Activity) -> Card | Reply:
    if said_at(ctx) - record.last_piece_at > ctx.rules.visit.undo_within:
        return replies.undo_too_late()
    close(ctx, record)
    record = _set(ctx, record, ActivityState.UNDONE, "record.undo")
    if record.lead_id:
        refresh_lead(ctx, record.lead_id)
    return _card(ctx, record)


def _restored(ctx: Context, record: Activity) -> Activity:
    """Kept again; under the lead that was opened meanwhile, when its own is closed."""
    record = _set(ctx, record, ActivityState.KEPT, "record.restore")
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if customer and ctx.tx.leads.open_of(customer.id):
        return settle(ctx, record, customer)
    if record.lead_id:
        refresh_lead(ctx, record.lead_id)
    return record


def _set(ctx: Context, record: Activity, state: ActivityState, action: str) -> Activity:
    ctx.audit(action, record.id, old={"state": record.state.value}, new={"state": state.value})
    record = replace(record, state=state)
    ctx.tx.activities.save(record)
    return record


def _card(ctx: Context, record: Activity) -> Card:
    return cards.undone(record, visible_name(ctx, record), counted_pieces(ctx, record))
