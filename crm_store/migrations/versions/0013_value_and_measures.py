"""what members are worth, and loyalty in figures."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('value_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('began_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('buyers', sa.Integer(), nullable=False),
    sa.Column('spend_minor', sa.BigInteger(), nullable=False),
    sa.Column('yardstick', sa.JSON(), nullable=False),
    sa.Column('curve', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_value_runs')),
    sa.UniqueConstraint('key', name=op.f('uq_value_runs_key'))
    )
    op.create_index(op.f('ix_value_runs_finished_at'), 'value_runs', ['finished_at'], unique=False)
    op.create_table('member_values',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('spend_minor', sa.BigInteger(), nullable=False),
    sa.Column('orders', sa.Integer(), nullable=False),
    sa.Column('purchases', sa.Integer(), nullable=False),
    sa.Column('recency', sa.Integer(), nullable=False),
    sa.Column('frequency', sa.Integer(), nullable=False),
    sa.Column('monetary', sa.Integer(), nullable=False),
    sa.Column('expected_orders', sa.Double(), nullable=False),
    sa.Column('lifetime_minor', sa.BigInteger(), nullable=False),
    sa.Column('is_vital', sa.Boolean(), nullable=False),
    sa.Column('stage', sa.String(length=16), nullable=False),
    sa.Column('attitude', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_member_values_member_id_members')),
    sa.ForeignKeyConstraint(['run_id'], ['value_runs.id'], name=op.f('fk_member_values_run_id_value_runs')),
    sa.PrimaryKeyConstraint('run_id', 'member_id', name=op.f('pk_member_values'))
    )
    op.create_index('ix_member_values_run_id_lifetime_minor', 'member_values', ['run_id', 'lifetime_minor'], unique=False)
    op.create_table('measure_snapshots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('span', sa.String(length=8), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('dimension', sa.String(length=12), nullable=False),
    sa.Column('segment', sa.String(length=40), nullable=False),
    sa.Column('measure', sa.String(length=16), nullable=False),
    sa.Column('value', sa.Double(), nullable=True),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('taken_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure_snapshots')),
    sa.UniqueConstraint('span', 'starts_on', 'dimension', 'segment', 'measure', name='uq_measure_snapshots_what')
    )


def downgrade() -> None:
    op.drop_table('measure_snapshots')
    op.drop_table('member_values')
    op.drop_table('value_runs')
