"""The price list: what a product costs us and how far its price may float for each grade of customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.values import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A line of the price list (价目). ``model`` is unique; ``floats`` maps a grade (``A`` to ``D``) to the share by which a price may
    fall below ``base_price``, e.g. ``Decimal("0.08")``. Cost is not for reps (bot/domain/access.py).
    """

    model: str
    name: str
    unit: str
    base_price: Money
    material_cost: Money | None = None
    labour_cost: Money | None = None
    floats: Mapping[str, Decimal] = field(default_factory=dict)
