"""The only shape in which a model may answer.

Whatever is not in it cannot be said: no approval, no sending, no deleting, no new customer.
"""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.understood import Channel, Objection


class Meant(StrEnum):
    """What a message may be taken for on a model's word: a record that anybody can take back, a question, or talk.

    Every other intent changes, takes back or sets something off, so only the rules (or a tap) may say it.
    """

    VISIT = "visit"
    PLAN = "plan"
    FOLLOW_UP = "follow_up"
    QUERY = "query"
    CHAT = "chat"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quoted(_Strict):
    """Words of the message, letter by letter; for some fields they are the value."""

    quote: str = Field(description="消息里的原文，一字不改")


class QuotedIntent(Quoted):
    value: Meant


class QuotedChannel(Quoted):
    value: Channel


class QuotedObjection(Quoted):
    value: Objection


class QuotedDate(Quoted):
    value: str = Field(description="YYYY-MM-DD")


class QuotedAmount(Quoted):
    value: str = Field(description="元，只写数字，例如 150000")


class QuotedCustomer(Quoted):
    candidate: str = Field(description="candidates 里的编号")


class Answer(_Strict):
    """What the model found. Every key is there; null or an empty list stands for "not said"."""

    intent: QuotedIntent | None
    customer: QuotedCustomer | None
    contacts: list[Quoted]
    channel: QuotedChannel | None
    occurred_on: QuotedDate | None
    next_on: QuotedDate | None
    total_amount: QuotedAmount | None
    objections: list[QuotedObjection]
    competitors: list[Quoted]
    delay_reason: Quoted | None
    action_items: list[Quoted]


def schema() -> dict[str, Any]:
    """The JSON schema, fit for strict mode: every key required, no other key allowed."""
    return Answer.model_json_schema()
