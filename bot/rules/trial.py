"""What edited rules would have done: the mornings of the past once more, under the rules in force and under the edited ones."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.clock import local_day
from bot.domain.customer import ENDED, Lead, as_before
from bot.domain.staleness import Colour, colour
from bot.domain.understood import Stage
from bot.domain.values import LeadId, MemberId
from bot.domain.worktime import Worktime, at
from config.rules import Rules
from storage.repositories.activities import Move
from storage.transaction import Reader

# What a trial can show; other rules leave no trace in past records.
COVERED = ("breakpoint.", "colour.", "digest.at")
Snooze = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class State:
    """A lead from one instant on."""

    since: datetime
    next_on: date | None
    open: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A lead's states in their order, and when it was snoozed: from and until."""

    lead: LeadId
    owner: MemberId | None
    states: Sequence[State]
    snoozes: Sequence[Snooze] = ()

    def at(self, moment: datetime) -> State | None:
        """The state then; None when the lead was not there or was closed."""
        place = bisect_right(self.states, moment, key=lambda state: state.since)
        found = self.states[place - 1] if place else None
        return found if found and found.open else None

    def snoozed(self, moment: datetime) -> bool:
        """Whether it was snoozed then, and nothing was done since."""
        state = self.at(moment)
        return any(start <= moment < end and (state is None or state.since <= start) for start, end in self.snoozes)


@dataclass(slots=True)
class Morning:
    """One morning's list: how long it was, and how long it would have been."""

    day: date
    was: int
    would: int


@dataclass(slots=True)
class Trial:
    """The result. ``more`` and ``fewer`` are leads that would have been listed on some morning, or not on any."""

    mornings: list[Morning] = field(default_factory=list)
    more: set[LeadId] = field(default_factory=set)
    fewer: set[LeadId] = field(default_factory=set)
    by_owner: Counter[MemberId | None] = field(default_factory=Counter)
    colours_now: Mapping[Colour, int] = field(default_factory=dict)
    colours_then: Mapping[Colour, int] = field(default_factory=dict)


def attempt(reader: Reader, old: Rules, new: Rules, since: datetime, now: datetime, worktime: Worktime) -> Trial:
    """Run the mornings from ``since`` to ``now`` under both rules."""
    pasts = list(_pasts(reader))
    trial = Trial()
    was: set[LeadId] = set()
    would: set[LeadId] = set()
    for day in _workdays(local_day(since), local_day(now), worktime):
        before, after = _listed(pasts, old, day, worktime), _listed(pasts, new, day, worktime)
        trial.mornings.append(Morning(day, len(before), len(after)))
        was |= before.keys()
        would |= after.keys()
        trial.by_owner.update(Counter(after.values()))
        trial.by_owner.subtract(Counter(before.values()))
    trial.more, trial.fewer = would - was, was - would
    trial.colours_now, trial.colours_then = _colours(pasts, old, now, worktime), _colours(pasts, new, now, worktime)
    return trial


def not_covered(keys: Collection[str]) -> list[str]:
    """The changed rules that a trial has nothing to say about."""
    return [key for key in keys if not key.startswith(COVERED)]


def _workdays(first: date, last: date, worktime: Worktime) -> Iterator[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if worktime.is_workday(day))


def _listed(pasts: Sequence[Past], rules: Rules, day: date, worktime: Worktime) -> dict[LeadId, MemberId | None]:
    moment = at(day, rules.digest.at)
    before = worktime.before(moment, rules.breakpoint.limit, rules.breakpoint.clock)
    listed = {}
    for past in pasts:
        state = past.at(moment)
        if state and state.since < before and (state.next_on is None or state.next_on < day) and not past.snoozed(moment):
            listed[past.lead] = past.owner
    return listed


def _colours(pasts: Sequence[Past], rules: Rules, now: datetime, worktime: Worktime) -> Counter[Colour]:
    states = (past.at(now) for past in pasts)
    return Counter(colour(state.since, now, rules.colour, worktime) for state in states if state)


def _pasts(reader: Reader) -> Iterator[Past]:
    moves: dict[LeadId, list[Move]] = {}
    for move in reader.activities.moves():
        moves.setdefault(move.lead_id, []).append(move)
    snoozes: dict[str, list[Snooze]] = {}
    for entry in reader.audit.actions("lead.snooze"):
        if entry.new:
            snoozes.setdefault(entry.subject, []).append((entry.at, datetime.fromisoformat(entry.new["until"])))
    bases = {entry.subject: entry for entry in reader.audit.actions("lead.base")}
    for lead in reader.leads.all():
        first = as_before(lead, bases[lead.id].old) if lead.id in bases else lead
        yield Past(lead.id, lead.owner_id, _states(first, moves.get(lead.id, [])), snoozes.get(lead.id, []))


def _states(first: Lead, moves: Sequence[Move]) -> list[State]:
    """The lead as it was before its first record, then after each."""
    states = [State(min(first.created_at, first.last_action_at), first.next_on, True)]
    if first.last_action_at > first.created_at:
        states.append(State(first.last_action_at, first.next_on, first.stage not in ENDED))
    promise, stage = first.next_on, first.stage
    for move in moves:
        stage = move.stage or stage
        kept = promise is not None and promise <= local_day(move.at)
        promise = move.next_on or (None if kept else promise)
        states.append(State(move.at, promise, _open(stage)))
    return states


def _open(stage: Stage) -> bool:
    return stage not in ENDED
