"""Work in a child process: its results, its warmth, its bounds and its end."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import StorageError, UserError
from bot.senses.worker import Worker, WorkerCrash, WorkerError, WorkerFailed, WorkerMemory, WorkerTimeout
from tests.senses import errands

SOON = 30.0


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker("test", memory=600)
    yield worker
    await worker.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def gone(pid: int) -> None:
    async with asyncio.timeout(20):
        while alive(pid):  # noqa: ASYNC110  (a foreign process has no event)
            await asyncio.sleep(0.01)


async def test_a_function_gives_its_result(worker: Worker) -> None:
    assert await worker.run(errands.add, 2, 3, seconds=SOON) == 5


async def test_the_child_stays_warm_between_calls(worker: Worker) -> None:
    assert [await worker.run(errands.times_called, seconds=SOON) for _ in range(3)] == [1, 2, 3]


async def test_calls_queue_up_and_are_served_in_order(worker: Worker) -> None:
    calls = [worker.run(errands.times_called, seconds=SOON) for _ in range(5)]
    assert await asyncio.gather(*calls) == [1, 2, 3, 4, 5]


async def test_a_generator_gives_its_items_as_they_come(worker: Worker) -> None:
    assert [n async for n in worker.follow(errands.count_to, 3, seconds=SOON)] == [1, 2, 3]


async def test_a_call_over_its_deadline_is_killed_and_the_next_one_finds_a_fresh_child(worker: Worker) -> None:
    await worker.run(errands.times_called, seconds=SOON)
    pid = worker.pid
    assert pid is not None
    with pytest.raises(WorkerTimeout):
        await worker.run(errands.hang, seconds=0.05)
    assert not alive(pid)
    assert await worker.run(errands.times_called, seconds=SOON) == 1


async def test_each_step_of_a_generator_has_the_deadline(worker: Worker) -> None:
    await worker.run(errands.add, 1, 1, seconds=SOON)
    steps = worker.follow(errands.one_then_hang, seconds=0.2)
    assert await anext(steps) == 1
    with pytest.raises(WorkerTimeout):
        await anext(steps)


async def test_a_segmentation_fault_is_an_error_of_this_call_alone(worker: Worker) -> None:
    with pytest.raises(WorkerCrash, match="SIGSEGV"):
        await worker.run(errands.segfault, seconds=SOON)
    assert await worker.run(errands.add, 1, 1, seconds=SOON) == 2


async def test_those_who_wait_behind_a_crash_are_served(worker: Worker) -> None:
    crash, after = (
        asyncio.gather(worker.run(errands.segfault, seconds=SOON), return_exceptions=True),
        worker.run(errands.add, 1, 1, seconds=SOON),
    )
    outcome, result = await asyncio.gather(crash, after)
    assert isinstance(outcome[0], WorkerCrash)
    assert result == 2


async def test_a_child_that_was_killed_while_it_rested_is_replaced(worker: Worker) -> None:
    await worker.run(errands.add, 1, 1, seconds=SOON)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    async with asyncio.timeout(20):
        while worker.pid:  # noqa: ASYNC110  (a process that dies has no event)
            await asyncio.sleep(0.01)
    assert await worker.run(errands.add, 1, 1, seconds=SOON) == 2


async def test_memory_is_bounded(worker: Worker) -> None:
    with pytest.raises(WorkerMemory):
        await worker.run(errands.big, 700, seconds=SOON)
    assert await worker.run(errands.big, 100, seconds=SOON) == 100 * 2**20


async def test_our_own_errors_come_back_with_type_and_sentence(worker: Worker) -> None:
    with pytest.raises(UserError, match="这个文件是空的"):
        await worker.run(errands.refuse, seconds=SOON)
    with pytest.raises(StorageError, match="磁盘满了"):
        await worker.run(errands.full_disk, seconds=SOON)


async def test_a_foreign_error_is_told_and_the_child_lives_on(worker: Worker) -> None:
    await worker.run(errands.times_called, seconds=SOON)
    with pytest.raises(WorkerFailed, match="ZeroDivisionError: by zero"):
        await worker.run(errands.stumble, seconds=SOON)
    assert await worker.run(errands.times_called, seconds=SOON) == 2


async def test_a_result_that_cannot_travel_is_an_error_and_not_a_hang(worker: Worker) -> None:
    with pytest.raises(WorkerError):
        await worker.run(errands.unsendable, seconds=SOON)


async def test_what_a_library_prints_breaks_nothing(worker: Worker) -> None:
    assert await worker.run(errands.chatter, seconds=SOON) == "heard"


async def test_a_caller_that_goes_away_takes_the_work_with_it(worker: Worker, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    call = asyncio.create_task(worker.run(errands.start_and_hang, note, seconds=SOON))
    async with asyncio.timeout(20):
        while not (note.exists() and note.read_text()):  # noqa: ASYNC110  (another process writes it)
            await asyncio.sleep(0.01)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    assert not alive(int(note.read_text()))
    assert await worker.run(errands.add, 1, 1, seconds=SOON) == 2


async def test_the_event_loop_goes_on_while_the_child_works(worker: Worker) -> None:
    await worker.run(errands.add, 1, 1, seconds=SOON)
    call = asyncio.create_task(worker.run(errands.hang, seconds=0.3))
    turns = 0
    while not call.done():
        await asyncio.sleep(0)
        turns += 1
    with pytest.raises(WorkerTimeout):
        await call
    assert turns > 100


async def test_the_child_is_niced_and_counts_to_one(worker: Worker) -> None:
    assert await worker.run(errands.niceness, seconds=SOON) >= os.nice(0) + 10 or os.nice(0) > 9
    assert await worker.run(errands.environment, "OMP_NUM_THREADS", seconds=SOON) == os.environ.get("OMP_NUM_THREADS", "1")


async def test_our_secrets_stay_at_home(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_WECOM__SECRET", "s3cret")
    assert await worker.run(errands.environment, "GENJIN_WECOM__SECRET", seconds=SOON) is None


async def test_a_fresh_child_takes_over_after_so_many_calls() -> None:
    worker = Worker("test", calls=2)
    assert [await worker.run(errands.times_called, seconds=SOON) for _ in range(4)] == [1, 2, 1, 2]
    await worker.close()


async def test_closing_ends_the_child_at_rest_and_a_second_time_does_nothing(worker: Worker) -> None:
    await worker.run(errands.add, 1, 1, seconds=SOON)
    assert worker.pid is not None
    pid = worker.pid
    await worker.close()
    await worker.close()
    assert not alive(pid)


def test_a_child_whose_parent_is_killed_ends_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.senses.worker import Worker; from tests.senses import errands\n"
        "asyncio.run(Worker('x').run(errands.start_and_hang, Path(sys.argv[1]), seconds=60))\n"
    )
    parent = subprocess.Popen([sys.executable, program, note], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    while parent.poll() is None and not (note.exists() and note.read_text()):
        pass
    parent.kill()
    parent.wait()
    asyncio.run(gone(int(note.read_text())))
