"""scheduled jobs and their runs, what goes with what."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'scheduled_jobs',
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('every_s', sa.Double(), nullable=True),
        sa.Column('at_minute', sa.Integer(), nullable=True),
        sa.Column('next_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('token', sa.String(length=32), nullable=True),
        sa.Column('runner', sa.String(length=120), nullable=True),
        sa.Column('leased_until', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('started_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('asked_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('asked_by_id', sa.Integer(), nullable=True),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('last_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('last_ms', sa.Integer(), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.Column('quiet_runs', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['asked_by_id'], ['agents.id'], name=op.f('fk_scheduled_jobs_asked_by_id_agents')
        ),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_scheduled_jobs')),
    )
    op.create_table(
        'job_runs',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('started_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('duration_ms', sa.Integer(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('error', sa.Text(), nullable=True),
        sa.Column('runner', sa.String(length=120), nullable=False),
        sa.Column('asked_by_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['asked_by_id'], ['agents.id'], name=op.f('fk_job_runs_asked_by_id_agents')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_job_runs')),
    )
    op.create_index('ix_job_runs_name_id', 'job_runs', ['name', 'id'])
    op.create_table(
        'product_affinities',
        sa.Column('sku', sa.String(length=40), nullable=False),
        sa.Column('other_sku', sa.String(length=40), nullable=False),
        sa.Column('together', sa.Integer(), nullable=False),
        sa.Column('score', sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint('sku', 'other_sku', name=op.f('pk_product_affinities')),
    )


def downgrade() -> None:
    op.drop_table('product_affinities')
    op.drop_index('ix_job_runs_name_id', table_name='job_runs')
    op.drop_table('job_runs')
    op.drop_table('scheduled_jobs')
