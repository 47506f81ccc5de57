"""Search: people by what is known of them, numbers as they are printed or remembered, words that were said."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, conversations, members, messages, parcels, privacy, returns, search
from crm_store.clock import now
from crm_store.db import Database
from crm_store.folding import fold, name_key
from crm_store.members import Member
from crm_store.messages import Author, Direction, Message
from crm_store.orders import OrderStatus
from crm_store.rewards import Redemption, Reward
from crm_store.search import CaseKind, MessageWords
from crm_store.search.conversations import excerpt
from tests.crm_store.inbox import inbound, make_agent, receive
from tests.crm_store.shop import SHOES, make_member, make_order


async def called(session: AsyncSession, text: str) -> list[str]:
    """Who is found, by given name."""
    return [each.given_name for each in await search.members_like(session, text, limit=10)]


async def said_in(session: AsyncSession, text: str) -> list[str]:
    return [each.conversation.id for each in await search.saying(session, text, limit=10)]


async def numbers(session: AsyncSession, text: str) -> list[tuple[CaseKind, str]]:
    return [(each.kind, each.number) for each in await search.cases_numbered(session, text, limit=10)]


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("退貨，運費誰出？", "退货运费谁出"),
            ("ＩＰＨＯＮＥ 手機", "iphone 手机"),
            ("José  Núñez", "jose nunez"),
            ("妳 好", "你好"),
            ("order-0037 late!!", "order 0037 late"),
            ("！？", ""),
        ],
    )
    def test_script_width_case_accents_and_signs_fall_away(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    def test_a_part_folds_to_a_part_of_the_whole(self) -> None:
        whole = "乾隆年間的瓷器，頭髮發亮"
        assert all(fold(whole[i : i + 2]) in fold(whole) for i in range(len(whole) - 1))

    def test_a_name_in_both_orders_and_as_chosen(self) -> None:
        assert name_key("Baker", "Sam", "Sammy") == "bakersam sambaker sammy"
        assert name_key("林", "曉月", "") == "林晓月 晓月林"


class TestMembers:
    async def test_by_a_part_of_the_name_in_either_script_however_spaced(self, session: AsyncSession) -> None:
        await members.create(session, family_name="張", given_name="曉雯")
        await members.create(session, family_name="张", given_name="晓明")
        await members.create(session, family_name="Núñez", given_name="José Luis", preferred_name="Pepe")
        assert await called(session, "张晓") == ["晓明", "曉雯"]
        assert await called(session, "張 曉雯") == ["曉雯"]
        assert await called(session, "晓雯") == ["曉雯"]
        assert await called(session, "jose luis nunez") == ["José Luis"]
        assert await called(session, "Nunez Jose") == ["José Luis"]
        assert await called(session, "PEPE") == ["José Luis"]
        assert await called(session, "雯明") == []

    async def test_who_begins_so_comes_before_who_has_it_inside(self, session: AsyncSession) -> None:
        await members.create(session, family_name="陈", given_name="小文")
        await members.create(session, family_name="文", given_name="静")
        assert await called(session, "文") == ["静", "小文"]

    async def test_the_name_is_found_as_it_is_now(self, session: AsyncSession) -> None:
        member = await members.create(session, family_name="王", given_name="芳")
        await members.update_profile(session, member, family_name="李")
        await session.flush()
        assert await called(session, "王芳") == []
        assert await called(session, "李芳") == ["芳"]

    async def test_rows_written_in_bulk_are_found_too(self, session: AsyncSession) -> None:
        await session.execute(
            insert(Member), [{"number": "B1", "family_name": "趙", "given_name": "倩", "interests": []}]
        )
        assert await called(session, "赵倩") == ["倩"]

    async def test_who_was_erased_is_nobody(self, session: AsyncSession) -> None:
        member = await members.create(session, family_name="孙", given_name="丽", phone="13800138000")
        await members.erase(session, member)
        assert member.name_key == ""
        assert (
            await called(session, "孙丽")
            == await called(session, "13800138000")
            == await called(session, member.number)
            == []
        )

    @pytest.mark.parametrize(
        ("kept", "asked"),
        [
            ("13800138000", "138 0013 8000"),
            ("13800138000", "+86 138-0013-8000"),
            ("+8613800138000", "13800138000"),
            ("0912345678", "0912-345-678"),
            ("0912345678", "+886 912 345 678"),
            ("+886912345678", "0912345678"),
            ("+886912345678", "00886912345678"),
            ("+886 912 345 678", "+886 (0)912 345 678"),
            ("+85261234567", "6123 4567"),
            ("61234567", "+852 6123 4567"),
            ("010 8888 6666", "+86 10 8888 6666"),
        ],
    )
    async def test_by_phone_in_every_local_form(self, session: AsyncSession, kept: str, asked: str) -> None:
        await members.create(session, given_name="甲", phone=kept)
        await members.create(session, given_name="乙", phone="13911112222")
        assert await called(session, asked) == ["甲"]

    async def test_by_address_and_number(self, session: AsyncSession) -> None:
        member = await members.create(session, given_name="甲", email="Lin.Yue@Example.com")
        assert await called(session, " lin.yue@example.COM") == ["甲"]
        assert await called(session, "lin@example.com") == []
        assert await called(session, member.number.lower()) == ["甲"]
        assert await called(session, member.number[-4:]) == ["甲"]
        assert await called(session, member.number[-3:]) == []

    async def test_signs_of_patterns_are_signs(self, session: AsyncSession) -> None:
        await members.create(session, given_name="甲")
        assert await called(session, "%") == await called(session, "_") == await called(session, "  ") == []


class TestNumbers:
    async def test_an_order_with_and_without_hyphen_and_by_its_end(self, session: AsyncSession) -> None:
        member = await make_member(session)
        order = await make_order(session, member, number="20251214-0037")
        await make_order(session, member, number="20251215-0137")
        found = (CaseKind.ORDER, order.number)
        for asked in ("20251214-0037", "20251214 0037", "202512140037", "４-0037"[1:], "0037"):
            assert (await numbers(session, asked))[:1] == [found], asked
        assert await numbers(session, "037") == [(CaseKind.ORDER, "20251214-0037")]
        assert len(await numbers(session, "37")) == 0

    async def test_the_newest_first_when_several_end_so(self, session: AsyncSession) -> None:
        member = await make_member(session)
        for day in (10, 12, 11):
            await make_order(session, member, number=f"202511{day}-0042", placed_at=now() - timedelta(days=30 - day))
        assert [number for _, number in await numbers(session, "0042")] == [
            "20251112-0042", "20251111-0042", "20251110-0042",
        ]  # fmt: skip

    async def test_parcel_complaint_return_and_coupon(self, session: AsyncSession) -> None:
        member = await make_member(session)
        order = await make_order(session, member, status=OrderStatus.DELIVERED)
        await parcels.create(session, number="SF1029384756", order_id=order.id, carrier="顺丰速运")
        complaint = await complaints.file(
            session, member_id=member.id, conversation_id=None, category="quality", description="开胶", key="k1"
        )
        back = await returns.open_return(session, order, order.lines[0], reason="quality", key="k2")
        session.add(Reward(code="TEA", names={"zh-Hans": "茶罐"}, kind="gift", cost=100))
        await session.flush()
        code = Redemption(
            member_id=member.id, reward_code="TEA", key="k3", points=0, coupon_code="HK-7Q2M-9D", valid_until=now()
        )
        session.add(code)
        await session.flush()
        assert await numbers(session, "sf 1029 384756") == [(CaseKind.PARCEL, "SF1029384756")]
        assert await numbers(session, "4756") == [(CaseKind.PARCEL, "SF1029384756")]
        year, serial = complaint.number.split("-")[1:]
        for asked in (complaint.number, f"c{year}{serial}", f"C{int(serial)}" if int(serial) > 99 else f"C{serial}"):
            assert (CaseKind.COMPLAINT, complaint.number) in await numbers(session, asked), asked
        assert await numbers(session, back.number.lower()) == [(CaseKind.RETURN, back.number)]
        for asked in ("HK-7Q2M-9D", "hk7q2m9d", "7q2m 9d"):
            assert await numbers(session, asked) == [(CaseKind.COUPON, "HK-7Q2M-9D")], asked
        assert await numbers(session, "7Q2M") == []

    async def test_whose_it_is_is_told(self, session: AsyncSession) -> None:
        member = await make_member(session)
        order = await make_order(session, member)
        [case] = await search.cases_numbered(session, order.number, limit=5)
        assert (case.member, case.status) == (member, OrderStatus.PAID)

    async def test_a_visitors_complaint_leads_to_its_conversation(self, session: AsyncSession) -> None:
        received = await receive(session, "态度很差")
        talk = received.conversation
        complaint = await complaints.file(
            session, member_id=None, conversation_id=talk.id, category="staff", description="态度很差", key="k1"
        )
        [case] = await search.cases_numbered(session, complaint.number, limit=5)
        assert (case.member, case.conversation_id) == (None, talk.id)

    async def test_words_are_no_number(self, session: AsyncSession) -> None:
        await make_order(session, await make_member(session), number="SALE-100")
        assert await numbers(session, "sale") == await numbers(session, "退货") == await numbers(session, "%%%1") == []


class TestSaying:
    async def test_two_characters_in_either_script_find_a_closed_conversation(self, session: AsyncSession) -> None:
        received = await receive(session, "請問退貨的運費誰出")
        await receive(session, "你好", user="u2")
        await search.index_messages(session)
        received.conversation.state = "closed"
        await session.flush()
        [found] = await search.saying(session, "运费", limit=5)
        assert (found.conversation.id, found.excerpt) == (received.conversation.id, "請問退貨的運費誰出")
        assert await said_in(session, "退貨 誰出") == [received.conversation.id]
        assert await said_in(session, "退货 优惠") == []

    async def test_english_words_without_regard_to_case(self, session: AsyncSession) -> None:
        received = await receive(session, "My Gift Card was never delivered")
        await search.index_messages(session)
        assert await said_in(session, "gift card") == [received.conversation.id]
        assert await said_in(session, "giftcard") == []
        assert await said_in(session, "g") == []

    async def test_one_conversation_is_told_once_with_its_newest_line(self, session: AsyncSession) -> None:
        for text in ("快递到哪了", "快递还没到"):
            received = await receive(session, text)
        other = await receive(session, "快递送错了", user="u2")
        await search.index_messages(session)
        found = await search.saying(session, "快递", limit=5)
        assert [(each.conversation.id, each.excerpt) for each in found] == [
            (other.conversation.id, "快递送错了"),
            (received.conversation.id, "快递还没到"),
        ]

    async def test_what_the_bot_says_is_not_found_but_an_agents_note_is(self, session: AsyncSession) -> None:
        received = await receive(session, "在吗")
        agent = await make_agent(session)
        talk = received.conversation
        common = {"conversation_id": talk.id, "direction": Direction.OUT, "channel": "test", "status": "sent"}
        session.add(Message(seq=50, author=Author.BOT, text="您可以查看退款进度", **common))
        session.add(
            Message(seq=51, author=Author.AGENT, agent_id=agent, text="退款先别答应", audience="staff", **common)
        )
        await session.flush()
        await search.index_messages(session)
        assert [each.excerpt for each in await search.saying(session, "退款", limit=5)] == ["退款先别答应"]

    async def test_taken_up_once_and_in_pieces(self, session: AsyncSession) -> None:
        for number in range(5):
            await receive(session, f"第{number}句", user=f"u{number}")
        assert [await search.index_messages(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert await session.scalar(select(func.count()).select_from(MessageWords)) == 5

    async def test_a_lower_number_that_comes_in_late_is_not_overlooked(self, session: AsyncSession) -> None:
        early, late = await receive(session, "先到的"), await receive(session, "后到的", user="u2")
        await search.reindex(session, late.message)
        assert await search.index_messages(session) == 1
        assert await said_in(session, "先到") == [early.conversation.id]

    async def test_an_edited_message_is_found_by_its_new_words_alone(self, session: AsyncSession) -> None:
        received = await receive(session, "我要退货", message_id="e1")
        await search.index_messages(session)
        changed = await messages.note_edit(session, channel="test", channel_message_id="e1", text="我要换货")
        assert changed is not None
        await search.reindex(session, changed)
        assert await said_in(session, "退货") == []
        assert await said_in(session, "换货") == [received.conversation.id]

    async def test_erasing_a_member_takes_the_words_along(self, session: AsyncSession) -> None:
        member = await make_member(session)
        received = await receive(session, "我住在幸福路八号")
        received.conversation.member_id = member.id
        await session.flush()
        await search.index_messages(session)
        await privacy.erase(session, member.id, by="test")
        await search.index_messages(session)
        assert await said_in(session, "幸福路") == []
        assert await session.scalar(select(func.count()).select_from(MessageWords)) == 0

    async def test_erasing_a_visitors_chat_takes_the_words_along(self, session: AsyncSession) -> None:
        received = await receive(session, "我住在幸福路八号")
        await search.index_messages(session)
        await privacy.erase_chat(session, received.conversation.identity_id)
        assert await said_in(session, "幸福路") == []

    def test_an_excerpt_begins_near_the_words(self) -> None:
        said = "前" * 60 + "這裡說到退 款，" + "后" * 80
        shown = excerpt(said, "退款")
        assert shown.startswith("…前")
        assert shown.endswith("后…")
        assert "退 款" in shown
        assert len(shown) <= 62


class TestFind:
    async def test_everything_of_one_question(self, session: AsyncSession) -> None:
        member = await members.create(session, family_name="林", given_name="悦")
        order = await make_order(session, member, items=[SHOES], number="20251214-0037")
        await receive(session, "订单 20251214-0037 呢")
        await search.index_messages(session)
        found = await search.find(session, "0037")
        assert [each.number for each in found.cases] == [order.number]
        assert [each.excerpt for each in found.sayings] == ["订单 20251214-0037 呢"]
        assert (await search.find(session, "林悦")).members == [member]

    async def test_nothing_asked_nothing_found(self, session: AsyncSession) -> None:
        await members.create(session, family_name="林")
        found = await search.find(session, "  ")
        assert [*found.members, *found.cases, *found.sayings] == []

    async def test_a_long_paste_is_cut(self, session: AsyncSession) -> None:
        await members.create(session, family_name="林", given_name="悦")
        assert not (await search.find(session, "林悦" * 5000)).members


async def test_two_processes_take_up_what_was_said_once(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(4):
            await conversations.receive(session, inbound(f"第{number}句", user=f"u{number}"))
    for _ in range(2):
        async with database.transaction() as session:
            await search.index_messages(session)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(MessageWords)) == 4
