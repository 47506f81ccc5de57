"""What came of follow-ups: not what was clicked but what the member did. Who buys again, or is content again, is saved;
where nothing of it came within the policy's time, or the member left, they were lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import value
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import Arm, FollowUp, FollowUpOutcome, FollowUpStatus, Proof, ProvedBy
from crm_store.interactions import Interaction, Sentiment
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.risk.models import ReasonCode
from crm_store.surveys import SCALES, SurveyAnswer

AT_A_TIME = 100
"""Looked at by one transaction, so that nobody who writes meanwhile waits long."""


async def prove_all(database: Database, *, at: datetime | None = None) -> int:
    """Look at every follow-up without a proof; how many have one now."""
    at, last, proved = at or now(), 0, 0
    while True:
        async with database.transaction(bulk=True) as session:
            query = select(FollowUp).where(FollowUp.proof.is_(None), FollowUp.id > last, _may_be_proved(at))
            found = (await session.scalars(query.order_by(FollowUp.id).limit(AT_A_TIME))).all()
            proved += await _prove(session, found, at=at)
        if len(found) < AT_A_TIME:
            return proved
        last = found[-1].id


def _may_be_proved(at: datetime) -> ColumnElement[bool]:
    """Follow-ups that are worth a look: since they were opened the member has bought, given a score, spoken or left, or
    the time is over. Most wait for weeks, and nothing has happened."""
    opened_at, of = FollowUp.opened_at, FollowUp.member_id
    return or_(
        opened_at < at - policy().risk.proof_within,
        exists().where(Order.member_id == of, Order.placed_at > opened_at),
        exists().where(SurveyAnswer.member_id == of, SurveyAnswer.at > opened_at),
        exists().where(Interaction.member_id == of, Interaction.at > opened_at, Interaction.sentiment.is_not(None)),
        exists().where(Member.id == of, Member.status == MemberStatus.LEFT),
    )


async def _prove(session: AsyncSession, found: Sequence[FollowUp], *, at: datetime) -> int:
    ids = {each.member_id for each in found}
    bought = await value.bought_at(session, ids, since=min((each.opened_at for each in found), default=at), until=at)
    left = set(await session.scalars(select(Member.id).where(Member.id.in_(ids), Member.status == MemberStatus.LEFT)))
    proved = 0
    for each in found:
        ends = min(at, each.opened_at + policy().risk.proof_within)
        purchase = next((day for day in bought.get(each.member_id, ()) if each.opened_at < day <= ends), None)
        content = None if _by_purchase_alone(each) else await _content_at(session, each, until=ends)
        if purchase is not None and (content is None or purchase <= content):
            _write(each, Proof.SAVED, ProvedBy.PURCHASE, purchase)
        elif content is not None:
            _write(each, Proof.SAVED, ProvedBy.MOOD, content)
        elif each.member_id in left:
            _write(each, Proof.LOST, ProvedBy.LEFT, at)
        elif ends < at:
            _write(each, Proof.LOST, ProvedBy.SILENCE, ends)
        else:
            continue
        proved += 1
    await session.flush()
    return proved


def _by_purchase_alone(follow_up: FollowUp) -> bool:
    """A kind word on the telephone is no purchase: silence ends with an order alone, in both groups."""
    return follow_up.arm is not None or follow_up.cause.startswith(f"{ReasonCode.BUYING_LESS}:")


async def _content_at(session: AsyncSession, follow_up: FollowUp, *, until: datetime) -> datetime | None:
    """When the member, unhappy before, was content again: the newest score, or without one the newest mood, is good."""
    within = (follow_up.opened_at, until)
    answers = select(SurveyAnswer).where(
        SurveyAnswer.member_id == follow_up.member_id, SurveyAnswer.at > within[0], SurveyAnswer.at <= within[1]
    )
    answer = await session.scalar(answers.order_by(SurveyAnswer.at.desc(), SurveyAnswer.id.desc()).limit(1))
    if answer is not None:
        return answer.at if answer.score >= SCALES[answer.kind].good else None
    moods = select(Interaction).where(
        Interaction.member_id == follow_up.member_id,
        Interaction.at > within[0],
        Interaction.at <= within[1],
        Interaction.sentiment.is_not(None),
    )
    mood = await session.scalar(moods.order_by(Interaction.at.desc(), Interaction.id.desc()).limit(1))
    return mood.at if mood is not None and mood.sentiment == Sentiment.POSITIVE else None


def _write(follow_up: FollowUp, proof: Proof, by: ProvedBy, at: datetime) -> None:
    follow_up.proof, follow_up.proved_by, follow_up.proved_at = proof, by, at
    if follow_up.status == FollowUpStatus.OPEN and follow_up.arm == Arm.TREATED:
        # Nobody needs to ask any more after who is back, or gone for good.
        follow_up.status, follow_up.outcome = FollowUpStatus.DONE, FollowUpOutcome.NOT_NEEDED
        follow_up.outcome_at = at
