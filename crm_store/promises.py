"""The ledger of promises: everything told to a customer with a due time, by bot or person, kept or broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import locks
from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import CrmError, KeyReused, NotFound
from crm_store.policy import policy
from crm_store.sealing import SealableText


class PromiseKind(StrEnum):
    COMPLAINT_REPLY = "complaint_reply"
    CALLBACK = "callback"
    REPLY = "reply"
    REFUND = "refund"
    PARCEL_CHECK = "parcel_check"
    PARCEL_TRACE = "parcel_trace"
    POINTS_CHECK = "points_check"
    PRIVACY = "privacy"
    ORDER_CHANGE = "order_change"
    OTHER = "other"


class PromiseStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class MadeBy(StrEnum):
    BOT = "bot"
    AGENT = "agent"


class PromiseOver(CrmError):
    """The promise is already kept or withdrawn."""

    code = "promise_over"

    def __init__(self, promise_id: int, status: str) -> None:
        self.promise_id, self.status = promise_id, status
        super().__init__(f"promise {promise_id} is {status}", promise_id=promise_id, status=status)


class Promise(Base):
    """One promise. A broken one may still be made good: then `kept_at` stands beside `broken_at`. `agent_id` gave the
    word, `owner_id` sees to it that it is kept."""

    __tablename__ = "promises"
    __table_args__ = (
        # The work desk counts what is open, of all that were ever made.
        Index(
            "ix_promises_open",
            "owner_id",
            "due_at",
            sqlite_where=text("kept_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("kept_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(SealableText)
    reference: Mapped[str | None] = mapped_column(String(64), index=True)
    made_by: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(SealableText(500))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    @property
    def status(self) -> PromiseStatus:
        if self.cancelled_at is not None:
            return PromiseStatus.CANCELLED
        if self.broken_at is not None:
            return PromiseStatus.BROKEN
        return PromiseStatus.KEPT if self.kept_at is not None else PromiseStatus.OPEN


@dataclass(frozen=True)
class KeptRate:
    """How many promises that fell due were kept in time."""

    kept: int
    broken: int

    @property
    def share(self) -> float | None:
        """0..1, or None when nothing fell due."""
        due = self.kept + self.broken
        return self.kept / due if due else None


async def make(
    session: AsyncSession,
    *,
    member_id: int | None,
    kind: PromiseKind,
    text: str,
    due_at: datetime,
    key: str,
    made_by: MadeBy = MadeBy.BOT,
    agent_id: int | None = None,
    owner_id: int | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    reference: str | None = None,
    at: datetime | None = None,
) -> Promise:
    """Write a promise down; the same key again returns the one that was written.

    `text`: what was promised, in the customer's language. `owner_id`: who keeps it, the agent who makes it when not
    given. `reference`: a number such as C-2026-0186. Raises KeyReused when `key` stands for another promise,
    ValueError when it is due before it is made.
    """
    await locks.hold(session, f"promise:{key}")
    existing = (await session.execute(select(Promise).where(Promise.key == key))).scalar_one_or_none()
    if existing is not None:
        if (existing.member_id, existing.kind) != (member_id, kind):
            raise KeyReused(key)
        return existing
    at = at or now()
    if due_at < at:
        raise ValueError(f"a promise made at {at} cannot be due at {due_at}")
    promise = Promise(
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        kind=kind,
        text=text,
        reference=reference,
        made_by=made_by,
        agent_id=agent_id,
        owner_id=owner_id or agent_id,
        made_at=at,
        due_at=due_at,
        key=key,
    )
    session.add(promise)
    await session.flush()
    return promise


async def get(session: AsyncSession, promise_id: int) -> Promise:
    """The promise with that id. Raises NotFound."""
    found = await session.get(Promise, promise_id)
    if found is None:
        raise NotFound("promise", promise_id)
    return found


async def keep(
    session: AsyncSession, promise: Promise, *, at: datetime | None = None, note: str | None = None
) -> Promise:
    """Note that what was promised was done; after the due time it counts as broken and made good. Doing so twice is a
    no-op. Raises PromiseOver when it was withdrawn."""
    promise = await _locked(session, promise.id)
    if promise.cancelled_at is not None:
        raise PromiseOver(promise.id, promise.status)
    if promise.kept_at is None:
        promise.kept_at = at or now()
        if _over(promise, promise.kept_at) and promise.broken_at is None:
            promise.broken_at = promise.due_at
        promise.note = note or promise.note
        await session.flush()
    return promise


async def cancel(
    session: AsyncSession, promise: Promise, *, at: datetime | None = None, note: str | None = None
) -> Promise:
    """Withdraw a promise with the customer's consent, for example because another time was agreed on. One whose time
    had passed stays broken. Raises PromiseOver when it was kept."""
    promise = await _locked(session, promise.id)
    at = at or now()
    if promise.kept_at is not None:
        raise PromiseOver(promise.id, promise.status)
    if promise.broken_at is None and _over(promise, at):
        promise.broken_at = promise.due_at
    if promise.broken_at is None and promise.cancelled_at is None:
        promise.cancelled_at = at
    promise.note = note or promise.note
    await session.flush()
    return promise


async def assign(session: AsyncSession, promise: Promise, *, owner_id: int | None) -> Promise:
    """Make an agent (or nobody) responsible for a promise. Raises PromiseOver when it was kept or withdrawn."""
    promise = await _locked(session, promise.id)
    if promise.kept_at is not None or promise.cancelled_at is not None:
        raise PromiseOver(promise.id, promise.status)
    promise.owner_id = owner_id
    await session.flush()
    return promise


async def keep_all(session: AsyncSession, *, reference: str, at: datetime | None = None) -> list[Promise]:
    """Keep what was promised about a case, known by its number, and is not kept yet: the case is settled."""
    query = select(Promise.id).where(
        Promise.reference == reference, Promise.kept_at.is_(None), Promise.cancelled_at.is_(None)
    )
    found = (await session.execute(query.order_by(Promise.id))).scalars().all()
    return [await keep(session, await get(session, promise_id), at=at) for promise_id in found]


async def bring_forward(session: AsyncSession, promise: Promise, due_at: datetime) -> Promise:
    """Move the due time of an open promise to an earlier moment; a later one changes nothing."""
    promise = await _locked(session, promise.id)
    if promise.status == PromiseStatus.OPEN and due_at < promise.due_at:
        promise.due_at = due_at
        await session.flush()
    return promise


async def break_overdue(session: AsyncSession, *, at: datetime | None = None, limit: int = 200) -> list[Promise]:
    """Mark open promises whose time has passed as broken and return them, the oldest first.

    Candidates are picked without a lock; each is then locked and looked at again, because it may have been kept in
    the meantime. Call again until nothing comes back.
    """
    at = at or now()
    latest = at - policy().promises.grace
    candidates = select(Promise.id).where(_open(), Promise.due_at < latest).order_by(Promise.due_at, Promise.id)
    broken = []
    for promise_id in (await session.execute(candidates.limit(limit))).scalars().all():
        promise = await _locked(session, promise_id)
        if promise.status == PromiseStatus.OPEN and _over(promise, at):
            promise.broken_at = promise.due_at
            broken.append(promise)
    await session.flush()
    return broken


async def break_if_overdue(session: AsyncSession, promise: Promise, *, at: datetime | None = None) -> Promise:
    """Mark this one promise as broken when its time has passed and it was not kept; otherwise nothing changes."""
    promise = await _locked(session, promise.id)
    if promise.status == PromiseStatus.OPEN and _over(promise, at or now()):
        promise.broken_at = promise.due_at
        await session.flush()
    return promise


async def due_soon(
    session: AsyncSession, *, within: timedelta, at: datetime | None = None, limit: int = 200
) -> Sequence[Promise]:
    """Open promises due within the span of which nobody was reminded yet."""
    at = at or now()
    query = select(Promise).where(
        _open(), Promise.reminded_at.is_(None), Promise.due_at >= at, Promise.due_at <= at + within
    )
    return (await session.execute(query.order_by(Promise.due_at, Promise.id).limit(limit))).scalars().all()


async def mark_reminded(session: AsyncSession, promise: Promise, *, at: datetime | None = None) -> None:
    """To be called after the reminder was accepted, not before."""
    promise.reminded_at = at or now()
    await session.flush()


async def open_for_member(session: AsyncSession, member_id: int) -> Sequence[Promise]:
    """What the member is still waiting for, the next due first: open promises, and broken ones not made good."""
    query = select(Promise).where(
        Promise.member_id == member_id, Promise.kept_at.is_(None), Promise.cancelled_at.is_(None)
    )
    return (await session.execute(query.order_by(Promise.due_at, Promise.id))).scalars().all()


async def open_for_conversation(session: AsyncSession, conversation_id: str) -> Sequence[Promise]:
    """What was promised in that conversation and is not kept yet, the next due first."""
    query = select(Promise).where(
        Promise.conversation_id == conversation_id, Promise.kept_at.is_(None), Promise.cancelled_at.is_(None)
    )
    return (await session.execute(query.order_by(Promise.due_at, Promise.id))).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[Promise]:
    """Everything that was promised to the member, newest first."""
    query = select(Promise).where(Promise.member_id == member_id)
    return (
        (await session.execute(query.order_by(Promise.made_at.desc(), Promise.id.desc()).limit(limit))).scalars().all()
    )


async def kept_rate(
    session: AsyncSession,
    *,
    since: datetime,
    until: datetime | None = None,
    agent_id: int | None = None,
    made_by: MadeBy | None = None,
    kind: PromiseKind | None = None,
) -> KeptRate:
    """Of the promises due in since ≤ due < until (default now): how many were kept in time, how many broken."""
    query: Select[int, int] = select(*_kept_and_broken()).where(_fell_due(since, until))
    for column, wanted in ((Promise.agent_id, agent_id), (Promise.made_by, made_by), (Promise.kind, kind)):
        if wanted is not None:
            query = query.where(column == wanted)
    kept, broken = (await session.execute(query)).one()
    return KeptRate(kept, broken)


async def kept_rates(
    session: AsyncSession, *, since: datetime, until: datetime | None = None
) -> dict[int | None, KeptRate]:
    """`kept_rate` by who was responsible; None for what nobody was."""
    query = select(Promise.owner_id, *_kept_and_broken()).where(_fell_due(since, until)).group_by(Promise.owner_id)
    rows = await session.execute(query)
    return {owner_id: KeptRate(kept, broken) for owner_id, kept, broken in rows if kept + broken}


async def kept_by_member(
    session: AsyncSession, *, since: datetime, until: datetime | None = None
) -> dict[int | None, KeptRate]:
    """`kept_rate` by the member they were made to; None for visitors."""
    query = select(Promise.member_id, *_kept_and_broken()).where(_fell_due(since, until)).group_by(Promise.member_id)
    rows = await session.execute(query)
    return {member_id: KeptRate(kept, broken) for member_id, kept, broken in rows if kept + broken}


def _kept_and_broken() -> tuple[ColumnElement[int], ColumnElement[int]]:
    in_time = and_(Promise.kept_at.is_not(None), Promise.broken_at.is_(None))
    unkept = and_(Promise.kept_at.is_(None), Promise.cancelled_at.is_(None))
    return func.count().filter(in_time), func.count().filter(Promise.broken_at.is_not(None) | unkept)


def _fell_due(since: datetime, until: datetime | None) -> ColumnElement[bool]:
    return and_(Promise.due_at >= since, Promise.due_at < (until or now()))


def _open() -> ColumnElement[bool]:
    return and_(Promise.kept_at.is_(None), Promise.broken_at.is_(None), Promise.cancelled_at.is_(None))


def _over(promise: Promise, at: datetime) -> bool:
    """Whether the time of the promise and the policy's grace have passed."""
    return promise.due_at + policy().promises.grace < at


async def _locked(session: AsyncSession, promise_id: int) -> Promise:
    query = select(Promise).where(Promise.id == promise_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
