"""Who is gone and why: the two ways of going, the causes, and the table of exit interviews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.members import Member
from crm_store.sealing import SealableText

WORDS_CHARACTERS = 2000


class Way(StrEnum):
    """How a member went."""

    LEFT = "left"
    """They said that they leave, and confirmed it."""
    SILENT = "silent"
    """They stopped buying, by their own rhythm."""


class ExitCause(StrEnum):
    """Why members go, as they would say it."""

    PRICE = "price"
    QUALITY = "quality"
    DELIVERY = "delivery"
    SERVICE = "service"
    COMPETITOR = "competitor"
    MOVED = "moved"
    UNUSED = "unused"
    MESSAGES = "messages"
    PRIVACY = "privacy"
    OTHER = "other"


class InterviewBy(StrEnum):
    MEMBER = "member"
    """In chat."""
    AGENT = "agent"
    """After a call."""


class ExitInterview(Base):
    """What a member said about one departure (`departure`: its key). `causes`: codes of ExitCause, the first the main
    one; `wish`: what would bring them back; `may_contact`: empty while they were not asked, or did not say; `by`: who
    wrote it down last. `keys`: of every writing, so that none counts twice."""

    __tablename__ = "exit_interviews"
    __table_args__ = (UniqueConstraint("member_id", "departure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    departure: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(8))
    causes: Mapped[list[str]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(SealableText(WORDS_CHARACTERS), default="")
    wish: Mapped[str] = mapped_column(SealableText(WORDS_CHARACTERS), default="")
    may_contact: Mapped[bool | None]
    by: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(index=True)
    amended_at: Mapped[datetime | None]
    keys: Mapped[list[Any]] = mapped_column(default=list)


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A member who is gone. `key` names this departure among the member's; `since`: when they said so, or ordered last;
    `value_minor`: lifetime value, what they spent over all years less refunds and what the newest valuation still
    expects, in minor units; `open`: what is unsettled with them, by kind (complaints, promises, orders)."""

    member: Member
    way: Way
    key: str
    since: datetime
    value_minor: int
    last_order_at: datetime | None
    interview: ExitInterview | None = None
    open: Mapping[str, int] = field(default_factory=dict)


class NotDeparted(CrmError):
    """The member neither leaves nor has fallen silent: there is nothing to ask about."""

    code = "not_departed"

    def __init__(self, member_id: int) -> None:
        self.member_id = member_id
        super().__init__(member_id=member_id)
