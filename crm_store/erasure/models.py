"""The table of erasures: what was asked for and is not finished everywhere yet."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class Erasure(Base):
    """One person to be forgotten: a member, or a visitor's chat. `files`: refs of attachments that lie on the disk
    until the erasure is finished; paths made of chance, which tell nothing."""

    __tablename__ = "erasures"
    __table_args__ = (CheckConstraint("(member_id IS NULL) <> (identity_id IS NULL)", name="one_of_both"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    files: Mapped[list[str]] = mapped_column(default=list)
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
