"""A member who writes in two places and the agent who wants one conversation: merging, and what comes after."""

import asyncio
from datetime import timedelta

import pytest

from bot.desk.alerts import ALERTS, AlertKind
from bot.desk.desk import Desk
from bot.wording import wording
from crm_store import audit, conversations, identities, members, outbox
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation, ConversationState, NotHeld, NotOneMember
from crm_store.language import Language
from crm_store.messages import MessageStatus
from tests.bot.desk.test_attendance import alerts_of, lead
from tests.bot.desk.test_desk import agent, current, lines, says, told, work_off
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import inbound

pytestmark = pytest.mark.usefixtures("frozen_clock")
MINUTE = timedelta(minutes=1)
PHONE, SITE = "phone", "site"


async def one_member(desk: Desk, *users: str) -> None:
    async with desk.database.transaction() as session:
        member = await members.create(session, family_name="林", given_name="晓雯")
        for user in users:
            identity = await identities.find_or_create(session, channel="test", channel_user_id=user)
            await identities.bind(session, identity, member, by="link_token")


async def two_talks(desk: Desk, me: int, clock: FrozenClock) -> tuple[Conversation, Conversation]:
    """The member has written on the phone and on the site; this agent holds the latter."""
    await one_member(desk, PHONE, SITE)
    phone = await says(desk, "包裹呢", user=PHONE)
    clock.move(MINUTE)
    site = await says(desk, "我的包裹呢", user=SITE)
    await desk.take(site.id, me)
    return phone, site


class TestMerge:
    async def test_customer_colleague_and_trail_know(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me, colleague = await agent(desk, "林悦"), await agent(desk, "周晴")
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.take(phone.id, colleague)
        events = desk.signals.listen(ALERTS)
        merged = await desk.merge(phone.id, me, into_id=site.id)
        assert (merged.id, merged.agent_id) == (site.id, me)
        assert lines(await told(desk, phone))[-1] == f"system: {wording('desk.merged', Language.ZH_HANS, name='林悦')}"
        assert alerts_of(events) == [(AlertKind.MERGED, [colleague])]
        async with desk.database.reading() as session:
            [entry] = await audit.entries(session, subject=f"conversation:{site.id}", limit=1)
        assert (entry.action, entry.details) == ("merge_conversation", {"line": phone.id})

    async def test_merging_twice_tells_and_notes_once(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await asyncio.gather(*(desk.merge(phone.id, me, into_id=site.id) for _ in range(4)))
        said = [each for each in lines(await told(desk, phone)) if each.startswith("system")]
        assert len(said) == 1
        async with desk.database.reading() as session:
            entries = await audit.entries(session, subject=f"conversation:{site.id}", limit=50)
        assert [each.action for each in entries].count("merge_conversation") == 1

    async def test_only_who_holds_it_or_a_supervisor(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me, other, boss = await agent(desk), await agent(desk, "周晴"), await lead(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        with pytest.raises(NotHeld):
            await desk.merge(phone.id, other, into_id=site.id)
        events = desk.signals.listen(ALERTS)
        merged = await desk.merge(phone.id, boss, into_id=site.id)
        assert merged.agent_id == me
        assert alerts_of(events) == [(AlertKind.MERGED, [me])]

    async def test_nobody_elses(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await agent(desk)
        _, site = await two_talks(desk, me, frozen_clock)
        stranger = await says(desk, "我是别人", user="x")
        with pytest.raises(NotOneMember):
            await desk.merge(stranger.id, me, into_id=site.id)

    async def test_the_dialogue_forgets_the_form_that_was_open_there(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        assert rasa.forgotten == [phone.id]


class TestAfterwards:
    async def test_words_where_it_was_merged_reach_the_agent_and_no_bot(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        await desk.reply(site.id, me, text="在查", key="k0")
        turns = len(rasa.turns)
        frozen_clock.move(MINUTE)
        line = await says(desk, "手机上再问一句", user=PHONE)
        assert (line.id, line.state) == (phone.id, ConversationState.MERGED)
        assert len(rasa.turns) == turns
        merged = await current(desk, site.id)
        assert (merged.unread_for_agent, merged.waiting_since) == (1, frozen_clock.moment)
        written = (await told(desk, phone))[-1]
        assert (written.text, written.status, written.intent is not None) == ("手机上再问一句", "handled", True)

    async def test_the_answer_is_delivered_to_the_address_used_last(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        frozen_clock.move(MINUTE)
        await says(desk, "手机上再问一句", user=PHONE)
        reply = await desk.reply(site.id, me, text="今天送到", key="k")
        delivered = []
        async with desk.database.transaction() as session:
            while claimed := await outbox.claim(session, "w", channels=["test"], limit=9):
                delivered += claimed
                for each in claimed:
                    await outbox.mark_sent(session, each.message.id, worker="w", provider_message_id=None)
        [sent] = [each for each in delivered if each.message.id == reply.id]
        assert sent.identity.channel_user_id == PHONE
        assert (await current(desk, site.id)).waiting_since is None

    async def test_each_follower_is_told_only_of_what_is_said_to_them(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        """A tab on the site must never show, by its number, what was written to the phone."""
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        frozen_clock.move(MINUTE)
        await says(desk, "手机上再问一句", user=PHONE)
        on_site, on_phone = (desk.signals.listen(f"conversation:{each.id}") for each in (site, phone))
        await desk.reply(site.id, me, text="今天送到", key="k")
        assert [each.get("messages") for each in on_site.drain()] == [None]
        [event] = on_phone.drain()
        assert (event["conversation"], [each["text"] for each in event["messages"]]) == (phone.id, ["今天送到"])
        assert event["seq"] == event["messages"][0]["seq"]

    async def test_anger_there_is_told_to_whoever_holds_the_case(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        events = desk.signals.listen(ALERTS)
        await says(desk, "气死我了，包裹呢", user=PHONE)
        assert (AlertKind.ANGER, [me]) in alerts_of(events)

    async def test_while_the_dialogue_server_is_away_the_agent_is_told_all_the_same(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        await desk.reply(site.id, me, text="在查", key="k0")
        frozen_clock.move(MINUTE)
        rasa.broken = True
        await says(desk, "有人吗", user=PHONE)
        assert (await current(desk, site.id)).waiting_since == frozen_clock.moment

    async def test_a_worker_that_dies_before_the_end_leaves_the_words_to_the_next(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        await desk.reply(site.id, me, text="在查", key="k0")
        frozen_clock.move(MINUTE)
        await desk.receive(inbound("有人吗", user=PHONE))
        lost = await desk.claim("killed")
        assert lost is not None
        frozen_clock.move(MINUTE)
        assert await work_off(desk, "second") == 1
        await desk.handle(lost)
        merged = await current(desk, site.id)
        assert (merged.unread_for_agent, merged.waiting_since is None) == (1, False)

    async def test_words_that_cross_the_closing_are_the_bots(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        await desk.receive(inbound("还有一件事", user=PHONE))
        work = await desk.claim("w")
        assert work is not None
        await desk.close(site.id, me, outcome="resolved")
        await desk.handle(work)
        assert lines(await told(desk, phone))[-1] == "bot: 回：还有一件事"

    async def test_the_farewell_goes_where_the_member_is_and_their_next_words_begin_anew(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.merge(phone.id, me, into_id=site.id)
        frozen_clock.move(MINUTE)
        await says(desk, "好了谢谢", user=PHONE)
        await desk.close(site.id, me, outcome="resolved")
        farewell = wording("desk.closed", Language.ZH_HANS)
        assert lines(await told(desk, phone))[-1] == f"system: {farewell}"
        assert farewell not in "".join(lines(await told(desk, site)))
        anew = await says(desk, "新的事", user=PHONE)
        assert (anew.id != phone.id, anew.state) == (True, ConversationState.BOT)
        assert lines(await told(desk, anew))[-1] == "bot: 回：新的事"

    async def test_a_reply_the_bot_had_begun_there_is_held_back_and_the_words_wait_for_the_agent(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await agent(desk)
        phone, site = await two_talks(desk, me, frozen_clock)
        await desk.reply(site.id, me, text="在查", key="k0")
        frozen_clock.move(MINUTE)
        received = await desk.receive(inbound("手机上还问", user=PHONE))
        work = await desk.claim("w")
        assert work is not None
        await desk.merge(phone.id, me, into_id=site.id)
        await desk.handle(work)
        async with desk.database.reading() as session:
            found = await conversations.lines(session, site.id)
        assert {line.id for line in found} == {phone.id, site.id}
        bot = [each for each in await told(desk, phone) if each.author == "bot" and each.seq > received.message.seq]
        assert [each for each in bot if each.status != MessageStatus.SUPPRESSED] == []
        assert (await current(desk, site.id)).waiting_since == received.message.created_at
