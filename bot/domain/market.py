"""What channel partners and customers report: stock figures and recommendation scores."""

from dataclasses import dataclass
from datetime import date

from bot.domain.values import CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """A channel partner's week (进销存). ``week`` is its Monday; the figures are pieces."""

    customer_id: CustomerId
    week: date
    bought: int
    sold: int
    stock: int
    competitor_new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NpsScore:
    """How likely a customer is to recommend us on that day, 0 to 10 as answered or -100 to 100 as computed."""

    customer_id: CustomerId
    on: date
    score: int
