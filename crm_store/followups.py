"""Follow-ups: members at risk put in front of a person, with reasons, an approach, and an outcome to record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import locks, value
from crm_store.clock import now
from crm_store.db import Base, LargeInteger
from crm_store.errors import CrmError, NotFound
from crm_store.members import Member
from crm_store.sealing import SealableJSON, SealableText


class FollowUpStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    HELD = "held"
    """Of a member who is left alone, to learn what contacting the others does; no work for anybody."""


class FollowUpOutcome(StrEnum):
    """What the agent did. Whether the member was saved, what they do afterwards proves."""

    CONTACTED = "contacted"
    NO_ANSWER = "no_answer"
    NOT_NEEDED = "not_needed"


class Proof(StrEnum):
    """What the member did within the time that the policy gives."""

    SAVED = "saved"
    LOST = "lost"


class ProvedBy(StrEnum):
    PURCHASE = "purchase"
    MOOD = "mood"
    SILENCE = "silence"
    """Nothing of it came within the time."""
    LEFT = "left"


class Arm(StrEnum):
    """Where a silent member stands in the comparison of who was contacted with who was left alone."""

    TREATED = "treated"
    CONTROL = "control"


class Approach(StrEnum):
    """What to begin with when the member is called or written to."""

    APOLOGISE_AND_SOLVE = "apologise_and_solve"
    CALM_AND_LISTEN = "calm_and_listen"
    KEEP_THE_PROMISE = "keep_the_promise"
    CHASE_THE_PARCEL = "chase_the_parcel"
    ASK_WHY_LEAVING = "ask_why_leaving"
    ASK_WHAT_WENT_WRONG = "ask_what_went_wrong"
    INVITE_BACK = "invite_back"


class FollowUpDone(CrmError):
    """An outcome stands already."""

    code = "follow_up_done"

    def __init__(self, follow_up_id: int, outcome: str, by_id: int | None, at: datetime | None) -> None:
        self.follow_up_id, self.outcome, self.by_id, self.at = follow_up_id, outcome, by_id, at
        super().__init__(f"follow-up {follow_up_id} ended: {outcome}", follow_up_id=follow_up_id, outcome=outcome)


class FollowUpTaken(CrmError):
    """Another agent works on it."""

    code = "follow_up_taken"

    def __init__(self, follow_up_id: int, owner_id: int) -> None:
        self.follow_up_id, self.owner_id = follow_up_id, owner_id
        super().__init__(f"agent {owner_id} has follow-up {follow_up_id}", follow_up_id=follow_up_id, owner_id=owner_id)


class FollowUp(Base):
    """One task for a person. `reasons` are those of the risk assessment; `value_minor` is what the member was worth
    when it was opened; `cause` names what led to it, open at most once per member. `arm` is empty for who is not
    compared; `proof`, until the time for it has passed."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "uq_follow_ups_open_cause",
            "member_id",
            "cause",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    cause: Mapped[str] = mapped_column(String(80))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(SealableJSON, default=list)
    score: Mapped[float]
    value_minor: Mapped[int] = mapped_column(LargeInteger, default=0)
    suggested_approach: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(8), default=FollowUpStatus.OPEN, index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    claimed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_note: Mapped[str | None] = mapped_column(SealableText(2000))
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    arm: Mapped[str | None] = mapped_column(String(8))
    proof: Mapped[str | None] = mapped_column(String(8), index=True)
    proved_by: Mapped[str | None] = mapped_column(String(8))
    proved_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Listed:
    """A follow-up in the list. `value_minor`: what the member is worth (`value.worth_by_member`);
    `stake_minor`: value × risk, what is expected to be lost."""

    follow_up: FollowUp
    member: Member
    value_minor: int

    @property
    def stake_minor(self) -> float:
        return self.value_minor * self.follow_up.score


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a new follow-up holds. `score`: risk 0..1; `reasons`: [{code, weight, facts}]; `arm`: in the comparison; of
    the control group it is written and nobody's task."""

    member_id: int
    cause: str
    reasons: Sequence[Mapping[str, Any]]
    score: float
    suggested_approach: Approach | str
    due_at: datetime
    arm: Arm | None = None


async def open(
    session: AsyncSession,
    *,
    member_id: int,
    cause: str,
    reasons: Sequence[Mapping[str, Any]],
    score: float,
    suggested_approach: Approach | str,
    due_at: datetime,
    arm: Arm | None = None,
    at: datetime | None = None,
) -> FollowUp:
    """A task to win the member back (see `Task`); while one for the same cause is open, that one is refreshed and
    returned."""
    task = Task(
        member_id=member_id,
        cause=cause,
        reasons=reasons,
        score=score,
        suggested_approach=suggested_approach,
        due_at=due_at,
        arm=arm,
    )
    return (await open_many(session, [task], at=at or now()))[0]


async def open_many(session: AsyncSession, tasks: Sequence[Task], *, at: datetime) -> list[FollowUp]:
    """`open` for many members, one task each, in the order of `tasks`."""
    if not tasks:
        return []
    ids = [task.member_id for task in tasks]
    for member_id in sorted(ids):
        await locks.hold(session, f"follow_up:{member_id}")
    known = {(each.member_id, each.cause): each for each in await open_of(session, ids)}
    worth = await value.worth_by_member(session, ids, at=at)
    found = []
    for task in tasks:
        same = known.get((task.member_id, task.cause))
        if same is not None:
            found.append(await refresh(session, same, reasons=task.reasons, score=task.score))
        else:
            found.append(_new(task, worth[task.member_id], at=at))
            session.add(found[-1])
    await session.flush()
    return found


def _new(task: Task, value_minor: int, *, at: datetime) -> FollowUp:
    return FollowUp(
        member_id=task.member_id,
        cause=task.cause,
        reasons=[dict(reason) for reason in task.reasons],
        score=task.score,
        value_minor=value_minor,
        suggested_approach=Approach(task.suggested_approach),
        opened_at=at,
        due_at=task.due_at,
        status=FollowUpStatus.HELD if task.arm == Arm.CONTROL else FollowUpStatus.OPEN,
        arm=task.arm,
    )


async def open_of(session: AsyncSession, member_ids: Collection[int]) -> Sequence[FollowUp]:
    """The open follow-ups of the members, the oldest first."""
    query = select(FollowUp).where(FollowUp.member_id.in_(member_ids), FollowUp.status == FollowUpStatus.OPEN)
    return (await session.scalars(query.order_by(FollowUp.opened_at, FollowUp.id))).all()


async def refresh(
    session: AsyncSession, follow_up: FollowUp, *, reasons: Sequence[Mapping[str, Any]], score: float
) -> FollowUp:
    """Bring an open follow-up up to the newest assessment; its due time stays."""
    follow_up.reasons, follow_up.score = [dict(reason) for reason in reasons], score
    await session.flush()
    return follow_up


async def get(session: AsyncSession, follow_up_id: int) -> FollowUp:
    """The follow-up with that id. Raises NotFound."""
    found = await session.get(FollowUp, follow_up_id)
    if found is None:
        raise NotFound("follow-up", follow_up_id)
    return found


async def open_list(
    session: AsyncSession, *, owner_id: int | None = None, limit: int = 100, at: datetime | None = None
) -> list[Listed]:
    """Open follow-ups: who said that they leave first, then by what is at stake (value × risk), risk and due time;
    `owner_id` keeps one agent's."""
    query = select(FollowUp, Member).join(Member, Member.id == FollowUp.member_id)
    query = query.where(FollowUp.status == FollowUpStatus.OPEN)
    if owner_id is not None:
        query = query.where(FollowUp.owner_id == owner_id)
    found = (await session.execute(query)).all()
    worth = await value.worth_by_member(session, {member.id for _, member in found}, at=at)
    listed = [Listed(follow_up, member, worth[member.id]) for follow_up, member in found]
    listed.sort(key=_order)
    return listed[:limit]


def _order(each: Listed) -> tuple[bool, float, float, datetime, int]:
    follow_up = each.follow_up
    stays = follow_up.suggested_approach != Approach.ASK_WHY_LEAVING
    return stays, -each.stake_minor, -follow_up.score, follow_up.due_at, follow_up.id


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[FollowUp]:
    """The member's follow-ups, newest first; those held back are nobody's to see."""
    query = select(FollowUp).where(FollowUp.member_id == member_id, FollowUp.status != FollowUpStatus.HELD)
    query = query.order_by(FollowUp.opened_at.desc(), FollowUp.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def claim(session: AsyncSession, follow_up: FollowUp, *, agent_id: int, at: datetime | None = None) -> FollowUp:
    """Take the follow-up as one's own; twice is a no-op. Raises FollowUpTaken, FollowUpDone."""
    follow_up = await _locked_open(session, follow_up)
    if follow_up.owner_id not in (None, agent_id):
        raise FollowUpTaken(follow_up.id, follow_up.owner_id or 0)
    if follow_up.owner_id is None:
        follow_up.owner_id, follow_up.claimed_at = agent_id, at or now()
        await session.flush()
    return follow_up


async def release(session: AsyncSession, follow_up: FollowUp) -> FollowUp:
    """Give the follow-up back to all. Raises FollowUpDone."""
    follow_up = await _locked_open(session, follow_up)
    follow_up.owner_id = follow_up.claimed_at = None
    await session.flush()
    return follow_up


async def release_all(session: AsyncSession, agent_id: int) -> int:
    """Give back to all what the agent had claimed and not finished; how many."""
    query = select(FollowUp).where(FollowUp.owner_id == agent_id, FollowUp.status == FollowUpStatus.OPEN)
    claimed = (await session.scalars(query)).all()
    for follow_up in claimed:
        await release(session, follow_up)
    return len(claimed)


async def record_outcome(
    session: AsyncSession,
    follow_up: FollowUp,
    *,
    outcome: FollowUpOutcome | str,
    agent_id: int,
    note: str | None = None,
    at: datetime | None = None,
) -> FollowUp:
    """Write what came of it, by whom and when, and end the follow-up. Raises FollowUpDone the second time."""
    outcome = FollowUpOutcome(outcome)
    follow_up = await _locked_open(session, follow_up)
    follow_up.status = FollowUpStatus.DONE
    follow_up.outcome = outcome
    follow_up.outcome_note = note
    follow_up.outcome_at = at or now()
    follow_up.outcome_by_id = agent_id
    follow_up.owner_id = follow_up.owner_id or agent_id
    await session.flush()
    return follow_up


async def outcomes(session: AsyncSession, *, since: datetime, until: datetime | None = None) -> dict[str, int]:
    """How many follow-ups ended how in since ≤ ended < until (default now)."""
    query = select(FollowUp.outcome, func.count()).where(
        FollowUp.outcome.is_not(None), FollowUp.outcome_at >= since, FollowUp.outcome_at < (until or now())
    )
    counts: dict[str, int] = {outcome.value: 0 for outcome in FollowUpOutcome}
    for outcome, count in await session.execute(query.group_by(FollowUp.outcome)):
        counts[str(outcome)] = count
    return counts


async def _locked_open(session: AsyncSession, follow_up: FollowUp) -> FollowUp:
    query = select(FollowUp).where(FollowUp.id == follow_up.id).with_for_update(key_share=True)
    follow_up = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    if follow_up.status != FollowUpStatus.OPEN:
        raise FollowUpDone(follow_up.id, follow_up.outcome or "", follow_up.outcome_by_id, follow_up.outcome_at)
    return follow_up
