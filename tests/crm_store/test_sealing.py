"""Names, birthdays and what was said are in no row of the database where sealing is on, and are read and found all the
same."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, Text, cast, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    at_rest,
    complaints,
    conversations,
    crypto,
    feedback,
    interactions,
    keys,
    knowledge,
    members,
    messages,
    privacy,
    promises,
    sealing,
    search,
    turns,
)
from crm_store.clock import FrozenClock, now
from crm_store.conversations import Context, Conversation
from crm_store.db import Base, Database
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Inbound, Message, Reply, Understanding
from crm_store.proactive import due
from crm_store.promises import PromiseKind
from crm_store.sealing import SIGN, NotComparable, Sealable
from tests.conftest import TEST_SECRET
from tests.crm_store.inbox import receive
from tests.crm_store.marked import DAY, MARK, marks, may_tell, plant, planted_columns
from tests.crm_store.proactive.shop import reachable
from tests.crm_store.shop import make_member
from tests.crm_store.test_erasure import ROWS

NEW = "the secret that takes the place of the tests' secret"
MARKS = ("蓝鲸", "藍鯨", "narwhal")
"""Words in which nothing else of a test is written."""
NOT_SEALED: dict[str, str] = {
    "members.gender": "a code",
    "members.interests": "categories of the shop's goods, which SQL looks into",
    "members.time_zone": "a region of the world",
    "identities.channel_user_id": "what a channel knows the customer by: looked up with each message",
    "messages.channel_message_id": "the channel's number, looked up with each message",
    "messages.client_key": "a key of a repeated call",
    "messages.provider_message_id": "the channel's number",
    "member_changes.old_value": "codes: of personal fields the name alone is kept",
    "member_changes.new_value": "codes",
    "conversation_labels.name": "the staff's own words for kinds of cases, counted and filtered by",
    "audit_entries.details": "codes and ids",
    "audit_entries.address": "of the network",
    "points_entries.reason": "codes, summed by",
    "points_entries.reference": "the number of an order, mostly: points are looked up by it",
    "order_lines.names": "what the goods are called",
    "order_lines.size": "of the goods",
    "order_lines.colour": "of the goods",
    "return_requests.return_parcel_number": "looked for by its end",
    "risk_assessments.reasons": "codes and figures",
    "parcels.number": "looked for by its end",
    "import_entries.number": "a number of the shop's",
    "one_time_codes.target_index": "a keyed digest",
}
"""Columns of people's that stay as they are, and why."""


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    sealing.use_sealing(False)
    crypto.use_secret(TEST_SECRET)


@pytest.fixture
def sealed() -> None:
    sealing.use_sealing(True)


async def rows_as_they_stand(database: Database, table: Table) -> list[dict[str, Any]]:
    """Each column as text, without what our types make of it."""
    columns = [cast(column, Text).label(column.name) for column in table.columns]
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(*columns).order_by(*table.primary_key.columns))
        return [dict(row) for row in rows.mappings()]


async def where_it_stands(database: Database, *words: str) -> set[str]:
    """The columns in which one of the words can be read by whoever has the disk."""
    spelt = {*words, *(json.dumps(word).strip('"') for word in words)}
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in await rows_as_they_stand(database, table):
            said = {name for name, value in row.items() if value and any(word in value.lower() for word in spelt)}
            found |= {f"{table.name}.{name}" for name in said}
    return found


async def standing(database: Database, column: Any) -> list[Any]:
    async with database.engine.connect() as connection:
        return list((await connection.execute(select(type_coerce(column, Text)).order_by(column.table.c.id))).scalars())


async def live(session: AsyncSession) -> Conversation:
    """What one customer leaves behind over the real ways in: a member, a talk, and what comes of it."""
    member = await members.create(
        session, family_name="藍鯨", given_name="Narwhal", preferred_name="小蓝鲸", birthday=date(1987, 6, 5)
    )
    received = await conversations.receive(
        session,
        Inbound(
            channel="test",
            channel_user_id="u1",
            channel_message_id="m1",
            text="我是蓝鲸，The narwhal lamp broke",
            display_name="Narwhal 藍鯨",
            attachments=[{"kind": "file", "name": "narwhal.png", "mime": "image/png", "size": 1, "ref": "a/b"}],
        ),
    )
    talk, message = received.conversation, received.message
    talk.member_id = member.id
    talk.context = {"kept": [{"text": "蓝鲸灯"}]}
    message.entities = [{"entity": "phone", "value": "narwhal 13800138000"}]
    await messages.note_edit(session, channel="test", channel_message_id="m1", text="藍鯨燈壞了, my narwhal lamp broke")
    whose: dict[str, Any] = {"member_id": member.id, "conversation_id": talk.id}
    await complaints.file(session, category="quality", description="藍鯨燈壞了", key="c1", **whose)
    await interactions.record(
        session, channel="test", outcome="answered", summary="narwhal", references={"said": "蓝鲸"}, **whose
    )
    await promises.make(
        session, kind=PromiseKind.ORDER_CHANGE, text="蓝鲸灯明天到", due_at=now() + timedelta(days=1), key="p1", **whose
    )
    await feedback.record(session, kind="praise", text="narwhal!", key="f1", **whose)
    await knowledge.record_gap(
        session, question="蓝鲸能退吗 narwhal", language="zh-Hans", key="m1", conversation_id=talk.id
    )
    await members.leave(session, member, reason="藍鯨太貴", by="agent:1")
    await search.index_messages(session)
    return talk


class TestRows:
    @pytest.mark.usefixtures("sealed")
    async def test_what_people_said_stands_nowhere_and_is_read_as_ever(self, database: Database) -> None:
        async with database.transaction() as session:
            talk = await live(session)
        assert await where_it_stands(database, *MARKS, "1987-06-05", "13800138000") == set()
        async with database.reading() as session:
            member = await session.scalar(select(Member))
            assert (members.full_name(member, "zh-Hant"), member.birthday) == ("藍鯨 Narwhal", date(1987, 6, 5))
            [message] = await messages.history(session, talk.id)
            assert (message.text, message.original_text) == (
                "藍鯨燈壞了, my narwhal lamp broke",
                "我是蓝鲸，The narwhal lamp broke",
            )
            assert message.attachments[0]["name"] == "narwhal.png"
            assert (await conversations.get(session, talk.id)).context == {"kept": [{"text": "蓝鲸灯"}]}
            assert (await session.scalar(select(Identity))).display_name == "Narwhal 藍鯨"
            [contact] = await interactions.timeline(session, member.id)
            assert (contact.summary, contact.references) == ("narwhal", {"said": "蓝鲸"})
            assert [each.question for each in await knowledge.gaps(session)] == ["蓝鲸能退吗 narwhal"]
            assert "藍鯨太貴" in [each.reason for each in await members.changes(session, member.id)]

    @pytest.mark.usefixtures("sealed")
    async def test_a_turn_of_the_bot_as_well(self, database: Database) -> None:
        async with database.transaction() as session:
            await receive(session, "蓝鲸灯呢")
            work = await turns.claim(session, "w")
            assert work is not None
            assert work.message is not None
            understood = Understanding(intent="ask", entities=[{"entity": "product", "value": "narwhal"}])
            await turns.complete_turn(
                session,
                work.lease,
                work.message.id,
                replies=[Reply("蓝鲸灯有货", buttons=[{"title": "藍鯨", "payload": "/narwhal"}], custom={"a": "藍鯨"})],
                understanding=understood,
                fallbacks=0,
                context=Context(focus={"product": "narwhal"}),
            )
        assert await where_it_stands(database, *MARKS) == set()
        async with database.reading() as session:
            said, answer = await messages.history(session, work.conversation.id)
            assert said.entities == understood.entities
            assert (answer.text, answer.buttons[0]["title"], answer.custom) == ("蓝鲸灯有货", "藍鯨", {"a": "藍鯨"})
            talk = await conversations.get(session, work.conversation.id)
            assert "narwhal" in str(talk.context)

    @pytest.mark.usefixtures("sealed")
    async def test_of_every_field_there_is_those_named_alone_can_be_read(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            await plant(connection, ROWS)
            assert set(await marks(connection)) == set(planted_columns())
        assert await where_it_stands(database, MARK.lower(), DAY.isoformat()) <= NOT_SEALED.keys()

    @pytest.mark.usefixtures("sealed")
    async def test_who_is_erased_is_gone_from_sealed_rows_too(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            await plant(connection, ROWS)
        async with database.transaction() as session:
            await privacy.erase(session, 1, by="agent:1")
        async with database.engine.begin() as connection:
            assert set(await marks(connection)) <= {"identities.channel_user_id"}

    async def test_off_the_rows_are_as_they_always_were(self, database: Database) -> None:
        async with database.transaction() as session:
            await live(session)
        for table in Base.metadata.sorted_tables:
            for row in await rows_as_they_stand(database, table):
                assert not [name for name, value in row.items() if value and SIGN in value], table.name
        assert await standing(database, Member.__table__.c.birthday) == ["1987-06-05"]
        assert await standing(database, Member.__table__.c.name_key) == ["蓝鲸narwhal narwhal蓝鲸 小蓝鲸"]

    @pytest.mark.parametrize("on", [True, False])
    async def test_words_that_begin_as_sealed_ones_do_are_words(self, database: Database, on: bool) -> None:
        sealing.use_sealing(on)
        for text in (f"{SIGN}蓝鲸", f"{SIGN} ABCD v1:narwhal"):
            async with database.transaction() as session:
                received = await receive(session, text, user=text)
            async with database.reading() as session:
                assert (await session.get_one(Message, received.message.id)).text == text
        assert await where_it_stands(database, "蓝鲸", "v1:narwhal") - {"identities.channel_user_id"} == set()

    @pytest.mark.usefixtures("sealed")
    async def test_nothing_said_says_nothing(self, database: Database) -> None:
        async with database.transaction() as session:
            await make_member(session)
            received = await receive(session, payload="/greet")
            received.message.attachments = []
        assert await standing(database, Message.__table__.c.text) == [None]
        assert await standing(database, Member.__table__.c.preferred_name) == [""]
        async with database.engine.connect() as connection:
            kept = await connection.scalar(select(cast(Message.attachments, Text)))
        assert kept == "[]"

    def test_every_column_of_peoples_words_can_be_sealed_or_is_named_with_the_reason(self) -> None:
        open_ones = {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if may_tell(column) and not isinstance(column.type, Sealable | crypto.EncryptedText)
        }
        assert open_ones <= NOT_SEALED.keys()

    def test_no_statement_can_compare_such_a_column(self) -> None:
        for compare in (
            lambda: Message.text == "蓝鲸",
            lambda: Member.family_name.contains("narwhal"),
            lambda: Member.birthday < date(2000, 1, 1),
            lambda: Message.entities["value"],
            Identity.display_name.desc,
            lambda: Member.given_name.in_(["藍鯨"]),
        ):
            with pytest.raises(NotComparable):
                compare()
        assert str(Message.text.is_not(None)) == "messages.text IS NOT NULL"


class TestFinding:
    async def called(self, session: AsyncSession, text: str) -> list[str]:
        return [members.full_name(each, "zh-Hans") for each in await search.members_like(session, text, limit=5)]

    async def test_a_name_by_a_part_of_it_in_either_script_whenever_it_was_written(self, database: Database) -> None:
        for on in (False, True):
            sealing.use_sealing(on)
            async with database.transaction() as session:
                await members.create(session, family_name="歐陽", given_name="曉蓮" if on else "国强")
                await members.create(session, family_name="Núñez", given_name="José" if on else "Ana")
                await members.create(session, family_name="莲", given_name="欧文" if on else "静")
        for on in (True, False):
            sealing.use_sealing(on)
            async with database.reading() as session:
                assert await self.called(session, "欧阳") == ["歐陽国强", "歐陽曉蓮"]
                assert await self.called(session, "陽曉") == ["歐陽曉蓮"]
                assert await self.called(session, "nunez") == ["Ana Núñez", "José Núñez"]
                assert await self.called(session, "jose núñ") == ["José Núñez"]
                assert await self.called(session, "强晓") == await self.called(session, "%") == []
        sealing.use_sealing(True)
        async with database.reading() as session:
            # One character: who begins so first, then who has it inside.
            assert await self.called(session, "莲") == ["莲欧文", "莲静", "歐陽曉蓮"]

    @pytest.mark.usefixtures("sealed")
    async def test_what_was_said_by_its_words(self, database: Database) -> None:
        async with database.transaction() as session:
            first = await receive(session, "請問退貨的運費誰出", user="u1")
            second = await receive(session, "My Gift Card was never delivered", user="u2")
            await search.index_messages(session)
        async with database.reading() as session:
            for text, found in (
                ("运费", first), ("退货 誰出", first), ("gift card", second), ("GIFT d", second),
            ):  # fmt: skip
                [saying] = await search.saying(session, text, limit=5)
                assert saying.conversation.id == found.conversation.id, text
            for text in ("货费", "giftcard", "运费 gift"):
                assert await search.saying(session, text, limit=5) == [], text

    @pytest.mark.usefixtures("sealed")
    async def test_marks_that_two_words_share_bring_nobody_the_wrong_words(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealing, "PAIR_LETTERS", 0)
        async with database.transaction() as session:
            await members.create(session, family_name="蓝", given_name="鲸")
            await receive(session, "蓝鲸灯")
            await search.index_messages(session)
            assert await self.called(session, "乌龟") == []
            assert await search.saying(session, "乌龟", limit=5) == []

    async def test_a_question_asked_before_and_after_is_one_gap(self, database: Database) -> None:
        for on in (False, True, False):
            sealing.use_sealing(on)
            async with database.transaction() as session:
                await knowledge.record_gap(session, question="能寄到月球吗？", language="zh-Hans")
                await knowledge.record_gap(session, question=f"Ship to Mars {on}?", language="en")
        async with database.reading() as session:
            counted = {each.question: each.count for each in await knowledge.gaps(session)}
        assert counted == {"能寄到月球吗？": 3, "Ship to Mars False?": 2, "Ship to Mars True?": 1}

    async def test_a_birthday_is_wished_however_it_is_kept(self, database: Database, frozen_clock: FrozenClock) -> None:
        ids = []
        for on in (False, True):
            sealing.use_sealing(on)
            async with database.transaction() as session:
                member, _ = await reachable(session, user=f"u{on}", birthday=date(1990 + on, 11, 22))
                await reachable(session, user=f"v{on}", birthday=date(1990, 11, 23))
                ids.append(member.id)
        for on in (False, True):
            sealing.use_sealing(on)
            async with database.reading() as session:
                assert [each.member_id for each in await due.birthdays(session)] == ids


class TestSealingWhatIsThere:
    async def test_sealed_and_in_clear_again_the_rows_are_as_before(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(at_rest, "AT_A_TIME", 2)
        async with database.transaction() as session:
            talk = await live(session)
            for number in range(5):
                await receive(session, f"narwhal {number}", user=f"w{number}")
            await search.index_messages(session)
        before = {each.table.name: await rows_as_they_stand(database, each.table) for each in at_rest.resting(Sealable)}
        sealing.use_sealing(True)
        async with database.reading() as session:
            assert {"members", "messages", "message_words"} <= set(await at_rest.tables_in_clear(session))
        told: list[tuple[str, int, int]] = []
        assert await at_rest.seal(database, on_progress=lambda *each: told.append(each)) > 10
        assert ("members", 1, 1) in told
        assert await where_it_stands(database, *MARKS, "1987-") == set()
        async with database.reading() as session:
            assert await at_rest.tables_in_clear(session) == []
            assert len(await search.saying(session, "narwhal", limit=9)) == 6
            assert [each.member.id for each in await search.saying(session, "蓝鲸", limit=9)] == [talk.member_id]
        assert await at_rest.seal(database) == 0
        sealing.use_sealing(False)
        assert await at_rest.unseal(database) > 10
        assert await at_rest.unseal(database) == 0
        for name, rows in before.items():
            assert await rows_as_they_stand(database, Base.metadata.tables[name]) == rows

    async def test_interrupted_it_goes_on(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(at_rest, "AT_A_TIME", 2)
        async with database.transaction() as session:
            for number in range(5):
                await receive(session, f"蓝鲸 {number}", user=f"u{number}")

        def stop(table: str, done: int, _total: int) -> None:
            if (table, done) == ("messages", 4):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await at_rest.seal(database, on_progress=stop)
        kept = await standing(database, Message.__table__.c.text)
        assert [text.startswith(SIGN) for text in kept] == [True] * 4 + [False]
        async with database.reading() as session:
            texts = (await session.scalars(select(Message.text).order_by(Message.id))).all()
        assert texts == [f"蓝鲸 {number}" for number in range(5)]
        assert await at_rest.seal(database) == 1

    async def test_what_somebody_writes_meanwhile_is_not_written_over(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with database.transaction() as session:
            member = await members.create(session, family_name="蓝鲸")
            await at_rest._write(
                session,
                next(each for each in at_rest.resting(Sealable) if each.table.name == "members"),
                [(member.id, {"family_name": "narwhal"} | dict.fromkeys(_others(), ""), {"family_name": "x"})],
            )
        assert await standing(database, Member.__table__.c.family_name) == ["蓝鲸"]

    async def test_a_text_that_begins_as_sealed_ones_do_stays_sealed(self, database: Database) -> None:
        async with database.transaction() as session:
            received = await receive(session, f"{SIGN}narwhal")
        await at_rest.unseal(database)
        async with database.reading() as session:
            assert (await session.get_one(Message, received.message.id)).text == f"{SIGN}narwhal"

    @pytest.mark.usefixtures("sealed")
    async def test_under_another_key_it_is_read_and_found(self, database: Database) -> None:
        async with database.transaction() as session:
            await keys.remember(session)
            await live(session)
            sealing.use_sealing(False)
            await members.create(session, family_name="王", given_name="芳")
        await keys.rotate(database, crypto.Keys(TEST_SECRET), crypto.Keys(NEW))
        crypto.use_secret(NEW)
        sealing.use_sealing(True)
        async with database.transaction() as session:
            assert len(await search.members_like(session, "小蓝鲸", limit=5)) == 1
            assert len(await search.members_like(session, "王芳", limit=5)) == 1
            assert len(await search.saying(session, "narwhal", limit=5)) == 1
            gap = await knowledge.record_gap(session, question="蓝鲸能退吗 narwhal", language="zh-Hans")
            assert gap is not None
            assert gap.count == 2
        assert await where_it_stands(database, *MARKS) == set()


def _others() -> list[str]:
    return [
        column.name
        for column in Member.__table__.columns
        if isinstance(column.type, Sealable) and column.name != "family_name"
    ]
