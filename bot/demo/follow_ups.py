"""The months in which the demo shop already followed up silent members: swept, called or left alone, and who came back.

Everything is done by the store's own operations as they would have run then: the night's sweep, agents who note what
they did, orders that prove it."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo.history import Book
from bot.demo.people import SEED
from crm_store import clock, followups, risk
from crm_store.db import Database
from crm_store.followups import Arm, FollowUp, FollowUpOutcome, FollowUpStatus
from crm_store.language import Language
from crm_store.members import Member

BEGAN_WEEKS_AGO, EVERY_WEEKS = 26, 2
"""The shop's first sweep, and how many weeks lie between those that are told of."""
REACHED, NOT_REACHED = 0.72, 0.2
"""Shares of the members on the list who were spoken to, or did not answer; the others were not needed any more."""
BACK = {FollowUpOutcome.CONTACTED: 0.34, FollowUpOutcome.NO_ANSWER: 0.1, FollowUpOutcome.NOT_NEEDED: 0.06}
"""Shares who buy again by what was done, beside those who would have by themselves."""


async def write(database: Database, *, staff_ids: Sequence[int], but: Collection[str]) -> None:
    """Live the past sweeps one after the other. `but`: numbers of members with stories of their own."""
    chance = random.Random(f"{SEED}:winning back")
    async with database.reading() as session:
        ids = set(await session.scalars(select(Member.id).where(Member.number.not_in(but))))
    for weeks_ago in range(BEGAN_WEEKS_AGO, 0, -EVERY_WEEKS):
        at = clock.now() - timedelta(weeks=weeks_ago)
        with clock.frozen(at):
            await risk.sweep(database, ids)
        async with database.transaction() as session:
            book = await Book.opened(session, staff_ids=list(staff_ids))
            await _call(session, book, since=at, chance=chance)


async def _call(session: AsyncSession, book: Book, *, since: datetime, chance: random.Random) -> None:
    """What agents did in the week after the sweep of `since`, and who bought then."""
    opened = select(FollowUp).where(FollowUp.opened_at == since, FollowUp.status == FollowUpStatus.OPEN)
    for each in (await session.scalars(opened.order_by(FollowUp.id))).all():
        at = since + timedelta(hours=chance.randrange(7, 120))
        drawn, agent_id = chance.random(), chance.choice(book.staff_ids)
        outcome = FollowUpOutcome.NOT_NEEDED if drawn > REACHED else FollowUpOutcome.CONTACTED
        if REACHED < drawn < REACHED + NOT_REACHED:
            outcome = FollowUpOutcome.NO_ANSWER
        await followups.claim(session, each, agent_id=agent_id, at=at - timedelta(hours=2))
        await followups.record_outcome(session, each, outcome=outcome, agent_id=agent_id, at=at)
        days = (clock.now() - at) // timedelta(days=1)
        wait = chance.randrange(2, 45)
        if each.arm == Arm.TREATED and chance.random() < BACK[outcome] and wait < days:
            member = await session.get_one(Member, each.member_id)
            await book.buys(member, Language.of(member.language), days - wait, chance)
