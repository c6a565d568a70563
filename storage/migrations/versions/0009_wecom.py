"""what WeCom and the pages need remembered"""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.Text(), nullable=True))

    op.create_table('wecom_code',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('task_id', sa.String(length=128), nullable=False),
    sa.Column('user_id', sa.String(length=120), nullable=False),
    sa.Column('tapped', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_wecom_code'))
    )
    with op.batch_alter_table('wecom_code', schema=None) as batch_op:
        batch_op.create_index('ix_wecom_code_task', ['task_id', 'at'], unique=False)

    op.create_table('wecom_sent',
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('chat', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('guarded', sa.Boolean(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('msgid', sa.String(length=200), nullable=True),
    sa.Column('task_id', sa.String(length=128), nullable=True),
    sa.Column('card', sa.String(length=120), nullable=True),
    sa.Column('taps', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'part', name=op.f('pk_wecom_sent')),
    sa.UniqueConstraint('task_id', name=op.f('uq_wecom_sent_task_id'))
    )
    with op.batch_alter_table('wecom_sent', schema=None) as batch_op:
        batch_op.create_index('ix_wecom_sent_begun', ['begun_at'], unique=False)
        batch_op.create_index('ix_wecom_sent_chat', ['chat', 'sent_at'], unique=False)

    op.create_table('wecom_shot',
    sa.Column('user_id', sa.String(length=120), nullable=False),
    sa.Column('md5', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'md5', name=op.f('pk_wecom_shot'))
    )


def downgrade() -> None:
    op.drop_table('wecom_shot')
    with op.batch_alter_table('wecom_sent', schema=None) as batch_op:
        batch_op.drop_index('ix_wecom_sent_chat')
        batch_op.drop_index('ix_wecom_sent_begun')

    op.drop_table('wecom_sent')
    with op.batch_alter_table('wecom_code', schema=None) as batch_op:
        batch_op.drop_index('ix_wecom_code_task')

    op.drop_table('wecom_code')

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_column("answer")
