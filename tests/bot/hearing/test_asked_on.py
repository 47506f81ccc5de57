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


class TestTwoQuestionsOfOneShop:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            (
                "I'll be in Hangzhou. Where is the shop, and till when is it open",
                [("out_of_scope", 0.5), ("ask_faq", 0.6), ("ask_faq", 0.85)],
            ),
            ("我下周去杭州。店在哪里，几点关门", [("inform", 0.5), ("ask_faq", 0.6), ("ask_faq", 0.85)]),
        ],
    )
    def test_both_are_asked_of_the_city_that_one_clause_names(self, text: str, parts: list[tuple[str, float]]) -> None:
        heard = hear(said(text, "ask_faq", 0.88, *parts), Context())
        assert [step.intent for step in heard.steps] == ["ask_faq", "ask_faq"]
        assert all("hangzhou" in step.text.casefold() or "杭州" in step.text for step in heard.steps)

    def test_one_question_stays_one(self) -> None:
        heard = hear(said("where is the hangzhou shop", "ask_faq", 0.9), Context())
        assert len(heard.steps) == 1


@pytest.mark.parametrize("text", ["我要搬去墨尔本，帮我关掉吧", "我下個月移民", "we are emigrating, so close it"])
def test_a_statement_tells_why_where_that_was_asked(text: str) -> None:
    leaving = asked(form="leave_form", slot="leave_reason")
    (step,) = hear(said(text, "out_of_scope", 0.84), leaving).steps
    assert step.intent == "inform"


def test_a_question_there_is_none() -> None:
    leaving = asked(form="leave_form", slot="leave_reason")
    (step,) = hear(said("今天天气怎么样？", "out_of_scope", 0.9), leaving).steps
    assert step.intent == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ok in English please. how much is postage", [("change_language", 0.99), ("ask_faq", 0.9)]),
        ("請講繁體中文。我想退貨", [("change_language", 0.99), ("return_or_refund", 0.95)]),
    ],
)
def test_a_language_is_changed_first_and_keeps_no_wish_waiting(text: str, parts: list[tuple[str, float]]) -> None:
    heard = hear(said(text, "nlu_fallback", 0.35, *parts), Context())
    assert [step.intent for step in heard.steps] == [intent for intent, _ in parts]
    assert heard.kept == []


@pytest.mark.parametrize(
    ("text", "product"),
    [("we need 15 towels for the office", "towels"), ("公司要订15条毛巾", "毛巾"), ("我哋想要15條毛巾", "毛巾")],
)
def test_several_of_a_thing_wished_for_are_goods(text: str, product: str) -> None:
    (step,) = hear(said(text, "ask_invoice", 0.65, product=product), Context()).steps
    assert step.intent == "ask_product"


@pytest.mark.parametrize("text", ["I need a towel", "I need to return 2 towels", "my 2 towels need an invoice"])
def test_one_of_it_and_what_was_bought_are_left_alone(text: str) -> None:
    (step,) = hear(said(text, "ask_invoice", 0.65, product="towels"), Context()).steps
    assert step.intent == "ask_invoice"


@pytest.mark.parametrize("text", ["你们记的是几号", "你哋登記咗邊日", "what date have you got down for me"])
def test_what_is_written_down_about_oneself_is_asked_of_the_profile(text: str) -> None:
    (step,) = hear(said(text, "ask_callback", 0.4), Context()).steps
    assert step.intent == "ask_profile"


@pytest.mark.parametrize("text", ["会员还留着吧", "会籍仲喺度嘛", "but my membership stays, right"])
def test_whether_the_account_stays_belongs_to_the_news_just_stopped(text: str) -> None:
    stopped = Context(focus={"done": "opt_out", "topic": "opt_out", "age": 0, "at": {"done": 5}})
    (step,) = hear(said(text, "cancel_membership", 0.49), stopped).steps
    assert (step.intent, step.follows) == ("opt_out", True)


def test_an_invoice_is_of_what_was_bought_though_a_reward_is_called_so() -> None:
    (step,) = hear(said("发票，咖啡组那单", "ask_invoice", 0.95, reward="咖啡组"), Context()).steps
    assert step.heard is not None
    assert {each["entity"] for each in step.heard["entities"]} == {"reward", "product"}
    (other,) = hear(said("咖啡组要几分", "ask_rewards", 0.95, reward="咖啡组"), Context()).steps
    assert other.heard is not None
    assert {each["entity"] for each in other.heard["entities"]} == {"reward"}


@pytest.mark.parametrize("text", ["对，停掉吧", "是的，停了", "yes, stop these"])
def test_the_act_beside_a_yes_to_stopping_news_is_the_yes_alone(text: str) -> None:
    context = asked(
        option("退订", '/opt_out{"choice":"yes"}', "yes"), option("先留着", '/opt_out{"choice":"no"}', "no")
    )
    steps = hear(said(text, "cancel", 0.65), context).steps
    assert [step.payload for step in steps] == ['/opt_out{"choice":"yes"}']
