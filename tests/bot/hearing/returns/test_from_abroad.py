"""What is sent back from abroad is asked of the rule for there, and of no postage at home."""

import pytest

from actions.kit.asked import sent_abroad
from actions.kit.words import plainly
from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("if he doesnt like it can he send it back from there", "from the UK"),
        ("要是不喜欢，能从那边寄回来退吗", "从英国"),
        ("如果不喜歡，可以從那邊寄回來退嗎", "從英國"),
    ],
)
def test_there_is_the_place_that_was_spoken_of(text: str, place: str) -> None:
    message = said(text, "return_or_refund", 0.97)
    message.whole["language"] = "en" if text.isascii() else "zh-Hant" if "歡" in text else "zh-Hans"
    for _, heard in message.clauses:
        heard["language"] = message.whole["language"]
    steps = hear(message, asked(abroad="GB")).steps
    assert [step.intent for step in steps] == ["ask_faq"]
    assert place in steps[0].text
    assert plainly.is_kind("return_from_abroad", steps[0].text)


@pytest.mark.parametrize(
    "text",
    [
        "i meant sending the suitcase back from the uk, who pays that",
        "从英国把箱子寄回来运费谁出",
        "從英國退回來運費誰付",
    ],
)
def test_what_comes_back_from_there_is_not_sent_there(text: str) -> None:
    assert sent_abroad.place_asked(text, "GB") is None
    step = hear(said(text, "nlu_fallback", 0.35, product="suitcase"), asked(abroad="GB", product="CASE")).steps[0]
    assert step.intent == "ask_faq"


@pytest.mark.parametrize("text", ["can you ship the suitcase to the uk", "箱子能寄英国吗", "登機箱可以寄英國嗎"])
def test_what_goes_there_still_does(text: str) -> None:
    assert sent_abroad.place_asked(text) == "GB"


@pytest.mark.parametrize("text", ["are you still there? can I return it", "那边能退吗"])
def test_without_a_place_nothing_is_put_in(text: str) -> None:
    assert all("UK" not in step.text for step in hear(said(text, "return_or_refund", 0.9), asked()).steps)
