"""Imports as they were done: each file with what became of it, the rows it refused, and a journal by which it can be
undone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.crypto import EncryptedText
from crm_store.db import Base

FILE_NAME_CHARACTERS = 120
REASON_CHARACTERS = 40


class RunState(StrEnum):
    """`draft`: looked at, nothing was done yet. `trying` and `tried`: to see what would become of it. `waiting`: it is
    to be imported, `running`: it is being. `done`: it was. `undoing`, `undone`: what it did is taken back."""

    DRAFT = "draft"
    TRYING = "trying"
    TRIED = "tried"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


AT_WORK = (RunState.TRYING, RunState.WAITING, RunState.RUNNING, RunState.UNDOING)
"""States in which a worker has something to do."""


class ImportRun(Base):
    """One import of one file.

    `file_key`: a digest of its content, by which an interrupted import is found again.
    `rows`: of the file; `done`: the first so many are dealt with, in the present state. The counts are of rows.
    `is_kept`: the file's content stands in `import_pieces` until the import is over. `mapping`: a mapping file's text.
    `token` and `leased_until`: who has it in hand. `taken_away`, `set_back`, `left`: what its undoing did, in records.
    `error`: the class of what stopped it, or "Interrupted".
    """

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(FILE_NAME_CHARACTERS))
    file_key: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    is_kept: Mapped[bool] = mapped_column(default=False)
    encoding: Mapped[str | None] = mapped_column(String(32))
    dates: Mapped[str | None] = mapped_column(String(16))
    sheet: Mapped[str | None] = mapped_column(String(120))
    mapping: Mapped[str | None] = mapped_column(Text)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(80))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    taken_away: Mapped[int] = mapped_column(default=0)
    set_back: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    forgotten_at: Mapped[datetime | None]
    """When its journal went, as the policy says; it can no longer be undone."""


class ImportPiece(Base):
    """A piece of a file that waits to be imported, packed; it goes when the import is over."""

    __tablename__ = "import_pieces"
    __table_args__ = (UniqueConstraint("run_id", "place", name="uq_import_pieces_run_id_place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"))
    place: Mapped[int]
    content: Mapped[str] = mapped_column(EncryptedText)


class ImportRefusal(Base):
    """A row that was not taken over; `taken`: one that was, of which there is something to be said. `line`, `column`,
    `reason`: as in `importing.Refusal`, of a taken one as in its notes; `value` goes as soon as any member is erased:
    whose it is, nobody can tell."""

    __tablename__ = "import_refusals"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(EncryptedText)
    reason: Mapped[str] = mapped_column(String(REASON_CHARACTERS))
    taken: Mapped[bool] = mapped_column(default=False, server_default=false())


class ImportEntry(Base):
    """One record that an import wrote: of `thing` (a member, an order, a parcel, a movement of points) the one with
    `thing_id`. `number`: what people call it.

    `before`: as it was, in JSON; None when the import created it. `seal`: a digest of what the import left, by which a
    later change is seen. `outcome`: of undoing it: taken_away, set_back, or why it was left.
    """

    __tablename__ = "import_entries"
    __table_args__ = (
        UniqueConstraint("run_id", "thing", "thing_id", name="uq_import_entries_run_id_thing"),
        Index("ix_import_entries_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"))
    thing: Mapped[str] = mapped_column(String(16))
    thing_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(120))
    member_id: Mapped[int]
    before: Mapped[str | None] = mapped_column(EncryptedText)
    seal: Mapped[str] = mapped_column(EncryptedText)
    outcome: Mapped[str | None] = mapped_column(String(REASON_CHARACTERS))
