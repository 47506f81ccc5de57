"""Whether the old one has to come back, and what would be if the new one were wrong as well: asked, not wished."""

import pytest

from actions.kit.asked.old_back import asks, supposes_new_one


@pytest.mark.parametrize(
    "text",
    [
        "a new one, just the one. do i have to post the leaky one back? its a faff with a baby",
        "do you want the broken one back", "can i just bin the old one", "do i have to post it back myself",
        "旧的要寄回去吗", "那个裂了的用不用退回来", "壞掉的那個還要寄回去嗎",
        "我係問舊個壞咗嘅奶樽要唔要寄返去", "咁舊嗰個要唔要寄返俾你哋㗎",
    ],
)  # fmt: skip
def test_it_is_asked(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do i send it back", "do i have to pay to send it back", "do i need to send the box back too",
        "should i return it or exchange it", "这个要退吗", "这个可以退吗", "我要退货", "旧的怎么寄回去",
        "要不要退回運費",
    ],
)  # fmt: skip
def test_other_questions_are_none(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "ok and if the new bottle leaks too can i get a refund for it instead?",
        "what if it breaks again, do i get my money back",
        "新的要是也漏可以退钱吗", "如果換來的又壞掉可以退款嗎", "萬一新嗰個又爛咗可唔可以退錢",
    ],
)  # fmt: skip
def test_a_case_of_the_new_one_is_supposed(text: str) -> None:
    assert supposes_new_one(text)


@pytest.mark.parametrize("text", ["if the new one's fine ill keep it", "要换新的", "退錢給我", "can i get a refund"])
def test_a_wish_supposes_nothing(text: str) -> None:
    assert not supposes_new_one(text)
