"""Text tables: which encoding, which separator, and their lines one by one."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bot.domain.errors import UserError
from bot.exchange.columns import Column, recognised
from bot.exchange.lines import HEAD, Line
from prompts import sheets as say

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SEPARATORS = ",\t;"
BLOCK = 2**20


def lines(path: Path, columns: Sequence[Column]) -> Iterator[Line]:
    """The lines of a text table. Raises UserError for what is no text, or a quote that is never closed."""
    encoding = _encoding(path)
    separator = max(SEPARATORS, key=lambda sign: _headings(path, encoding, sign, columns))
    return _read(path, encoding, separator)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in BOMS:
        if start.startswith(mark):
            return _checked(path, name) or _no_text(path)
    if b"\0" in start:
        _no_text(path)
    return _checked(path, "utf-8") or _checked(path, "gb18030") or _no_text(path)


def _checked(path: Path, encoding: str) -> str | None:
    """The encoding if the whole file is written in it; read in blocks."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return None
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return encoding


def _no_text(path: Path) -> str:
    raise UserError(say.no_text(path.name))


def _headings(path: Path, encoding: str, separator: str, columns: Sequence[Column]) -> int:
    return max((recognised(line.cells, columns) for line in islice(_read(path, encoding, separator), HEAD)), default=0)


def _read(path: Path, encoding: str, separator: str) -> Iterator[Line]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        begin = 1
        try:
            for cells in reader:
                yield Line(begin, [cell if cell.strip() else None for cell in cells])
                begin = reader.line_num + 1
        except csv.Error as error:
            raise UserError(say.open_quote(path.name, begin)) from error
