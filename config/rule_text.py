"""Rules as the text that people edit: one value is changed and every comment stays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_HEADING = re.compile(r"\s*\[\s*([\w.]+)\s*\]")
_KEY = re.compile(r"\s*([\w.]+)\s*=")

# How people say a clock.
_SPOKEN = {"全天": "wall", "上班时间": "working", "工作时间": "working", "工作日": "workday", "休息日不算": "workday"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value in the text: its key (``breakpoint.limit``), how it is written (``48h``), the comment behind it."""

    key: str
    written: str
    comment: str


@lru_cache(maxsize=8)
def complete(text: str, rest: str) -> str:
    """``text`` with every section and value that only ``rest`` has. Raises tomllib.TOMLDecodeError for what is no TOML."""
    # tomlkit is imported on use: a tenth of a second that most commands have no need of.
    import tomllib

    given, other = tomllib.loads(text), tomllib.loads(rest)
    if not _lacking(given, other):
        return text
    import tomlkit

    found: Any = tomlkit.parse(text)
    whole = tomlkit.parse(rest)
    for section, values in whole.items():
        if section not in found:
            found[section] = values
        elif isinstance(found[section], Mapping) and isinstance(values, Mapping):
            for name, value in values.items():
                if name not in found[section]:
                    found[section][name] = value
    return tomlkit.dumps(found)


def values(text: str) -> list[Value]:
    """Every value of a valid text, in its order."""
    import tomlkit

    found = []
    for section, items in tomlkit.parse(text).items():
        for name, item in items.items():
            comment = item.trivia.comment.lstrip("# ").strip() if hasattr(item, "trivia") else ""
            found.append(Value(f"{section}.{name}", str(item), comment))
    return found


def as_written(said: str) -> str:
    """``72小时`` → ``72h``, ``8点20`` → ``08:20``, ``休息日不算`` → ``workday``; anything else as it is."""
    if span := re.fullmatch(r"(\d+)个?(m|h|d|分钟?|小时|天)", said.lower()):
        return span[1] + {"分": "m", "小": "h", "天": "d"}.get(span[2][0], span[2])
    if moment := re.fullmatch(r"(\d{1,2})[:点](\d{1,2}|半)?分?", said):
        return f"{int(moment[1]):02d}:{30 if moment[2] == '半' else int(moment[2] or 0):02d}"
    return _SPOKEN.get(said, said)


def with_value(text: str, key: str, written: str) -> str:
    """The text with one value replaced; a number stays a number, everything else is a string."""
    import tomlkit

    section, name = key.split(".")
    found = tomlkit.parse(text)
    values: Any = found[section]
    old = values[name]
    new = tomlkit.item(int(written) if isinstance(old, int) and written.isdigit() else written)
    new.trivia.comment_ws, new.trivia.comment = old.trivia.comment_ws, old.trivia.comment
    values[name] = new
    return tomlkit.dumps(found)


def line_of(text: str, loc: tuple[str | int, ...]) -> int | None:
    """The line, from 1, in which a key or its section stands; None where the text does not have it."""
    wanted, section, heading = [str(part) for part in loc], "", None
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _HEADING.match(line):
            section = match[1]
            heading = number if wanted[:1] == [section] else heading
        elif (match := _KEY.match(line)) and [*filter(None, [section]), match[1]] == wanted:
            return number
    return heading


def _lacking(given: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(
        name not in given or (isinstance(value, Mapping) and isinstance(given[name], Mapping) and _lacking(given[name], value))
        for name, value in other.items()
    )
