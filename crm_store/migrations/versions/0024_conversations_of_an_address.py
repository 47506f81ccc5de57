"""what was said at one address before is found over an index."""

from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_conversations_identity_id', 'conversations', ['identity_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_conversations_identity_id', table_name='conversations')
