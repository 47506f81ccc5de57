"""Amid a return its own questions are heard as one, by its form; after it they are asked of what is registered."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN = "return_or_refund"
LAST = asked(
    option("Register it", "/affirm"), option("Not now", "/deny"),
    form="return_form", slot="return_confirmed", order="20261125-9010", product="PACK-CITY",
)  # fmt: skip
EXCHANGED = Context(
    focus={"done": RETURN, "return": "R-2026-0009", "topic": RETURN, "age": 0, "at": {"return": 4, "done": 4}}
)


def choice(step: Step) -> object:
    return next((each["value"] for each in entities_of(step.heard or {}) if each["entity"] == "choice"), None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "wait i cut the tags off already but havent used it. does that matter? and when'd i get the money",
            (("nlu_fallback", 0.35), ("affirm", 0.9), ("ask_refund_status", 0.81)),
        ),
        (
            "等等 吊牌我剪了但没用过 有影响吗 钱几天到",
            (("hesitate", 0.81), (RETURN, 0.42), ("out_of_scope", 0.45), ("ask_faq", 0.91)),
        ),
        (
            "個吊牌剪咗但未用過，要唔要緊？幾時有錢",
            (("report_fault", 0.61), ("nlu_fallback", 0.35), ("out_of_scope", 0.63)),
        ),
    ],
)
def test_its_questions_are_heard_together(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    found = hear(said(text, "nlu_fallback", 0.35, *parts), LAST)
    assert [(step.intent, step.text) for step in found.steps] == [(RETURN, text)]


@pytest.mark.parametrize("text", ["do i have to post it back myself", "个包要不要寄回去", "咁個袋要唔要寄返㗎"])
def test_whether_it_has_to_come_back_is_no_wish_to_undo(text: str) -> None:
    assert [step.intent for step in hear(said(text, "undo", 0.5), LAST).steps] == [RETURN]


def test_another_question_beside_it_stays() -> None:
    text = "i cut the tags off, does that matter? and how many points have i got"
    parts = (("nlu_fallback", 0.35), ("affirm", 0.9), ("ask_points_balance", 1.0))
    assert "ask_points_balance" in [
        step.intent for step in hear(said(text, "ask_points_balance", 0.6, *parts), LAST).steps
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("if the new bottle leaks too can i get a refund for it instead?", "new_one"),
        ("新的要是也漏可以退钱吗", "new_one"),
        ("如果換來的又壞掉可以退款嗎", "new_one"),
        ("do i have to send the old one back", "old_back"),
        ("旧的要寄回去吗", "old_back"),
        ("我係問舊個壞咗嘅奶樽要唔要寄返去", "old_back"),
    ],
)
def test_after_it_was_registered_it_is_asked_of_it(text: str, kind: str) -> None:
    [step] = hear(said(text, RETURN, 0.9), EXCHANGED).steps
    assert (step.intent, choice(step)) == (RETURN, kind)


@pytest.mark.parametrize(
    ("text", "guess", "parts", "intent"),
    [
        (
            "頭先收到個奶樽,個樽身有條裂痕喎,點算呀?BB唔敢用", "make_complaint",
            (("report_fault", 0.86), ("report_fault", 1.0), ("cancel", 0.77), ("nlu_fallback", 0.35)), "report_fault",
        ),
        (
            "还有昨天收到的那个帆布包 线头开了一截 这个我不想要了想退", "cancel_order",
            (("inform", 0.69), ("report_fault", 1.0), (RETURN, 0.64)), RETURN,
        ),
        (
            "got the mug today. it has a crack down the side", "make_complaint",
            (("inform", 0.6), ("report_fault", 0.97)), "report_fault",
        ),
    ],
)  # fmt: skip
def test_what_a_clause_tells_surely_comes_before_a_guess_at_the_whole(
    text: str, guess: str, parts: tuple[tuple[str, float], ...], intent: str
) -> None:
    assert [step.intent for step in hear(said(text, guess, 0.4, *parts), Context()).steps] == [intent]


def test_a_guess_that_is_named_stands() -> None:
    text = "我要投诉，昨天收到的包线头开了"
    found = hear(said(text, "make_complaint", 0.5, ("make_complaint", 0.5), ("report_fault", 1.0)), Context())
    assert "report_fault" not in [step.intent for step in found.steps]


CHANGING = asked(
    option("对，改吧", "/affirm"), option("先不改", "/deny"),
    form="change_order_form", slot="change_order_confirmed", order="20261128-0003",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("啥呀 我没说改送货时间 我是说尺码 XL换成L", "我是说尺码 XL换成L"),
        ("我沒有要改送貨時間，是要把XL換成L", "是要把XL換成L"),
        ("i didnt ask to change the delivery time, i mean XL to L", "i mean XL to L"),
    ],
)
def test_the_wish_that_a_denial_restates_is_served(text: str, rest: str) -> None:
    left, wish = hear(said(text, "change_order", 0.9, ("change_order", 0.9), ("change_order", 0.8)), CHANGING).steps
    assert left.intent == "deny_act"
    assert (wish.intent, wish.text) == ("change_order", rest)
