"""console sessions that were signed out."""

import sqlalchemy as sa
from alembic import op

import crm_store.db

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ended_sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.String(length=32), nullable=False),
    sa.Column('agent_id', sa.Integer(), nullable=False),
    sa.Column('ended_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_ended_sessions_agent_id_agents')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ended_sessions')),
    sa.UniqueConstraint('session_id', name=op.f('uq_ended_sessions_session_id'))
    )


def downgrade() -> None:
    op.drop_table('ended_sessions')
