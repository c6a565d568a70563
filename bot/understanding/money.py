"""Amounts of money: 3200, 15万, 4.8万元, ¥2.85, 一块二, 八毛五, 十二万六千八百块零五毛, 20w."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from bot.understanding.numerals import HANZI, NUMBER, number

_FEW = "[一二两三四五六七八九\\d]"
_AMOUNT = (
    rf"(?:[¥$]|RMB ?|人民币 ?)?(?P<jm>{_FEW})[毛角](?!利)(?P<jf>{_FEW})?分?(?:钱)?"
    rf"|(?P<sign>[¥$]|RMB ?|人民币 ?)? ?(?P<main>{NUMBER})(?P<more>多|来|余)? ?(?:(?P<yuan>块"
    rf"|元)(?:钱|整)?(?:零?(?P<mao>{_FEW})(?:[毛角](?P<fen>{_FEW})?分?|(?![\d{HANZI}%台套只个箱天月点根条件瓶包袋片颗卷吨桶盒米斤公把张双支份本次人年周批辆付架亩提])))?)?"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many yuan at [start, end); ``marked`` when a currency word or sign says that it is money."""

    start: int
    end: int
    value: Decimal
    marked: bool


@cache
def amount_pattern() -> re.Pattern[str]:
    return re.compile(_AMOUNT)


def amount_at(text: str, at: int) -> Amount | None:
    """The amount that begins at this place."""
    m = amount_pattern().match(text, at)
    return _read(m) if m else None


def find_amounts(text: str) -> list[Amount]:
    """All numbers that could be money, left to right; the caller decides by what stands around them."""
    return [a for m in amount_pattern().finditer(text) if (a := _read(m)) is not None]


def _read(m: re.Match[str]) -> Amount | None:
    if m["jm"]:
        value = Decimal(_one(m["jm"])) / 10 + Decimal(_one(m["jf"])) / 100
        return Amount(m.start(), m.end(), value, True)
    main = number(m["main"])
    if main is None or main > 10**15:
        return None
    if m["mao"]:
        main += Decimal(_one(m["mao"])) / 10 + Decimal(_one(m["fen"])) / 100
    start = m.start() + (len(m[0]) - len(m[0].lstrip()))
    end = m.start() + len(m[0].rstrip())
    return Amount(start, end, main, bool(m["sign"] or m["yuan"]))


def _one(said: str | None) -> int:
    return int(number(said) or 0) if said else 0
