"""Words that go on with a topic because of what they say: other than bags, the one before that."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.steps import Heard
from crm_store.conversations import Context, Expectation, Parsed
from tests.bot.hearing.words import said

PRODUCT = [{"entity": "product", "value": "雨衣", "start": 2, "end": 4}]


def parsed(text: str, intent: str, confidence: float, entities: Sequence[Parsed] = ()) -> Parsed:
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": list(entities)}


def heard(text: str, intent: str, confidence: float, *, topic: str) -> Heard:
    return hear(Said(text, parsed(text, intent, confidence)), Context(focus={"topic": topic, "age": 0}))


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "topic"),
    [
        ("不要鞋类", "nlu_fallback", 0.3, "ask_recommendation"),
        ("apart from shoes", "inform", 0.95, "ask_recommendation"),
        ("换一批", "nlu_fallback", 0.3, "ask_promotion"),
        ("再往前", "ask_points_history", 0.6, "ask_order_status"),
        ("为什么这么久", "out_of_scope", 0.85, "ask_parcel"),
        ("i paid how much", "nlu_fallback", 0.3, "ask_order_status"),
    ],
)
def test_they_take_the_topic(text: str, intent: str, confidence: float, topic: str) -> None:
    (step,) = heard(text, intent, confidence, topic=topic).steps
    assert (step.intent, step.follows) == (topic, True)


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "topic"),
    [("不要鞋类", "nlu_fallback", 0.3, "ask_tier"), ("再往前", "ask_points_history", 0.9, "ask_order_status")],
)
def test_another_topic_or_a_sure_wish_is_left_alone(text: str, intent: str, confidence: float, topic: str) -> None:
    (step,) = heard(text, intent, confidence, topic=topic).steps
    assert step.intent == intent


@pytest.mark.parametrize("text", ["想买双跑鞋，我脚宽，该买多大", "do the running shoes run small"])
def test_which_size_to_take_is_advice_and_no_list_of_goods(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "ask_product", 0.97)), Context()).steps
    assert step.intent == "ask_faq"


def test_a_vague_question_right_after_an_article_goes_on_with_it() -> None:
    told = Context(focus={"article": "installment", "topic": "ask_faq", "at": {"article": 5}, "age": 1})
    vague, sure = (
        parsed("十二期咋算呢", "ask_points_expiring", 0.5),
        parsed("我积分啥时候过期呢", "ask_points_expiring", 0.9),
    )
    own = parsed("我的积分有几期呢", "ask_points_expiring", 0.5)
    assert [step.intent for step in hear(Said(vague["text"], vague), told).steps] == ["ask_faq"]
    assert [step.intent for step in hear(Said(sure["text"], sure), told).steps] == ["ask_points_expiring"]
    assert [step.intent for step in hear(Said(own["text"], own), told).steps] == ["ask_points_expiring"]


@pytest.mark.parametrize(
    ("whole", "focus", "meant"),
    [
        (parsed("我以前买过哪些", "ask_recommendation", 0.5), {}, "ask_order_status"),
        (parsed("我的雨衣还没到啊", "out_of_scope", 0.6, PRODUCT), {}, "ask_parcel"),
        (parsed("放物业前台", "nlu_fallback", 0.3), {"parcel": "P"}, "change_order"),
        (parsed("凑单还差几块咋办", "nlu_fallback", 0.3), {}, "ask_promotion"),
    ],
)
def test_words_that_surely_ask_for_something_count_where_the_intent_is_open(
    whole: Parsed, focus: dict[str, str], meant: str
) -> None:
    (step,) = hear(Said(whole["text"], whole), Context(focus=focus)).steps
    assert step.intent == meant
    waiting = Context(Expectation(form="complaint_form", slot="complaint_details"), focus=focus)
    (step,) = hear(Said(whole["text"], whole), waiting).steps
    assert step.intent == whole["intent"]["name"]


def test_a_thing_that_is_only_named_is_not_waited_for() -> None:
    whole = parsed("我的雨衣破了", "inform", 0.9, PRODUCT)
    (step,) = hear(Said("我的雨衣破了", whole), Context()).steps
    assert step.intent == "report_fault"


TOLD_ORDER = {"order": "20261101-1", "topic": "ask_order_status", "at": {"order": 2, "article": 1}, "article": "x"}
TOLD_ARTICLE = {"article": "delivery_time", "topic": "ask_faq", "at": {"order": 1, "article": 2}, "order": "20261101-1"}


@pytest.mark.parametrize("text", ["这个多少钱", "how much was it"])
def test_a_bare_price_after_an_order_is_what_was_paid_for_it(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "ask_product", 0.6)), Context(focus=TOLD_ORDER)).steps
    assert (step.intent, step.follows) == ("ask_order_status", True)
    assert step.heard is not None
    assert [entity["value"] for entity in step.heard["entities"]] == ["20261101-1"]


@pytest.mark.parametrize(
    ("text", "focus"), [("邮费多少钱", TOLD_ORDER), ("这个多少钱", TOLD_ARTICLE)], ids=["of something else", "no order"]
)
def test_a_price_of_something_else_is_not(text: str, focus: dict[str, str]) -> None:
    (step,) = hear(Said(text, parsed(text, "ask_faq", 0.9)), Context(focus=focus)).steps
    assert step.intent == "ask_faq"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("要是晚上十点多才下的单呢", "nlu_fallback"), ("要多久", "inform"), ("一次买两件的话怎么算", "out_of_scope")],
)
def test_a_case_supposed_after_an_article_is_asked_of_the_article(text: str, intent: str) -> None:
    (step,) = hear(Said(text, parsed(text, intent, 0.4)), Context(focus={**TOLD_ARTICLE, "age": 0})).steps
    assert (step.intent, step.follows) == ("ask_faq", True)


def test_how_long_an_invoice_takes_right_after_it_was_asked_for_is_about_the_invoice() -> None:
    focus = {"done": "ask_invoice", "order": "20261101-1", "at": {"done": 3, "order": 3}, "topic": "ask_invoice"}
    (step,) = hear(Said("几天能收到", parsed("几天能收到", "ask_faq", 0.9)), Context(focus=focus)).steps
    assert step.intent == "ask_invoice"
    (step,) = hear(Said("包裹几天能收到", parsed("包裹几天能收到", "ask_faq", 0.9)), Context(focus=focus)).steps
    assert step.intent == "ask_faq"


def test_what_is_still_there_does_not_begin_another_wish() -> None:
    assert [clause.text for clause in wishes.clauses("买过啥，顺便看我还有多少券")] == ["买过啥", "看我还有多少券"]


def test_a_time_beside_it_names_no_product() -> None:
    now = [{"entity": "time", "value": {"grain": "minute"}, "start": 0, "end": 2}]
    (step,) = hear(
        Said("现在多少钱", parsed("现在多少钱", "ask_product", 0.9, now)), Context(focus={"product": "CUP"})
    ).steps
    assert step.heard is not None
    assert "CUP" in [entity["value"] for entity in step.heard["entities"]]


TEA = {"topic": "ask_rewards", "age": 0, "reward": "tea_tin", "at": {"reward": 4}}
"""One reward was spoken of last."""
THERMOS = [{"entity": "product", "value": "保温杯", "start": 0, "end": 3}]
TIN = [{"entity": "reward", "value": "茶罐", "start": 0, "end": 2}]


@pytest.mark.parametrize(
    ("whole", "intent", "filled"),
    [
        (parsed("我够不够呀", "nlu_fallback", 0.35), "ask_rewards", ["tea_tin"]),
        (parsed("how far off am i", "nlu_fallback", 0.35), "ask_rewards", ["tea_tin"]),
        (parsed("where is the station", "nlu_fallback", 0.35), "nlu_fallback", []),
        (parsed("do i have enough", "ask_points_balance", 0.9), "ask_rewards", ["tea_tin"]),
        (parsed("茶罐还差几分", "ask_product", 0.95, TIN), "ask_rewards", ["茶罐"]),
        (parsed("great, get me that", "inform", 0.5), "redeem_points", ["tea_tin"]),
        (parsed("茶罐多少钱", "ask_product", 0.95, TIN), "ask_product", ["茶罐"]),
        (parsed("还是保温杯好了", "ask_product", 0.6, THERMOS), "redeem_points", []),
        (parsed("都係換保溫杯", "inform", 0.6, THERMOS), "redeem_points", []),
        (parsed("I'll go with the thermos", "ask_product", 0.6, THERMOS), "redeem_points", []),
        (parsed("保温杯要几分好了", "ask_product", 0.6, THERMOS), "ask_rewards", []),
        (parsed("换一个大一码的", "return_or_refund", 0.95), "return_or_refund", []),
    ],
)
def test_after_a_reward_words_mean_rewards(whole: Parsed, intent: str, filled: list[str]) -> None:
    (step,) = hear(Said(whole["text"], whole), Context(focus=TEA)).steps
    assert step.heard is not None
    named = [each["value"] for each in step.heard["entities"] if each["entity"] == "reward"]
    assert (step.intent, named) == (intent, filled)


def test_of_several_listed_rewards_none_is_taken_for_granted() -> None:
    listed = TEA | {"listed": [{"title": "茶罐", "payload": "/ask_rewards"}], "at": {"reward": 4, "listed": 4}}
    (step,) = hear(Said("我够不够呀", parsed("我够不够呀", "nlu_fallback", 0.35)), Context(focus=listed)).steps
    assert step.heard is not None
    assert (step.intent, step.heard["entities"]) == ("ask_rewards", [])


def test_what_was_spoken_of_since_is_meant_instead() -> None:
    later = TEA | {"product": "P-1", "at": {"reward": 4, "product": 5}}
    (step,) = hear(Said("我够不够呀", parsed("我够不够呀", "nlu_fallback", 0.35)), Context(focus=later)).steps
    assert step.intent == "nlu_fallback"


INSTALMENTS = {"article": "installment", "topic": "ask_faq", "age": 0, "at": {"article": 3}}


@pytest.mark.parametrize("text", ["那九期呢", "2300 的话", "and 4 kilos?", "what about twelve"])
def test_another_figure_after_an_article_puts_it_into_the_case_whatever_it_sounds_like(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "ask_points_expiring", 0.9)), Context(focus=INSTALMENTS)).steps
    assert (step.intent, step.follows) == ("ask_faq", True)


@pytest.mark.parametrize("text", ["13800001234", "我有两个问题要问", "20261101-0001"])
def test_a_number_of_something_else_or_more_words_do_not(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "inform", 0.9)), Context(focus=INSTALMENTS)).steps
    assert step.intent == "inform"


def test_how_big_to_take_a_product_is_asked_of_the_shops_advice() -> None:
    told = {"product": "RUN", "topic": "ask_product", "age": 0, "at": {"product": 3}}
    for text in ("脚背高，该拿几码", "are they true to size"):
        (step,) = hear(Said(text, parsed(text, "ask_product", 0.9)), Context(focus=told)).steps
        assert step.intent == "ask_faq", text


def test_points_to_be_swapped_for_a_thing_are_a_wish_though_the_story_around_it_blurs_it() -> None:
    text = "家裡那支舊的壞了好久一直沒空買，想用點數換個杯子"
    (step,) = hear(Said(text, parsed(text, "redeem_points", 0.4)), Context()).steps
    assert step.intent == "redeem_points"


LAMP = {"topic": "ask_product", "age": 0, "product": "LAMP", "at": {"product": 6}}
MILES = {"topic": "ask_tier", "age": 0, "at": {}}
ORDERED = {"topic": "ask_order_status", "age": 0, "order": "20261102-4", "at": {"order": 3}}
SPENT = {"topic": "redeem_points", "done": "redeem_points", "reward": "tea_tin", "at": {"done": 9, "reward": 8}}
AN_HOUR = [{"entity": "time", "value": {"grain": "hour"}, "start": 0, "end": 3}]


@pytest.mark.parametrize(
    ("whole", "focus", "intent"),
    [
        (parsed("what's one of them cost", "ask_rewards", 0.8), LAMP, "ask_product"),
        (parsed("what does wrapping cost", "ask_faq", 0.9), LAMP, "ask_faq"),
        (parsed("包邮不", "ask_faq", 0.9), LAMP, "ask_product"),
        (parsed("寄香港包邮不", "ask_faq", 0.9), LAMP, "ask_faq"),
        (parsed("运费怎么算", "ask_faq", 0.9), {**LAMP, "topic": "return_or_refund"}, "ask_faq"),
        (parsed("几钱一罐", "ask_product", 0.9), TEA, "ask_rewards"),
        (parsed("我还差多少", "ask_tier", 0.85), TEA, "ask_rewards"),
        (parsed("我离金卡还差多少", "ask_tier", 0.85), TEA, "ask_tier"),
        (parsed("how many is that one", "ask_rewards", 0.4, AN_HOUR), TEA, "ask_rewards"),
        (parsed("那个有多重", "ask_product", 0.9), TEA, "ask_product"),
        (parsed("咁仲要買幾多先夠", "ask_faq", 0.6), TEA, "ask_points_rules"),
        (parsed("折成钱呢", "ask_refund_status", 0.7), MILES, "ask_tier"),
        (parsed("能给我多少分", "ask_product", 0.95), ORDERED, "ask_points_history"),
        (parsed("而家去到邊", "ask_parcel", 0.5), ORDERED, "ask_parcel"),
        (parsed("what's remaining", "ask_product", 0.4), SPENT, "ask_points_balance"),
        (parsed("what's remaining", "ask_product", 0.4), LAMP, "ask_product"),
    ],
)
def test_a_typed_thing_within_a_topic_means_what_was_spoken_of(
    whole: Parsed, focus: dict[str, Any], intent: str
) -> None:
    (step,) = hear(Said(whole["text"], whole), Context(focus=focus)).steps
    assert step.intent == intent


def test_a_denial_does_not_swallow_the_question_beside_it() -> None:
    text = "唔好退單 唔好退货 照送，而家喺邊"
    parts = (("cancel_order", 0.8), ("return_or_refund", 0.8), ("affirm", 0.9), ("ask_parcel", 0.5))
    steps = hear(said(text, "cancel_order", 0.7, *parts), Context(focus=ORDERED)).steps
    assert [step.intent for step in steps] == ["ask_parcel"]


@pytest.mark.parametrize(
    ("text", "heard_as", "intent"),
    [
        ("我眼睛不好，打字好慢，等等我", "request_callback", "hesitate"),
        ("笨死了 你到底会干嘛 你能干啥", "vent", "help"),
        ("something to keep my soup hot", "report_fault", "ask_recommendation"),
    ],
)
def test_words_that_surely_ask_are_heard_where_the_intent_is_a_guess(text: str, heard_as: str, intent: str) -> None:
    whole = parsed(text, heard_as, 0.5)
    (step,) = hear(Said(text, whole), Context()).steps
    assert step.intent == intent


def test_another_purchase_after_an_invoice_is_asked_about_for_an_invoice() -> None:
    context = Context(focus={"done": "ask_invoice", "topic": "ask_invoice", "age": 0, "at": {"done": 5, "order": 5}})
    text = "and the rain coat, can i still get one for that"
    heard_as = parsed(text, "ask_promotion", 0.7, [{"entity": "product", "value": "rain coat", "start": 8, "end": 17}])
    (step,) = hear(Said(text, heard_as), context).steps
    assert step.intent == "ask_invoice"


def test_what_one_sees_to_oneself_begins_nothing() -> None:
    text = "好吧，改不了就算了，我请管理员收"
    (step,) = hear(said(text, "change_order", 0.9), Context()).steps
    assert step.intent == "deny"


ARTICLE_TOLD = Context(focus={"article": "warranty", "topic": "ask_faq", "at": {"article": 5}, "age": 0})


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [("从哪天开始算", "cancel", 0.94), ("里面装什么", "ask_product", 0.53), ("what counts", "cancel", 0.9)],
)
def test_a_short_question_after_an_article_goes_on_whatever_it_sounds_like(
    text: str, intent: str, confidence: float
) -> None:
    (step,) = hear(Said(text, parsed(text, intent, confidence)), ARTICLE_TOLD).steps
    assert (step.intent, step.follows) == ("ask_faq", True)


@pytest.mark.parametrize("text", ["算了吧", "那什么，取消吧", "cancel it, why not"])
def test_what_calls_something_off_does_so_after_an_article_as_well(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "cancel", 0.94)), ARTICLE_TOLD).steps
    assert step.intent != "ask_faq"


@pytest.mark.parametrize(
    ("text", "heard_as"),
    [
        ("在线的真人也是这个时间？", "bot_challenge"),
        ("until when are your people there today", "chase_promise"),
        ("那你半夜在不在", "greet"),
        ("我的卡號你們有存嗎", "ask_profile"),
        ("银行卡号你们有没有", "ask_profile"),
        ("会不会拿去卖", "nlu_fallback"),
    ],
)
def test_hours_of_the_staff_and_what_is_kept_are_asked_of_the_articles(text: str, heard_as: str) -> None:
    confidence = 0.99 if heard_as in ("bot_challenge", "greet") else 0.6
    (step,) = hear(Said(text, parsed(text, heard_as, confidence)), Context()).steps
    assert step.intent == "ask_faq"


@pytest.mark.parametrize(
    ("text", "heard_as"), [("你是真人吗", "bot_challenge"), ("我要真人", "request_human"), ("早上好", "greet")]
)
def test_who_is_there_and_a_greeting_are_none(text: str, heard_as: str) -> None:
    (step,) = hear(Said(text, parsed(text, heard_as, 0.95)), Context()).steps
    assert step.intent == heard_as


def test_word_of_the_product_just_told_is_wished_and_no_parcel_asked_for() -> None:
    text, told = (
        "到货了告诉我",
        Context(focus={"product": "BAG", "topic": "ask_product", "at": {"product": 5}, "age": 0}),
    )
    (step,) = hear(Said(text, parsed(text, "ask_parcel", 0.86)), told).steps
    assert step.intent == "opt_in"
    (step,) = hear(Said(text, parsed(text, "ask_parcel", 0.86)), Context()).steps
    assert step.intent == "ask_parcel"


def test_whether_a_review_earns_something_rates_nothing() -> None:
    text = "写评价也给吧"
    (step,) = hear(Said(text, parsed(text, "rate_service", 0.51)), Context()).steps
    assert step.intent == "ask_points_rules"


@pytest.mark.parametrize("text", ["你们给我打电话了吗", "你們有打給我嗎", "did you call me?"])
@pytest.mark.parametrize(
    ("intent", "confidence"),
    [("chase_promise", 0.6), ("chase_promise", 0.95), ("nlu_fallback", 0.3), ("request_callback", 0.9)],
)
def test_whether_somebody_called_is_a_question_of_its_own(text: str, intent: str, confidence: float) -> None:
    told = Context(focus={"article": "returns", "topic": "ask_faq", "at": {"article": 5}, "age": 1})
    (step,) = hear(Said(text, parsed(text, intent, confidence)), told).steps
    assert (step.intent, step.follows) == ("ask_callback", False)


@pytest.mark.parametrize("text", ["可以換嗎", "那能不能换啊", "can I swap it then"])
def test_swapped_after_a_fault_is_the_thing_and_no_reward(text: str) -> None:
    after_a_fault = Context(focus={"topic": "report_fault", "age": 0, "product": "BUDS"})
    (step,) = hear(said(text, "ask_rewards", 0.95), after_a_fault).steps
    assert step.intent == "return_or_refund"
    (of_points,) = hear(said("積分可以換嗎", "ask_rewards", 0.95), after_a_fault).steps
    assert of_points.intent == "ask_rewards"
    (elsewhere,) = hear(said(text, "ask_rewards", 0.95), Context(focus={"topic": "ask_points_balance", "age": 0})).steps
    assert elsewhere.intent == "ask_rewards"


@pytest.mark.parametrize("text", ["那一共要多付多少啊", "how much extra is that"])
def test_what_instalments_cost_in_all_goes_on_with_their_case(text: str) -> None:
    told = {"article": "installment", "case": "x", "topic": "ask_faq", "age": 0, "at": {"article": 9, "case": 9}}
    (step,) = hear(said(text, "ask_points_balance", 0.97), Context(focus=told)).steps
    assert (step.intent, step.follows) == ("ask_faq", True)
    (alone,) = hear(said("总共多掏多少啊", "ask_points_balance", 0.97), Context()).steps
    assert alone.intent == "ask_points_balance"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("說個笑話吧", "out_of_scope"), ("你会不会无聊", "nlu_fallback"), ("do bots sleep", "out_of_scope")],
)
def test_small_talk_is_said_to_the_bot(text: str, intent: str) -> None:
    assert hear(said(text, intent, 0.8), Context()).steps[0].intent == "bot_challenge"


@pytest.mark.parametrize("text", ["这件外套穿了会冷吗", "will my feet get cold in these", "笑话书有货吗"])
def test_goods_are_no_small_talk(text: str) -> None:
    assert hear(said(text, "ask_product"), Context()).steps[0].intent == "ask_product"


def test_a_wish_beside_small_talk_is_served() -> None:
    text = "讲个笑话，然后看看积分"
    heard = hear(said(text, "out_of_scope", 0.8, ("out_of_scope", 0.9), ("ask_points_balance", 0.9)), Context())
    assert [step.intent for step in heard.steps] == ["ask_points_balance"]


@pytest.mark.parametrize(
    "text",
    [
        "耳机过保了没，顺便看下我还剩多少积分",
        "檯燈的保固到什麼時候，另外點數還有多少",
        "is my lamp still under warranty, and how many points do I have",
    ],
)
def test_whether_something_is_covered_still_is_a_wish_of_its_own_beside_another(text: str) -> None:
    message = said(text, "ask_points_balance", 0.7, ("ask_faq", 0.42), ("ask_points_balance", 0.99))
    assert [step.intent for step in hear(message, Context()).steps] == ["ask_faq", "ask_points_balance"]


@pytest.mark.parametrize(
    ("whole", "topic", "meant"),
    [
        (parsed("几时到账呀", "ask_faq", 0.9), "ask_points_rules", "ask_points_rules"),
        (parsed("when are they credited", "ask_refund_status", 0.8), "ask_points_history", "ask_points_rules"),
        (parsed("800分3期一期几多", "ask_points_expiring", 0.6), "ask_faq", "ask_faq"),
        (parsed("那到底会不会清零", "ask_parcel", 0.6), "ask_callback", "ask_points_expiring"),
        (parsed("呢張券買呢個用得唔用得", "ask_promotion", 0.6), "redeem_points", "ask_vouchers"),
        (parsed("can i use this voucher on the boots", "ask_product", 0.9), "redeem_points", "ask_vouchers"),
        (parsed("你們存著我什麼", "report_danger", 0.4), "", "privacy_request"),
        (parsed("几时到账呀", "ask_refund_status", 0.9), "ask_refund_status", "ask_refund_status"),
        (parsed("我的积分有几期", "ask_points_expiring", 0.6), "ask_faq", "ask_points_expiring"),
        (parsed("this voucher is nice", "give_praise", 0.9), "redeem_points", "give_praise"),
    ],
)
def test_words_that_ask_for_something_right_after_what_was_told(whole: Parsed, topic: str, meant: str) -> None:
    (step,) = hear(Said(whole["text"], whole), Context(focus={"topic": topic, "age": 0})).steps
    assert step.intent == meant


@pytest.mark.parametrize("text", ["你可千万别给我换了", "你唔好同我換咗"])
def test_a_bare_verb_that_is_denied_after_points_means_the_swap(text: str) -> None:
    told = Context(focus={"topic": "ask_points_expiring", "age": 0})
    step = hear(said(text, "deny_act", 0.75), told).steps[0]
    assert step.intent == "deny_act"
    assert step.heard is not None
    assert {"redeem_points"} == {each["value"] for each in step.heard["entities"] if each["entity"] == "act"}
