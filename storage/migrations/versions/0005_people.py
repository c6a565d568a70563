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
        batch_op.create_index("ix_identity_chat", ["platform", "chat"], unique=False)

    with op.batch_alter_table("chat_group", schema=None) as batch_op:
        batch_op.create_index("ix_chat_group_chat", ["platform", "chat"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("chat_group", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_group_chat")

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_chat")

    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stand_in_deputy_id"))
