"""kill -9 of the real ``genjin serve`` while WeCom delivers callbacks: nothing acknowledged is lost, nobody sees anything twice.

The screens are the emulator's ledger. ``GENJIN_CHAOS_KILLS`` over ten is the number of kills (at least three).
"""

import asyncio
import os
import random
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientError

from bot.app import open_store
from bot.domain.clock import SystemClock
from bot.domain.customer import Customer
from bot.domain.values import CustomerId, MemberId
from storage.transaction import Transaction
from tests.chaos.evidence import busy
from tests.chaos.siege import environment
from tests.chaos.test_processes import _free_port
from tests.platforms.wecom.company import people
from tests.platforms.wecom.emulator import Emulator
from tests.platforms.wecom.emulator.__main__ import configuration
from tests.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]
KILLS = max(3, int(os.environ.get("GENJIN_CHAOS_KILLS", "10")) // 10)
EACH = 5
FIRMS = {"lisi": "绍兴恒力机械有限公司", "zhaomin": "宁波海锐自动化有限公司", "WangWei": "杭州云澜电子有限公司"}


@dataclass
class Siege:
    """The service on a folder, killed and started again; who talks keeps at it until WeCom's deliveries were accepted."""

    wecom: Emulator
    folder: Path
    accepted: list[str] = field(default_factory=list)
    cut_off: int = 0
    allowed: int = 0
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def furnish(self) -> None:
        """The company's records, and a configuration that leads to the emulator."""
        self.port = _free_port()
        self.wecom.corp.callback = f"http://127.0.0.1:{self.port}/wecom/callback"
        server = f'[server]\nport = {self.port}\nadmin_port = 0\n[database]\nurl = "sqlite:///{self.folder}/genjin.db"\n'
        rest = f'[media]\ndir = "{self.folder}/media"\n[time]\nquiet_hours = "00:00-00:00"\n'
        (self.folder / "genjin.toml").write_text(server + rest + configuration(self.wecom), encoding="utf-8")
        store = open_store(f"sqlite:///{self.folder}/genjin.db")
        store.write_now(self._people)
        store.close()

    def _people(self, tx: Transaction) -> None:
        clock = SystemClock()
        people(tx, clock)
        for number, (user, owner) in enumerate((("zhaomin", "m_zhaomin"), ("WangWei", "m_wang")), 2):
            tx.customers.save(Customer(id=CustomerId(f"c_{number}"), name=FIRMS[user], created_at=clock.now(), owner_id=MemberId(owner)))

    def _moments(self, life: int) -> int:
        """What a life is counted by: callbacks accepted, or messages that WeCom has just shown and we have not noted yet."""
        return self.wecom.calls.get("message/send", 0) if life % 2 else len(self.accepted)

    async def start(self) -> asyncio.subprocess.Process:
        config = str(self.folder / "genjin.toml")
        with (self.folder / "serve.log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", "--config", config, stderr=log, stdout=log, env=environment()
            )
        await until(self._answers, 60)
        self.up.set()
        return child

    async def _answers(self) -> bool:
        try:
            async with self.wecom.http.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                return answer.status == 200
        except (ClientError, OSError, TimeoutError):
            return False

    async def talk(self, user: str, chance: random.Random) -> None:
        """Messages one after the other; what was accepted sometimes comes again."""
        phone = self.wecom.phone(user)
        for number in range((KILLS + 1) * EACH):
            await until(lambda number=number: number < self.allowed, 300)  # type: ignore[misc]
            plain = phone.xml("text", Content=f"今天拜访了{FIRMS[user]}，第{number}次谈样品")
            while True:
                await self.up.wait()
                if (await self.wecom.callbacks.post(self.wecom.callbacks.envelope(plain))).accepted:
                    break
                self.cut_off += 1
                await asyncio.sleep(0.02)
            self.accepted.append(f"m:{plain.split('<MsgId>')[1].split('<')[0]}")
            if chance.random() < 0.2:
                with suppress(IndexError):
                    await self.wecom.callbacks.post(self.wecom.callbacks.envelope(plain))

    async def run(self, seed: int) -> int | None:
        """Besiege, then let the last process finish and end it politely: its exit code."""
        chance = random.Random(seed)
        talking = [asyncio.create_task(self.talk(user, random.Random(f"{seed} {user}"))) for user in FIRMS]
        for life in range(1, KILLS + 1):
            child = await self.start()
            before = self._moments(life)
            self.allowed = life * EACH
            wanted = before + chance.randrange(1, len(FIRMS) * EACH - 2)
            await until(lambda life=life, wanted=wanted: self._moments(life) >= wanted, 60)  # type: ignore[misc]
            self.up.clear()
            child.kill()
            await child.wait()
        child = await self.start()
        self.allowed = (KILLS + 1) * EACH
        await asyncio.gather(*talking)
        await until(lambda: busy(self.folder) == 0, 300)
        child.terminate()
        return await asyncio.wait_for(child.wait(), 30)


async def test_nothing_acknowledged_to_wecom_is_lost_or_seen_twice(tmp_path: Path) -> None:
    seed = int(os.environ.get("GENJIN_CHAOS_SEED", random.randrange(10**6)))
    wecom = Emulator(SystemClock())
    await wecom.start()
    siege = Siege(wecom, tmp_path)
    siege.furnish()
    try:
        assert await siege.run(seed) == 0
    finally:
        await wecom.stop()
    with closing(sqlite3.connect(tmp_path / "genjin.db")) as db:
        inbox = dict(db.execute("SELECT event_id, state FROM inbox").fetchall())
        effects = [row[0] for row in db.execute("SELECT event_id FROM piece")]
        unsent = db.execute("SELECT id, state, error FROM outbox WHERE state <> 'sent'").fetchall()
        parts = dict(db.execute("SELECT chat, count(*) FROM wecom_sent WHERE sent_at IS NOT NULL GROUP BY chat").fetchall())
        begun = db.execute("SELECT count(*) FROM wecom_sent WHERE sent_at IS NULL").fetchone()[0]
        again = db.execute("SELECT count(*) FROM job WHERE attempt > 1").fetchone()[0]
    seen = {user.casefold(): len(wecom.screen(user.casefold())) for user in FIRMS}
    print(
        f"\nkill -9 of genjin serve, {KILLS} times, seed {seed}: {len(siege.accepted)} callbacks acknowledged, {siege.cut_off} cut off, "
        f"{again} jobs started again, {sum(seen.values())} messages on screens for {sum(parts.values())} sent, calls {wecom.calls}"
    )
    assert [event for event in siege.accepted if inbox.get(event) != "done"] == []
    assert sorted(effects) == sorted(siege.accepted)
    assert unsent == []
    assert begun == 0
    # The control: processes that were killed had been sending.
    assert wecom.calls["gettoken"] >= 2
    # Seen exactly as often as sent, also where the process died between sending and noting it: WeCom was asked to check for repeats.
    assert seen == {user: parts.get(user, 0) for user in seen}
    assert wecom.ledger.dropped == []
    assert wecom.complaints == []
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert [secret for secret in wecom.secrets() if secret in log] == []
    assert "谈样品" not in log
