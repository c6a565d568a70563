"""the company and its trade"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('price',
    sa.Column('model', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('base_price', sa.BigInteger(), nullable=False),
    sa.Column('material_cost', sa.BigInteger(), nullable=True),
    sa.Column('labour_cost', sa.BigInteger(), nullable=True),
    sa.Column('floats', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('model', name=op.f('pk_price'))
    )
    op.create_table('contract',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('no', sa.String(length=80), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_contract_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract')),
    sa.UniqueConstraint('no', name=op.f('uq_contract_no'))
    )
    with op.batch_alter_table('contract', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contract_customer_id'), ['customer_id'], unique=False)

    op.create_table('nps',
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_nps_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', 'on', name=op.f('pk_nps'))
    )
    op.create_table('opportunity',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=True),
    sa.Column('product_line', sa.String(length=40), nullable=True),
    sa.Column('stage', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('close_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_opportunity_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opportunity'))
    )
    with op.batch_alter_table('opportunity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opportunity_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index('uq_opportunity_name', ['customer_id', 'name'], unique=True)

    op.create_table('stand_in',
    sa.Column('member_id', sa.String(length=40), nullable=False),
    sa.Column('deputy_id', sa.String(length=40), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['deputy_id'], ['member.id'], name=op.f('fk_stand_in_deputy_id')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_stand_in_member_id')),
    sa.PrimaryKeyConstraint('member_id', 'deputy_id', 'from_on', name=op.f('pk_stand_in'))
    )
    op.create_table('stock_report',
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('bought', sa.Integer(), nullable=False),
    sa.Column('sold', sa.Integer(), nullable=False),
    sa.Column('stock', sa.Integer(), nullable=False),
    sa.Column('competitor_new', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_stock_report_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', 'week', name=op.f('pk_stock_report'))
    )
    op.create_table('payment',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('contract_id', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('serial', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_payment_contract_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('serial', name=op.f('uq_payment_serial'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_contract_id'), ['contract_id'], unique=False)

    with op.batch_alter_table('chat_group', schema=None) as batch_op:
        batch_op.add_column(sa.Column('internal', sa.Boolean(), server_default=sa.text('true'), nullable=False))

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('decision_role', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('wechat', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('email', sa.String(length=120), nullable=True))

    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lat', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('lng', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('yearly_purchase', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('upgrade_plan', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('decision_chain', sa.Text(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_column('decision_chain')
        batch_op.drop_column('upgrade_plan')
        batch_op.drop_column('yearly_purchase')
        batch_op.drop_column('lng')
        batch_op.drop_column('lat')

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('email')
        batch_op.drop_column('wechat')
        batch_op.drop_column('decision_role')

    with op.batch_alter_table('chat_group', schema=None) as batch_op:
        batch_op.drop_column('internal')

    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_contract_id'))

    op.drop_table('payment')
    op.drop_table('stock_report')
    op.drop_table('stand_in')
    with op.batch_alter_table('opportunity', schema=None) as batch_op:
        batch_op.drop_index('uq_opportunity_name')
        batch_op.drop_index(batch_op.f('ix_opportunity_owner_id'))

    op.drop_table('opportunity')
    op.drop_table('nps')
    with op.batch_alter_table('contract', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contract_customer_id'))

    op.drop_table('contract')
    op.drop_table('price')
