"""Dates and sums alone, without the rest of a record: what ``genjin parse --only`` prints."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.calendar import Calendar
from bot.domain.clock import SHANGHAI
from bot.understanding.date_find import When, find
from bot.understanding.figures import Figure, find_figures
from bot.understanding.lazy import Lazy
from bot.understanding.prices import Price, find_prices, measure
from bot.understanding.text import Text, normalise

_CURRENCY = Lazy(r"人民币|港元|港币|新台币|台币|美元|美金|日元|日币|欧元|英镑|泰铢|卢布|韩元|澳元|加元|瑞郎")
_PERCENT = Lazy(r"\s?(?:%|个?百分点|个点)")


def dates_in(text: str, now: datetime, calendar: Calendar) -> list[dict[str, Any]]:
    """Expressions of time as ``{span, text, kind, start, end, seconds}``; ``end`` is exclusive, ISO times of Shanghai with their offset."""
    read = normalise(text)
    return [_date(read, when) for when in find(read.plain, now.replace(tzinfo=None), calendar)]


def sums_in(text: str) -> list[dict[str, Any]]:
    """Numbers and sums of money as ``{span, text, kind, value, unit}``; a range has a pair of values."""
    read = normalise(text)
    prices = find_prices(read.plain)
    return [_sum(read, figure, prices) for figure in find_figures(read.plain)]


def _said(read: Text, start: int, end: int) -> dict[str, Any]:
    span = read.span(start, end)
    return {"span": list(span), "text": read.original[slice(*span)]}


def _date(read: Text, when: When) -> dict[str, Any]:
    found = {**_said(read, when.start, when.end), "kind": when.kind, "start": _iso(when.first), "end": _iso(when.last)}
    if when.seconds is not None:
        found["seconds"] = when.seconds
    return found


def _iso(moment: datetime | None) -> str | None:
    return moment.replace(tzinfo=SHANGHAI).isoformat() if moment else None


def _sum(read: Text, figure: Figure, prices: list[Price]) -> dict[str, Any]:
    low, high = figure.values
    value: str | list[str] = _plain(low) if high is None else [_plain(low), _plain(high)]
    kind, unit = _kind(read.plain, figure, prices)
    return {**_said(read, figure.start, figure.end), "kind": kind, "value": value, "unit": unit}


def _kind(text: str, figure: Figure, prices: list[Price]) -> tuple[str, str | None]:
    """Money, a price per unit, a quantity, a percentage or a bare number, with its unit."""
    if price := next((p for p in prices if p.start <= figure.start < p.end and p.value in figure.values), None):
        return "unit_price", price.unit
    said = text[figure.start : figure.end]
    if figure.kind == "money":
        currency = _CURRENCY.search(text[max(0, figure.start - 3) : figure.end + 3])
        return "money", currency[0] if currency else "元"
    if "百分之" in said or _PERCENT.match(text, figure.end):
        return "percent", "%"
    unit = re.compile(rf"\s?({measure()})(?![A-Za-z])").match(text, figure.end)
    return ("quantity", unit[1]) if unit else ("number", None)


def _plain(value: Decimal) -> str:
    return re.sub(r"(?<=\.\d)0+$", "", format(value, "f"))
