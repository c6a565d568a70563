"""rules in force, by version"""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rules_version",
        sa.Column("id", serial, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parent", serial, nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["rules_version.id"], name=op.f("fk_rules_version_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_version")),
    )


def downgrade() -> None:
    op.drop_table("rules_version")
