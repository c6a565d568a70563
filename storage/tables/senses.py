"""What was read in recordings, pictures and documents, and the fingerprints of photos."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text, text

from storage.tables.base import metadata
from storage.types import Texts, Utc

# One row a file. ``origin`` is the head of the event that brought it: where what is read goes back to.
reading = Table(
    "reading",
    metadata,
    Column("media_id", ForeignKey("media.id"), primary_key=True),
    Column("sense", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("origin", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("flags", Texts, nullable=False),
    Column("problem", Text),
    Column("engine", String(80)),
    Column("serial", String(80), index=True),
    Index("ix_reading_waiting", "sense", "at", sqlite_where=text("state = 'waiting'")),
)

# Perceptual hashes of site photos, 64 bits each as signed numbers; the search itself runs in memory.
fingerprint = Table(
    "fingerprint",
    metadata,
    Column("media_id", ForeignKey("media.id"), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("whole_p", BigInteger, nullable=False),
    Column("whole_d", BigInteger, nullable=False),
    Column("inner_p", BigInteger, nullable=False),
    Column("inner_d", BigInteger, nullable=False),
    Column("top_p", BigInteger, nullable=False),
)
