"""How far a transcript is from what was said: character errors, with numbers written one way and marks left out."""

import re

from rapidfuzz.distance import Levenshtein

DIGITS = "零一二三四五六七八九"
UNITS = ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"))


def errors(heard: str, said: str) -> int:
    """Character errors."""
    return Levenshtein.distance(plain(heard), plain(said))


def plain(text: str) -> str:
    """Bare characters, numbers in words."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(\d+)[%％]", r"百分之\1", text)
    text = re.sub(r"\d+", lambda m: _words(int(m[0])), text)
    return re.sub(r"\W", "", text).replace("两千", "二千").replace("两点", "二点")


def _words(number: int) -> str:
    for value, unit in UNITS:
        if number >= value:
            high, rest = divmod(number, value)
            first = "" if (high, value) == (1, 10) else _words(high)
            gap = "零" if rest and rest < value // 10 else ""
            return first + unit + gap + (_words(rest) if rest else "")
    return DIGITS[number]
