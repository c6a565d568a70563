"""The words of a recording, when they have been made out: part of the record that the recording is a piece of, answered as if typed.

What was taken back meanwhile stays taken back. Commands are not obeyed from speech (a misheard word must not undo a visit): what was
heard is shown, and typing it does it.
"""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import Heard
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router, Then
from bot.domain.activity import Activity, ActivityState
from bot.domain.understood import Intent
from bot.records.keep import recorded, told
from bot.records.settle import Named
from bot.records.show import file_under
from prompts import cards, speech, words

router = Router("heard")
COMMANDS = (Intent.UNDO, Intent.CORRECT, Intent.NEW_CUSTOMER)
NO_RECORD = (*COMMANDS, Intent.QUERY, Intent.TEMPLATE, Intent.HELP)
SHOWN = 80


@router.on(Heard)
def take_words(event: Heard, ctx: Context) -> Answer | Then:
    """Put the words where the recording is, then let them be answered."""
    record = recorded(ctx, event)
    told(ctx, event.text, record)
    if record is None:
        return None
    if not event.text:
        return _unheard(event, ctx, record)
    if ctx.meaning.intent in NO_RECORD:
        _set_aside(event, ctx, record)
    if ctx.meaning.intent in COMMANDS:
        return speech.no_command(words.shortened(event.text, SHOWN))
    return Then.TALK


def _unheard(event: Heard, ctx: Context, record: Activity) -> Answer:
    """No words: say why, and ask for the customer as for any file that cannot be read."""
    sentence = event.problem or speech.NOTHING_HEARD
    if event.waiting and _told_today(ctx):
        sentence = ""
    if record.customer_id is None and not record.text:
        card = file_under(ctx, record, Named())
        return cards.with_problem(card, sentence) if sentence else card
    return Reply(text=sentence) if sentence else None


def _told_today(ctx: Context) -> bool:
    """Whether the sender knows already that nobody can listen today."""
    name, today = f"speech:waiting:{ctx.member.id}", ctx.today.isoformat()
    if ctx.tx.facts.get(name) == today:
        return True
    ctx.tx.facts.set(name, today, ctx.now)
    return False


def _set_aside(event: Heard, ctx: Context, record: Activity) -> None:
    """A question or a command needs no record of its own."""
    if record.text or record.customer_id or len(ctx.tx.activities.pieces(record.id)) > 1:
        return
    ctx.audit("record.set_aside", record.id, old={"state": record.state.value}, new={"state": ActivityState.UNDONE.value})
    ctx.tx.activities.save(replace(record, state=ActivityState.UNDONE))
    ctx.replace(cards.not_a_record(record, event.text))
