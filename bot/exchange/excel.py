"""Excel workbooks in bounded memory, with their traps: bombs, formulas without results, merged cells, sheets that lie about their size."""

import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bot.domain.errors import UserError
from bot.exchange.cells import Cell
from bot.exchange.columns import Column, letter, recognised
from bot.exchange.lines import HEAD, Line
from prompts import sheets as say

# What the parts of a workbook may unfold to; a hundred thousand full rows are about 60 MB.
MOST_BYTES = 400 * 2**20
MOST_SHARED = 150 * 2**20
MOST_PARTS = 2_000
MOST_RATIO = 300
BLOCK = 2**20
OVERLAP = 200
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# A sheet whose rows were only coloured reaches down to the last one.
BLANK_END = 5_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bare XML of a sheet says: vertical merges by column place, cells merged across columns, whether there are formulas."""

    down: Mapping[int, Sequence[tuple[int, int]]]
    across: Mapping[int, Sequence[tuple[int, int, str]]]
    formulas: bool


def lines(path: Path, columns: Sequence[Column], sheet: str | None) -> Iterator[Line]:
    """The lines of the named sheet, else of the first visible one that has these headings. Raises UserError."""
    _check_size(path)
    book = _open(path, results=True)
    try:
        page = _choose(path, book, columns, sheet)
        facts = _facts(path, page._worksheet_path)
    except BaseException:
        book.close()
        raise
    return _read(path, book, page, facts)


def _check_size(path: Path) -> None:
    """Refuse by what the archive declares, before anything is unfolded."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
                raise UserError(say.too_big(path.name))
            if any(p.file_size > MOST_SHARED and p.filename.endswith("sharedStrings.xml") for p in parts):
                raise UserError(say.too_big(path.name))
            if any(p.file_size > 50 * BLOCK and p.file_size > MOST_RATIO * p.compress_size for p in parts):
                raise UserError(say.too_big(path.name))
            if any(part.flag_bits & 1 for part in parts):
                raise UserError(say.locked(path.name))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _has_doctype(archive, part):
                    raise UserError(say.damaged(path.name))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise UserError(say.damaged(path.name)) from error


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        return b"<!DOCTYPE" in file.read(4096).upper()


def _open(path: Path, *, results: bool) -> Any:  # noqa: ANN401
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it cannot keep (drawings, validations) is nothing that we want
        try:
            return load_workbook(path, read_only=True, data_only=results, keep_links=False)
        except Exception as error:  # openpyxl gives whatever a damaged part makes it stumble over
            raise UserError(say.damaged(path.name)) from error


def _choose(path: Path, book: Any, columns: Sequence[Column], wanted: str | None) -> Any:  # noqa: ANN401
    """The sheet to read."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if wanted is not None:
        sheets = [sheet for sheet in book.worksheets if sheet.title == wanted]
        if not sheets:
            raise UserError(say.no_sheet(wanted, book.sheetnames))
    if not sheets:
        raise UserError(say.empty(path.name))
    return max(sheets, key=lambda sheet: _headings(path, sheet, columns))


def _headings(path: Path, sheet: Any, columns: Sequence[Column]) -> int:  # noqa: ANN401
    sheet.reset_dimensions()
    rows = _rows(path, sheet)
    return max((recognised([_value(cell) for cell in row], columns) for row in islice(rows, HEAD)), default=0)


def _rows(path: Path, sheet: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401
    try:
        yield from sheet.iter_rows()
    except Exception as error:  # as above: a damaged sheet shows while it is read
        raise UserError(say.damaged(path.name)) from error


def _facts(path: Path, part: str) -> Facts:
    down: dict[int, list[tuple[int, int]]] = {}
    across: dict[int, list[tuple[int, int, str]]] = {}
    formulas, tail = False, b""
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as file:
        while block := file.read(BLOCK):
            text = tail + block
            formulas = formulas or bool(FORMULA.search(text))
            last = 0
            for m in MERGED.finditer(text):
                left, right, top, bottom = _place(m[1]), _place(m[3]), int(m[2]), int(m[4])
                last = m.end()
                if left == right:
                    down.setdefault(left, []).append((top, bottom))
                else:
                    ref = f"{m[1].decode()}{top}:{m[3].decode()}{bottom}"
                    for place in range(left, min(right, left + 200) + 1):
                        across.setdefault(place, []).append((top, bottom, ref))
            tail = text[max(last, len(text) - OVERLAP) :]
    return Facts({p: sorted(spans) for p, spans in down.items()}, {p: sorted(spans) for p, spans in across.items()}, formulas)


def _place(letters: bytes) -> int:
    place = 0
    for sign in letters:
        place = place * 26 + sign - 64
    return place - 1


def _read(path: Path, book: Any, sheet: Any, facts: Facts) -> Iterator[Line]:  # noqa: ANN401
    with closing(book):
        if facts.formulas:
            with closing(_open(path, results=False)) as other:
                other[sheet.title].reset_dimensions()
                yield from _lines(_rows(path, sheet), facts, _rows(path, other[sheet.title]))
        else:
            yield from _lines(_rows(path, sheet), facts, None)


def _lines(rows: Iterator[Sequence[Any]], facts: Facts, formulas: Iterator[Sequence[Any]] | None) -> Iterator[Line]:
    above: dict[int, tuple[int, Cell]] = {}
    blank = 0
    for number, row in enumerate(rows, 1):
        said = next(formulas, ()) if formulas else ()
        cells = [_value(cell) for cell in row]
        wrong = {place: say.ERROR_VALUE for place, cell in enumerate(row) if getattr(cell, "data_type", "") == "e"}
        for place, cell in enumerate(said):
            if cells[place] is None and getattr(cell, "data_type", "") == "f":
                wrong[place] = say.FORMULA
        _merged_down(number, cells, above, facts.down)
        wrong.update(_merged_across(number, facts.across))
        blank = 0 if wrong or any(cell is not None for cell in cells) else blank + 1
        if blank > BLANK_END:
            return
        yield Line(number, cells, wrong)


def _merged_down(number: int, cells: list[Cell], above: dict[int, tuple[int, Cell]], down: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """What is merged from top to bottom stands in each of its rows: that is what the author saw."""
    for place, spans in down.items():
        at = bisect_right(spans, (number, 2**31)) - 1
        if at < 0 or number > spans[at][1]:
            continue
        if spans[at][0] == number:
            above[place] = (number, cells[place] if place < len(cells) else None)
        elif place in above and above[place][0] == spans[at][0]:
            cells.extend([None] * (place + 1 - len(cells)))
            cells[place] = above[place][1]


def _merged_across(number: int, across: Mapping[int, Sequence[tuple[int, int, str]]]) -> dict[int, str]:
    wrong = {}
    for place, spans in across.items():
        at = bisect_right(spans, (number, 2**31, "")) - 1
        if at >= 0 and spans[at][0] <= number <= spans[at][1]:
            wrong[place] = say.merged(spans[at][2])
    return wrong


def _value(cell: Any) -> Cell:  # noqa: ANN401
    value = cell.value
    if isinstance(value, str):
        return value if value.strip() else None
    if value is None or isinstance(value, int | float):
        return value
    return value if hasattr(value, "year") else str(value)


def cell_name(place: int, line: int) -> str:
    """``B7``."""
    return f"{letter(place)}{line}"
