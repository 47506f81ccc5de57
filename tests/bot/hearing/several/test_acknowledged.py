"""What only takes note of what was told, or praises it, agrees to no act; a yes beside it, or the act, does."""

import pytest

from actions.kit.words import consent
from actions.kit.words.consent import Answer
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, intent_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

CHECKED = asked(option("Have it checked", "/affirm"), option("No", "/deny"), form="dispute_form", slot="dispute_file")
FILED = asked(option("登记投诉", "/affirm"), option("先不用", "/deny"), form="complaint_form", slot="complaint_consent")
RETURNING = asked(option("登记", "/affirm"), option("先不退", "/deny"), form="return_form", slot="return_confirmed")
OFFERS = [CHECKED, FILED]


def agrees(heard: Heard) -> bool:
    return any(
        (step.payload or "").startswith("/affirm") or (step.heard is not None and intent_of(step.heard) == "affirm")
        for step in heard.steps
    )


@pytest.mark.parametrize("context", OFFERS)
@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("oh cool. put me down for the 20 coupon", "affirm", [("affirm", 0.9), ("redeem_points", 0.92)]),
        ("ok great, swap my points for the mug then", "affirm", [("affirm", 0.9), ("redeem_points", 0.92)]),
        ("good to know. what does gold get me?", "inform", [("inform", 0.9), ("ask_tier_benefits", 0.95)]),
        ("哦好，帮我换个杯子", "redeem_points", []),
        ("喔好，幫我兌換保溫杯", "affirm", []),
        ("这样啊，那我的券几号到期", "ask_vouchers", [("inform", 0.8), ("ask_vouchers", 0.9)]),
        ("好的了解，我想换那张券", "affirm", [("affirm", 0.9), ("redeem_points", 0.9)]),
        ("原來如此，那我還差多少升級", "ask_tier", [("inform", 0.8), ("ask_tier", 0.95)]),
        ("不錯耶，我要換那個券", "give_praise", [("give_praise", 0.8), ("redeem_points", 0.9)]),
    ],
)
def test_another_wish_behind_it_agrees_to_nothing(
    text: str, whole: str, parts: list[tuple[str, float]], context: Context
) -> None:
    steps = hear(said(text, whole, 0.7, *parts), context)
    assert not agrees(steps)
    if parts:
        assert steps.steps[0].intent == parts[-1][0]


@pytest.mark.parametrize(
    "text", ["got it", "ok i see", "good to know", "知道了", "好的，了解了", "明白", "原來如此", "這樣啊"]
)
def test_by_itself_what_takes_note_is_neither_yes_nor_no(text: str) -> None:
    assert consent.read(text).answer is Answer.NOT_YET


@pytest.mark.parametrize(
    "text",
    [
        "ok great",
        "oh ok",
        "哦好",
        "喔好",
        "好的，谢谢",
        "cool, go ahead",
        "知道了，登记吧",
        "nice. yes please",
        "明白了，好的",
    ],
)
def test_a_yes_stays_one(text: str) -> None:
    heard = hear(said(text, "affirm", 0.9), FILED)
    assert agrees(heard)


@pytest.mark.parametrize(
    "text",
    ["yes, and how long does the check take?", "好的，登记吧，多久有结果？", "對，登記吧。那多久會有結果？"],
)
def test_a_yes_with_a_question_about_the_act_is_one(text: str) -> None:
    assert agrees(hear(said(text, "affirm", 0.9), FILED))


@pytest.mark.parametrize("text", ["yes, please", "好的，麻烦了", "好，登記，謝謝", "好，帮我投诉"])
def test_a_courtesy_or_the_act_behind_a_yes_is_nothing_else(text: str) -> None:
    heard = hear(said(text, "affirm", 0.9), FILED)
    assert agrees(heard)
    assert (len(heard.steps), heard.then) == (1, "")


@pytest.mark.parametrize("text", ["ok cool, wait, not yet", "哦好，先不用了", "知道了，算了"])
def test_what_declines_behind_it_is_no_yes(text: str) -> None:
    assert consent.read(text).answer in (Answer.NO, Answer.NOT_YET)


def test_at_the_last_question_of_a_return_as_well() -> None:
    parts = ("inform", 0.8), ("ask_points_balance", 0.97)
    assert not agrees(hear(said("了解，我的积分还有多少", "ask_points_balance", 0.8, *parts), RETURNING))
