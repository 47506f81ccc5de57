"""risk that is proved: the shop's rhythm, the chance of having stopped, who is held back, what came of it."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0011'
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shop_rhythms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pause_days', sa.Double(), nullable=False),
    sa.Column('order_minor', sa.Double(), nullable=False),
    sa.Column('constant', sa.Double(), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_rhythms'))
    )
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('arm', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('proof', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('proved_by', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('proved_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_follow_ups_proof'), ['proof'], unique=False)

    with op.batch_alter_table('risk_assessments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stopped', sa.Double(), nullable=True))

    # Agents say what they did; whether it saved the member is proved anew by what the member did afterwards.
    op.execute("UPDATE follow_ups SET outcome = 'contacted' WHERE outcome IN ('saved', 'lost')")



def downgrade() -> None:
    with op.batch_alter_table('risk_assessments', schema=None) as batch_op:
        batch_op.drop_column('stopped')

    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_follow_ups_proof'))
        batch_op.drop_column('proved_at')
        batch_op.drop_column('proved_by')
        batch_op.drop_column('proof')
        batch_op.drop_column('arm')

    op.drop_table('shop_rhythms')
