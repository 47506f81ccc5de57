"""A sweep keeps nobody waiting: who writes or answers meanwhile comes to their turn."""

import asyncio
import sys
import threading
from datetime import timedelta

from crm_store import risk
from crm_store.clock import now
from crm_store.risk import learning
from tests.crm_store.shop import make_member, make_order


async def test_while_the_rhythm_is_learned_others_answer_and_write(database, monkeypatch):
    async with database.transaction() as session:
        await make_order(session, await make_member(session), placed_at=now() - timedelta(days=800))
    loop, threads, really = asyncio.get_running_loop(), [], learning.learned_and_judged

    async def somebody_joins():
        async with database.transaction() as session:
            return (await make_member(session)).number

    def learned(members, **known):
        threads.append(threading.get_ident())
        # Were the loop or the writer's place taken by the sweep, nobody could join, and this would run out of time.
        assert asyncio.run_coroutine_threadsafe(somebody_joins(), loop).result(timeout=30)
        return really(members, **known)

    monkeypatch.setattr(learning, "learned_and_judged", learned)
    swept = await risk.sweep(database)
    assert threads
    assert threads[0] != threading.get_ident()
    assert swept.members == 2  # who joined meanwhile is looked at as well


async def test_members_are_looked_at_in_parts_without_keeping_anybody_from_writing(database, monkeypatch):
    monkeypatch.setattr(sys.modules["crm_store.risk.sweep"], "MEMBERS_AT_A_TIME", 5)
    async with database.transaction() as session:
        for _ in range(11):
            await make_member(session)
    writing, reading = database.traffic.writing, database.traffic.reading
    swept = await risk.sweep(database)
    assert swept.members == 11
    assert database.traffic.reading - reading >= 3
    # The rhythm is learned and proofs are looked for; of members of whom there is nothing to say nothing is written.
    assert database.traffic.writing - writing <= 2
