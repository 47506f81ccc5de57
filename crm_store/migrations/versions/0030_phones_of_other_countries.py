"""phone numbers of other countries under a normal form that is no mainland number's.

Rows whose phone the key in use does not open are left: a store under a wrong key is refused before (`keys.check`), and
`keys.rotate`, which migrates under the new key, makes every index anew.
"""

import sqlalchemy as sa
from alembic import op
from cryptography.exceptions import InvalidTag

from crm_store.crypto import blind_index, decrypt
from crm_store.phones import normalise_phone


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

_MEMBERS = sa.table('members', sa.column('id'), sa.column('phone'), sa.column('phone_index'))


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(_MEMBERS).where(_MEMBERS.c.phone.is_not(None))).all()
    taken = {row.phone_index for row in rows}
    for row in rows:
        try:
            written = decrypt(row.phone)
        except InvalidTag:
            continue
        index = blind_index(normalise_phone(written), 'phone')
        if index != row.phone_index and index not in taken:
            taken.add(index)
            connection.execute(_MEMBERS.update().where(_MEMBERS.c.id == row.id).values(phone_index=index))


def downgrade() -> None:
    """The earlier form would put two people under one number again."""
