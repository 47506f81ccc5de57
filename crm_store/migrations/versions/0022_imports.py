"""imports: their history, and a journal by which they are undone."""

import sqlalchemy as sa
from alembic import op

import crm_store.crypto
import crm_store.db


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('file_key', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('is_kept', sa.Boolean(), nullable=False),
    sa.Column('encoding', sa.String(length=32), nullable=True),
    sa.Column('dates', sa.String(length=16), nullable=True),
    sa.Column('sheet', sa.String(length=120), nullable=True),
    sa.Column('mapping', sa.Text(), nullable=True),
    sa.Column('agent_id', sa.Integer(), nullable=True),
    sa.Column('created_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('started_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('created', sa.Integer(), nullable=False),
    sa.Column('updated', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=True),
    sa.Column('leased_until', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=80), nullable=True),
    sa.Column('undone_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('taken_away', sa.Integer(), nullable=False),
    sa.Column('set_back', sa.Integer(), nullable=False),
    sa.Column('left', sa.Integer(), nullable=False),
    sa.Column('forgotten_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_import_runs_agent_id_agents')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['agents.id'], name=op.f('fk_import_runs_undone_by_id_agents')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_runs'))
    )
    with op.batch_alter_table('import_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_runs_file_key'), ['file_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_runs_state'), ['state'], unique=False)

    op.create_table('import_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('thing', sa.String(length=16), nullable=False),
    sa.Column('thing_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('before', crm_store.crypto.EncryptedText(), nullable=True),
    sa.Column('seal', crm_store.crypto.EncryptedText(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['import_runs.id'], name=op.f('fk_import_entries_run_id_import_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_entries')),
    sa.UniqueConstraint('run_id', 'thing', 'thing_id', name='uq_import_entries_run_id_thing')
    )
    with op.batch_alter_table('import_entries', schema=None) as batch_op:
        batch_op.create_index('ix_import_entries_member_id', ['member_id'], unique=False)

    op.create_table('import_pieces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('content', crm_store.crypto.EncryptedText(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_runs.id'], name=op.f('fk_import_pieces_run_id_import_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_pieces')),
    sa.UniqueConstraint('run_id', 'place', name='uq_import_pieces_run_id_place')
    )
    op.create_table('import_refusals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('column', sa.String(length=40), nullable=False),
    sa.Column('value', crm_store.crypto.EncryptedText(), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_runs.id'], name=op.f('fk_import_refusals_run_id_import_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_refusals'))
    )
    with op.batch_alter_table('import_refusals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_refusals_run_id'), ['run_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('import_refusals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_refusals_run_id'))

    op.drop_table('import_refusals')
    op.drop_table('import_pieces')
    with op.batch_alter_table('import_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_import_entries_member_id')

    op.drop_table('import_entries')
    with op.batch_alter_table('import_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_runs_state'))
        batch_op.drop_index(batch_op.f('ix_import_runs_file_key'))

    op.drop_table('import_runs')
