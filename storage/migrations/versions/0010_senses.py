"""what was read in recordings and pictures"""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reading',
    sa.Column('media_id', sa.String(length=40), nullable=False),
    sa.Column('sense', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('origin', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('engine', sa.String(length=80), nullable=True),
    sa.Column('serial', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_reading_media_id')),
    sa.PrimaryKeyConstraint('media_id', name=op.f('pk_reading'))
    )
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reading_serial'), ['serial'], unique=False)
        batch_op.create_index('ix_reading_waiting', ['sense', 'at'], unique=False, sqlite_where=sa.text("state = 'waiting'"))

    op.create_table('fingerprint',
    sa.Column('media_id', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('whole_p', sa.BigInteger(), nullable=False),
    sa.Column('whole_d', sa.BigInteger(), nullable=False),
    sa.Column('inner_p', sa.BigInteger(), nullable=False),
    sa.Column('inner_d', sa.BigInteger(), nullable=False),
    sa.Column('top_p', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_fingerprint_media_id')),
    sa.PrimaryKeyConstraint('media_id', name=op.f('pk_fingerprint'))
    )

    op.create_index(op.f("ix_piece_media_id"), "piece", ["media_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_piece_media_id"), table_name="piece")
    op.drop_table('fingerprint')
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.drop_index('ix_reading_waiting')
        batch_op.drop_index(batch_op.f('ix_reading_serial'))

    op.drop_table('reading')
