"""Contracts, what is to be paid on them and what was paid."""

from dataclasses import dataclass
from datetime import date
from typing import NewType

from bot.domain.values import CustomerId, Money

ContractId = NewType("ContractId", str)
PaymentId = NewType("PaymentId", str)


@dataclass(frozen=True, order=True, slots=True)
class Instalment:
    """A payment that was agreed (回款计划的一期)."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract (合同). ``no`` is unique in the company."""

    id: ContractId
    no: str
    customer_id: CustomerId
    amount: Money
    signed_on: date
    expires_on: date | None = None
    plan: tuple[Instalment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that arrived (到账). ``serial`` is the bank's number and unique where there is one."""

    id: PaymentId
    contract_id: ContractId
    amount: Money
    received_on: date
    serial: str | None = None
