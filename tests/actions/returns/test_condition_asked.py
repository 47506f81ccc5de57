"""What state a thing is in, asked at the last question of its return: answered, and the question is put once more."""

import pytest

from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")
RETURN = "return_or_refund"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "hang on, ive tried them on round the house. n i binned the box. still alright?",
            ["reply_return_aside_packaging", "reply_return_aside_worn"],
        ),
        ("等等，在家试穿过了，这样可以吗", ["reply_return_aside_worn"]),
        ("不是不退，只是問盒子丟了要不要緊", ["reply_return_aside_packaging"]),
    ],
)
@pytest.mark.parametrize("intent", ["deny", RETURN])
async def test_it_is_answered_and_stays_open(member: Customer, words: str, told: list[str], intent: str) -> None:
    await bought(member, "lamp")
    await say(member, "台灯不喜欢，退货", RETURN)
    heard = await say(member, words, intent)
    assert heard.responses[: len(told)] == told
    assert heard.responses[-1] == "reply_return_confirm"
    await say(member, "对", "affirm")
    assert len(await requests(member)) == 1
