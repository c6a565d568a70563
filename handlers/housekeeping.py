"""Every night: what people sent and whose period is over is removed, and what nobody will ask about again is forgotten.

A run does some hundred rows of each kind in one unit and, as long as there is more, sets a timer for the next, so that nobody waits for it
and a service that is stopped goes on where it was. Periods: ``[retention]``; docs/operations.md.
"""

from datetime import timedelta

from bot.chat.context import Context
from bot.chat.router import Router
from bot.domain.jobs import Timer

router = Router("housekeeping")
BATCH = 500
# Finished jobs and timers are small.
MANY = 5000
UNDECIDED = timedelta(days=30)
NEXT = "tidy"


@router.cron("housekeeping")
def tidy(ctx: Context) -> None:
    """The first run of the night."""
    _sweep(ctx)


@router.timer(NEXT)
def go_on(timer: Timer, ctx: Context) -> None:
    """The next run, as long as there is something left."""
    _sweep(ctx)


def _sweep(ctx: Context) -> None:
    old, keep, now = ctx.tx.retention, ctx.retention, ctx.now
    done = {
        "messages": old.pieces(now - keep.messages, now, BATCH),
        "records": old.records(now - keep.messages, now, BATCH),
        "events": old.events(now - keep.messages, BATCH),
        "said": old.messages(now - keep.messages, BATCH),
        "drafts": old.drafts(now - keep.messages, BATCH),
        "location": old.places(now - keep.location, now, BATCH),
        "voice": _files(ctx, ("voice",), keep.voice),
        "media": _files(ctx, ("photo", "video", "document"), keep.media),
        "held": old.held(now - UNDECIDED, BATCH),
    }
    forgotten = ctx.rules.housekeeping.keep_jobs
    walked = old.located_events(now - keep.location, BATCH)
    small = old.jobs(now - forgotten, MANY), old.timers(now - forgotten, MANY)
    removed = {kind: count for kind, count in done.items() if count}
    if removed:
        ctx.audit("retention", "all", new=dict(removed))
    if max(walked, *done.values()) >= BATCH or max(small) >= MANY:
        ctx.tx.timers.set(Timer(NEXT, "all", NEXT, now))


def _files(ctx: Context, sent_as: tuple[str, ...], period: timedelta) -> int:
    gone = ctx.tx.retention.files(sent_as, ctx.now - period, BATCH)
    for sha256 in {file.sha256 for file in gone if file.sha256}:
        ctx.keeper.discard(ctx.tx, sha256)
    return len(gone)
