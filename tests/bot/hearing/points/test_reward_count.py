"""A number of pieces beside the answer to what shall be redeemed."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

CONFIRM = asked(
    option("换", "/affirm"), option("先不换", "/deny"), form="redeem_form", slot="redeem_confirm", reward="CUP"
)
CHOOSE = asked(
    option("¥20 voucher", '/redeem_points{"reward":"V20"}'),
    option("¥100 voucher", '/redeem_points{"reward":"V100"}'),
    form="redeem_form",
    slot="redeem_reward",
    reward="V100",
)
TOLD = asked(option("Redeem this", '/redeem_points{"reward":"V100"}'))


def intents(text: str, context: Context, intent: str = "inform") -> list[str]:
    return [step.intent or str(step.payload) for step in hear(said(text, intent, 0.6), context).steps]


def reward(step: Step) -> str:
    return next((str(each["value"]) for each in (step.heard or {})["entities"] if each["entity"] == "reward"), "")


@pytest.mark.parametrize(
    "text",
    [
        "yes but 3 of them",
        "yes, 2 of em, is that gonna be 2 or 1 again",
        "对，换三张",
        "好，要兩個",
        "可以，二十张",
        "make it 3",
    ],
)
def test_a_number_beside_a_yes_is_no_mere_yes(text: str) -> None:
    assert intents(text, CONFIRM) == ["redeem_points"]


@pytest.mark.parametrize("text", ["yes but 3 of them. and how long r they good for", "對，換三張吧，券多久到期"])
def test_until_when_it_is_valid_is_told_before_the_question(text: str) -> None:
    assert intents(text, CONFIRM) == ["ask_vouchers", "redeem_points"]


@pytest.mark.parametrize(("text", "intent"), [("yes", "affirm"), ("好的", "affirm"), ("no, 3 is too many", "deny")])
def test_a_plain_answer_stays_one(text: str, intent: str) -> None:
    assert "redeem_points" not in intents(text, CONFIRM, intent)


@pytest.mark.parametrize("text", ["好 换 茶罐呢??", "换吧，那茶罐呢", "yes do it, and the tea tin?"])
def test_another_one_asked_for_behind_the_yes_comes_after_it(text: str) -> None:
    assert intents(text, CONFIRM, "ask_rewards") == ["affirm", "redeem_points"]


@pytest.mark.parametrize("text", ["茶罐也换一个", "保溫杯也換一個", "a mug as well"])
def test_one_more_is_wished_besides(text: str) -> None:
    assert intents(text, CONFIRM, "return_or_refund") == ["redeem_points"]


@pytest.mark.parametrize(
    "text", ["100 obviously, i said the same one. 2 of em", "the ¥100 voucher, two of them", "same one, 3x"]
)
def test_so_many_of_the_one_that_is_chosen(text: str) -> None:
    (step,) = hear(said(text, "inform", 0.5), CHOOSE).steps
    assert (step.intent, reward(step)) == ("redeem_points", "V100")


@pytest.mark.parametrize("text", ["yes, 2 of em", "好，要兩張", "3张"])
def test_so_many_of_the_one_just_told_of(text: str) -> None:
    (step,) = hear(said(text, "inform", 0.5), TOLD).steps
    assert (step.intent, reward(step)) == ("redeem_points", "V100")


@pytest.mark.parametrize("text", ["保温杯也换一个", "how many days until 2 of them arrive?"])
def test_another_thing_or_a_question_is_none(text: str) -> None:
    assert all(reward(step) != "V100" for step in hear(said(text, "inform", 0.5), TOLD).steps if step.heard)
