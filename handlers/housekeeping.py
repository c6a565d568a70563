"""Every night: forget finished jobs beyond the platforms' redelivery time."""

from bot.chat.context import Context
from bot.chat.router import Router

router = Router("housekeeping")


@router.cron("housekeeping")
def tidy(ctx: Context) -> None:
    """Prune what nobody will ask about again."""
    ctx.tx.jobs.prune(ctx.now - ctx.rules.housekeeping.keep_jobs)
