"""The rules as a table: one line a rule, out with its name and meaning, in again with the values that were edited."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.domain.errors import UserError
from bot.exchange.cells import Cell, Words, text_of
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.lines import Line
from bot.exchange.sheets import open_sheet
from bot.rules import text_in_force
from config.rule_text import as_written, values, with_value
from config.rules import default_text, parse_rules, title
from prompts import exchange as say
from storage.transaction import Reader

COLUMNS = (
    Column("key", "编号", Words(200)),
    Column("name", "规则", Words(200)),
    Column("value", "值", Words(200), required=True),
    Column("about", "说明", Words(200)),
)


def rows(reader: Reader, company: Company) -> Iterator[tuple[None, tuple[str, str, str, str]]]:
    """Every rule in force, for the export."""
    for value in values(text_in_force(reader, default_text())):
        yield None, (value.key, title(value.key), value.written, value.comment)


def edited(path: Path, sheet: str | None, text: str) -> str:
    """``text`` with the values of a table. Raises UserError naming the line that is wrong; a rule that has no line stays as it is."""
    keys = {name: v.key for v in values(text) for name in (v.key, title(v.key))}
    given: dict[str, tuple[int, str]] = {}
    opened = open_sheet(path, COLUMNS, say.RULES, sheet)
    places = {column.name: place for place, column in opened.layout.places.items()}
    for line in opened.lines:
        said = _cell(line, places.get("key")) or _cell(line, places.get("name"))
        value = _cell(line, places["value"])
        if not said and not value:
            continue
        if said not in keys:
            raise UserError(say.no_rule(line.number, said))
        if value:
            given[keys[said]] = (line.number, value)
    for key, (_, value) in given.items():
        text = with_value(text, key, as_written(value))
    _check(text, given)
    return text


def _check(text: str, given: dict[str, tuple[int, str]]) -> None:
    """Refuse the whole; a value that is wrong by itself is named with its line in the table."""
    try:
        parse_rules(text, say.RULES, lines=False)
    except UserError:
        for key, (line, value) in given.items():
            parse_rules(with_value(default_text(), key, as_written(value)), say.rule_line(line, title(key)), lines=False)
        raise


def _cell(line: Line, place: int | None) -> str:
    cell: Cell = line.cells[place] if place is not None and place < len(line.cells) else None
    if cell is None:
        return ""
    # Excel makes a time of day with seconds of 08:20 by itself.
    return re.sub(r"^(\d\d:\d\d):00$", r"\1", text_of(cell).strip())
