"""What the store knows of a member that bears on risk, and the assessments that were made of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, value
from crm_store.complaints import Complaint
from crm_store.interactions import Interaction
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order
from crm_store.parcels import UNDER_WAY, Parcel, lateness
from crm_store.policy import Risk, policy
from crm_store.promises import Promise
from crm_store.risk.models import ReasonCode, RiskAssessment
from crm_store.risk.rules import Known
from crm_store.surveys import SCALES, SurveyAnswer, SurveyKind

LEAVING_INTENT = "cancel_membership"
VALENCES_AT_MOST = 20
COMPLAINTS_AT_MOST = 50
TOLD_BEFORE = timedelta(minutes=30)
"""What was said in the conversation so long before a complaint was filed is what it was filed about."""

Found = dict[ReasonCode, dict[str, Any]]


async def gather(session: AsyncSession, member: Member, rules: Risk, *, at: datetime) -> Known:
    """Read everything the score needs, as it stands at `at`."""
    details: Found = {}
    contacts = await _contacts(session, member.id, rules, at)
    complained = await complaints.for_member(session, member.id, limit=COMPLAINTS_AT_MOST)
    open_ones = [complaint for complaint in complained if complaint.is_open]
    breached = [complaint for complaint in open_ones if complaints.breached(complaint, at=at)]
    for code, found in ((ReasonCode.COMPLAINT_OPEN, open_ones), (ReasonCode.COMPLAINT_BREACHED, breached)):
        if found:
            details[code] = {"about": found[0].number, "number": found[0].number, "category": found[0].category}
    # A complaint is one event: what was said about it is no mood of its own, and the reply it is owed no other promise.
    of_complaints = [each for each in contacts if any(_belongs(each, complaint) for complaint in complained)]
    others = [each for each in contacts if each not in of_complaints]
    of_open = [each for each in of_complaints if any(_belongs(each, complaint) for complaint in open_ones)]
    late_hours = await _late_hours(session, member.id, rules, at, details)
    bought = await value.buying(session, member.id, at=at)
    if bought is not None:
        # Days are told by `days`; the cause is this silence, which ends with the next order.
        details[ReasonCode.BUYING_LESS] = {"about": bought.last_order_at.date().isoformat()}
    return Known(
        valences=[valence for each in others[-VALENCES_AT_MOST:] if (valence := each.valence) is not None],
        anger=_anger(others, rules, at, details),
        open_complaints=len(open_ones),
        breached_complaints=len(breached),
        complaint_anger=_anger(of_open, rules, at, {}),
        broken_promises=await _broken_promises(session, member.id, rules, at, details, but=open_ones),
        badness=await _badness(session, member.id, rules, at, details),
        leaving=_leaving(member, contacts, rules, at, details),
        late_parcel_hours=late_hours,
        days_since_purchase=(at - bought.last_order_at) / timedelta(days=1) if bought else None,
        repeat_purchases=bought.repeat_purchases if bought else 0,
        details=details,
    )


async def _contacts(session: AsyncSession, member_id: int, rules: Risk, at: datetime) -> Sequence[Interaction]:
    back = max(rules.look_back.sentiment, rules.look_back.anger, rules.look_back.leaving)
    query = (
        select(Interaction)
        .where(Interaction.member_id == member_id, Interaction.at > at - back, Interaction.at <= at)
        .order_by(Interaction.at, Interaction.id)
    )
    return (await session.execute(query)).scalars().all()


def _belongs(contact: Interaction, complaint: Complaint) -> bool:
    """Whether a contact is part of a complaint: in its conversation, from shortly before it was filed to its end."""
    if complaint.conversation_id is None or contact.conversation_id != complaint.conversation_id:
        return False
    ended_at = None if complaint.is_open else complaint.closed_at or complaint.resolved_at
    return complaint.filed_at - TOLD_BEFORE <= contact.at and (ended_at is None or contact.at <= ended_at)


def _anger(contacts: Sequence[Interaction], rules: Risk, at: datetime, details: Found) -> list[tuple[float, float]]:
    counts = policy().anger.counts_for_risk
    recent = [each for each in contacts if (each.anger or 0.0) >= counts and each.at > at - rules.look_back.anger]
    if recent:
        angriest = max(recent, key=lambda each: (each.anger or 0.0, each.at))
        details[ReasonCode.ANGER] = {"about": angriest.id, "at": angriest.at}
    return [(each.anger or 0.0, (at - each.at) / timedelta(days=1)) for each in recent]


async def _late_hours(session: AsyncSession, member_id: int, rules: Risk, at: datetime, details: Found) -> float:
    query = (
        select(Parcel)
        .join(Order)
        .where(
            Order.member_id == member_id,
            Parcel.promised_at < at,
            Parcel.status.in_(UNDER_WAY) | (Parcel.delivered_at > at - rules.look_back.parcels),
        )
    )
    hours = 0.0
    for parcel in (await session.execute(query)).scalars().all():
        late = (lateness(parcel, at) or timedelta(0)) / timedelta(hours=1)
        if late > hours:
            hours = late
            details[ReasonCode.PARCEL_LATE] = {
                "about": parcel.number,
                "number": parcel.number,
                "delivered": parcel.delivered_at is not None,
            }
    return hours


async def _broken_promises(
    session: AsyncSession, member_id: int, rules: Risk, at: datetime, details: Found, *, but: Sequence[Complaint]
) -> int:
    """`but`: the reply these complaints are owed is counted with them."""
    # A promise whose time has passed is broken whether or not the sweep has come by yet.
    query = (
        select(Promise)
        .where(
            Promise.member_id == member_id,
            Promise.cancelled_at.is_(None),
            Promise.due_at > at - rules.look_back.promises,
            Promise.due_at < at,
            Promise.broken_at.is_not(None) | Promise.kept_at.is_(None),
            Promise.reference.is_(None) | Promise.reference.not_in([complaint.number for complaint in but]),
        )
        .order_by(Promise.due_at.desc(), Promise.id.desc())
    )
    broken = (await session.execute(query)).scalars().all()
    if broken:
        details[ReasonCode.PROMISE_BROKEN] = {
            "about": broken[0].id,
            "promise_kind": broken[0].kind,
            "due_at": broken[0].due_at,
        }
    return len(broken)


async def _badness(session: AsyncSession, member_id: int, rules: Risk, at: datetime, details: Found) -> float:
    query = (
        select(SurveyAnswer)
        .where(
            SurveyAnswer.member_id == member_id,
            SurveyAnswer.at > at - rules.look_back.scores,
            SurveyAnswer.at <= at,
        )
        .order_by(SurveyAnswer.at, SurveyAnswer.id)
    )
    last = {answer.kind: answer for answer in (await session.execute(query)).scalars().all()}
    if not last:
        return 0.0
    worst = max(last.values(), key=lambda answer: SCALES[answer.kind].badness(answer.score))
    details[ReasonCode.SCORE_LOW] = {
        "about": worst.id,
        "survey_kind": SurveyKind(worst.kind).value,
        "score": worst.score,
        "of": SCALES[worst.kind].high,
    }
    return SCALES[worst.kind].badness(worst.score)


def _leaving(member: Member, contacts: Sequence[Interaction], rules: Risk, at: datetime, details: Found) -> bool:
    since = at - rules.look_back.leaving
    said = [each for each in contacts if each.intent == LEAVING_INTENT and each.at > since]
    if said:
        details[ReasonCode.LEAVING] = {"about": said[-1].at.date().isoformat(), "at": said[-1].at}
    return bool(said) or member.status == MemberStatus.LEAVING


async def latest(session: AsyncSession, member_id: int) -> RiskAssessment | None:
    """The newest assessment of the member."""
    found = await history(session, member_id, limit=1)
    return found[0] if found else None


async def history(session: AsyncSession, member_id: int, *, limit: int = 50) -> Sequence[RiskAssessment]:
    """The member's assessments, newest first."""
    query = select(RiskAssessment).where(RiskAssessment.member_id == member_id)
    query = query.order_by(RiskAssessment.at.desc(), RiskAssessment.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()
