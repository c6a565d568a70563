"""A year without official holidays is no silent thing: the admins are told in time to write them down."""

from bot.chat.context import Context
from bot.chat.outgoing import Reply
from bot.chat.router import Router
from prompts import rules as prompt

router = Router("calendar")
# The next year's dates are announced in November; a company that has none in December should ask why.
LAST_MONTH = 12


@router.cron("calendar")
def look_ahead(ctx: Context) -> None:
    """Once for each year: this one at any time, the next one from December on."""
    years = [ctx.today.year, *([ctx.today.year + 1] if ctx.today.month == LAST_MONTH else [])]
    for year in years:
        told = f"calendar:{year}"
        if ctx.worktime.calendar.is_official(year) or ctx.tx.facts.get(told):
            continue
        ctx.tx.facts.set(told, True, ctx.now)
        for admin in ctx.org.admins:
            ctx.tell(admin.id, Reply(text=prompt.no_calendar(year)), can_wait=True)
