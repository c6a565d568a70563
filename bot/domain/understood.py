"""What a rep's message means: the record that ``bot/understanding`` reads out of a text.

The keys, their meaning and the order of stages are those of docs/understanding.md. Money is :class:`Decimal` yuan here, because a
message may speak of fractions of a fen (unit prices); amounts become whole fen when a record is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Intent(StrEnum):
    """What the rep wants recorded or asked."""

    VISIT = "visit"
    PLAN = "plan"
    FOLLOW_UP = "follow_up"
    NEW_CUSTOMER = "new_customer"
    QUOTE = "quote"
    PAYMENT = "payment"
    CONTRACT = "contract"
    STAGE = "stage"
    COMPLAINT = "complaint"
    QUERY = "query"
    TEMPLATE = "template"
    CORRECT = "correct"
    UNDO = "undo"
    HELP = "help"
    CHAT = "chat"


class Channel(StrEnum):
    """How a contact happened or will happen."""

    VISIT = "visit"
    PHONE = "phone"
    WECHAT = "wechat"
    EMAIL = "email"
    VIDEO = "video"
    PROPOSAL = "proposal"


class Stage(StrEnum):
    """Where an opportunity stands, in order; ``lost`` is the end that nobody wants."""

    LEAD = "lead"
    CONTACTED = "contacted"
    DEMO = "demo"
    QUOTED = "quoted"
    SAMPLE = "sample"
    NEGOTIATION = "negotiation"
    SIGNED = "signed"
    DELIVERY = "delivery"
    PAID = "paid"
    LOST = "lost"


class Objection(StrEnum):
    """Why the customer hesitates."""

    PRICE_HIGH = "price_high"
    BUDGET_LIMITED = "budget_limited"
    INTERNAL_DISCUSSION = "internal_discussion"
    COMPETITOR = "competitor"
    TIMING = "timing"
    NO_NEED = "no_need"
    QUALITY_DOUBT = "quality_doubt"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A person at the customer, as named in a message (张工)."""

    name: str
    title: str | None = None
    department: str | None = None
    focus: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a quote or order: a product by model or name, a count, a price in yuan per unit."""

    model: str | None = None
    name: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer considered for a name that is not certain; ``score`` is 0..1."""

    id: str
    name: str
    score: float


Span = tuple[int, int]
Spans = Mapping[str, list[Span] | list[list[Span]]]


@dataclass(frozen=True, slots=True)
class Understood:
    """The record of one message. An absent value is None, an absent list is empty.

    ``customer_id`` is the row that ``customer`` was matched to; it is set exactly when ``customer_known``.
    ``spans`` maps each non-null key to ``[start, end)`` ranges in code points (a list per element for list keys; ``[]`` for defaults).
    """

    intent: Intent = Intent.CHAT
    customer: str | None = None
    customer_known: bool = False
    contacts: tuple[NamedContact, ...] = ()
    channel: Channel | None = None
    occurred_on: date | None = None
    occurred_time: time | None = None
    next_on: date | None = None
    next_time: time | None = None
    items: tuple[Item, ...] = ()
    total_amount: Decimal | None = None
    tax_included: bool | None = None
    payment_term_days: int | None = None
    payment_amount: Decimal | None = None
    contract_no: str | None = None
    tracking_no: str | None = None
    phone: str | None = None
    stage: Stage | None = None
    objections: tuple[Objection, ...] = ()
    competitors: tuple[str, ...] = ()
    delay_reason: str | None = None
    action_items: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    competitor_answer: str | None = None
    budget_cycle: str | None = None
    confidence: Mapping[str, float] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    spans: Spans = field(default_factory=dict)
    customer_id: str | None = None

    def record(self) -> dict[str, Any]:
        """The public JSON record: money as decimal strings, dates as ISO, quantities as numbers."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name != "customer_id"}


def _plain(value: Any) -> Any:  # noqa: ANN401  (JSON has no narrower type)
    match value:
        case NamedContact():
            return {f.name: getattr(value, f.name) for f in fields(value)}
        case Candidate():
            return {"name": value.name, "score": value.score}
        case Item():
            return {
                "model": value.model,
                "name": value.name,
                "quantity": _number(value.quantity),
                "unit": value.unit,
                "unit_price": _plain(value.unit_price),
            }
        case Decimal():
            return format(value.normalize(), "f")
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case tuple() | list():
            return [_plain(v) for v in value]
        case Mapping():
            return {k: _plain(v) for k, v in value.items()}
        case _:
            return value


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
