"""Identities: an address on a channel, which proves nothing until it is bound to a member."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.members import Member, MemberStatus
from crm_store.sealing import SealableText


class VerifiedBy(StrEnum):
    EMAIL_CODE = "email_code"
    SMS_CODE = "sms_code"
    LINK_TOKEN = "link_token"  # noqa: S105 - the name of a way to be verified
    SIGNED_TOKEN = "signed_token"  # noqa: S105 - the same
    JOINED = "joined"
    AGENT = "agent"
    IMPORT = "import"


PROVED = frozenset({VerifiedBy.SIGNED_TOKEN, VerifiedBy.EMAIL_CODE})
"""Proofs that only the member can have brought: each of their devices may see what was said on another."""


class Identity(Base):
    """One customer on one channel. `member_id` is set only while bound; `verified_by` says how that was proved."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "channel_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    channel_user_id: Mapped[str] = mapped_column(String(200))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    verified_by: Mapped[str | None] = mapped_column(String(20))
    verified_at: Mapped[datetime | None]
    display_name: Mapped[str] = mapped_column(SealableText(200), default="")
    language: Mapped[str | None] = mapped_column(String(10))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def is_proved(self) -> bool:
        """Whether the member themselves has proved to be at this device."""
        return self.member_id is not None and self.verified_by in PROVED


class IdentityBinding(Base):
    """The history of whom an identity belonged to, from when to when and on what proof."""

    __tablename__ = "identity_bindings"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    verified_by: Mapped[str] = mapped_column(String(20))
    bound_at: Mapped[datetime] = mapped_column(default=clock.now)
    unbound_at: Mapped[datetime | None]
    unbound_by: Mapped[str] = mapped_column(String(80), default="")


class NotBindable(CrmError):
    """A member whose data was erased cannot be bound any more."""

    code = "member_not_bindable"

    def __init__(self, member_id: int) -> None:
        self.member_id = member_id
        super().__init__(member_id=member_id)


class NotReachable(CrmError):
    """The customer has blocked us on this channel; nothing can be said there until they write."""

    code = "not_reachable"

    def __init__(self, identity_id: int) -> None:
        self.identity_id = identity_id
        super().__init__(identity_id=identity_id)


async def known(session: AsyncSession, *, channel: str, channel_user_id: str) -> tuple[Identity, Member | None] | None:
    """The customer on a channel with the member they were proved to be; None on first contact."""
    facts = {"in_channel": channel, "called": channel_user_id}
    row = (await session.execute(_KNOWN, facts, execution_options={"populate_existing": True})).one_or_none()
    return None if row is None else (row[0], row[1])


_KNOWN = (
    select(Identity, Member)
    .outerjoin(Member, Member.id == Identity.member_id)
    .where(Identity.channel == bindparam("in_channel"), Identity.channel_user_id == bindparam("called"))
)


async def find_or_create(
    session: AsyncSession,
    *,
    channel: str,
    channel_user_id: str,
    display_name: str = "",
    language: str | None = None,
) -> Identity:
    """The identity of a customer on a channel, made on first contact and locked until the transaction ends; two first
    contacts at once make one.

    A name or language the channel tells replaces what was known; nothing told leaves it as it is.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    fresh = insert(Identity).values(
        channel=channel, channel_user_id=channel_user_id, display_name="", created_at=now, last_seen_at=now
    )
    identity = None
    while identity is None:
        await session.execute(fresh.on_conflict_do_nothing(index_elements=["channel", "channel_user_id"]))
        # An erasure that was just taking the address away leaves none: who speaks now is a stranger, with a new one.
        identity = await find(session, channel=channel, channel_user_id=channel_user_id, for_update=True)
    identity.last_seen_at = now
    identity.display_name = display_name[:200] or identity.display_name
    identity.language = language or identity.language
    await session.flush()
    return identity


async def find(
    session: AsyncSession, *, channel: str, channel_user_id: str, for_update: bool = False
) -> Identity | None:
    """The identity of a customer on a channel, if there was a contact. `for_update`: as it is now, locked until the
    transaction ends."""
    query = select(Identity).where(Identity.channel == channel, Identity.channel_user_id == channel_user_id)
    if for_update:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


async def lock(session: AsyncSession, identity: Identity) -> Identity:
    """The identity as it is now, locked until the transaction ends. Whoever needs more locks takes them in this order:
    identity, conversation, member."""
    await session.refresh(identity, with_for_update={"key_share": True})
    return identity


async def lock_all(session: AsyncSession, identity_ids: Collection[int]) -> None:
    """Lock the identities, in the order of their ids."""
    mine = select(Identity.id).where(Identity.id.in_(identity_ids))
    await session.execute(mine.order_by(Identity.id).with_for_update(key_share=True))


async def get(session: AsyncSession, identity_id: int) -> Identity:
    """Raises NotFound."""
    identity = await session.get(Identity, identity_id)
    if identity is None:
        raise NotFound("identity", identity_id)
    return identity


async def for_member(session: AsyncSession, member_id: int) -> list[Identity]:
    """Every identity bound to the member, the one last seen first."""
    rows = select(Identity).where(Identity.member_id == member_id).order_by(Identity.last_seen_at.desc())
    return list((await session.scalars(rows)).all())


async def bind(session: AsyncSession, identity: Identity, member: Member, *, by: str) -> Identity:
    """The identity was proved, by one of VerifiedBy, to be the member. Proved again in the same way, it is verified as
    of now; proved for another member, it moves there.

    Raises NotBindable.
    """
    if member.status == MemberStatus.ERASED:
        raise NotBindable(member.id)
    if identity.member_id == member.id:
        if identity.verified_by == by:
            identity.verified_at = clock.now()
            await session.flush()
        return identity
    # An erasure under way is waited for, and waits for this.
    held = select(Member.status).where(Member.id == member.id).with_for_update(read=True, key_share=True)
    if await session.scalar(held) == MemberStatus.ERASED:
        raise NotBindable(member.id)
    if identity.member_id is not None:
        await unbind(session, identity, by=by)
    now = clock.now()
    identity.member_id, identity.verified_by, identity.verified_at = member.id, by, now
    session.add(IdentityBinding(identity_id=identity.id, member_id=member.id, verified_by=by, bound_at=now))
    await session.flush()
    return identity


async def unbind(session: AsyncSession, identity: Identity, *, by: str) -> Identity:
    """The identity is anonymous again; `by` names who did it. Conversations keep what they were."""
    if identity.member_id is None:
        return identity
    await session.execute(
        update(IdentityBinding)
        .where(IdentityBinding.identity_id == identity.id, IdentityBinding.unbound_at.is_(None))
        .values(unbound_at=clock.now(), unbound_by=by)
    )
    identity.member_id = identity.verified_by = identity.verified_at = None
    await session.flush()
    return identity


async def bindings(session: AsyncSession, member_id: int) -> list[IdentityBinding]:
    """The member's bindings, past and present, newest first."""
    rows = select(IdentityBinding).where(IdentityBinding.member_id == member_id).order_by(IdentityBinding.id.desc())
    return list((await session.scalars(rows)).all())


async def last_unbound(session: AsyncSession, identity_id: int, *, by: str) -> datetime | None:
    """When the identity was last unbound by `by`, if ever."""
    return await session.scalar(
        select(func.max(IdentityBinding.unbound_at)).where(
            IdentityBinding.identity_id == identity_id, IdentityBinding.unbound_by == by
        )
    )


async def mark_blocked(session: AsyncSession, identity: Identity) -> Identity:
    """The customer blocked us on this channel: nothing is sent there until they write again."""
    identity.blocked_at = identity.blocked_at or clock.now()
    await session.flush()
    return identity


async def mark_reachable(session: AsyncSession, identity: Identity) -> Identity:
    """The customer can be reached again."""
    identity.blocked_at = None
    await session.flush()
    return identity
