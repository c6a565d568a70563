"""The word lists that sales operations edit, read once from ``config/knowledge/*.toml``."""

import re
from functools import cache
from typing import Any


@cache
def _table(name: str) -> dict[str, Any]:
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files("config").joinpath("knowledge", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(file: str, key: str) -> tuple[str, ...]:
    """A list of words, longest first; written in the file as an array or as one string with spaces."""
    value = _table(file)[key]
    found = value.split() if isinstance(value, str) else value
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


@cache
def groups(file: str, key: str = "") -> dict[str, tuple[str, ...]]:
    """A table of pattern lists, in the order of the file: code → patterns."""
    table = _table(file)[key] if key else _table(file)
    return {code: tuple(patterns) for code, patterns in table.items()}


@cache
def any_of(file: str, key: str) -> re.Pattern[str]:
    """One pattern that matches any word of a list, the longest first."""
    return re.compile("|".join(map(re.escape, words(file, key))))


@cache
def pattern(file: str, key: str) -> re.Pattern[str]:
    """One pattern out of a list of patterns."""
    value = _table(file)[key]
    return re.compile("|".join(f"(?:{p})" for p in value))
