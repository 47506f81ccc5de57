"""Handing a member the copy of their data: a link that opens once, for a while, and gives what is kept then."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import audit, clock, members, privacy
from crm_store.crypto import blind_index
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.members import MemberStatus
from crm_store.policy import policy
from crm_store.privacy import PrivacyRequest


class DataLinkOver(CrmError):
    """The link was never given, was opened already, is too old, was replaced by another, or its member was erased:
    which of them is not told."""

    code = "data_link_over"


class DataLink(Base):
    """A link given to a member. Only the hash of its token is kept here."""

    __tablename__ = "data_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Given(NamedTuple):
    """A new link's `token`, readable only here, and until when it opens."""

    token: str
    expires_at: datetime


class Opened(NamedTuple):
    """Whose link it is, and the language its page speaks."""

    member_number: str
    language: Language


async def give(session: AsyncSession, request: PrivacyRequest, *, agent_id: int, key: str) -> Given:
    """A new link to the copy that `request` asks for; an earlier one of it no longer opens. The same key, which has to
    be random, gives the same link: its token is made of the key and the application's secret."""
    token = blind_index(f"{request.id}:{key}", "data-link-token")
    known = await session.scalar(select(DataLink).where(DataLink.token_hash == _hash(token)))
    if known is not None:
        return Given(token, known.expires_at)
    at = clock.now()
    earlier = update(DataLink).where(
        DataLink.request_id == request.id, DataLink.used_at.is_(None), DataLink.expires_at > at
    )
    await session.execute(earlier.values(expires_at=at))
    expires_at = at + policy().privacy.copy_valid
    session.add(
        DataLink(
            request_id=request.id,
            member_id=request.member_id,
            token_hash=_hash(token),
            created_by_id=agent_id,
            created_at=at,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return Given(token, expires_at)


async def look(session: AsyncSession, token: str) -> Opened:
    """Whose link it is, which stays unopened: programs that look at links ahead of people open none. Raises
    DataLinkOver."""
    return await _opened(session, await _usable(session, token))


async def fetch(session: AsyncSession, token: str) -> tuple[Opened, dict[str, Any]]:
    """Open the link, this once, with an entry in the trail: everything kept of the member that the member may read.
    Raises DataLinkOver."""
    link = await _usable(session, token, lock=True)
    link.used_at = clock.now()
    opened = await _opened(session, link)
    await audit.record(session, actor=audit.MEMBER, action="fetch_member_data", subject=f"privacy:{link.request_id}")
    return opened, await privacy.export_data(session, link.member_id)


async def _opened(session: AsyncSession, link: DataLink) -> Opened:
    member = await members.get(session, link.member_id)
    if member.status == MemberStatus.ERASED:
        raise DataLinkOver
    return Opened(member.number, Language.of(member.language))


async def _usable(session: AsyncSession, token: str, *, lock: bool = False) -> DataLink:
    wanted = select(DataLink).where(DataLink.token_hash == _hash(token))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    link = await session.scalar(wanted)
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise DataLinkOver
    return link


def _hash(token: str) -> str:
    return blind_index(token.strip(), "data-link")
