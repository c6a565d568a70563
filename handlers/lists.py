"""A rep's own lists and a manager's board: who is due today, whose colour is what, and why."""

from datetime import datetime
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.router import Answer, Router
from bot.domain.staleness import Colour
from prompts import lists

router = Router("lists")
COLOURS = {"红": Colour.RED, "黄": Colour.YELLOW}
SHOWN = 20
MANY = 500


@router.command(r"(?:我)?今天(?:我)?(?:要|该)?跟(?:进)?(?:谁|哪些.*|哪几.*)[?？]?|我的待办|今日待办")
def due_today(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``我今天要跟谁``: promises that have come due, then what has been still for too long, the newly broken first."""
    me, sight, limit = ctx.member.id, ctx.sight, ctx.rules.breakpoint
    before = ctx.worktime.before(ctx.now, limit.limit, limit.clock)
    promised = [
        (lead, c.name)
        for lead, c in ctx.tx.leads.due(me, sight, ctx.today, MANY)
        if not (lead.snoozed_until and lead.snoozed_until > ctx.now)
    ]
    known = {lead.id for lead, _ in promised}
    stale = [(s.lead, s.customer_name) for s in ctx.tx.leads.stale(ctx.now, ctx.today, before, None, MANY, me, sight)]
    return lists.today(promised, [pair for pair in stale if pair[0].id not in known], ctx.now, SHOWN)


@router.command(r"我的客户")
def my_customers(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The customers that the sender sees."""
    customers = ctx.tx.customers.of(ctx.sight, SHOWN)
    return lists.found("我的客户", customers, ctx.org, ctx.tx.customers.count(ctx.sight)) if customers else lists.no_customers()


@router.command(r"(?P<colour>[红黄])色客户")
def of_colour(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``红色客户``: with the reason of each."""
    sight, count = ctx.sight, ctx.tx.leads.count_idle
    red, yellow, _ = _limits(ctx)
    if COLOURS[match["colour"]] is Colour.RED:
        pairs, total = ctx.tx.leads.idle(sight, red, SHOWN), count(sight, red)
    else:
        pairs, total = ctx.tx.leads.idle(sight, yellow, SHOWN, since=red), count(sight, yellow) - count(sight, red)
    return lists.coloured(COLOURS[match["colour"]], pairs, total, ctx.now, ctx.org)


@router.command(r"看板|三色看板")
def board(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The distribution of colours over what the sender sees, with the red ones and their reasons."""
    sight = ctx.sight
    red, yellow, neutral = _limits(ctx)
    count = ctx.tx.leads.count_idle
    total, older = count(sight), (count(sight, neutral), count(sight, yellow), count(sight, red))
    numbers = {
        Colour.GREEN: total - older[0],
        Colour.NEUTRAL: older[0] - older[1],
        Colour.YELLOW: older[1] - older[2],
        Colour.RED: older[2],
    }
    reds = ctx.tx.leads.idle(sight, red, limit=10)
    return lists.board(numbers, reds, ctx.now, ctx.org, everybody=sight.owners is None)


def _limits(ctx: Context) -> tuple[datetime, datetime, datetime]:
    rules = ctx.rules.colour
    before = ctx.worktime.before
    return (
        before(ctx.now, rules.red_after, rules.clock),
        before(ctx.now, rules.yellow_from, rules.clock),
        before(ctx.now, rules.green_within, rules.clock),
    )
