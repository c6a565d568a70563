"""Quotes in all their versions, and the approvals over them with their own copy of the steps."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, Text, text

from bot.domain.approval import State, Verdict
from storage.tables.base import Id, metadata
from storage.types import Exact, Texts, Utc, Word

UNDER_WAY = text("state IN ('running', 'asked')")

quote = Table(
    "quote",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("no", Integer, nullable=False),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("owner_id", Id, nullable=False),
    Column("tax_rate", Exact(40), nullable=False),
    Column("tax_included", Boolean, nullable=False),
    Column("payment_term_days", Integer),
    Column("valid_until", Date),
    Column("remark", Text, nullable=False),
    Index("uq_quote_no", "no", "version", unique=True),
)

quote_line = Table(
    "quote_line",
    metadata,
    Column("quote_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("model", String(80)),
    Column("unit", String(20), nullable=False),
    Column("quantity", Exact(40), nullable=False),
    Column("unit_price", Exact(40), nullable=False),
    ForeignKeyConstraint(["quote_id", "version"], ["quote.id", "quote.version"]),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("submitter", Id, nullable=False),
    Column("at_step", Integer, nullable=False),
    Column("state", Word(State), nullable=False),
    Column("question", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ix_approval_subject", "subject", "version"),
    # One approval of a subject at a time, whatever the program does.
    Index("uq_approval_under_way", "subject", unique=True, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
)

approval_step = Table(
    "approval_step",
    metadata,
    Column("approval_id", ForeignKey("approval.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("opened_at", Utc),
    Column("closed_at", Utc),
    Column("escalated_at", Utc),
)

approval_seat = Table(
    "approval_seat",
    metadata,
    Column("approval_id", ForeignKey("approval.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("holder", Id, nullable=False, index=True),
    Column("superiors", Texts, nullable=False),
)

approval_decision = Table(
    "approval_decision",
    metadata,
    Column("approval_id", ForeignKey("approval.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("verdict", Word(Verdict), nullable=False),
    Column("by", Id, nullable=False),
    Column("for_whom", Id, nullable=False),
    Column("at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("event_id", String(200), nullable=False),
)
