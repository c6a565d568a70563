"""Every table, as SQLAlchemy Core. The migrations in ``migrations/`` build the same; a test holds the two together."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, MetaData, String, Table, Text, Time, text

from bot.domain.activity import ActivityKind, ActivityState, PieceKind
from bot.domain.customer import CustomerKind, LeadState
from bot.domain.understood import Channel, Stage
from storage.types import Texts, Utc, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives rowids to INTEGER PRIMARY KEY only; other databases want eight bytes.
Serial = BigInteger().with_variant(Integer, "sqlite")
Id = String(40)
OPEN = text("state = 'open'")

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
)

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

inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("state", String(12), nullable=False),
    Column("incident", String(20)),
    Column("error", Text),
    Index("uq_inbox_event", "platform", "event_id", unique=True),
    Index("ix_inbox_dead", "id", sqlite_where=text("state = 'dead'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Column("card", String(120)),
    Column("updates", Serial),
    Column("created_at", Utc, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("ref", String(200)),
    Column("sent_at", Utc),
    Column("error", Text),
    Index("ix_outbox_card", "card"),
    Index("ix_outbox_unsent", "id", sqlite_where=text("state <> 'sent'")),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("run_at", Utc, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("key", String(160), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Index("ix_timer_due", "run_at", sqlite_where=OPEN),
    Index("ix_timer_subject", "subject", sqlite_where=OPEN),
)

job = Table(
    "job",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), unique=True),
    Column("lane", String(240)),
    Column("payload", JSON, nullable=False),
    Column("run_at", Utc, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("leased_until", Utc),
    Column("error", Text),
    Column("finished_at", Utc),
    Index("ix_job_open", "id", sqlite_where=OPEN),
    Index("ix_job_lane", "lane", "id", sqlite_where=OPEN),
    Index("ix_job_finished", "finished_at", sqlite_where=text("state <> 'open'")),
)

# Small facts about the installation itself: the sandbox's clock, heartbeats.
fact = Table(
    "fact", metadata, Column("name", String(60), primary_key=True), Column("value", JSON, nullable=False), Column("at", Utc, nullable=False)
)
