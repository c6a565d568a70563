"""Help for where somebody is."""

from re import Match

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.outgoing import Reply
from bot.chat.router import Router
from bot.domain.understood import Intent
from prompts import replies

router = Router("help")
ENDS = "[！!。.~～]*"
GREETINGS = "你好|您好|哈喽|hello|hi|在吗|在不在"


@router.command(r"帮助|help|\?|？|怎么用|你会什么")
def show_help(event: Text, ctx: Context, match: Match[str]) -> Reply:
    """The commands, by role."""
    return replies.help_text(ctx.member)


@router.command(
    rf"(?P<thanks>谢谢.{{0,4}}|多谢.{{0,2}}|辛苦了){ENDS}|(?P<ok>好的?|好嘞|收到|嗯+|哦+|ok|OK|👌|👍){ENDS}|(?:{GREETINGS}){ENDS}"
)
def greet(event: Text, ctx: Context, match: Match[str]) -> Reply:
    """Words of courtesy are answered and belong to no record."""
    return Reply(text=replies.WELCOME if match["thanks"] else replies.FINE if match["ok"] else replies.HELLO)


@router.intent(Intent.HELP)
def asked_for_help(event: Text, ctx: Context) -> Reply:
    """The same in free words."""
    return replies.help_text(ctx.member)
