"""What is asked right after an answer: of points, levels, prices, and what a form has just offered."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

REWARDS = [
    option("旅行保温杯", '/inform{"reward":"CUP"}'),
    option("茶叶罐", '/inform{"reward":"TEA"}'),
    option("先不换", "/cancel"),
]
REWARDS_EN = [
    option("Travel thermos", '/inform{"reward":"CUP"}'),
    option("Tea tin", '/inform{"reward":"TEA"}'),
    option("Not now", "/cancel"),
]


def told(topic: str, **focus: object) -> Context:
    return Context(focus={"topic": topic, "age": 0, "at": dict.fromkeys(focus, 3), **focus})


class TestWhatAFormOffers:
    @pytest.mark.parametrize(
        ("text", "options"),
        [("那茶叶罐呢", REWARDS), ("好吧，那茶葉罐呢", REWARDS), ("ok, how about the tin", REWARDS_EN)],
    )
    def test_words_that_go_on_to_one_of_them_choose_it(self, text: str, options: list[dict[str, str]]) -> None:
        context = asked(*options, form="redeem_form", slot="redeem_reward", article="exchange_size", at={"article": 3})
        (step,) = hear(said(text, "nlu_fallback", 0.35), context).steps
        assert step.payload == '/inform{"reward":"TEA"}'

    def test_what_is_not_on_offer_and_what_is_asked_of_it_chooses_none(self) -> None:
        context = asked(*REWARDS_EN, form="redeem_form", slot="redeem_reward")
        for text in ("what about the umbrella", "is the tea tin big"):
            (step,) = hear(said(text, "ask_product", 0.9), context).steps
            assert step.payload is None


@pytest.mark.parametrize("text", ["能补差价吗", "可以貼錢換嗎", "could I make up the difference"])
def test_money_for_missing_points_amid_a_redemption_is_a_question_of_points(text: str) -> None:
    context = asked(form="redeem_form", slot="redeem_reward")
    (step,) = hear(said(text, "ask_faq", 0.9), context).steps
    assert step.intent == "ask_points_rules"


@pytest.mark.parametrize("text", ["反正我一分没有，对吧", "我冇積分㗎喎", "no points on it anyway, are there"])
def test_having_no_points_is_no_dispute_where_somebody_leaves(text: str) -> None:
    sounds = said(text, "dispute_points", 0.95)
    leaving = asked(form="leave_form", slot="leave_confirm")
    assert [step.intent for step in hear(sounds, leaving).steps] == ["ask_points_balance"]
    assert [step.intent for step in hear(sounds, Context()).steps] == ["dispute_points"]


@pytest.mark.parametrize(
    ("text", "product"),
    [("哪些是毛巾来的", "毛巾"), ("邊啲係毛巾嚟嘅", "毛巾"), ("which came from the towels", "towels")],
)
def test_which_points_came_from_a_thing_is_asked_of_the_points(text: str, product: str) -> None:
    sounds = said(text, "ask_product", 0.64, product=product)
    assert [step.intent for step in hear(sounds, told("ask_points_balance")).steps] == ["ask_points_history"]
    assert [step.intent for step in hear(sounds, told("ask_product")).steps] == ["ask_product"]


@pytest.mark.parametrize("text", ["那白金呢", "白金卡呢", "and platinum?"])
def test_another_level_after_the_distance_to_one_is_asked_how_far(text: str) -> None:
    (step,) = hear(said(text, "ask_tier_benefits", 0.96), told("ask_tier", tier="gold")).steps
    assert step.intent == "ask_tier"
    assert step.heard is not None
    assert [each["value"] for each in step.heard["entities"]] == ["platinum"]


@pytest.mark.parametrize("text", ["白金有什么好处", "what does platinum get"])
def test_what_a_level_gives_is_still_its_benefits(text: str) -> None:
    (step,) = hear(said(text, "ask_tier_benefits", 0.96), told("ask_tier", tier="gold")).steps
    assert step.intent == "ask_tier_benefits"


@pytest.mark.parametrize("text", ["之前更贵吗", "以前係咪貴啲", "were these more before"])
def test_whether_it_cost_more_before_is_asked_of_the_thing_just_told(text: str) -> None:
    sounds = said(text, "ask_points_history", 0.54)
    (step,) = hear(sounds, told("ask_product", product="TOWEL")).steps
    assert step.intent == "ask_product"
    assert [step.intent for step in hear(sounds, Context()).steps] == ["ask_points_history"]


@pytest.mark.parametrize(
    ("text", "confidence"), [("how long does it take", 0.81), ("when is it open then", 0.85), ("它要多久才到", 0.8)]
)
def test_a_sure_question_of_the_shop_is_none_of_the_thing_just_told(text: str, confidence: float) -> None:
    (step,) = hear(said(text, "ask_faq", confidence), told("ask_product", product="TOWEL")).steps
    assert step.intent == "ask_faq"


def test_a_vague_word_that_points_still_means_the_thing() -> None:
    (step,) = hear(said("tell me about it", "ask_faq", 0.5), told("ask_product", product="TOWEL")).steps
    assert step.intent == "ask_product"


@pytest.mark.parametrize("text", ["她住西藏", "佢喺拉薩", "he's in Tibet"])
def test_a_place_told_after_how_long_delivery_takes_asks_for_that_place(text: str) -> None:
    sounds = said(text, "inform", 0.86)
    context = told("ask_faq", article="delivery_time", question="一般几天送到, how long does delivery take")
    assert [step.intent for step in hear(sounds, context).steps] == ["ask_faq"]
    assert [step.intent for step in hear(sounds, told("ask_faq", article="warranty", question="保修多久")).steps] == [
        "inform"
    ]


@pytest.mark.parametrize("text", ["那個算了，邮费谁出", "ok never mind that one. who pays the postage"])
def test_what_is_open_is_left_where_it_is_only_pointed_at(text: str) -> None:
    context = asked(form="invoice_form", slot="invoice_title")
    heard = hear(said(text, "ask_faq", 0.5, ("cancel", 0.65), ("ask_faq", 0.9)), context)
    assert [step.intent for step in heard.steps] == ["cancel", "ask_faq"]
