"""The columns of a kind, and finding them again in the headings that people write."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.errors import UserError
from bot.exchange.cells import Amount, Cell, Share, Sort, folded, text_of
from prompts import sheets as say

BRACKETS = re.compile(r"[(\[【<].*?[)\]】>]")
# As near as a slip of the pen.
NEAR = 50
# The longer ones first: 百万元 is not 万元.
UNITS = {"百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "万": 10_000, "千": 1_000}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its public ``name``, its ``title`` for people, what its cells say. ``secret`` names what must be masked for some."""

    name: str
    title: str
    sort: Sort
    required: bool = False
    example: str = ""
    hint: str = ""
    also: tuple[str, ...] = ()
    secret: str = ""

    def called(self, heading: str) -> bool:
        return heading in {folded(word) for word in (self.name, self.title, *self.also)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which place of a row holds which column, and how many places have a heading; ``remarks`` are about the headings themselves."""

    places: Mapping[int, Column]
    headings: int
    remarks: tuple[str, ...] = ()


def recognised(cells: Sequence[Cell], columns: Sequence[Column]) -> int:
    """How many of the cells are headings of these columns."""
    return sum(1 for cell in cells if cell is not None and _column(text_of(cell), columns))


def layout_of(cells: Sequence[Cell], columns: Sequence[Column], kind: str) -> Layout:
    """Read a row of headings. Raises UserError when a required column is missing or one stands there twice."""
    places: dict[int, Column] = {}
    strange: list[tuple[int, str]] = []
    for place, cell in enumerate(cells):
        heading = "" if cell is None else text_of(cell)
        column = _column(heading, columns) if heading else None
        if column is not None:
            if any(column.name == other.name for other in places.values()):
                raise UserError(say.twice(column.title))
            places[place] = _in_unit(column, heading)
        elif heading:
            strange.append((place, heading))
    found = {column.name for column in places.values()}
    missing = [column for column in columns if column.required and column.name not in found]
    if missing:
        raise UserError(say.missing_columns(kind, [(c.title, _nearest(c, strange)) for c in missing], [c.title for c in columns]))
    rest = [column for column in columns if column.name not in found]
    remarks = [say.strange_column(letter(place), heading, nearest(heading, rest)) for place, heading in strange]
    return Layout(places, max((n for n, cell in enumerate(cells) if cell is not None), default=-1) + 1, tuple(remarks))


def nearest(word: str, columns: Sequence[Column]) -> str | None:
    """The title of the column that a strange heading may have meant."""
    return near(word, {name: column.title for column in columns for name in (column.title, column.name, *column.also)})


def near(word: str, names: Mapping[str, str]) -> str | None:
    """What the likest of ``names`` stands for; None when none is like the word."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(folded(word), {name: folded(name) for name in names}, scorer=fuzz.WRatio, score_cutoff=NEAR)
    return names[found[2]] if found else None


def letter(place: int) -> str:
    """The place of a column as Excel calls it: 0 → A."""
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _column(heading: str, columns: Sequence[Column]) -> Column | None:
    bare = folded(BRACKETS.sub("", unicodedata.normalize("NFKC", heading)))
    whole = folded(heading)
    return next((column for column in columns if column.called(whole) or (bare and column.called(bare))), None)


def _nearest(column: Column, strange: Sequence[tuple[int, str]]) -> str | None:
    return near(column.title, {heading: heading for _, heading in strange})


def _in_unit(column: Column, heading: str) -> Column:
    """A heading may name the unit: 金额（万元）, 浮动（%）."""
    unit = "".join(BRACKETS.findall(unicodedata.normalize("NFKC", heading)))
    if isinstance(column.sort, Amount):
        return replace(column, sort=Amount(factor=next((factor for word, factor in UNITS.items() if word in unit), 1)))
    if isinstance(column.sort, Share) and "%" in unit:
        return replace(column, sort=Share(factor=Decimal("0.01")))
    return column
