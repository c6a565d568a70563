"""Money, days and times as they stand on papers: strict, because a figure that is not certain is no figure.

Not ``bot/understanding``: that reads what people say, and guesses well; this reads what banks print, and must not guess.
"""

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

# Thousands commas come back from an engine as dots, commas or a comma with a space; the last two digits are always fen.
_SUM = r"(?:\d{1,3}(?:[,.] ?\d{3})+|\d+)[.,]\d{2}"
_CURRENCY = r"(?:CNY|RMB|人民币|¥|Y(?=\d))"
MONEY = re.compile(rf"(?<![\d.,])[+-]? ?{_CURRENCY}? ?[+-]? ?(?P<sum>{_SUM})(?![\d.,]\d|\d|%)")
ROUND = re.compile(rf"(?<![\d.,])(?:{_CURRENCY} ?(?P<a>\d{{1,3}}(?:,\d{{3}})+|\d+)|(?P<b>\d{{1,3}}(?:,\d{{3}})+|\d+) ?元)(?![\d.,]*\d|万)")
UPPER = re.compile(r"[零壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正]{3,}")
_DAY = re.compile(
    r"(?<!\d)(?P<y>20\d\d) ?[-/.年] ?(?P<m>\d{1,2}) ?[-/.月] ?(?P<d>\d{2}|\d(?!\d)) ?日?"
    r"(?:[ T]*(?:星期|周)?[一二三四五六日天]?[ ]*(?P<t>\d{1,2}:\d{2}(?::\d{2})?)(?!\d))?"
)
_PACKED = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?: ?(?P<t>[0-2]\d:?[0-5]\d:?[0-5]\d))?(?!\d)")
_CLOCK = re.compile(r"(?<![\d:.])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])")
_CAPITALS = re.compile(
    r"(?:人民币)?(?:(?P<yuan>[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元)?零?(?:(?P<jiao>[零壹贰叁肆伍陆柒捌玖])角)?零?"
    r"(?:(?P<fen>[壹贰叁肆伍陆柒捌玖])分)?[整正]?"
)
_DIGITS = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_TENS = {"拾": 10, "佰": 100, "仟": 1000}
_FOLD = str.maketrans("貳參叄陸萬億圓圆", "贰叁叁陆万亿元元")


def decimal(text: str) -> Decimal | None:
    """``678,699.27`` (also with commas read as dots) as a number; None for anything else."""
    figures = re.sub(r"[ ,.]", "", text)
    if not re.fullmatch(_SUM, text.strip()) or len(figures) > 15:
        return None
    return Decimal(figures) / 100


def money_in(text: str) -> list[Decimal]:
    """Every sum with fen in a text, and whole sums that carry a currency."""
    exact = list(MONEY.finditer(text))
    whole = [m for m in ROUND.finditer(text) if not any(e.start() < m.end() and m.start() < e.end() for e in exact)]
    found = [(m.start(), decimal(m["sum"])) for m in exact] + [(m.start(), Decimal((m["a"] or m["b"]).replace(",", ""))) for m in whole]
    return [value for _, value in sorted(found, key=lambda f: f[0]) if value is not None]


def only_money(text: str) -> Decimal | None:
    """The sum of a text that is nothing but a sum."""
    found = money_in(text)
    rest = ROUND.sub("", MONEY.sub("", text))
    return found[0] if len(found) == 1 and not re.sub(r"[元整圆()\s:+-]|CNY|RMB|人民币|¥", "", rest) else None


def capitals(text: str) -> Decimal | None:
    """``陆拾柒万捌仟陆佰玖拾玖元贰角柒分`` as a number; None when it is not written as the rules of banks want it."""
    said = text.translate(_FOLD)
    parts = _CAPITALS.fullmatch(said)
    if not parts or not (parts["yuan"] or parts["jiao"] or parts["fen"]):
        return None
    whole = _whole(parts["yuan"] or "零")
    if whole is None:
        return None
    return Decimal(whole) + Decimal(_DIGITS.get(parts["jiao"] or "零", 0)) / 10 + Decimal(_DIGITS.get(parts["fen"] or "零", 0)) / 100


def _whole(said: str) -> int | None:
    """Yuan in capital letters: sections of four digits between 亿 and 万, each unit smaller than the one before it."""
    total, last = 0, 10**12
    for section in re.findall(r"[^万亿]+[万亿]?|[万亿]", said):
        scale = {"亿": 10**8, "万": 10**4}.get(section[-1], 1)
        value = _section(section.rstrip("万亿"))
        if value is None or scale >= last or (scale > 1 and value == 0):
            return None
        total, last = total + value * scale, scale
    return total


def _section(said: str) -> int | None:
    value, digit, unit = 0, None, 10_000
    for char in said:
        if char in _TENS:
            if _TENS[char] >= unit or (digit is None and not (char == "拾" and value == 0)):
                return None
            value, unit, digit = value + (1 if digit is None else digit) * _TENS[char], _TENS[char], None
        elif digit not in (None, 0):
            return None  # two digits in a row: a unit was lost
        else:
            digit = _DIGITS[char]
    return value + (digit or 0)


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the time of day where it is said."""

    day: date
    clock: time | None = None


def when_in(text: str) -> list[When]:
    """Every day in a text. The day has two digits, so a time may be glued to it (``2026-02-1710:33``)."""
    found = [_when(m) for m in _DAY.finditer(text)] or [_when(m) for m in _PACKED.finditer(text)]
    return [w for w in found if w is not None]


def clock_in(text: str) -> time | None:
    """A time of day that stands in a text."""
    found = _CLOCK.search(text)
    return time(int(found["h"]), int(found["m"])) if found else None


def _when(found: re.Match[str]) -> When | None:
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    said = (found["t"] or "").replace(":", "")
    hour, minute = (int(said[:-4] or 0), int(said[-4:-2])) if len(said) >= 5 else (int(said[:-2] or 0), int(said[-2:] or 0))
    return When(day, time(hour, minute) if said and hour < 24 and minute < 60 else None)
