"""Numbers as people write and say them: 3200, 1,100万, 三千二, 3万2, 20w, 两百三十万, 幺三八, 二分之一."""

import re
from decimal import Decimal, InvalidOperation, localcontext

from bot.understanding.lazy import Lazy

_FOLD = str.maketrans("〇壹幺贰两俩叁仨肆伍陆柒捌玖拾佰仟什廿卅", "零一一二二二三三四五六七八九十百千十廿卅")
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_SUFFIX = {"k": 1000, "w": 10**4, "kk": 10**6, "m": 10**6}

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?"
HANZI = "零〇一二三四五六七八九十百千万亿兆两壹贰叁肆伍陆柒捌玖拾佰仟幺俩仨廿卅"
# One number; Arabic figures may be followed by spoken multipliers and a tail (3万2, 5万4千6百, 1百20万).
NUMBER = (
    rf"(?:{ARABIC} ?[wW]\d(?![\dA-Za-z.])|{ARABIC} ?(?:[kK]{{1,2}}|[wW])(?![A-Za-z\d])"
    rf"|{ARABIC}(?:\s?[十百千万亿兆佰仟]+(?:\s?零?\d{{1,4}}[百千万佰仟]|零?[{HANZI}]|零?\d(?!\d))*)?"
    rf"|[{HANZI}]+(?:点[零〇一二三四五六七八九两]+)?[万亿]?)"
)
_TOKEN = Lazy(r"\d+(?:\.\d+)?|[零一二三四五六七八九十百千万亿兆廿卅]")
_PLAIN = Lazy(r"[零一二三四五六七八九]+")


def number(said: str) -> Decimal | None:
    """The value of one spoken or written number; None when it is none. A run of bare digits (二零二六) reads digit by digit."""
    text = said.replace(",", "").replace(" ", "").translate(_FOLD)
    if not text:
        return None
    suffix = re.search(r"(?<=\d)(kk|k|w|m)$", text.lower())
    if suffix:
        return _times(_decimal(text[: suffix.start()]), _SUFFIX[suffix[1]])
    if short := re.fullmatch(r"(\d+)[wW](\d)", text):
        return Decimal(short[1]) * 10000 + Decimal(short[2]) * 1000
    if "点" in text:
        return _with_point(text)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return _decimal(text)
    if _PLAIN.fullmatch(text):
        return Decimal("".join(str(_DIGIT[c]) for c in text))
    return _spoken(text)


def digits(said: str) -> str:
    """Spoken digits as figures, everything else as it is: 幺三八H Y → 138H Y."""
    return "".join(str(_DIGIT[c]) if c in _DIGIT else c for c in said.translate(_FOLD))


def small(said: str | None) -> int | None:
    """A whole number for clocks and calendars; None when absent, fractional or absurdly large."""
    value = number(said) if said else None
    if value is None or value != value.to_integral_value() or abs(value) > 10**6:
        return None
    return int(value)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) <= 30 else None
    except InvalidOperation:
        return None


def _times(value: Decimal | None, factor: int) -> Decimal | None:
    return None if value is None else value * factor


def _with_point(text: str) -> Decimal | None:
    """二点五, 十五点七, 一万零一十八点一五, 一点二万."""
    whole, _, tail = text.partition("点")
    scale = 1
    while tail and tail[-1] in _BIG:
        scale *= _BIG[tail[-1]]
        tail = tail[:-1]
    left = number(whole) if whole else Decimal(0)
    figures = digits(tail)
    if left is None or not figures.isascii() or not figures.isdigit():
        return None
    return _times(_decimal(f"{left:f}.{figures}"), scale)


class _Sum:
    """Adds up 五万四千六 from left to right: ``total`` of whole 万/亿 groups, ``section`` below 万, ``pending`` digit."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.section = Decimal(0)
        self.pending: Decimal | None = None
        self.last = 1
        self.biggest = 0

    def digit(self, value: Decimal, *, figures: bool) -> None:
        if self.pending is not None:
            value += self.pending * 10
        self.pending = value
        if figures and value >= 10:
            self.last = 1

    def zero(self) -> None:
        if self.pending is None:
            self.last = 1
        else:
            self.pending *= 10

    def small(self, unit: int) -> None:
        self.section += (Decimal(1) if self.pending is None else self.pending) * unit
        self.pending, self.last = None, unit

    def big(self, unit: int) -> None:
        group = self.section + (self.pending or 0)
        self.section, self.pending = Decimal(0), None
        if group == 0 and self.biggest:
            self.total *= unit
        elif self.biggest and unit > self.biggest:
            self.total = (self.total + group) * unit
        else:
            self.total += (group or 1) * unit
        self.biggest = self.last = unit

    def value(self) -> Decimal:
        tail = self.pending or Decimal(0)
        if self.last >= 100 and 0 < tail < 10:
            tail *= self.last // 10
        return self.total + self.section + tail


def _spoken(text: str) -> Decimal | None:
    tally = _Sum()
    at = 0
    with localcontext() as context:
        context.prec = 60
        for token in _TOKEN.finditer(text):
            if token.start() != at:
                return None
            at = token.end()
            _feed(tally, token[0])
        return tally.value() if at == len(text) and len(text) <= 60 else None


def _feed(tally: _Sum, token: str) -> None:
    if token == "零":
        tally.zero()
    elif token in _DIGIT:
        tally.digit(Decimal(_DIGIT[token]), figures=False)
    elif token in _SMALL:
        tally.small(_SMALL[token])
    elif token in _BIG:
        tally.big(_BIG[token])
    elif token in ("廿", "卅"):
        tally.pending = Decimal(2 if token == "廿" else 3)
        tally.small(10)
    else:
        tally.digit(Decimal(token), figures=True)
