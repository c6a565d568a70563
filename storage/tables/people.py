"""Colleagues, who they are on the platforms, and the groups."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, String, Table, text

from storage.tables.base import Id, Serial, metadata
from storage.types import Texts, Utc

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
