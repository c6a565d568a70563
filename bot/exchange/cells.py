"""What a cell of a company's own table may say, and how it is written back: one small class per sort of value.

``read`` takes what the spreadsheet gave (text, number, date, truth value; never empty) and returns the value or raises WrongCell with the
sentence for the person who has to mend it. ``show`` is its inverse: what is exported reads back as the same value.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.clock import local
from bot.domain.contract import Instalment
from bot.domain.values import Money
from bot.exchange.days import day_of, instant_of, week_of
from bot.exchange.wrong import WrongCell
from prompts import sheets as say

Cell = str | int | float | bool | datetime | date | time | None
# A double keeps fifteen digits; Excel has already lost the rest of a longer number.
EXACT = 10**15
ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")
INVISIBLE = re.compile(r"[\u200b-\u200f\u2028\u2029\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
MOST_YUAN = Decimal(10) ** 13
# A unit of its own; without one, a sum is in the unit of its heading.
UNIT = re.compile(r"[万亿wW元块毛角¥$]|RMB|CNY|人民币|\d[千百kK]")


class Sort(Protocol):
    """A sort of value."""

    def read(self, cell: Cell) -> Any: ...  # noqa: ANN401

    def show(self, value: Any) -> Cell: ...  # noqa: ANN401


def text_of(cell: Cell) -> str:
    """The cell as words: numbers without a tail of their own, no invisible characters, no quote that an export put before a formula."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    return INVISIBLE.sub("", ESCAPED.sub("", str(cell))).replace("\u00a0", " ").strip()


def plain(cell: Cell) -> str:
    """The same in half width, for what is compared and not kept."""
    return unicodedata.normalize("NFKC", text_of(cell)).strip()


@dataclass(frozen=True, slots=True)
class Words:
    """Free words on one line (``lines``: on several) of at most ``most`` characters."""

    most: int = 200
    lines: bool = False

    def read(self, cell: Cell) -> str:
        words = text_of(cell)
        words = words if self.lines else " ".join(words.split())
        if len(words) > self.most:
            raise WrongCell(say.too_long(len(words), self.most))
        return words

    def show(self, value: str) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Code:
    """A number that is a name: a phone, a serial, a contract number. What Excel has rounded is refused."""

    most: int = 80

    def read(self, cell: Cell) -> str:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
            raise WrongCell(say.ROUNDED)
        code = plain(cell)
        if SCIENTIFIC.fullmatch(code):
            raise WrongCell(say.scientific(code))
        return str(Words(self.most).read(code))

    def show(self, value: str) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as people write it; spaces and dashes go."""

    def read(self, cell: Cell) -> str:
        code = re.sub(r"[\s\-—()]", "", str(Code(40).read(cell)))
        if not re.fullmatch(r"\+?\d{5,20}(?:(?:转|x)\d{1,6})?", code):
            raise WrongCell(say.no_phone(text_of(cell)))
        return code

    def show(self, value: str) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Email:
    """An address of electronic mail."""

    def read(self, cell: Cell) -> str:
        address = plain(cell)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address) or len(address) > 120:
            raise WrongCell(say.no_email(text_of(cell)))
        return address

    def show(self, value: str) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A number between ``low`` and ``high``; ``whole`` numbers have no fraction."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(10) ** 9
    whole: bool = True

    def read(self, cell: Cell) -> Any:  # noqa: ANN401
        value = decimal_of(cell)
        if value is None:
            raise WrongCell(say.no_number(text_of(cell)))
        if self.whole and value != value.to_integral_value():
            raise WrongCell(say.no_whole(text_of(cell)))
        if not self.low <= value <= self.high:
            raise WrongCell(say.out_of_range(text_of(cell), f"{self.low:f}", f"{self.high:f}"))
        return int(value) if self.whole else float(value)

    def show(self, value: float) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Amount:
    """Money; ``factor`` is what the heading says (万元), for cells that say no unit themselves. Never below zero."""

    factor: int = 1

    def read(self, cell: Cell) -> Money:
        value = yuan_of(cell)
        if value is None:
            raise WrongCell(say.no_amount(text_of(cell)))
        if value < 0:
            raise WrongCell(say.negative(text_of(cell)))
        if not UNIT.search(plain(cell)):
            value *= self.factor
        if value > MOST_YUAN:
            raise WrongCell(say.too_much(text_of(cell)))
        return Money.yuan(value)

    def show(self, value: Money) -> Cell:
        whole, cents = divmod(value.fen, 100)
        return f"{whole}.{cents:02d}"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one: 8 %, 0.08, a cell in percent format. ``factor`` is what the heading says (%)."""

    factor: Decimal = Decimal(1)

    def read(self, cell: Cell) -> Decimal:
        said = plain(cell)
        value = decimal_of(said.removesuffix("%"))
        if value is None:
            raise WrongCell(say.no_share(said))
        value = value / 100 if said.endswith("%") else value * self.factor
        if not 0 <= value < 1:
            raise WrongCell(say.no_share(said))
        return value.quantize(Decimal("0.000001")).normalize() + 0

    def show(self, value: Decimal) -> Cell:
        return f"{value * 100:f}%" if value == value.quantize(Decimal("0.000001")) else f"{value:f}"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day."""

    def read(self, cell: Cell) -> date:
        return day_of(_bare(cell))

    def show(self, value: date) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Week:
    """A week, by any of its days; its Monday is kept."""

    def read(self, cell: Cell) -> date:
        return week_of(_bare(cell))

    def show(self, value: date) -> Cell:
        return value


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, in Shanghai time unless it names its zone; a bare day is its beginning."""

    def read(self, cell: Cell) -> datetime:
        return instant_of(_bare(cell))

    def show(self, value: datetime) -> Cell:
        return local(value).strftime("%Y-%m-%d %H:%M:%S")


YES = frozenset(["是", "有", "对", "真", "y", "yes", "true", "1", "√", "✓", "✔", "已有", "有计划", "需要"])
NO = frozenset(["否", "无", "没有", "不", "假", "n", "no", "false", "0", "×", "x", "暂无", "无计划", "不需要"])


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no, in the words that people tick with."""

    def read(self, cell: Cell) -> bool:
        said = plain(cell).lower()
        if said not in YES | NO:
            raise WrongCell(say.no_yes(text_of(cell)))
        return said in YES

    def show(self, value: bool) -> Cell:
        return "是" if value else "否"


@dataclass(frozen=True)
class OneOf:
    """A word of a closed list, by its value, its title or another name for it."""

    titles: Mapping[Any, str]
    also: Mapping[str, Any] = field(default_factory=dict)

    def read(self, cell: Cell) -> Any:  # noqa: ANN401
        said = folded(plain(cell))
        for value, title in self.titles.items():
            if said in (folded(str(value)), folded(title)):
                return value
        if (found := self.also.get(said)) is not None:
            return found
        raise WrongCell(say.not_one_of(text_of(cell), list(self.titles.values())))

    def show(self, value: StrEnum | str) -> Cell:
        return self.titles.get(value, str(value))


@dataclass(frozen=True)
class SomeOf:
    """Several words of a closed list."""

    of: OneOf

    def read(self, cell: Cell) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(self.of.read(part)) for part in parts_of(text_of(cell), spaces=True)))

    def show(self, value: Sequence[str]) -> Cell:
        return joined([str(self.of.show(part)) for part in value])


@dataclass(frozen=True, slots=True)
class Several:
    """A list of free words."""

    most: int = 60

    def read(self, cell: Cell) -> tuple[str, ...]:
        return tuple(dict.fromkeys(Words(self.most).read(part) for part in parts_of(text_of(cell))))

    def show(self, value: Sequence[str]) -> Cell:
        return joined(value)


@dataclass(frozen=True, slots=True)
class Plan:
    """Agreed payments: ``2026-03-31:50000;2026-06-30:80000``."""

    def read(self, cell: Cell) -> tuple[Instalment, ...]:
        said = [part.strip() for part in re.split(r"[;；\n]", text_of(cell)) if part.strip()]
        return tuple(sorted(self._one(part) for part in said))

    def _one(self, part: str) -> Instalment:
        on, colon, amount = unicodedata.normalize("NFKC", part).partition(":")
        if not colon:
            raise WrongCell(say.no_plan(part))
        return Instalment(day_of(on.strip()), Amount().read(amount))

    def show(self, value: Sequence[Instalment]) -> Cell:
        return ";".join(f"{one.on.isoformat()}:{Amount().show(one.amount)}" for one in value)


def parts_of(text: str, *, spaces: bool = False) -> list[str]:
    """The parts of a list: cut at semicolons and lines where there are any, else at commas."""
    cut = r"[;；\n]" if re.search(r"[;；\n]", text) else r"[、,，/|\s]" if spaces else r"[、,，|]"
    return [part.strip() for part in re.split(cut, text) if part.strip()]


def joined(parts: Sequence[str]) -> str:
    """The inverse of :func:`parts_of`."""
    text = ";".join(parts)
    return text + ";" if len(parts) == 1 and re.search(r"[、,，|/]", text) else text


def folded(word: str) -> str:
    """A word for comparison: half width, lower case, nothing but letters and digits."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", word)).lower()


def decimal_of(cell: Cell) -> Decimal | None:
    """A plain number; None when it is none."""
    if isinstance(cell, bool | date | time):
        return None
    said = plain(cell).replace(",", "").replace(" ", "")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", said):
        return None
    try:
        return Decimal(said)
    except InvalidOperation:
        return None


def yuan_of(cell: Cell) -> Decimal | None:
    """Money as it stands in tables: 1200, ￥1,200.00, 3.2万, 1200元, (1,200.00); None when it is none."""
    value = decimal_of(cell)
    if value is not None or not isinstance(cell, str):
        return value
    said = plain(cell).replace(" ", "")
    minus = said.startswith(("-", "(")) and said.strip("()-") != ""
    said = said.strip("()").lstrip("-").removesuffix("整").removesuffix("RMB").removesuffix("CNY")
    from bot.understanding.money import amount_at

    found = amount_at(said, 0)
    if found is None or found.end != len(said):
        return None
    return -found.value if minus else found.value


def _bare(cell: Cell) -> Cell:
    return text_of(cell) if isinstance(cell, str) else cell
