"""Survey questions asked and answers given: CSAT 1..5, CES 1..7, NPS 0..10, and never too often."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import accrual, complaints, locks, proactive
from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import CrmError, KeyReused
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.proactive import Topic
from crm_store.sealing import SealableText


class SurveyKind(StrEnum):
    CSAT = "csat"
    CES = "ces"
    NPS = "nps"


@dataclass(frozen=True)
class Scale:
    """The range of a score, and from where on it counts as good or, from below, as bad."""

    low: int
    high: int
    good: int
    bad: int

    def badness(self, score: int) -> float:
        """0 for a score that is not bad, up to 1 for the lowest there is."""
        return max(0, self.bad + 1 - score) / (self.bad + 1 - self.low)


SCALES: Mapping[str, Scale] = {
    SurveyKind.CSAT: Scale(1, 5, good=4, bad=2),
    SurveyKind.CES: Scale(1, 7, good=5, bad=3),
    SurveyKind.NPS: Scale(0, 10, good=9, bad=6),
}
"""CSAT: 5 is delighted. CES: 7 is effortless. NPS: 9 and 10 recommend, 0 to 6 advise against."""


class ScoreOutOfRange(CrmError):
    """The score does not exist on that scale."""

    code = "score_out_of_range"

    def __init__(self, kind: str, score: int) -> None:
        self.kind, self.score = kind, score
        self.low, self.high = SCALES[kind].low, SCALES[kind].high
        super().__init__(f"{kind} {score} is not in {self.low}..{self.high}", kind=kind, low=self.low, high=self.high)


class SurveyAsk(Base):
    """A survey question that was put to somebody; it counts against the frequency even if nobody answers.

    `reference`: the number of the complaint or return it is about.
    """

    __tablename__ = "survey_asks"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    reference: Mapped[str | None] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)


class SurveyAnswer(Base):
    """A score that was given, with the words beside it and how they feel; `reference` as of the question."""

    __tablename__ = "survey_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    score: Mapped[int]
    comment: Mapped[str | None] = mapped_column(SealableText)
    sentiment: Mapped[str | None] = mapped_column(String(10))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    reference: Mapped[str | None] = mapped_column(String(40))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)


@dataclass(frozen=True)
class Measure:
    """What a period's answers say. `value`: CSAT the share of good scores, CES the mean, NPS promoters less detractors
    in -100..100; None without answers."""

    kind: str
    answers: int
    value: float | None


async def may_ask(session: AsyncSession, member_id: int, kind: SurveyKind | str, *, at: datetime | None = None) -> bool:
    """Whether the member may be asked now: an active member who wants neither silence nor no surveys, has no open
    complaint, and was not asked (nor answered) this kind within the policy's pause for it, nor anything within its
    rest."""
    kind, at = SurveyKind(kind), at or now()
    member = await session.get(Member, member_id)
    if member is None or member.status != MemberStatus.ACTIVE or member.opted_out_at is not None:
        return False
    if not policy().proactive.topics.surveys or not await proactive.may_tell(session, member, Topic.SURVEYS):
        return False
    if await complaints.open_for_member(session, member_id):
        return False
    return await _has_rested(session, SurveyAsk.member_id == member_id, SurveyAnswer.member_id == member_id, kind, at)


async def may_ask_identity(
    session: AsyncSession, identity_id: int, kind: SurveyKind | str, *, at: datetime | None = None
) -> bool:
    """Whether a visitor nobody knows may be asked now: not asked, nor heard from, within the policy's pauses."""
    if not policy().proactive.topics.surveys:
        return False
    here = (SurveyAsk.identity_id == identity_id, SurveyAnswer.identity_id == identity_id)
    return await _has_rested(session, *here, SurveyKind(kind), at or now())


async def _has_rested(
    session: AsyncSession,
    asked_them: ColumnElement[bool],
    they_gave: ColumnElement[bool],
    kind: SurveyKind,
    at: datetime,
) -> bool:
    rules = policy().surveys
    pauses = {each: max(rules.rest, rules.ask_again_after[each]) if each == kind else rules.rest for each in SurveyKind}
    longest = at - max(pauses.values())
    asked = select(SurveyAsk.kind, SurveyAsk.asked_at).where(asked_them, SurveyAsk.asked_at > longest)
    given = select(SurveyAnswer.kind, SurveyAnswer.at).where(they_gave, SurveyAnswer.at > longest)
    contacts = [*(await session.execute(asked)), *(await session.execute(given))]
    return all(at - moment >= pauses[SurveyKind(of)] for of, moment in contacts)


def is_sampled(kind: SurveyKind | str, thing: str) -> bool:
    """Whether this thing (a conversation, a return, a member in a quarter) is in the policy's sample: always the same
    answer for the same thing, so that no replica and no later look decides anew."""
    share: float = policy().surveys.sample[kind]
    return _share(f"{kind}:{thing}") < share


def day_in(thing: str, days: int) -> int:
    """The day, from 0 up to `days`, on which a thing's turn comes; all things are spread evenly."""
    return int(_share(f"day:{thing}") * days)


def _share(text: str) -> float:
    """A number in 0..1 that looks like chance and stays the same."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


async def last_asked(
    session: AsyncSession, kind: SurveyKind | str, *, member_id: int | None, identity_id: int, since: datetime
) -> SurveyAsk | None:
    """The question that a score given now answers: the last of its kind, put to this very member or visitor."""
    known = SurveyAsk.identity_id == identity_id
    query = select(SurveyAsk).where(
        SurveyAsk.kind == kind,
        SurveyAsk.asked_at >= since,
        known if member_id is None else or_(known, SurveyAsk.member_id == member_id),
    )
    return await session.scalar(query.order_by(SurveyAsk.asked_at.desc(), SurveyAsk.id.desc()).limit(1))


async def record_asked(
    session: AsyncSession,
    *,
    kind: SurveyKind | str,
    key: str,
    member_id: int | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    complaint_id: int | None = None,
    reference: str | None = None,
    at: datetime | None = None,
) -> SurveyAsk:
    """Note that a survey question was put; the same key again returns the same row."""
    kind = SurveyKind(kind)
    await locks.hold(session, f"survey_ask:{key}")
    known = (await session.execute(select(SurveyAsk).where(SurveyAsk.key == key))).scalar_one_or_none()
    if known is not None:
        return known
    ask = SurveyAsk(
        kind=kind,
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        complaint_id=complaint_id,
        reference=reference,
        asked_at=at or now(),
        key=key,
    )
    session.add(ask)
    await session.flush()
    return ask


async def record_answer(
    session: AsyncSession,
    *,
    kind: SurveyKind | str,
    score: int,
    key: str,
    member_id: int | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    complaint_id: int | None = None,
    agent_id: int | None = None,
    comment: str | None = None,
    sentiment: str | None = None,
    reference: str | None = None,
    at: datetime | None = None,
) -> SurveyAnswer:
    """Keep a score; the same key never counts twice, but a comment that comes later is added to it. Of one conversation
    (and complaint or return) the last score of a kind counts: another one replaces it. `sentiment`: of the comment.

    Raises ScoreOutOfRange, or KeyReused when `key` stands for another kind or member.
    """
    kind = SurveyKind(kind)
    if not SCALES[kind].low <= score <= SCALES[kind].high:
        raise ScoreOutOfRange(kind, score)
    await locks.hold(session, f"survey_answer:{conversation_id or key}")
    known = (await session.execute(select(SurveyAnswer).where(SurveyAnswer.key == key))).scalar_one_or_none()
    if known is not None:
        if (known.kind, known.member_id) != (kind, member_id):
            raise KeyReused(key)
        if comment and not known.comment:
            known.comment, known.sentiment = comment, sentiment
        await session.flush()
        return known
    earlier = await _of_the_conversation(session, kind, conversation_id, complaint_id, reference)
    if earlier is not None:
        earlier.score, earlier.at = score, at or now()
        if comment:
            earlier.comment, earlier.sentiment = comment, sentiment
        earlier.member_id, earlier.agent_id = member_id or earlier.member_id, agent_id or earlier.agent_id
        await session.flush()
        return earlier
    answer = SurveyAnswer(
        kind=kind,
        score=score,
        comment=comment,
        sentiment=sentiment if comment else None,
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        complaint_id=complaint_id,
        reference=reference,
        agent_id=agent_id,
        at=at or now(),
        key=key,
    )
    session.add(answer)
    await session.flush()
    member = await session.get(Member, member_id) if member_id is not None else None
    if member is not None:
        await accrual.earn_for_survey(session, member, key=conversation_id or key, at=answer.at)
    return answer


async def _of_the_conversation(
    session: AsyncSession,
    kind: SurveyKind,
    conversation_id: str | None,
    complaint_id: int | None,
    reference: str | None,
) -> SurveyAnswer | None:
    if conversation_id is None:
        return None
    query = select(SurveyAnswer).where(
        SurveyAnswer.kind == kind,
        SurveyAnswer.conversation_id == conversation_id,
        SurveyAnswer.complaint_id.is_(None) if complaint_id is None else SurveyAnswer.complaint_id == complaint_id,
        SurveyAnswer.reference.is_(None) if reference is None else SurveyAnswer.reference == reference,
    )
    return await session.scalar(query.order_by(SurveyAnswer.id.desc()).limit(1))


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[SurveyAnswer]:
    """The member's answers, newest first."""
    query = select(SurveyAnswer).where(SurveyAnswer.member_id == member_id)
    query = query.order_by(SurveyAnswer.at.desc(), SurveyAnswer.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def measure(
    session: AsyncSession, kind: SurveyKind | str, *, since: datetime, until: datetime | None = None
) -> Measure:
    """CSAT, CES or NPS of the answers in since ≤ at < until (default now)."""
    kind = SurveyKind(kind)
    query = select(SurveyAnswer.score).where(
        SurveyAnswer.kind == kind, SurveyAnswer.at >= since, SurveyAnswer.at < (until or now())
    )
    scores = (await session.execute(query)).scalars().all()
    if not scores:
        return Measure(kind, 0, None)
    good = sum(score >= SCALES[kind].good for score in scores) / len(scores)
    bad = sum(score <= SCALES[kind].bad for score in scores) / len(scores)
    values = {
        SurveyKind.CSAT: good,
        SurveyKind.CES: sum(scores) / len(scores),
        SurveyKind.NPS: 100 * (good - bad),
    }
    return Measure(kind, len(scores), values[kind])
