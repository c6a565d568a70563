"""What happened with a customer, or will: visits, follow-ups, plans and the pieces they were told in.

A record keeps the rep's whole words; structured values stand beside them, never instead. The seven core fields (DESIGN: customer,
contact, channel and time, outcome or need, objection or competitor, next step, next date) are what completeness is measured on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from bot.domain.understood import Channel, Stage
from bot.domain.values import ActivityId, CustomerId, LeadId, MediaId, MemberId


class ActivityKind(StrEnum):
    """What sort of record it is; the values are the intents that leave a record."""

    VISIT = "visit"
    FOLLOW_UP = "follow_up"
    PLAN = "plan"
    COMPLAINT = "complaint"
    QUOTE = "quote"
    PAYMENT = "payment"
    CONTRACT = "contract"
    STAGE = "stage"


class ActivityState(StrEnum):
    """An undone record stays for the audit and counts for nothing."""

    KEPT = "kept"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A record on the customer's timeline.

    ``occurred_*`` is the rep's claim; ``received_at`` (first piece) and ``last_piece_at`` are the server's time, and only they count for
    rules. ``customer_said`` is the name as said while no customer is settled. ``guesses`` names the fields whose value is not certain.
    ``details`` is the rest of what was understood (items, amounts …) as plain JSON. ``redacted_at`` is when the words were removed,
    because their period was over or a person asked for it; the values stay.
    """

    id: ActivityId
    kind: ActivityKind
    member_id: MemberId
    chat: str
    received_at: datetime
    last_piece_at: datetime
    text: str = ""
    customer_id: CustomerId | None = None
    customer_said: str | None = None
    lead_id: LeadId | None = None
    channel: Channel | None = None
    contacts: tuple[str, ...] = ()
    occurred_on: date | None = None
    occurred_time: time | None = None
    next_on: date | None = None
    next_time: time | None = None
    next_steps: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    delay_reason: str | None = None
    stage: Stage | None = None
    guesses: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    state: ActivityState = ActivityState.KEPT
    redacted_at: datetime | None = None


class PieceKind(StrEnum):
    """The form in which a rep told something."""

    TEXT = "text"
    VOICE = "voice"
    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One message, kept whole. ``activity_id`` is None while it belongs to no record; ``data`` holds a position and the like."""

    id: str
    member_id: MemberId
    kind: PieceKind
    received_at: datetime
    event_id: str
    activity_id: ActivityId | None = None
    text: str = ""
    media_id: MediaId | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    redacted_at: datetime | None = None


class Missing(StrEnum):
    """What the bot may ask for, in this order, one at a time."""

    CUSTOMER = "customer"
    NEXT = "next"
    CONTACT = "contact"


def missing(activity: Activity) -> Missing | None:
    """The one thing worth asking about a contact that took place; None when the record can do without."""
    if activity.customer_id is None:
        return Missing.CUSTOMER
    if activity.kind not in (ActivityKind.VISIT, ActivityKind.FOLLOW_UP):
        return None
    if activity.next_on is None and activity.stage is not Stage.LOST:
        return Missing.NEXT
    return Missing.CONTACT if not activity.contacts and activity.kind is ActivityKind.VISIT else None


def core_fields(activity: Activity) -> Mapping[str, bool]:
    """Which of the seven core fields are there."""
    return {
        "customer": activity.customer_id is not None,
        "contact": bool(activity.contacts),
        "channel_time": activity.channel is not None and activity.occurred_on is not None,
        "outcome": bool(activity.text),
        "objection": bool(activity.objections or activity.competitors or activity.needs),
        "next_step": bool(activity.next_steps),
        "next_date": activity.next_on is not None,
    }
