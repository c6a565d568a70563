"""What a siege leaves behind, and what would be wrong with it."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.runner import SCREENS


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records and the screens after the siege.

    ``acknowledged`` maps chats to event ids in the order they were sent; ``accepted`` holds the inbox's ids, ``effects`` the event id of
    each piece in the order they were kept; ``screens`` maps chats to the keys of what they show, oldest first.
    """

    acknowledged: Mapping[str, Sequence[str]]
    accepted: Sequence[str]
    unfinished: Sequence[str]
    effects: Sequence[str]
    screens: Mapping[str, Sequence[str]]
    promised: Mapping[str, Sequence[str]]
    integrity: str

    def complaints(self) -> list[str]:
        """One sentence for each broken promise; empty when all were kept."""
        found = [f"the database says: {self.integrity}"] if self.integrity != "ok" else []
        found += [f"not finished: {name}" for name in self.unfinished]
        found += [f"accepted twice: {name}" for name in _repeated(self.accepted)]
        found += [f"took effect twice: {name}" for name in _repeated(self.effects)]
        for chat, sent in self.acknowledged.items():
            found += [f"acknowledged and lost: {name}" for name in sent if name not in set(self.accepted)]
            found += [f"acknowledged and without effect: {name}" for name in sent if name not in set(self.effects)]
            mine = set(sent)
            if [name for name in dict.fromkeys(self.effects) if name in mine] != [name for name in sent if name in set(self.effects)]:
                found.append(f"took effect in another order than said: {chat}")
            shown = self.screens.get(chat, [])
            found += [f"shown twice in {chat}: {key}" for key in _repeated(shown)]
            if len(set(shown)) != len(sent):
                found.append(f"{len(sent)} messages, {len(set(shown))} answers in {chat}")
            if list(dict.fromkeys(shown)) != list(self.promised.get(chat, [])):
                found.append(f"shown in another order than promised: {chat}")
        return found


def gather(folder: Path, acknowledged: Mapping[str, Sequence[str]]) -> Evidence:
    """Read what the processes left in ``folder``."""
    screens: dict[str, list[str]] = {}
    for line in (folder / SCREENS).read_text().splitlines():
        shown = json.loads(line)
        screens.setdefault(shown["chat"], []).append(shown["key"])
    with closing(_copy(folder)) as db:
        promised: dict[str, list[str]] = {}
        for chat, row_id in db.execute("SELECT chat, id FROM outbox WHERE updates IS NULL ORDER BY id"):
            promised.setdefault(chat, []).append(f"genjin-{row_id}")
        return Evidence(
            acknowledged=acknowledged,
            accepted=_column(db, "SELECT event_id FROM inbox ORDER BY id"),
            unfinished=_column(db, "SELECT event_id FROM inbox WHERE state <> 'done'")
            + _column(db, "SELECT 'outbox ' || id FROM outbox WHERE state <> 'sent'")
            + _column(db, "SELECT kind || ' job ' || id FROM job WHERE state <> 'done'"),
            effects=_column(db, "SELECT event_id FROM piece ORDER BY rowid"),
            screens=screens,
            promised=promised,
            integrity=db.execute("PRAGMA integrity_check").fetchone()[0],
        )


@dataclass(frozen=True, slots=True)
class Wound:
    """What a kill hit: events accepted and not handled, jobs in hand, messages promised and not sent."""

    events: int
    jobs: int
    messages: int


def wound(folder: Path) -> Wound:
    """Look at the files of a dead process without mending them."""
    with closing(_copy(folder)) as db:
        return Wound(
            events=_count(db, "SELECT count(*) FROM inbox WHERE state = 'new'"),
            jobs=_count(db, "SELECT count(*) FROM job WHERE state = 'open' AND leased_until IS NOT NULL"),
            messages=_count(db, "SELECT count(*) FROM outbox WHERE state = 'waiting'"),
        )


def attempts(folder: Path) -> int:
    """How many jobs were started more than once."""
    with closing(_copy(folder)) as db:
        return _count(db, "SELECT count(*) FROM job WHERE attempt > 1")


def shown(folder: Path) -> int:
    """How many messages the screens show by now."""
    path = folder / SCREENS
    return path.read_bytes().count(b"\n") if path.exists() else 0


def busy(folder: Path) -> int:
    """How much a living process still has to do."""
    with closing(sqlite3.connect(f"file:{folder}/genjin.db?mode=ro", uri=True, timeout=10)) as db:
        return _count(db, "SELECT count(*) FROM job WHERE state = 'open'")


def _copy(folder: Path) -> sqlite3.Connection:
    grave = folder / "grave"
    shutil.rmtree(grave, ignore_errors=True)
    grave.mkdir()
    for name in ("genjin.db", "genjin.db-wal"):
        if (folder / name).exists():
            shutil.copy(folder / name, grave / name)
    return sqlite3.connect(grave / "genjin.db")


def _column(db: sqlite3.Connection, query: str) -> list[str]:
    return [str(row[0]) for row in db.execute(query)]


def _count(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _repeated(names: Iterable[str]) -> list[str]:
    return [f"{name} ({n}x)" for name, n in Counter(names).items() if n > 1]
