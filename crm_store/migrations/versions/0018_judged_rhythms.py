"""how right the chances of having stopped buying were, beside the rhythm they come from."""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('shop_rhythms') as batch:
        batch.add_column(sa.Column('judged', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    with op.batch_alter_table('shop_rhythms') as batch:
        batch.drop_column('judged')
