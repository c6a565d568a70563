"""``改一下，…`` changes the last record; who changed what, from what to what, goes into the audit log."""

import re
from dataclasses import replace
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, ActivityKind, Missing
from bot.domain.recording import correct
from bot.domain.understood import Intent, Understood
from bot.records.aliases import learn, unlearn
from bot.records.keep import open_record, told
from bot.records.leads import refresh_lead
from bot.records.mend import remember
from bot.records.settle import Named, named, settle
from bot.records.show import ask, changes, close, log, shown
from prompts import cards, replies

router = Router("correct")
NOT_BUT = re.compile(r"不是(?P<wrong>[^，,。；;]{1,20}?)[，,]?\s*(?:而)?是")


@router.command(r"改一下[，,：:\s]*(?P<what>.*)")
def correct_command(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """Correct the last record."""
    return _correct(event, ctx)


@router.command(rf"{NOT_BUT.pattern}.+")
def correct_not_but(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``不是恒力，是恒立``; the same words may also tell news (``不是价格问题，是交期太长``)."""
    said = ctx.meaning
    if open_record(ctx) is None or not (said.customer or said.contacts or said.next_on):
        return log(ctx, ActivityKind.FOLLOW_UP, event.text)
    return _correct(event, ctx)


@router.intent(Intent.CORRECT)
def correct_said(event: Text, ctx: Context) -> Answer:
    """The same in free words."""
    return _correct(event, ctx)


def _correct(event: Text, ctx: Context) -> Answer:
    before = ctx.tx.activities.last_of(ctx.member.id, ctx.chat)
    if before is None:
        told(ctx, event.text)
        return Reply(text=replies.NOTHING_TO_CORRECT)
    told(ctx, event.text, before)
    who = named(ctx)
    after = correct(before, _meant(event.text, ctx.meaning))
    if who.customer is None and (who.choices or who.said):
        unlearn(ctx, before)
        return _unsettled(ctx, before, after, who)
    if who.customer is not None and who.customer.id != before.customer_id:
        unlearn(ctx, before)
        if not who.guess:
            remember(ctx, before, who.customer)
        if before.customer_id is None and not who.guess:
            learn(ctx, before.customer_said, who.customer)
        after = settle(ctx, replace(after, guesses=tuple(g for g in after.guesses if g != "customer")), who.customer)
    changed = changes(ctx, before, after)
    return _done(ctx, after, changed) if changed else Reply(text=replies.NOT_UNDERSTOOD_CORRECTION)


def _meant(text: str, said: Understood) -> Understood:
    """What is named only to say that it was wrong is not meant."""
    denied = NOT_BUT.search(text)
    return replace(said, contacts=tuple(c for c in said.contacts if c.name not in denied["wrong"])) if denied else said


def _done(ctx: Context, after: Activity, changed: list[tuple[str, str, str]]) -> Reply:
    _save(ctx, after, changed)
    if after.next_on:
        close(ctx, after)
    ctx.replace(shown(ctx, after))
    return replies.corrected(changed)


def _unsettled(ctx: Context, before: Activity, after: Activity, who: Named) -> Answer:
    """The right customer was named, but it is not clear which one that is: the wrong one lets go at once."""
    said = who.said or "这家"
    after = replace(after, customer_said=said, customer_id=None, lead_id=None)
    _save(ctx, after, changes(ctx, before, after))
    if before.lead_id:
        refresh_lead(ctx, before.lead_id)
    ask(ctx, after, Missing.CUSTOMER)
    if who.choices:
        return cards.choose_customer(after, who.choices, said)
    return cards.unknown_customer(after, said, [ctx.org.name(owner) for owner in who.hidden])


def _save(ctx: Context, after: Activity, changed: list[tuple[str, str, str]]) -> None:
    ctx.tx.activities.save(after)
    if after.lead_id:
        refresh_lead(ctx, after.lead_id)
    ctx.audit("record.correct", after.id, old={label: old for label, old, _ in changed}, new={label: new for label, _, new in changed})
