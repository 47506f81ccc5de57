"""What becomes of a voucher's points, or of points, with their last day, whatever the words sound like."""

import pytest

from actions.kit.asked.rewards_asked import RewardAsked, asked
from bot.hearing.hear import hear
from bot.hearing.steps import Step
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said

SWAPPED = Context(focus={"topic": "redeem_points", "age": 0, "done": "redeem_points", "reward": "COUPON20",
                         "at": {"done": 6, "reward": 6}})  # fmt: skip
AT_THE_QUESTION = Context(Expectation(form="redeem_form", slot="redeem_confirm"), focus={"reward": "COUPON20"})


def choice(step: Step) -> str:
    entities = (step.heard or {}).get("entities", [])
    return next((str(each["value"]) for each in entities if each["entity"] == "choice"), "")


@pytest.mark.parametrize(
    "text",
    [
        "那这20的要是过期没用 积分退给我不",
        "真的？券放过期了也给退分？",
        "你咋不回我 过期的券到底退不退积分",
        "那張券過期沒用，點數會退給我嗎",
        "張券過咗期未用，啲分會唔會退返俾我",
        "if the voucher expires unused do I get my points back",
        "do i lose the points if the 20 voucher expires?",
    ],
)
@pytest.mark.parametrize("context", [Context(), SWAPPED, AT_THE_QUESTION])
def test_whether_points_of_a_lapsed_voucher_come_back(text: str, context: Context) -> None:
    for intent in ("ask_faq", "undo", "ask_points_expiring", "redeem_points"):
        (step,) = hear(said(text, intent, 0.8), context).steps
        assert (step.intent, choice(step)) == ("ask_vouchers", RewardAsked.LAPSED)


@pytest.mark.parametrize(
    "text", ["我问的是到期了没用掉积分还在不在", "到期了沒用掉點數還在嗎", "if it expires, do the points come back?"]
)
def test_asked_again_of_the_voucher_that_was_just_taken(text: str) -> None:
    (step,) = hear(said(text, "ask_points_expiring", 0.9), SWAPPED).steps
    assert choice(step) == RewardAsked.LAPSED
    assert asked(text) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("年底嗰一萬幾分係12月31號當日仲用唔用得?", "ask_points_expiring"),
        ("12月31号当天积分还能用吗", "ask_points_expiring"),
        ("can I still use my points on 31 december itself?", "ask_points_expiring"),
        ("券最后一天还能用吗", "ask_vouchers"),
        ("優惠券到期當天可以用嗎", "ask_vouchers"),
        ("can I still use the voucher on the last day?", "ask_vouchers"),
    ],
)
def test_whether_the_last_day_counts(text: str, intent: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.9), Context()).steps
    assert (step.intent, choice(step)) == (intent, RewardAsked.LAST_DAY)


@pytest.mark.parametrize(
    "text",
    [
        "退货以后券过期了还退积分吗",
        "订单取消了，券过期了，积分退吗",
        "用了券的那单退货，积分退吗",
        "过期的积分能退回来吗",
        "積分過期了會退嗎",
        "券过期了能延期吗",
        "券什么时候过期",
        "把券退了，积分还给我",
        "生日当天用券吗",
        "当天能送到吗",
        "最后一天上班还能打电话吗",
        "can expired points be restored?",
        "when does the voucher expire?",
        "if I return the shoes do I get the points of the expired voucher back?",
        "can i use points on my order the same day",
    ],
)
def test_what_is_another_matter(text: str) -> None:
    for of_voucher in (False, True):
        assert asked(text, of_voucher=of_voucher) not in (RewardAsked.LAPSED, RewardAsked.LAST_DAY)
