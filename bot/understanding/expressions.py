"""Dates and sums alone, without the rest of a record: what ``genjin parse --only`` prints."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.calendar import Calendar
from bot.understanding.date_find import When, find
from bot.understanding.figures import Figure, find_figures
from bot.understanding.text import Text, normalise


def dates_in(text: str, now: datetime, calendar: Calendar) -> list[dict[str, Any]]:
    """Expressions of time as ``{span, kind, start, end, seconds}``; ``end`` is exclusive, ISO local times."""
    read = normalise(text)
    return [_date(read, when) for when in find(read.plain, now.replace(tzinfo=None), calendar)]


def sums_in(text: str) -> list[dict[str, Any]]:
    """Numbers and sums of money as ``{span, kind, value}``; a range has a pair of values."""
    read = normalise(text)
    return [_sum(read, figure) for figure in find_figures(read.plain)]


def _date(read: Text, when: When) -> dict[str, Any]:
    found: dict[str, Any] = {
        "span": list(read.span(when.start, when.end)),
        "kind": when.kind,
        "start": _iso(when.first),
        "end": _iso(when.last),
    }
    if when.seconds is not None:
        found["seconds"] = when.seconds
    return found


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _sum(read: Text, figure: Figure) -> dict[str, Any]:
    low, high = figure.values
    value: str | list[str] = _plain(low) if high is None else [_plain(low), _plain(high)]
    return {"span": list(read.span(figure.start, figure.end)), "kind": figure.kind, "value": value}


def _plain(value: Decimal) -> str:
    return re.sub(r"(?<=\.\d)0+$", "", format(value, "f"))
