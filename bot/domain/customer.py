"""Customers, the people there, and the leads that grow with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.understood import Stage
from bot.domain.values import ContactId, CustomerId, LeadId, MemberId, Money


class CustomerKind(StrEnum):
    """Business (B 端） or consumer (C 端）."""

    BUSINESS = "business"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer (客户). ``partners`` are members whom the owner has let in (协作); ``lat`` and ``lng`` are WGS-84 degrees."""

    id: CustomerId
    name: str
    created_at: datetime
    aliases: tuple[str, ...] = ()
    kind: CustomerKind = CustomerKind.BUSINESS
    industry: str | None = None
    region: str | None = None
    address: str | None = None
    owner_id: MemberId | None = None
    partners: tuple[str, ...] = ()
    lat: float | None = None
    lng: float | None = None
    yearly_purchase: Money | None = None
    upgrade_plan: bool | None = None
    decision_chain: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer (联系人)."""

    id: ContactId
    customer_id: CustomerId
    name: str
    title: str | None = None
    department: str | None = None
    focus: str | None = None
    phone: str | None = None
    decision_role: str | None = None
    wechat: str | None = None
    email: str | None = None


class LeadState(StrEnum):
    """Open until won, lost or given up."""

    OPEN = "open"
    CLOSED = "closed"


ENDED = (Stage.LOST, Stage.PAID)


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead (线索): one chance to sell to a customer, with the clock that tells how long nobody moved it.

    ``last_action_at`` is the server's time of the newest record; ``next_on`` and ``next_step`` are the newest promise.
    """

    id: LeadId
    customer_id: CustomerId
    owner_id: MemberId | None
    created_at: datetime
    last_action_at: datetime
    stage: Stage = Stage.LEAD
    state: LeadState = LeadState.OPEN
    product_line: str | None = None
    source: str | None = None
    next_on: date | None = None
    next_step: str | None = None
    delay_reason: str | None = None
    snoozed_until: datetime | None = None
    snooze_reason: str | None = None


def as_before(lead: Lead, note: Mapping[str, str] | None) -> Lead:
    """The lead with the values that it had before anything was told about it; ``note`` is the audit's ``lead.base``."""
    if not note:
        return lead
    return replace(
        lead,
        last_action_at=datetime.fromisoformat(note["last_action_at"]),
        stage=Stage(note["stage"]),
        next_on=date.fromisoformat(note["next_on"]) if "next_on" in note else None,
        next_step=note.get("next_step"),
        delay_reason=note.get("delay_reason"),
    )
