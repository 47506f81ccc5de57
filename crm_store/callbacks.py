"""Call-backs at a time the customer chooses, each recorded as a promise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store import locks, members, promises, service_hours
from crm_store.clock import now
from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.errors import CrmError, KeyReused, NotFound
from crm_store.labels import label
from crm_store.language import Language, format_date, format_limit, format_time
from crm_store.policy import policy
from crm_store.promises import MadeBy, Promise, PromiseKind, PromiseStatus
from crm_store.sealing import SealableText

_QUARTER = timedelta(minutes=15)


class CallbackStatus(StrEnum):
    REQUESTED = "requested"
    DONE = "done"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class WindowProblem(StrEnum):
    BACKWARDS = "backwards"
    TOO_SHORT = "too_short"
    PAST = "past"
    OUTSIDE_HOURS = "outside_hours"
    TOO_FAR = "too_far"


class WindowRefused(CrmError):
    """Nobody can call in that window; `nearest_start` and `nearest_end` are the nearest one that is possible."""

    code = "callback_window_refused"

    def __init__(self, problem: WindowProblem, nearest_start: datetime, nearest_end: datetime) -> None:
        self.problem, self.nearest_start, self.nearest_end = problem, nearest_start, nearest_end
        super().__init__(
            f"call-back window refused: {problem}",
            problem=problem.value,
            nearest_start=nearest_start,
            nearest_end=nearest_end,
        )


class CallbackOver(CrmError):
    """The call was made or called off."""

    code = "callback_over"

    def __init__(self, callback_id: int, status: str) -> None:
        self.callback_id, self.status = callback_id, status
        super().__init__(f"call-back {callback_id} is {status}", callback_id=callback_id, status=status)


class Callback(Base):
    """A wished call between `window_start` and `window_end`; `promise` stands for the present window."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    phone: Mapped[str] = mapped_column(EncryptedText)
    topic: Mapped[str] = mapped_column(SealableText(500), default="")
    window_start: Mapped[datetime] = mapped_column(index=True)
    window_end: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12), default=CallbackStatus.REQUESTED, index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promises.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    requested_at: Mapped[datetime]
    rescheduled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often somebody called."""
    note: Mapped[str | None] = mapped_column(SealableText(2000))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    promise: Mapped[Promise] = relationship(lazy="selectin")


def check_window(start: datetime, end: datetime, *, at: datetime | None = None) -> None:
    """Raises WindowRefused unless the window lies in the future, within one shift of the service hours, is no shorter
    and no further away than the policy allows."""
    at = at or now()
    problem = _problem(start, end, at)
    if problem is not None:
        raise WindowRefused(problem, *nearest_window(start, end, at=at))


def nearest_window(start: datetime, end: datetime, *, at: datetime | None = None) -> tuple[datetime, datetime]:
    """The possible window nearest to the wished one, as long as that one where the service hours allow it."""
    at, rules = at or now(), policy().callbacks
    length = max(end - start, rules.shortest_window) if end > start else rules.usual_window
    earliest, latest = _earliest(at), _latest(at)
    begin = max(start, earliest)
    if begin > latest:
        # The same time of day, on the last day that is near enough.
        begin = max(earliest, begin - timedelta(days=-(-(begin - latest) // timedelta(days=1))))
    opens, closes = service_hours.next_shift(begin, least=rules.shortest_window)
    begin = max(begin, opens)
    if begin > latest:
        opens, closes = service_hours.last_shift(latest)
        begin = max(closes - min(length, closes - opens), earliest)
    if end - begin >= rules.shortest_window and start <= begin:
        return begin, min(end, closes)
    return begin, min(begin + length, closes)


def possible_part(start: datetime, end: datetime, *, at: datetime | None = None) -> tuple[datetime, datetime] | None:
    """The part of a vaguely wished time ("tomorrow morning", "after three") in which somebody can call: within one
    shift, and not too far away. None when there is none that is long enough."""
    at, rules = at or now(), policy().callbacks
    begin = max(start, _earliest(at))
    opens, closes = service_hours.next_shift(begin, least=rules.shortest_window)
    begin, finish = max(begin, opens), min(end, closes)
    return (begin, finish) if finish - begin >= rules.shortest_window and begin <= _latest(at) else None


def problem_text(problem: WindowProblem | str, language: Language) -> str:
    """Why a window is not possible, with the limits that hold."""
    rules = policy().callbacks
    return label(
        "callback_problem",
        problem,
        language,
        shortest=format_limit(rules.shortest_window, language),
        furthest=format_limit(rules.furthest, language),
        hours=service_hours.told(language),
    )


async def request(
    session: AsyncSession,
    *,
    phone: str,
    window_start: datetime,
    window_end: datetime,
    key: str,
    member_id: int | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    topic: str = "",
    made_by: MadeBy = MadeBy.BOT,
    agent_id: int | None = None,
    language: Language | None = None,
    at: datetime | None = None,
) -> Callback:
    """Write down a call to be made in the window and the promise that goes with it; the same key again returns it.

    Raises WindowRefused with the nearest possible window, or KeyReused.
    """
    await locks.hold(session, f"callback:{key}")
    existing = (await session.execute(select(Callback).where(Callback.key == key))).scalar_one_or_none()
    if existing is not None:
        if existing.member_id != member_id or existing.identity_id != identity_id:
            raise KeyReused(key)
        return existing
    at = at or now()
    check_window(window_start, window_end, at=at)
    callback = Callback(
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        phone=phone.strip(),
        topic=topic[:500],
        window_start=window_start,
        window_end=window_end,
        status=CallbackStatus.REQUESTED,
        agent_id=agent_id,
        requested_at=at,
        key=key,
    )
    callback.promise = await _promise(session, callback, key=key, made_by=made_by, language=language, at=at)
    session.add(callback)
    await session.flush()
    return callback


async def reschedule(
    session: AsyncSession,
    callback: Callback,
    *,
    window_start: datetime,
    window_end: datetime,
    key: str,
    made_by: MadeBy = MadeBy.BOT,
    agent_id: int | None = None,
    language: Language | None = None,
    at: datetime | None = None,
) -> Callback:
    """Agree on another window: a new promise takes the place of the old one, which stays broken if its time had passed.
    A call that did not reach the customer is opened again. The same key again changes nothing.

    Raises WindowRefused, or CallbackOver when the call was made or called off.
    """
    callback = await _locked(session, callback)
    if callback.promise.key == f"{key}:promise":
        return callback
    if callback.status in (CallbackStatus.DONE, CallbackStatus.CANCELLED):
        raise CallbackOver(callback.id, callback.status)
    at = at or now()
    check_window(window_start, window_end, at=at)
    if callback.promise.kept_at is None:
        await promises.cancel(session, callback.promise, at=at)
    callback.window_start, callback.window_end = window_start, window_end
    callback.status = CallbackStatus.REQUESTED
    callback.rescheduled_at = at
    callback.agent_id = agent_id or callback.agent_id
    callback.promise = await _promise(session, callback, key=key, made_by=made_by, language=language, at=at)
    await session.flush()
    return callback


async def change(
    session: AsyncSession, callback: Callback, *, phone: str | None = None, topic: str | None = None
) -> Callback:
    """Another number or another topic for a call that is still to be made; the time and the promise stay as they are.

    Raises CallbackOver when the call was made or called off.
    """
    callback = await _locked(session, callback)
    if callback.status in (CallbackStatus.DONE, CallbackStatus.CANCELLED):
        raise CallbackOver(callback.id, callback.status)
    callback.phone = phone.strip() if phone else callback.phone
    callback.topic = topic[:500] if topic else callback.topic
    await session.flush()
    return callback


async def mark_done(
    session: AsyncSession,
    callback: Callback,
    *,
    agent_id: int | None = None,
    reached: bool = True,
    note: str | None = None,
    at: datetime | None = None,
) -> Callback:
    """Note that the call was made; calling in time keeps the promise even when nobody picked up (`reached` false).

    Twice is a no-op. Raises CallbackOver when it was called off.
    """
    callback = await _locked(session, callback)
    if callback.status == CallbackStatus.CANCELLED:
        raise CallbackOver(callback.id, callback.status)
    if callback.status != CallbackStatus.DONE:
        at = at or now()
        callback.status = CallbackStatus.DONE if reached else CallbackStatus.NOT_REACHED
        callback.attempts += 1
        callback.done_at = at
        callback.agent_id = agent_id or callback.agent_id
        callback.note = note or callback.note
        await promises.keep(session, callback.promise, at=at)
    return callback


async def assign(session: AsyncSession, callback: Callback, *, owner_id: int | None) -> Callback:
    """Make an agent (or nobody) the one who calls, and who keeps the promise. Raises CallbackOver."""
    callback = await _locked(session, callback)
    if callback.status in (CallbackStatus.DONE, CallbackStatus.CANCELLED):
        raise CallbackOver(callback.id, callback.status)
    callback.agent_id = owner_id
    if callback.promise.kept_at is None and callback.promise.cancelled_at is None:
        await promises.assign(session, callback.promise, owner_id=owner_id)
    await session.flush()
    return callback


async def cancel(session: AsyncSession, callback: Callback, *, at: datetime | None = None) -> Callback:
    """The customer no longer wants the call; twice is a no-op. Raises CallbackOver when it was made."""
    callback = await _locked(session, callback)
    if callback.status == CallbackStatus.DONE:
        raise CallbackOver(callback.id, callback.status)
    if callback.status != CallbackStatus.CANCELLED:
        callback.status = CallbackStatus.CANCELLED
        if callback.promise.kept_at is None:
            await promises.cancel(session, callback.promise, at=at)
        await session.flush()
    return callback


async def get(session: AsyncSession, callback_id: int) -> Callback:
    """The call-back with that id. Raises NotFound."""
    found = await session.get(Callback, callback_id)
    if found is None:
        raise NotFound("call-back", callback_id)
    return found


async def open_for_member(session: AsyncSession, member_id: int) -> Sequence[Callback]:
    """Calls still to be made to the member, missed ones included, the earliest window first."""
    query = select(Callback).where(Callback.member_id == member_id, Callback.status == CallbackStatus.REQUESTED)
    return (await session.execute(query.order_by(Callback.window_start, Callback.id))).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[Callback]:
    """The member's calls, made and called off ones included, the latest window first."""
    query = select(Callback).where(Callback.member_id == member_id)
    newest = query.order_by(Callback.window_start.desc(), Callback.id.desc()).limit(limit)
    return (await session.execute(newest)).scalars().all()


async def of_customer(session: AsyncSession, *, member_id: int | None, identity_id: int) -> Sequence[Callback]:
    """Calls that this customer asked for, made ones and called off ones included, the earliest window first: the
    member's, and those asked for by the same visitor without an account."""
    own = Callback.identity_id == identity_id, Callback.member_id.is_(None)
    mine = and_(*own) if member_id is None else or_(Callback.member_id == member_id, and_(*own))
    query = select(Callback).where(mine).order_by(Callback.window_start, Callback.id)
    return (await session.execute(query)).scalars().all()


async def open_for_customer(session: AsyncSession, *, member_id: int | None, identity_id: int) -> Sequence[Callback]:
    """Those of the customer's calls that are still to be made, missed ones included, the earliest window first."""
    calls = await of_customer(session, member_id=member_id, identity_id=identity_id)
    return [call for call in calls if call.status == CallbackStatus.REQUESTED]


def missed(callback: Callback, *, at: datetime | None = None) -> bool:
    """The window is over and nobody called."""
    return callback.status == CallbackStatus.REQUESTED and (
        callback.promise.status == PromiseStatus.BROKEN or callback.window_end < (at or now())
    )


def _problem(start: datetime, end: datetime, at: datetime) -> WindowProblem | None:
    if end <= start:
        return WindowProblem.BACKWARDS
    if start < at:
        return WindowProblem.PAST
    if end - start < policy().callbacks.shortest_window:
        return WindowProblem.TOO_SHORT
    if start > _latest(at):
        return WindowProblem.TOO_FAR
    shift = service_hours.shift(start)
    return None if shift is not None and end <= shift[1] else WindowProblem.OUTSIDE_HOURS


def _earliest(at: datetime) -> datetime:
    """The first quarter of an hour at which somebody asked at `at` can call."""
    return service_hours.round_up(at + policy().callbacks.lead, _QUARTER)


def _latest(at: datetime) -> datetime:
    """The last moment a window may begin; after a closure that lasts longer, the first hours in which there is time."""
    rules = policy().callbacks
    first, _ = service_hours.next_shift(_earliest(at), least=rules.shortest_window)
    return max(at + rules.furthest, first)


async def _promise(
    session: AsyncSession, callback: Callback, *, key: str, made_by: MadeBy, language: Language | None, at: datetime
) -> Promise:
    if language is None:
        member = await session.get(members.Member, callback.member_id) if callback.member_id else None
        language = Language.of(member.language if member else None)
    # Never "tomorrow": these words are read on other days too.
    start, end = callback.window_start, callback.window_end
    window = f"{format_date(start, language)} {format_time(start)}–{format_time(end)}"
    return await promises.make(
        session,
        member_id=callback.member_id,
        identity_id=callback.identity_id,
        conversation_id=callback.conversation_id,
        kind=PromiseKind.CALLBACK,
        text=label("promise_text", PromiseKind.CALLBACK, language, window=window),
        due_at=callback.window_end,
        key=f"{key}:promise",
        made_by=made_by,
        agent_id=callback.agent_id,
        at=at,
    )


async def _locked(session: AsyncSession, callback: Callback) -> Callback:
    query = select(Callback).where(Callback.id == callback.id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
