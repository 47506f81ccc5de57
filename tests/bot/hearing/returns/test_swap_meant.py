"""换 amid a return is another piece, not a reward."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from tests.bot.hearing.words import asked, option, said

RETURN, REWARDS = "return_or_refund", "ask_rewards"
KIND = asked(
    option("换货", '/inform{"choice": "exchange"}'), option("还是退货", '/inform{"choice": "return"}'),
    form="return_form", slot="return_kind",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "可以直接换新的吗 还是要先修",
        "可以直接換新的嗎 還是要先修",
        "can i just get a replacement or do you repair it first",
    ],
)
@pytest.mark.parametrize("intent", [REWARDS, "redeem_points"])
def test_another_piece_amid_a_return_is_no_reward(text: str, intent: str) -> None:
    steps = hear(said(text, intent), KIND).steps
    assert intent not in [step.intent for step in steps]


@pytest.mark.parametrize(
    "text", ["我的积分能换什么", "點數可以換什麼", "what can i exchange my points for", "那用积分换个新的行吗"]
)
def test_a_reward_that_is_named_stays_one(text: str) -> None:
    assert REWARDS in [step.intent for step in hear(said(text, REWARDS), KIND).steps]


def test_without_a_return_in_hand_nothing_is_changed() -> None:
    assert [step.intent for step in hear(said("可以换什么新的吗", REWARDS), asked()).steps] == [REWARDS]


@pytest.mark.parametrize(
    "text",
    ["服了，那换个方案，送我爸保温杯", "好吧 那換個方案，送我爸保溫杯", "ok change of plan, the flask for my dad"],
)
def test_another_plan_is_no_swap_for_points(text: str) -> None:
    parts = [("redeem_points", 0.9) for _ in wishes.clauses(text)]
    assert "redeem_points" not in [
        step.intent for step in hear(said(text, "redeem_points", 0.9, *parts), asked()).steps
    ]
