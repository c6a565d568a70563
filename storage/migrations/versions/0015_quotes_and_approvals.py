"""quotes in versions, and the approvals over them"""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None
UNDER_WAY = sa.text("state IN ('running', 'asked')")


def upgrade() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("tax_rate", sa.String(length=40), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("payment_term_days", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_quote_customer_id")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_quote")),
    )
    op.create_index("ix_quote_customer_id", "quote", ["customer_id"])
    op.create_index("uq_quote_no", "quote", ["no", "version"], unique=True)
    op.create_table(
        "quote_line",
        sa.Column("quote_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("unit_price", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["quote_id", "version"], ["quote.id", "quote.version"], name=op.f("fk_quote_line_quote_id")),
        sa.PrimaryKeyConstraint("quote_id", "version", "number", name=op.f("pk_quote_line")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitter", sa.String(length=40), nullable=False),
        sa.Column("at_step", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_subject", "approval", ["subject", "version"])
    op.create_index("uq_approval_under_way", "approval", ["subject"], unique=True, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
    op.create_table(
        "approval_step",
        sa.Column("approval_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_step_approval_id")),
        sa.PrimaryKeyConstraint("approval_id", "step", name=op.f("pk_approval_step")),
    )
    op.create_table(
        "approval_seat",
        sa.Column("approval_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("superiors", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_seat_approval_id")),
        sa.PrimaryKeyConstraint("approval_id", "step", "seat", name=op.f("pk_approval_seat")),
    )
    op.create_index("ix_approval_seat_holder", "approval_seat", ["holder"])
    op.create_table(
        "approval_decision",
        sa.Column("approval_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("for_whom", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_decision_approval_id")),
        sa.PrimaryKeyConstraint("approval_id", "step", "seat", name=op.f("pk_approval_decision")),
    )


def downgrade() -> None:
    for table in ("approval_decision", "approval_seat", "approval_step", "approval", "quote_line", "quote"):
        op.drop_table(table)
