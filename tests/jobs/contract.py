"""The contract of :class:`bot.jobs.Jobs`: every engine passes these same tests.

An engine's test module subclasses :class:`JobsContract` and gives a fixture ``rig``. The tests see only what workers and units see, never
the engine's own tables. Time passes when the clock is moved.
"""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import StorageError, UserError
from bot.jobs import Job, LostJob, Policy, Retry
from storage.transaction import Transaction
from tests.jobs.rig import Failing, Rig, Told, add, work
from tests.waiting import until

SECOND = timedelta(seconds=1)


class JobsContract:
    """What handlers may rely on, whichever engine does the work."""

    async def test_work_put_in_a_unit_is_done_after_its_commit(self, rig: Rig) -> None:
        rig.handle(Told(rig))
        await rig.start()
        await rig.put("a")
        await rig.until(["a"])

    async def test_work_put_in_a_unit_that_fails_is_never_done(self, rig: Rig) -> None:
        worker = Told(rig)
        rig.handle(worker)
        await rig.start()

        def unit(tx: Transaction) -> None:
            rig.jobs.put(tx, [work("a")])
            raise UserError("no")

        with pytest.raises(UserError):
            await rig.store.write(unit)
        await rig.all_looked_at()
        assert worker.started == []

    async def test_work_put_before_the_engine_starts_is_done(self, rig: Rig) -> None:
        rig.handle(Told(rig))
        await rig.put("a")
        await rig.start()
        await rig.until(["a"])

    async def test_a_known_key_puts_nothing(self, rig: Rig) -> None:
        assert [await rig.put("a", key="k"), await rig.put("b", key="k")] == [1, 0]

    async def test_a_known_key_takes_nothing_from_those_put_with_it(self, rig: Rig) -> None:
        await rig.put("a", key="k")
        new = [work("a", key="k"), work("b", key="l"), work("c")]
        assert await rig.store.write(lambda tx: rig.jobs.put(tx, new)) == 2

    async def test_one_key_twice_in_one_put_is_one_job(self, rig: Rig) -> None:
        assert await rig.put("a", "b", key="k") == 1

    async def test_the_key_of_finished_work_stays_known(self, rig: Rig) -> None:
        rig.handle(Told(rig))
        await rig.start()
        await rig.put("a", key="k")
        await rig.until(["a"])
        assert await rig.put("a", key="k") == 0

    async def test_a_key_whose_unit_failed_is_free(self, rig: Rig) -> None:
        def unit(tx: Transaction) -> None:
            rig.jobs.put(tx, [work("a", key="k")])
            raise UserError("no")

        with pytest.raises(UserError):
            await rig.store.write(unit)
        assert await rig.put("a", key="k") == 1

    async def test_putting_nothing_is_nothing(self, rig: Rig) -> None:
        assert await rig.put() == 0

    async def test_a_lane_keeps_its_order_while_many_put_and_lanes_run_side_by_side(self, rig: Rig) -> None:
        worker = Told(rig)
        rig.handle(worker)
        await rig.start()

        def unit(tx: Transaction, lane: int) -> None:
            number = int(tx.facts.get(f"lane {lane}") or 0) + 1
            tx.facts.set(f"lane {lane}", number, rig.clock.now())
            rig.jobs.put(tx, [work(f"{lane}.{number}", lane=f"lane {lane}")])

        await asyncio.gather(*(rig.store.write(lambda tx, n=n: unit(tx, n % 4)) for n in range(60)))  # type: ignore[misc]
        await until(lambda: len(worker.started) == 60)
        for lane in range(4):
            mine = [name for name in worker.started if name.startswith(f"{lane}.")]
            assert mine == [f"{lane}.{n}" for n in range(1, 16)]

    async def test_in_a_lane_the_next_starts_after_the_one_before_has_ended(self, rig: Rig) -> None:
        worker = Told(rig, held=True)
        rig.handle(worker)
        await rig.start()
        await rig.put("a", "b", lane="one")
        await rig.all_looked_at()
        assert worker.started == ["a"]
        worker.go.set()
        await rig.until(["a", "b"])

    async def test_lanes_run_side_by_side(self, rig: Rig) -> None:
        worker = Told(rig, held=True)
        rig.handle(worker)
        await rig.start()
        await asyncio.gather(*(rig.put(n, lane=str(n)) for n in range(5)))
        await until(lambda: worker.at_once == 5)

    async def test_work_without_a_lane_runs_side_by_side(self, rig: Rig) -> None:
        worker = Told(rig, held=True)
        rig.handle(worker)
        await rig.start()
        await rig.put(*range(5))
        await until(lambda: worker.at_once == 5)

    async def test_a_kind_never_has_more_in_hand_than_its_policy_allows(self, rig: Rig) -> None:
        narrow, other = Told(rig, held=True), Told(rig)
        rig.handle(narrow, Policy(together=2))
        rig.handle(other, kind="other")
        await rig.put(*range(6))
        await rig.put("other", kind="other")
        await rig.start()
        await until(lambda: other.started == ["other"])
        await rig.all_looked_at()
        assert narrow.at_once == 2
        narrow.go.set()
        await until(lambda: len(narrow.started) == 6)
        assert narrow.most_at_once == 2

    async def test_after_a_failure_its_lane_waits_and_keeps_its_order(self, rig: Rig) -> None:
        worker = Failing(rig, ValueError("once"))
        rig.handle(worker)
        await rig.start()
        await rig.put("a", "b", "c", lane="one")
        await until(lambda: not worker.errors)
        await rig.all_looked_at()
        assert worker.started == ["a"]
        await rig.advance(SECOND)
        await rig.until(["a", "b", "c"])

    async def test_a_failure_in_one_lane_does_not_hold_up_another(self, rig: Rig) -> None:
        rig.handle(Failing(rig, ValueError("once")))
        await rig.start()
        await rig.put("a", lane="one")
        await rig.put("b", lane="two")
        await rig.until(["b"])

    async def test_work_for_later_waits_for_its_time(self, rig: Rig) -> None:
        worker = Told(rig)
        rig.handle(worker)
        await rig.start()
        await rig.put("a", run_at=rig.clock.now() + timedelta(hours=2))
        await rig.advance(timedelta(minutes=119))
        assert worker.started == []
        await rig.advance(timedelta(minutes=1))
        await rig.until(["a"])

    async def test_work_for_now_is_done_though_the_clock_was_set_back_since(self, rig: Rig) -> None:
        rig.handle(Told(rig))
        await rig.put("a")
        rig.clock.advance(-timedelta(hours=1))
        await rig.start()
        await rig.until(["a"])

    async def test_a_worker_that_fails_is_tried_again_after_one_two_and_four_seconds(self, rig: Rig) -> None:
        worker = Failing(rig, ValueError("1"), ValueError("2"), ValueError("3"))
        rig.handle(worker)
        await rig.start()
        await rig.put("a")
        await until(lambda: len(worker.started) == 1)
        for tries, pause in enumerate((1, 2, 4), start=1):
            await rig.advance((pause - 0.5) * SECOND)
            assert len(worker.started) == tries
            await rig.advance(0.5 * SECOND)
            await until(lambda tries=tries: len(worker.started) == tries + 1)  # type: ignore[misc]
        await rig.until(["a"])

    async def test_the_pause_grows_to_the_longest_and_no_further(self, rig: Rig) -> None:
        policy = Policy(longest=timedelta(seconds=60))
        assert [policy.pause(n).total_seconds() for n in (0, 3, 5, 6, 1000)] == [1, 8, 32, 60, 60]

    async def test_a_retry_with_seconds_waits_so_long(self, rig: Rig) -> None:
        worker = Failing(rig, Retry("busy", 90))
        rig.handle(worker)
        await rig.start()
        await rig.put("a")
        await until(lambda: not worker.errors)
        await rig.advance(89 * SECOND)
        assert worker.started == ["a"]
        await rig.advance(SECOND)
        await rig.until(["a"])

    async def test_after_its_failures_a_job_is_given_up_and_its_owner_told_why(self, rig: Rig) -> None:
        worker = Failing(rig, ValueError("1"), ValueError("2"), ValueError("never"))
        rig.handle(worker, Policy(failures=2))
        await rig.start()
        await rig.put("a")
        await until(lambda: len(worker.started) == 1)
        await rig.advance(SECOND)
        await rig.until(["given up"])
        assert rig.given_up == [("a", "ValueError: 2")]
        await rig.advance(timedelta(days=1))
        assert len(worker.started) == 2

    async def test_a_job_given_up_frees_its_lane(self, rig: Rig) -> None:
        rig.handle(Failing(rig, ValueError("1")), Policy(failures=1))
        await rig.start()
        await rig.put("a", "b", lane="one")
        await rig.until(["given up", "b"])

    async def test_giving_up_and_telling_its_owner_are_one_unit(self, rig: Rig) -> None:
        told: list[str] = []

        def gave_up(tx: Transaction, job: Job, reason: str) -> None:
            told.append(reason)
            add(tx, f"told {len(told)}")
            if len(told) == 1:
                raise StorageError("磁盘满了")

        rig.jobs.handle("work", Failing(rig, ValueError("1"), ValueError("2")), Policy(failures=1), gave_up)
        await rig.start()
        await rig.put("a")
        await until(lambda: len(told) == 1)
        while len(told) == 1:
            await rig.advance(timedelta(minutes=1))
        await rig.until(["told 2"])

    async def test_a_job_whose_owner_fails_to_be_told_is_given_up_all_the_same(self, rig: Rig) -> None:
        def gave_up(tx: Transaction, job: Job, reason: str) -> None:
            raise ZeroDivisionError

        worker = Failing(rig, ValueError("1"))
        rig.jobs.handle("work", worker, Policy(failures=1), gave_up)
        await rig.start()
        await rig.put("a", "b", lane="one")
        await rig.until(["b"])
        await rig.advance(timedelta(days=1))
        assert worker.started == ["a", "b"]

    async def test_a_database_that_refuses_is_not_a_failure_of_the_job(self, rig: Rig) -> None:
        worker = Failing(rig, *(StorageError("磁盘满了") for _ in range(6)))
        rig.handle(worker, Policy(failures=2))
        await rig.start()
        await rig.put("a")
        while worker.errors:
            await rig.advance(SECOND)
        await rig.advance(SECOND)
        await rig.until(["a"])
        assert rig.given_up == []

    async def test_a_worker_learns_how_often_its_job_has_failed(self, rig: Rig) -> None:
        seen: list[int] = []

        async def worker(job: Job) -> None:
            seen.append(job.failures)
            if len(seen) < 3:
                raise ValueError
            await rig.done(job, "a")

        rig.handle(worker)
        await rig.start()
        await rig.put("a")
        while len(seen) < 3:
            await rig.advance(2 * SECOND)
        await rig.until(["a"])
        assert seen == [0, 1, 2]

    async def test_a_job_in_hand_is_not_started_again_however_late_it_gets(self, rig: Rig) -> None:
        worker = Told(rig, held=True)
        rig.handle(worker)
        await rig.start()
        await rig.put("a")
        await until(lambda: worker.at_once == 1)
        for _ in range(3):
            await rig.advance(timedelta(hours=5))
        worker.go.set()
        await rig.until(["a"])
        assert worker.started == ["a"]

    async def test_a_worker_that_lost_its_job_hears_so_and_its_unit_leaves_nothing(self, rig: Rig) -> None:
        first, second = Told(rig, held=True), Told(rig)
        rig.handle(first)
        await rig.start()
        await rig.put("a")
        await until(lambda: first.at_once == 1)
        await rig.successor(second)
        await rig.until(["a"])
        first.go.set()
        await until(lambda: first.lost == 1)
        assert await rig.effects() == ["a"]

    async def test_a_worker_that_lost_its_job_cannot_end_it_while_the_other_is_at_work(self, rig: Rig) -> None:
        first, second = Told(rig, held=True), Told(rig, held=True)
        rig.handle(first)
        await rig.start()
        await rig.put("a")
        await until(lambda: first.at_once == 1)
        await rig.successor(second)
        await until(lambda: second.at_once == 1)
        first.go.set()
        await until(lambda: first.lost == 1)
        assert await rig.effects() == []
        second.go.set()
        await rig.until(["a"])

    async def test_completing_twice_is_refused(self, rig: Rig) -> None:
        lost: list[bool] = []

        async def worker(job: Job) -> None:
            await rig.done(job, "a")
            try:
                await rig.done(job, "again")
            except LostJob:
                lost.append(True)

        rig.handle(worker)
        await rig.start()
        await rig.put("a")
        await until(lambda: lost == [True])
        assert await rig.effects() == ["a"]

    async def test_what_a_killed_process_had_in_hand_is_done_by_the_next_at_once(self, rig: Rig) -> None:
        first, second = Told(rig, held=True), Told(rig)
        rig.handle(first)
        await rig.start()
        await rig.put("a", "b", lane="one")
        await until(lambda: first.at_once == 1)
        await rig.successor(second)
        await rig.until(["a", "b"])

    async def test_draining_waits_for_what_is_in_hand_and_takes_nothing_new(self, rig: Rig) -> None:
        worker = Told(rig, held=True)
        rig.handle(worker)
        await rig.start()
        await rig.put("a", "b", lane="one")
        await until(lambda: worker.at_once == 1)
        draining = asyncio.create_task(rig.jobs.drain(10))
        await asyncio.sleep(0)
        assert not draining.done()
        worker.go.set()
        await draining
        assert (await rig.effects(), worker.started) == (["a"], ["a"])

    async def test_draining_gives_up_waiting_and_the_next_process_does_the_work(self, rig: Rig) -> None:
        first = Told(rig, held=True)
        rig.handle(first)
        await rig.start()
        await rig.put("a")
        await until(lambda: first.at_once == 1)
        await rig.jobs.drain(0.01)
        assert first.at_once == 0
        await rig.successor(Told(rig))
        await rig.until(["a"])

    async def test_draining_an_idle_engine_ends_its_run(self, rig: Rig) -> None:
        running = asyncio.create_task(rig.jobs.run())
        await asyncio.sleep(0)
        await rig.jobs.drain(5)
        await asyncio.wait_for(running, 5)

    async def test_a_kind_nobody_works_on_waits_for_a_process_that_does(self, rig: Rig) -> None:
        rig.handle(Told(rig), kind="other")
        await rig.start()
        await rig.put("a")
        await rig.all_looked_at()
        await rig.successor(Told(rig))
        await rig.until(["a"])
