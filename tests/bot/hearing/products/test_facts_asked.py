"""A part by itself, a level's price and what goes together are asked of goods, whatever they sound like; what happened
to a part, an exchange and an order are none of it."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

TOLD = Context(focus={"topic": "ask_product", "product": "CUP", "age": 0, "at": {"product": 3}})


def intents(heard: Heard) -> list[str | None]:
    return [step.intent for step in heard.steps]


@pytest.mark.parametrize(
    ("text", "intent", "thing"),
    [
        ("奶瓶的奶嘴能单独买吗", "ask_faq", "奶瓶"),
        ("我買的耳機可以只買充電線嗎", "report_fault", "耳機"),
        ("can i buy only the lid of the thermos", "ask_faq", "thermos"),
        ("do the blue sheets go with the bedding set i bought", "redeem_points", "bedding set"),
        ("我这个会员等级买登机箱要付多少钱", "ask_tier", "登机箱"),
        ("我是金卡，買越野跑鞋要付多少", "ask_tier", "越野跑鞋"),
        ("what do i pay for the cabin case as a gold member", "ask_tier_benefits", "cabin case"),
        ("围巾会不会起球", "report_fault", "围巾"),
        ("will the scarf shed lint", "return_or_refund", "scarf"),
        ("毛巾會掉毛嗎", "return_or_refund", "毛巾"),
        ("围巾扎不扎脖子", "report_fault", "围巾"),
        ("will the knife rust", "report_fault", "knife"),
        ("is the coffee set enough for 4 people", "ask_rewards", "coffee set"),
        ("檯燈可以換燈泡嗎，亮度幾流明", "nlu_fallback", "檯燈"),
    ],
)
def test_it_is_asked_of_goods(text: str, intent: str, thing: str) -> None:
    assert intents(hear(said(text, intent, product=thing), Context())) == ["ask_product"]


@pytest.mark.parametrize("text", ["可以只买盖子吗", "蓋子可以單買嗎", "do you sell a spare lid?"])
def test_of_what_was_told_last(text: str) -> None:
    heard = hear(said(text, "ask_faq", 0.7), TOLD)
    assert intents(heard) == ["ask_product"]
    assert {"entity": "choice", "value": "CUP"}.items() <= (heard.steps[0].heard or {})["entities"][0].items()


@pytest.mark.parametrize(
    ("text", "intent", "thing"),
    [
        ("保温杯的盖子坏了，想换个盖子", "report_fault", "保温杯"),
        ("the lid of my thermos broke, i want a new one", "report_fault", "thermos"),
        ("我买的围巾起球了，会不会是质量问题", "report_fault", "围巾"),
        ("毛巾掉毛，要退", "return_or_refund", "毛巾"),
        ("the knife i bought rusts, will you take it back", "return_or_refund", "knife"),
        ("奶瓶少了奶嘴", "report_fault", "奶瓶"),
        ("我要退那个保温杯", "return_or_refund", "保温杯"),
        ("越野跑鞋想換大一號", "return_or_refund", "越野跑鞋"),
        ("金卡还差多少积分", "ask_tier", ""),
        ("how many points for gold", "ask_tier", ""),
        ("金卡有什么权益", "ask_tier_benefits", ""),
    ],
)
def test_what_is_told_or_wished_of_a_purchase_and_levels_stay_what_they_are(text: str, intent: str, thing: str) -> None:
    entities = {"product": thing} if thing else {}
    assert "ask_product" not in intents(hear(said(text, intent, **entities), Context()))


def test_amid_a_form_it_is_the_forms() -> None:
    in_form = asked(form="return_form", slot="return_reason", **TOLD.focus)
    assert "ask_product" not in intents(hear(said("可以只买盖子吗", "ask_faq", 0.6), in_form))


class TestOneOrTheOther:
    @pytest.mark.parametrize(
        ("text", "thing"),
        [
            ("下雨天去公园跑，轻跑鞋还是越野跑鞋好", "轻跑鞋"),
            ("下雨天跑步，輕跑鞋還是越野跑鞋適合", "輕跑鞋"),
            ("light or trail shoes for a rainy park?", "trail shoes"),
        ],
    )
    def test_for_a_need_is_a_choice_between_them(self, text: str, thing: str) -> None:
        (step,) = hear(said(text, "ask_product", 0.9, product=thing), Context()).steps
        assert {"between"} == {each["value"] for each in (step.heard or {})["entities"] if each["entity"] == "choice"}

    @pytest.mark.parametrize("text", ["轻跑鞋下雨天还是没送到", "is the parcel or the refund coming, it rains"])
    def test_without_one_it_is_none(self, text: str) -> None:
        steps = hear(said(text, "ask_parcel", 0.9, product="轻跑鞋"), Context()).steps
        assert [step.intent for step in steps] == ["ask_parcel"]
