"""An administrator at a desk: writes tables, runs imports on a real database, reads what became of each line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bot.domain.clock import Clock
from bot.exchange.importing import Reverted, Written, fingerprint_of, revert, write
from bot.exchange.judging import Action, Draft, Verdict, Wishes
from bot.exchange.kinds import kind_of
from bot.exchange.spool import Spool
from storage.store import Store
from storage.transaction import Reader


@dataclass
class Outcome:
    """What an import said of every line, and what it wrote."""

    verdicts: list[Verdict] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    written: Written | None = None

    @property
    def actions(self) -> list[Action]:
        return [verdict.action for verdict in self.verdicts]

    @property
    def said(self) -> str:
        """All remarks, a line each: ``3 金额：…``."""
        return "\n".join(f"{v.line} {r.column}：{r.text}" for v in self.verdicts for r in v.remarks)

    @property
    def batch(self) -> int:
        assert self.written is not None
        return self.written.batch


@dataclass
class Office:
    """The desk."""

    store: Store
    clock: Clock
    folder: Path

    def csv(self, text: str, *, encoding: str = "utf-8", name: str = "table.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def xlsx(self, rows: Sequence[Sequence[Any]], *, name: str = "table.xlsx") -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(self.folder / name)
        return self.folder / name

    def take(self, kind: str, table: Path | str, *, dry: bool = False, now: datetime | None = None, **wishes: Any) -> Outcome:  # noqa: ANN401
        """Import a file, or the text of a CSV file; rows with errors are left out."""
        path = self.csv(table) if isinstance(table, str) else table
        outcome = Outcome()
        with Spool() as spool:
            sha256 = fingerprint_of(path)
            earlier = self.store.read_now(lambda r: r.batches.of_file(kind, sha256))
            earlier = earlier if earlier and earlier.state in ("writing", "done") else None
            draft = Draft(kind_of(kind), spool, Wishes(**wishes), earlier)
            draft.read(path, quiet)
            outcome.headings = draft.remarks
            self.store.read_now(lambda r: draft.judge(r, now or self.clock.now(), outcome.verdicts.append, quiet))
            if not dry:
                outcome.written = write(self.store, draft, path, sha256, "admin", self.clock, quiet, lambda seconds: None)
        return outcome

    def back(self, number: int | None = None) -> Reverted:
        """Take a batch back."""
        return revert(self.store, number, "admin", self.clock, quiet, lambda seconds: None)

    def read(self, query: Any) -> Any:  # noqa: ANN401
        return self.store.read_now(query)

    def customers(self) -> list[str]:
        return [one.name for one in self.read(lambda r: r.customers.all())]


def quiet(phase: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def all_of(kind: str) -> Any:  # noqa: ANN401
    """A query for every noun of a kind."""

    def query(reader: Reader) -> list[Any]:
        return list(kind_of(kind).each(reader))

    return query
