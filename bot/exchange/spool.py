"""A scratch file for one import: its rows as they were read, what stood in the file already, and the names to compare with.

Memory stays the same however long the table is; the scratch file is gone when the import ends, however it ends.
"""

import pickle
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.domain.errors import StorageError
from bot.exchange.similar import Shape, keys, likeness, shape

TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000;
CREATE TABLE item (n INTEGER PRIMARY KEY, data BLOB, fit INTEGER);
CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID;
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT, customer TEXT, line INTEGER, alias INTEGER);
CREATE TABLE form (key INTEGER, name INTEGER);
CREATE INDEX form_key ON form (key);
"""
MOST_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Similar:
    """A name like the one asked about: a customer of the table, or (no ``customer``) a line of the same file."""

    name: str
    customer: str | None
    line: int | None
    score: float
    alias: bool = False


class Spool:
    """Open with ``with``."""

    def __init__(self) -> None:
        try:
            self._file = tempfile.NamedTemporaryFile(prefix="genjin-import-", suffix=".scratch")  # noqa: SIM115
            self._db = sqlite3.connect(self._file.name, isolation_level=None, check_same_thread=False)
            self._db.executescript(TABLES)
            self._db.execute("BEGIN")
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"写不了临时文件（{Path(tempfile.gettempdir())}）：{error}") from error
        self.named = False

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()
        self._file.close()
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
            raise StorageError(f"写不了临时文件（{Path(tempfile.gettempdir())}）：{error}；请腾出空间再试") from error

    def put(self, item: object) -> None:
        """Keep a row."""
        self._db.execute("INSERT INTO item (data, fit) VALUES (?, 0)", (pickle.dumps(item),))

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM item").fetchone()[0])

    def items(self, size: int, *, fit: bool = False) -> Iterator[list[tuple[int, Any]]]:
        """Chunks of (number, row), in their order; only those that are fit to be written on request."""
        after = 0
        while True:
            query = f"SELECT n, data FROM item WHERE n > ? {'AND fit = 1' if fit else ''} ORDER BY n LIMIT ?"
            rows = self._db.execute(query, (after, size)).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield [(n, pickle.loads(data)) for n, data in rows]

    def keep(self, number: int, item: object, *, fit: bool) -> None:
        """Put a row back after it was judged."""
        self._db.execute("UPDATE item SET data = ?, fit = ? WHERE n = ?", (pickle.dumps(item), fit, number))

    def seen(self, key: str, line: int) -> int | None:
        """The line that had this key before; notes the first."""
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)).rowcount:
            return None
        return int(self._db.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()[0])

    def add_name(self, name: str, customer: str | None, line: int | None = None, *, alias: bool = False) -> None:
        """Remember a name to compare with."""
        row = self._db.execute("INSERT INTO name (name, customer, line, alias) VALUES (?, ?, ?, ?)", (name, customer, line, alias))
        self._db.executemany("INSERT INTO form VALUES (?, ?)", [(key, row.lastrowid) for key in set(keys(shape(name)))])

    def similar(self, name: str, limit: int = 3) -> list[Similar]:
        """Names like this one, the likest first."""
        asked = shape(name)
        found: dict[tuple[str | None, int | None], Similar] = {}
        for key in set(keys(asked)):
            query = "SELECT name, customer, line, alias FROM name WHERE id IN (SELECT name FROM form WHERE key = ? LIMIT ?)"
            for other, customer, line, alias in self._db.execute(query, (key, MOST_CANDIDATES)):
                score = _score(asked, shape(other), alias=bool(alias))
                known = found.get((customer, line))
                if score and (known is None or known.score < score):
                    found[customer, line] = Similar(other, customer, line, score, bool(alias))
        return sorted(found.values(), key=lambda one: -one.score)[:limit]


def _score(asked: Shape, other: Shape, *, alias: bool) -> float:
    if alias:
        return 0.9 if other.whole in (asked.whole, asked.rest) else 0.0
    return likeness(asked, other)
