"""Counts of goods and prices per unit."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.understanding.knowledge import derived, pattern, words
from bot.understanding.money import Amount, amount_at
from bot.understanding.numerals import HANZI, NUMBER, number


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count of goods at [start, end); ``unit`` None where only a K follows the figure."""

    start: int
    end: int
    value: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Price:
    """A price per unit at [start, end); ``sure`` when the words say that it is per unit."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    sure: bool


@derived
def measure() -> str:
    """A measure word."""
    # 付 is a pair of brake pads, but also "to pay".
    return "(?:" + "|".join(map(re.escape, words("goods", "measures"))) + "|付(?![了款清过给定现出]))"


@derived
def _price_patterns() -> tuple[re.Pattern[str], ...]:
    tenths = r"(?P<m>[一二三四五六七八九\d](?=[一每/毛角]))?(?:[毛角][一二三四五六七八九]?)?"
    money = rf"[¥]?(?P<n>{NUMBER}|\d+(?:\.\d+)?)(?:多)?(?P<y>块钱?|元)?{tenths}"
    unit = f"(?P<u>{measure()})"
    return (
        re.compile(
            rf"[¥]?(?P<n>{NUMBER}(?:[毛角]\d?)?)(?P<y>块钱?|元)?(?P<m>[一二三四五六七八九\d])?[毛角]?\s?(?:/|一|每)\s?{unit}(?![一二三四五六七八九十百千万\d])(?!线|产线)"
        ),
        re.compile(rf"(?:每|一|/){unit}(?:是|要|卖|报|给|才|只要|单价|的?价格)?\s?{money}(?!\s?{measure()})"),
        re.compile(rf"(?:{pattern('goods', 'unit_cue').pattern})(?:是|为|:|到|降到|做到)?\s?(?:在)?{money}(?!\s?{measure()})"),
    )


@derived
def _quantity_pattern() -> re.Pattern[str]:
    stop = "|".join(words("goods", "not_goods"))
    return re.compile(
        rf"(?<![\d.A-Za-z第/一每])(?P<n>半|{NUMBER})\s?(?:(?P<u>{measure()})(?:(?<=[一-鿿])|(?![A-Za-z]))(?!{stop})(?!钱)|(?<=[kK])(?![A-Za-z]))"
    )


def find_prices(text: str) -> list[Price]:
    """Prices said to be per unit."""
    found: list[Price] = []
    for rule in _price_patterns():
        for m in rule.finditer(text):
            if any(m.start() < p.end and p.start < m.end() for p in found):
                continue
            amount = amount_at(text, m.start("n"))
            value = _said_price(m, amount)
            end = max(m.end(), amount.end) if amount and value == amount.value and m["n"] and amount.end <= m.end() + 2 else m.end()
            if value is not None and not re.search(r"(?:加|便宜|降|多赚|返|费要?|优惠|涨|贵)$", text[: m.start()]):
                unit = m["u"] if "u" in m.re.groupindex else None
                found.append(Price(m.start(), end, value, unit, sure=True))
    return sorted(found, key=lambda p: p.start)


def _said_price(m: re.Match[str], amount: Amount | None) -> Decimal | None:
    """The figure, with a spoken tail of tenths (一块二一只 is 1.2)."""
    if m["n"][-1] in "毛角" or (len(m["n"]) > 1 and m["n"][-2] in "毛角"):
        return amount.value if amount else None
    if m["y"] and not m["m"] and "u" in m.re.groupindex and m.start("u") > m.start("n") and not re.search("[毛角]", _figure(m)):
        return number(m["n"])
    if m["m"] and m["y"] and (whole := number(m["n"])) is not None:
        return whole + (number(m["m"]) or Decimal(0)) / 10
    if amount and amount.end <= m.end() and amount.end > m.end("n") and re.search("[块元毛角]", _figure(m)):
        return amount.value
    if (
        amount
        and ("u" not in m.re.groupindex or m.start("u") < m.start("n"))
        and amount.start == m.start("n")
        and 0 <= amount.end - m.end() <= 2
    ):
        return amount.value
    value = number(m["n"])
    if value is None:
        return None
    return value + (number(m["m"]) or Decimal(0)) / 10 if m["m"] and m["y"] else value


def _figure(m: re.Match[str]) -> str:
    """The figure of a price with its currency words."""
    return m.string[m.start("n") : m.end()]


def find_quantities(text: str, prices: list[Price]) -> list[Quantity]:
    """Counts of goods that are being quoted, ordered, sent or lent."""
    out = []
    for m in _quantity_pattern().finditer(text):
        if any(m.start() < p.end and p.start < m.end() for p in prices):
            continue
        value = Decimal("0.5") if m["n"] == "半" else number(m["n"])
        if value is None or (m["n"] in ("一", "1") and m["u"] in ("个", "条", "张", "份", "把", "块", "部", "批", "面", "次", "打")):
            continue
        if m["u"] == "件" and text[m.end() : m.end() + 1] in ("套", "装"):
            continue
        if m["u"] == "个" and re.match(f"[{HANZI}]", text[m.end() :]):
            continue
        out.append(Quantity(m.start(), m.end(), value, m["u"]))
    return [q for q in out if not _elsewhere(text, q)]


def _elsewhere(text: str, q: Quantity) -> bool:
    """Stock, faulty goods, what was delivered before."""
    begin = max(text.rfind(c, 0, q.start) for c in ",。;!?")
    before = text[max(begin + 1, q.start - 10) : q.start]
    after = text[q.end : q.end + 6]
    return bool(pattern("goods", "not_now").search(before) or pattern("goods", "not_now_after").match(after.lstrip()))
