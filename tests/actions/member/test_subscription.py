"""Marketing: stopped after one question, wished again at any time; notices of parcels are no marketing."""

from typing import Any

import pytest

from actions.member.subscription import ActionOptIn, ActionOptOut
from crm_store import members
from crm_store.members import Member
from tests.actions.conftest import Customer


async def of(customer: Customer) -> Member:
    assert customer.member is not None
    async with customer.database.reading() as session:
        return await members.get(session, customer.member.id)


async def pressed(customer: Customer, choice: str) -> Any:
    return await customer.run(ActionOptOut, f'/opt_out{{"choice":"{choice}"}}', "opt_out", entities={"choice": choice})


class TestOptOut:
    async def test_one_question_then_all_marketing_stops(self, member: Customer) -> None:
        ran = await member.run(ActionOptOut, "TD", "opt_out")
        assert ran.only.response == "reply_opt_out_sure"
        assert [each.get("answer") for each in ran.only.buttons] == ["yes", "no"]
        assert (await of(member)).marketing_consent
        ran = await pressed(member, "yes")
        assert ran.only.text == "好，推广消息不再发给您了。订单、包裹和您自己问的事，还会照常通知。"
        assert (ran.only.payloads, ran.slots["focus"]["done"]) == (["/opt_in"], "opt_out")
        stored = await of(member)
        assert not stored.marketing_consent
        assert stored.opted_out_at is not None

    async def test_a_no_changes_nothing(self, member: Customer) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        assert (await pressed(member, "no")).responses == ["reply_opt_out_not_done"]
        assert (await of(member)).marketing_consent

    async def test_the_wish_said_once_more_is_a_yes(self, member: Customer) -> None:
        await member.run(ActionOptOut, "unsubscribe", "opt_out", language="en")
        ran = await member.run(ActionOptOut, "unsubscribe!", "opt_out")
        assert ran.responses == ["reply_opted_out"]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("只要停广告，到货通知还是要", "zh-Hans"),
            ("只有廣告不要 到貨通知還是要", "zh-Hant"),
            ("just the ads, still send the delivery texts", "en"),
        ],
    )
    async def test_that_only_the_ads_are_meant_is_a_yes(self, member: Customer, text: str, language: str) -> None:
        await member.run(ActionOptOut, "退订", "opt_out", language=language)
        ran = await member.run(ActionOptOut, text, "opt_out", language=language)
        assert ran.responses == ["reply_opted_out"]
        assert (await of(member)).opted_out_at is not None

    async def test_whether_the_notices_stay_is_no_yes(self, member: Customer) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        await member.run(ActionOptOut, "只停广告吗，到货通知还发吗", "opt_out")
        assert (await of(member)).marketing_consent

    @pytest.mark.parametrize(
        ("text", "language", "told"),
        [
            ("以后想再收怎么弄", "zh-Hans", "恢复接收"),
            ("那以後要再收要怎麼弄", "zh-Hant", "恢復接收"),
            ("how do i get them back later?", "en", "send them again"),
        ],
    )
    async def test_how_they_are_had_again_is_told_and_the_question_stays(
        self, member: Customer, text: str, language: str, told: str
    ) -> None:
        await member.run(ActionOptOut, "退订", "opt_out", language=language)
        ran = await member.run(ActionOptOut, text, "opt_out", language=language)
        assert told in ran.only.text
        assert [each.get("answer") for each in ran.only.buttons] == ["yes", "no"]
        assert (await of(member)).marketing_consent

    @pytest.mark.parametrize("text", ["if i only stop the texts are my points safe?", "万一退订了积分会不会没了"])
    async def test_a_supposed_stop_is_answered_and_never_done(self, member: Customer, text: str) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        ran = await member.run(ActionOptOut, text, "opt_out")
        assert ran.responses == ["reply_opt_out_points_stay"]
        assert [each.get("answer") for each in ran.only.buttons] == [None]
        assert (await of(member)).marketing_consent

    @pytest.mark.parametrize("text", ["too many msgs", "短信太多了", "訊息太多"])
    async def test_the_reason_said_once_more_is_no_yes(self, member: Customer, text: str) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        await member.run(ActionOptOut, text, "opt_out")
        assert (await of(member)).marketing_consent

    async def test_after_a_no_the_wish_is_asked_about_anew(self, member: Customer) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        await pressed(member, "no")
        assert (await member.run(ActionOptOut, "退订", "opt_out")).responses == ["reply_opt_out_sure"]

    async def test_stopped_already_is_said_so(self, member: Customer) -> None:
        await pressed(member, "yes")
        assert (await member.run(ActionOptOut, "别发广告了", "opt_out")).responses == ["reply_opted_out_already"]

    async def test_parcel_notices_stay(self, member: Customer) -> None:
        await pressed(member, "yes")
        member.follows = True
        ran = await member.run(ActionOptOut, "快递到了还会通知我吗", "opt_out")
        assert ran.responses == ["reply_notices_go_on"]

    async def test_asked_with_the_wish_it_is_answered_and_the_question_stands(self, member: Customer) -> None:
        ran = await member.run(ActionOptOut, "退订的话，订单通知还会发吗", "opt_out")
        assert ran.responses == ["reply_notices_go_on", "reply_opt_out_sure"]

    async def test_a_stranger_is_told_the_truth(self, customer: Customer) -> None:
        ran = await customer.run(ActionOptOut, "別再傳廣告", "opt_out", language="zh-Hant")
        assert ran.responses == ["reply_opt_out_stranger"]
        assert ran.slots["pending_action"]["action"] == "action_opt_out"

    @pytest.mark.parametrize(
        "text",
        [
            "停掉簡訊就好，email照寄",
            "只停短信",
            "邮件别停，停短信",
            "just stop the texts, keep the emails",
            "only the sms please",
        ],
    )
    async def test_one_way_of_sending_alone_is_not_stopped_by_stopping_both(self, member: Customer, text: str) -> None:
        await member.run(ActionOptOut, "退订", "opt_out")
        ran = await member.run(ActionOptOut, text, "opt_out")
        assert ran.responses == ["reply_channels_together"]
        assert (await of(member)).opted_out_at is None
        assert (await pressed(member, "yes")).responses == ["reply_opted_out"]

    @pytest.mark.parametrize(
        "text", ["促销短信停了没", "推廣訊息你沒動到吧", "你停的是短信还是邮件", "am I off the list now?"]
    )
    async def test_asked_how_it_stands_nothing_is_switched(self, member: Customer, text: str) -> None:
        for action in (ActionOptOut, ActionOptIn):
            assert (await member.run(action, text, "opt_out")).responses == ["reply_opted_in_already"]
        await pressed(member, "yes")
        for action in (ActionOptOut, ActionOptIn):
            assert (await member.run(action, text, "opt_out")).responses == ["reply_opted_out_already"]


class TestOptIn:
    async def test_news_are_on_again(self, member: Customer) -> None:
        await pressed(member, "yes")
        ran = await member.run(ActionOptIn, "还是恢复吧", "opt_in")
        assert (ran.responses, ran.slots["focus"].get("done")) == (["reply_opted_in"], None)
        stored = await of(member)
        assert (stored.marketing_consent, stored.opted_out_at) == (True, None)

    @pytest.mark.parametrize(
        ("text", "language", "topic"),
        [
            ("上新了记得告诉我", "zh-Hans", "新品"),
            ("有折扣通知我", "zh-Hant", "優惠"),
            ("let me know about new arrivals", "en", "new goods"),
        ],
    )
    async def test_what_they_want_to_hear_of_is_named(
        self, member: Customer, text: str, language: str, topic: str
    ) -> None:
        await pressed(member, "yes")
        async with member.database.transaction() as session:
            held = await members.get(session, (await of(member)).id)
            await members.update_profile(session, held, interests=["bags"])
        ran = await member.run(ActionOptIn, text, "opt_in", language=language)
        assert ran.only.values["topic"] == topic

    async def test_on_already_is_said_so(self, member: Customer) -> None:
        assert (await member.run(ActionOptIn, "打开推送", "opt_in")).responses == ["reply_opted_in_already"]

    async def test_a_stranger_may_verify_or_join(self, customer: Customer) -> None:
        ran = await customer.run(ActionOptIn, "有新货告诉我", "opt_in")
        assert ran.responses == ["reply_opt_in_stranger"]
        assert ran.slots["pending_action"]["action"] == "action_opt_in"


async def test_a_question_after_the_question_stops_nothing(member: Customer) -> None:
    await member.run(ActionOptOut, "别发广告了", "opt_out")
    asked = {"停了还收得到优惠券吗": "reply_opt_out_sure", "先等等，只停短信行不": "reply_channels_together"}
    for text, reply in asked.items():
        assert (await member.run(ActionOptOut, text, "opt_out")).responses == [reply]
    assert (await member.run(ActionOptOut, "别发广告了", "opt_out")).responses == ["reply_opted_out"]


@pytest.mark.parametrize(("wanted", "told"), [(True, "reply_opted_in_already"), (False, "reply_opted_out_already")])
async def test_asked_whether_news_are_on_or_off_nothing_is_switched(member: Customer, wanted: bool, told: str) -> None:
    async with member.database.transaction() as session:
        held = await members.get(session, member.member.id)
        await members.set_marketing_consent(session, held, wanted)
    ran = await member.run(ActionOptIn, "现在到底是关了还是开着", "opt_in")
    assert ran.responses == [told]
    async with member.database.reading() as session:
        assert (await members.get(session, member.member.id)).marketing_consent is wanted
