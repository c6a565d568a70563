"""Inbox, outbox, timers and jobs: the rows that durable work is made of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.jobs import Timer
from storage.engines import database_url, writer_engine
from storage.transaction import Transaction
from tests.storage.samples import NOW, hours_ago

SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)


@pytest.fixture
def tx(database: Path) -> Iterator[Transaction]:
    """An open transaction on a real file."""
    engine = writer_engine(database_url(f"sqlite:///{database}"))
    with engine.connect() as connection, connection.begin():
        yield Transaction(connection)
    engine.dispose()


def incoming(event_id: str, platform: str = "sandbox") -> dict[str, Any]:
    return {"platform": platform, "event_id": event_id, "payload": "{}", "received_at": NOW}


def a_job(key: str | None = None, lane: str | None = None, kind: str = "handle", run_at: datetime = NOW) -> dict[str, Any]:
    return {"kind": kind, "key": key, "lane": lane, "payload": {"n": 1}, "run_at": run_at}


def claim(tx: Transaction, now: datetime = NOW, limit: int = 10, running: tuple[int, ...] = ()) -> list[int]:
    return [row.id for row in tx.jobs.claim(["handle"], now, now + timedelta(minutes=1), limit, running)]


def test_an_event_is_accepted_once(tx: Transaction) -> None:
    assert len(tx.inbox.accept([incoming("e1"), incoming("e2"), incoming("e1", "wecom")])) == 3
    assert list(tx.inbox.accept([incoming("e1"), incoming("e3")])) == [("sandbox", "e3")]


def test_an_event_twice_in_one_batch_is_accepted_once(tx: Transaction) -> None:
    assert len(tx.inbox.accept([incoming("e1"), incoming("e1")])) == 1
    assert tx.inbox.counts() == {"new": 1}


def test_nothing_to_accept_and_nothing_to_do_is_no_error(tx: Transaction) -> None:
    assert tx.inbox.accept([]) == {}
    assert tx.jobs.put([]) == 0


def test_an_event_is_done_or_dead_and_a_dead_one_can_be_taken_up_again(tx: Transaction) -> None:
    ids = list(tx.inbox.accept([incoming("e1"), incoming("e2")]).values())
    tx.inbox.done(ids[0])
    tx.inbox.dead(ids[1], "K3F9", "ValueError")
    assert tx.inbox.counts() == {"done": 1, "dead": 1}
    assert [(row.id, row.incident, row.error) for row in tx.inbox.dead_ones()] == [(ids[1], "K3F9", "ValueError")]
    assert tx.inbox.revive(ids[1])
    assert not tx.inbox.revive(ids[0])
    assert tx.inbox.counts() == {"done": 1, "new": 1}


def test_an_event_is_kept_as_it_came(tx: Transaction) -> None:
    ((_, row_id),) = tx.inbox.accept([incoming("e1") | {"payload": '{"text":"\\u4f60"}'}]).items()
    row = tx.inbox.get(row_id)
    assert row
    assert (row.payload, row.received_at, row.state) == ('{"text":"\\u4f60"}', NOW, "new")


def test_a_message_waits_until_it_is_sent_and_keeps_its_reference(tx: Transaction) -> None:
    row_id = tx.outbox.add("sandbox", "p:li.si", "{}", NOW)
    assert tx.outbox.counts() == {"waiting": 1}
    tx.outbox.failed(row_id, "timeout", dead=False)
    tx.outbox.sent(row_id, "m-1", NOW)
    row = tx.outbox.get(row_id)
    assert row
    assert (row.state, row.ref, row.attempts, row.error, row.sent_at) == ("sent", "m-1", 2, None, NOW)


def test_a_held_message_is_released_once(tx: Transaction) -> None:
    row_id = tx.outbox.add("sandbox", "p:li.si", "{}", NOW, held=True)
    assert tx.outbox.release(row_id)
    assert not tx.outbox.release(row_id)


def test_only_a_held_message_can_be_rewritten(tx: Transaction) -> None:
    held, gone = (tx.outbox.add("sandbox", "c", "old", NOW, held=held) for held in (True, False))
    for row_id in (held, gone):
        tx.outbox.rewrite(row_id, "new")
    rows = [tx.outbox.get(row_id) for row_id in (held, gone)]
    assert [row and row.payload for row in rows] == ["new", "old"]


def test_a_dead_message_can_be_tried_again(tx: Transaction) -> None:
    row_id = tx.outbox.add("sandbox", "p:li.si", "{}", NOW)
    tx.outbox.failed(row_id, "chat is gone", dead=True)
    assert [row.id for row in tx.outbox.dead_ones()] == [row_id]
    assert tx.outbox.revive(row_id)
    assert not tx.outbox.revive(row_id)


def test_the_copies_of_a_card_are_its_first_sendings(tx: Transaction) -> None:
    first = tx.outbox.add("sandbox", "p:a", "{}", NOW, card="visit:1")
    second = tx.outbox.add("sandbox", "p:b", "{}", NOW, card="visit:1")
    update = tx.outbox.add("sandbox", "p:a", "{}", NOW, card="visit:1", updates=first)
    newer = tx.outbox.add("sandbox", "p:a", "{}", NOW, card="visit:1", updates=first)
    assert [row.id for row in tx.outbox.copies("visit:1")] == [first, second]
    assert tx.outbox.newer_update(update, first)
    assert not tx.outbox.newer_update(newer, first)


def test_messages_are_read_on_from_where_somebody_stopped(tx: Transaction) -> None:
    assert tx.outbox.last_id() == 0
    ids = [tx.outbox.add("sandbox", "c", str(n), NOW) for n in range(4)]
    assert [row.id for row in tx.outbox.since(ids[1])] == ids[2:]
    assert [row.id for row in tx.outbox.since(0, limit=2)] == ids[:2]
    assert tx.outbox.last_id() == ids[-1]


def test_a_timer_fires_once_when_its_time_has_come(tx: Transaction) -> None:
    tx.timers.set(Timer("promise", "l_1", "promise:l_1", SOON))
    assert tx.timers.fire(NOW) == []
    assert [timer.key for timer in tx.timers.due(SOON)] == ["promise:l_1"]
    assert tx.timers.fire(SOON) == [Timer("promise", "l_1", "promise:l_1", SOON)]
    assert tx.timers.fire(LATER) == []
    assert tx.timers.count() == 0


def test_setting_a_timer_again_moves_it(tx: Transaction) -> None:
    tx.timers.set(Timer("promise", "l_1", "k", SOON))
    tx.timers.set(Timer("promise", "l_1", "k", LATER))
    assert tx.timers.next_due() == LATER
    assert tx.timers.count() == 1


def test_a_fired_timer_can_be_set_again(tx: Transaction) -> None:
    tx.timers.set(Timer("promise", "l_1", "k", SOON))
    tx.timers.fire(SOON)
    tx.timers.set(Timer("promise", "l_1", "k", LATER))
    assert len(tx.timers.fire(LATER)) == 1


def test_a_cancelled_timer_does_not_fire_and_cancelling_nothing_is_no_error(tx: Transaction) -> None:
    tx.timers.set(Timer("promise", "l_1", "k", SOON))
    tx.timers.cancel("k")
    tx.timers.cancel("nothing")
    assert tx.timers.fire(LATER) == []
    assert tx.timers.next_due() is None


def test_timers_fire_oldest_first_up_to_a_limit(tx: Transaction) -> None:
    for n in (3, 1, 2):
        tx.timers.set(Timer("promise", f"l_{n}", f"k{n}", NOW + timedelta(minutes=n)))
    assert [timer.key for timer in tx.timers.fire(LATER, limit=2)] == ["k1", "k2"]
    assert [timer.key for timer in tx.timers.fire(LATER)] == ["k3"]


def test_a_job_of_a_known_key_is_left_out(tx: Transaction) -> None:
    assert tx.jobs.put([a_job("k"), a_job("k"), a_job(), a_job()]) == 3
    assert tx.jobs.put([a_job("k")]) == 0


def test_a_claimed_job_is_leased_until_the_lease_runs_out(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    (first,) = claim(tx)
    assert claim(tx) == []
    assert claim(tx, NOW + timedelta(minutes=1)) == [first]


def test_a_job_runs_not_before_its_time_and_only_of_the_kinds_asked_for(tx: Transaction) -> None:
    tx.jobs.put([a_job("late", run_at=LATER), a_job("other", kind="speech")])
    assert claim(tx) == []
    assert claim(tx, LATER) == [1]


def test_of_a_lane_only_the_oldest_open_job_is_claimed(tx: Transaction) -> None:
    tx.jobs.put([a_job(lane="a"), a_job(lane="a"), a_job(lane="b"), a_job(), a_job()])
    assert claim(tx) == [1, 3, 4, 5]
    tx.jobs.finish(1, 1, NOW)
    assert claim(tx) == [2]


def test_a_job_given_back_holds_up_its_lane(tx: Transaction) -> None:
    tx.jobs.put([a_job(lane="a"), a_job(lane="a")])
    claim(tx)
    assert tx.jobs.again(1, 1, LATER, "timeout")
    assert claim(tx) == []
    assert claim(tx, LATER) == [1]


def test_a_dead_job_holds_up_nobody(tx: Transaction) -> None:
    tx.jobs.put([a_job(lane="a"), a_job(lane="a")])
    claim(tx)
    assert tx.jobs.bury(1, 1, NOW, "ValueError")
    assert claim(tx) == [2]
    assert tx.jobs.counts() == {"dead": 1, "open": 1}


def test_who_lost_the_lease_cannot_end_the_job(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    claim(tx)
    claim(tx, LATER)
    assert not tx.jobs.finish(1, 1, LATER)
    assert not tx.jobs.again(1, 1, LATER, "late")
    assert not tx.jobs.bury(1, 1, LATER, "late")
    assert tx.jobs.finish(1, 2, LATER)
    assert not tx.jobs.finish(1, 2, LATER)


def test_a_renewed_lease_holds_longer(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    claim(tx)
    tx.jobs.renew({1: 1}, LATER)
    assert claim(tx, NOW + timedelta(minutes=30)) == []
    assert claim(tx, LATER) == [1]


def test_a_lease_of_a_lost_attempt_cannot_be_renewed(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    claim(tx)
    claim(tx, LATER)
    tx.jobs.renew({1: 1}, LATER + timedelta(days=1))
    assert claim(tx, LATER + timedelta(minutes=1)) == [1]


def test_a_job_that_this_process_still_runs_is_not_claimed_again(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    assert claim(tx, running=(1,)) == []


def test_after_a_restart_every_lease_is_free(tx: Transaction) -> None:
    tx.jobs.put([a_job()])
    claim(tx)
    tx.jobs.forget_leases()
    assert claim(tx) == [1]


def test_finished_jobs_are_forgotten_with_their_keys_after_a_while(tx: Transaction) -> None:
    tx.jobs.put([a_job("k")])
    claim(tx)
    tx.jobs.finish(1, 1, hours_ago(2))
    assert tx.retention.jobs(hours_ago(3), 100) == 0
    assert tx.retention.jobs(hours_ago(1), 100) == 1
    assert tx.jobs.put([a_job("k")]) == 1


def test_the_next_job_nobody_holds_tells_when_to_wake(tx: Transaction) -> None:
    tx.jobs.put([a_job(run_at=NOW), a_job(run_at=LATER)])
    assert tx.jobs.next_due() == NOW
    claim(tx)
    assert tx.jobs.next_due() == LATER
