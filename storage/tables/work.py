"""Work that must not be lost: events, messages, timers, jobs."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, text

from storage.tables.base import OPEN, Serial, metadata
from storage.types import Utc

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
    Column("held_for", String(40)),
    Column("answer", Text),
    Index("ix_inbox_open", "received_at", sqlite_where=text("state IN ('new', 'held')")),
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
    Index("ix_timer_over", "run_at", sqlite_where=text("state <> 'open'")),
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
    Index("ix_job_dead", "id", sqlite_where=text("state = 'dead'")),
    Index("ix_job_lane", "lane", "id", sqlite_where=OPEN),
    Index("ix_job_finished", "finished_at", sqlite_where=text("state <> 'open'")),
)

# Small facts about the installation itself: the sandbox's clock, heartbeats.
fact = Table(
    "fact", metadata, Column("name", String(60), primary_key=True), Column("value", JSON, nullable=False), Column("at", Utc, nullable=False)
)
