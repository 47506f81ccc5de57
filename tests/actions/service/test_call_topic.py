"""The topic of a call is what it is about, in a few words: not the whole message that asked for it."""

import pytest

from actions.service.callbacks import CallbackForm
from actions.service.complaints import ComplaintForm, FileComplaint
from crm_store.labels import label
from tests.actions.conftest import Customer

pytestmark = pytest.mark.usefixtures("frozen_clock")

TOMORROW_14 = {"from": "2026-11-23T14:00:00+08:00", "to": "2026-11-23T15:00:00+08:00", "grain": "hour"}


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("找个人给我回电话吧，我手机打字费劲，想问问发票抬头的事", "zh-Hans", "发票抬头"),
        ("關於加濕器退款的問題，請打給我", "zh-Hant", "加濕器退款"),
        ("Could somebody ring me about the broken kettle? I am bad at typing", "en", "the broken kettle"),
        ("可以打給我嗎，電鍋想問清潔的事", "zh-Hant", "電鍋清潔"),
        ("给我打个电话，奶瓶盖子拧不紧", "zh-Hans", "奶瓶盖子拧不紧"),
    ],
)
async def test_what_the_call_is_about_is_kept(member: Customer, text: str, language: str, topic: str) -> None:
    form = await member.run(CallbackForm, text, "request_callback", language=language, active_loop="callback_form")
    assert form.slots["callback_topic"] == topic


async def test_a_story_told_for_the_topic_is_cut_after_a_clause(member: Customer) -> None:
    story = "蓝牙耳机连不上手机，试了三台手机都不行，重置过两次还是老样子，说明书也翻烂了，真的不知道怎么办才好"
    await member.run(
        CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
    )
    await member.run(CallbackForm, "可以", "affirm")
    form = await member.run(CallbackForm, story, "report_fault")
    assert (
        form.slots["callback_topic"] == "蓝牙耳机连不上手机，试了三台手机都不行，重置过两次还是老样子，说明书也翻烂了"
    )


@pytest.mark.parametrize(
    ("said", "intent"), [("嗯", "affirm"), ("隨便", "inform"), ("yes", "affirm"), ("whatever", "inform")]
)
async def test_a_word_that_says_nothing_is_no_topic_and_the_call_is_arranged(
    member: Customer, said: str, intent: str
) -> None:
    await member.run(
        CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
    )
    await member.run(CallbackForm, "可以", "affirm")
    form = await member.run(CallbackForm, said, intent)
    assert form.asks is None
    assert form.slots["callback_topic"] == label("callback_topic", "other", "zh-Hans")


class TestAComplaintAmidIt:
    @pytest.mark.parametrize(("text", "language"), [("我要投訴你們店員", "zh-Hant"), ("I want to complain", "en")])
    async def test_the_wish_to_complain_is_no_topic(self, member: Customer, text: str, language: str) -> None:
        await member.run(
            CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        await member.run(CallbackForm, "可以", "affirm")
        form = await member.run(CallbackForm, text, "make_complaint", language=language)
        assert "callback_topic" not in form.slots

    async def test_what_was_begun_is_kept_and_offered_again_once_it_is_filed(self, member: Customer) -> None:
        amid_it = [{"event": "active_loop", "name": "callback_form"}]
        story = "我要投诉，昨天店员当着我的面摔东西"
        begun = await member.run(
            ComplaintForm, story, "make_complaint", active_loop="complaint_form", requested_slot="callback_topic",
            events=amid_it,
        )  # fmt: skip
        assert begun.slots["focus"]["set_aside"] == "callback_form"
        await member.run(ComplaintForm, "登记", "affirm")
        filed = await member.run(FileComplaint, "登记", "affirm")
        assert filed.responses[-1] == "reply_take_up_again"
        assert filed.said[-1].payloads == ['/inform{"choice":"go_on"}']

    async def test_a_form_begun_by_itself_leaves_nothing_behind(self, member: Customer) -> None:
        before = [{"event": "active_loop", "name": "callback_form"}, {"event": "active_loop", "name": None}]
        begun = await member.run(
            ComplaintForm, "投诉店员摔东西", "make_complaint", active_loop="complaint_form", events=before
        )
        assert "set_aside" not in (begun.slots.get("focus") or {})
