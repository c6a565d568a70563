"""Opening a table of any sort: what it is by its bytes, where its headings stand, and its rows one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from bot.domain.errors import UserError, os_reason
from bot.exchange import delimited, excel
from bot.exchange.columns import Column, Layout, layout_of, recognised
from bot.exchange.lines import HEAD, Line
from prompts import sheets as say

MOST_BYTES = 200 * 2**20
MOST_ROWS = 500_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table under its headings; blank lines are left out."""

    layout: Layout
    lines: Iterator[Line]


def open_sheet(path: Path, columns: Sequence[Column], kind: str, sheet: str | None = None) -> Sheet:
    """Find the headings of ``columns`` in a file. Raises UserError with a sentence for everything that cannot be read."""
    rows = _lines(path, columns, sheet)
    head = list(islice(rows, HEAD))
    counts = [recognised(line.cells, columns) for line in head]
    if not any(cell is not None for line in head for cell in line.cells):
        raise UserError(say.empty(path.name))
    best = counts.index(max(counts))
    if not counts[best]:
        raise UserError(say.no_headings(path.name, kind, [column.title for column in columns]))
    layout = layout_of(head[best].cells, columns, kind)
    return Sheet(layout, _filled(chain(head[best + 1 :], rows), layout, path))


def _lines(path: Path, columns: Sequence[Column], sheet: str | None) -> Iterator[Line]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(2**16)
    except OSError as error:
        raise UserError(say.unreadable(str(path), os_reason(error))) from error
    if not start.strip():
        raise UserError(say.empty(path.name))
    if size > MOST_BYTES:
        raise UserError(say.too_big(path.name))
    if start.startswith(b"PK\x03\x04"):
        return excel.lines(path, columns, sheet)
    if start.startswith(OLE):
        raise UserError(say.locked(path.name) if _encrypted(path) else say.old_excel(path.name))
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise UserError(say.web_page(path.name))
    return delimited.lines(path, columns)


def _encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return ENCRYPTED in file.read(2**24)


def _filled(lines: Iterator[Line], layout: Layout, path: Path) -> Iterator[Line]:
    count = 0
    for line in lines:
        if any(line.cells[p] is not None for p in range(len(line.cells))) or any(place in layout.places for place in line.wrong):
            count += 1
            if count > MOST_ROWS:
                raise UserError(say.too_many_rows(path.name, MOST_ROWS))
            yield line
