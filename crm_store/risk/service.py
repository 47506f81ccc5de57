"""Assessing a member: writing the score down and asking a person to follow up when it is high."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import followups, locks, service_hours
from crm_store.clock import now, today
from crm_store.errors import NotFound
from crm_store.followups import Approach, Arm, FollowUp, FollowUpStatus
from crm_store.labels import label
from crm_store.language import Language, format_date, format_span
from crm_store.members import Member, MemberStatus
from crm_store.policy import Risk, policy
from crm_store.risk import shop_rhythm
from crm_store.risk.capacity import room
from crm_store.risk.holding_back import arm_of
from crm_store.risk.models import ReasonCode, RiskAssessment, RiskLevel
from crm_store.risk.queries import gather, latest
from crm_store.risk.rules import Reason, Scored, score

APPROACHES: Mapping[ReasonCode, Approach] = {
    ReasonCode.SENTIMENT_LOW: Approach.ASK_WHAT_WENT_WRONG,
    ReasonCode.SENTIMENT_FALLING: Approach.ASK_WHAT_WENT_WRONG,
    ReasonCode.ANGER: Approach.CALM_AND_LISTEN,
    ReasonCode.COMPLAINT_OPEN: Approach.APOLOGISE_AND_SOLVE,
    ReasonCode.COMPLAINT_BREACHED: Approach.APOLOGISE_AND_SOLVE,
    ReasonCode.PROMISE_BROKEN: Approach.KEEP_THE_PROMISE,
    ReasonCode.SCORE_LOW: Approach.ASK_WHAT_WENT_WRONG,
    ReasonCode.LEAVING: Approach.ASK_WHY_LEAVING,
    ReasonCode.PARCEL_LATE: Approach.CHASE_THE_PARCEL,
    ReasonCode.BUYING_LESS: Approach.INVITE_BACK,
}


async def assess(
    session: AsyncSession, member_id: int, *, at: datetime | None = None, rules: Risk | None = None
) -> RiskAssessment:
    """Score the member as things stand at `at`, write the assessment, and open a follow-up when it is called for.

    `rules`: other ones than the policy's. While a follow-up is open it is refreshed instead, and after its end the
    things it was about open no other for the time of `rest`. Raises NotFound.
    """
    at, rules = at or now(), rules or policy().risk
    await locks.hold(session, f"risk:{member_id}")
    member, scored = await _scored(session, member_id, rules, at=at)
    follow_up = await _follow_up(session, member, scored, rules, at=at)
    assessment = RiskAssessment(**assessed(member_id, scored, at=at))
    assessment.follow_up_id = _shown(follow_up)
    session.add(assessment)
    await session.flush()
    return assessment


async def follow(session: AsyncSession, member_id: int, *, at: datetime) -> FollowUp | None:
    """Open the follow-up that the member's risk calls for, and note it with the newest assessment; what was opened, or
    held back. Raises NotFound."""
    await locks.hold(session, f"risk:{member_id}")
    member, scored = await _scored(session, member_id, policy().risk, at=at)
    follow_up = await _follow_up(session, member, scored, policy().risk, at=at)
    newest = await latest(session, member_id)
    if newest is not None:
        newest.follow_up_id = _shown(follow_up) or newest.follow_up_id
    await session.flush()
    return follow_up


def assessed(member_id: int, scored: Scored, *, at: datetime) -> dict[str, Any]:
    """The row of `RiskAssessment` to be written for a score."""
    return {
        "member_id": member_id,
        "score": round(scored.score, 4),
        "level": scored.level,
        "stopped": round(scored.stopped, 4) if scored.stopped is not None else None,
        "reasons": [reason.as_json() for reason in scored.reasons],
        "at": at,
    }


async def _scored(session: AsyncSession, member_id: int, rules: Risk, *, at: datetime) -> tuple[Member, Scored]:
    member = await session.get(Member, member_id)
    if member is None:
        raise NotFound("member", member_id)
    rhythm = await shop_rhythm.in_force(session)
    return member, score((await gather(session, [member], rules, rhythm, at=at))[member.id], rules)


def _shown(follow_up: FollowUp | None) -> int | None:
    return follow_up.id if follow_up is not None and follow_up.status != FollowUpStatus.HELD else None


def sentence(reason: Mapping[str, Any], language: Language) -> str:
    """A reason of an assessment or a follow-up as a sentence for staff."""
    facts: dict[str, Any] = dict(reason.get("facts", {}))
    code = str(reason["code"])
    if code == ReasonCode.BUYING_LESS and "about" in facts:
        # The silence has grown since it was written down.
        facts["days"] = (today() - date.fromisoformat(facts["about"])).days
        if facts["repeat_purchases"] and "pause" in facts:
            return label("risk_silence", "own_rhythm", language, **facts)
    elif code == ReasonCode.PARCEL_LATE:
        facts["span"] = format_span(timedelta(hours=max(1, facts["hours"])), language)
    elif code == ReasonCode.PROMISE_BROKEN:
        facts["what"] = label("promise_kind", facts["promise_kind"], language)
        facts["day"] = format_date(datetime.fromisoformat(facts["due_at"]), language)
    elif code == ReasonCode.SCORE_LOW:
        facts["survey"] = label("survey_kind", facts["survey_kind"], language)
    elif code in (ReasonCode.COMPLAINT_OPEN, ReasonCode.COMPLAINT_BREACHED):
        facts["what"] = label("complaint_category", facts["category"], language)
    return label("risk_reason", code, language, **facts)


async def _follow_up(
    session: AsyncSession, member: Member, scored: Scored, rules: Risk, *, at: datetime
) -> FollowUp | None:
    reasons = [reason.as_json() for reason in scored.reasons]
    earlier = (await followups.of_members(session, [member.id]))[member.id]
    running = [each for each in earlier if each.status == FollowUpStatus.OPEN]
    if running:
        return await followups.refresh(session, running[0], reasons=reasons, score=round(scored.score, 4))
    cause = fresh_cause(member, scored, earlier, rules, at=at)
    if cause is None:
        return None
    arm = arm_of(member.id, cause, scored.reasons, rules)
    if cause.code == ReasonCode.BUYING_LESS and arm != Arm.CONTROL and not await room(session, rules, at=at):
        return None
    return await followups.open(
        session,
        member_id=member.id,
        cause=cause.cause,
        reasons=reasons,
        score=round(scored.score, 4),
        suggested_approach=_approach(scored.reasons, cause),
        due_at=_due_at(scored.reasons, rules, at),
        arm=arm,
        at=at,
    )


def fresh_cause(
    member: Member, scored: Scored, earlier: Sequence[FollowUp], rules: Risk, *, at: datetime
) -> Reason | None:
    """What a new follow-up would be about: an event before silence, and nothing that a person was asked about lately.
    A silence is asked about once, however long it lasts. `earlier`: the member's follow-ups."""
    gone = member.status in (MemberStatus.LEFT, MemberStatus.ERASED) or scored.level == RiskLevel.LOST
    if gone or scored.score < rules.follow_up_at:
        return None
    rested = at - rules.rest
    handled = {
        reason.get("cause")
        for each in earlier
        if each.outcome_at is not None and each.outcome_at > rested
        for reason in [*each.reasons, {"cause": each.cause}]
    } | {each.cause for each in earlier if each.cause.startswith(f"{ReasonCode.BUYING_LESS}:")}
    fresh = [
        reason for reason in scored.reasons if reason.weight >= rules.cause_at_least and reason.cause not in handled
    ]
    return min(fresh, key=lambda reason: (reason.code == ReasonCode.BUYING_LESS, -reason.weight), default=None)


def _due_at(reasons: Sequence[Reason], rules: Risk, at: datetime) -> datetime:
    """Who said that they leave is called at once."""
    if any(reason.code == ReasonCode.LEAVING for reason in reasons):
        return at
    within = rules.follow_up_soon if _is_urgent(reasons) else rules.follow_up_usual
    return service_hours.after(at, service_hours.length(within))


def _approach(reasons: Sequence[Reason], cause: Reason) -> Approach:
    """Who said that they leave is asked why, whatever else there is; who is furious is listened to first."""
    codes = {reason.code for reason in reasons}
    if ReasonCode.LEAVING not in codes and cause.facts.get("anger", 0.0) >= policy().anger.hand_over:
        return Approach.CALM_AND_LISTEN
    return APPROACHES[ReasonCode.LEAVING if ReasonCode.LEAVING in codes else cause.code]


def _is_urgent(reasons: Sequence[Reason]) -> bool:
    upset = policy().anger.upset
    return any(reason.code == ReasonCode.ANGER or reason.facts.get("anger", 0.0) >= upset for reason in reasons)
