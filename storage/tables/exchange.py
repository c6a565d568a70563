"""What came in by a file: the batches, what each row was before, and which names changed behind a running service's back."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import Id, Serial, metadata
from storage.types import Utc

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("file", String(255), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("by", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("created", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
)

# ``old`` is the whole noun before, nothing for one that is new; ``print`` is the fingerprint of the noun as the import left it.
import_row = Table(
    "import_row",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("subject", String(160), nullable=False),
    Column("label", String(200), nullable=False),
    Column("old", JSON),
    Column("print", String(32), nullable=False),
    Column("state", String(12), nullable=False),
    Index("ix_import_row_batch", "batch_id", "id"),
    Index("ix_import_row_subject", "batch_id", "subject"),
)

# Customers changed by another process than the service; no id stands for "more than can be listed".
name_change = Table("name_change", metadata, Column("id", Serial, primary_key=True), Column("customer_id", Id))
