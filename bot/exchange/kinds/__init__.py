"""The kinds of table that go in and out. A new one is a subclass of :class:`~bot.exchange.kinds.base.Kind` and a line here."""

from functools import cache
from typing import Any

from bot.domain.errors import UserError
from bot.exchange.columns import near
from bot.exchange.kinds.base import Kind
from prompts import exchange as say

NAMES = (
    "people", "groups", "customers", "contacts", "leads", "opportunities", "contracts", "payments", "price-list", "stock", "nps",
)  # fmt: skip


@cache
def _classes() -> dict[str, type[Kind[Any]]]:
    from bot.exchange.kinds.customers import Contacts, Customers, Leads
    from bot.exchange.kinds.market import Nps, Stock
    from bot.exchange.kinds.people import Groups, People
    from bot.exchange.kinds.trade import Contracts, Opportunities, Payments, PriceList

    kinds = (People, Groups, Customers, Contacts, Leads, Opportunities, Contracts, Payments, PriceList, Stock, Nps)
    return {kind.name: kind for kind in kinds}


def kind_of(name: str) -> Kind[Any]:
    """A fresh kind of this name. Raises UserError with the nearest name."""
    found = _classes().get(name)
    if found is None:
        names = (*NAMES, "rules")  # those go their own way (bot/exchange/ruletable.py)
        raise UserError(say.no_kind(name, near(name, {one: one for one in names}), names))
    return found()
