"""Plain values to write, with what a test does not care about filled in."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.activity import Activity, ActivityKind, Piece, PieceKind
from bot.domain.clock import SHANGHAI
from bot.domain.customer import Contact, Customer, Lead
from bot.domain.member import Member, Role
from bot.domain.values import ActivityId, ContactId, CustomerId, LeadId, MemberId

NOW = datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def a_member(member_id: str = "m_li", name: str = "李思", **rest: Any) -> Member:  # noqa: ANN401
    known: dict[str, Any] = {"id": MemberId(member_id), "name": name, "roles": (Role.REP.value,)}
    return Member(**known | rest)


def a_customer(customer_id: str = "c_1", name: str = "绍兴恒力机械有限公司", **rest: Any) -> Customer:  # noqa: ANN401
    known: dict[str, Any] = {"id": CustomerId(customer_id), "name": name, "created_at": NOW}
    return Customer(**known | rest)


def a_contact(contact_id: str = "p_1", name: str = "张工", **rest: Any) -> Contact:  # noqa: ANN401
    known: dict[str, Any] = {"id": ContactId(contact_id), "customer_id": CustomerId("c_1"), "name": name}
    return Contact(**known | rest)


def a_lead(lead_id: str = "l_1", **rest: Any) -> Lead:  # noqa: ANN401
    known: dict[str, Any] = {
        "id": LeadId(lead_id),
        "customer_id": CustomerId("c_1"),
        "owner_id": MemberId("m_li"),
        "created_at": NOW,
        "last_action_at": NOW,
    }
    return Lead(**known | rest)


def an_activity(activity_id: str = "a_1", at: datetime = NOW, **rest: Any) -> Activity:  # noqa: ANN401
    known: dict[str, Any] = {
        "id": ActivityId(activity_id),
        "kind": ActivityKind.VISIT,
        "member_id": MemberId("m_li"),
        "chat": "p:li.si",
        "received_at": at,
        "last_piece_at": at,
    }
    return Activity(**known | rest)


def a_piece(piece_id: str = "x_1", at: datetime = NOW, **rest: Any) -> Piece:  # noqa: ANN401
    known: dict[str, Any] = {
        "id": piece_id,
        "member_id": MemberId("m_li"),
        "kind": PieceKind.TEXT,
        "received_at": at,
        "event_id": f"e:{piece_id}",
    }
    return Piece(**known | rest)
