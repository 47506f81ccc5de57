"""Assessing a member: writing the score down and asking a person to follow up when it is high."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks
from crm_store.clock import now, today
from crm_store.errors import NotFound
from crm_store.followups import FollowUp, FollowUpStatus
from crm_store.labels import label
from crm_store.language import Language, format_date, format_span
from crm_store.members import Member
from crm_store.policy import Risk, policy
from crm_store.risk import shop_rhythm
from crm_store.risk.following import followed
from crm_store.risk.models import ReasonCode, RiskAssessment
from crm_store.risk.queries import gather, newest_of
from crm_store.risk.rules import Scored, score


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
    follow_up = (await followed(session, [(member, scored)], rules, at=at)).get(member_id)
    assessment = RiskAssessment(**assessed(member_id, scored, at=at))
    assessment.follow_up_id = _shown(follow_up)
    session.add(assessment)
    await session.flush()
    return assessment


async def follow(session: AsyncSession, member_ids: Sequence[int], *, at: datetime) -> list[FollowUp]:
    """Open the follow-ups that the members' risk calls for, those of silence in this order as far as the day has room,
    and note each with the newest assessment; what was opened, or held back."""
    rules = policy().risk
    for member_id in sorted(member_ids):
        await locks.hold(session, f"risk:{member_id}")
    rhythm = await shop_rhythm.in_force(session)
    found = {each.id: each for each in await session.scalars(select(Member).where(Member.id.in_(member_ids)))}
    known = await gather(session, found.values(), rules, rhythm, at=at)
    looked_at = [(found[each], score(known[each], rules)) for each in member_ids if each in found]
    opened = await followed(session, looked_at, rules, at=at, within_room=True)
    for newest in await newest_of(session, list(opened)):
        newest.follow_up_id = _shown(opened[newest.member_id]) or newest.follow_up_id
    await session.flush()
    return list(opened.values())


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
