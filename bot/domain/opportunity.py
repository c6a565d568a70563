"""Opportunities (商机): what a lead has become once there is an amount and a date to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType

from bot.domain.understood import Stage
from bot.domain.values import CustomerId, MemberId, Money

OpportunityId = NewType("OpportunityId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """One deal under way. ``name`` is unique for its customer; ``close_on`` is when it is expected to be won."""

    id: OpportunityId
    customer_id: CustomerId
    name: str
    created_at: datetime
    owner_id: MemberId | None = None
    product_line: str | None = None
    stage: Stage = Stage.LEAD
    amount: Money | None = None
    close_on: date | None = None
