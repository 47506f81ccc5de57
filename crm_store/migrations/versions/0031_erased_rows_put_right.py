"""nothing of the person on rows that were erased: what overlapped an erasure could write there again.

No value is looked at, so it does not matter whether it is sealed, or under which key.
"""

import sqlalchemy as sa
from alembic import op


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

_NAMES = ('family_name', 'given_name', 'preferred_name', 'name_key')
_PERSONAL = ('gender', 'phone', 'phone_index', 'email', 'email_index', 'birthday', 'time_zone')
_MEMBERS = sa.table(
    'members',
    *(sa.column(name) for name in (*_NAMES, *_PERSONAL, 'status', 'opted_out_at', 'updated_at')),
    sa.column('interests', sa.JSON()),
    sa.column('marketing_consent', sa.Boolean()),
)


def upgrade() -> None:
    op.execute(
        _MEMBERS.update()
        .where(_MEMBERS.c.status == 'erased')
        .values(
            **dict.fromkeys(_NAMES, ''),
            **dict.fromkeys(_PERSONAL, sa.null()),
            interests=[],
            marketing_consent=False,
            opted_out_at=sa.func.coalesce(_MEMBERS.c.opted_out_at, _MEMBERS.c.updated_at),
        )
    )


def downgrade() -> None:
    """What was erased stays so."""
