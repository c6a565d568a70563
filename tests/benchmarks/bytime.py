"""What time brings: the morning list over many leads, and a tick that finds nothing."""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import Service, open_store
from bot.domain.clock import SHANGHAI, FakeClock
from bot.domain.jobs import Timer
from bot.domain.member import Member
from bot.domain.values import MemberId
from handlers.digest import push
from storage.transaction import Transaction
from tests.benchmarks.company import furnish
from tests.benchmarks.measure import Row, Size, milliseconds, percentile, spread
from tests.house import settings_in

NOW = datetime(2026, 3, 18, 8, 20, tzinfo=SHANGHAI)


def run(folder: Path, size: Size) -> list[Row]:
    """All rows of this file."""
    few = size.leads // 10
    rows = [Row(f"morning list, {few:,} open leads, half stale", milliseconds(_list(folder / "a", few, 0.5, size.rounds)), "≤ 2 s")]
    for share in (0.01, 0.1, 0.5):
        took = _list(folder / f"b{share}", size.leads, share, size.rounds)
        rows.append(Row(f"morning list, {size.leads:,} open leads, {share:.0%} stale", milliseconds(took), "grows with what is stale"))
    return [*rows, _tick(folder / "tick", size)]


def _service(folder: Path) -> Service:
    folder.mkdir(parents=True)
    settings = settings_in(folder)
    return Service(settings, open_store(settings.database.url), FakeClock(NOW), {})


def _list(folder: Path, leads: int, stale: float, rounds: int) -> float:
    service = _service(folder)
    members = [Member(MemberId(f"m{n}"), f"销售{n}", ("rep",), region="华东", product_line="伺服") for n in range(50)]
    service.store.write_now(lambda tx: furnish(tx, members, leads, NOW, stale=stale))

    def unit(tx: Transaction) -> float:
        began = time.perf_counter()
        for group in tx.members.groups("digest"):
            push(service.dispatcher.context(tx), group)
        return time.perf_counter() - began

    took = [service.store.write_now(unit) for _ in range(rounds)]
    service.store.close()
    return percentile(took, 0.5)


def _tick(folder: Path, size: Size) -> Row:
    service = _service(folder)
    later = NOW + timedelta(days=30)

    def fill(tx: Transaction) -> None:
        for n in range(size.timers):
            tx.timers.set(Timer("promise", f"l{n}", f"promise:l{n}", later + timedelta(seconds=n)))

    service.store.write_now(fill)

    async def ticks() -> list[float]:
        await service.ticker.tick()
        took = []
        for _ in range(100):
            began = time.perf_counter()
            await service.ticker.tick()
            took.append(time.perf_counter() - began)
        return took

    took = asyncio.run(ticks())
    service.store.close()
    return Row(
        f"empty tick, {size.timers:,} timers pending",
        spread(took),
        "≤ 2 ms",
    )
