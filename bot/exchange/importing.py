"""Writing what was judged, in small steps beside a running service; taking it back as one step."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot.domain.clock import Clock
from bot.domain.errors import StorageError, UserError, os_reason
from bot.exchange.company import Company
from bot.exchange.judging import Draft, Progress, laid_over
from bot.exchange.kinds import kind_of
from bot.exchange.kinds.base import Given, Kind, Stamp
from bot.exchange.spool import Spool
from bot.exchange.wrong import WrongCell
from prompts import exchange as say
from prompts import sheets as wrong_say
from storage.lock import ProcessLock
from storage.repositories.batches import Batch, BatchRow
from storage.store import Store
from storage.transaction import Transaction

# Small enough that a message that comes in waits a few hundredths of a second for the writer.
CHUNK = 100
# So many names the service reads one by one; more, and it reads them all.
LISTED = 1_000
BLOCK = 2**20
# Kinds that are written in one piece go back in one piece.
AT_ONCE = 1_000_000


@dataclass(slots=True)
class Written:
    """What an import did; ``late`` are lines that the company's own work overtook between judging and writing."""

    batch: int
    created: int = 0
    updated: int = 0
    late: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Reverted:
    """What taking a batch back did; ``kept`` are the rows that had changed since and stayed."""

    batch: Batch
    undone: int = 0
    kept: list[BatchRow] = field(default_factory=list)


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """One import or revert at a time on one database; the service goes on beside it. Raises UserError."""
    if store.path is None:
        yield
        return
    try:
        lock = ProcessLock(store.path.with_name(store.path.name + ".import"))
    except StorageError as error:
        raise UserError(say.OTHER_IMPORT) from error
    try:
        yield
    finally:
        lock.release()


def fingerprint_of(path: Path) -> str:
    """SHA-256 of a file. Raises UserError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise UserError(wrong_say.unreadable(str(path), os_reason(error))) from error
    return digest.hexdigest()


def write(
    store: Store,
    draft: Draft,
    path: Path,
    sha256: str,
    by: str,
    clock: Clock,
    progress: Progress,
    pause: Callable[[float], None] = time.sleep,
) -> Written:
    """Write the fit rows of a judged draft, a few at a time; a killed import goes on when the same file comes again."""
    total = draft.counts["new"] + draft.counts["update"]
    earlier = draft.earlier
    if earlier and earlier.state == "writing":
        batch = earlier
    else:
        batch = store.write_now(lambda tx: tx.batches.open(draft.kind.name, path.name, sha256, by, clock.now()))
    done = Written(batch.id)
    try:
        _write_steps(store, draft, done, clock, progress, pause)
        store.write_now(lambda tx: _finish(tx, draft.kind, batch.id, by, clock.now(), listed=total <= LISTED))
    except StorageError as error:
        raise UserError(say.stopped(str(error), done.created + done.updated, batch.id)) from error
    return done


def _write_steps(store: Store, draft: Draft, done: Written, clock: Clock, progress: Progress, pause: Callable[[float], None]) -> None:
    total, judged = draft.counts["new"] + draft.counts["update"], 0
    for rows in _steps(draft.kind, draft.spool):
        began = time.monotonic()
        step = _Step(draft.kind, rows, draft.spool, Stamp(done.batch, clock.now()), listed=total <= LISTED)
        store.write_now(step.run)
        done.created, done.updated = done.created + step.created, done.updated + step.updated
        done.late += step.late
        judged += len(rows)
        progress(say.WRITING, judged, total)
        pause(min(time.monotonic() - began, 0.05))  # the service's turn


def _steps(kind: Kind[Any], spool: Spool) -> Iterator[list[Given]]:
    """The rows of each transaction; a row about the same noun as an earlier one waits until that is written."""
    step: list[Given] = []
    for chunk in spool.items(CHUNK, fit=True):
        for _, row in chunk:
            if not kind.at_once and step and (row.repeats or len(step) >= CHUNK):
                yield step
                step = []
            step.append(row)
    if step:
        yield step


class _Step:
    """One transaction: the rows are judged once more against the table as it is now, then written and journalled."""

    def __init__(self, kind: Kind[Any], rows: list[Given], spool: Spool, stamp: Stamp, *, listed: bool) -> None:
        self.kind, self.rows, self.spool, self.stamp, self.listed = kind, rows, spool, stamp, listed
        self.created = self.updated = 0
        self.late: list[tuple[int, str]] = []
        self.pairs: list[tuple[Any, Any]] = []

    def run(self, tx: Transaction) -> None:
        company = Company(tx, self.stamp.at, self.spool)
        self.kind.prepare(iter(self.rows), company)
        self.kind.read_ahead(self.rows, company)
        journal = [entry for row in self.rows if (entry := self._write(tx, row, company))]
        self.kind.finish(tx, self.pairs, self.stamp)
        tx.batches.note([entry for entry, _ in journal])
        tx.batches.counted(self.stamp.batch, self.created, self.updated)
        if self.kind.speaks and self.listed:
            tx.name_changes.note(list({self.kind.customer_id(item, company) for _, item in journal}))

    def _write(self, tx: Transaction, row: Given, company: Company) -> tuple[dict[str, object], Any] | None:
        try:
            old = self.kind.find(row, company)
            if old is not None and not row.target and (why := self.kind.contradicts(row, old)):
                raise WrongCell(say.another_skipped(why))
            new, changes = laid_over(self.kind, row, old, company)
            if row.bad:
                raise WrongCell(say.BAD_ROW)
        except WrongCell as error:
            found = next((remark.text for remark in row.remarks if remark.level == "error"), str(error))
            self.late.append((row.line, found))
            return None
        if not changes and old is not None:
            return None
        self.kind.save(tx, new, old, self.stamp)
        self.pairs.append((new, old))
        self.created += old is None
        self.updated += old is not None
        entry = {
            "batch_id": self.stamp.batch,
            "line": row.line,
            "subject": "\n".join(self.kind.subject(new)),
            "label": self.kind.label(row)[:200],
            "old": None if old is None else json.loads(_packed(self.kind, old)),
            "print": _print(self.kind, new),
        }
        return entry, new


def _finish(tx: Transaction, kind: Kind[Any], number: int, by: str, now: datetime, *, listed: bool) -> None:
    tx.batches.change(number, state="done", finished_at=now)
    batch = tx.batches.get(number)
    if batch is not None:
        new = {"kind": batch.kind, "file": batch.file, "by": by, "created": batch.created, "updated": batch.updated}
        tx.audit.note(now, None, "import", f"import:{number}", new=new)
    if kind.speaks and not listed:
        tx.name_changes.note([None])


def revert(
    store: Store, number: int | None, by: str, clock: Clock, progress: Progress, pause: Callable[[float], None] = time.sleep
) -> Reverted:
    """Take a batch back (None: the newest); what changed since stays as it is. Raises UserError."""
    batch = store.read_now(lambda r: _wanted(r.batches.newest(200), number))
    kind = kind_of(batch.kind)
    total = batch.created + batch.updated
    done = Reverted(batch)
    store.write_now(lambda tx: tx.batches.change(batch.id, state="reverting"))
    judged = 0
    while True:
        began = time.monotonic()
        undone, kept = store.write_now(lambda tx: _undo(tx, kind, batch.id, clock.now()))
        if not undone and not kept:
            break
        done.undone += undone
        done.kept += kept
        judged += undone + len(kept)
        progress(say.REVERTING, judged, total)
        pause(min(time.monotonic() - began, 0.05))
    store.write_now(lambda tx: _reverted(tx, kind, batch.id, by, clock.now(), done))
    return done


def _wanted(batches: Sequence[Batch], number: int | None) -> Batch:
    open_ones = [batch for batch in batches if batch.state != "reverted"]
    if number is None:
        if not open_ones:
            raise UserError(say.NOTHING_TO_REVERT)
        return open_ones[0]
    found = next((batch for batch in batches if batch.id == number), None)
    if found is None:
        raise UserError(say.no_batch(number))
    if found.state == "reverted":
        raise UserError(say.already_reverted(number))
    return found


def _undo(tx: Transaction, kind: Kind[Any], number: int, now: datetime) -> tuple[int, list[BatchRow]]:
    rows = tx.batches.written(number, AT_ONCE if kind.at_once else CHUNK)
    stamp = Stamp(number, now)
    current = {row.id: kind.get(tx, row.subject.split("\n")) for row in rows}
    gone = [row for row in rows if current[row.id] is None and row.old is None]
    fit = [row for row in rows if current[row.id] is not None and _print(kind, current[row.id]) == row.print]
    for row in fit:
        if row.old is None:
            kind.let_go(tx, current[row.id])
    left, before = sorted(fit, key=lambda row: row.old is None), len(fit) + 1
    while left and len(left) < before:  # one may stand in the way of another that goes as well
        before = len(left)
        left = [row for row in left if not _undone(tx, kind, row, current[row.id], stamp)]
    kind.finish(tx, [(current[row.id], None) for row in left if row.old is None], stamp)
    done = {row.id for row in (*gone, *fit)} - {row.id for row in left}
    tx.batches.close_rows(done, "reverted")
    kept = [row for row in rows if row.id not in done]
    tx.batches.close_rows([row.id for row in kept], "kept")
    return len(done), kept


def _undone(tx: Transaction, kind: Kind[Any], row: BatchRow, current: Any, stamp: Stamp) -> bool:  # noqa: ANN401
    try:
        with tx.connection.begin_nested():
            if row.old is None:
                kind.remove(tx, current)
            else:
                old = kind.adapter.validate_python(row.old)
                kind.save(tx, old, current, stamp)
                kind.finish(tx, [(old, current)], stamp)
    except IntegrityError:  # records, leads or payments hang on it by now
        return False
    return True


def _reverted(tx: Transaction, kind: Kind[Any], number: int, by: str, now: datetime, done: Reverted) -> None:
    tx.batches.change(number, state="reverted", finished_at=now)
    tx.audit.note(now, None, "import.revert", f"import:{number}", new={"by": by, "undone": done.undone, "kept": len(done.kept)})
    if kind.speaks:
        tx.name_changes.note([None])


def _packed(kind: Kind[Any], item: Any) -> bytes:  # noqa: ANN401
    return kind.adapter.dump_json(item)


def _print(kind: Kind[Any], item: Any) -> str:  # noqa: ANN401
    return hashlib.sha256(_packed(kind, item)).hexdigest()[:32]
