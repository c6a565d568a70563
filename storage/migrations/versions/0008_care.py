"""consent, retention and audit"""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GUARDS = (
    "CREATE TRIGGER audit_update BEFORE UPDATE ON audit WHEN NOT (NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.member_id IS OLD.member_id "
    "AND NEW.action IS OLD.action AND NEW.subject IS OLD.subject AND NEW.event_id IS OLD.event_id AND NEW.digest IS OLD.digest "
    "AND NEW.chain IS OLD.chain AND NEW.old IS NULL AND NEW.new IS NULL AND NEW.salt IS NULL AND OLD.redacted_at IS NULL "
    "AND NEW.redacted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
)


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_consent_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_member", "consent", ["member_id", "id"])

    for table in ("activity", "piece", "audit"):
        op.add_column(table, sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_activity_whole", "activity", ["received_at"], sqlite_where=sa.text("redacted_at IS NULL"))
    op.create_index("ix_piece_whole", "piece", ["kind", "received_at"], sqlite_where=sa.text("redacted_at IS NULL"))

    op.add_column("media", sa.Column("sent_as", sa.String(length=12), nullable=True))
    op.execute("UPDATE media SET sent_as = (SELECT kind FROM piece WHERE piece.media_id = media.id)")
    op.create_index("ix_media_kept", "media", ["sent_as", "created_at"], sqlite_where=sa.text("state = 'kept'"))

    op.add_column("inbox", sa.Column("held_for", sa.String(length=40), nullable=True))
    op.create_index("ix_inbox_open", "inbox", ["received_at"], sqlite_where=sa.text("state IN ('new', 'held')"))
    op.create_index("ix_timer_over", "timer", ["run_at"], sqlite_where=sa.text("state <> 'open'"))
    op.create_index("ix_job_dead", "job", ["id"], sqlite_where=sa.text("state = 'dead'"))

    for name, length in (("salt", 32), ("digest", 64), ("chain", 64)):
        op.add_column("audit", sa.Column(name, sa.String(length=length), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for guard in GUARDS:
            op.execute(guard)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_update", "audit_delete", "audit_replace"):
            op.execute(f"DROP TRIGGER {name}")
    for table, name in (
        ("job", "ix_job_dead"),
        ("timer", "ix_timer_over"),
        ("inbox", "ix_inbox_open"),
        ("media", "ix_media_kept"),
        ("piece", "ix_piece_whole"),
        ("activity", "ix_activity_whole"),
    ):
        op.drop_index(name, table)
    for table, name in (
        ("audit", "salt"),
        ("audit", "digest"),
        ("audit", "chain"),
        ("audit", "redacted_at"),
        ("inbox", "held_for"),
        ("media", "sent_as"),
        ("piece", "redacted_at"),
        ("activity", "redacted_at"),
    ):
        op.drop_column(table, name)
    op.drop_table("consent")
