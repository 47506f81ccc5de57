"""The last day of a return, and what is asked right after one was registered, are heard as such."""

from typing import Any

import pytest

from actions.kit.asked import sizes_said
from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN, FAQ = "return_or_refund", "ask_faq"
REASON = asked(
    option("质量问题", '/inform{"choice":"quality"}'), option("不喜欢", '/inform{"choice":"not_wanted"}'),
    form="return_form", slot="return_reason",
)  # fmt: skip
REGISTERED = Context(focus={"done": RETURN, "return": "R-2026-0007", "at": {"done": 8, "return": 8}})


def choice(step: Step) -> Any:
    return next((each["value"] for each in entities_of(step.heard or {}) if each["entity"] == "choice"), None)


@pytest.mark.parametrize(
    "text",
    [
        "毛巾。前天到的。今天几号了。还能退到哪天",
        "等等，12月2号前反悔还能退吧",
        "退貨最晚幾號",
        "do I lose the right to return it if I wait till December",
        "by when do I have to send the rice cooker back",
    ],
)
def test_the_last_day_is_asked_before_a_return(text: str) -> None:
    (step,) = hear(said(text, "ask_order_status", 0.6), Context()).steps
    assert (step.intent, choice(step)) == (RETURN, "deadline")


@pytest.mark.parametrize("text", ["先说日期。几号截止", "積分不要。毛巾退貨截止幾號", "wait whats the deadline"])
def test_the_last_day_is_asked_amid_a_return(text: str) -> None:
    (step,) = hear(said(text, "ask_points_expiring", 0.9), REASON).steps
    assert (step.intent, choice(step)) == (RETURN, "deadline")


def test_the_return_that_is_wished_beside_it_comes_after_it() -> None:
    steps = hear(said("那退货。最晚几号。还没拆呢。", RETURN, 0.9), Context()).steps
    assert [(step.intent, choice(step)) for step in steps] == [(RETURN, "deadline"), (RETURN, None)]


@pytest.mark.parametrize(
    "text",
    [
        "退款最晚几号到账",
        "保修到哪天为止，能退吗",
        "can i swap for a 38? need them by fri 4 dec, flying out that morning",
        "积分几号到期",
        "我想退货",
    ],
)
def test_another_day_is_none(text: str) -> None:
    assert all(choice(step) != "deadline" for step in hear(said(text, RETURN, 0.9), Context()).steps)


@pytest.mark.parametrize(
    ("text", "intent", "meant"),
    [
        ("等下 他刚说L怕还是紧 改成XL", RETURN, None),
        ("那把刚才那个撤了 重新登记XL", RETURN, None),
        ("wait make it 41 not 40", RETURN, None),
        ("so whats next do i have to post them?", RETURN, "next"),
        ("接下來呢 要寄回嗎", RETURN, "next"),
        ("what did u use as the reason? why do i pay the postage", RETURN, "reason"),
        ("登记的原因写的什么", RETURN, "reason"),
        ("is it still on?", "ask_refund_status", "R-2026-0007"),
        ("just leave the exchange then, size 40. is it still on?", "ask_refund_status", "R-2026-0007"),
        ("那个换货还算数吗", "ask_refund_status", "R-2026-0007"),
    ],
)
def test_after_it_was_registered(text: str, intent: str, meant: str | None) -> None:
    first = hear(said(text, "change_order", 0.9), REGISTERED).steps[0]
    assert (first.intent, choice(first)) == (intent, meant)


def test_long_after_it_means_something_else() -> None:
    old = Context(focus={"done": RETURN, "return": "R-2026-0007", "at": {"done": 2, "return": 2, "product": 30}})
    assert hear(said("is it still on?", "ask_promotions", 0.9), old).steps[0].intent == "ask_promotions"


@pytest.mark.parametrize(
    ("text", "wished", "denied"),
    [
        ("sorry i meant a 40 not 38", ["40"], {"38"}),
        ("no no FORTY. size 40", ["40", "40"], set()),
        ("41 instead of 40", ["41"], {"40"}),
        ("要XL 不要L", ["XL"], {"L"}),
        ("要L碼的 不是再來件M", ["L"], {"M"}),
        ("三十八码半有吗", ["38.5"], set()),
        ("38半有吗", ["38.5"], set()),
        ("thirty eight and a half", ["38.5"], set()),
        ("forty yuan off", [], set()),
        ("I'm fine", [], set()),
    ],
)
def test_sizes_in_words_halves_and_those_ruled_out(text: str, wished: list[str], denied: set[str]) -> None:
    assert (sizes_said.wished(text), sizes_said.denied(text)) == (wished, denied)
