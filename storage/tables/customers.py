"""Customers, the people there, their names and the leads."""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, String, Table, Text

from bot.domain.customer import CustomerKind, LeadState
from bot.domain.understood import Stage
from storage.tables.base import OPEN, Id, metadata
from storage.types import Fen, Texts, Utc, Word

customer = Table(
    "customer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("aliases", Texts, nullable=False),
    Column("kind", Word(CustomerKind), nullable=False),
    Column("industry", String(80)),
    Column("region", String(40)),
    Column("address", String(300)),
    Column("owner_id", Id, index=True),
    Column("partners", Texts, nullable=False),
    Column("lat", Float),
    Column("lng", Float),
    Column("yearly_purchase", Fen),
    Column("upgrade_plan", Boolean),
    Column("decision_chain", Text),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("title", String(80)),
    Column("department", String(80)),
    Column("focus", String(200)),
    Column("phone", String(40)),
    Column("decision_role", String(40)),
    Column("wechat", String(80)),
    Column("email", String(120)),
)

# Names under which a team speaks of a customer, learned from what its reps answered.
alias = Table(
    "alias",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("said", String(60), primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("member_id", Id, nullable=False),
    Column("at", Utc, nullable=False),
)

lead = Table(
    "lead",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("owner_id", Id),
    Column("created_at", Utc, nullable=False),
    Column("last_action_at", Utc, nullable=False),
    Column("stage", Word(Stage), nullable=False),
    Column("state", Word(LeadState), nullable=False),
    Column("product_line", String(40)),
    Column("source", String(40)),
    Column("next_on", Date),
    Column("next_step", Text),
    Column("delay_reason", Text),
    Column("snoozed_until", Utc),
    Column("snooze_reason", Text),
    Index("ix_lead_idle", "last_action_at", sqlite_where=OPEN),
    Index("ix_lead_owner", "owner_id", "last_action_at", sqlite_where=OPEN),
    Index("ix_lead_next", "owner_id", "next_on", sqlite_where=OPEN),
)
