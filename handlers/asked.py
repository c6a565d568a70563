"""Taking back a tap whose question is still open."""

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from prompts import replies

router = Router("asked")


@router.question("tap")
def never_mind(event: Text, ctx: Context) -> Answer:
    """``算了`` instead of an answer: nothing is changed."""
    if event.text.strip() not in replies.NEVER_MIND:
        return None
    ctx.tx.questions.close(event.chat, ctx.member.id)
    return Reply(text=replies.NOT_CHANGED)
