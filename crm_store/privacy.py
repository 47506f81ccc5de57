"""Requests to have one's data given out or deleted, each with the time the law allows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import archived, erasure, identities, locks, members, promises
from crm_store.callbacks import Callback
from crm_store.clock import now
from crm_store.complaints import Audience, Complaint, ComplaintEvent
from crm_store.conversations import Conversation
from crm_store.db import Base
from crm_store.departures import ExitInterview
from crm_store.errors import CrmError, KeyReused, NotFound
from crm_store.feedback import Feedback
from crm_store.identities import Identity
from crm_store.interactions import Interaction
from crm_store.labels import label
from crm_store.language import Language, format_date
from crm_store.messages import Audience as MessageAudience
from crm_store.messages import Message
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.points.models import Entry
from crm_store.policy import policy
from crm_store.proactive import ProactiveSend, StockWatch, TopicStop
from crm_store.promises import MadeBy, Promise, PromiseKind
from crm_store.referrals import Referral, ReferralCode
from crm_store.returns import ReturnRequest
from crm_store.rewards import Redemption
from crm_store.sealing import SealableText
from crm_store.surveys import SurveyAnswer
from crm_store.thanks import ThankYou


class PrivacyKind(StrEnum):
    EXPORT = "export"
    DELETE = "delete"


class PrivacyStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PrivacyRequestClosed(CrmError):
    """The request was already done, refused or withdrawn."""

    code = "privacy_request_closed"

    def __init__(self, request_id: int, status: str) -> None:
        self.request_id, self.status = request_id, status
        super().__init__(f"privacy request {request_id} is {status}", request_id=request_id, status=status)


class PrivacyRequest(Base):
    """A member's wish for their own data."""

    __tablename__ = "privacy_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=PrivacyStatus.OPEN, index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promises.id"))
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    note: Mapped[str | None] = mapped_column(SealableText(2000))
    key: Mapped[str] = mapped_column(String(160), unique=True)


async def open(
    session: AsyncSession,
    *,
    member_id: int,
    kind: PrivacyKind | str,
    key: str,
    conversation_id: str | None = None,
    made_by: MadeBy = MadeBy.BOT,
    agent_id: int | None = None,
    at: datetime | None = None,
) -> PrivacyRequest:
    """Take the wish down and promise its answer in the policy's time; the same key, or the same wish while it is open,
    returns the request that is there. Raises KeyReused, NotFound (the member)."""
    kind = PrivacyKind(kind)
    await locks.hold(session, f"privacy:{member_id}")
    known = (await session.execute(select(PrivacyRequest).where(PrivacyRequest.key == key))).scalar_one_or_none()
    if known is not None and (known.member_id, known.kind) != (member_id, kind):
        raise KeyReused(key)
    running = select(PrivacyRequest).where(
        PrivacyRequest.member_id == member_id,
        PrivacyRequest.kind == kind,
        PrivacyRequest.status == PrivacyStatus.OPEN,
    )
    known = known or (await session.execute(running)).scalars().first()
    if known is not None:
        return known
    member = await members.get(session, member_id)
    at = at or now()
    due = at + policy().privacy.answer_within
    language = Language.of(member.language)
    what = label("privacy_kind", kind, language)
    promise = await promises.make(
        session,
        member_id=member_id,
        conversation_id=conversation_id,
        kind=PromiseKind.PRIVACY,
        text=label("promise_text", PromiseKind.PRIVACY, language, what=what, due=format_date(due, language)),
        due_at=due,
        key=f"{key}:promise",
        made_by=made_by,
        agent_id=agent_id,
        at=at,
    )
    request = PrivacyRequest(
        kind=kind,
        member_id=member_id,
        conversation_id=conversation_id,
        status=PrivacyStatus.OPEN,
        promise_id=promise.id,
        requested_at=at,
        due_at=due,
        key=key,
    )
    session.add(request)
    await session.flush()
    return request


async def open_list(session: AsyncSession) -> Sequence[PrivacyRequest]:
    """Open requests, the next due first."""
    query = select(PrivacyRequest).where(PrivacyRequest.status == PrivacyStatus.OPEN)
    return (await session.execute(query.order_by(PrivacyRequest.due_at, PrivacyRequest.id))).scalars().all()


async def for_member(session: AsyncSession, member_id: int) -> Sequence[PrivacyRequest]:
    """The member's requests, newest first."""
    query = select(PrivacyRequest).where(PrivacyRequest.member_id == member_id)
    return (await session.execute(query.order_by(PrivacyRequest.id.desc()))).scalars().all()


async def get(session: AsyncSession, request_id: int) -> PrivacyRequest:
    """The request with that id. Raises NotFound."""
    found = await session.get(PrivacyRequest, request_id)
    if found is None:
        raise NotFound("privacy request", request_id)
    return found


async def assign(session: AsyncSession, request: PrivacyRequest, *, owner_id: int | None) -> PrivacyRequest:
    """Make an agent (or nobody) the owner, who keeps its promise. Raises PrivacyRequestClosed."""
    request = await _locked_open(session, request)
    request.owner_id = owner_id
    await promises.assign(session, await promises.get(session, request.promise_id), owner_id=owner_id)
    await session.flush()
    return request


async def complete(
    session: AsyncSession,
    request: PrivacyRequest,
    *,
    agent_id: int,
    note: str | None = None,
    at: datetime | None = None,
) -> PrivacyRequest:
    """Note that it was done and keep its promise; a wish for deletion is carried out here (`erase`).

    Raises PrivacyRequestClosed.
    """
    request = await _locked_open(session, request)
    if request.kind == PrivacyKind.DELETE:
        await erase(session, request.member_id, by=f"agent:{agent_id}")
    return await _close(session, request, PrivacyStatus.DONE, agent_id=agent_id, note=note, at=at or now())


async def refuse(
    session: AsyncSession, request: PrivacyRequest, *, agent_id: int, note: str, at: datetime | None = None
) -> PrivacyRequest:
    """Refuse with the reason, for example an order still under way: an answer too, so the promise is kept.

    Raises PrivacyRequestClosed.
    """
    request = await _locked_open(session, request)
    return await _close(session, request, PrivacyStatus.REFUSED, agent_id=agent_id, note=note, at=at or now())


async def withdraw(session: AsyncSession, request: PrivacyRequest, *, at: datetime | None = None) -> PrivacyRequest:
    """The member thought better of it. Raises PrivacyRequestClosed."""
    request = await _locked_open(session, request)
    request.status, request.closed_at = PrivacyStatus.WITHDRAWN, at or now()
    await promises.cancel(session, await promises.get(session, request.promise_id), at=at)
    await session.flush()
    return request


async def erase(session: AsyncSession, member_id: int, *, by: str) -> None:
    """Take out of every table what tells who the member is and what they wrote; see `crm_store.erasure`."""
    await erasure.erase_member(session, member_id, by=by)
    requests = await session.scalars(select(PrivacyRequest.id).where(PrivacyRequest.member_id == member_id))
    await erasure.forget_trail(session, [f"member:{member_id}", *(f"privacy:{each}" for each in requests)])
    notes = update(PrivacyRequest).where(PrivacyRequest.member_id == member_id).values(note=None)
    await session.execute(notes.execution_options(synchronize_session="fetch"))


async def erase_chat(session: AsyncSession, identity_id: int) -> None:
    """Take out what a customer who is no member wrote and was told, and how they were called; a member's conversations
    on the same channel are not touched."""
    await erasure.erase_chat(session, identity_id)


async def export_data(session: AsyncSession, member_id: int) -> dict[str, Any]:
    """Everything kept of the member that the member may read, as plain JSON values. Raises NotFound."""
    member = await members.get(session, member_id)
    complaints = await _all(session, select(Complaint).where(Complaint.member_id == member_id))
    orders = await _all(session, select(Order).where(Order.member_id == member_id))
    parcels = await _all(session, select(Parcel).join(Order).where(Order.member_id == member_id))
    messages = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.member_id == member_id, Message.audience == MessageAudience.MEMBER)
        .order_by(Message.id)
    )
    kept, spoken_of = await _archived(session, member_id)
    data: dict[str, Any] = {
        "member": _plain(member, but=("name_key", "phone_index", "email_index", "named_contact_id")),
        "identities": await _list(session, Identity, member_id),
        "bindings": [_plain(binding) for binding in await identities.bindings(session, member_id)],
        "orders": [_plain(order) | {"lines": [_plain(line) for line in order.lines]} for order in orders],
        "parcels": [_plain(parcel) | {"events": [_plain(event) for event in parcel.events]} for parcel in parcels],
        "points": await _list(session, Entry, member_id),
        "rewards": await _list(session, Redemption, member_id),
        "returns": await _list(session, ReturnRequest, member_id),
        "complaints": [
            _plain(complaint) | {"events": [_plain(event) for event in complaint.events_for(Audience.MEMBER)]}
            for complaint in complaints
        ],
        "promises": await _list(session, Promise, member_id),
        "callbacks": await _list(session, Callback, member_id),
        "interactions": await _list(session, Interaction, member_id),
        "surveys": await _list(session, SurveyAnswer, member_id),
        "feedback": await _list(session, Feedback, member_id),
        "exit_interviews": await _list(session, ExitInterview, member_id),
        "thanks": await _list(session, ThankYou, member_id),
        "news_sent": await _list(session, ProactiveSend, member_id),
        "news_stopped": [
            _plain(stop) for stop in await _all(session, select(TopicStop).where(TopicStop.member_id == member_id))
        ],
        "goods_waited_for": await _list(session, StockWatch, member_id),
        "referrals": await _referrals(session, member_id),
        "messages": [
            _plain(message)
            for message in sorted([*kept, *await _all(session, messages)], key=lambda message: message.id)
        ],
    }
    for table, rows in (
        (Interaction, data["interactions"]),
        (ProactiveSend, data["news_sent"]),
        (ComplaintEvent, [event for complaint in data["complaints"] for event in complaint["events"]]),
    ):
        _say_again(rows, spoken_of.get(table.__tablename__, {}))
    return data


async def _referrals(session: AsyncSession, member_id: int) -> dict[str, Any]:
    """The member's own code, whom they named and who named them, each without who the other is."""
    own = await session.get(ReferralCode, member_id)
    named = await _all(session, select(Referral).where(Referral.friend_id == member_id))
    friends = await _all(session, select(Referral).where(Referral.referrer_id == member_id).order_by(Referral.id))
    return {
        "code": own.code if own is not None else None,
        "named_a_friend": [_plain(each, but=("referrer_id", "friend_id")) for each in named],
        "named_by_friends": [_plain(each, but=("referrer_id", "friend_id", "order_number")) for each in friends],
    }


async def _archived(session: AsyncSession, member_id: int) -> tuple[list[Message], archived.References]:
    """The member's messages in the archive, and which rows of other tables spoke of them."""
    theirs = select(Conversation.id).where(Conversation.member_id == member_id, Conversation.archived_at.is_not(None))
    packs = await archived.packs(session, (await session.scalars(theirs)).all())
    spoken_of: archived.References = {}
    for packed in packs:
        for table, pairs in archived.spoken_of(packed).items():
            spoken_of.setdefault(table, {}).update(pairs)
    found = [message for packed in packs for message in archived.unpack(Message, packed)]
    return [message for message in found if message.audience == MessageAudience.MEMBER], spoken_of


def _say_again(rows: Iterable[dict[str, Any]], spoken_of: Mapping[int, int]) -> None:
    """Name the messages that rows spoke of before they went into the archive."""
    for row in rows:
        row["message_id"] = row["message_id"] or spoken_of.get(row["id"])


async def _locked_open(session: AsyncSession, request: PrivacyRequest) -> PrivacyRequest:
    query = select(PrivacyRequest).where(PrivacyRequest.id == request.id).with_for_update(key_share=True)
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise NotFound("privacy request", request.id)
    if found.status != PrivacyStatus.OPEN:
        raise PrivacyRequestClosed(found.id, found.status)
    return found


async def _close(
    session: AsyncSession,
    request: PrivacyRequest,
    status: PrivacyStatus,
    *,
    agent_id: int,
    note: str | None,
    at: datetime,
) -> PrivacyRequest:
    request.status, request.closed_at, request.closed_by_id, request.note = status, at, agent_id, note
    await promises.keep(session, await promises.get(session, request.promise_id), at=at)
    await session.flush()
    return request


async def _all(session: AsyncSession, query: Any) -> Sequence[Any]:
    found: Sequence[Any] = (await session.execute(query)).scalars().all()
    return found


async def _list(session: AsyncSession, table: type[Base], member_id: int) -> list[dict[str, Any]]:
    columns = table.__table__.c
    return [
        _plain(row)
        for row in await _all(session, select(table).where(columns.member_id == member_id).order_by(columns.id))
    ]


# Keys and hashes are the machine's, agents are other people.
_NOT_THEIRS = ("key", "keys", "client_key", "request_hash", "agent_id", "owner_id", "closed_by_id", "read_by_id")


def _plain(row: Base, *, but: Iterable[str] = ()) -> dict[str, Any]:
    hidden = {*_NOT_THEIRS, *but}
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name not in hidden
    }
