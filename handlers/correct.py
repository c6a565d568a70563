"""``改一下，…`` changes the last record; who changed what, from what to what, goes into the audit log."""

from dataclasses import replace
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, PieceKind
from bot.domain.recording import correct
from bot.domain.understood import Intent
from bot.records.keep import piece
from bot.records.leads import refresh_lead
from bot.records.settle import Named, named, settle
from bot.records.show import changes, close, shown
from prompts import cards, replies

router = Router("correct")


@router.command(r"改一下[，,：:\s]*(?P<what>.*)")
def correct_command(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """Correct the last record."""
    return _correct(event, ctx)


@router.intent(Intent.CORRECT)
def correct_said(event: Text, ctx: Context) -> Answer:
    """The same in free words: 不是恒力，是恒立."""
    return _correct(event, ctx)


def _correct(event: Text, ctx: Context) -> Answer:
    before = ctx.tx.activities.last_of(ctx.member.id, ctx.chat)
    if before is None:
        ctx.tx.activities.add_piece(piece(ctx, PieceKind.TEXT, text=event.text))
        return Reply(text=replies.NOTHING_TO_CORRECT)
    ctx.tx.activities.add_piece(piece(ctx, PieceKind.TEXT, text=event.text, activity=before))
    who = named(ctx)
    after = correct(before, ctx.meaning)
    moved = who.customer is not None and who.customer.id != before.customer_id
    if who.customer is None and (who.choices or who.said):
        return _unsettled(ctx, after, who)
    if who.customer is not None and moved:
        after = settle(ctx, replace(after, guesses=tuple(g for g in after.guesses if g != "customer")), who.customer)
    changed = changes(ctx, before, after)
    return _done(ctx, after, changed) if changed else Reply(text=replies.NOT_UNDERSTOOD_CORRECTION)


def _done(ctx: Context, after: Activity, changed: list[tuple[str, str, str]]) -> Reply:
    ctx.tx.activities.save(after)
    if after.lead_id:
        refresh_lead(ctx, after.lead_id)
    if after.next_on:
        close(ctx, after)
    ctx.audit("record.correct", after.id, old={label: old for label, old, _ in changed}, new={label: new for label, _, new in changed})
    ctx.replace(shown(ctx, after))
    return replies.corrected(changed)


def _unsettled(ctx: Context, record: Activity, who: Named) -> Answer:
    """The right customer was named, but it is not clear which one that is: the wrong one lets go at once."""
    left, said = record.lead_id, who.said or "这家"
    record = replace(record, customer_said=said, customer_id=None, lead_id=None)
    ctx.tx.activities.save(record)
    ctx.audit("record.customer", record.id, new={"said": said})
    if left:
        refresh_lead(ctx, left)
    return cards.choose_customer(record, who.choices, said) if who.choices else cards.unknown_customer(record, said)
