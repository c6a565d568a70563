"""strangers and doubtful matches"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_deputy_id"), ["deputy_id"], unique=False)

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_identity_chat", ["platform", "chat"], unique=False)

    with op.batch_alter_table("chat_group", schema=None) as batch_op:
        batch_op.create_index("ix_chat_group_chat", ["platform", "chat"], unique=False)

    op.create_table(
        "stranger",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=120), nullable=False),
        sa.Column("chat", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("greeted_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mobile", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("employee_no", sa.String(length=40), nullable=False),
        sa.Column("ignored", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger")),
    )
    with op.batch_alter_table("stranger", schema=None) as batch_op:
        batch_op.create_index("uq_stranger_user", ["platform", "user_id"], unique=True)

    op.create_table(
        "doubtful_match",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=120), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.Column("doubt", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("mobile", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("employee_no", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_doubtful_match_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubtful_match")),
    )
    with op.batch_alter_table("doubtful_match", schema=None) as batch_op:
        batch_op.create_index("uq_doubtful_match_pair", ["platform", "user_id", "member_id"], unique=True)
        batch_op.create_index("ix_doubtful_match_member", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("doubtful_match")
    op.drop_table("stranger")
    with op.batch_alter_table("chat_group", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_group_chat")

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_chat")
        batch_op.drop_column("welcomed_at")

    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stand_in_deputy_id"))
