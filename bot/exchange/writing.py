"""Tables on their way out: text, Excel and JSON lines, written aside and put in their place when they are whole."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from bot.domain.clock import local
from bot.domain.contract import Instalment
from bot.domain.errors import UserError, os_reason
from bot.domain.values import Money
from bot.exchange.cells import Amount, Cell
from prompts import exchange as say

FORMATS = ("jsonl", "csv", "xlsx")
# What a spreadsheet would run instead of show.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
# Excel's own limit of one cell.
LONGEST = 32_767
Put = Callable[[Sequence[Cell]], None]


def escaped(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula gets a quote before it; reading takes it away again (bot/exchange/cells.py)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


@contextmanager
def aside(path: Path | None) -> Iterator[Path]:
    """A scratch file beside ``path`` (None: anywhere) that is gone afterwards unless it was moved away. Raises UserError."""
    folder = path.parent if path else Path(tempfile.gettempdir())
    try:
        handle, name = tempfile.mkstemp(prefix=".genjin-export-", suffix=".part", dir=folder)
        os.close(handle)
    except OSError as error:
        raise UserError(say.unwritable(str(folder), os_reason(error))) from error
    try:
        yield Path(name)
    except OSError as error:
        raise UserError(say.unwritable(str(folder), os_reason(error))) from error
    finally:
        Path(name).unlink(missing_ok=True)


def put_in_place(scratch: Path, path: Path) -> None:
    """The whole file under its own name, on the disk."""
    with scratch.open("rb") as file:
        os.fsync(file.fileno())
    scratch.chmod(0o600)  # customers' names and numbers
    scratch.replace(path)


@contextmanager
def table(path: Path, form: str, names: Sequence[str], titles: Sequence[str], sheet: str) -> Iterator[Put]:
    """Write a table row by row; ``names`` are the keys of JSON, ``titles`` the headings of the others."""
    if form == "xlsx":
        with _excel(path, titles, sheet) as put:
            yield put
        return
    with path.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as file:
        yield _text(file, titles) if form == "csv" else _json(file, names)


def _text(file: IO[str], titles: Sequence[str]) -> Put:
    writer = csv.writer(file)
    writer.writerow(titles)
    return lambda cells: writer.writerow([escaped(_flat(cell)) for cell in cells]) and None


def _json(file: IO[str], names: Sequence[str]) -> Put:
    def put(cells: Sequence[Cell]) -> None:
        file.write(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False, default=plain_json) + "\n")

    return put


@contextmanager
def _excel(path: Path, titles: Sequence[str], sheet: str) -> Iterator[Put]:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    head = [WriteOnlyCell(page, value=title) for title in titles]
    for cell in head:
        cell.font = Font(bold=True)
    page.append(head)
    try:
        yield lambda cells: page.append([_fit(escaped(cell)) for cell in cells])
    finally:
        page.close()  # its own scratch file is still to be joined, also after an error
    book.save(path)


def _fit(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("", cell))[:LONGEST]


def _flat(cell: Cell) -> Cell:
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else cell


def plain_json(value: object) -> Any:  # noqa: ANN401
    """How our values stand in JSON."""
    if isinstance(value, datetime):
        return local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return Amount().show(value)
    if isinstance(value, Instalment):
        return [value.on.isoformat(), Amount().show(value.amount)]
    if isinstance(value, Decimal | StrEnum):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
