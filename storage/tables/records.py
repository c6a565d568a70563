"""What happened, what it was told in, and who changed what."""

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Index, String, Table, Text, Time

from bot.domain.activity import ActivityKind, ActivityState, PieceKind
from bot.domain.understood import Channel, Stage
from storage.tables.base import Id, Serial, metadata
from storage.types import Texts, Utc, Word

activity = Table(
    "activity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Word(ActivityKind), nullable=False),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("last_piece_at", Utc, nullable=False),
    Column("text", Text, nullable=False),
    Column("customer_id", ForeignKey("customer.id")),
    Column("customer_said", String(200)),
    Column("lead_id", ForeignKey("lead.id"), index=True),
    Column("channel", Word(Channel)),
    Column("contacts", Texts, nullable=False),
    Column("occurred_on", Date),
    Column("occurred_time", Time),
    Column("next_on", Date),
    Column("next_time", Time),
    Column("next_steps", Texts, nullable=False),
    Column("objections", Texts, nullable=False),
    Column("competitors", Texts, nullable=False),
    Column("needs", Texts, nullable=False),
    Column("delay_reason", Text),
    Column("stage", Word(Stage)),
    Column("guesses", Texts, nullable=False),
    Column("details", JSON, nullable=False),
    Column("state", Word(ActivityState), nullable=False),
    Index("ix_activity_member", "member_id", "last_piece_at"),
    Index("ix_activity_customer", "customer_id", "received_at"),
)

media = Table(
    "media",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", String(200), nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("size", BigInteger),
    Column("sha256", String(64), index=True),
    Column("state", String(12), nullable=False),
    Column("problem", Text),
    Column("created_at", Utc, nullable=False),
)

piece = Table(
    "piece",
    metadata,
    Column("id", Id, primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("kind", Word(PieceKind), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("activity_id", ForeignKey("activity.id"), index=True),
    Column("text", Text, nullable=False),
    Column("media_id", ForeignKey("media.id")),
    Column("data", JSON, nullable=False),
    Index("ix_piece_member", "member_id", "received_at"),
)

question = Table(
    "question",
    metadata,
    Column("chat", String(200), primary_key=True),
    Column("member_id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("card", String(120), nullable=False),
    Column("asked_at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("member_id", Id),
    Column("action", String(60), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("old", JSON),
    Column("new", JSON),
    Column("event_id", String(200)),
)
