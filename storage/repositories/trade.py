"""Deals and money, prices and what the market reports."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from bot.domain.contract import Contract, ContractId, Payment
from bot.domain.market import NpsScore, StockReport
from bot.domain.opportunity import Opportunity
from bot.domain.price import Price
from bot.domain.values import Money
from storage.repositories.rows import by, one
from storage.repositories.shelf import Shelf
from storage.tables import contract, nps, opportunity, payment, price, stock_report


class Opportunities(Shelf[Opportunity]):
    """The opportunity table."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, Opportunity, opportunity)


class Contracts(Shelf[Contract]):
    """The contract table."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, Contract, contract)

    def numbered(self, no: str) -> Contract | None:
        """The contract of this number."""
        return one(Contract, self._db.execute(by(contract, "no"), {"no": no}).first())


class Payments(Shelf[Payment]):
    """The payment table."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, Payment, payment)

    def received(self, contracts: Collection[ContractId]) -> dict[ContractId, Money]:
        """How much has arrived on each of these contracts; those without a payment are left out."""
        total = func.sum(payment.c.amount, type_=payment.c.amount.type)
        query = select(payment.c.contract_id, total).where(payment.c.contract_id.in_(list(contracts))).group_by(payment.c.contract_id)
        return {ContractId(row[0]): row[1] for row in self._db.execute(query)}


class Prices(Shelf[Price]):
    """The price list."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, Price, price)


class StockReports(Shelf[StockReport]):
    """Weeks of channel partners."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, StockReport, stock_report)


class NpsScores(Shelf[NpsScore]):
    """Recommendation scores."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, NpsScore, nps)
