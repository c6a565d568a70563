"""What is still to come on a contract: money that arrived, spread over its instalments to the fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.contract import Contract, Instalment, Payment
from bot.domain.values import Money


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an instalment is covered."""

    instalment: Instalment
    paid: Money

    @property
    def open(self) -> Money:
        """What is still owed on it, never below zero."""
        return Money(self.instalment.amount.fen - self.paid.fen)

    def overdue_days(self, today: date) -> int:
        """Calendar days past its date while something is owed; 0 when nothing is, or on the day itself."""
        return max(0, (today - self.instalment.on).days) if self.open.fen else 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """The shares by date, and what arrived beyond the plan; together exactly what was paid."""

    shares: tuple[Share, ...]
    beyond: Money

    def overdue(self, today: date, more_than: int) -> tuple[Share, ...]:
        """The instalments owed for more than so many calendar days, oldest first."""
        return tuple(share for share in self.shares if share.overdue_days(today) > more_than)


def allocate(contract: Contract, payments: Iterable[Payment]) -> Allocation:
    """The payments of a contract over its plan, the earliest instalment first.

    The order of the payments does not matter. ValueError on a payment of another contract, and on an
    instalment or a payment that is not above zero.
    """
    left = 0
    for payment in payments:
        if payment.contract_id != contract.id:
            raise ValueError(f"payment {payment.id} is of another contract")
        left += _positive(payment.amount)
    shares = []
    for instalment in sorted(contract.plan):
        paid = min(left, _positive(instalment.amount))
        left -= paid
        shares.append(Share(instalment, Money(paid)))
    return Allocation(tuple(shares), Money(left))


def _positive(amount: Money) -> int:
    if amount.fen <= 0:
        raise ValueError(f"{amount.fen} fen is not above zero")
    return amount.fen
