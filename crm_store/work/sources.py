"""Where each kind of work stands in the store: its table and what of it makes the one row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.callbacks import Callback, CallbackStatus
from crm_store.compensation import Compensation, CompensationStatus
from crm_store.complaints import OPEN, Complaint, ComplaintCategory, Severity
from crm_store.conversations import Conversation
from crm_store.db import Base, UTCDateTime
from crm_store.feedback import Feedback, FeedbackStatus
from crm_store.followups import Approach, FollowUp, FollowUpStatus
from crm_store.messages import Audience, Direction, Message, MessageStatus
from crm_store.privacy import PrivacyRequest, PrivacyStatus
from crm_store.promises import Promise, PromiseKind, PromiseStatus
from crm_store.returns import ReturnRequest, ReturnStatus
from crm_store.returns.models import RUNNING
from crm_store.winback import WinBackCase, WinBackState
from crm_store.work.models import Kind

COVERED = (PromiseKind.COMPLAINT_REPLY, PromiseKind.CALLBACK, PromiseKind.PRIVACY, PromiseKind.ORDER_CHANGE)
"""Promises that come with a case of their own; in a list of everything the case alone stands for both."""

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]

_NEVER: ColumnElement[Any] = cast(null(), UTCDateTime)
_NOBODY: ColumnElement[Any] = cast(null(), Compensation.id.type)
_NO_CONVERSATION: ColumnElement[Any] = cast(null(), Conversation.id.type)


@dataclass(frozen=True, kw_only=True)
class Source:
    """`table` and expressions over it, named as in `Row`; `is_open`: somebody still has something to do;
    `is_own`: in a list of all kinds it stands for itself."""

    table: type[Base]
    number: Expression
    what: Expression
    about: Expression
    state: Expression
    member_id: Expression
    conversation_id: Expression
    owner_id: Expression
    due_at: Expression
    began_at: Expression
    urgency: Expression
    is_open: ColumnElement[bool]
    is_own: ColumnElement[bool] = field(default_factory=lambda: literal(True))
    listed: ColumnElement[bool] = field(default_factory=lambda: literal(True))


def _number(table: Any) -> ColumnElement[Any]:
    return cast(table.id, String)


def _of_conversation(column: Any) -> ColumnElement[Any]:
    wanted = select(column).where(Conversation.id == Message.conversation_id)
    return wanted.correlate(Message).scalar_subquery()


def _of_complaint(column: Any) -> ColumnElement[Any]:
    wanted = select(column).where(Complaint.id == Compensation.complaint_id)
    return wanted.correlate(Compensation).scalar_subquery()


_promise_state = case(
    (Promise.cancelled_at.is_not(None), PromiseStatus.CANCELLED),
    (Promise.broken_at.is_not(None), PromiseStatus.BROKEN),
    (Promise.kept_at.is_not(None), PromiseStatus.KEPT),
    else_=PromiseStatus.OPEN,
)
_severity = case({severity.value: rank for rank, severity in enumerate(Severity, start=1)}, value=Complaint.severity)
_shops_turn = ReturnRequest.status.in_((ReturnStatus.REQUESTED, ReturnStatus.RECEIVED, ReturnStatus.REPAIRED))

_COMPLAINTS = Source(
    table=Complaint,
    number=Complaint.number,
    what=Complaint.category,
    about=Complaint.description,
    state=Complaint.status,
    member_id=Complaint.member_id,
    conversation_id=Complaint.conversation_id,
    owner_id=Complaint.owner_id,
    # Once a person has replied, no time is promised until it is settled.
    due_at=case((Complaint.replied_at.is_(None), Complaint.due_at)),
    began_at=Complaint.filed_at,
    urgency=_severity + case((Complaint.escalated_at.is_not(None), 1), else_=0),
    is_open=Complaint.status.in_(OPEN),
)
_PROMISES = Source(
    table=Promise,
    number=_number(Promise),
    what=Promise.kind,
    about=Promise.text,
    state=_promise_state,
    member_id=Promise.member_id,
    conversation_id=Promise.conversation_id,
    owner_id=Promise.owner_id,
    due_at=Promise.due_at,
    began_at=Promise.made_at,
    urgency=literal(2),
    is_open=and_(Promise.kept_at.is_(None), Promise.cancelled_at.is_(None)),
    is_own=Promise.kind.not_in(COVERED),
)

SOURCES: Mapping[Kind, Source] = {
    Kind.COMPLAINTS: _COMPLAINTS,
    Kind.POINTS: replace(
        _COMPLAINTS, listed=Complaint.category == ComplaintCategory.POINTS, is_own=literal(False)
    ),
    Kind.PROMISES: _PROMISES,
    Kind.ORDER_CHANGES: replace(
        _PROMISES, listed=Promise.kind == PromiseKind.ORDER_CHANGE, is_own=literal(True)
    ),
    Kind.FOLLOW_UPS: Source(
        table=FollowUp,
        number=_number(FollowUp),
        what=literal("follow_up"),
        about=FollowUp.suggested_approach,
        state=func.coalesce(FollowUp.outcome, FollowUp.status),
        member_id=FollowUp.member_id,
        conversation_id=cast(null(), String),
        owner_id=FollowUp.owner_id,
        due_at=FollowUp.due_at,
        began_at=FollowUp.opened_at,
        urgency=case((FollowUp.suggested_approach == Approach.ASK_WHY_LEAVING, 3), else_=2),
        is_open=FollowUp.status == FollowUpStatus.OPEN,
        # Whoever is left alone for the comparison is nobody's work.
        listed=FollowUp.status != FollowUpStatus.HELD,
    ),
    Kind.CALLBACKS: Source(
        table=Callback,
        number=_number(Callback),
        what=literal("callback"),
        about=Callback.topic,
        state=Callback.status,
        member_id=Callback.member_id,
        conversation_id=Callback.conversation_id,
        owner_id=Callback.agent_id,
        due_at=case((Callback.status == CallbackStatus.REQUESTED, Callback.window_end)),
        began_at=Callback.requested_at,
        urgency=literal(2),
        is_open=Callback.status.in_((CallbackStatus.REQUESTED, CallbackStatus.NOT_REACHED)),
    ),
    Kind.RETURNS: Source(
        table=ReturnRequest,
        number=ReturnRequest.number,
        what=ReturnRequest.kind,
        about=ReturnRequest.reason,
        state=ReturnRequest.status,
        member_id=ReturnRequest.member_id,
        conversation_id=ReturnRequest.conversation_id,
        owner_id=ReturnRequest.owner_id,
        # While the goods are on their way, the next step is the member's or the carrier's.
        due_at=case((_shops_turn, ReturnRequest.step_due_at)),
        began_at=ReturnRequest.requested_at,
        urgency=literal(1),
        is_open=ReturnRequest.status.in_(RUNNING),
    ),
    Kind.PRIVACY: Source(
        table=PrivacyRequest,
        number=_number(PrivacyRequest),
        what=PrivacyRequest.kind,
        about=literal(""),
        state=PrivacyRequest.status,
        member_id=PrivacyRequest.member_id,
        conversation_id=PrivacyRequest.conversation_id,
        owner_id=PrivacyRequest.owner_id,
        due_at=PrivacyRequest.due_at,
        began_at=PrivacyRequest.requested_at,
        urgency=literal(1),
        is_open=PrivacyRequest.status == PrivacyStatus.OPEN,
    ),
    Kind.FEEDBACK: Source(
        table=Feedback,
        number=_number(Feedback),
        what=Feedback.kind,
        about=Feedback.text,
        state=Feedback.status,
        member_id=Feedback.member_id,
        conversation_id=Feedback.conversation_id,
        owner_id=Feedback.read_by_id,
        due_at=_NEVER,
        began_at=Feedback.at,
        urgency=literal(1),
        is_open=Feedback.status == FeedbackStatus.NEW,
    ),
    Kind.DELIVERIES: Source(
        table=Message,
        number=_number(Message),
        what=Message.channel,
        about=func.coalesce(Message.text, ""),
        state=case((Message.given_up_at.is_not(None), "given_up"), else_=Message.status),
        member_id=_of_conversation(Conversation.member_id),
        conversation_id=Message.conversation_id,
        owner_id=Message.agent_id,
        due_at=_NEVER,
        began_at=Message.created_at,
        urgency=literal(2),
        is_open=Message.given_up_at.is_(None),
        listed=and_(
            Message.status == MessageStatus.FAILED,
            Message.direction == Direction.OUT,
            Message.audience == Audience.MEMBER,
        ),
    ),
    Kind.APPROVALS: Source(
        table=Compensation,
        number=_number(Compensation),
        what=Compensation.kind,
        about=Compensation.reason,
        state=Compensation.status,
        member_id=Compensation.member_id,
        conversation_id=_of_complaint(Complaint.conversation_id),
        owner_id=_NOBODY,
        due_at=_NEVER,
        began_at=Compensation.asked_at,
        urgency=literal(3),
        is_open=Compensation.status == CompensationStatus.WAITING,
        # What an agent gave within their own limit was never asked for.
        listed=or_(
            Compensation.status == CompensationStatus.WAITING, Compensation.decided_by_id != Compensation.asked_by_id
        ),
    ),
    Kind.WIN_BACK: Source(
        table=WinBackCase,
        number=_number(WinBackCase),
        what=WinBackCase.way,
        about=func.coalesce(WinBackCase.cause, WinBackCase.way),
        state=WinBackCase.state,
        member_id=WinBackCase.member_id,
        conversation_id=_NO_CONVERSATION,
        owner_id=WinBackCase.owner_id,
        # After the first act it is the member's turn.
        due_at=case((WinBackCase.acted_at.is_(None), WinBackCase.due_at)),
        began_at=WinBackCase.opened_at,
        urgency=literal(1),
        is_open=WinBackCase.state == WinBackState.OPEN,
        listed=WinBackCase.state != WinBackState.HELD,
    ),
}  # fmt: skip
