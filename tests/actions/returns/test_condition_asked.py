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


class TestTheOldOne:
    @pytest.mark.parametrize(
        "words",
        ["a new one. do i have to post the leaky one back?", "换新的，旧的要寄回去吗", "換新嘅，舊嗰個要唔要寄返㗎"],
    )
    async def test_that_it_has_to_come_back_is_told_beside_the_wish(self, member: Customer, words: str) -> None:
        await bought(member, "serum")
        await say(member, "精华漏液了", "report_fault")
        heard = await say(member, words, RETURN)
        assert "reply_return_old_back_exchange" in heard.responses
        assert heard.responses[-1] == "reply_exchange_confirm"
        assert member.slots["return_kind"] == "exchange"

    @pytest.mark.parametrize(
        ("words", "kind", "told"),
        [
            ("旧的要寄回去吗", "old_back", "reply_return_old_back_exchange"),
            ("do i have to send the old one back", "old_back", "reply_return_old_back_exchange"),
            ("如果換來的又漏了可以退款嗎", "new_one", "reply_return_if_new_faulty"),
        ],
    )
    async def test_after_it_was_registered_it_is_told_and_nothing_changed(
        self, member: Customer, words: str, kind: str, told: str
    ) -> None:
        await bought(member, "serum")
        await say(member, "精华漏液了，换新的", "report_fault")
        await say(member, "对", "affirm")
        [before] = await requests(member)
        heard = await say(member, words, RETURN, entities={"choice": kind})
        assert heard.responses == [told]
        [after] = await requests(member)
        assert (after.kind, after.number) == (before.kind, before.number)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("精华瓶口裂开了，这个不想要了想退", "damaged"),
        ("精華瓶身有裂痕，唔想要，退款", "damaged"),
        ("the serum leaks, don't want it, money back please", "quality"),
        ("sorry hit the wrong one, the serum leaks. send me a new one", "quality"),
        ("精华没质量问题，就是不想要了，退", "not_wanted"),
    ],
)
async def test_a_fault_is_the_reason_for_which_it_is_not_wanted(member: Customer, words: str, reason: str) -> None:
    await bought(member, "serum")
    await say(member, words, RETURN)
    assert member.slots["return_reason"] == reason
