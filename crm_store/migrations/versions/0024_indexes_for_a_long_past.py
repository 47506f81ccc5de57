"""what was said at an address before, and what is open on the work desk, is found over indexes."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_conversations_identity_id', 'conversations', ['identity_id'], unique=False)
    is_open = sa.text('kept_at IS NULL AND cancelled_at IS NULL')
    op.create_index(
        'ix_promises_open',
        'promises',
        ['owner_id', 'due_at'],
        unique=False,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index('ix_return_requests_status', 'return_requests', ['status'], unique=False)
    op.create_index('ix_feedback_status', 'feedback', ['status'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_feedback_status', table_name='feedback')
    op.drop_index('ix_return_requests_status', table_name='return_requests')
    op.drop_index('ix_promises_open', table_name='promises')
    op.drop_index('ix_conversations_identity_id', table_name='conversations')
