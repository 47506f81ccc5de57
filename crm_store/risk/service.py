"""Assessing a member: writing the score down and asking a person to follow up when it is high."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import followups, locks, service_hours
from crm_store.clock import now
from crm_store.errors import NotFound
from crm_store.followups import Approach, FollowUp, FollowUpStatus
from crm_store.labels import label
from crm_store.language import Language, format_date, format_span
from crm_store.members import Member, MemberStatus
from crm_store.policy import Risk, policy
from crm_store.risk.models import ReasonCode, RiskAssessment
from crm_store.risk.queries import gather
from crm_store.risk.rules import Reason, Scored, score

_SOON = frozenset({ReasonCode.ANGER, ReasonCode.LEAVING})

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
    member = await session.get(Member, member_id)
    if member is None:
        raise NotFound("member", member_id)
    scored = score(await gather(session, member, rules, at=at), rules)
    follow_up = await _follow_up(session, member, scored, rules, at=at)
    assessment = RiskAssessment(
        member_id=member_id,
        score=round(scored.score, 4),
        level=scored.level,
        reasons=[reason.as_json() for reason in scored.reasons],
        follow_up_id=follow_up.id if follow_up is not None else None,
        at=at,
    )
    session.add(assessment)
    await session.flush()
    return assessment


def sentence(reason: Mapping[str, Any], language: Language) -> str:
    """A reason of an assessment or a follow-up as a sentence for staff."""
    facts: dict[str, Any] = dict(reason.get("facts", {}))
    code = str(reason["code"])
    if code == ReasonCode.PARCEL_LATE:
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
    earlier = await followups.for_member(session, member.id)
    running = [each for each in earlier if each.status == FollowUpStatus.OPEN]
    if running:
        return await followups.refresh(session, running[0], reasons=reasons, score=round(scored.score, 4))
    if scored.score < rules.follow_up_at or member.status in (MemberStatus.LEFT, MemberStatus.ERASED):
        return None
    rested = at - rules.rest
    handled = {
        reason.get("cause")
        for each in earlier
        if each.outcome_at is not None and each.outcome_at > rested
        for reason in [*each.reasons, {"cause": each.cause}]
    }
    fresh = [
        reason for reason in scored.reasons if reason.weight >= rules.cause_at_least and reason.cause not in handled
    ]
    if not fresh:
        return None
    within = rules.follow_up_soon if _is_urgent(scored.reasons) else rules.follow_up_usual
    return await followups.open(
        session,
        member_id=member.id,
        cause=fresh[0].cause,
        reasons=reasons,
        score=round(scored.score, 4),
        suggested_approach=_approach(scored.reasons, fresh[0]),
        due_at=service_hours.after(at, service_hours.length(within)),
        at=at,
    )


def _approach(reasons: Sequence[Reason], cause: Reason) -> Approach:
    """Who said that they leave is asked why, whatever else there is; who is furious is listened to first."""
    codes = {reason.code for reason in reasons}
    if ReasonCode.LEAVING not in codes and cause.facts.get("anger", 0.0) >= policy().anger.hand_over:
        return Approach.CALM_AND_LISTEN
    return APPROACHES[ReasonCode.LEAVING if ReasonCode.LEAVING in codes else cause.code]


def _is_urgent(reasons: Sequence[Reason]) -> bool:
    upset = policy().anger.upset
    return any(reason.code in _SOON or reason.facts.get("anger", 0.0) >= upset for reason in reasons)
