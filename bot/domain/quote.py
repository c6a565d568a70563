"""Quotes: lines, versions, totals to the fen, and what the price list says of each line.

Cost and margin are for those who answer for them (bot/domain/access.py), never for reps; ``below`` is for everybody. Sources:
capabilities A8 and B4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NewType

from bot.domain.price import Price
from bot.domain.values import CustomerId, MemberId, Money

QuoteId = NewType("QuoteId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """A line of a quote. ``unit_price`` is in yuan and may have fractions of a fen; the line's amount is whole fen.

    Raises ValueError for a quantity that is not positive, or a price that is negative or no number.
    """

    name: str
    quantity: Decimal
    unit_price: Decimal
    model: str | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.quantity.is_finite() or self.quantity <= 0:
            raise ValueError(f"a line needs a positive quantity: {self.quantity}")
        if not self.unit_price.is_finite() or self.unit_price < 0:
            raise ValueError(f"a price cannot be negative: {self.unit_price}")

    @property
    def amount(self) -> Money:
        """Quantity times price, rounded half up to the fen."""
        return Money.yuan(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One version of a quote. ``no`` is the running number of Q42. ``tax_rate`` is a share (0.13); prices carry it or have it added."""

    id: QuoteId
    no: int
    version: int
    customer_id: CustomerId
    owner_id: MemberId
    lines: tuple[QuoteLine, ...]
    tax_rate: Decimal = Decimal(0)
    tax_included: bool = True
    payment_term_days: int | None = None
    valid_until: date | None = None
    remark: str = ""

    @property
    def label(self) -> str:
        """``Q42``."""
        return f"Q{self.no}"

    @property
    def subtotal(self) -> Money:
        """The sum of the lines as they are written."""
        return Money(sum(line.amount.fen for line in self.lines))

    @property
    def tax(self) -> Money:
        """The tax within the sum, or that comes on top of it; rounded once, on the sum."""
        base = self.subtotal.fen * self.tax_rate
        return _fen(base / (1 + self.tax_rate) if self.tax_included else base)

    @property
    def total(self) -> Money:
        """What the customer pays."""
        return self.subtotal if self.tax_included else Money(self.subtotal.fen + self.tax.fen)

    def changed(self, lines: Iterable[QuoteLine]) -> "Quote":
        """The next version, with other lines."""
        return replace(self, version=self.version + 1, lines=tuple(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCheck:
    """A line beside the price list. Shares are fractions of one; None where the list does not say.

    ``discount`` is below the base price (negative: above); ``floor`` the lowest price that needs no approval for the customer's grade.
    """

    line: QuoteLine
    discount: Decimal | None = None
    floor: Money | None = None
    margin: Decimal | None = None

    @property
    def below(self) -> bool:
        """Whether the price is below what the customer's grade allows."""
        return self.floor is not None and self.line.unit_price * 100 < self.floor.fen


def check(line: QuoteLine, price: Price | None, grade: str | None) -> LineCheck:
    """Judge a line. A grade that the list does not name may not float at all."""
    if price is None or price.base_price.fen <= 0:
        return LineCheck(line=line)
    asked, base = line.unit_price * 100, price.base_price.fen
    lowest = base * (1 - price.floats.get(grade or "", Decimal(0)))
    return LineCheck(
        line=line,
        discount=1 - asked / base,
        floor=Money(int(lowest.to_integral_value(ROUND_CEILING))),
        margin=_margin(asked, cost_of(price)),
    )


def cost_of(price: Price) -> Money | None:
    """Material and labour; None where the list lacks either, because half a cost would flatter the margin."""
    if price.material_cost is None or price.labour_cost is None:
        return None
    return Money(price.material_cost.fen + price.labour_cost.fen)


def checked(quote: Quote, prices: Mapping[str, Price], grade: str | None) -> tuple[LineCheck, ...]:
    """Every line of a quote beside the list, whose keys are models."""
    return tuple(check(line, prices.get(line.model or ""), grade) for line in quote.lines)


def deepest(checks: Iterable[LineCheck]) -> Decimal:
    """The deepest discount of any line; zero when nothing is below the base price."""
    return max((c.discount for c in checks if c.discount is not None), default=Decimal(0)).max(Decimal(0))


def _margin(asked: Decimal, cost: Money | None) -> Decimal | None:
    return None if cost is None or not asked else (asked - cost.fen) / asked


def _fen(amount: Decimal) -> Money:
    return Money(int(amount.quantize(Decimal(1), ROUND_HALF_UP)))
