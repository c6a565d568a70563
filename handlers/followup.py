"""Everything else that happens with a customer: calls, chats, mails, plans, news, and words that are simply kept."""

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.outgoing import Outgoing
from bot.chat.router import Answer, Router
from bot.domain.activity import ActivityKind, PieceKind
from bot.domain.recording import says_something
from bot.domain.understood import Intent
from bot.records.keep import open_record, told
from bot.records.settle import named
from bot.records.show import add, log
from prompts import replies, words

router = Router("followup")
KINDS = {
    Intent.FOLLOW_UP: ActivityKind.FOLLOW_UP,
    Intent.PLAN: ActivityKind.PLAN,
    Intent.COMPLAINT: ActivityKind.COMPLAINT,
    Intent.PAYMENT: ActivityKind.PAYMENT,
    Intent.CONTRACT: ActivityKind.CONTRACT,
    Intent.STAGE: ActivityKind.STAGE,
}


@router.intent(*KINDS)
def log_follow_up(event: Text, ctx: Context) -> Outgoing:
    """A contact by another channel, news, a plan, a complaint, a payment, a contract, a stage."""
    return log(ctx, KINDS[ctx.meaning.intent], event.text)


@router.intent(Intent.CHAT)
def keep_words(event: Text, ctx: Context) -> Answer:
    """Words of no clear meaning: part of the open record, else kept as they are."""
    who, record = named(ctx), open_record(ctx)
    if who.customer is not None or who.choices:
        return log(ctx, ActivityKind.FOLLOW_UP, event.text)
    if record is not None and who.said is None:
        return log(ctx, ActivityKind.FOLLOW_UP, event.text) if says_something(ctx.meaning) else add(ctx, PieceKind.TEXT, text=event.text)
    told(ctx, event.text)
    return replies.kept_whole(words.shortened(event.text, 80))
