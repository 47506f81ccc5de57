"""How agents keep conversations in order: labels, priority, snoozing, reopening; and the lists that follow from it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, identities, queue
from crm_store.clock import FrozenClock, now
from crm_store.conversations import (
    Conversation,
    ConversationReplaced,
    ConversationState,
    ConversationTaken,
    LabelInvalid,
    NotHeld,
    SnoozeInPast,
    Urgency,
)
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.messages import MessageStatus
from crm_store.queue import Case, Only
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member

HOUR = timedelta(hours=1)
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)
"""The locks are read anew each time; what `pg_stat_activity` says of waiting stays as it was first read."""


@pytest.fixture(autouse=True)
def _still(frozen_clock: FrozenClock) -> None:
    """Time stands still until a test moves it."""


async def held(session: AsyncSession, agent_id: int, *, user: str = "u1") -> Conversation:
    received = await receive(session, "找人", user=user)
    return await conversations.take(session, received.conversation.id, agent_id)


def ids(cases: list[Case]) -> list[str]:
    return [case.conversation.id for case in cases]


class TestSnooze:
    async def test_out_of_sight_until_the_time_has_come(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        me = await make_agent(session)
        talk, other = await held(session, me), await held(session, me, user="u2")
        await conversations.snooze(session, talk.id, agent_id=me, until=now() + HOUR)
        assert ids(await queue.held_by(session, me, limit=9)) == [other.id]
        assert ids(await queue.snoozed(session, me, limit=9)) == [talk.id]
        counts = await queue.counts(session)
        assert (counts.in_hand[me], counts.snoozed[me]) == (1, 1)
        frozen_clock.move(HOUR)
        assert ids(await queue.snoozed(session, me, limit=9)) == []
        assert set(ids(await queue.held_by(session, me, limit=9))) == {talk.id, other.id}

    async def test_the_customers_next_words_and_waking_end_it(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        talk = await held(session, me)
        await conversations.snooze(session, talk.id, agent_id=me, until=now() + HOUR)
        await receive(session, "想起来了")
        assert talk.snoozed_until is None
        await conversations.snooze(session, talk.id, agent_id=me, until=now() + HOUR)
        await conversations.wake(session, talk.id, agent_id=me)
        assert not talk.is_snoozed

    async def test_only_the_holder_and_only_ahead(self, session: AsyncSession) -> None:
        me, other = await make_agent(session), await make_agent(session)
        talk = await held(session, me)
        with pytest.raises(NotHeld):
            await conversations.snooze(session, talk.id, agent_id=other, until=now() + HOUR)
        with pytest.raises(SnoozeInPast):
            await conversations.snooze(session, talk.id, agent_id=me, until=now())

    async def test_what_is_put_off_is_not_closed_as_idle(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        me = await make_agent(session)
        received = await receive(session, "周三再说")
        received.message.status = MessageStatus.HANDLED
        talk = await conversations.take(session, received.conversation.id, me)
        await conversations.snooze(session, talk.id, agent_id=me, until=now() + 72 * HOUR)
        frozen_clock.move(48 * HOUR)
        assert await conversations.close_idle(session, before=now() - 24 * HOUR) == []
        frozen_clock.move(25 * HOUR)
        assert [each.id for each in await conversations.close_idle(session, before=now() - 24 * HOUR)] == [talk.id]


class TestLabels:
    async def test_each_is_put_on_once_found_by_and_taken_off(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        talk, other = await held(session, me), await held(session, me, user="u2")
        assert await conversations.add_label(session, talk.id, "  等  供应商 ", agent_id=me) == ["等 供应商"]
        assert await conversations.add_label(session, talk.id, "等 供应商", agent_id=me) == ["等 供应商"]
        await conversations.add_label(session, talk.id, "VIP", agent_id=me)
        await conversations.add_label(session, other.id, "VIP", agent_id=me)
        listed = await queue.held_by(session, me, limit=9, only=Only(label="等 供应商"))
        assert [(case.conversation.id, list(case.labels)) for case in listed] == [(talk.id, ["VIP", "等 供应商"])]
        assert await conversations.known_labels(session) == ["VIP", "等 供应商"]
        assert await conversations.remove_label(session, talk.id, "VIP") == ["等 供应商"]
        assert await conversations.labels(session, other.id) == ["VIP"]

    @pytest.mark.parametrize(("name", "reason"), [("  ", "empty"), ("长" * 31, "too_long"), ("九", "too_many")])
    async def test_what_is_no_label_is_refused(self, session: AsyncSession, name: str, reason: str) -> None:
        me = await make_agent(session)
        talk = await held(session, me)
        for number in range(8):
            await conversations.add_label(session, talk.id, str(number), agent_id=me)
        with pytest.raises(LabelInvalid) as refusal:
            await conversations.add_label(session, talk.id, name, agent_id=me)
        assert refusal.value.reason == reason


class TestPriority:
    async def test_a_person_sets_it_higher_and_lower_while_people_deal_with_it(self, session: AsyncSession) -> None:
        talk = (await receive(session)).conversation
        await conversations.set_urgency(session, talk.id, Urgency.CRITICAL)
        assert talk.urgency == 0
        await conversations.request_human(session, talk.id, reason="requested")
        for urgency in (Urgency.CRITICAL, Urgency.NORMAL):
            await conversations.set_urgency(session, talk.id, urgency)
            assert talk.urgency == urgency


class TestFilters:
    async def test_by_language_as_tags_are_read_and_by_reason(self, session: AsyncSession) -> None:
        tags = {"e": "en_GB", "t": "zh-TW", "h": "zh-Hant-HK", "s": "zh-CN", "n": None}
        talks = {}
        for user, tag in tags.items():
            talk = (await receive(session, "找人", user=user, locale=tag)).conversation
            reason = "anger" if user == "t" else "requested"
            talks[(await conversations.request_human(session, talk.id, reason=reason)).id] = talk
        for language in Language:
            found = ids(await queue.waiting(session, limit=9, only=Only(language=language)))
            assert set(found) == {key for key, talk in talks.items() if talk.speaks is language}, language
        both = await queue.waiting(session, limit=9, only=Only(language=Language.ZH_HANT, reason="anger"))
        assert [case.identity.channel_user_id for case in both] == ["t"]

    async def test_all_with_people_what_is_over_and_who_is_next(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        me, other = await make_agent(session), await make_agent(session)
        await receive(session, "机器人", user="bot")
        mine, theirs = await held(session, me, user="mine"), await held(session, other, user="theirs")
        waits = (await receive(session, "等", user="waits")).conversation
        await conversations.request_human(session, waits.id, reason="requested")
        over = await held(session, me, user="over")
        await conversations.close(session, over.id, outcome="resolved", agent_id=me)
        assert set(ids(await queue.with_people(session, limit=9))) == {mine.id, theirs.id, waits.id}
        assert ids(await queue.closed(session, limit=9)) == [over.id]
        assert await queue.next_for(session, me) == waits.id
        frozen_clock.move(HOUR)
        await receive(session, "在吗", user="mine")
        assert await queue.next_for(session, me) == mine.id
        assert await queue.next_for(session, other) == waits.id

    async def test_who_wrote_last_stands_first_and_what_does_not_fit_is_left_out(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        me, other = await make_agent(session), await make_agent(session)
        first = await held(session, other, user="first")
        frozen_clock.move(HOUR)
        second = await held(session, other, user="second")
        frozen_clock.move(HOUR)
        await receive(session, "在吗", user="first")
        for read in (partial(queue.held_by_others, session, me), partial(queue.with_people, session)):
            assert ids(await read(limit=9)) == [first.id, second.id]
            assert ids(await read(limit=1)) == [first.id]


class TestReopen:
    async def test_the_agent_goes_on_where_it_ended(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        talk = await held(session, me)
        await conversations.close(session, talk.id, outcome="resolved", agent_id=me)
        await conversations.reopen(session, talk.id, agent_id=me)
        assert (talk.state, talk.agent_id, talk.outcome, talk.closed_at) == (ConversationState.AGENT, me, None, None)
        assert (await receive(session, "又来了")).conversation.id == talk.id

    async def test_not_beside_a_newer_one(self, session: AsyncSession) -> None:
        me = await make_agent(session)
        talk = await held(session, me)
        await conversations.close(session, talk.id, outcome="resolved", agent_id=me)
        newer = (await receive(session, "又来了")).conversation
        with pytest.raises(ConversationReplaced) as refusal:
            await conversations.reopen(session, talk.id, agent_id=me)
        assert refusal.value.current_id == newer.id

    async def test_whoever_sits_there_after_the_member_signed_out_does_not_write_in_it(
        self, session: AsyncSession
    ) -> None:
        me, member = await make_agent(session), await make_member(session)
        talk = await held(session, me)
        identity = await session.get_one(Identity, talk.identity_id)
        identity.member_id = talk.member_id = member.id
        await conversations.close(session, talk.id, outcome="resolved", agent_id=me)
        identity.member_id = None
        await conversations.reopen(session, talk.id, agent_id=me)
        said = [(await receive(session, text)).conversation for text in ("我是谁", "再问一句")]
        assert talk.id not in {each.id for each in said}
        assert {each.member_id for each in said} == {None}
        assert talk.state == ConversationState.CLOSED

    async def test_nobody_waits_in_a_circle_with_whom_the_customer_writes_to(self, database: Database) -> None:
        """Who receives a message or erases a member locks the identity first; so does who reopens."""
        if database.is_sqlite:
            pytest.skip("SQLite has one writer at a time")
        async with database.transaction() as session:
            me = await make_agent(session)
            talk = await held(session, me)
            await conversations.close(session, talk.id, outcome="resolved", agent_id=me)

        async def reopen() -> None:
            async with database.transaction() as session:
                await conversations.reopen(session, talk.id, agent_id=me)

        async with database.transaction() as session:
            await session.get_one(Identity, talk.identity_id, with_for_update={"key_share": True})
            reopening = asyncio.create_task(reopen())
            async with asyncio.timeout(10):
                while not await session.scalar(WAITING):  # noqa: ASYNC110 - no event tells of another connection
                    await asyncio.sleep(0.01)
            await conversations.locked(session, talk.id)
        await reopening


class TestOpenFor:
    async def test_a_new_one_or_the_open_one_never_a_colleagues(self, session: AsyncSession) -> None:
        me, other = await make_agent(session), await make_agent(session)
        identity = await identities.find_or_create(session, channel="test", channel_user_id="u1")
        first = await conversations.open_for(session, identity, agent_id=me)
        assert (first.state, first.agent_id, first.last_seq) == (ConversationState.AGENT, me, 0)
        assert (await conversations.open_for(session, identity, agent_id=me)).id == first.id
        with pytest.raises(ConversationTaken):
            await conversations.open_for(session, identity, agent_id=other)
