"""What happened, what it was told in, and who changed what."""

from sqlalchemy import DDL, JSON, BigInteger, Column, Date, ForeignKey, Index, String, Table, Text, Time, event, text

from bot.domain.activity import ActivityKind, ActivityState, PieceKind
from bot.domain.understood import Channel, Stage
from storage.tables.base import Id, Serial, metadata
from storage.types import Texts, Utc, Word

# What retention and deletion have not touched yet.
WHOLE = text("redacted_at IS NULL")

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
    Column("redacted_at", Utc),
    Index("ix_activity_whole", "received_at", sqlite_where=WHOLE),
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
    Column("sent_as", String(12)),
    Index("ix_media_kept", "sent_as", "created_at", sqlite_where=text("state = 'kept'")),
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
    Column("media_id", ForeignKey("media.id"), index=True),
    Column("data", JSON, nullable=False),
    Column("redacted_at", Utc),
    Index("ix_piece_whole", "kind", "received_at", sqlite_where=WHOLE),
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
    Column("salt", String(32)),
    Column("digest", String(64)),
    Column("chain", String(64)),
    Column("redacted_at", Utc),
)

# The log only grows. One change is let through: taking the values of an entry away (a person's right to be forgotten), its fact staying.
STAYS = ("id", "at", "member_id", "action", "subject", "event_id", "digest", "chain")
SAME = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in STAYS)
GONE = "NEW.old IS NULL AND NEW.new IS NULL AND NEW.salt IS NULL AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL"
GUARDS = (
    f"CREATE TRIGGER audit_update BEFORE UPDATE ON audit WHEN NOT ({SAME} AND {GONE}) BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
)
for guard in GUARDS:
    event.listen(audit, "after_create", DDL(guard).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
