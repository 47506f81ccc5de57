"""A question of the shop's rules is one, whatever it was heard as; one's own case is none."""

import pytest

from actions.kit.words import plainly
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said


def heard(text: str, intent: str, context: Context | None = None, **entities: str) -> str:
    named = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in entities.items()]
    parsed = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": named, "intent_ranking": []}
    (step,) = hear(Said(text, parsed), context or Context()).steps
    return step.intent or str(step.payload)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("快递来了拒收行不行", "opt_out"),
        ("微信扣了钱，订单却被取消", "ask_refund_status"),
        ("they took my money and the payment failed", "nlu_fallback"),
        ("我的點數能延期嗎", "ask_points_expiring"),
        ("is engraving possible", "ask_product"),
        ("發貨了還能不能取消，規定是什麼", "cancel_order"),
        ("手快下了两单一样的咋办", "report_fault"),
        ("單位要專票，要填啥", "ask_invoice"),
        ("how many days after delivery may a customer return goods", "ask_refund_status"),
        ("会不会收关税啊，谁付", "ask_order_status"),
        ("喺銅鑼灣攞貨要俾錢嗎", "ask_parcel"),
        ("你们一般多久发货", "ask_order_status"),
        ("what's your policy on late parcels, what do I do", "ask_parcel"),
        ("要是收到不喜欢 快递费谁掏啊 大概几块", "ask_parcel"),
        ("if i don't like it, who pays to send it back", "return_or_refund"),
        ("唔想要寄回嚟郵費邊個出", "ask_parcel"),
        ("你們發票能打公司統編嗎", "ask_invoice"),
        ("generally, can the address be changed after paying", "change_order"),
        ("我的充电宝泡水了", "report_fault"),
        ("我嘅尿袋入咗水點算", "report_fault"),
        ("my power bank got soaked, can I still charge it", "ask_product"),
        ("物流多少天不更新才算寄丢", "chase_promise"),
        ("包裹寄失咗點算", "ask_parcel"),
        ("what happens if the package goes missing", "make_complaint"),
        ("我想收到货再给钱，行不", "ask_product"),
        ("do you let people pay the courier at the door", "ask_parcel"),
        ("東西能不能包成禮物，順便寫張卡片", "make_complaint"),
        ("could you wrap it with a little card and no price on it", "ask_product"),
        ("會員生日有沒有禮", "ask_recommendation"),
        ("do I get anything for my birthday", "ask_recommendation"),
        ("生日當天買點數是雙倍嗎", "ask_recommendation"),
        ("要是到货有几个凹了换不换", "report_fault"),
        ("suppose some arrive chipped, do you replace them", "report_fault"),
        ("收礼的人自己能换码吗", "request_human"),
        ("can the recipient swap it for another size", "return_or_refund"),
    ],
)
def test_it_is_answered_to_everybody(text: str, intent: str) -> None:
    assert heard(text, intent) == "ask_faq"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我的订单发货了还能取消吗", "cancel_order"),
        ("帮我取消订单", "cancel_order"),
        ("帮我开上次那单的发票，写统编可以吗", "ask_invoice"),
        ("我不要了，帮我退货", "return_or_refund"),
        ("where is my parcel", "ask_parcel"),
        ("我付款了，想取消订单", "cancel_order"),
        ("我的積分有多少", "ask_points_balance"),
        ("拒收", "opt_out"),
        ("我的包裹一般几点送", "ask_parcel"),
        ("这款鞋一般买大吗", "ask_product"),
        ("拒收你们的短信可以吗", "opt_out"),
        ("我包裹丢了怎么办", "ask_parcel"),
        ("昨天收到的锅凹了，能换吗", "report_fault"),
        ("给我妈买生日礼物，有优惠吗", "ask_recommendation"),
        ("买张生日卡片送什么好", "ask_recommendation"),
    ],
)
def test_ones_own_case_stays_what_it_is(text: str, intent: str) -> None:
    assert heard(text, intent) == intent


def test_a_number_names_a_case() -> None:
    assert heard("20261119-9004 发货了还能取消吗", "cancel_order", order_number="20261119-9004") == "cancel_order"


def test_an_open_form_hears_its_answer() -> None:
    context = Context(expects=Expectation(form="return_form", slot="return_reason"))
    assert heard("不喜欢，几天内能退", "return_or_refund", context) == "return_or_refund"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("唔係問付款，問運費", "ask_parcel"), ("not points, the tag", "ask_points_expiring"), ("不是预售", "deny")],
)
def test_what_is_put_right_goes_on_with_the_article_just_told(text: str, intent: str) -> None:
    told = Context(focus={"article": "payment_methods", "question": "怎么付款", "age": 0, "at": {"article": 4}})
    assert heard(text, intent, told) == "ask_faq"
    spoken_of_else = Context(
        focus={"article": "payment_methods", "order": "1", "age": 0, "at": {"article": 4, "order": 6}}
    )
    assert heard(text, intent, spoken_of_else) != "ask_faq"


def test_another_act_in_place_of_the_one_denied_is_no_question() -> None:
    told = Context(focus={"article": "return_window", "question": "几天能退", "age": 0, "at": {"article": 4}})
    assert heard("exchange it please, not return it", "return_or_refund", told) == "return_or_refund"


@pytest.mark.parametrize(
    "text",
    [
        "does she get double points on her birthday if she lives in Japan, and do I pay customs duty on top?",
        "寄到日本生日也是双倍积分吗，关税谁付啊",
    ],
)
def test_two_rules_in_one_breath_are_both_answered(text: str) -> None:
    heard_so = said(text, "ask_points_rules", 0.7, ("ask_points_rules", 0.8), ("ask_parcel", 0.5))
    assert [step.intent for step in hear(heard_so, Context()).steps] == ["ask_points_rules", "ask_faq"]


@pytest.mark.parametrize(
    "text", ["上海店有試衣間嗎，颱風天有開嗎", "do you have a fitting room and are you open in a typhoon?"]
)
def test_two_rules_that_are_both_known_by_their_words_are_both_answered(text: str) -> None:
    assert len(hear(said(text, "out_of_scope", 0.7), Context()).steps) == 2


def test_a_doubtful_question_beside_a_rule_is_one_as_well() -> None:
    text = "有试衣间吗，周日几点开门"
    heard_so = said(text, "out_of_scope", 0.7, ("out_of_scope", 0.8), ("nlu_fallback", 0.4))
    doubtful = heard_so.clauses[1][1]
    doubtful["intent_ranking"] = [{"name": "nlu_fallback", "confidence": 0.4}, {"name": "ask_faq", "confidence": 0.38}]
    assert [step.text for step in hear(heard_so, Context()).steps] == ["周日几点开门", "有试衣间吗"]


@pytest.mark.parametrize(
    ("text", "whole", "other"),
    [
        ("刚下单地址能改吗，积分什么时候到", "ask_points_rules", ("ask_points_history", 0.5)),
        ("付完款還能改地址嗎，券還能用嗎", "change_order", ("ask_vouchers", 0.5)),
        ("can an order be cancelled once it's sent, and when does a refund arrive", "cancel_order",
         ("ask_refund_status", 0.5)),
    ],
)  # fmt: skip
def test_a_question_of_ones_own_beside_a_rule_is_answered_as_well(
    text: str, whole: str, other: tuple[str, float]
) -> None:
    heard_so = said(text, whole, 0.5, ("change_order", 0.7), other)
    assert {step.intent for step in hear(heard_so, Context()).steps} == {"ask_faq", other[0]}


def test_what_goes_on_with_the_rule_and_names_nothing_is_part_of_it() -> None:
    heard_so = said("货都寄走了还可以取消吗，什么时候", "cancel_order", 0.6, ("cancel_order", 0.7), ("ask_parcel", 0.5))
    assert [step.intent for step in hear(heard_so, Context()).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("15天內降價要怎麼申請補差價", "price_claimed_how"),
        ("降价了差价怎么申请", "price_claimed_how"),
        ("how do i claim the price difference", "price_claimed_how"),
        ("退货申请要是被拒绝了怎么办", "return_not_accepted"),
        ("退貨審核沒過會通知我嗎", "return_not_accepted"),
        ("what happens if my return gets rejected", "return_not_accepted"),
        ("退了的订单还算升级的消费吗", "returned_counts"),
        ("退貨會影響等級嗎", "returned_counts"),
        ("do refunded orders still count for gold", "returned_counts"),
        ("銀卡生日有什麼禮物", "birthday_treat"),
        ("金卡过生日送多少", "birthday_treat"),
        ("不是電子發票那種，我是說打統編的，你們有沒有", "company_invoice"),
        ("缺货啊 啥时候有", "restocked_when"),
        ("the rice cooker is sold out, when can I get it", "restocked_when"),
        ("do i need to sign up to order", "account_needed"),
    ],
)
def test_the_rule_is_known_by_its_words(text: str, kind: str) -> None:
    assert plainly.is_kind(kind, text)
    assert heard(text, "nlu_fallback") == "ask_faq"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what is the difference between gold and silver, how do i get gold", "price_claimed_how"),
        ("快递拒收了怎么办", "return_not_accepted"),
        ("我的退货到哪了", "return_not_accepted"),
        ("我现在什么等级", "returned_counts"),
        ("银卡会员退货运费免费吗", "returned_counts"),
        ("生日送什么给我妈好", "birthday_treat"),
        ("my parcel is sold out of the van, when does it come", "restocked_when"),
    ],
)
def test_words_that_come_near_are_another_question(text: str, kind: str) -> None:
    assert not plainly.is_kind(kind, text)
