"""An engine under test: what the contract asks of it, and workers to give it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.domain.clock import FakeClock
from bot.jobs import Job, Jobs, LostJob, NewJob, Policy, Worker
from storage.store import Store
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.waiting import until


class Rig(ABC):
    """An engine under test, its database and its clock."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.jobs = self.make()
        self.given_up: list[tuple[str, str]] = []
        self._engines: list[tuple[Jobs, asyncio.Task[None]]] = []

    @abstractmethod
    def make(self) -> Jobs:
        """A fresh engine on the same database, as a new process would have it."""

    async def start(self, jobs: Jobs | None = None) -> None:
        jobs = jobs or self.jobs
        self._engines.append((jobs, asyncio.create_task(jobs.run())))

    async def successor(self, worker: Worker) -> Jobs:
        """A process that starts where another was killed; it works on ``work``."""
        after = self.make()
        after.handle("work", worker, Policy(), self.gave_up)
        await self.start(after)
        return after

    async def close(self) -> None:
        for jobs, running in self._engines:
            await jobs.drain(0)
            running.cancel()
        await asyncio.gather(*(running for _, running in self._engines), return_exceptions=True)

    def handle(self, worker: Worker, policy: Policy | None = None, kind: str = "work") -> None:
        self.jobs.handle(kind, worker, policy or Policy(), self.gave_up)

    def gave_up(self, tx: Transaction, job: Job, reason: str) -> None:
        self.given_up.append((str(job.payload["n"]), reason))
        add(tx, "given up")

    async def put(self, *names: object, kind: str = "work", **rest: Any) -> int:  # noqa: ANN401
        return await self.store.write(lambda tx: self.jobs.put(tx, [work(n, kind=kind, **rest) for n in names]))

    async def done(self, job: Job, effect: str) -> None:
        def unit(tx: Transaction) -> None:
            add(tx, effect)
            self.jobs.complete(tx, job)

        await self.store.write(unit)

    async def effects(self) -> list[str]:
        """What workers have brought about, in the order of their commits."""
        return await self.store.read(lambda r: list(r.facts.get("effects") or []))

    async def until(self, effects: Sequence[str]) -> None:
        """Wait for exactly these effects."""
        found: list[str] = []

        async def there() -> bool:
            nonlocal found
            found = await self.effects()
            return found == list(effects)

        try:
            await until(there)
        except TimeoutError:
            raise AssertionError(f"wanted {effects}, found {found}") from None

    async def all_looked_at(self) -> None:
        """Everything that is due by now has been started: a job put now was."""
        seen = asyncio.Event()

        async def look(job: Job) -> None:
            await self.store.write(lambda tx: self.jobs.complete(tx, job))
            seen.set()

        self.jobs.handle("look", look, Policy(), self.gave_up)
        self.jobs.wake()
        await self.put("look", kind="look")
        await asyncio.wait_for(seen.wait(), 10)

    async def advance(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.jobs.wake()
        await self.all_looked_at()


def work(n: object, *, kind: str = "work", **rest: Any) -> NewJob:  # noqa: ANN401
    return NewJob(kind=kind, payload={"n": str(n)}, **rest)


def add(tx: Transaction, effect: str) -> None:
    tx.facts.set("effects", [*(tx.facts.get("effects") or []), effect], WEDNESDAY)


class Told:
    """A worker that notes its job, waits until it is let go, then ends it with the effect of its name."""

    def __init__(self, rig: Rig, *, held: bool = False) -> None:
        self.rig = rig
        self.started: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.lost = 0
        self.go = asyncio.Event()
        if not held:
            self.go.set()

    async def __call__(self, job: Job) -> None:
        self.started.append(str(job.payload["n"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go.wait()
            await self.rig.done(job, str(job.payload["n"]))
        except LostJob:
            self.lost += 1
            raise
        finally:
            self.at_once -= 1


class Failing(Told):
    """Raises ``errors`` one after the other, then does its work."""

    def __init__(self, rig: Rig, *errors: Exception) -> None:
        super().__init__(rig)
        self.errors = list(errors)

    async def __call__(self, job: Job) -> None:
        if self.errors:
            self.started.append(str(job.payload["n"]))
            raise self.errors.pop(0)
        await super().__call__(job)
