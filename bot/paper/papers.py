"""What stands on a paper: values only, with every figure already in words, so that a template does no sums."""

from dataclasses import dataclass
from datetime import date

from bot.domain.capitals import in_capitals
from bot.domain.values import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a paper."""

    name: str
    address: str = ""
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line of goods. ``quantity`` as it is to be read, with its unit apart."""

    model: str
    name: str
    quantity: str
    unit: str
    unit_price: Money
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePaper:
    """A quotation (报价单). ``draft`` draws a watermark over it; ``verify_url`` becomes a QR code (none where it is empty)."""

    no: str
    version: int
    draft: bool
    seller: Party
    customer: Party
    issued_on: date
    lines: tuple[PaperLine, ...]
    total: Money
    tax: str = ""
    terms: tuple[str, ...] = ()
    valid_until: date | None = None
    verify_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPaper:
    """A sales contract (购销合同). ``plan`` are the instalments as (day, amount)."""

    no: str
    version: int
    draft: bool
    seller: Party
    customer: Party
    issued_on: date
    lines: tuple[PaperLine, ...]
    total: Money
    tax: str = ""
    terms: tuple[str, ...] = ()
    plan: tuple[tuple[date, Money], ...] = ()
    delivery: str = ""
    verify_url: str = ""


Paper = QuotePaper | ContractPaper


def data_of(paper: Paper) -> dict[str, object]:
    """The paper as plain JSON for its template."""
    own: dict[str, object] = (
        {"valid_until": _day(paper.valid_until)}
        if isinstance(paper, QuotePaper)
        else {"plan": [[_day(on), _money(amount)] for on, amount in paper.plan], "delivery": paper.delivery}
    )
    return own | {
        "no": paper.no,
        "version": paper.version,
        "draft": paper.draft,
        "seller": _party(paper.seller),
        "customer": _party(paper.customer),
        "issued_on": _day(paper.issued_on),
        "lines": [_line(line) for line in paper.lines],
        "total": _money(paper.total),
        "total_capitals": in_capitals(paper.total),
        "tax": paper.tax,
        "terms": list(paper.terms),
    }


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "address": party.address, "contact": party.contact, "phone": party.phone}


def _line(line: PaperLine) -> dict[str, str]:
    return {
        "model": line.model,
        "name": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": _money(line.unit_price),
        "amount": _money(line.amount),
    }


def _money(amount: Money) -> str:
    sign = "-" if amount.fen < 0 else ""
    whole, cents = divmod(abs(amount.fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
