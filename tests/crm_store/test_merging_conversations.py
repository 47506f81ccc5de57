"""A member's two conversations as one: what goes along, what stays, who may, and what happens at the same time."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_store import conversations, identities, members, messages, queue, turns
from crm_store.clock import FrozenClock, now
from crm_store.conversations import (
    MERGED,
    Conversation,
    ConversationClosed,
    ConversationLabel,
    ConversationMerged,
    ConversationState,
    NotHeld,
    NotOneMember,
    Urgency,
)
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Inbound, Message, Reply
from tests.crm_store.inbox import inbound, make_agent, receive

PHONE, SITE = "phone", "site"


async def says(database: Database, text: str, *, user: str) -> Message:
    async with database.transaction() as session:
        return (await receive(session, text, user=user)).message


async def member_at(database: Database, *users: str) -> Member:
    """A member who is known under each of these addresses."""
    async with database.transaction() as session:
        member = await members.create(session, family_name="林", given_name="晓雯")
        for user in users:
            identity = await identities.find_or_create(session, channel="test", channel_user_id=user)
            await identities.bind(session, identity, member, by="link_token")
        return member


async def agent(database: Database, name: str = "林悦") -> int:
    async with database.transaction() as session:
        return await make_agent(session, name)


async def talk(database: Database, user: str) -> Conversation:
    async with database.reading() as session:
        identity = await identities.find(session, channel="test", channel_user_id=user)
        assert identity is not None
        [latest, *_] = await conversations.for_identity(session, identity.id)
        return latest


async def take(database: Database, conversation: Conversation, agent_id: int) -> None:
    async with database.transaction() as session:
        await conversations.take(session, conversation.id, agent_id)


async def merge(database: Database, other: Conversation, into: Conversation, agent_id: int | None) -> None:
    async with database.transaction() as session:
        await conversations.merge(session, other.id, into.id, agent_id=agent_id)


async def two_talks(database: Database, clock: FrozenClock) -> tuple[Conversation, Conversation, int]:
    """A member has written on the phone, then on the site; the agent holds the one of the site."""
    await member_at(database, PHONE, SITE)
    await says(database, "包裹还没到", user=PHONE)
    clock.move(timedelta(minutes=3))
    await says(database, "我在网站也问一下", user=SITE)
    me = await agent(database)
    phone, site = await talk(database, PHONE), await talk(database, SITE)
    await take(database, site, me)
    return phone, site, me


async def together(database: Database, conversation: Conversation) -> list[str]:
    async with database.reading() as session:
        lines = await conversations.lines(session, conversation.id)
        return [each.text or "" for each in await messages.together(session, {line.id: 0 for line in lines})]


class TestMerge:
    async def test_what_was_said_stands_together_in_order_and_stays_where_it_was(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        frozen_clock.move(timedelta(minutes=1))
        await says(database, "还在吗", user=PHONE)
        await merge(database, phone, site, me)
        assert await together(database, site) == ["包裹还没到", "我在网站也问一下", "还在吗"]
        line = await talk(database, PHONE)
        assert (line.id, line.state, line.merged_into_id) == (phone.id, ConversationState.MERGED, site.id)
        async with database.reading() as session:
            assert [each.seq for each in await messages.history(session, phone.id)] == [1, 2]

    async def test_the_longer_wait_the_higher_urgency_and_the_labels_go_along(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        async with database.transaction() as session:
            work = await turns.claim(session, "w")
            assert work is not None
            await turns.leave_to_person(session, work.lease)
            waits = await conversations.request_human(session, phone.id, reason="anger", urgency=Urgency.HIGH)
            await conversations.add_label(session, phone.id, "退款", agent_id=me)
            await conversations.add_label(session, site.id, "加急", agent_id=me)
            since = waits.waiting_since
        frozen_clock.move(timedelta(minutes=5))
        await says(database, "有人吗", user=SITE)
        await merge(database, phone, site, me)
        merged = await talk(database, SITE)
        assert merged.waiting_since == since
        assert (merged.urgency, merged.queue_reason) == (Urgency.HIGH, "anger")
        assert merged.unread_for_agent == 2
        async with database.reading() as session:
            assert await conversations.labels(session, site.id) == ["加急", "退款"]
            assert [case.conversation.id for case in await queue.waiting(session, limit=9)] == []

    async def test_who_was_only_unread_with_the_bot_waits_from_then_on(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        async with database.reading() as session:
            [first] = await messages.history(session, phone.id)
        await merge(database, phone, site, me)
        assert (await talk(database, SITE)).waiting_since == first.created_at

    async def test_merged_again_nothing_changes(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        async with database.transaction() as session:
            first = await conversations.merge(session, phone.id, site.id, agent_id=me)
        before = (await talk(database, SITE)).unread_for_agent, (await talk(database, PHONE)).handovers
        async with database.transaction() as session:
            second = await conversations.merge(session, phone.id, site.id, agent_id=me)
        assert (first.again, second.again) == (False, True)
        assert ((await talk(database, SITE)).unread_for_agent, (await talk(database, PHONE)).handovers) == before

    async def test_lines_of_a_line_belong_to_the_last_one(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        async with database.transaction() as session:
            third = await identities.find_or_create(session, channel="test", channel_user_id="tablet")
            await identities.bind(session, third, await session.get_one(Member, site.member_id), by="link_token")
        await says(database, "第三处", user="tablet")
        tablet = await talk(database, "tablet")
        await take(database, tablet, me)
        await merge(database, phone, site, me)
        await merge(database, site, tablet, me)
        assert (await talk(database, PHONE)).merged_into_id == tablet.id
        assert await together(database, tablet) == ["包裹还没到", "我在网站也问一下", "第三处"]

    async def test_the_bots_half_written_reply_is_held_back(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        async with database.transaction() as session:
            work = await turns.claim(session, "w")
        assert work is not None
        assert work.message is not None
        assert work.conversation.id == phone.id
        await merge(database, phone, site, me)
        async with database.transaction() as session:
            done = await turns.complete_turn(
                session, work.lease, work.message.id, replies=[Reply(text="今天到")], fallbacks=0
            )
        assert done.suppressed
        assert [each.status for each in done.replies] == ["suppressed"]


class TestRefused:
    async def test_conversations_of_two_members_stay_apart(self, database: Database) -> None:
        await member_at(database, PHONE)
        await member_at(database, SITE)
        me = await agent(database)
        await says(database, "甲", user=PHONE)
        await says(database, "乙", user=SITE)
        phone, site = await talk(database, PHONE), await talk(database, SITE)
        await take(database, site, me)
        with pytest.raises(NotOneMember):
            await merge(database, phone, site, me)
        assert (await talk(database, PHONE)).state == ConversationState.BOT

    async def test_two_visitors_are_not_one_member(self, database: Database) -> None:
        me = await agent(database)
        await says(database, "甲", user=PHONE)
        await says(database, "乙", user=SITE)
        phone, site = await talk(database, PHONE), await talk(database, SITE)
        await take(database, site, me)
        with pytest.raises(NotOneMember):
            await merge(database, phone, site, me)

    async def test_only_whoever_holds_it(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        other = await agent(database, "周晴")
        with pytest.raises(NotHeld):
            await merge(database, phone, site, other)
        with pytest.raises(NotHeld):
            await merge(database, site, phone, me)
        await merge(database, phone, site, None)

    async def test_not_into_a_line_nor_into_what_is_over(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        with pytest.raises(ConversationMerged) as refused:
            await merge(database, site, phone, me)
        assert refused.value.into_id == site.id
        with pytest.raises(ConversationMerged):
            await take(database, phone, me)
        async with database.transaction() as session:
            await conversations.close(session, site.id, outcome="resolved", agent_id=me)
            with pytest.raises(ConversationMerged):
                await conversations.reopen(session, phone.id, agent_id=me)
        await says(database, "新的事", user=PHONE)
        with pytest.raises(ConversationClosed):
            await merge(database, await talk(database, PHONE), site, me)


class TestAfterwards:
    async def test_the_reply_goes_where_the_member_wrote_last(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        assert await self._answered(database, site, me, "在的") == site.id
        frozen_clock.move(timedelta(minutes=1))
        written = await says(database, "手机上问", user=PHONE)
        async with database.transaction() as session:
            assert await conversations.hear_line(session, phone.id, at=written.created_at) is not None
        assert await self._answered(database, site, me, "马上查") == phone.id
        frozen_clock.move(timedelta(minutes=1))
        await says(database, "回到网站", user=SITE)
        assert await self._answered(database, site, me, "查到了") == site.id

    async def _answered(self, database: Database, site: Conversation, me: int, text: str) -> str:
        async with database.transaction() as session:
            first = await conversations.agent_reply(session, site.id, agent_id=me, text=text, key=text)
            again = await conversations.agent_reply(session, site.id, agent_id=me, text=text, key=text)
            assert first.id == again.id
            return first.conversation_id

    async def test_a_repeated_reply_is_one_also_when_the_member_has_changed_the_channel(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        written = await says(database, "手机上问", user=PHONE)
        async with database.transaction() as session:
            await conversations.hear_line(session, phone.id, at=written.created_at)
            first = await conversations.agent_reply(session, site.id, agent_id=me, text="好", key="k")
        await says(database, "回到网站", user=SITE)
        async with database.transaction() as session:
            again = await conversations.agent_reply(session, site.id, agent_id=me, text="好", key="k")
        assert (again.id, again.conversation_id) == (first.id, phone.id)

    async def test_words_in_a_line_wait_for_an_answer_until_there_is_one(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        await self._answered(database, site, me, "在的")
        frozen_clock.move(timedelta(minutes=1))
        written = await says(database, "手机上问", user=PHONE)
        async with database.transaction() as session:
            await conversations.snooze(session, site.id, agent_id=me, until=now() + timedelta(hours=1))
            await conversations.hear_line(session, phone.id, at=written.created_at)
        merged = await talk(database, SITE)
        assert (merged.waiting_since, merged.unread_for_agent) == (written.created_at, 1)
        assert merged.snoozed_until is None
        async with database.reading() as session:
            [case] = await queue.held_by(session, me, limit=9)
        assert case.last is not None
        assert case.last.text == "手机上问"

    async def test_what_an_agent_has_answered_before_it_was_heard_waits_no_more(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        written = await says(database, "手机上问", user=PHONE)
        frozen_clock.move(timedelta(seconds=5))
        await self._answered(database, site, me, "看到了")
        async with database.transaction() as session:
            await conversations.hear_line(session, phone.id, at=written.created_at)
        assert (await talk(database, SITE)).waiting_since is None

    async def test_nothing_is_sent_to_an_address_that_is_somebody_elses_by_now(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        frozen_clock.move(timedelta(minutes=1))
        await says(database, "手机上问", user=PHONE)
        await merge(database, phone, site, me)
        assert (await talk(database, SITE)).written_in_id == phone.id
        async with database.transaction() as session:
            identity = await session.get_one(Identity, phone.identity_id)
            await identities.unbind(session, identity, by="test")
        assert await self._answered(database, site, me, "在的") == site.id

    @pytest.mark.parametrize("ends", ["close", "hand_back"])
    async def test_when_the_case_is_over_the_line_begins_anew(
        self, database: Database, frozen_clock: FrozenClock, ends: str
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        async with database.transaction() as session:
            if ends == "close":
                await conversations.close(session, site.id, outcome="resolved", agent_id=me)
            else:
                await conversations.hand_back(session, site.id, agent_id=me)
        over = await talk(database, PHONE)
        assert (over.id, over.state, over.outcome) == (phone.id, ConversationState.CLOSED, MERGED)
        await says(database, "新的事", user=PHONE)
        anew = await talk(database, PHONE)
        assert (anew.id != phone.id, anew.state, anew.merged_into_id) == (True, ConversationState.BOT, None)
        assert "新的事" not in await together(database, site)


class TestAtOnce:
    async def test_of_two_opposite_mergings_one_holds(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await take(database, phone, me)
        done = await asyncio.gather(
            merge(database, phone, site, me), merge(database, site, phone, me), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in done) == ["ConversationMerged", "NoneType"]
        states = sorted([(await talk(database, PHONE)).state, (await talk(database, SITE)).state])
        assert states == [ConversationState.AGENT, ConversationState.MERGED]

    async def test_ten_presses_merge_once(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await asyncio.gather(*(merge(database, phone, site, me) for _ in range(10)))
        assert (await talk(database, PHONE)).handovers == phone.handovers + 1
        assert (await talk(database, SITE)).unread_for_agent == 1

    async def test_no_message_is_lost_that_comes_in_meanwhile(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        said = [f"第{number}句" for number in range(12)]

        async def write(number: int) -> None:
            user = PHONE if number % 2 else SITE
            async with database.transaction() as session:
                await conversations.receive(session, inbound(said[number], user=user))

        async def answer(number: int) -> None:
            async with database.transaction() as session:
                await conversations.agent_reply(session, site.id, agent_id=me, text=f"答{number}", key=f"k{number}")

        await asyncio.gather(
            *(write(number) for number in range(6)),
            merge(database, phone, site, me),
            *(answer(number) for number in range(4)),
            *(write(number) for number in range(6, 12)),
            merge(database, phone, site, me),
        )
        found = await together(database, site)
        assert sorted(each for each in found if each.startswith("第")) == sorted(said)
        assert sorted(each for each in found if each.startswith("答")) == [f"答{number}" for number in range(4)]
        for line in (await talk(database, PHONE), await talk(database, SITE)):
            async with database.reading() as session:
                seqs = [each.seq for each in await messages.history(session, line.id)]
            assert seqs == list(range(1, line.last_seq + 1))
        assert (await talk(database, PHONE)).work_due_at is not None

    async def test_closing_and_hearing_at_once_end_well(self, database: Database, frozen_clock: FrozenClock) -> None:
        phone, site, me = await two_talks(database, frozen_clock)
        await merge(database, phone, site, me)
        written = await says(database, "手机上问", user=PHONE)

        async def hear() -> bool:
            async with database.transaction() as session:
                return await conversations.hear_line(session, phone.id, at=written.created_at) is not None

        async def close() -> None:
            async with database.transaction() as session:
                await conversations.close(session, site.id, outcome="resolved", agent_id=me)

        await asyncio.gather(*(hear() for _ in range(4)), close(), write_to(database))
        merged = await talk(database, SITE)
        assert (merged.state, merged.waiting_since) == (ConversationState.CLOSED, None)
        async with database.reading() as session:
            lines = select(Conversation.state).where(Conversation.merged_into_id == site.id)
            assert list(await session.scalars(lines)) == [ConversationState.CLOSED]


async def write_to(database: Database) -> None:
    """The member writes on while all that happens."""
    async with database.transaction() as session:
        await conversations.receive(session, Inbound("test", PHONE, "meanwhile", text="还有一句"))


async def test_no_more_labels_go_along_than_there_may_be(database: Database, frozen_clock: FrozenClock) -> None:
    phone, site, me = await two_talks(database, frozen_clock)
    async with database.transaction() as session:
        for number in range(6):
            await conversations.add_label(session, phone.id, f"甲{number}", agent_id=me)
            await conversations.add_label(session, site.id, f"乙{number}", agent_id=me)
    await merge(database, phone, site, me)
    async with database.reading() as session:
        query = select(ConversationLabel.name).where(ConversationLabel.conversation_id == site.id)
        names = sorted(await session.scalars(query))
    assert len(names) == 8
    assert {f"乙{number}" for number in range(6)} <= set(names)
