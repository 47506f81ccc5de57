"""How easy members found it to have something settled: the answers to the question that follows a solved complaint."""

import random
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo.people import SEED
from crm_store import clock, surveys
from crm_store.complaints import Complaint
from crm_store.members import Member
from crm_store.surveys import SurveyKind

ANSWERED = 0.6
QUICK = timedelta(hours=12)


async def write(session: AsyncSession, *, but: Collection[str]) -> None:
    """An answer a day after a complaint was solved, better where it went quickly. `but`: numbers of members with
    stories of their own."""
    chance = random.Random(f"{SEED}:effort")
    solved = select(Complaint).join(Member).where(Complaint.resolved_at.is_not(None), Member.number.not_in(but))
    for complaint in await session.scalars(solved.order_by(Complaint.id)):
        assert complaint.resolved_at is not None
        at = complaint.resolved_at + timedelta(hours=chance.randrange(20, 30))
        if chance.random() > ANSWERED or at > clock.now():
            continue
        was_quick = complaint.resolved_at - complaint.filed_at < QUICK
        await surveys.record_answer(
            session,
            kind=SurveyKind.CES,
            score=chance.choice((5, 6, 6, 7, 7) if was_quick else (2, 4, 5, 5, 6)),
            key=f"demo:ces:{complaint.number}",
            member_id=complaint.member_id,
            complaint_id=complaint.id,
            at=at,
        )
