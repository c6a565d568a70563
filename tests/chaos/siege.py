"""The besieger: sends messages of several people, sends again what was not acknowledged, and kills the process at random moments."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.chaos.evidence import Wound, busy, shown, wound
from tests.staff import FIRMS, REPS
from tests.waiting import until

EACH = 8  # messages of one person between two kills, about
PATIENCE = ClientTimeout(total=20)


@dataclass(slots=True)
class Siege:
    """One run of ``kills`` kills with a seed; afterwards its fields tell what happened."""

    folder: Path
    kills: int
    seed: int
    broken: str | None = None
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: {f"p:{user}": [] for user in REPS})
    unanswered: int = 0
    doubled: int = 0
    known: int = 0
    wounds: list[Wound] = field(default_factory=list)
    exit_code: int | None = None
    _port: int = 0
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _allowed: int = 0

    @property
    def acks(self) -> int:
        return sum(map(len, self.acknowledged.values()))

    async def run(self) -> None:
        """Besiege, then let the last process finish its work and end it politely."""
        async with ClientSession(timeout=PATIENCE) as session:
            people = [asyncio.create_task(self._person(session, user, number)) for number, user in enumerate(REPS)]
            try:
                await self._kill_and_kill_again()
                child = await self._start()
                await self._allow(self.kills + 1)
                await asyncio.gather(*people)
                await until(lambda: busy(self.folder) == 0, 60)
                child.send_signal(signal.SIGTERM)
                self.exit_code = await asyncio.wait_for(child.wait(), 20)
            finally:
                for person in people:
                    person.cancel()

    async def _kill_and_kill_again(self) -> None:
        chance = random.Random(self.seed)
        for life in range(1, self.kills + 1):
            child = await self._start()
            before = self.acks
            await self._allow(life)
            with suppress(TimeoutError) if self.broken else nullcontext():  # what a broken service loses is never shown
                await self._until_some_moment(chance, before)
            await asyncio.sleep(chance.random() * 0.02)
            self._up.clear()
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
            self.wounds.append(wound(self.folder))

    async def _until_some_moment(self, chance: random.Random, before: int) -> None:
        patience = 3 if self.broken else 30
        if chance.random() < 0.3:
            wanted = min(before + chance.randrange(len(REPS) * EACH), self._allowed * len(REPS))
            await until(lambda: self.acks >= wanted, patience)
        else:
            seen = shown(self.folder) + chance.randrange(1, len(REPS) * EACH)
            await until(lambda: shown(self.folder) >= min(seen, self.acks), patience)

    async def _start(self) -> asyncio.subprocess.Process:
        arguments = [str(self.folder), *(["--broken", self.broken] if self.broken else [])]
        log = os.open(self.folder / "runner.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.runner", *arguments, stdout=asyncio.subprocess.PIPE, stderr=log, env=environment()
            )
        finally:
            os.close(log)
        assert child.stdout is not None
        self._port = int(await asyncio.wait_for(child.stdout.readline(), 30) or 0)
        assert self._port, (self.folder / "runner.log").read_text()[-2000:]
        self._up.set()
        return child

    async def _allow(self, life: int) -> None:
        async with self._more:
            self._allowed = life * EACH
            self._more.notify_all()

    async def _person(self, session: ClientSession, user: str, number: int) -> None:
        chance = random.Random(f"{self.seed} {user}")
        mine = self.acknowledged[f"p:{user}"]
        for n in range((self.kills + 1) * EACH):
            async with self._more:
                await self._more.wait_for(lambda n=n: n < self._allowed)  # type: ignore[misc]
            message = {"id": f"{user}-{n}", "user": user, "text": _words(chance, number, n)}
            while not await self._post(session, message):
                self.unanswered += 1
            mine.append(message["id"])
            if chance.random() < 0.2:  # platforms deliver again what they were told was accepted
                self.doubled += 1
                await self._post(session, {**message, "id": chance.choice(mine)})

    async def _post(self, session: ClientSession, message: Mapping[str, str]) -> bool:
        await self._up.wait()
        try:
            async with session.post(f"http://127.0.0.1:{self._port}/say", json=message) as answer:
                told = await answer.json() if answer.status == 200 else None
        except (ClientError, OSError, TimeoutError):
            await asyncio.sleep(0.01)  # give the killer its turn to say that the door is shut
            return False
        self.known += told is not None and not told["new"]
        return told is not None

    def table(self) -> str:
        """The results for people."""
        rows: Sequence[tuple[str, object]] = (
            ("seed", self.seed),
            ("kills", self.kills),
            ("messages acknowledged", self.acks),
            ("sends cut off before an answer", self.unanswered),
            ("sent twice on purpose", self.doubled),
            ("told that it was known", self.known),
            ("kills with events accepted and not handled", sum(w.events > 0 for w in self.wounds)),
            ("kills with jobs in hand", sum(w.jobs > 0 for w in self.wounds)),
            ("jobs in hand at a kill", sum(w.jobs for w in self.wounds)),
            ("kills with messages promised and not sent", sum(w.messages > 0 for w in self.wounds)),
        )
        return "\n".join(f"  {name:<46}{value}" for name, value in rows)


def environment() -> dict[str, str]:
    """The environment for a process of the product: our own switches are no settings of its."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GENJIN_")}


def _words(chance: random.Random, number: int, n: int) -> str:
    return chance.choice((f"备忘第{n}件", f"今天拜访了{FIRMS[number]}，第{n}次谈样品", f"给{FIRMS[number]}打了电话，样品{n}收到了"))
