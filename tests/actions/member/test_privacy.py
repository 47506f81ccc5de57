"""Marketing stops with one word and comes back with a button; data are given out or deleted on request."""

import pytest
from sqlalchemy import select

from actions.member.privacy import ActionOptOut, ActionPrivacyRequest
from crm_store import clock, members
from crm_store.privacy import PrivacyRequest
from tests.actions.conftest import Customer


class TestOptOut:
    async def test_one_word_stops_and_a_button_takes_it_back(self, member: Customer) -> None:
        assert member.member is not None
        ran = await member.run(ActionOptOut, "TD", "opt_out")
        assert ran.only.text == "好，推广消息不再发给您了。订单、包裹和您自己问的事，还会照常通知。"
        async with member.database.reading() as session:
            stored = await members.get(session, member.member.id)
        assert not stored.marketing_consent
        assert stored.opted_out_at is not None
        (payload,) = ran.only.payloads
        ran = await member.run(ActionOptOut, payload, "opt_out", entities={"choice": "stay_subscribed"})
        assert ran.responses == ["reply_opted_in"]
        async with member.database.reading() as session:
            stored = await members.get(session, member.member.id)
        assert stored.marketing_consent
        assert stored.opted_out_at is None

    async def test_twice_is_no_harm(self, member: Customer) -> None:
        await member.run(ActionOptOut, "unsubscribe", "opt_out", language="en")
        ran = await member.run(ActionOptOut, "unsubscribe!", "opt_out")
        assert ran.responses == ["reply_opted_out_already"]

    async def test_a_stranger_is_told_the_truth(self, customer: Customer) -> None:
        ran = await customer.run(ActionOptOut, "別再傳廣告", "opt_out", language="zh-Hant")
        assert ran.responses == ["reply_opt_out_stranger"]
        assert ran.slots["pending_action"]["action"] == "action_opt_out"


class TestPrivacyRequest:
    @pytest.mark.parametrize(
        ("text", "language", "kind"),
        [
            ("给我打包一份我的资料", "zh-Hans", "export"),
            ("幫我把個資通通刪掉", "zh-Hant", "delete"),
            ("erase everything about me", "en", "delete"),
            ("what do you have on file about me", "en", "export"),
        ],
    )
    async def test_is_registered_with_a_due_day(
        self, member: Customer, frozen_clock: clock.FrozenClock, text: str, language: str, kind: str
    ) -> None:
        ran = await member.run(ActionPrivacyRequest, text, "privacy_request", language=language)
        assert ran.responses == [f"reply_privacy_{kind}"]
        assert ("7 December" if language == "en" else "12 月 7 日") in ran.only.text
        async with member.database.reading() as session:
            request = (await session.scalars(select(PrivacyRequest))).one()
        assert (request.kind, request.conversation_id) == (kind, member.conversation_id)

    async def test_asks_which_when_the_words_do_not_tell(self, member: Customer) -> None:
        ran = await member.run(ActionPrivacyRequest, "关于我的个人资料", "privacy_request")
        assert ran.only.payloads == ['/privacy_request{"choice":"export"}', '/privacy_request{"choice":"delete"}']
        ran = await member.run(
            ActionPrivacyRequest, ran.only.payloads[1], "privacy_request", entities={"choice": "delete"}
        )
        assert ran.responses == ["reply_privacy_delete"]

    async def test_asked_again_the_same_request_stands(self, member: Customer) -> None:
        await member.run(ActionPrivacyRequest, "导出我的数据", "privacy_request")
        ran = await member.run(ActionPrivacyRequest, "我要下载我的数据", "privacy_request")
        assert ran.responses == ["reply_privacy_already"]

    async def test_a_stranger_is_verified_first(self, customer: Customer) -> None:
        ran = await customer.run(ActionPrivacyRequest, "delete my data", "privacy_request", language="en")
        assert ran.responses == ["reply_verify_first"]
        assert await customer.outcomes() == ["verification_needed"]
