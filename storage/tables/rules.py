"""Rules in force, by version: append-only."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from storage.tables.base import Id, Serial, metadata
from storage.types import Utc

# The newest version is in force. parent is the one that a step back returns to.
rules_version = Table(
    "rules_version",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("member_id", Id),
    Column("who", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("parent", ForeignKey("rules_version.id")),
)
