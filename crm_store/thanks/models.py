"""The members who are thanked, and every thank-you."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.errors import CrmError


class ThankedBy(StrEnum):
    """How a member was thanked."""

    MESSAGE = "message"
    CALL = "call"
    CARD = "card"


class ThankYouEntry(Base):
    """A member on the list, as the newest valuation found them. `value_minor`: what is expected of them, in minor
    units; `listed_at`: since when they are on it."""

    __tablename__ = "thank_you_entries"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    value_minor: Mapped[int] = mapped_column(BigInteger)
    listed_at: Mapped[datetime]


class ThankYou(Base):
    """A member was thanked: by whom, how and when."""

    __tablename__ = "thank_yous"
    __table_args__ = (Index("ix_thank_yous_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    how: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    at: Mapped[datetime]


class NotOnTheList(CrmError):
    """The member is not one of those who are thanked in person."""

    code = "not_on_thank_you_list"

    def __init__(self, member_id: int) -> None:
        self.member_id = member_id
        super().__init__(member_id=member_id)
