"""Questions about rewards and points by their words, whatever they sound like."""

import pytest

from actions.kit.asked import reward_asides
from actions.kit.asked.rewards_asked import RULES, WHETHER_DONE, RewardAsked, asked
from bot.hearing.hear import hear
from bot.hearing.steps import Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked as ask_again
from tests.bot.hearing.words import said

OF_POINTS = Context(focus={"topic": "ask_points_balance", "age": 0, "reward": "COUPON100", "at": {"reward": 4}})


def choice(step: Step) -> str:
    entities = (step.heard or {}).get("entities", [])
    return next((str(each["value"]) for each in entities if each["entity"] == "choice"), "")


@pytest.mark.parametrize(
    "text",
    [
        "能一次换二十张吗",
        "100元券可以一次換20張嗎",
        "最多能换几张",
        "can i take 3 of those and use them all on one order",
        "how many of them can I redeem at once",
    ],
)
def test_how_many_at_once_asks_how_it_is_with_the_voucher(text: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.9), OF_POINTS).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", RULES)


@pytest.mark.parametrize(
    "text",
    [
        "can i just get it as cash or off my next order",
        "积分能抵钱么",
        "點數可以直接付款嗎",
        "can I pay with points",
        "the points. can i use them to pay for stuff",
    ],
)
def test_whether_points_pay_cancels_no_order_and_names_no_card(text: str) -> None:
    (step,) = hear(said(text, "cancel_order", 0.66), OF_POINTS).steps
    assert step.intent == "ask_points_rules"


@pytest.mark.parametrize("text", ["那保温杯换上了没", "保溫杯換好了沒", "did the mug go through"])
def test_whether_one_was_redeemed_is_asked_where_rewards_are_spoken_of(text: str) -> None:
    (step,) = hear(said(text, "redeem_points", 0.54), OF_POINTS).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", WHETHER_DONE)
    elsewhere = hear(said(text, "redeem_points", 0.9), Context()).steps
    assert all(choice(step) != WHETHER_DONE for step in elsewhere)


def test_the_sum_of_several_is_no_return() -> None:
    text = "那茶罐 保温杯 台灯各来一个 一共多少分"
    parts = (("inform", 0.99), ("inform", 0.97), ("report_fault", 0.92), ("ask_points_balance", 0.84))
    (step,) = hear(said(text, "ask_rewards", 0.94, *parts, product="保温杯"), Context()).steps
    assert step.intent == "ask_rewards"


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("不是20元的!一百块的那种券", "一百块"),
        ("唔係20蚊，係100蚊嗰張券", "100"),
        ("not the 20, the 100 one", "100"),
    ],
)
def test_another_voucher_is_meant_than_the_one_told_of(text: str, worth: str) -> None:
    (step,) = hear(said(text, "inform", 0.5), OF_POINTS).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", RULES)
    assert worth in step.text
    assert "20" not in step.text


@pytest.mark.parametrize(
    "text",
    [
        "分期付款怎么算",
        "10分钟内付款行吗",
        "我一共多少分",
        "鞋子换货办好了没",
        "可以換嗎",
        "换了没有货怎么办",
        "100积分能抵多少钱",
        "can I take two bags on the plane",
        "how do I pay for an order",
        "is it 20% off my next order",
    ],
)
def test_other_words_ask_nothing_of_the_kind(text: str) -> None:
    assert asked(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "so if i spend 1000 points now whats left to expire",
        "要是现在花掉3000分，年底还剩多少会过期",
        "我用了1000點之後還剩多少會過期",
    ],
)
def test_what_is_left_to_expire_once_some_are_spent(text: str) -> None:
    assert asked(text) is RewardAsked.LEFT


AT_THE_QUESTION = ask_again(form="redeem_form", slot="redeem_confirm")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("有门槛吗？", "ask_vouchers"),
        ("再想想，這張券有效期多久", "hesitate"),
        ("hmm not sure, how long is it valid?", "nlu_fallback"),
        ("can I get the points back later", "ask_faq"),
        ("换完还能反悔吗", "undo"),
        ("換了可以退回點數嗎", "ask_points_rules"),
        ("any small print?", "out_of_scope"),
    ],
)
def test_terms_asked_before_the_yes_are_of_the_reward_in_question(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.7), AT_THE_QUESTION).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", RULES)


@pytest.mark.parametrize(
    ("text", "intent", "heard"),
    [
        ("换吧", "affirm", "affirm"),
        ("不换了，门槛太高", "deny", "cancel"),
        ("算了，有效期太短", "deny", "cancel"),
    ],
)
def test_a_yes_or_no_is_none_of_it(text: str, intent: str, heard: str) -> None:
    steps = hear(said(text, intent, 0.9), AT_THE_QUESTION).steps
    assert steps[0].intent == heard
    assert all(choice(step) != RULES for step in steps)


@pytest.mark.parametrize(
    "text", ["换了可以退回点数吗", "券兌了之後還能換回點數嗎", "can I swap a voucher back to points?"]
)
def test_whether_what_was_redeemed_can_be_points_again_is_a_rule(text: str) -> None:
    for intent in ("ask_faq", "ask_vouchers", "redeem_points"):
        (step,) = hear(said(text, intent, 0.8), Context()).steps
        assert step.intent == "ask_points_rules"


@pytest.mark.parametrize("text", ["鞋换了码还能退吗", "can I return it after an exchange?", "退货了积分会退回吗"])
def test_goods_that_go_back_are_another_matter(text: str) -> None:
    assert asked(text, of_points=True) is not RewardAsked.UNDO


@pytest.mark.parametrize(
    "text",
    [
        "一筆訂單用了點數折抵，退貨會退什麼",
        "用积分抵扣了一部分，退货能退回来积分吗",
        "paid with points, what comes back if I return it?",
    ],
)
def test_what_comes_back_of_an_order_points_were_used_for_is_one_question(text: str) -> None:
    parts = (("ask_points_rules", 0.9), ("return_or_refund", 0.9))
    assert [step.intent for step in hear(said(text, "return_or_refund", 0.9, *parts), Context()).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    "text",
    [
        "换的礼品多久送到", "礼品运费谁出", "积分换的东西寄过来要多久", "換的禮物什麼時候寄", "用點數換的禮物包郵嗎",
        "how long does a redeemed gift take to arrive", "who pays postage for the gift i redeemed",
    ],
)  # fmt: skip
@pytest.mark.parametrize("intent", ["ask_faq", "ask_parcel"])
def test_how_a_gift_comes_is_asked_of_gifts(text: str, intent: str) -> None:
    [step] = hear(said(text, intent), Context()).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", "sent")


@pytest.mark.parametrize(
    "text",
    ["我要换的鞋多久送到", "换货几天到", "換的新的什麼時候寄", "生日礼什么时候送", "送人的礼物几天到", "积分多久到账"],
)
def test_how_other_things_come_is_not(text: str) -> None:
    assert asked(text, of_points=True) is not RewardAsked.SENT


CONFIRM = {"form": "redeem_form", "slot": "redeem_confirm"}
TOLD = {"reward": "tea_tin", "topic": "redeem_points", "age": 0, "at": {"reward": 2}}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("那就换保温杯吧 跟在路上那个风扇一起寄过来呗", "zh-Hans"),
        ("那換保溫杯 跟還在路上的電扇一起寄過來", "zh-Hant"),
        ("I'll take the thermos, can you send it with the fan that's on its way", "en"),
    ],
)
def test_along_with_a_parcel_comes_before_the_wish(text: str, language: str) -> None:
    parts = ("redeem_points", 0.9), ("ask_parcel", 0.9)
    first, wish = hear(said(text, "redeem_points", 0.8, *parts), Context(focus=TOLD)).steps
    assert (choice(first), wish.intent) == ("along", "redeem_points")


@pytest.mark.parametrize(
    "text",
    [
        "60天內喔…那如果下一張單退貨,點數會還我嗎?",
        "要是那单退货了，积分还能退给我吗",
        "and if I return that order do I get my points back?",
    ],
)
def test_what_becomes_of_the_points_with_the_order_is_a_rule_and_no_wish(text: str) -> None:
    (step,) = hear(said(text, "nlu_fallback", 0.4), ask_again(**CONFIRM, **TOLD)).steps
    assert (step.intent, step.stands_for) == ("ask_faq", text)


@pytest.mark.parametrize(
    "text",
    ["那个码丢了去哪里找", "兌換碼不見的話在哪裡可以找到", "where do i find that code again if i lose it"],
)
def test_where_a_code_is_found_again(text: str) -> None:
    (step,) = hear(said(text, "ask_vouchers", 0.9), Context(focus=TOLD)).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", "code")


@pytest.mark.parametrize(
    "text",
    [
        "那换20的券吧。会过期吗 打折的能用吗",
        "那換20的券吧。會過期嗎 打折的可以用嗎",
        "right get me the 20 one then. does it expire and can i use it on sale stuff",
    ],
)
def test_it_is_the_voucher_that_is_wished(text: str) -> None:
    parts = ("redeem_points", 0.8), ("ask_points_expiring", 0.9), ("ask_vouchers", 0.6)
    terms, sale, wish = hear(said(text, "ask_promotion", 0.6, *parts), Context(focus=TOLD)).steps
    assert (terms.intent, choice(terms)) == ("ask_vouchers", "valid")
    assert (sale.intent, wish.intent) == ("ask_faq", "redeem_points")


@pytest.mark.parametrize("text", ["跟我下次的订单一起寄吧", "send it with my next order", "验证码去哪里看"])
def test_what_is_none_of_it(text: str) -> None:
    assert reward_asides.asked(text, of_points=True) is None
