"""Colleagues, who they are on the platforms, and the groups."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, String, Table, text

from bot.domain.member import Doubt, MatchState
from storage.tables.base import Id, Serial, metadata
from storage.types import Texts, Utc, Word

member = Table(
    "member",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("roles", Texts, nullable=False),
    Column("manager_id", Id),
    Column("region", String(40)),
    Column("product_line", String(40)),
    Column("mobile", String(40)),
    Column("email", String(120)),
    Column("employee_no", String(40)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

identity = Table(
    "identity",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("user_id", String(120), primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False, index=True),
    Column("chat", String(200), nullable=False),
    Column("welcomed_at", Utc),
    Index("ix_identity_chat", "platform", "chat"),
)

chat_group = Table(
    "chat_group",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("region", String(40)),
    Column("internal", Boolean, nullable=False, server_default=text("true")),
    Index("ix_chat_group_chat", "platform", "chat"),
)

# Who stands in for whom, and from when until when (both days included).
stand_in = Table(
    "stand_in",
    metadata,
    Column("member_id", ForeignKey("member.id"), primary_key=True),
    Column("deputy_id", ForeignKey("member.id"), primary_key=True, index=True),
    Column("from_on", Date, primary_key=True),
    Column("until_on", Date),
)

# What each member answered to the privacy notice, each time it was put to them; the newest answer counts.
consent = Table(
    "consent",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("version", String(80), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Column("event_id", String(200)),
    Index("ix_consent_member", "member_id", "id"),
)

# Who wrote and is no member; what they wrote stays in the inbox.
stranger = Table(
    "stranger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("user_id", String(120), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("name", String(80), nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("greeted_on", Date, nullable=False),
    Column("told_at", Utc),
    Column("mobile", String(40), nullable=False),
    Column("email", String(120), nullable=False),
    Column("employee_no", String(40), nullable=False),
    Column("ignored", Boolean, nullable=False),
    Index("uq_stranger_user", "platform", "user_id", unique=True),
)

# Users of a platform who may be members: each pair is put before a person once.
doubtful_match = Table(
    "doubtful_match",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("user_id", String(120), nullable=False),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("doubt", Word(Doubt), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("name", String(80), nullable=False),
    Column("mobile", String(40), nullable=False),
    Column("email", String(120), nullable=False),
    Column("employee_no", String(40), nullable=False),
    Column("state", Word(MatchState), nullable=False),
    Column("decided_by", Id),
    Index("uq_doubtful_match_pair", "platform", "user_id", "member_id", unique=True),
    Index("ix_doubtful_match_member", "member_id"),
)
