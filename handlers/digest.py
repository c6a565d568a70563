"""The morning breakpoint list, into the managers' groups on working days, and what can be done about its lines.

Sources: capability D1 and the decisions on it (48 h on the ``workday`` clock; closed, snoozed and not-yet-due leads left out; newly
broken first; five lines a rep, the rest as a count).
"""

import zlib
from dataclasses import replace
from datetime import datetime, time, timedelta
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Card, Reply
from bot.chat.platform import Address
from bot.chat.router import Answer, Router
from bot.domain.access import can_decide_for
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.member import Group, Member, Role
from bot.domain.staleness import Colour, colour
from bot.domain.values import LeadId, MemberId
from bot.domain.worktime import at
from bot.records.tapped import follow_up
from prompts import digests, replies
from storage.repositories.leads import StaleLead

router = Router("digest")
SNOOZE_WORKDAYS = 3
REST = 30


@router.cron("digest")
def morning(ctx: Context) -> None:
    """Compute every group's list and send it a little apart from the others."""
    if not ctx.worktime.is_workday(ctx.today):
        return
    for group in ctx.tx.members.groups("digest"):
        push(ctx, group)


def push(ctx: Context, group: Group) -> None:
    """Promise a group its list."""
    apart = timedelta(seconds=zlib.crc32(group.id.encode()) % max(1, int(ctx.rules.digest.spread.total_seconds())))
    card = build(ctx, digests.key(group.id, ctx.today), group.region, group.name)
    ctx.tell(Address(group.platform, group.chat), card, at=at(ctx.today, ctx.rules.digest.at) + apart)


@router.command(r"昨日断点(?:清单)?")
def now_please(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The list at once, for a manager: of what the manager may see, in a group of what the group is for."""
    if not (ctx.member.has(Role.MANAGER) or ctx.member.has(Role.ADMIN)):
        return Reply(text=digests.NO_DIGEST_GROUP)
    group = ctx.tx.members.group_at(event.platform, event.chat)
    where = group.name if group else ctx.member.region or "全公司"
    return build(ctx, f"digest:{event.event_id}", group.region if group else ctx.member.region, where, ctx.member)


def build(ctx: Context, key: str, region: str | None, where: str, viewer: Member | None = None) -> Card:
    """The list of a region (None: of all) as it stands now; for a ``viewer`` what that member may act on."""
    stale = [s for s in _stale(ctx, region, ctx.rules.digest.per_rep) if viewer is None or can_decide_for(viewer, s.lead.owner_id, ctx.org)]
    shaded = [(s, _colour(ctx, s.lead)) for s in stale]
    return digests.breakpoints(key, where, shaded, ctx.today, ctx.now)


@router.tap("digest_rest")
def rest(event: CardTap, ctx: Context) -> Answer:
    """The lines of one rep that were only counted."""
    region, line, owner = (event.values.get(key, "") for key in ("region", "line", "owner"))
    if not can_decide_for(ctx.member, MemberId(owner) if owner else None, ctx.org):
        return Reply(text=replies.NOT_ALLOWED)
    shown = ctx.rules.digest.per_rep
    stale = _stale(ctx, region or None, shown + REST, MemberId(owner) if owner else None)
    mine = [s for s in stale if digests.group(s) == (region, line, owner)]
    lines = [digests.line(s.lead, s.customer_name, _colour(ctx, s.lead), ctx.now, ctx.today) for s in mine[shown:]]
    total = mine[0].group_total - shown if mine else 0
    return digests.rest(f"digest_rest:{event.event_id}", ctx.org.name(MemberId(owner)), lines, max(0, total))


def _stale(ctx: Context, region: str | None, per_owner: int, owner: MemberId | None = None) -> list[StaleLead]:
    limit = ctx.rules.breakpoint
    return ctx.tx.leads.stale(ctx.now, ctx.today, ctx.worktime.before(ctx.now, limit.limit, limit.clock), region, per_owner, owner)


def _colour(ctx: Context, lead: Lead) -> Colour:
    return colour(lead.last_action_at, ctx.now, ctx.rules.colour, ctx.worktime)


@router.tap("followed_up")
def followed_up(event: CardTap, ctx: Context) -> Answer:
    """Somebody did follow up: a record is made of what they say."""
    found = _open(event, ctx)
    if not isinstance(found, tuple):
        return found
    lead, customer = found
    record = follow_up(ctx, event, lead, customer)
    return _settled(event, ctx, lead, digests.followed(ctx.member.name, ctx.now, event.answer.strip(), record.next_on, ctx.today))


@router.tap("snooze")
def snooze(event: CardTap, ctx: Context) -> Answer:
    """Leave it for a while, with a reason; until the date that was said, else three working days."""
    found = _open(event, ctx)
    if not isinstance(found, tuple):
        return found
    lead, why = found[0], event.answer.strip()
    if not why:
        return Reply(text=digests.NEED_REASON)
    until = _until(ctx)
    ctx.tx.leads.change(lead.id, lead.last_action_at, snoozed_until=until, snooze_reason=why)
    ctx.audit("lead.snooze", lead.id, new={"until": until.isoformat(), "reason": why})
    return _settled(event, ctx, lead, digests.snoozed(ctx.member.name, until, why))


@router.tap("hand_over")
def hand_over(event: CardTap, ctx: Context) -> Answer:
    """Another rep takes it; only somebody above may say so."""
    found = _open(event, ctx)
    if not isinstance(found, tuple):
        return found
    lead, customer = found
    if not (ctx.member.has(Role.MANAGER) or ctx.member.has(Role.ADMIN)):
        return Reply(text=digests.ONLY_MANAGERS)
    taker = _colleague(event.answer, ctx)
    if isinstance(taker, Reply):
        return taker
    if taker.id == lead.owner_id:
        return Reply(text=digests.OWNER_ALREADY.format(name=taker.name))
    ctx.tx.leads.change(lead.id, lead.last_action_at, owner_id=taker.id)
    ctx.tx.customers.save(replace(customer, owner_id=taker.id))
    ctx.names.changed(customer.id)
    ctx.audit("lead.hand_over", lead.id, old={"owner": lead.owner_id}, new={"owner": taker.id})
    ctx.tell(taker.id, digests.taken_over(customer.name, ctx.member.name, replace(lead, owner_id=taker.id)), can_wait=True)
    if lead.owner_id and lead.owner_id not in (taker.id, ctx.member.id):
        ctx.tell(lead.owner_id, Reply(text=f"{customer.name} {digests.handed(ctx.member.name, taker.name)}"), can_wait=True)
    return _settled(event, ctx, lead, digests.handed(ctx.member.name, taker.name))


def _open(event: CardTap, ctx: Context) -> tuple[Lead, Customer] | Answer:
    """The lead of a tapped line if it still stands as the line says and the tapper may act on it; else the answer to give."""
    lead = ctx.tx.leads.get(LeadId(event.values.get("lead", "")))
    customer = ctx.tx.customers.get(lead.customer_id) if lead else None
    if lead is None or customer is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not can_decide_for(ctx.member, lead.owner_id, ctx.org):
        return Reply(text=replies.NOT_ALLOWED)
    seen = (event.values.get("seen"), event.values.get("owner"))
    snoozed = lead.snoozed_until is not None and lead.snoozed_until > ctx.now
    if seen != (lead.last_action_at.isoformat(), lead.owner_id or "") or snoozed or lead.state is LeadState.CLOSED:
        return _settled(event, ctx, lead, digests.present(lead, ctx.org.name(lead.owner_id), ctx.now, ctx.today))
    return lead, customer


def _settled(event: CardTap, ctx: Context, lead: Lead, outcome: str) -> Answer:
    """The list with the line's outcome in it, on every copy."""
    shown = ctx.shown(event.card)
    if shown is None:
        return Reply(text=outcome)
    done = digests.settle_line(shown, lead.id, outcome)
    return done if done != shown else Reply(text=outcome)


def _until(ctx: Context) -> datetime:
    said = ctx.meaning.next_on
    if said is not None and said > ctx.today:
        return at(said, time(8))
    day = ctx.today
    for _ in range(SNOOZE_WORKDAYS):
        day = ctx.worktime.next_workday(day)
    return at(day, time(8))


def _colleague(name: str, ctx: Context) -> Member | Reply:
    wanted = name.strip().lstrip("@").strip()
    if not wanted:
        return Reply(text=digests.WHOM)
    people = [m for m in ctx.tx.members.named(wanted) if m.has(Role.REP) or m.has(Role.MANAGER)]
    if not people:
        return Reply(text=digests.NOBODY.format(name=wanted))
    return people[0] if len(people) == 1 else Reply(text=digests.SEVERAL.format(name=wanted))
