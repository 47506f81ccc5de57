"""passwords to be changed, sessions that have ended, where an act was asked for."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('password_is_temporary', sa.Boolean(), server_default='0', nullable=False)
        )
        batch_op.add_column(sa.Column('sessions_ended_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(length=45), nullable=True))
        batch_op.create_index('ix_audit_entries_action_at', ['action', 'at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entries_action_at')
        batch_op.drop_column('address')

    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.drop_column('sessions_ended_at')
        batch_op.drop_column('password_is_temporary')
