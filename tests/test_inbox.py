"""Durable in: what was acknowledged is on the disk, has one effect, and one bad event takes nobody with it."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from bot.chat.incoming import Text, decode
from bot.domain.clock import FakeClock
from bot.domain.errors import StorageError
from bot.inbox import BATCH, MOST_WAITING, Inbox
from bot.jobs.embedded import EmbeddedJobs
from storage.repositories.inbox import InboxRow
from storage.store import Store
from storage.tables import inbox as inbox_table
from storage.tables import job as job_table
from storage.transaction import Reader, Transaction
from tests.staff import text
from tests.waiting import until

Say = Callable[..., Text]


@pytest.fixture
def inbox(store: Store, clock: FakeClock) -> Inbox:
    return Inbox(store, EmbeddedJobs(store, clock))


@pytest.fixture
def say(clock: FakeClock) -> Say:
    def say(event_id: str, words: str = "你好", *, chat: str = "p:li.si", at: datetime | None = None) -> Text:
        return text(words, event_id, at or clock.now(), chat=chat)

    return say


async def test_a_new_event_is_true_and_a_known_one_false(inbox: Inbox, say: Say) -> None:
    assert [await inbox.put(say("e1")), await inbox.put(say("e1")), await inbox.put(say("e2"))] == [True, False, True]


async def test_an_event_is_on_the_disk_before_put_returns(inbox: Inbox, say: Say, database: Path, tmp_path: Path) -> None:
    await inbox.put(say("e1", "拜访了恒力"))
    after_a_power_cut = _copy(database, tmp_path / "copy.db")
    with closing(Store(f"sqlite:///{after_a_power_cut}")) as store:
        assert [_words(row) for row in store.read_now(_rows)] == ["拜访了恒力"]
        assert store.read_now(lambda r: r.jobs.counts()) == {"open": 1}


async def test_one_event_many_times_at_once_is_new_once(inbox: Inbox, store: Store, say: Say) -> None:
    new = await asyncio.gather(*(inbox.put(say("e1")) for _ in range(100)))
    assert (new.count(True), len(await store.read(_rows)), await _jobs(store)) == (1, 1, 1)


async def test_one_event_twice_in_one_batch_is_new_once(inbox: Inbox, store: Store, say: Say) -> None:
    with _held(store):
        puts = [asyncio.create_task(inbox.put(say(event_id))) for event_id in ("e0", "e1", "e2", "e1", "e2", "e2")]
        await asyncio.sleep(0)
    assert sorted(await asyncio.gather(*puts)) == [False] * 3 + [True] * 3
    assert await _jobs(store) == 3


async def test_the_same_id_on_two_platforms_is_two_events(inbox: Inbox, say: Say) -> None:
    other = replace(say("e1"), platform="feishu")
    assert all(await asyncio.gather(inbox.put(say("e1")), inbox.put(other)))


async def test_events_of_a_chat_become_jobs_in_the_order_they_came(inbox: Inbox, store: Store, say: Say) -> None:
    await asyncio.gather(*(inbox.put(say(f"e{n}", str(n))) for n in range(BATCH * 2 + 5)))
    rows = await store.read(lambda r: r.connection.execute(select(job_table.c.payload).order_by(job_table.c.id)).scalars().all())
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert [_words(row) for row in await store.read(_rows)] == [str(n) for n in range(BATCH * 2 + 5)]


async def test_events_that_come_during_a_commit_share_the_next(inbox: Inbox, store: Store, say: Say) -> None:
    commits: list[object] = []
    await store.write(lambda tx: listen(tx.connection.engine, "commit", commits.append))
    commits.clear()
    with _held(store):
        first = asyncio.create_task(inbox.put(say("e0")))
        await until(lambda: inbox._flushing is not None and not inbox._waiting)
        rest = [asyncio.create_task(inbox.put(say(f"e{n}"))) for n in range(1, 30)]
        await asyncio.sleep(0)
    await asyncio.gather(first, *rest)
    assert len(commits) <= 3  # the one that held, the first, and all the others


async def test_one_event_that_cannot_be_stored_takes_nobody_with_it(inbox: Inbox, store: Store, say: Say, clock: FakeClock) -> None:
    naive = say("e3", at=clock.now().replace(tzinfo=None))
    with _held(store):
        puts = [asyncio.create_task(inbox.put(e)) for e in (say("e1"), say("e2"), naive, say("e4"), say("e5"))]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert [outcome is True for outcome in outcomes] == [True, True, False, True, True]
    assert isinstance(outcomes[2], Exception)
    assert [row.event_id for row in await store.read(_rows)] == ["e1", "e2", "e4", "e5"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("报价\ud800单", "报价\ufffd单", id="half a pair"),
        pytest.param("\udfff", "\ufffd", id="the other half alone"),
        pytest.param("好的\ud83d\ude00", "好的😀", id="a pair in two halves"),
        pytest.param("a\x00b", "a\x00b", id="a zero"),
        pytest.param("\x07\x1b[31m红", "\x07\x1b[31m红", id="terminal escapes"),
        pytest.param("", "", id="nothing"),
        pytest.param("字" * 10_000, "字" * 10_000, id="ten thousand characters"),
    ],
)
async def test_any_text_is_kept_and_halves_of_characters_are_marked(inbox: Inbox, store: Store, say: Say, sent: str, kept: str) -> None:
    await inbox.put(say("e1", sent))
    assert [_words(row) for row in await store.read(_rows)] == [kept]


async def test_half_a_character_in_an_id_or_a_chat_is_marked_too(inbox: Inbox, store: Store, say: Say) -> None:
    event = say("e\ud800", chat="p:\udc00")
    assert [await inbox.put(event), await inbox.put(event)] == [True, False]
    assert [row.event_id for row in await store.read(_rows)] == ["e\ufffd"]


async def test_on_a_full_disk_nothing_is_acknowledged_and_afterwards_nothing_is_lost(inbox: Inbox, store: Store, say: Say) -> None:
    pages = await store.write(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    await _allow_pages(store, pages)
    events = [say(f"e{n}", "长" * 3000) for n in range(40)]
    outcomes = await asyncio.gather(*map(inbox.put, events), return_exceptions=True)
    assert outcomes.count(True) < 40
    assert all(isinstance(one, StorageError) and "磁盘满了" in str(one) for one in outcomes if one is not True)
    acknowledged = {event.event_id for event, outcome in zip(events, outcomes, strict=True) if outcome is True}
    assert {row.event_id for row in await store.read(_rows)} == acknowledged
    await _allow_pages(store, 1_000_000)
    again = await asyncio.gather(*map(inbox.put, events))
    assert again.count(True) == 40 - len(acknowledged)
    assert (len(await store.read(_rows)), await _jobs(store)) == (40, 40)


async def test_a_read_only_database_acknowledges_nothing_until_it_can_be_written(inbox: Inbox, store: Store, say: Say) -> None:
    _pragma(store, "query_only=ON")
    with pytest.raises(StorageError, match="只读"):
        await inbox.put(say("e1"))
    _pragma(store, "query_only=OFF")
    assert await inbox.put(say("e1"))


async def test_a_caller_that_went_away_does_not_stop_the_others(inbox: Inbox, store: Store, say: Say) -> None:
    with _held(store):
        gone, stays = (asyncio.create_task(inbox.put(say(event_id))) for event_id in ("e1", "e2"))
        await asyncio.sleep(0)
        gone.cancel()
    assert await stays
    assert await inbox.put(say("e1")) is False  # it was accepted all the same, which is safe


async def test_too_many_that_wait_are_refused_and_not_acknowledged(inbox: Inbox, store: Store, say: Say) -> None:
    with _held(store):
        first = asyncio.create_task(inbox.put(say("e0")))
        await until(lambda: inbox._flushing is not None and not inbox._waiting)
        waiting = [asyncio.create_task(inbox.put(say(f"w{n}"))) for n in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(StorageError, match="稍后"):
            await inbox.put(say("one too many"))
        for one in waiting:
            one.cancel()
        inbox._waiting.clear()
    await first


async def test_after_closing_nothing_is_acknowledged(inbox: Inbox, store: Store, say: Say) -> None:
    store.close()
    with pytest.raises(StorageError):
        await inbox.put(say("e1"))


async def test_an_event_of_our_own_is_accepted_with_the_unit_that_brings_it_or_not_at_all(inbox: Inbox, store: Store, say: Say) -> None:
    def fails(tx: Transaction) -> None:
        inbox.bring(tx, say("e1"))
        raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"):
        await store.write(fails)
    assert (await store.read(_rows), await _jobs(store)) == ([], 0)
    assert await store.write(lambda tx: inbox.bring(tx, say("e1"))) is True
    assert await store.write(lambda tx: inbox.bring(tx, say("e1"))) is False
    assert (len(await store.read(_rows)), await _jobs(store)) == (1, 1)


class _held:
    """Holds the writer thread so that what is put meanwhile gathers behind it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entered, self._go = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self._store.submit(self._wait)
        self._entered.wait(10)

    def __exit__(self, *_: object) -> None:
        self._go.set()

    def _wait(self, _: Transaction) -> None:
        self._entered.set()
        self._go.wait(10)


def _rows(records: Reader) -> list[InboxRow]:
    return [InboxRow(**row._mapping) for row in records.connection.execute(select(inbox_table).order_by(inbox_table.c.id))]


def _words(row: InboxRow) -> str:
    event = decode(row.payload)
    assert isinstance(event, Text)
    return event.text


async def _jobs(store: Store) -> int:
    return (await store.read(lambda r: r.jobs.counts())).get("open", 0)


async def _allow_pages(store: Store, pages: int) -> None:
    await store.write(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))


def _pragma(store: Store, pragma: str) -> None:
    connection = store._writer.raw_connection()
    connection.cursor().execute(f"PRAGMA {pragma}")
    connection.close()


def _copy(database: Path, to: Path) -> Path:
    """The files as they are on the disk at this moment."""
    for ending in ("", "-wal"):
        shutil.copy(f"{database}{ending}", f"{to}{ending}")
    return to
