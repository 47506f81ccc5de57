"""Data are given out or deleted on request, a deletion after one question; a visitor hears what we hold of them."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from actions.member.privacy import ActionPrivacyRequest, ActionWithdrawPrivacyRequest
from crm_store import clock
from crm_store.db import Database
from crm_store.messages import Message
from crm_store.privacy import PrivacyRequest
from tests.actions.conftest import Customer
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    await stock(database)


async def pressed(customer: Customer, choice: str, **more: Any) -> Any:
    payload = f'/privacy_request{{"choice":"{choice}"}}'
    return await customer.run(ActionPrivacyRequest, payload, "privacy_request", entities={"choice": choice}, **more)


async def stored(customer: Customer) -> list[PrivacyRequest]:
    async with customer.database.reading() as session:
        return list(await session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)))


class TestPrivacyRequest:
    @pytest.mark.parametrize(
        ("text", "language"), [("给我打包一份我的资料", "zh-Hans"), ("what do you have on file about me", "en")]
    )
    async def test_a_copy_is_registered_with_a_due_day(
        self, member: Customer, frozen_clock: clock.FrozenClock, text: str, language: str
    ) -> None:
        ran = await member.run(ActionPrivacyRequest, text, "privacy_request", language=language)
        assert ran.only.response == "reply_privacy_copy_sure"
        assert [each.get("answer") for each in ran.only.buttons] == ["yes", "no"]
        assert await stored(member) == []
        ran = await pressed(member, "export_surely", language=language)
        assert ran.responses == ["reply_privacy_export"]
        assert ("7 December" if language == "en" else "12 月 7 日") in ran.only.text
        (request,) = await stored(member)
        assert (request.kind, request.conversation_id) == ("export", member.conversation_id)
        assert ran.slots["focus"]["done"] == "privacy_request"

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("幫我把個資通通刪掉", "zh-Hant"),
            ("erase everything about me", "en"),
            ("remove my account and everything you have about me", "en"),
            ("把你们有的我的信息全删了", "zh-Hans"),
        ],
    )
    async def test_a_deletion_is_asked_once_and_names_what_is_lost(
        self, member: Customer, text: str, language: str
    ) -> None:
        assert member.member is not None
        await give(member.database, member.member, 1220)
        ran = await member.run(ActionPrivacyRequest, text, "privacy_request", language=language)
        assert ran.only.response == "reply_privacy_sure"
        assert "1,220" in ran.only.text
        assert [each.get("answer") for each in ran.only.buttons] == ["yes", "no"]
        assert await stored(member) == []
        ran = await pressed(member, "delete_surely", language=language)
        assert ran.responses == ["reply_privacy_delete"]
        assert [request.kind for request in await stored(member)] == ["delete"]

    async def test_a_no_deletes_nothing(self, member: Customer) -> None:
        await member.run(ActionPrivacyRequest, "删掉我的资料", "privacy_request")
        assert (await pressed(member, "keep")).responses == ["reply_privacy_kept"]
        assert await stored(member) == []

    async def test_a_no_registers_no_copy_and_a_question_is_no_yes(self, member: Customer) -> None:
        for text in ("你們存了我什麼資料", "存了我哪些信息，有电话吗"):
            ran = await member.run(ActionPrivacyRequest, text, "privacy_request")
            assert ran.responses == ["reply_privacy_copy_sure"]
        assert (await pressed(member, "no_copy")).responses == ["reply_privacy_no_copy"]
        assert await stored(member) == []

    async def test_the_wish_for_a_copy_said_again_is_a_yes(self, member: Customer) -> None:
        await member.run(ActionPrivacyRequest, "给我打包一份我的资料", "privacy_request")
        assert (await member.run(ActionPrivacyRequest, "给我一份资料", "privacy_request")).responses == [
            "reply_privacy_export"
        ]

    async def test_copy_and_deletion_in_one_breath_are_asked_apart(self, member: Customer) -> None:
        ran = await member.run(ActionPrivacyRequest, "先导出一份资料再全部删除", "privacy_request")
        assert ran.only.response == "reply_privacy_which"

    async def test_asks_which_when_the_words_do_not_tell(self, member: Customer) -> None:
        ran = await member.run(ActionPrivacyRequest, "关于我的个人资料", "privacy_request")
        assert ran.only.payloads == ['/privacy_request{"choice":"export"}', '/privacy_request{"choice":"delete"}']
        assert (await pressed(member, "delete")).responses == ["reply_privacy_sure"]

    async def test_how_long_it_takes_is_its_due_day(self, member: Customer, frozen_clock: clock.FrozenClock) -> None:
        await pressed(member, "export_surely")
        member.follows = True
        ran = await member.run(ActionPrivacyRequest, "要等几天呀", "privacy_request")
        assert ran.only.response == "reply_privacy_due"
        assert "12 月 7 日" in ran.only.text
        assert "15 天内" in ran.only.text
        assert len(await stored(member)) == 1

    async def test_a_visitor_who_asks_how_long_it_takes_hears_that_first(self, customer: Customer) -> None:
        ran = await customer.run(ActionPrivacyRequest, "要多久能删干净", "privacy_request")
        assert ran.responses == ["reply_privacy_takes", "reply_privacy_stranger"]
        assert "15 天内" in ran.said[0].text
        ran = await customer.run(ActionPrivacyRequest, "把我的资料都删了吧", "privacy_request")
        assert ran.responses == ["reply_privacy_stranger"]

    async def test_what_becomes_of_the_points_is_answered(self, member: Customer) -> None:
        assert member.member is not None
        await give(member.database, member.member, 300)
        await pressed(member, "delete_surely")
        member.follows = True
        ran = await member.run(ActionPrivacyRequest, "那我的积分怎么办", "privacy_request")
        assert ran.only.response == "reply_privacy_lost"
        assert "300 积分" in ran.only.text

    async def test_a_members_conversations_alone_are_not_deleted_and_that_is_said(self, member: Customer) -> None:
        ran = await pressed(member, "delete_chat")
        assert ran.responses == ["reply_privacy_chats_stay"]
        assert "会员和资料都不动" in ran.only.text
        assert await stored(member) == []

    async def test_while_nobody_has_carried_it_out_it_can_be_withdrawn(self, member: Customer) -> None:
        await pressed(member, "delete_surely")
        ran = await member.run(ActionWithdrawPrivacyRequest, "撤回吧", "undo")
        assert ran.responses == ["reply_privacy_withdrawn"]
        assert [request.status for request in await stored(member)] == ["withdrawn"]
        ran = await member.run(ActionWithdrawPrivacyRequest, "撤回", "undo")
        assert ran.responses == ["reply_privacy_none_open"]

    async def test_asked_again_the_same_request_stands(self, member: Customer) -> None:
        await pressed(member, "export_surely")
        ran = await member.run(ActionPrivacyRequest, "我要下载我的数据", "privacy_request")
        assert ran.responses == ["reply_privacy_already"]

    async def test_a_visitor_hears_what_we_hold_and_may_prove_to_be_a_member(self, customer: Customer) -> None:
        ran = await customer.run(ActionPrivacyRequest, "delete my data", "privacy_request", language="en")
        assert ran.responses == ["reply_privacy_stranger"]
        assert '/privacy_request{"choice":"delete_chat"}' in ran.only.payloads
        assert ran.slots["pending_action"]["action"] == "action_privacy_request"
        assert await customer.outcomes() == ["verification_needed"]

    async def test_a_visitor_has_the_chat_deleted_after_one_question(self, customer: Customer) -> None:
        await customer.send("我住在海边的小房子里")
        assert (await pressed(customer, "delete_chat")).responses == ["reply_chat_sure"]
        assert await texts_of(customer)
        assert (await pressed(customer, "delete_chat_surely")).responses == ["reply_chat_deleted"]
        assert await texts_of(customer) == []


async def texts_of(customer: Customer) -> list[str]:
    async with customer.database.reading() as session:
        query = select(Message.text).where(
            Message.conversation_id == customer.conversation_id, Message.text.is_not(None)
        )
        return [str(text) for text in await session.scalars(query)]
