"""The embedded engine keeps the contract; below are the promises that only it makes: leases, and one process on one file."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.clock import FakeClock
from bot.domain.errors import StorageError
from bot.jobs import Job, Policy, Retry
from bot.jobs.embedded import MOST_CRASHES, EmbeddedJobs
from storage.store import Store
from storage.tables import job as job_table
from storage.transaction import Transaction
from tests.jobs.contract import JobsContract
from tests.jobs.rig import Failing, Rig, Told, work
from tests.waiting import until


class EmbeddedRig(Rig):
    """The embedded engine; ``lease`` is a third of how often it is renewed, in real seconds."""

    lease = timedelta(seconds=30)

    def make(self) -> EmbeddedJobs:
        return EmbeddedJobs(self.store, self.clock, lease=self.lease)


class ShortLease(EmbeddedRig):
    lease = timedelta(milliseconds=30)


@pytest.fixture
async def rig(store: Store, clock: FakeClock) -> AsyncIterator[Rig]:
    rig = EmbeddedRig(store, clock)
    yield rig
    await rig.close()


@pytest.fixture
async def short(store: Store, clock: FakeClock) -> AsyncIterator[Rig]:
    rig = ShortLease(store, clock)
    yield rig
    await rig.close()


class TestEmbedded(JobsContract):
    """Every test of the contract."""


async def test_the_lease_of_a_long_job_is_renewed(short: Rig) -> None:
    worker = Told(short, held=True)
    short.handle(worker)
    await short.start()
    await short.put("a")
    await until(lambda: worker.at_once == 1)
    short.clock.advance(timedelta(days=1))
    await until(lambda: _leased_beyond_now(short))
    worker.go.set()
    await short.until(["a"])
    assert worker.lost == 0


async def test_a_lease_is_renewed_again_after_the_database_could_not(short: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Told(short, held=True)
    short.handle(worker)
    await short.start()
    await short.put("a")
    await until(lambda: worker.at_once == 1)
    refusals = _refuse_writes(short.store, monkeypatch)
    await until(lambda: len(refusals) > 2)
    monkeypatch.undo()
    short.clock.advance(timedelta(days=1))
    await until(lambda: _leased_beyond_now(short))


async def test_a_job_left_unfinished_by_its_worker_is_due_again_when_its_lease_has_run_out(rig: Rig) -> None:
    tries: list[int] = []

    async def worker(job: Job) -> None:
        tries.append(job.token)
        if len(tries) == 2:
            await rig.done(job, "a")

    rig.handle(worker)
    await rig.start()
    await rig.put("a")
    await until(lambda: len(tries) == 1)
    await rig.advance(timedelta(seconds=29))
    assert len(tries) == 1
    await rig.advance(timedelta(seconds=1))
    await rig.until(["a"])


async def test_the_engine_starts_once_a_full_disk_has_room_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.put("a")
    refusals = _refuse_writes(rig.store, monkeypatch)
    rig.handle(Told(rig))
    await rig.start()
    await until(lambda: len(refusals) > 0)
    monkeypatch.undo()
    await rig.until(["a"])


async def test_a_database_that_refuses_the_claim_is_tried_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.handle(Told(rig))
    await rig.start()
    await rig.all_looked_at()
    refusals = _refuse_writes(rig.store, monkeypatch)
    rig.jobs.wake()
    await until(lambda: len(refusals) > 0)
    monkeypatch.undo()
    await rig.put("a")
    await rig.until(["a"])


async def test_draining_while_a_claim_is_under_way_leaves_nothing_running(rig: Rig) -> None:
    engine = rig.jobs
    assert isinstance(engine, EmbeddedJobs)
    worker = Told(rig)
    rig.handle(worker)
    await rig.start()
    await rig.all_looked_at()
    await until(lambda: not (engine._running or engine._claiming.locked() or engine._wake.is_set()))
    entered, go = threading.Event(), threading.Event()

    def put_and_hold(tx: Transaction) -> None:
        rig.jobs.put(tx, [work("a"), work("b"), work("c")])
        entered.set()
        go.wait(10)

    holding = rig.store.submit(put_and_hold)
    await asyncio.to_thread(entered.wait, 10)
    rig.jobs.wake()
    await until(lambda: rig.store._waiting.qsize() > 0)  # the claim stands behind it
    draining = asyncio.create_task(rig.jobs.drain(10))
    await asyncio.sleep(0)
    go.set()
    await draining
    assert sorted(await rig.effects()) == sorted(worker.started) == ["a", "b", "c"]
    holding.result()


async def test_a_job_that_takes_every_process_down_is_given_up_in_the_end(rig: Rig) -> None:
    worker = Told(rig)
    rig.handle(worker)
    await rig.put("a")
    await rig.store.write(lambda tx: tx.connection.execute(job_table.update().values(crashes=MOST_CRASHES + 1)))
    await rig.start()
    await rig.until(["given up"])
    assert worker.started == []


async def test_a_worker_kept_from_its_files_for_hours_is_not_taken_for_one_that_takes_processes_down(rig: Rig) -> None:
    worker = Failing(rig, *(StorageError("存不了文件") for _ in range(MOST_CRASHES + 5)))
    rig.handle(worker)
    await rig.start()
    await rig.put("a")
    while worker.errors:
        await rig.advance(timedelta(seconds=1))
    await rig.advance(timedelta(seconds=1))
    await rig.until(["a"])


async def test_an_outage_longer_than_fifty_tries_is_waited_for(rig: Rig) -> None:
    worker = Failing(rig, *(Retry("the platform is down") for _ in range(MOST_CRASHES + 5)))
    rig.handle(worker, Policy(failures=1440))
    await rig.start()
    await rig.put("a")
    while worker.errors:
        await rig.advance(timedelta(minutes=1))
    await rig.advance(timedelta(minutes=1))
    await rig.until(["a"])


async def test_an_engine_that_was_cancelled_leaves_its_jobs_to_the_next(rig: Rig) -> None:
    first = Told(rig, held=True)
    rig.jobs.handle("work", first, Policy(), rig.gave_up)
    running = asyncio.create_task(rig.jobs.run())
    await rig.put("a")
    await until(lambda: first.at_once == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await rig.successor(Told(rig))
    await rig.until(["a"])
    await rig.jobs.drain(0)


async def test_after_the_clock_went_back_what_failed_is_tried_again_soon(rig: Rig) -> None:
    worker = Failing(rig, Retry("the platform is down", 3600))
    rig.handle(worker)
    await rig.start()
    await rig.put("a")
    await until(lambda: not worker.errors)
    await rig.all_looked_at()
    await rig.advance(-timedelta(days=300))
    await rig.until(["a"])


async def test_after_the_clock_went_back_work_for_later_still_waits_for_its_time(rig: Rig) -> None:
    worker = Told(rig)
    rig.handle(worker)
    await rig.start()
    await rig.put("a", run_at=rig.clock.now() + timedelta(hours=2))
    await rig.advance(-timedelta(days=300))
    assert worker.started == []


async def _leased_beyond_now(rig: Rig) -> bool:
    until_when = await rig.store.read(lambda r: r.connection.execute(select(job_table.c.leased_until)).scalar())
    return until_when is not None and until_when > rig.clock.now()


def _refuse_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The disk is full until the monkeypatch is undone; the refusals are counted."""
    refusals: list[str] = []

    async def full(*_: object, **__: object) -> None:
        refusals.append("full")
        raise StorageError("磁盘满了")

    monkeypatch.setattr(store, "write", full)
    return refusals
