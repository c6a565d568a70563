"""Buttons that want words, on platforms whose cards take none: the question is put in the chat, the next words there are the answer."""

from dataclasses import replace
from datetime import timedelta

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text, decode
from bot.chat.outgoing import Reply
from prompts import replies
from storage.repositories.questions import Question

KIND = "tap"
# Who says nothing for so long means something else by what comes next.
PATIENCE = timedelta(minutes=30)


def ask(tap: CardTap, ctx: Context) -> Reply:
    """Put the question of a tapped button; the tap itself waits in the inbox."""
    row = ctx.tx.inbox.of_event(tap.platform, tap.event_id)
    if row is not None:
        ctx.tx.questions.ask(Question(tap.chat, ctx.member.id, KIND, str(row.id), tap.card[:120], ctx.now))
    return replies.put_question(tap.ask)


def answered(event: Text, ctx: Context) -> CardTap | None:
    """The tap whose question these words answer; None when none is open, it is too long ago, or they take it back."""
    question = ctx.tx.questions.open(event.chat, ctx.member.id)
    if question is None or question.kind != KIND or event.text.strip() in replies.NEVER_MIND:
        return None
    ctx.tx.questions.close(event.chat, ctx.member.id)
    row = ctx.tx.inbox.get(int(question.subject))
    tap = decode(row.payload) if row is not None and ctx.now - question.asked_at <= PATIENCE else None
    if not isinstance(tap, CardTap) or not event.text.strip():
        return None
    return replace(tap, answer=event.text, ask="", event_id=event.event_id, received_at=event.received_at)
