"""From the lines of a table to what would become of each: new, updated, unchanged, left out, or wrong, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from bot.domain.errors import UserError
from bot.domain.values import new_id
from bot.exchange.columns import Layout, letter
from bot.exchange.company import Company
from bot.exchange.kinds.base import Given, Kind, Level, Remark
from bot.exchange.lines import Line
from bot.exchange.sheets import open_sheet
from bot.exchange.spool import Similar, Spool
from bot.exchange.wrong import WrongCell
from prompts import exchange as say
from storage.repositories.batches import Batch
from storage.transaction import Reader

Action = Literal["new", "update", "same", "skip", "error"]
Duplicates = Literal["skip", "update", "new"]
Progress = Callable[[str, int, int | None], None]
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the administrator decided: about doubtful rows, about rows that an earlier import of the same file wrote, which sheet."""

    duplicates: Duplicates = "skip"
    again: bool = False
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a line; ``changes`` are (title, before, after)."""

    line: int
    action: Action
    label: str
    changes: tuple[tuple[str, Any, Any], ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class Draft:
    """A table on its way in: read into the spool, then judged against the company.

    Args:
        earlier: the import of exactly this file that was not taken back, if there was one.
    """

    kind: Kind[Any]
    spool: Spool
    wishes: Wishes
    earlier: Batch | None = None
    remarks: tuple[str, ...] = ()
    counts: dict[Action, int] = field(default_factory=lambda: dict.fromkeys(("new", "update", "same", "skip", "error"), 0))

    def read(self, path: Path, progress: Progress) -> None:
        """Read the whole file. Raises UserError when it is no table of this kind."""
        sheet = open_sheet(path, self.kind.columns, self.kind.title, self.wishes.sheet)
        self.remarks = sheet.layout.remarks
        number = 0
        for number, line in enumerate(sheet.lines, 1):
            self.spool.put(self._given(line, sheet.layout))
            if number % CHUNK == 0:
                progress(say.READING, number, None)
        if not number:
            raise UserError(say.only_headings(path.name))
        progress(say.READING, number, number)

    def _given(self, line: Line, layout: Layout) -> Given:
        given = Given(line.number, {}, id=new_id(self.kind.name[0]))
        for place, column in layout.places.items():
            if place in line.wrong:
                given.wrong(column.title, f"{letter(place)}{line.number} {line.wrong[place]}")
                continue
            cell = line.cells[place] if place < len(line.cells) else None
            if cell is None:
                continue
            try:
                value = column.sort.read(cell)
            except WrongCell as error:
                given.wrong(column.title, str(error))
                continue
            if value not in ("", ()):
                given.values[column.name] = value
        self._whole(given, line, layout)
        return given

    def _whole(self, given: Given, line: Line, layout: Layout) -> None:
        for column in self.kind.columns:
            if column.required and column.name not in given.values and not any(r.column == column.title for r in given.remarks):
                given.wrong(column.title, say.required(column.example))
        beyond = [cell for cell in line.cells[layout.headings :] if cell is not None]
        if beyond:
            given.wrong("", say.too_many_cells(len(beyond)))

    def judge(self, reader: Reader, now: datetime, report: Callable[[Verdict], None], progress: Progress) -> None:
        """Say of every row what becomes of it; those that are fit are marked in the spool."""
        company = Company(reader, now, self.spool)
        total, done = self.spool.count(), 0
        self.kind.prepare(self._rows(), company, update=self.wishes.duplicates == "update")
        for chunk in self.spool.items(CHUNK):
            company.turn()
            rows = [row for _, row in chunk]
            self.kind.read_ahead(rows, company)
            for number, row in chunk:
                verdict = self._verdict(row, company)
                self.counts[verdict.action] += 1
                self.spool.keep(number, row, fit=verdict.action in ("new", "update"))
                report(verdict)
            done += len(rows)
            progress(say.CHECKING, done, total)

    def _rows(self) -> Iterator[Given]:
        return (row for chunk in self.spool.items(CHUNK) for _, row in chunk)

    def _verdict(self, row: Given, company: Company) -> Verdict:
        try:
            if row.bad:
                self._look_on(row, company)
                raise WrongCell(say.BAD_ROW)
            action, changes = self._decide(row, company)
        except WrongCell as error:
            if not row.bad:
                row.wrong(self._column_of_key(), str(error))
            action, changes = "error", ()
        return Verdict(row.line, action, self.kind.label(row), changes, tuple(row.remarks))

    def _look_on(self, row: Given, company: Company) -> None:
        """A row with a mistake shall show all of them at once: are the names in it known?"""
        for column in self.kind.columns:
            if column.name in self.kind.refs and column.name in row.values:
                try:
                    self.kind.value(column, row.values[column.name], None, row, company)
                except WrongCell as error:
                    row.wrong(column.title, str(error))

    def _decide(self, row: Given, company: Company) -> tuple[Action, tuple[tuple[str, Any, Any], ...]]:
        before = self.spool.seen(self.kind.key(row, company), row.line)
        if before is not None and not self._go_on(row, before):
            return "error" if row.bad else "skip", ()
        old = self.kind.find(row, company)
        if old is None and before is None:
            alike = self.kind.alike(row, company)
            if alike and not self._settle(row, alike):
                return "skip", ()
            old = self.kind.find(row, company) if row.target else None
        if old is not None:
            if not row.target and not self._believe(row, old):
                return "skip", ()
            row.target = self.kind.subject(old)
        row.judged = True
        changes = laid_over(self.kind, row, old, company)[1]
        if row.bad:
            return "error", ()
        if not changes and old is not None:
            return "same", ()
        if old is not None and self.earlier and not self.wishes.again and self._wrote(old, company):
            row.remarks.append(Remark("doubt", "", say.changed_since(self.earlier.id)))
            return "skip", changes
        return "new" if old is None and before is None else "update", changes

    def _wrote(self, item: Any, company: Company) -> bool:  # noqa: ANN401
        return self.earlier is not None and company.reader.batches.wrote(self.earlier.id, "\n".join(self.kind.subject(item)))

    def _go_on(self, row: Given, before: int) -> bool:
        """A second line about the same noun: a mistake, or left out unless it was asked for."""
        if self.kind.repeated == "error":
            row.wrong(self._column_of_key(), say.repeated(before))
            return False
        row.repeats = self.wishes.duplicates == "update"
        level: Level = "warning" if row.repeats else "doubt"
        row.remarks.append(Remark(level, "", say.repeats(before) if row.repeats else say.repeats_skipped(before)))
        return row.repeats

    def _believe(self, row: Given, old: Any) -> bool:  # noqa: ANN401
        """What a row found by one number although another speaks against it is only taken when it was asked for."""
        why = self.kind.contradicts(row, old)
        update = self.wishes.duplicates == "update"
        if why:
            row.remarks.append(Remark("warning", "", say.another_updated(why)) if update else Remark("doubt", "", say.another_skipped(why)))
        return update or not why

    def _settle(self, row: Given, alike: Sequence[Similar]) -> bool:
        """A row that may be about something known: as the administrator wished."""
        names = [(one.name, one.line, round(one.score * 100)) for one in alike]
        if self.wishes.duplicates == "new":
            row.remarks.append(Remark("warning", "", say.alike_new(names)))
            return True
        known = [one for one in alike if one.customer]
        if self.wishes.duplicates == "update" and len(known) == 1 and len(alike) == 1:
            row.target = [str(known[0].customer)]
            row.remarks.append(Remark("warning", "", say.alike_update(known[0].name)))
            return True
        row.remarks.append(Remark("doubt", "", say.alike_skipped(names, in_file=not known)))
        return False

    def _column_of_key(self) -> str:
        wanted = next((name for name in ("customer", "contract_no", "serial", "no", "model") if name in _columns(self.kind)), "name")
        return _columns(self.kind).get(wanted, "")


def laid_over(kind: Kind[Any], row: Given, old: Any, company: Company) -> tuple[Any, tuple[tuple[str, Any, Any], ...]]:  # noqa: ANN401
    """The noun as it would be, and what that changes; everything that is the matter with it is remarked on the row. Raises WrongCell."""
    new = kind.merge(row, old, company)
    row.remarks.extend(remark for remark in kind.check(new, old, row, company) if remark not in row.remarks)
    before = kind.shown(old, company) if old is not None else {}
    after = kind.shown(new, company)
    titles = _columns(kind)
    return new, tuple((titles[name], before.get(name), after[name]) for name in after if after[name] != before.get(name))


def _columns(kind: Kind[Any]) -> dict[str, str]:
    return {column.name: column.title for column in kind.columns}
