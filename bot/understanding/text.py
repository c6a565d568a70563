"""A message in one spelling of characters, with the way back to the positions of the original."""

import unicodedata
from dataclasses import dataclass

from bot.domain.understood import Span
from bot.understanding.lazy import Lazy

# Characters that only look different in traditional script and in formal numerals; NFKC leaves them alone.
_SIMPLE = str.maketrans(
    "負倆幾餘雙對萬億兩點號個貳參圓時後週禮國陸壹仟佰肆伍柒捌玖叁拾", "负俩几余双对万亿两点号个贰叁元时后周礼国陆壹仟佰肆伍柒捌玖叁拾"
)
_TIGHT = Lazy(r"(?<=[A-Za-z]) (?=[A-Za-z][零〇一二三四五六七八九幺\d]{3})")
MASK = "\ue000"


@dataclass(frozen=True, slots=True)
class Text:
    """``plain`` is what the stages read; ``origin[i]`` is where its i-th character began in ``original``."""

    original: str
    plain: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The range of the original that a range of ``plain`` came from."""
        return self.origin[start], self.origin[end]


def normalise(original: str) -> Text:
    """NFKC character by character; control, format and surrogate characters become spaces."""
    plain: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(original):
        folded = _fold(char)
        plain.append(folded)
        origin.extend([at] * len(folded))
    origin.append(len(original))
    return Text(original, "".join(plain).translate(_SIMPLE), tuple(origin))


def _fold(char: str) -> str:
    if "一" <= char <= "鿿" or " " <= char <= "~":
        return char
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return " "
    return unicodedata.normalize("NFKC", char)


def blank(text: str, spans: list[Span]) -> str:
    """The text with the ranges replaced by as many mask characters, so that later stages do not read them."""
    chars = list(text)
    for start, end in spans:
        chars[start:end] = MASK * (end - start)
    return "".join(chars)
