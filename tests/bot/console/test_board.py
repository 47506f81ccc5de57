"""The board: one look at the store serves every open desk, only for what has changed, and only while one is open."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from sqlalchemy import insert

from bot.console import board as boards
from bot.console.board import Board
from bot.console.cases import SHOWN, Shown, Tab, count
from bot.desk.signals import DESK, Signals
from crm_store import conversations
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.queue import Case, Counts
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.test_queue import statements

WAITING = 150
LOOK_STATEMENTS = 2
"""Counts: one of those who wait and are with the bot, one of those in hand."""


class Desk:
    """A desk without a screen: what it was shown."""

    def __init__(self, tab: Tab, agent_id: int = 1) -> None:
        self.tab, self.agent_id = tab, agent_id
        self.rows: list[str] = []
        self.counts: Counts | None = None
        self.looks = 0
        self.lists = 0

    @property
    def shown(self) -> Shown:
        return Shown.of(self.tab, self.agent_id)

    def show(self, counts: Counts, shown: Shown, found: list[Case] | None) -> None:
        assert shown == self.shown
        self.counts = counts
        self.looks += 1
        if found is not None:
            self.lists += 1
            self.rows = [case.conversation.id for case in found]


class Shop:
    """A database with a queue, a board, and ways to change something and to wait until the board has seen it."""

    def __init__(self, database: Database) -> None:
        self.database, self.signals = database, Signals()
        self.board = Board(database, self.signals)

    async def joined(self, *desks: Desk) -> None:
        for desk in desks:
            await self.board.join(desk)
        while DESK not in self.signals._readers:  # noqa: ASYNC110 - following begins in a task of its own
            await asyncio.sleep(0.01)

    async def changed(self, conversation: Conversation) -> None:
        event = {"kind": "changed", "conversation": conversation.id}
        await self.signals.publish(
            DESK, event={**event, "state": conversation.state, "agent_id": conversation.agent_id}
        )

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110 - a desk without a screen has no event
                await asyncio.sleep(0.01)

    async def enters(self, user: str, *, urgency: int = 1) -> Conversation:
        """Somebody new asks for a person; nothing is told of it yet."""
        async with self.database.transaction() as session:
            talk = (await receive(session, user=user)).conversation
            return await conversations.request_human(session, talk.id, reason="requested", urgency=urgency)


@pytest_asyncio.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with database.transaction() as session:
        ids = range(1, WAITING + 1)
        await session.execute(insert(Identity), [{"id": n, "channel": "test", "channel_user_id": f"w{n}"} for n in ids])
        await session.execute(
            insert(Conversation),
            [
                {"id": f"{n:032x}", "channel": "test", "identity_id": n, "state": ConversationState.QUEUE, "urgency": 2}
                for n in ids
            ],
        )
        if not database.is_sqlite:
            await (await session.connection()).exec_driver_sql(
                "SELECT setval(pg_get_serial_sequence('identities', 'id'), 1000)"
            )
    made = Shop(database)
    yield made
    for desk in list(made.board._watchers):
        made.board.leave(desk)


async def test_one_event_costs_three_statements_however_many_wait_and_look(shop: Shop) -> None:
    desks = [Desk(Tab.QUEUE, agent_id) for agent_id in range(1, 9)]
    await shop.joined(*desks)
    assert all(len(desk.rows) == SHOWN for desk in desks)
    entered = await shop.enters("furious", urgency=3)
    with statements(shop.database) as seen:
        await shop.changed(entered)
        await shop.until(lambda: all(entered.id in desk.rows for desk in desks))
    assert len(seen) == LOOK_STATEMENTS + 1
    assert all(desk.rows[0] == entered.id and len(desk.rows) == SHOWN for desk in desks)
    assert desks[0].counts is not None
    assert count(desks[0].counts, Tab.QUEUE, 1) == str(WAITING + 1)


async def test_events_that_come_at_once_are_shown_together(shop: Shop) -> None:
    desk = Desk(Tab.QUEUE)
    await shop.joined(desk)
    entered = [await shop.enters(f"n{number}", urgency=3) for number in range(5)]
    for each in entered:
        await shop.changed(each)
    await shop.until(lambda: {each.id for each in entered} <= set(desk.rows))
    assert desk.lists == 2


async def test_a_list_nobody_looks_at_and_one_that_is_as_it_was_are_not_read(shop: Shop) -> None:
    """A conversation with the bot changes neither the queue nor what an agent has in hand: only its count is read."""
    queue, mine = Desk(Tab.QUEUE), Desk(Tab.MINE)
    await shop.joined(queue, mine)
    async with shop.database.transaction() as session:
        talk = (await receive(session, user="chats")).conversation
    with statements(shop.database) as seen:
        await shop.changed(talk)
        await shop.until(lambda: queue.looks == mine.looks == 2)
    assert len(seen) == LOOK_STATEMENTS
    assert (queue.lists, mine.lists) == (1, 1)
    assert queue.counts is not None
    assert queue.counts.with_bot == 1


async def test_what_leaves_a_list_is_gone_and_what_a_colleague_takes_is_in_theirs(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        mine, theirs = await make_agent(session), await make_agent(session)
    queue, own, colleague, team = (
        Desk(Tab.QUEUE, mine), Desk(Tab.MINE, mine), Desk(Tab.MINE, theirs), Desk(Tab.TEAM, mine)
    )  # fmt: skip
    await shop.joined(queue, own, colleague, team)
    async with shop.database.transaction() as session:
        taken = await conversations.take(session, queue.rows[0], theirs)
    await shop.changed(taken)
    await shop.until(lambda: taken.id in team.rows)
    assert taken.id not in queue.rows
    assert colleague.rows == team.rows == [taken.id]
    assert (own.rows, own.lists) == ([], 1)

    lists_of_team = team.lists
    async with shop.database.transaction() as session:
        my_own = await conversations.take(session, queue.rows[0], mine)
    await shop.changed(my_own)
    await shop.until(lambda: own.rows == [my_own.id])
    assert (my_own.id in queue.rows, team.lists) == (False, lists_of_team)

    async with shop.database.transaction() as session:
        over = await conversations.close(session, taken.id, outcome="resolved", agent_id=theirs)
    await shop.changed(over)
    await shop.until(lambda: not team.rows)
    assert (colleague.rows, own.lists) == ([], 2)


async def test_deliveries_and_other_pages_events_are_not_the_lists(shop: Shop) -> None:
    desk = Desk(Tab.QUEUE)
    await shop.joined(desk)
    for kind in ("delivery", "follow_up", "knowledge"):
        await shop.signals.publish(DESK, event={"kind": kind, "conversation": desk.rows[0]})
    [reader] = shop.signals._readers[DESK]
    await shop.until(reader._queue.empty)
    entered = await shop.enters("furious", urgency=3)
    await shop.changed(entered)
    await shop.until(lambda: entered.id in desk.rows)
    assert desk.looks == 2


async def test_a_lost_signal_is_made_up_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "SAFETY_NET_SECONDS", 0.05)
    desk = Desk(Tab.QUEUE)
    await shop.joined(desk)
    entered = await shop.enters("unheard", urgency=3)
    await shop.until(lambda: entered.id in desk.rows)


async def test_a_desk_that_cannot_be_drawn_keeps_nothing_from_the_others(shop: Shop) -> None:
    class Broken(Desk):
        def show(self, counts: Counts, shown: Shown, found: list[Case] | None) -> None:
            if self.looks:
                raise RuntimeError("gone")
            super().show(counts, shown, found)

    desks = [Broken(Tab.QUEUE), Desk(Tab.QUEUE), Broken(Tab.QUEUE)]
    await shop.joined(*desks)
    entered = await shop.enters("furious", urgency=3)
    await shop.changed(entered)
    await shop.until(lambda: entered.id in desks[1].rows)


async def test_when_the_last_desk_is_gone_nothing_is_followed(shop: Shop) -> None:
    one, other = Desk(Tab.QUEUE), Desk(Tab.BOT)
    await shop.joined(one, other)
    shop.board.leave(one)
    await asyncio.sleep(0)
    assert DESK in shop.signals._readers
    shop.board.leave(other)
    await shop.until(lambda: DESK not in shop.signals._readers)
    await shop.joined(one)
    assert len(one.rows) == SHOWN
