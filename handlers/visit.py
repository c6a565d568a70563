"""A rep logs a visit by talking, and answers the one question that the bot may ask about it."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Outgoing, Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, ActivityKind, ActivityState
from bot.domain.recording import join, says_something
from bot.domain.understood import Intent
from bot.domain.values import ActivityId, CustomerId
from bot.records.aliases import learn
from bot.records.keep import open_record, said_at, spoken_of, told
from bot.records.leads import refresh_lead
from bot.records.mend import recustomer
from bot.records.settle import Named, named, only_a_name, settle
from bot.records.show import close, file_under, log, shown
from prompts import cards, replies

router = Router("visit")
# An answer to a question is short; a longer text is a message of its own.
ANSWER_LENGTH = 30
ENDS = " 。．.!！"
NO_NEXT = ("不用", "不用了", "没有", "暂时不用", "先不用", "不用跟进", "不用跟了", "不跟了", "先不跟", "不需要", "算了")
# What a name does not contain and small talk mostly does.
NO_NAME = re.compile(r"[了吗呢吧很还都又不，,。？?！!\n]|今天|明天|昨天|我们|他们|客户|照片?$")
LATER = ("算了", "先放着", "先这样放着", "先这样", "不知道", "没有", "不用", "跳过")
TALK = (
    Intent.VISIT,
    Intent.FOLLOW_UP,
    Intent.QUOTE,
    Intent.PAYMENT,
    Intent.CONTRACT,
    Intent.COMPLAINT,
    Intent.NEW_CUSTOMER,
    Intent.CORRECT,
)
OTHER = (*TALK, Intent.QUERY, Intent.TEMPLATE, Intent.HELP, Intent.UNDO)


@router.intent(Intent.VISIT)
def log_visit(event: Text, ctx: Context) -> Outgoing:
    """A face-to-face meeting that took place."""
    return log(ctx, ActivityKind.VISIT, event.text)


@router.question("next")
def answer_next(event: Text, ctx: Context) -> Answer:
    """``下周三`` in answer to "下次什么时候跟进？"."""
    record, said = _asked(ctx), ctx.meaning
    if record and (mended := recustomer(ctx, record, event.text)):
        return mended
    if record is None or len(event.text) > ANSWER_LENGTH or said.customer or said.intent in TALK:
        return None
    if said.next_on is None and event.text.strip(ENDS) not in NO_NEXT:
        return None
    close(ctx, record)
    told(ctx, event.text, record)
    record = join(record, said, event.text, said_at(ctx))
    ctx.tx.activities.save(record)
    if record.lead_id:
        refresh_lead(ctx, record.lead_id)
    return shown(ctx, record)


@router.question("mended")
def answer_mended(event: Text, ctx: Context) -> Answer:
    """The right name, in answer to "“…”当作“…”记的"."""
    record = _asked(ctx)
    return recustomer(ctx, record, event.text) if record else None


@router.question("customer")
def answer_customer(event: Text, ctx: Context) -> Answer:
    """A customer's name in answer to "这是哪家客户？"."""
    record, words = _asked(ctx), event.text.strip(ENDS)
    if record is None or len(event.text) > ANSWER_LENGTH:
        return None
    if words in LATER:
        close(ctx, record)
        return cards.left_loose(record)
    if not only_a_name(ctx, event.text) and (ctx.meaning.intent in OTHER or says_something(ctx.meaning)):
        return None
    if ctx.meaning.customer is None and (NO_NAME.search(words) or open_record(ctx) is None):
        return None
    close(ctx, record)
    told(ctx, event.text, record)
    who = named(ctx)
    if who.customer and not who.guess:
        learn(ctx, record.customer_said, who.customer)
    return file_under(ctx, record, who if who.said or who.customer else Named(said=words, hidden=who.hidden))


@router.tap("next")
def pick_next(event: CardTap, ctx: Context) -> Answer:
    """A quick answer's button: 明天， 下周一， 不用跟进."""
    record = _of(event, ctx)
    if isinstance(record, Reply):
        return record
    close(ctx, record)
    choice = event.values.get("on")
    if record.next_on is None and choice != "never":
        days = 1 if choice == "tomorrow" else 7 - ctx.today.weekday()
        record = replace(record, next_on=ctx.today + timedelta(days=days))
        ctx.tx.activities.save(record)
        ctx.audit("record.next", record.id, new={"next_on": str(record.next_on)})
        if record.lead_id:
            refresh_lead(ctx, record.lead_id)
    return shown(ctx, record)


@router.tap("choose_customer")
def choose(event: CardTap, ctx: Context) -> Answer:
    """The rep picked one of the candidates."""
    record = _of(event, ctx)
    if isinstance(record, Reply):
        return record
    customer = ctx.tx.customers.get(CustomerId(event.values.get("customer", "")))
    if customer is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if record.customer_id is not None:
        return shown(ctx, record)  # chosen already; a second tap changes nothing
    close(ctx, record)
    ctx.audit("record.customer", record.id, old={"said": record.customer_said}, new={"customer": customer.id})
    said = record.customer_said
    told = [cards.learned(said, customer.name)] if said and learn(ctx, said, customer) else []
    record = replace(record, guesses=tuple(g for g in record.guesses if g != "customer"))
    return shown(ctx, settle(ctx, record, customer), told)


@router.tap("leave_loose")
def leave(event: CardTap, ctx: Context) -> Answer:
    """The record stays without a customer."""
    record = _of(event, ctx)
    if isinstance(record, Reply):
        return record
    close(ctx, record)
    return shown(ctx, record) if record.customer_id else cards.left_loose(record)


def _asked(ctx: Context) -> Activity | None:
    """The record that the open question is about, as long as nothing else was told since."""
    question = ctx.tx.questions.open(ctx.chat, ctx.member.id)
    last = spoken_of(ctx)
    return last if question and last and last.id == question.subject else None


def _of(event: CardTap, ctx: Context) -> Activity | Reply:
    record = ctx.tx.activities.get(ActivityId(event.values.get("record", "")))
    if record is None or record.state is ActivityState.UNDONE:
        return Reply(text=replies.FOREIGN_BUTTON)
    return record if record.member_id == ctx.member.id else Reply(text=replies.not_your_record())
