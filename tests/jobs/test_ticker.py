"""The ticker: each timer fires once, each cron instant runs once, whatever the clock, the database or a second ticker does."""

import asyncio
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.clock import SHANGHAI, FakeClock
from bot.domain.errors import StorageError
from bot.domain.jobs import Timer
from bot.jobs.cron import Cron
from bot.jobs.embedded import EmbeddedJobs
from bot.jobs.ticker import BATCH, Ticker
from storage.store import Store
from storage.tables import job
from storage.transaction import Transaction
from tests.waiting import until

MORNING = Cron("digest", time(8, 20), timedelta(hours=3))
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 8, minute: int = 20) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


class Rig:
    """A ticker that notes what fired, and the cron runs it put."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.jobs = EmbeddedJobs(store, clock)
        self.fired: list[str] = []
        self.ticker = self.another()

    def another(self) -> Ticker:
        return Ticker(self.store, self.jobs, self.clock, lambda _: [MORNING], self._note)

    async def tick_at(self, instant: datetime) -> None:
        self.clock.set(instant)
        await self.ticker.tick()

    async def timer(self, name: str, run_at: datetime) -> None:
        await self.store.write(lambda tx: tx.timers.set(Timer("reminder", name, name, run_at)))

    async def runs(self) -> list[str]:
        """The cron instants put so far."""
        rows = await self.store.read(lambda r: r.connection.execute(job.select().where(job.c.kind == "cron").order_by(job.c.id)).all())
        return [row.payload["instant"] for row in rows]

    def _note(self, tx: Transaction, timer: Timer) -> None:
        self.fired.append(timer.subject)


@pytest.fixture
def rig(store: Store, clock: FakeClock) -> Rig:
    return Rig(store, clock)


async def test_a_timer_fires_when_its_time_has_come_and_not_before(rig: Rig) -> None:
    await rig.timer("a", at(18, 12, 0))
    await rig.tick_at(at(18, 11, 59))
    assert rig.fired == []
    await rig.tick_at(at(18, 12, 0))
    assert rig.fired == ["a"]


async def test_a_timer_fires_once(rig: Rig) -> None:
    await rig.timer("a", at(18))
    for hour in (9, 10, 11):
        await rig.tick_at(at(18, hour))
    assert rig.fired == ["a"]


async def test_a_timer_fires_once_with_two_tickers(rig: Rig) -> None:
    for n in range(50):
        await rig.timer(str(n), at(18))
    rig.clock.set(at(18, 9))
    await asyncio.gather(rig.ticker.tick(), rig.another().tick())
    assert sorted(rig.fired) == sorted(map(str, range(50)))


async def test_a_timer_that_fired_stays_fired_when_the_clock_is_set_back(rig: Rig) -> None:
    await rig.timer("a", at(18))
    await rig.tick_at(at(18, 9))
    await rig.tick_at(at(17, 9))
    await rig.tick_at(at(18, 9))
    assert rig.fired == ["a"]


async def test_what_was_missed_fires_oldest_first(rig: Rig) -> None:
    await rig.timer("late", at(18, 12))
    await rig.timer("early", at(18, 11))
    await rig.tick_at(at(25))
    assert rig.fired == ["early", "late"]


async def test_more_than_a_batch_fires_in_one_tick(rig: Rig) -> None:
    def many(tx: Transaction) -> None:
        for n in range(BATCH * 2 + 1):
            tx.timers.set(Timer("reminder", str(n), str(n), at(18)))

    await rig.store.write(many)
    rig.clock.set(at(18, 9))
    assert await rig.ticker.tick() == BATCH * 2 + 1


async def test_a_timer_moved_later_fires_at_its_new_time_only(rig: Rig) -> None:
    await rig.timer("a", at(18, 12))
    await rig.timer("a", at(18, 14))
    await rig.tick_at(at(18, 13))
    assert rig.fired == []
    await rig.tick_at(at(18, 14))
    assert rig.fired == ["a"]


async def test_a_timer_taken_back_does_not_fire(rig: Rig) -> None:
    await rig.timer("a", at(18, 12))
    await rig.store.write(lambda tx: tx.timers.cancel("a"))
    await rig.tick_at(at(18, 13))
    assert rig.fired == []


async def test_a_timer_whose_firing_fails_fires_at_the_next_tick(rig: Rig) -> None:
    await rig.timer("a", at(18))
    rig.clock.set(at(18, 9))
    failing = Ticker(rig.store, rig.jobs, rig.clock, lambda _: [], _refuse)
    with pytest.raises(StorageError):
        await failing.tick()
    await rig.ticker.tick()
    assert rig.fired == ["a"]


async def test_a_cron_line_runs_once_for_an_instant(rig: Rig) -> None:
    for minute in (20, 21, 59):
        await rig.tick_at(at(18, 8, minute))
    assert await rig.runs() == [at(18).isoformat()]


async def test_a_cron_line_runs_once_for_an_instant_with_two_tickers(rig: Rig) -> None:
    rig.clock.set(at(18))
    await asyncio.gather(rig.ticker.tick(), rig.another().tick(), rig.another().tick())
    assert await rig.runs() == [at(18).isoformat()]


async def test_a_cron_line_runs_once_for_an_instant_over_a_restart(rig: Rig) -> None:
    await rig.tick_at(at(18))
    await rig.another().tick()
    assert await rig.runs() == [at(18).isoformat()]


async def test_a_missed_run_is_made_up_once_within_its_grace(rig: Rig) -> None:
    await rig.tick_at(at(18, 8, 19))
    for hour in (10, 11):
        await rig.tick_at(at(18, hour, 0))
    assert await rig.runs() == [at(18).isoformat()]


async def test_a_run_missed_by_more_than_its_grace_is_not_made_up(rig: Rig) -> None:
    await rig.tick_at(at(18, 12, 0))
    assert await rig.runs() == []


async def test_of_several_days_missed_only_the_last_is_made_up(rig: Rig) -> None:
    await rig.tick_at(at(16))
    await rig.tick_at(at(20, 9, 0))
    assert await rig.runs() == [at(16).isoformat(), at(20).isoformat()]


async def test_a_clock_set_back_over_an_instant_does_not_run_it_again(rig: Rig) -> None:
    await rig.tick_at(at(18, 8, 30))
    await rig.tick_at(at(18, 8, 10))
    await rig.tick_at(at(18, 8, 30))
    assert await rig.runs() == [at(18).isoformat()]


async def test_a_clock_set_back_by_days_does_not_run_what_ran_then(rig: Rig) -> None:
    for day in (16, 17, 18, 16, 17, 18, 19):
        await rig.tick_at(at(day))
    assert await rig.runs() == [at(day).isoformat() for day in (16, 17, 18, 19)]


async def test_a_clock_set_forward_brings_what_is_due_then(rig: Rig) -> None:
    await rig.timer("a", at(19))
    await rig.tick_at(at(31))
    assert (rig.fired, await rig.runs()) == (["a"], [at(31).isoformat()])


async def test_a_running_ticker_looks_at_once_when_it_is_woken(rig: Rig) -> None:
    running = asyncio.create_task(rig.ticker.run())
    await rig.timer("a", at(18, 12))
    rig.clock.set(at(18, 12))
    rig.ticker.wake()
    await until(lambda: rig.fired == ["a"])
    running.cancel()


async def test_a_ticker_outlives_a_database_that_refuses(rig: Rig) -> None:
    await _outlives(rig, StorageError("磁盘满了"))


async def test_a_ticker_outlives_an_error_that_nobody_thought_of(rig: Rig) -> None:
    await _outlives(rig, IntegrityError("a statement", None, Exception("a constraint")))


async def test_a_timer_that_cannot_fire_does_not_hold_up_the_others(rig: Rig) -> None:
    def fire(tx: Transaction, timer: Timer) -> None:
        if timer.subject == "bad":
            raise ValueError("a bug")
        rig.fired.append(timer.subject)

    for name in ("before", "bad", "after"):
        await rig.timer(name, at(18))
    rig.clock.set(at(18, 9))
    await Ticker(rig.store, rig.jobs, rig.clock, lambda _: [], fire).tick()
    assert sorted(rig.fired) == ["after", "before"]


async def _outlives(rig: Rig, error: Exception) -> None:
    errors = [error]

    def fire(tx: Transaction, timer: Timer) -> None:
        if errors:
            raise errors.pop()
        rig.fired.append(timer.subject)

    ticker = Ticker(rig.store, rig.jobs, rig.clock, lambda _: [], fire)
    await rig.timer("a", at(18))
    await rig.timer("b", at(18))
    rig.clock.set(at(18, 9))
    running = asyncio.create_task(ticker.run())
    await until(lambda: not errors)
    ticker.wake()
    await until(lambda: "b" in rig.fired)
    running.cancel()


def _refuse(tx: Transaction, timer: Timer) -> None:
    raise StorageError("磁盘满了")
