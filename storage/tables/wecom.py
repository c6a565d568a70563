"""What WeCom needs remembered: what was sent under which task, the codes that replace a card, the photos that the camera took."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, text

from storage.tables.base import metadata
from storage.types import Utc

# A message of ours may be several of WeCom's; each is noted on its own, so that none is sent again.
wecom_sent = Table(
    "wecom_sent",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("chat", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("guarded", Boolean, nullable=False),
    Column("begun_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("msgid", String(200)),
    Column("task_id", String(128), unique=True),
    Column("card", String(120)),
    Column("taps", JSON, nullable=False),
    Index("ix_wecom_sent_chat", "chat", "sent_at"),
    Index("ix_wecom_sent_begun", "begun_at"),
)

wecom_code = Table(
    "wecom_code",
    metadata,
    Column("code", Text, primary_key=True),
    Column("task_id", String(128), nullable=False),
    Column("user_id", String(120), nullable=False),
    Column("tapped", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Column("used", Boolean, nullable=False, server_default=text("false")),
    Index("ix_wecom_code_task", "task_id", "at"),
)

wecom_shot = Table(
    "wecom_shot",
    metadata,
    Column("user_id", String(120), primary_key=True),
    Column("md5", String(32), primary_key=True),
    Column("at", Utc, nullable=False),
)
