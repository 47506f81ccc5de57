"""What a person is asked to do about members at risk: about which cause, with which approach, by when."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import followups, service_hours
from crm_store.db import spanning
from crm_store.followups import Approach, Arm, FollowUp, FollowUpStatus, Task
from crm_store.members import Member, MemberStatus
from crm_store.policy import Risk, policy
from crm_store.risk.capacity import room
from crm_store.risk.holding_back import arm_of
from crm_store.risk.models import ReasonCode, RiskLevel
from crm_store.risk.rules import Reason, Scored

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


@dataclass(slots=True)
class Asked:
    """What a person was asked about a member: whether a follow-up is open, and the causes that open no other one."""

    runs: bool = False
    causes: set[str] = field(default_factory=set)


async def asked(
    session: AsyncSession, member_ids: Collection[int], rules: Risk, *, at: datetime
) -> defaultdict[int, Asked]:
    """Of each member, and maybe of others between them: what a person was asked about within the time of `rest`, and
    every silence, however long it lasts."""
    wanted = sorted(member_ids)
    is_recent = FollowUp.outcome_at > at - rules.rest
    query = select(
        FollowUp.member_id, FollowUp.status, FollowUp.cause, is_recent, case((is_recent, FollowUp.reasons))
    ).where(spanning(FollowUp.member_id, wanted))
    found: defaultdict[int, Asked] = defaultdict(Asked)
    if not wanted:
        return found
    # Over the connection: of plain columns the session makes the same rows, more slowly.
    rows = await (await session.connection()).execute(query)
    for member_id, status, cause, recent, reasons in rows.all():
        each = found[member_id]
        each.runs |= status == FollowUpStatus.OPEN
        if recent:
            each.causes |= {cause, *(reason["cause"] for reason in reasons if "cause" in reason)}
        elif cause.startswith(f"{ReasonCode.BUYING_LESS}:"):
            each.causes.add(cause)
    return found


def fresh_cause(scored: Scored, earlier: Asked, rules: Risk) -> Reason | None:
    """What a new follow-up of a member who has not left would be about: an event before silence, and nothing that a
    person was asked about. None too while one is open, and for who is lost."""
    if earlier.runs or scored.level == RiskLevel.LOST or scored.score < rules.follow_up_at:
        return None
    fresh = [
        reason
        for reason in scored.reasons
        if reason.weight >= rules.cause_at_least and reason.cause not in earlier.causes
    ]
    return min(fresh, key=lambda reason: (reason.code == ReasonCode.BUYING_LESS, -reason.weight), default=None)


async def followed(
    session: AsyncSession,
    looked_at: Sequence[tuple[Member, Scored]],
    rules: Risk,
    *,
    at: datetime,
    within_room: bool = False,
) -> dict[int, FollowUp]:
    """The follow-ups that the scores of these members call for, by member: one that is open is brought up to date,
    others are opened, those of silence in this order as far as the day has room. `within_room`: beyond it nobody is
    left alone for the comparison either."""
    found = {each.member_id: each for each in await followups.open_of(session, [member.id for member, _ in looked_at])}
    others: list[tuple[Member, Scored]] = []
    for member, scored in looked_at:
        if member.id in found:
            reasons = _as_json(scored.reasons)
            await followups.refresh(session, found[member.id], reasons=reasons, score=round(scored.score, 4))
        elif scored.score >= rules.follow_up_at and member.status not in (MemberStatus.LEFT, MemberStatus.ERASED):
            others.append((member, scored))
    if not others:
        return found
    earlier = await asked(session, [member.id for member, _ in others], rules, at=at)
    left: int | None = None
    tasks: list[Task] = []
    for member, scored in others:
        cause = fresh_cause(scored, earlier[member.id], rules)
        if cause is None:
            continue
        arm = arm_of(member.id, cause, scored.reasons, rules)
        if cause.code == ReasonCode.BUYING_LESS and (within_room or arm != Arm.CONTROL):
            left = await room(session, rules, at=at) if left is None else left
            if left <= 0:
                continue
            left -= arm != Arm.CONTROL
        tasks.append(_task(member.id, scored, cause, arm, rules, at=at))
    return found | {each.member_id: each for each in await followups.open_many(session, tasks, at=at)}


def _task(member_id: int, scored: Scored, cause: Reason, arm: Arm | None, rules: Risk, *, at: datetime) -> Task:
    return Task(
        member_id=member_id,
        cause=cause.cause,
        reasons=_as_json(scored.reasons),
        score=round(scored.score, 4),
        suggested_approach=_approach(scored.reasons, cause),
        due_at=_due_at(scored.reasons, rules, at),
        arm=arm,
    )


def _as_json(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    return [reason.as_json() for reason in reasons]


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
