"""Messages: what each side may read, limits, edits."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, interactions, messages, search, turns
from crm_store.conversations import locked
from crm_store.messages import Audience, Inbound, Message, MessageEmpty, Reply, TextTooLong
from crm_store.search.models import MessageWords
from tests.crm_store.inbox import make_agent, receive

MOST_IN_32_BITS = 2**31 - 1


class TestHistory:
    async def test_places_rise_by_one_and_later_ones_can_be_asked_for(self, session: AsyncSession) -> None:
        first = await receive(session, "在吗")
        await receive(session, "我要查订单")
        await receive(session, "谢谢")

        told = await messages.history(session, first.conversation.id)
        later = await messages.history(session, first.conversation.id, after_seq=1)

        assert [(message.seq, message.text) for message in told] == [(1, "在吗"), (2, "我要查订单"), (3, "谢谢")]
        assert [message.seq for message in later] == [2, 3]

    async def test_the_latest_ones_come_in_order(self, session: AsyncSession) -> None:
        for text in ("一", "二", "三"):
            received = await receive(session, text)

        told = await messages.history(session, received.conversation.id, limit=2, newest=True)

        assert [message.text for message in told] == ["二", "三"]

    async def test_notes_and_held_back_replies_are_for_the_staff_only(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        await receive(session, "包裹呢？")
        work = await turns.claim(session, "w")
        assert work is not None
        assert work.message is not None
        await conversations.take(session, work.conversation.id, agent_id)
        await turns.complete_turn(session, work.lease, work.message.id, replies=[Reply("机器人的话")])
        await conversations.note(session, work.conversation.id, agent_id=agent_id, text="老客户，客气点", key="n1")

        to_member = await messages.history(session, work.conversation.id)
        to_staff = await messages.history(session, work.conversation.id, audience=Audience.STAFF)

        assert [message.text for message in to_member] == ["包裹呢？"]
        assert [message.text for message in to_staff] == ["包裹呢？", "机器人的话", "老客户，客气点"]


class TestIds:
    async def test_the_message_after_32_bits_are_used_up_goes_its_whole_way(self, session: AsyncSession) -> None:
        before = await receive(session, "在吗", user="u1")
        if session.get_bind().dialect.name == "postgresql":
            for table in ("messages", "interactions"):
                await session.execute(select(func.setval(f"{table}_id_seq", MOST_IN_32_BITS)))
        else:
            last = update(Message).where(Message.id == before.message.id).values(id=MOST_IN_32_BITS)
            await session.execute(last.execution_options(synchronize_session=False))

        received = await receive(session, "包裹呢？", user="u2")
        work = await turns.claim(session, "w")
        while work is not None and work.conversation.id != received.conversation.id:
            work = await turns.claim(session, "w")
        assert work is not None
        done = await turns.complete_turn(session, work.lease, received.message.id, replies=[Reply("明天到")])
        await interactions.record(
            session, member_id=None, channel="web", outcome="answered", message_id=received.message.id
        )
        await search.index_messages(session)

        assert received.message.id > MOST_IN_32_BITS
        assert [reply.in_reply_to for reply in done.replies] == [received.message.id]
        assert received.message.id in set(await session.scalars(select(MessageWords.message_id)))


class TestLimits:
    async def test_the_longest_text_is_kept_and_one_more_is_refused(self, session: AsyncSession) -> None:
        kept = await receive(session, "字" * 4096)
        assert len(kept.message.text or "") == 4096

        with pytest.raises(TextTooLong) as refusal:
            await receive(session, "字" * 4097)
        assert (refusal.value.length, refusal.value.limit) == (4097, 4096)

    @pytest.mark.parametrize("text", [None, "", " \n\u3000"])
    async def test_nothing_at_all_is_refused(self, session: AsyncSession, text: str | None) -> None:
        with pytest.raises(MessageEmpty):
            await receive(session, text)

    async def test_a_picture_without_words_is_kept(self, session: AsyncSession) -> None:
        received = await receive(session, None, attachments=[{"kind": "image", "ref": "files/1.jpg"}])
        assert received.message.attachments == [{"kind": "image", "ref": "files/1.jpg"}]


class TestClean:
    async def test_what_no_database_takes_does_not_reach_it_in_any_field(self, session: AsyncSession) -> None:
        dirty = "好\x00\ud800\x1b" + "\x01" * 5000
        inbound = Inbound(
            channel="web",
            channel_user_id="v1",
            channel_message_id="v1:c1",
            text=dirty,
            payload=dirty,
            attachments=[{"kind": "file", "name": dirty, "size": 3}],
            display_name=dirty,
            locale="zh-" + "x" * 40,
        )
        received = await conversations.receive(session, inbound)
        message = received.message
        assert (message.text, message.payload) == ("好\ufffd", "好\ufffd")
        assert message.attachments == [{"kind": "file", "name": "好\ufffd", "size": 3}]
        assert received.conversation.locale == "zh-" + "x" * 17

    async def test_nothing_but_control_characters_is_nothing(self, session: AsyncSession) -> None:
        with pytest.raises(MessageEmpty):
            await conversations.receive(session, Inbound("web", "v1", "v1:c1", text="\x00\x01\x02"))


class TestNoteEdit:
    async def test_the_first_wording_is_kept_and_no_new_turn_begins(self, session: AsyncSession) -> None:
        received = await receive(session, "我要退鞋", message_id="e1")
        for text in ("我要退包", "我要换包"):
            edited = await messages.note_edit(session, channel="test", channel_message_id="e1", text=text)

        assert edited is received.message
        assert (edited.text, edited.original_text) == ("我要换包", "我要退鞋")
        assert edited.edited_at is not None
        assert (await locked(session, received.conversation.id)).last_seq == 1

    async def test_an_unknown_message_is_nothing(self, session: AsyncSession) -> None:
        assert await messages.note_edit(session, channel="test", channel_message_id="no", text="x") is None
