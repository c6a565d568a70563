"""The word lists that sales operations edit: read from ``config/knowledge/*.toml``, checked, and read again when a file has changed."""

import logging
import re
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bot.domain.understood import Objection, Stage

_P = ParamSpec("_P")
_R = TypeVar("_R")
log = logging.getLogger(__name__)
FOLDER = Path(__file__).parents[2] / "config" / "knowledge"
# How often (in seconds) a read looks whether a file has changed.
LOOK_EVERY = 2.0
# What every file has to hold: lists of words, and lists of patterns.
_WORDS: dict[str, str] = {
    "brands": "brands",
    "codes": "carriers",
    "companies": "legal trades",
    "customers": "landmark referred lead tail not_names after_name",
    "goods": "trailing measures after no_products",
    "people": "surnames titles departments not_people our_functions small_words",
    "places": "places",
}
_PATTERNS: dict[str, str] = {
    "brands": "rivals no_brand",
    "channels": "proposal wechat email video phone plan_visit not_channel",
    "codes": "certificates tracking_cue contract_cue",
    "customers": "went there opening",
    "goods": "not_goods not_now not_now_after verbs total_cue unit_cue foreign tax_in tax_out ordering earlier",
    "intents": "undo help correct template_command template query new_customer quote_command quote_word sent_quote payment payment_not "
    "contract contract_done complaint visit visit_weak reported plan_word stage_only lost",
    "people": "ours bring",
    "reasons": "reasons lead_list cues blocked",
    "stages": " ".join(s.value for s in Stage if s is not Stage.LOST),
    "objections.codes": " ".join(o.value for o in Objection),
    "objections.negated": "patterns",
    "objections.rival": "replaced",
}
FILES = tuple(sorted({key.partition(".")[0] for key in (*_WORDS, *_PATTERNS)}))


class KnowledgeError(Exception):
    """A file of vocabularies that cannot be used; the message is one sentence for the person who edited it."""


_derived: list[Callable[[], None]] = []


def derived(make: Callable[_P, _R]) -> Callable[_P, _R]:
    """As functools.cache, for what is made out of the word lists: forgotten when a file changes."""
    kept = cache(make)
    _derived.append(kept.cache_clear)
    return kept  # type: ignore[return-value]


class _Shelf:
    """The tables in use, and when their files were last changed."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.stamps: dict[str, int] = {}
        self.looked = 0.0
        self.lock = threading.Lock()
        self.problem: str | None = None


_shelf = _Shelf()


def refresh(*, force: bool = False) -> None:
    """Read changed files again; a broken one is reported once and the last good one stays in use."""
    if not force and time.monotonic() - _shelf.looked < LOOK_EVERY:
        return
    with _shelf.lock:
        _shelf.looked = time.monotonic()
        stamps = {name: _stamp(name) for name in _shelf.tables}
        changed = [name for name, stamp in stamps.items() if stamp != _shelf.stamps[name]]
        for name in changed:
            _shelf.stamps[name] = stamps[name]
            try:
                _shelf.tables[name] = _load(name)
            except KnowledgeError as error:
                _shelf.problem = str(error)
                log.warning("%s", error)
            else:
                _shelf.problem = None
        if changed:
            for clear in _derived:
                clear()


def problem() -> str | None:
    """What is wrong with the file that was changed last, as a sentence; None when all is well."""
    return _shelf.problem


def _stamp(name: str) -> int:
    try:
        return (FOLDER / f"{name}.toml").stat().st_mtime_ns
    except OSError:
        return 0


def _table(name: str) -> dict[str, Any]:
    if name not in _shelf.tables:
        with _shelf.lock:
            _shelf.stamps[name] = _stamp(name)
            _shelf.tables[name] = _load(name)
    return _shelf.tables[name]


def _load(name: str) -> dict[str, Any]:
    import tomllib

    where = f"config/knowledge/{name}.toml"
    try:
        table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    except OSError:
        raise KnowledgeError(f"读不到词表文件 {where}。") from None
    except UnicodeDecodeError:
        raise KnowledgeError(f"词表文件 {where} 不是 UTF-8 文本。") from None
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"词表文件 {where} 格式不对：{error}。") from None
    for group in {key.partition(".")[2] for key in (*_WORDS, *_PATTERNS) if key.partition(".")[0] == name}:
        part = table.get(group, {}) if group else table
        if not isinstance(part, dict):
            raise KnowledgeError(f"词表文件 {where} 的 {group} 要写成一节 [{group}]。")
        _check(where, part, f"{name}.{group}".rstrip("."), table)
    return table


def _check(where: str, part: dict[str, Any], place: str, table: dict[str, Any]) -> None:
    lists, patterns = _WORDS.get(place, "").split(), _PATTERNS.get(place, "").split()
    for key in (*lists, *patterns):
        if key not in part:
            raise KnowledgeError(f"词表文件 {where} 缺少 {key}。")
        value = part[key]
        if not (isinstance(value, str) and key in lists) and not (isinstance(value, list) and all(isinstance(v, str) and v for v in value)):
            raise KnowledgeError(f"词表文件 {where} 的 {key} 要写成带引号的词的列表。")
    for key in patterns:
        for each in part[key]:
            try:
                re.compile(each)
            except re.error as error:
                raise KnowledgeError(f"词表文件 {where} 的 {key} 里“{each}”不是正确的模式：{error}。") from None
    if part is table and (strange := [key for key in part if key not in lists and key not in patterns]):
        raise KnowledgeError(f"词表文件 {where} 里不认识 {strange[0]}。")


@derived
def words(file: str, key: str) -> tuple[str, ...]:
    """A list of words, longest first; written in the file as an array or as one string with spaces."""
    value = _table(file)[key]
    found = value.split() if isinstance(value, str) else value
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


@derived
def groups(file: str, key: str = "") -> dict[str, tuple[str, ...]]:
    """A table of pattern lists, in the order of the file: code → patterns."""
    table = _table(file)[key] if key else _table(file)
    return {code: tuple(patterns) for code, patterns in table.items()}


@derived
def any_of(file: str, key: str) -> re.Pattern[str]:
    """One pattern that matches any word of a list, the longest first."""
    return re.compile("|".join(map(re.escape, words(file, key))))


@derived
def pattern(file: str, key: str) -> re.Pattern[str]:
    """One pattern out of a list of patterns."""
    value = _table(file)[key]
    return re.compile("|".join(f"(?:{p})" for p in value))
