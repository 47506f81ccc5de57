"""notes of imports, and what callers wrote last."""

import sqlalchemy as sa
from alembic import op

import crm_store.db

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('caller', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('number_index', sa.String(length=64), nullable=False),
    sa.Column('said_index', sa.String(length=64), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_rows')),
    sa.UniqueConstraint('caller', 'kind', 'number_index', name=op.f('uq_api_rows_caller_kind_number_index'))
    )
    with op.batch_alter_table('api_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_rows_at'), ['at'], unique=False)

    with op.batch_alter_table('import_refusals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('taken', sa.Boolean(), server_default=sa.false(), nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('import_refusals', schema=None) as batch_op:
        batch_op.drop_column('taken')

    with op.batch_alter_table('api_rows', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_rows_at'))

    op.drop_table('api_rows')
