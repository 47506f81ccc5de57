"""what is at stake with a member may be more than 32 bits hold, on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _change(sa.BigInteger(), sa.Integer())


def _change(existing: sa.types.Integer, wanted: sa.types.Integer) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        op.alter_column('follow_ups', 'value_minor', existing_type=existing, type_=wanted)
