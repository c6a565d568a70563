"""Edited rules on past records: the mornings once more, under the old and the new rules."""

from datetime import date, timedelta

from bot.domain.activity import Activity, ActivityKind
from bot.domain.clock import FakeClock
from bot.domain.customer import Customer, Lead
from bot.domain.staleness import Colour
from bot.domain.understood import Stage
from bot.domain.values import ActivityId, CustomerId, LeadId, MemberId
from bot.domain.worktime import Worktime
from bot.rules.trial import Trial, attempt, not_covered
from config.rules import Rules, parse_rules
from storage.store import Store
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.storage.samples import a_member

LOOSER = parse_rules('[breakpoint]\nlimit = "5d"\n', "规则")
BORN = WEDNESDAY - timedelta(days=8)  # Tuesday 10 March, 10:00


def a_lead(tx: Transaction, name: str = "a") -> Lead:
    if tx.members.get(MemberId("m_1")) is None:
        tx.members.save(a_member(id=MemberId("m_1")))
    tx.customers.save(Customer(CustomerId(f"c_{name}"), f"宁波{name}泵业有限公司", BORN))
    lead = Lead(LeadId(f"l_{name}"), CustomerId(f"c_{name}"), MemberId("m_1"), BORN, BORN)
    tx.leads.save(lead)
    return lead


def a_record(tx: Transaction, lead: Lead, days: float, *, next_on: date | None = None, stage: Stage | None = None) -> None:
    then = BORN + timedelta(days=days)
    tx.activities.save(
        Activity(
            id=ActivityId(f"a_{lead.id}_{days}"),
            kind=ActivityKind.FOLLOW_UP,
            member_id=MemberId("m_1"),
            chat="p",
            received_at=then,
            last_piece_at=then,
            customer_id=lead.customer_id,
            lead_id=lead.id,
            next_on=next_on,
            stage=stage,
        )
    )


def trial(store: Store, rules: Rules, worktime: Worktime, days: int = 8, new: Rules = LOOSER) -> Trial:
    now = FakeClock(WEDNESDAY).now()
    return store.read_now(lambda r: attempt(r, rules, new, now - timedelta(days=days), now, worktime))


def listed(found: Trial) -> dict[int, tuple[int, int]]:
    return {m.day.day: (m.was, m.would) for m in found.mornings}


def test_every_working_morning_is_run_under_both_rules(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(a_lead)
    # Broken from Thursday 12th 10:00 on; five working days are over on Tuesday 17th at 10:00.
    assert listed(trial(store, rules, worktime)) == {10: (0, 0), 11: (0, 0), 12: (0, 0), 13: (1, 0), 16: (1, 0), 17: (1, 0), 18: (1, 1)}


def test_a_record_stops_the_alarm_from_then_on(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(lambda tx: a_record(tx, a_lead(tx), 5))
    # Told on Sunday the 15th; that is two working days old on Wednesday.
    assert [m.was for m in trial(store, rules, worktime).mornings] == [0, 0, 0, 1, 0, 0, 1]


def test_a_promise_that_is_not_due_is_left_alone(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(lambda tx: a_record(tx, a_lead(tx), 0.5, next_on=date(2026, 3, 16)))
    assert listed(trial(store, rules, worktime))[16] == (0, 0)
    assert listed(trial(store, rules, worktime))[17] == (1, 0)


def test_a_lost_lead_is_not_listed_after_it_was_lost(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(lambda tx: a_record(tx, a_lead(tx), 4, stage=Stage.LOST))
    assert [m.was for m in trial(store, rules, worktime).mornings] == [0, 0, 0, 1, 0, 0, 0]


def test_a_snooze_counts_for_its_time(store: Store, rules: Rules, worktime: Worktime) -> None:
    def unit(tx: Transaction) -> None:
        lead = a_lead(tx)
        until = BORN + timedelta(days=7)
        tx.audit.note(BORN + timedelta(days=3, hours=1), None, "lead.snooze", lead.id, new={"until": until.isoformat(), "reason": "出差"})

    store.write_now(unit)
    assert [m.was for m in trial(store, rules, worktime).mornings] == [0, 0, 0, 1, 0, 0, 1]


def test_leads_that_would_no_longer_be_listed_are_named(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(lambda tx: a_record(tx, a_lead(tx, "b"), 5))
    found = trial(store, rules, worktime)
    assert (found.more, found.fewer) == (set(), {LeadId("l_b")})


def test_the_colours_of_today_are_counted_under_both(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(a_lead)
    new = parse_rules('[colour]\ngreen_within = "1d"\nyellow_from = "2d"\nred_after = "3d"\n', "规则")
    found = trial(store, rules, worktime, new=new)
    assert (found.colours_now, found.colours_then) == ({Colour.NEUTRAL: 1}, {Colour.RED: 1})


def test_nothing_is_written(store: Store, rules: Rules, worktime: Worktime) -> None:
    store.write_now(a_lead)
    before = store.read_now(lambda r: r.leads.all())
    trial(store, rules, worktime)
    assert store.read_now(lambda r: r.leads.all()) == before


def test_rules_without_a_trace_in_the_past_are_named() -> None:
    assert not_covered(["breakpoint.limit", "visit.undo_within", "digest.at", "digest.per_rep"]) == ["visit.undo_within", "digest.per_rep"]
