"""A voucher put to goods: whether it may be used for them, and what one pays; also amid the question to redeem."""

import pytest

from actions.kit.asked.voucher_asked import asks_paid, asks_use_on
from bot.hearing.hear import hear
from bot.hearing.steps import Step
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said

SPOKEN = {"product": "RUN-TRAIL", "reward": "COUPON100", "topic": "redeem_points", "age": 0,
          "at": {"product": 5, "reward": 9}}  # fmt: skip
FREE = Context(focus=SPOKEN)
AT_THE_QUESTION = Context(Expectation(form="redeem_form", slot="redeem_confirm"), focus=SPOKEN)


def choice(step: Step) -> str:
    entities = (step.heard or {}).get("entities", [])
    return next((str(each["value"]) for each in entities if each["entity"] == "choice"), "")


@pytest.mark.parametrize("context", [FREE, AT_THE_QUESTION])
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("这券能买防晒吗", "used_on"),
        ("這張券可以用在那雙嗎", "used_on"),
        ("張券可唔可以用嚟買防曬", "used_on"),
        ("can I use the 50 voucher on the sunscreen?", "used_on"),
        ("那40号 我有张优惠券能不能一起用 最后多少", "paid"),
        ("569-100就469對吧? 會員價不會更低?", "paid"),
        ("那我帳上現在有哪張券 用在569那雙 實付多少", "paid"),
        ("with the voucher, how much do I pay in the end?", "paid"),
    ],
)
def test_it_is_asked_of_the_voucher_and_the_goods(text: str, asked: str, context: Context) -> None:
    for intent in ("ask_product", "redeem_points", "ask_tier_benefits", "ask_faq"):
        steps = hear(said(text, intent, 0.8), context).steps
        assert [(step.intent, choice(step)) for step in steps] == [("ask_vouchers", asked)]


def test_what_one_pays_with_a_voucher_that_would_be_taken_first() -> None:
    text = "那用點數換一張100的 用在那雙40號 這樣付多少"
    (step,) = hear(said(text, "ask_faq", 0.8), FREE).steps
    assert (step.intent, choice(step)) == ("ask_vouchers", "paid")


@pytest.mark.parametrize(
    "text",
    [
        "券能买吗",
        "券可以用在什么东西上",
        "券能买到吗",
        "换张50的券",
        "那单用了券，实付多少",
        "退款的话用券的部分退多少钱",
        "最后多少",
        "防晒多少钱",
        "我換了100的券",
        "what can I use the voucher for?",
        "I paid with a voucher on that order, how much do I pay back",
        "order 20261101-0001: how much to pay with my voucher",
    ],
)
def test_what_is_another_matter(text: str) -> None:
    assert not asks_use_on(text)
    assert not asks_paid(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("先不要換 我再想想 不過那雙有會員價嗎", ("redeem_points", "hesitate", "ask_tier_benefits")),
        ("先不换，那双有会员价吗", ("redeem_points", "ask_tier_benefits")),
        ("not yet, do those have a member price?", ("deny", "ask_product")),
    ],
)
def test_a_question_beside_not_now_ends_the_offer_and_is_answered(text: str, parts: tuple[str, ...]) -> None:
    steps = hear(said(text, "redeem_points", 0.9, *((each, 0.9) for each in parts)), AT_THE_QUESTION).steps
    assert [step.intent for step in steps] == ["deny_act", "ask_product"]


@pytest.mark.parametrize("text", ["先不换", "先不換這個，換茶罐", "不换杯子换茶罐", "not yet"])
def test_a_bare_no_and_another_wish_stay_with_the_form(text: str) -> None:
    assert all(step.intent != "deny_act" for step in hear(said(text, "redeem_points", 0.9), AT_THE_QUESTION).steps)
