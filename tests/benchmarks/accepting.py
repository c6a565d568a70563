"""Accepting and answering: durable accepts a second, their latency under a backlog, and how soon a rep reads the answer."""

import asyncio
from pathlib import Path

from tests.benchmarks.company import name
from tests.benchmarks.disk import raw_writer, syncs
from tests.benchmarks.load import flood, pace
from tests.benchmarks.measure import Row, Size, percentile, server, spread

TALK = "今天下午两点拜访了{customer}的张工，预算有限，下周三之前给报价"
CUSTOMERS = 200


def said(number: int) -> str:
    """A visit to one of the sender's own customers."""
    own = number % 50 + 50 * (number % (CUSTOMERS // 50))
    return TALK.format(customer=name(own))


def run(folder: Path, size: Size) -> list[Row]:
    """All rows of this file."""
    sync, raw = syncs(folder, min(2.0, size.seconds)), raw_writer(folder, min(2.0, size.seconds))
    beside = f"fdatasync {sync:,.0f}/s, bare writer thread {raw:,.0f}/s"
    with server(folder / "flood", customers=CUSTOMERS) as child:
        rates = []
        for n in range(size.rounds):
            answers = asyncio.run(flood(child.port, 32, size.seconds, "收到", n))
            rates.append(len(answers.waits) / answers.took)
    rate = percentile(rates, 0.5)
    rows = [
        Row("durable accepts, 32 connections", f"{rate:,.0f}/s", "≥ 1 500/s", f"{beside}; ratio {rate / sync:.2f} and {rate / raw:.2f}")
    ]
    return rows + _under_backlog(folder, size) + _answered(folder, size)


def _under_backlog(folder: Path, size: Size) -> list[Row]:
    with server(folder / "backlog", customers=CUSTOMERS) as child:
        filled = asyncio.run(pace(child.port, 5000, size.messages, said, 1, connections=32))
        answers = asyncio.run(pace(child.port, 200, int(200 * size.seconds), said, 2))
        behind = len(filled.waits) + len(answers.waits) - int(float(str(child.ask("/bench/sent")["count"])))
    return [
        Row(
            "accept at 200/s while a backlog drains",
            spread(answers.waits),
            "p99 ≤ 100 ms",
            f"{behind} still queued at the end",
        )
    ]


def _answered(folder: Path, size: Size) -> list[Row]:
    with server(folder / "answer", customers=CUSTOMERS) as child:
        asyncio.run(pace(child.port, 50, 100, said, 1))
        child.settled(100)
        memory = child.memory()
        child.ask("/bench/waits")
        asyncio.run(pace(child.port, 50, min(size.messages, int(50 * size.seconds)), said, 2))
        child.settled(min(size.messages, int(50 * size.seconds)))
        waits = child.ask("/bench/waits")["waits"]
        assert isinstance(waits, list)
    return [
        Row(
            "message → reply at 50/s",
            spread(waits),
            "p50 ≤ 30 ms, p99 ≤ 150 ms",
        ),
        Row("memory after 100 messages", f"{memory} MB", "≤ 220 MB"),
    ]
