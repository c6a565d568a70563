"""Messages that were written for reps to send."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import Id, metadata
from storage.types import Utc

draft = Table(
    "draft",
    metadata,
    Column("id", Id, primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("at", Utc, nullable=False),
    Column("occasion", String(40), nullable=False),
    Column("versions", JSON, nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("customer_id", ForeignKey("customer.id")),
    Column("contact", String(80)),
    Column("activity_id", ForeignKey("activity.id")),
    Index("ix_draft_member", "member_id", "chat", "at"),
)
