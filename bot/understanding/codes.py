"""Codes: phones, waybills, contract numbers, product models. They are found first and masked, because their figures are no numbers."""

import re
from dataclasses import dataclass

from bot.understanding.knowledge import derived, pattern, words
from bot.understanding.lazy import Lazy
from bot.understanding.numerals import digits

_D = "[零〇一二三四五六七八九幺\\d]"
_SPOKEN = "[零〇一二三四五六七八九幺]"
_MOBILE = Lazy(
    rf"(?<![\d零〇一二三四五六七八九幺A-Za-z])(?:\+?86[- ]?)?(?P<no>(?:1[3-9]|[幺一][三四五六七八九])"
    rf"{_D}?(?:[- ]?{_D}){{8,9}})(?![\d零〇一二三四五六七八九])"
)
_LANDLINE = Lazy(r"(?<![\dA-Za-z-])(?P<no>\(?0\d{2,3}\)?[- ]?\d{7,8}(?:(?:-|转)\d{1,5})?|400-?\d{3}-?\d{4})(?!\d)")
_MAIL = Lazy(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|https?://\S+")
_WORD = Lazy(
    rf"(?<![A-Za-z0-9])(?:[A-Za-z] (?=[A-Za-z](?![a-z])))*[A-Za-z](?:[A-Za-z0-9]|[-/.](?=[A-Za-z0-9])"
    rf"|[ ]?(?={_SPOKEN}{{3}}){_SPOKEN}+(?:-?{_SPOKEN}+)*)*(?:-{_SPOKEN}+)?|(?<![\d.,¥])\d+[A-Za-z]+[-A-Za-z0-9/.]*[A-Za-z0-9]"
    rf"|(?<!\d)\d{{4,}}-[A-Z]{{1,4}}-\d+|(?<![\d零〇一二三四五六七八九十百千万点])\d{{7,}}(?![\d.]"
    rf"|元|块|万)"
)
_SPELT = Lazy(r"(?<![A-Za-z])([A-Za-z]) (?=[A-Za-z])")
_UNITS = Lazy(
    r"(?i)\d+(?:\.\d+)?(?:k|w|kk|pcs|kg|g|ml|l|m|mm|cm|km|kw|kva|v|a|h|hz|khz|mhz|ghz|t|pc|db|ma|mah|ah|wh|kwh|mpa|um|nm|m2|m3"
    r"|x\d+|d|p|寸|in|gb|tb|mb)$"
)
_TERMS = Lazy(
    r"(?i)(?:Q[1-4]|H[12]|5G|4G|A\d|B\d|V\d+(?:\.\d+)?|P\d|T\d|M\d{1,2}|S\d|No\d*|DN\d+|PN\d+|PM2\.5|O2O|B2B|B2C|AI|PLC|MOS|LED"
    r"|PET|AGV|EMC|TCO|BOM|PO|MOQ|FAE|CTO|CEO)"
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code at [start, end); ``kind`` is phone, tracking, contract, model, mail or certificate."""

    start: int
    end: int
    kind: str
    value: str


def find_codes(text: str) -> list[Code]:
    """All codes of a text, left to right."""
    found = [Code(m.start(), m.end(), "mail", m[0]) for m in _MAIL.finditer(text)]
    found += [Code(m.start(), m.end(), "certificate", m[0]) for m in _certificates().finditer(text)]
    found += [
        Code(m.start("no"), m.end("no"), "phone", _spoken(m["no"]))
        for m in _MOBILE.finditer(text)
        if _is_mobile(m["no"]) and _free(found, m)
    ]
    found += [Code(m.start("no"), m.end("no"), "phone", m["no"].replace(" ", "")) for m in _LANDLINE.finditer(text) if _free(found, m)]
    found += [Code(m.start(), m.end(), "tracking", m[0].replace(" ", "")) for m in _waybills().finditer(text) if _free(found, m)]
    cued = [code for code in _cued(text) if not any(code.start < c.end and c.start < code.end for c in found)]
    found += cued
    found += [_named(text, m) for m in _WORD.finditer(text) if _free(found, m) and _is_code(m[0])]
    return sorted(found, key=lambda c: c.start)


def contract_of(codes: list[Code], text: str) -> Code | None:
    """The contract number: one said to be it, else a code of that shape where a contract is spoken of."""
    named = [c for c in codes if c.kind == "contract"]
    if named:
        return named[0]
    if not re.search("合同|协议|签", text):
        return None
    return next((c for c in codes if c.kind == "model" and re.fullmatch(r"[A-Za-z]{1,6}-?\d{2,}(?:-\d+)*", c.value)), None)


@derived
def _certificates() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{pattern('codes', 'certificates').pattern})(?![A-Za-z0-9])")


@derived
def _waybills() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(words('codes', 'carriers'))}) ?\d(?: ?\d){{9,15}}(?! ?\d)")


def _free(found: list[Code], m: re.Match[str]) -> bool:
    return not any(m.start() < c.end and c.start < m.end() for c in found)


def _spoken(said: str) -> str:
    return digits(said).replace(" ", "")


def _is_mobile(said: str) -> bool:
    return len(re.sub(r"\D", "", _spoken(said))) == 11


def _is_code(word: str) -> bool:
    if _UNITS.fullmatch(word) or _TERMS.fullmatch(word):
        return False
    value = _spoken(word)
    figures = sum(c.isdigit() for c in value)
    if value.isdigit():
        return figures >= 8
    return len(value) >= 4 and figures >= 2 and any(c.isalpha() for c in value)


def _named(text: str, m: re.Match[str]) -> Code:
    value = _spoken(m[0])
    carrier = re.match(r"[A-Za-z]+", value)
    kind = "model"
    if carrier and carrier[0].upper() in words("codes", "carriers") and sum(c.isdigit() for c in value) >= 8:
        kind = "tracking"
    elif value.isdigit():
        kind = "number"
    elif re.match(r" ?(?:号|的)?(?:合同|协议)", text[m.end() : m.end() + 4]):
        kind = "contract"
    return Code(m.start(), m.end(), kind, value)


_VALUE = Lazy(rf"(?:[A-Za-z]+(?: [A-Za-z]+)*|)[ ]?(?:(?:{_D}+|[A-Za-z]+)(?:[-/](?=[A-Za-z0-9零一二三四五六七八九幺]))?)+")


def _cued(text: str) -> list[Code]:
    """Codes that follow a word saying what they are."""
    out: list[Code] = []
    for kind, least in (("tracking", 8), ("contract", 3)):
        for cue in pattern("codes", f"{kind}_cue").finditer(text):
            gap = re.compile(r"[:\s#]{0,3}").match(text, cue.end())
            m = _VALUE.match(text, gap.end() if gap else cue.end())
            if not m:
                continue
            value = _spoken(m[0])
            figures = sum(c.isdigit() for c in value)
            if figures < least or re.fullmatch(r"\d{1,6}", value) or _money_follows(text, m):
                continue
            if kind == "contract" and (_is_shipping(value) or cue[0].startswith(("PO", "订单"))):
                continue
            out.append(Code(m.start(), m.end(), kind, value))
    return out


def _is_shipping(value: str) -> bool:
    letters = re.match(r"[A-Za-z]+", value)
    return (
        bool(letters) and letters[0].upper() in words("codes", "carriers") and sum(c.isdigit() for c in value) >= 11 if letters else False
    )


def _money_follows(text: str, m: re.Match[str]) -> bool:
    return bool(re.match(r"[万元块亿%.]|[kKwW](?![A-Za-z])", text[m.end() : m.end() + 1]))
