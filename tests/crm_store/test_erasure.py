"""Nothing of somebody who was erased is left, in any table, and nobody else loses anything."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    api_calls,
    conversations,
    ended_sessions,
    erasure,
    importing,
    imports,
    knowledge,
    members,
    orders,
    points,
    privacy,
    retention,
    verification,
)
from crm_store.clock import FrozenClock
from crm_store.conversations import ConversationState
from crm_store.db import Base, Database
from crm_store.erasure.elsewhere import codes_only
from crm_store.identities import Identity
from crm_store.imports import ImportRun
from crm_store.knowledge import KnowledgeGap
from crm_store.members import Member, MemberChange
from crm_store.messages import MessageStatus
from crm_store.orders import OrderLine
from crm_store.policy import policy
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.marked import (
    CODES,
    GOODS,
    MACHINES,
    MARK,
    NOT_SOMEBODYS,
    marks,
    packed_mark,
    plant,
    planted_columns,
)
from tests.crm_store.shop import make_member

ROWS = {
    "members": {"status": "active", "language": "zh-Hans"},
    "conversations": {"state": "closed", "outcome": None},
    "messages": {"status": "sent"},
    "archived_conversations": {"packed": packed_mark(), "forgotten_at": None},
    "audit_entries": {"subject": "member:1", "actor": "member"},
    "erasures": {"member_id": 1, "identity_id": None, "files": []},
}
VISITOR = {
    table.name: {"member_id": None}
    for table in Base.metadata.sorted_tables
    if "member_id" in table.c and table.c.member_id.nullable
}
OF_MEMBERS_ALONE = {
    "api_calls", "audit_entries", "compensations", "follow_ups", "member_changes", "members", "order_events",
    "order_lines", "orders", "parcel_events", "points_entries", "privacy_requests", "redemptions", "return_requests",
    "risk_assessments", "promises", "callbacks", "survey_answers", "exit_interviews", "import_entries", "thank_yous",
    "win_back_acts", "win_back_cases",
}  # fmt: skip
"""What the mark stands in although a visitor's chat was erased: everything a member alone can have."""


async def finish(database: Database, frozen_clock: FrozenClock) -> None:
    """The second step, as the job takes it."""
    frozen_clock.move(erasure.AT_REST)
    async with database.transaction() as session:
        [waiting] = await erasure.due(session)
        await erasure.sweep(session, waiting)
        await erasure.finished(session, waiting)


class TestMember:
    async def test_the_mark_stands_in_every_field_before_and_in_none_after(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.engine.begin() as connection:
            await plant(connection, ROWS)
            assert set(await marks(connection)) == set(planted_columns())
        async with database.transaction() as session:
            await privacy.erase(session, 1, by="agent:1")
        await finish(database, frozen_clock)
        async with database.engine.begin() as connection:
            assert await marks(connection) == []

    async def test_whoever_adds_a_field_has_to_say_what_stands_in_it(self) -> None:
        names = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
        full = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns}
        assert NOT_SOMEBODYS.keys() <= {table.name for table in Base.metadata.sorted_tables}
        assert names >= CODES | MACHINES
        assert GOODS.keys() <= full

    async def test_what_was_said_before_it_was_known_who_it_is_goes_too(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            said = await receive(session, "我住南京西路", user="u1")
            await conversations.close(session, said.conversation.id, outcome="resolved")
            identity = await session.get_one(Identity, said.conversation.identity_id)
            identity.member_id = member.id
            other = await receive(session, "我住北京西路", user="u2")
        async with database.transaction() as session:
            await privacy.erase(session, member.id, by="agent:1")
        async with database.reading() as session:
            assert (await session.get_one(type(said.message), said.message.id)).text is None
            assert (await session.get_one(type(said.message), other.message.id)).text == "我住北京西路"

    async def test_the_address_stays_while_the_goodbye_is_on_its_way_and_a_day_at_most(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            said = await receive(session, "删除我的资料", user="telegram-7")
            said.conversation.member_id = member.id
            (await session.get_one(Identity, said.conversation.identity_id)).member_id = member.id
        async with database.transaction() as session:
            await privacy.erase(session, member.id, by="agent:1")
            message = await session.get_one(type(said.message), said.message.id)
            message.status = MessageStatus.PENDING
        frozen_clock.move(erasure.AT_REST)
        async with database.transaction() as session:
            assert await erasure.due(session) == []
            assert (await session.get_one(Identity, said.conversation.identity_id)).channel_user_id == "telegram-7"
        frozen_clock.move(timedelta(days=1) - erasure.AT_REST)
        async with database.transaction() as session:
            [waiting] = await erasure.due(session)
            [ended] = await erasure.sweep(session, waiting)
            assert (ended.state, ended.outcome) == (ConversationState.CLOSED, "erased")
            identity = await session.get_one(Identity, said.conversation.identity_id)
            assert identity.channel_user_id == f"erased:{identity.id}"

    async def test_who_goes_on_talking_is_not_cut_off(self, database: Database, frozen_clock: FrozenClock) -> None:
        async with database.transaction() as session:
            said = await receive(session, "删除聊天", user="u1")
            await conversations.close(session, said.conversation.id, outcome="resolved")
            await privacy.erase_chat(session, said.conversation.identity_id)
        frozen_clock.move(erasure.AT_REST - timedelta(seconds=1))
        async with database.transaction() as session:
            await receive(session, "还有一件事", user="u1")
        frozen_clock.move(timedelta(seconds=1))
        async with database.transaction() as session:
            assert await erasure.due(session) == []
        frozen_clock.move(erasure.AT_REST)
        async with database.transaction() as session:
            assert len(await erasure.due(session)) == 1

    async def test_a_question_that_others_asked_too_stays_in_their_words(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            said = await receive(session, "能不能寄到月球", user="u1")
            said.conversation.member_id = member.id
            others = {"language": "zh-Hans"}
            await knowledge.record_gap(
                session, question="能不能寄到月球？", key="b", conversation_id="c-other", **others
            )
            await knowledge.record_gap(
                session, question="能不能寄到月球", key="a", conversation_id=said.conversation.id, **others
            )
            await knowledge.record_gap(
                session, question="我叫王芳怎么办", key="c", conversation_id=said.conversation.id, **others
            )
            await privacy.erase(session, member.id, by="agent:1")
            assert [gap.question for gap in await session.scalars(select(KnowledgeGap))] == ["能不能寄到月球？"]

    @pytest.mark.parametrize(
        "told",
        ["fang@example.com", "Fang@Example.COM", "ＦＡＮＧ@example.com", "+86 139-7712-0001", "0086 (139) 7712 0001",
         "１３９７７１２０００１", "139.7712.0001"],
    )  # fmt: skip
    async def test_answers_of_the_interface_that_name_the_member_go(self, database: Database, told: str) -> None:
        async with database.transaction() as session:
            member = await make_member(session, email="fang@example.com", phone="13977120001")
            for number, named in enumerate((told, "other@example.com")):

                async def work(named: str = named) -> dict[str, str]:
                    return {"refused": named}

                await api_calls.once(session, caller="api:1", key=f"k{number}", request={}, work=work)
            await privacy.erase(session, member.id, by="agent:1")
            kept = await session.scalars(select(api_calls.ApiCall))
            assert [each.answer for each in kept] == ['{"refused": "other@example.com"}']

    async def test_keys_of_calls_are_kept_as_digests_and_older_ones_that_name_the_member_go(
        self, database: Database
    ) -> None:
        async def work() -> dict[str, str]:
            return {}

        async with database.transaction() as session:
            member = await make_member(session, email="fang@example.com")
            await api_calls.once(session, caller="api:1", key="of-fang@example.com", request={}, work=work)
            [kept] = await session.scalars(select(api_calls.ApiCall))
            assert len(kept.key) == 64
            for key in ("plain-of-fang@example.com", "plain-of-li@example.com"):
                old = api_calls.ApiCall(caller="api:1", key=key, request_hash=kept.request_hash, answer="{}")
                session.add(old)
            await session.flush()
            again = await api_calls.once(session, caller="api:1", key="plain-of-li@example.com", request={}, work=work)
            assert again.repeated
            await privacy.erase(session, member.id, by="agent:1")
            left = {each.key for each in await session.scalars(select(api_calls.ApiCall))}
        assert left == {kept.key, "plain-of-li@example.com"}

    async def test_what_points_refer_to_stays_where_it_is_an_order_that_stays(self, database: Database) -> None:
        async with database.transaction() as session:
            member, other = await make_member(session), await make_member(session, phone="13900000009")
            item = orders.LineItem(sku="S", names={"en": "Cup"}, price_minor=900)
            await orders.create(session, member_id=member.id, items=[item], number="O-1")
            await orders.create(session, member_id=other.id, items=[item], number="O-2")
            for who, key, reference in (
                (member, "a", "O-1"), (member, "b", "给王芳的生日"), (member, "c", "O-2"), (member, "d", None),
                (other, "e", "給李雷"),
            ):  # fmt: skip
                await points.earn(session, who.id, points=5, reason="import", key=key, reference=reference)
            await privacy.erase(session, member.id, by="agent:1")
        async with database.reading() as session:
            kept = dict((await session.execute(select(points.Entry.key, points.Entry.reference))).all())
        assert kept == {"a": "O-1", "b": None, "c": None, "d": None, "e": "給李雷"}

    async def test_what_a_file_said_and_what_it_was_called_goes_and_the_goods_keep_their_number(
        self, database: Database
    ) -> None:
        async with database.transaction() as session:
            name = "林晓月.csv"
            numbers = [
                await imported(session, kind, text, file)
                for kind, text, file in (
                    ("members", "member_number,name\nHK9,林晓月\nHK8,李雷\n", name),
                    ("points", "external_id,member_number,points\n给林晓月,HK9,5\n给李雷,HK8,5\n", name),
                    ("orders", ENGRAVED, name),
                    ("members", "member_number,name\nHK7,王芳\n", "other.csv"),
                )
            ]
            member = await members.by_number(session, "HK9")
            assert member is not None
            await privacy.erase(session, member.id, by="agent:1")
        async with database.reading() as session:
            runs = dict((await session.execute(select(ImportRun.id, ImportRun.file_name))).all())
            assert [runs[number] for number in numbers] == ["….csv", "….csv", "….csv", "other.csv"]
            changes = await session.execute(
                select(MemberChange.by, Member.number).join(Member, Member.id == MemberChange.member_id)
            )
            assert {(by, number) for by, number in changes if by != "agent:1"} >= {("import:林晓月.csv", "HK8")}
            mine = select(MemberChange.by).where(MemberChange.member_id == member.id)
            assert set(await session.scalars(mine)) == {"import:", "agent:1"}
            keys = set(await session.scalars(select(points.Entry.key)))
            assert "import:points:给李雷" in keys
            assert not any("林晓月" in key for key in keys)
            [line] = await session.scalars(select(OrderLine))
            assert (line.sku, line.names, line.size, line.colour) == ("RING-1", {}, None, None)
            assert (await points.verify(session, member.id)).agrees


ENGRAVED = """order_number,member_number,placed_at,sku,product_name,price,size,colour
O-1,HK9,2026-01-02,RING-1,戒指 刻字林晓月,900,刻 林晓月,金 林晓月
"""


async def imported(session: AsyncSession, kind: str, text: str, name: str) -> int:
    table, token = importing.read_file(text.encode(), kind), uuid.uuid4().hex
    key = imports.file_key(text.encode())
    run = await imports.begin(session, kind=kind, file_name=name, key=key, rows=len(table.rows), token=token)
    part = importing.read_part(kind, table.rows, table.layout)
    report = await imports.take(session, run.id, token, part, size=len(table.rows))
    assert not report.refused
    await imports.finish(session, run.id, token)
    return run.id


class TestVisitor:
    async def test_nothing_that_was_said_is_left_and_the_address_goes(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        rows = {name: {**VISITOR.get(name, {}), **ROWS.get(name, {})} for name in {*VISITOR, *ROWS}}
        rows["erasures"] = {"member_id": None, "identity_id": 1, "files": []}
        async with database.engine.begin() as connection:
            await plant(connection, rows)
        async with database.transaction() as session:
            await privacy.erase_chat(session, 1)
        await finish(database, frozen_clock)
        async with database.engine.begin() as connection:
            left = {name.partition(".")[0] for name in await marks(connection)}
        assert left <= OF_MEMBERS_ALONE
        assert not left & {
            "messages",
            "identities",
            "conversations",
            "message_words",
            "archived_conversations",
            "archived_words",
        }
        assert "knowledge_gap_questions" not in left

    async def test_what_was_said_before_somebody_signed_in_there_goes_and_theirs_stays(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            before = await receive(session, "我住南京西路", user="u1")
            await conversations.close(session, before.conversation.id, outcome="resolved")
            identity = await session.get_one(Identity, before.conversation.identity_id)
            identity.member_id = (await make_member(session)).id
            since = await receive(session, "我住北京西路", user="u1")
            await privacy.erase_chat(session, identity.id)
        async with database.reading() as session:
            assert (await session.get_one(type(before.message), before.message.id)).text is None
            assert (await session.get_one(type(since.message), since.message.id)).text == "我住北京西路"


class TestRetention:
    async def test_words_go_when_a_conversation_was_closed_long_enough_ago(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            old, open_one = await receive(session, MARK, user="u1"), await receive(session, MARK, user="u2")
            await conversations.close(session, old.conversation.id, outcome="resolved")
        frozen_clock.move(policy().privacy.keep_words)
        async with database.transaction() as session:
            assert await retention.forget_words(session) == 0
        frozen_clock.move(timedelta(seconds=1))
        async with database.transaction() as session:
            assert await retention.forget_words(session) == 1
            assert await retention.forget_words(session) == 0
            texts = [(await session.get_one(type(old.message), each.message.id)).text for each in (old, open_one)]
        assert texts == [None, MARK]

    async def test_links_that_ended_go_and_those_that_open_stay(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:

        async with database.transaction() as session:
            member = await make_member(session)
            await verification.create_link_token(session, member)
        ends = policy().verification.link_valid + policy().privacy.keep_proofs
        frozen_clock.move(ends)
        async with database.transaction() as session:
            await verification.create_link_token(session, member)
            assert await retention.forget_proofs(session) == 0
        frozen_clock.move(timedelta(seconds=1))
        async with database.transaction() as session:
            assert await retention.forget_proofs(session) == 1
            assert await session.scalar(select(verification.LinkToken.id)) is not None

    async def test_sessions_that_were_signed_out_go_once_their_cookie_opens_nothing_anyway(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            agent_id, until = await make_agent(session), frozen_clock.moment + timedelta(hours=12)
            await ended_sessions.end(session, "s" * 32, agent_id=agent_id, expires_at=until)
        frozen_clock.move(timedelta(hours=12) + policy().privacy.keep_proofs)
        async with database.transaction() as session:
            assert await retention.forget_proofs(session) == 0
            assert await ended_sessions.is_ended(session, "s" * 32)
        frozen_clock.move(timedelta(seconds=1))
        async with database.transaction() as session:
            assert await retention.forget_proofs(session) == 1
            assert not await ended_sessions.is_ended(session, "s" * 32)


@pytest.mark.parametrize(
    ("details", "left"),
    [
        (
            {"entry": 7, "occasion": "birthday", "fields": ["phone"]},
            {"entry": 7, "occasion": "birthday", "fields": ["phone"]},
        ),
        ({"was": "南京西路 1 号", "to": "+8613812345678", "list": ["phone", "Wang Fang"]}, {}),
    ],
)
def test_of_the_trail_codes_and_ids_stay(details: dict[str, object], left: dict[str, object]) -> None:

    assert codes_only(details) == left
