"""What the store knows of members that bears on risk, read for many at once, and the assessments made of it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, ScalarSelect, Text, and_, cast, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_store import complaints, value
from crm_store.clock import business_zone
from crm_store.complaints import OPEN, Complaint
from crm_store.db import IdColumn, spanning
from crm_store.interactions import Interaction
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order
from crm_store.parcels import UNDER_WAY, Parcel, lateness
from crm_store.policy import Risk, policy
from crm_store.promises import Promise
from crm_store.risk.models import ReasonCode, RiskAssessment
from crm_store.risk.rhythm import Buying, Rhythm
from crm_store.risk.rules import Known
from crm_store.surveys import SCALES, SurveyAnswer, SurveyKind
from crm_store.value import Bought

LEAVING_INTENT = "cancel_membership"
VALENCES_AT_MOST = 20
COMPLAINTS_AT_MOST = 50
TOLD_BEFORE = timedelta(minutes=30)
"""What was said in the conversation so long before a complaint was filed is what it was filed about."""

Found = dict[ReasonCode, dict[str, Any]]


async def gather(
    session: AsyncSession, members: Collection[Member], rules: Risk, rhythm: Rhythm, *, at: datetime
) -> dict[int, Known]:
    """Read everything the scores of these members need, as it stands at `at`; by their ids. However many they are, it
    takes six statements."""
    ids = [member.id for member in members]
    contacts = await _contacts(session, ids, rules, at)
    complained = await _complained(session, ids, at)
    late = await _late_parcels(session, ids, rules, at)
    broken = await _broken_promises(session, ids, rules, at)
    scores = await _scores(session, ids, rules, at)
    bought = await value.purchase_days(session, ids, at=at)
    return {
        member.id: _known(
            member,
            rules,
            rhythm,
            at,
            contacts=contacts[member.id],
            complained=complained[member.id][:COMPLAINTS_AT_MOST],
            late=late[member.id],
            broken=broken[member.id],
            scores=scores[member.id],
            bought=Bought.of(bought[member.id]) if member.id in bought else None,
        )
        for member in members
    }


async def with_events(
    session: AsyncSession, rules: Risk, *, at: datetime, only: Sequence[int] | None = None
) -> set[int]:
    """Members of whom more may be known than their purchases: who spoke to us lately, has something unsettled, gave a
    score, or is leaving. Of the others `known_by_purchases` is all there is. `only`: rising ids of the members to look
    for."""

    def among(column: IdColumn) -> ColumnElement[bool]:
        return spanning(column, only) if only is not None else column.is_not(None)

    told: CompoundSelect[int | None] = union(
        select(Interaction.member_id).where(among(Interaction.member_id), _lately(rules, at)),
        select(Complaint.member_id).where(among(Complaint.member_id), Complaint.status.in_(OPEN)),
        select(Order.member_id)
        .join(Parcel, Parcel.order_id == Order.id)
        .where(among(Order.member_id), _late(rules, at)),
        select(Promise.member_id).where(among(Promise.member_id), _not_kept(rules, at)),
        select(SurveyAnswer.member_id).where(among(SurveyAnswer.member_id), _scored_lately(rules, at)),
        select(Member.id).where(among(Member.id), Member.status == MemberStatus.LEAVING),
    )
    return {member_id for member_id in await session.scalars(told) if member_id is not None}


def known_by_purchases(bought: Bought, rules: Risk, rhythm: Rhythm, *, at: datetime) -> Known:
    """What is known of a member of whom nothing is told but what they bought."""
    details: Found = {}
    stopped, overdue, lost = _silence(bought, rules, rhythm, at, details)
    return Known(stopped=stopped, overdue=overdue, lost=lost, details=details)


def _known(
    member: Member,
    rules: Risk,
    rhythm: Rhythm,
    at: datetime,
    *,
    contacts: Sequence[Interaction],
    complained: Sequence[Complaint],
    late: Sequence[Parcel],
    broken: Sequence[Promise],
    scores: Sequence[SurveyAnswer],
    bought: Bought | None,
) -> Known:
    details: Found = {}
    open_ones = [complaint for complaint in complained if complaint.is_open]
    breached = [complaint for complaint in open_ones if complaints.breached(complaint, at=at)]
    for code, found in ((ReasonCode.COMPLAINT_OPEN, open_ones), (ReasonCode.COMPLAINT_BREACHED, breached)):
        if found:
            details[code] = {"about": found[0].number, "number": found[0].number, "category": found[0].category}
    # A complaint is one event: what was said about it is no mood of its own, and the reply it is owed no other promise.
    of_complaints = [each for each in contacts if any(_belongs(each, complaint) for complaint in complained)]
    others = [each for each in contacts if each not in of_complaints]
    of_open = [each for each in of_complaints if any(_belongs(each, complaint) for complaint in open_ones)]
    stopped, overdue, lost = _silence(bought, rules, rhythm, at, details)
    return Known(
        valences=[valence for each in others[-VALENCES_AT_MOST:] if (valence := each.valence) is not None],
        anger=_anger(others, rules, at, details),
        open_complaints=len(open_ones),
        breached_complaints=len(breached),
        complaint_anger=_anger(of_open, rules, at, {}),
        broken_promises=_broken(broken, {complaint.number for complaint in open_ones}, details),
        badness=_badness(scores, details),
        leaving=_leaving(member, contacts, rules, at, details),
        late_parcel_hours=_late_hours(late, at, details),
        stopped=stopped,
        overdue=overdue,
        lost=lost,
        details=details,
    )


def _grouped[Row](rows: Iterable[tuple[int | None, Row]]) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for member_id, row in rows:
        if member_id is not None:
            found[member_id].append(row)
    return found


def _lately(rules: Risk, at: datetime) -> ColumnElement[bool]:
    back = max(rules.look_back.sentiment, rules.look_back.anger, rules.look_back.leaving)
    return and_(Interaction.at > at - back, Interaction.at <= at)


async def _contacts(
    session: AsyncSession, ids: Collection[int], rules: Risk, at: datetime
) -> defaultdict[int, list[Interaction]]:
    query = select(Interaction).where(Interaction.member_id.in_(ids), _lately(rules, at))
    query = query.order_by(Interaction.at, Interaction.id)
    return _grouped((each.member_id, each) for each in await session.scalars(query))


async def _complained(session: AsyncSession, ids: Collection[int], at: datetime) -> defaultdict[int, list[Complaint]]:
    query = select(Complaint).where(Complaint.member_id.in_(ids), Complaint.filed_at <= at)
    query = query.order_by(Complaint.filed_at.desc(), Complaint.id.desc())
    return _grouped((each.member_id, each) for each in await session.scalars(query))


def _silence(
    bought: Bought | None, rules: Risk, rhythm: Rhythm, at: datetime, details: Found
) -> tuple[float | None, float, bool]:
    """The chance of having stopped, how much of the own pause has passed, and whether the member is lost."""
    if bought is None:
        return None, 0.0, False
    buying = Buying(
        purchases=bought.purchases,
        silence_days=float(at.astimezone(business_zone()).toordinal() - bought.last_day),
        span_days=float(bought.last_day - bought.first_day),
        order_minor=bought.spent_minor / bought.purchases,
    )
    pause = buying.pause_days(rhythm.pause_days)
    silence = timedelta(days=buying.silence_days)
    details[ReasonCode.BUYING_LESS] = {
        # The cause is this silence, which ends with the next order.
        "about": date.fromordinal(bought.last_day).isoformat(),
        "days": round(buying.silence_days),
        "pause": round(pause),
        "repeat_purchases": buying.purchases - 1,
    }
    lost = silence >= max(rules.lost_after, rules.lost_pauses * timedelta(days=pause))
    return rhythm.stopped(buying), buying.silence_days / pause, lost


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


async def _late_parcels(
    session: AsyncSession, ids: Collection[int], rules: Risk, at: datetime
) -> defaultdict[int, list[Parcel]]:
    query = select(Order.member_id, Parcel).join(Order, Parcel.order_id == Order.id)
    query = query.where(Order.member_id.in_(ids), _late(rules, at))
    return _grouped((member_id, parcel) for member_id, parcel in await session.execute(query))


def _late(rules: Risk, at: datetime) -> ColumnElement[bool]:
    still = Parcel.status.in_(UNDER_WAY) | (Parcel.delivered_at > at - rules.look_back.parcels)
    return and_(Parcel.promised_at < at, still)


def _late_hours(parcels: Sequence[Parcel], at: datetime, details: Found) -> float:
    hours = 0.0
    for parcel in parcels:
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
    session: AsyncSession, ids: Collection[int], rules: Risk, at: datetime
) -> defaultdict[int, list[Promise]]:
    query = select(Promise).where(Promise.member_id.in_(ids), _not_kept(rules, at))
    query = query.order_by(Promise.due_at.desc(), Promise.id.desc())
    return _grouped((each.member_id, each) for each in await session.scalars(query))


def _not_kept(rules: Risk, at: datetime) -> ColumnElement[bool]:
    """A promise whose time has passed is broken whether or not the job has come by yet."""
    return and_(
        Promise.cancelled_at.is_(None),
        Promise.due_at > at - rules.look_back.promises,
        Promise.due_at < at,
        Promise.broken_at.is_not(None) | Promise.kept_at.is_(None),
    )


def _broken(promises: Sequence[Promise], complaint_numbers: Collection[str], details: Found) -> int:
    """How many; the reply that an open complaint is owed is counted with it."""
    broken = [each for each in promises if each.reference is None or each.reference not in complaint_numbers]
    if broken:
        details[ReasonCode.PROMISE_BROKEN] = {
            "about": broken[0].id,
            "promise_kind": broken[0].kind,
            "due_at": broken[0].due_at,
        }
    return len(broken)


async def _scores(
    session: AsyncSession, ids: Collection[int], rules: Risk, at: datetime
) -> defaultdict[int, list[SurveyAnswer]]:
    query = select(SurveyAnswer).where(SurveyAnswer.member_id.in_(ids), _scored_lately(rules, at))
    query = query.order_by(SurveyAnswer.at, SurveyAnswer.id)
    return _grouped((each.member_id, each) for each in await session.scalars(query))


def _scored_lately(rules: Risk, at: datetime) -> ColumnElement[bool]:
    return and_(SurveyAnswer.at > at - rules.look_back.scores, SurveyAnswer.at <= at)


def _badness(scores: Sequence[SurveyAnswer], details: Found) -> float:
    last = {answer.kind: answer for answer in scores}
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


class Before(NamedTuple):
    """What the newest assessment of a member says; see `RiskAssessment`. `told`: its reasons, as JSON: to read those of
    everybody takes longer than to see that they are still the same. `is_newer`: than the moment of the sweep."""

    score: float
    level: str
    stopped: float | None
    told: str
    is_newer: bool

    @property
    def causes(self) -> set[str | None]:
        return {reason.get("cause") for reason in json.loads(self.told)}

    def tells_only(self, cause: str | None) -> bool:
        """Whether this is the one cause for certain, or there is none; False too where only reading would tell."""
        if cause is None:
            return self.told == "[]"
        return self.told.count('"cause"') == 1 and f'"{cause}"' in self.told


async def latest_of(session: AsyncSession, ids: Sequence[int], *, at: datetime) -> dict[int, Before]:
    """What the newest assessment of each of the members says, by rising ids; who has none is not among them, who lies
    between the members may be."""
    of = RiskAssessment
    query = (
        select(Member.id, of.score, of.level, of.stopped, cast(of.reasons, Text), of.at > at)
        .join(RiskAssessment, RiskAssessment.id == _newest())
        .where(spanning(Member.id, ids))
    )
    # Over the connection: of plain columns the session makes the same rows, more slowly.
    rows = await (await session.connection()).execute(query)
    return {
        member_id: Before(score, level, stopped, told, is_newer)
        for member_id, score, level, stopped, told, is_newer in rows.all()
    }


async def newest_of(session: AsyncSession, ids: Collection[int]) -> Sequence[RiskAssessment]:
    """The newest assessment of each of the members who have one."""
    query = select(RiskAssessment).join(Member, RiskAssessment.id == _newest()).where(Member.id.in_(ids))
    return (await session.scalars(query)).all()


def _newest() -> ScalarSelect[int]:
    """The id of the newest assessment of the `Member` of the statement it stands in."""
    of_member = aliased(RiskAssessment)
    return (
        select(of_member.id)
        .where(of_member.member_id == Member.id)
        .order_by(of_member.at.desc(), of_member.id.desc())
        .limit(1)
        .correlate(Member)
        .scalar_subquery()
    )
