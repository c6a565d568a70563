"""kill -9 at random moments: nothing acknowledged is lost, nothing happens twice, and the checker would notice if it did.

``GENJIN_CHAOS_KILLS`` sets the number of kills (10), ``GENJIN_CHAOS_SEED`` repeats a run.
"""

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from storage.store import Store
from tests.chaos.evidence import Evidence, attempts, gather
from tests.chaos.siege import Siege
from tests.staff import move_in

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]
KILLS = int(os.environ.get("GENJIN_CHAOS_KILLS", "10"))
SEED = int(os.environ.get("GENJIN_CHAOS_SEED", random.randrange(10**6)))
FEW = 3
SIEGES = 6


@pytest.fixture
def folder(empty_database: Path, tmp_path: Path) -> Path:
    """A company that has just moved in."""
    return settle(empty_database, tmp_path / "company")


def settle(empty_database: Path, folder: Path) -> Path:
    """A folder with the company's database in it."""
    folder.mkdir()
    shutil.copy(empty_database, folder / "genjin.db")
    store = Store(f"sqlite:///{folder}/genjin.db")
    store.write_now(lambda tx: move_in(tx, SystemClock().now()))
    store.close()
    return folder


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(folder: Path) -> None:
    siege = Siege(folder, KILLS, SEED)
    await siege.run()
    again = attempts(folder)
    print(f"\nkill -9, {KILLS} times\n{siege.table()}\n  {'jobs started more than once':<46}{again}")
    assert gather(folder, siege.acknowledged).complaints() == [], f"seed {SEED}; see {folder}"
    assert siege.exit_code == 0
    # The control: kills that hit nobody at work would prove nothing.
    assert again >= KILLS / 2
    assert siege.unanswered > 0
    assert sum(wound.events > 0 for wound in siege.wounds) >= KILLS / 4
    assert sum(wound.jobs > 0 for wound in siege.wounds) >= KILLS / 4


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [("ack-first", "acknowledged and lost"), ("two-commits", "took effect twice")],
)
async def test_the_same_siege_finds_out_a_service_that_was_broken_on_purpose(
    empty_database: Path, tmp_path: Path, broken: str, complaint: str
) -> None:
    tables = []
    for attempt in range(SIEGES):  # three kills may all miss the moment; several sieges do not
        folder = settle(empty_database, tmp_path / f"company{attempt}")
        siege = Siege(folder, FEW, SEED + attempt, broken)
        await siege.run()
        complaints = gather(folder, siege.acknowledged).complaints()
        print(f"\n{broken}: {len(complaints)} complaints, first {complaints[:1]}")
        if any(one.startswith(complaint) for one in complaints):
            return
        tables.append(siege.table())
    pytest.fail("nobody noticed\n" + "\n".join(tables))


GOOD = Evidence(
    acknowledged={"p:a": ["1", "2"]},
    accepted=["1", "2"],
    unfinished=[],
    effects=["1", "2"],
    screens={"p:a": ["k1", "k2"]},
    promised={"p:a": ["k1", "k2"]},
    integrity="ok",
)


def test_the_checker_has_no_complaint_about_kept_promises() -> None:
    assert GOOD.complaints() == []


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (replace(GOOD, accepted=["1"]), "acknowledged and lost: 2"),
        (replace(GOOD, accepted=["1", "2", "2"]), "accepted twice: 2"),
        (replace(GOOD, effects=["1"]), "acknowledged and without effect: 2"),
        (replace(GOOD, effects=["1", "2", "2"]), "took effect twice: 2"),
        (replace(GOOD, effects=["2", "1"]), "took effect in another order"),
        (replace(GOOD, screens={"p:a": ["k1"]}), "2 messages, 1 answers"),
        (replace(GOOD, screens={}), "2 messages, 0 answers"),
        (replace(GOOD, screens={"p:a": ["k1", "k2", "k3"]}), "2 messages, 3 answers"),
        (replace(GOOD, screens={"p:a": ["k1", "k2", "k2"]}), "shown twice"),
        (replace(GOOD, screens={"p:a": ["k2", "k1"]}), "shown in another order"),
        (replace(GOOD, unfinished=["outbox 2"]), "not finished: outbox 2"),
        (replace(GOOD, integrity="row 3 missing from index"), "the database says"),
    ],
)
def test_the_checker_complains_about_each_broken_promise(bad: Evidence, complaint: str) -> None:
    assert any(one.startswith(complaint) for one in bad.complaints())
