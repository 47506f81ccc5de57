"""What was said long ago lies in the archive, and whoever reads it finds it as it was."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    archived,
    at_rest,
    audit,
    audit_reading,
    complaints,
    conversations,
    crypto,
    erasure,
    interactions,
    keys,
    messages,
    policy,
    privacy,
    queue,
    retention,
    sealing,
    search,
)
from crm_store.archived import ArchivedConversation, ArchivedWords
from crm_store.clock import FrozenClock, now
from crm_store.complaints import ComplaintEvent
from crm_store.conversations import Conversation
from crm_store.db import Database
from crm_store.interactions import Interaction
from crm_store.messages import Audience, Author, Direction, Message, MessageStatus, Reply
from crm_store.proactive import ProactiveSend, Topic
from crm_store.search import MessageWords
from tests.conftest import TEST_SECRET
from tests.crm_store.inbox import inbound, make_agent, receive
from tests.crm_store.shop import make_member

LONG = timedelta(days=183)
PICTURE = {"kind": "image", "name": "坏的鞋.png", "mime": "image/png", "size": 3, "ref": "web/aa/1.png"}


@pytest.fixture(autouse=True)
def in_clear_and_under_the_tests_secret() -> Iterator[None]:
    yield
    sealing.use_sealing(False)
    crypto.use_secret(TEST_SECRET)


class Talk:
    """A member's closed conversation with a little of everything, and somebody who writes today."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.id = ""
        self.member_id = self.agent_id = 0
        self.ids: list[int] = []

    async def hold(self, session: AsyncSession) -> None:
        member = await make_member(session, email="fang@example.com")
        self.member_id, self.agent_id = member.id, await make_agent(session)
        received = await receive(session, "鞋底开胶了，怎么办？", attachments=[PICTURE], user="u1")
        conversation, asked = received.conversation, received.message
        self.id, conversation.member_id = conversation.id, member.id
        (await session.get_one(type(received.identity), received.identity.id)).member_id = member.id
        asked.status, asked.handled_at, asked.original_text = MessageStatus.HANDLED, now(), "鞋底开胶了"
        asked.intent, asked.confidence, asked.entities = "file_complaint", 0.91, [{"entity": "thing", "value": "鞋底"}]
        await self.say(session, conversation, Author.BOT, text="要登记投诉吗？", in_reply_to=asked.id,
                       buttons=[{"title": "好", "payload": "/affirm"}], custom={"card": 1})  # fmt: skip
        await self.say(session, conversation, Author.BOT, status=MessageStatus.SUPPRESSED, text="没有说出口的话")
        await self.say(session, conversation, Author.AGENT, text="马上给您补发", agent_id=self.agent_id)
        await self.say(session, conversation, Author.AGENT, text="内部备注", agent_id=self.agent_id,
                       audience=Audience.STAFF)  # fmt: skip
        conversation.work_due_at = None
        where = {"member_id": member.id, "conversation_id": self.id, "message_id": asked.id}
        await interactions.record(session, channel="test", outcome="answered", sentiment="negative", **where)
        await complaints.file(session, category="other", description="鞋底开胶", key="m1", **where)
        self.ids = [each.id for each in await messages.history(session, self.id, audience=Audience.STAFF)]
        session.add(
            ProactiveSend(
                key="n1", kind="parcel_moved", topic=Topic.PARCELS, member_id=member.id,
                conversation_id=self.id, channel="test",
                message_id=self.ids[1], week=now().date(), sent_at=now(), counts_until=now(),
            )
        )  # fmt: skip
        await search.index_messages(session)
        await conversations.close(session, self.id, outcome="resolved")

    @staticmethod
    async def say(session: AsyncSession, conversation: Conversation, author: Author, **more: Any) -> None:
        await conversations.append(session, conversation, author=author, **{"status": MessageStatus.SENT, **more})

    async def rows(self) -> dict[str, int]:
        """How many rows there are of it."""
        found = {}
        async with self.database.reading() as session:
            for table in (Message, MessageWords, ArchivedConversation, ArchivedWords):
                of_it = table.__table__.c.conversation_id == self.id
                found[table.__tablename__] = await session.scalar(select(func.count()).where(of_it)) or 0
        return found

    async def seen(self) -> dict[str, Any]:
        """Everything that anybody reads of it."""
        async with self.database.reading(bulk=True) as session:
            of_staff = await messages.history(session, self.id, audience=Audience.STAFF)
            hits = [
                await search.saying(session, words, limit=5) for words in ("开胶", "马上 补发", "内部备注", "没有说过")
            ]
            cases = await queue.closed(session, limit=5)
            return {
                "staff": [told(each) for each in of_staff],
                "member": [told(each) for each in await messages.history(session, self.id)],
                "latest": [each.seq for each in await messages.history(session, self.id, limit=2, newest=True)],
                "first": [each.seq for each in await messages.history(session, self.id, after_seq=1, limit=1)],
                "page": [told(each) for each in await messages.together(session, {self.id: 0}, limit=3)],
                "earlier": [
                    told(each)
                    for each in await messages.together(session, {self.id: 0}, before=(now(), self.ids[2]), limit=9)
                ],
                "one": told(await messages.at(session, self.id, 4)),
                "agent": await messages.last_agent(session, self.id),
                "wrote": await messages.customer_wrote(session, self.id),
                "files": await messages.attachment_refs(session, among=[str(PICTURE["ref"]), "web/aa/2.png"]),
                "found": [[(each.conversation.id, each.excerpt, each.at) for each in some] for some in hits],
                "list": [(each.conversation.id, each.last.text) for each in cases if each.last],
                "copy": await privacy.export_data(session, self.member_id),
                "moods": await interactions.moods(session, self.member_id, since=now() - 9 * LONG),
                "before": [each.id for each in await conversations.for_member(session, self.member_id)],
            }


def told(message: Message) -> dict[str, Any]:
    return {each.key: getattr(message, each.key) for each in Message.__mapper__.column_attrs}


async def put_away(database: Database) -> int:
    async with database.transaction() as session:
        return (await conversations.archive(session)).conversations


@pytest.fixture
async def talk(database: Database, frozen_clock: FrozenClock) -> Talk:
    talk = Talk(database)
    async with database.transaction() as session:
        await talk.hold(session)
        await receive(session, "今天的话", user="u9")
    frozen_clock.move(LONG + timedelta(seconds=1))
    return talk


class TestGoing:
    async def test_everybody_reads_the_same_before_and_after(self, talk: Talk) -> None:
        before = await talk.seen()
        assert before["found"][3] == []
        assert all(before["found"][:3])
        assert await talk.rows() == {
            "messages": 5, "message_words": 3, "archived_conversations": 0, "archived_words": 0,
        }  # fmt: skip
        assert await put_away(talk.database) == 1
        assert await talk.rows() == {
            "messages": 0, "message_words": 0, "archived_conversations": 1, "archived_words": 1,
        }  # fmt: skip
        assert await talk.seen() == before
        async with talk.database.reading() as session:
            kept = await session.get_one(ArchivedConversation, talk.id)
            assert (kept.messages, kept.archived_at, kept.files) == (5, now(), [PICTURE["ref"]])
            assert (await conversations.get(session, talk.id)).archived_at == now()

    async def test_not_a_day_too_soon_and_never_if_the_shop_says_so(
        self, talk: Talk, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.move(-timedelta(seconds=1))
        assert await put_away(talk.database) == 0
        frozen_clock.move(timedelta(seconds=1))
        rules = policy.policy()
        never = rules.privacy.model_copy(update={"archive_after": None})
        with policy.used(rules.model_copy(update={"privacy": never})):
            assert await put_away(talk.database) == 0
        assert await put_away(talk.database) == 1
        assert await put_away(talk.database) == 0

    @pytest.mark.parametrize(
        "status", [MessageStatus.RECEIVED, MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.FAILED]
    )
    async def test_what_is_not_final_stays(self, talk: Talk, status: MessageStatus) -> None:
        async with talk.database.transaction() as session:
            (await session.get_one(Message, talk.ids[-1])).status = status
        assert await put_away(talk.database) == 0
        assert (await talk.rows())["messages"] == 5

    async def test_what_a_worker_has_in_hand_or_the_trail_tells_of_stays(self, talk: Talk) -> None:
        async with talk.database.transaction() as session:
            (await conversations.get(session, talk.id)).work_due_at = now()
        assert await put_away(talk.database) == 0
        async with talk.database.transaction() as session:
            conversation = await conversations.get(session, talk.id)
            conversation.work_due_at, conversation.lease_until = None, now() + timedelta(seconds=1)
        assert await put_away(talk.database) == 0
        async with talk.database.transaction() as session:
            (await conversations.get(session, talk.id)).lease_until = now()
            await audit.record(
                session, agent_id=talk.agent_id, action="resend_message", subject=f"message:{talk.ids[3]}"
            )
        assert await put_away(talk.database) == 0
        async with talk.database.reading() as session:
            found = await audit_reading.page(session, audit_reading.Wanted(member_id=talk.member_id))
        assert "resend_message" in {each.action for each in found.entries}

    async def test_the_newest_message_of_all_stays_for_its_number_is_not_given_again(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            talk = Talk(database)
            await talk.hold(session)
        frozen_clock.move(2 * LONG)
        assert await put_away(database) == 0
        async with database.transaction() as session:
            later = await receive(session, "又来了", user="u1")
            assert later.conversation.id != talk.id
            assert later.message.id > max(talk.ids)
        assert await put_away(database) == 1

    async def test_who_stays_keeps_nobody_behind_them(self, talk: Talk, frozen_clock: FrozenClock) -> None:
        async with talk.database.transaction() as session:
            (await session.get_one(Message, talk.ids[-1])).status = MessageStatus.FAILED
            later = await receive(session, "后来的人", user="u2")
            later.message.status, later.conversation.work_due_at = MessageStatus.HANDLED, None
            await conversations.close(session, later.conversation.id, outcome="resolved")
            await receive(session, "今天的话", user="u9")
        frozen_clock.move(2 * LONG)
        async with talk.database.transaction() as session:
            first = await conversations.archive(session, limit=1)
            assert (first.conversations, first.reached is None) == (0, False)
            second = await conversations.archive(session, beyond=first.reached, limit=1)
            assert second.conversations == 1
            assert (await conversations.archive(session, beyond=second.reached, limit=1)).reached is None
        assert await talk.rows() == {
            "messages": 5, "message_words": 3, "archived_conversations": 0, "archived_words": 0,
        }  # fmt: skip

    async def test_what_ends_half_way_has_not_happened(self, talk: Talk) -> None:
        before = await talk.seen()

        async def cut_off() -> None:
            async with talk.database.transaction() as session:
                assert (await conversations.archive(session)).conversations == 1
                raise RuntimeError("power cut")

        with pytest.raises(RuntimeError, match="power"):
            await cut_off()
        assert (await talk.rows())["messages"] == 5
        assert await talk.seen() == before

    async def test_two_at_once_take_it_once(self, talk: Talk) -> None:
        if talk.database.is_sqlite:
            pytest.skip("writers wait for each other")
        async with talk.database.transaction() as one:
            assert (await conversations.archive(one)).conversations == 1
            assert await put_away(talk.database) == 0
        assert await put_away(talk.database) == 0
        assert (await talk.rows())["archived_conversations"] == 1


class TestComingBack:
    async def test_who_writes_again_begins_anew(self, talk: Talk) -> None:
        await put_away(talk.database)
        async with talk.database.transaction() as session:
            again = await receive(session, "还是我", user="u1")
            assert again.conversation.id != talk.id
            assert again.message.seq == 1
            of_both = await conversations.for_identity(session, again.identity.id)
        assert [each.id for each in of_both] == [again.conversation.id, talk.id]

    async def test_an_agent_who_goes_on_with_it_has_everything_where_it_was(self, talk: Talk) -> None:
        before, spoken_of = await talk.seen(), await speaking_of(talk)
        await put_away(talk.database)
        assert set(await speaking_of(talk)) == {None}
        async with talk.database.transaction() as session:
            conversation = await conversations.reopen(session, talk.id, agent_id=talk.agent_id)
            assert conversation.archived_at is None
        assert await speaking_of(talk) == spoken_of
        after = await talk.seen()
        assert {name: after[name] for name in ("staff", "member", "copy", "found")} == {
            name: before[name] for name in ("staff", "member", "copy", "found")
        }
        assert (await talk.rows())["messages"] == 5
        async with talk.database.transaction() as session:
            said = await conversations.agent_reply(
                session, talk.id, agent_id=talk.agent_id, text="又有消息了", key="k9"
            )
            assert said.seq == 6

    async def test_and_it_can_be_archived_again(self, talk: Talk, frozen_clock: FrozenClock) -> None:
        await put_away(talk.database)
        async with talk.database.transaction() as session:
            await conversations.reopen(session, talk.id, agent_id=talk.agent_id)
            conversation = await conversations.get(session, talk.id)
            await talk.say(session, conversation, Author.AGENT, text="后来补的一句", agent_id=talk.agent_id)
            await conversations.close(session, talk.id, outcome="resolved")
            await receive(session, "今天的话", user="u9")
        frozen_clock.move(2 * LONG)
        before = await talk.seen()
        assert await put_away(talk.database) == 1
        assert await talk.seen() == before
        async with talk.database.reading() as session:
            for words in ("开胶", "后来补的"):
                assert [each.conversation.id for each in await search.saying(session, words, limit=5)] == [talk.id]

    async def test_what_is_said_in_a_line_that_is_archived_brings_it_back(self, talk: Talk) -> None:
        await put_away(talk.database)
        async with talk.database.transaction() as session:
            line = await conversations.locked(session, talk.id)
            await conversations.say(session, line, Reply(text="已经补发"))
        async with talk.database.reading() as session:
            assert [each.seq for each in await messages.history(session, talk.id)] == [1, 2, 4, 6]
        assert (await talk.rows())["messages"] == 6


async def speaking_of(talk: Talk) -> list[int | None]:
    """The messages that rows of other tables speak of."""
    async with talk.database.reading() as session:
        return [
            await session.scalar(select(column))
            for column in (Interaction.message_id, ComplaintEvent.message_id, ProactiveSend.message_id)
        ]


class TestTogether:
    async def test_a_line_in_the_archive_stands_among_the_others(self, talk: Talk, frozen_clock: FrozenClock) -> None:
        async with talk.database.transaction() as session:
            other = await receive(session, "另一个渠道", user="u5")
        lines = {talk.id: 0, other.conversation.id: 0}

        async def read() -> list[tuple[str, int]]:
            async with talk.database.reading() as session:
                return [
                    (each.conversation_id, each.seq)
                    for some in (
                        await messages.together(session, lines),
                        await messages.together(session, lines, limit=2),
                        await messages.together(session, {**lines, talk.id: 4}),
                        await messages.together(session, lines, before=(now(), other.message.id), limit=2),
                    )
                    for each in some
                ]

        before = await read()
        assert len(before) == 6 + 2 + 2 + 2
        assert await put_away(talk.database) == 1
        assert await read() == before


class TestForgetting:
    async def test_words_that_are_too_old_go_from_the_archive(self, talk: Talk, frozen_clock: FrozenClock) -> None:
        await put_away(talk.database)
        async with talk.database.transaction() as session:
            assert await retention.forget_words(session) == 0
        frozen_clock.move(policy.policy().privacy.keep_words - LONG)
        async with talk.database.transaction() as session:
            assert await retention.forget_words(session) == 1
            assert await retention.forget_words(session) == 0
            left = await messages.history(session, talk.id, audience=Audience.STAFF)
            assert [each.text for each in left] == [None] * 5
            assert [each.seq for each in left] == [1, 2, 3, 4, 5]
            assert left[0].intent == "file_complaint"
            assert await archived.files(session) == set()
            assert await search.saying(session, "开胶", limit=5) == []
            packed = json.dumps(await archived.packs(session, [talk.id]), ensure_ascii=False)
        assert not [words for words in ("开胶", "补发", "备注", "affirm", "坏的鞋", "u1") if words in packed]

    async def test_of_who_is_erased_only_times_stay_and_the_files_are_told(self, talk: Talk) -> None:
        await put_away(talk.database)
        async with talk.database.transaction() as session:
            await privacy.erase(session, talk.member_id, by="agent:1")
            [waiting] = await erasure.due(session) or [None]
            erased = (await session.scalars(select(erasure.Erasure))).one()
            assert await erasure.files_of(session, erased) == [PICTURE["ref"]]
            left = await messages.history(session, talk.id, audience=Audience.STAFF)
            assert [(each.seq, each.text) for each in left] == [(seq, None) for seq in range(1, 6)]
            assert await session.scalar(select(func.count()).select_from(ArchivedWords)) == 0
        assert waiting is None or waiting.id == erased.id

    async def test_who_is_erased_just_while_it_goes_is_gone_all_the_same(self, talk: Talk) -> None:
        async def erase() -> None:
            async with talk.database.transaction() as session:
                await privacy.erase(session, talk.member_id, by="agent:1")

        async with talk.database.transaction() as session:
            assert (await conversations.archive(session)).conversations == 1
            erasing = asyncio.create_task(erase())
            while not talk.database.is_sqlite and not await somebody_waits(talk.database):  # noqa: ASYNC110 - another session waits in the server, which tells nobody
                await asyncio.sleep(0.01)
        await erasing
        async with talk.database.reading() as session:
            left = await messages.history(session, talk.id, audience=Audience.STAFF)
            assert [each.text for each in left] == [None] * 5
            erased = (await session.scalars(select(erasure.Erasure))).one()
            assert erased.files == [PICTURE["ref"]]
            assert await session.scalar(select(func.count()).select_from(ArchivedWords)) == 0


async def somebody_waits(database: Database) -> bool:
    """Whether a transaction waits for another one's lock."""
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with database.reading() as session:
        return await session.scalar(waiting) is not None


class TestSealed:
    async def test_where_words_are_sealed_so_is_the_archive_and_it_is_found(self, talk: Talk) -> None:
        before = await talk.seen()
        sealing.use_sealing(True)
        await put_away(talk.database)
        assert await talk.seen() == before
        assert all(raw.startswith(sealing.SIGN) for raw in await standing(talk))

    async def test_sealed_later_unsealed_again_and_under_another_key(self, talk: Talk) -> None:
        before = await talk.seen()
        await put_away(talk.database)
        clear = await standing(talk)
        assert not any(raw.startswith(sealing.SIGN) for raw in clear)
        sealing.use_sealing(True)
        await at_rest.seal(talk.database)
        assert all(raw.startswith(sealing.SIGN) for raw in await standing(talk))
        other = "another secret that takes the place of the first"
        await keys.rotate(talk.database, crypto.Keys(TEST_SECRET), crypto.Keys(other))
        crypto.use_secret(other)
        after = await talk.seen()
        assert {name: after[name] for name in ("staff", "found")} == {name: before[name] for name in ("staff", "found")}
        sealing.use_sealing(False)
        await at_rest.unseal(talk.database)
        assert await standing(talk) == clear


async def standing(talk: Talk) -> list[str]:
    """The pack and the words as they stand in the tables."""
    async with talk.database.reading() as session:
        return [
            str(await session.scalar(select(sealing.raw(column))))
            for column in (ArchivedConversation.packed, ArchivedWords.folded)
        ]


def test_every_table_that_speaks_of_a_message_is_known() -> None:
    assert {(table.name, column.name) for table, column in archived.references()} == {
        ("interactions", "message_id"), ("complaint_events", "message_id"), ("proactive_sends", "message_id"),
    }  # fmt: skip


def test_the_directions_of_a_pack_are_those_of_its_messages() -> None:
    row = Message(seq=1, direction=Direction.IN, created_at=now(), tries=0)
    [again] = archived.unpack(Message, json.loads(json.dumps(archived.pack([row], {}))))
    assert told(again) == told(row)
    assert inbound("x").text == "x"
