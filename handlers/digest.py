"""The morning breakpoint list, into the managers' groups on working days, and what can be done about its lines.

Sources: capability D1 and the decisions on it (48 h on the ``workday`` clock; closed, snoozed and not-yet-due leads left out; newly
broken first; five lines a rep, the rest as a count).
"""

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Card, Reply
from bot.chat.platform import Address
from bot.chat.router import Answer, Router
from bot.domain.access import Sight
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.member import Group, Member, Role
from bot.domain.staleness import Colour, colour
from bot.domain.values import LeadId, MemberId
from bot.domain.worktime import at
from bot.records.tapped import follow_up
from prompts import cards, digests, replies
from storage.repositories.leads import StaleLead

router = Router("digest")
SNOOZE_WORKDAYS = 3
REST = 30
MANY = 100_000


@router.cron("digest")
def morning(ctx: Context) -> None:
    """Compute every group's list and send it a little apart from the others."""
    if not ctx.worktime.is_workday(ctx.today):
        return
    for group in ctx.tx.members.groups("digest"):
        push(ctx, group)


def push(ctx: Context, group: Group, *, again: bool = False) -> None:
    """Promise a group its list, once a day unless ``again``; where its buttons cannot be tapped, everybody's own lines also go to them."""
    key = digests.key(group.id, ctx.today)
    if ctx.tx.outbox.copies(key) and not again:
        return
    apart = timedelta(seconds=zlib.crc32(group.id.encode()) % max(1, int(ctx.rules.digest.spread.total_seconds())))
    to, when = Address(group.platform, group.chat), at(ctx.today, ctx.rules.digest.at) + apart
    stale = _stale(ctx, group.region, ctx.rules.digest.per_rep)
    ctx.tell(to, _breakpoints(ctx, key, group.name, stale), at=when)
    if not ctx.mouth.carries_buttons(to):
        for owner in dict.fromkeys(s.lead.owner_id for s in stale if s.lead.owner_id):
            _push_mine(ctx, owner, when)


def _push_mine(ctx: Context, owner: MemberId, when: datetime) -> None:
    key = digests.mine_key(owner, ctx.today)
    if not ctx.tx.outbox.copies(key):  # somebody of two groups gets one card
        ctx.tell(owner, _breakpoints(ctx, key, digests.MINE, _stale(ctx, None, ctx.rules.digest.per_rep, owner)), at=when)


@router.command(r"昨日断点(?:清单)?")
def now_please(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The list at once, for a manager: of what the manager may see, in a group of what the group is for."""
    if not ctx.heads:
        return Reply(text=digests.NO_DIGEST_GROUP)
    group = ctx.tx.members.group_at(event.platform, event.chat)
    region, where = _scope(ctx, group)
    return _breakpoints(ctx, f"digest:{event.event_id}", where, _decided(ctx, region, ctx.rules.digest.per_rep))


@router.whole("digest")
def whole(card: Card, group: Group | None, ctx: Context) -> Card:
    """Everything that is stale now and that the viewer may act on; then what was done since the card was sent."""
    owner = digests.whose(card.key)
    region, where = (None, digests.MINE) if owner else _scope(ctx, group)
    fresh = _breakpoints(ctx, card.key, where, _decided(ctx, region, MANY, owner))
    return digests.with_settled(fresh, [line for line in digests.settled(card) if _acts_on(ctx, line.key)])


def _scope(ctx: Context, group: Group | None) -> tuple[str | None, str]:
    """The region to look at (None: all that the sender sees) and what it is called."""
    return (group.region, group.name) if group else (None, ctx.member.region or "全公司")


def _decided(ctx: Context, region: str | None, per_owner: int, owner: MemberId | None = None) -> list[StaleLead]:
    sight = ctx.sight
    return [s for s in _stale(ctx, region, per_owner, owner, sight) if sight.can_decide(s.lead.owner_id, s.region)]


def _acts_on(ctx: Context, lead_id: str) -> bool:
    lead = ctx.tx.leads.get(LeadId(lead_id))
    customer = ctx.tx.customers.get(lead.customer_id) if lead else None
    return lead is not None and customer is not None and ctx.sight.can_decide(lead.owner_id, customer.region)


def _breakpoints(ctx: Context, key: str, where: str, stale: list[StaleLead]) -> Card:
    return digests.breakpoints(key, where, [(s, _colour(ctx, s.lead)) for s in stale], ctx.today, ctx.now)


@router.tap("digest_rest")
def rest(event: CardTap, ctx: Context) -> Answer:
    """The lines of one rep that were only counted."""
    region, line, owner = (event.values.get(key, "") for key in ("region", "line", "owner"))
    sight, whose = ctx.sight, MemberId(owner) if owner else None
    if not sight.can_decide(whose, region):
        return Reply(text=replies.not_allowed(ctx.org.name(whose)))
    shown = ctx.rules.digest.per_rep
    stale = _stale(ctx, region or None, shown + REST, whose, sight)
    mine = [s for s in stale if digests.group(s) == (region, line, owner)]
    lines = [digests.line(s.lead, s.customer_name, _colour(ctx, s.lead), ctx.now, ctx.today) for s in mine[shown:]]
    total = mine[0].group_total - shown if mine else 0
    return digests.rest(f"digest_rest:{event.event_id}", ctx.org.name(whose), lines, max(0, total))


def _stale(ctx: Context, region: str | None, per_owner: int, owner: MemberId | None = None, sight: Sight | None = None) -> list[StaleLead]:
    limit = ctx.rules.breakpoint
    before = ctx.worktime.before(ctx.now, limit.limit, limit.clock)
    return ctx.tx.leads.stale(ctx.now, ctx.today, before, region, per_owner, owner, sight)


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
    """Another rep of the team takes it; only somebody above may say so, and picks from a list or writes the name."""
    found = _open(event, ctx)
    if not isinstance(found, tuple):
        return found
    lead, customer = found
    if not ctx.heads:
        return Reply(text=digests.ONLY_MANAGERS)
    taker = _taker(event, ctx, lead, customer)
    if not isinstance(taker, Member):
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
    outcome = digests.handed(ctx.member.name, taker.name)
    listed = event.values.get("card", "")
    if ctx.shown(listed) is None:
        return _settled(event, ctx, lead, outcome)
    _settle_others(ctx, listed, lead, outcome)
    if done := _with_outcome(ctx, listed, lead, outcome):
        ctx.replace(done)
    return cards.settled(event.card, f"{customer.name} {outcome}", "good")


def _open(event: CardTap, ctx: Context) -> tuple[Lead, Customer] | Answer:
    """The lead of a tapped line if it still stands as the line says and the tapper may act on it; else the answer to give."""
    lead = ctx.tx.leads.get(LeadId(event.values.get("lead", "")))
    customer = ctx.tx.customers.get(lead.customer_id) if lead else None
    if lead is None or customer is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not ctx.sight.can_decide(lead.owner_id, customer.region):
        return Reply(text=replies.not_allowed(ctx.org.name(lead.owner_id)))
    seen = (event.values.get("seen"), event.values.get("owner"))
    snoozed = lead.snoozed_until is not None and lead.snoozed_until > ctx.now
    if seen != (lead.last_action_at.isoformat(), lead.owner_id or "") or snoozed or lead.state is LeadState.CLOSED:
        return _settled(event, ctx, lead, digests.present(lead, ctx.org.name(lead.owner_id), ctx.now, ctx.today))
    return lead, customer


def _settled(event: CardTap, ctx: Context, lead: Lead, outcome: str) -> Answer:
    """The list with the line's outcome in it, on every copy; the other lists of that day show it, too."""
    _settle_others(ctx, event.card, lead, outcome)
    return _with_outcome(ctx, event.card, lead, outcome) or Reply(text=outcome)


def _settle_others(ctx: Context, card: str, lead: Lead, outcome: str) -> None:
    groups = [group.id for group in ctx.tx.members.groups("digest")]
    for key in digests.others(card, lead.owner_id, groups, ctx.today):
        if done := _with_outcome(ctx, key, lead, outcome):
            ctx.replace(done)


def _with_outcome(ctx: Context, key: str, lead: Lead, outcome: str) -> Card | None:
    """The card of that key with the line settled; None where there is nothing to settle."""
    shown = ctx.shown(key)
    done = digests.settle_line(shown, lead.id, outcome) if shown else None
    return done if done != shown else None


def _until(ctx: Context) -> datetime:
    said = ctx.meaning.next_on
    if said is not None and said > ctx.today:
        return at(said, time(8))
    day = ctx.today
    for _ in range(SNOOZE_WORKDAYS):
        day = ctx.worktime.next_workday(day)
    return at(day, time(8))


def _taker(event: CardTap, ctx: Context, lead: Lead, customer: Customer) -> Member | Answer:
    """Who gets it: a rep of those for whom the tapper decides."""
    team = [m for m in ctx.org.members.values() if m.active and m.has(Role.REP) and ctx.sight.can_decide(m.id)]
    picked, said = event.values.get("to"), event.answer.strip().lstrip("@").strip()
    if not picked and not said:
        card = event.values.get("card", event.card)
        others = [m for m in team if m.id != lead.owner_id]
        return digests.pick_taker(f"hand:{event.event_id}", lead, customer.name, sorted(others, key=_near(lead, ctx)), card)
    found = [m for m in team if picked == m.id or (not picked and said == m.name)]
    if len(found) == 1:
        return found[0]
    if found:
        return Reply(text=digests.SEVERAL.format(name=said))
    sells = any(m.is_one_of(Role.REP, Role.MANAGER) for m in ctx.tx.members.named(said))
    sentence = digests.NOT_YOUR_REP if sells or picked else digests.NOBODY
    return Reply(text=sentence.format(name=said or ctx.org.name(MemberId(picked or ""))))


def _near(lead: Lead, ctx: Context) -> Callable[[Member], tuple[bool, str]]:
    """Those of the lead's product line first."""
    return lambda member: (member.product_line != lead.product_line, member.name)
