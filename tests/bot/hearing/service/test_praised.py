"""Praise that is none is neither kept nor waits its turn, and what was kept so is struck out."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.service import praised
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.words import heard, said


def feels(parsed: Parsed, label: str) -> Parsed:
    return {**parsed, "sentiment": {"label": label, "confidence": 0.9, "anger": 0.0}}


def told(text: str, whole: Parsed, *parts: Parsed) -> Said:
    return Said(text, whole, list(zip(wishes.clauses(text), parts, strict=True)))


@pytest.mark.parametrize(
    "text",
    [
        "谁夸你了", "我哪有表扬你们", "誰感謝你們了", "赞个鬼", "我冇讚你哋", "那是讽刺好吗",
        "I never complimented you", "it was sarcasm",
    ],
)  # fmt: skip
def test_a_denial_is_no_praise(text: str) -> None:
    assert praised.is_denied(text)
    assert [step.intent for step in hear(said(text, "give_praise"), Context()).steps] != ["give_praise"]


@pytest.mark.parametrize(
    "text", ["客服特别有耐心，夸一下", "感谢你们的包装", "表扬小王", "thank you so much", "不得不夸一下"]
)
def test_praise_is_not_denied(text: str) -> None:
    assert not praised.is_denied(text)


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("九月買的雨傘骨斷了，你們品質這樣喔", "negative"),
        ("電話留給你，越快越好", "neutral"),
        ("put it on that one, it was for work", "neutral"),
    ],
)
def test_a_clause_that_only_sounds_like_praise_is_no_wish(text: str, feeling: str) -> None:
    message = told(
        text,
        feels(heard(text, "inform"), feeling),
        heard(text, "ask_invoice"),
        feels(heard(text, "give_praise", 0.95), "positive"),
    )
    meant = praised.as_meant(message)
    assert [parsed["intent"]["name"] for _, parsed in meant.clauses] != ["ask_invoice", "give_praise"]


def test_a_fault_told_with_praise_is_the_fault() -> None:
    text = "你们这壶可以啊，才一周盖子就裂了"
    message = told(
        text, feels(heard(text, "give_praise"), "positive"), feels(heard(text, "give_praise"), "positive"),
        heard(text, "report_fault"),
    )  # fmt: skip
    found = hear(message, Context())
    assert [step.intent for step in found.steps] == ["report_fault"]
    assert found.kept == []


def test_plain_praise_stays() -> None:
    text = "包裝很用心，客服也很親切"
    message = told(text, *[feels(heard(text, "give_praise"), "positive")] * 3)
    assert [step.intent for step in hear(message, Context()).steps] == ["give_praise"]


@pytest.mark.parametrize("text", ["誰稱讚你們了", "我没夸你们，是反话", "I wasn't praising you"])
def test_what_was_kept_as_praise_is_struck_out(text: str) -> None:
    (step,) = hear(said(text, "give_praise"), Context(focus={"done": "give_praise"})).steps
    assert step.intent == "undo"


def test_a_suggestion_on_a_guess_gives_way_to_what_is_asked() -> None:
    text = "我就问你。能不能刻字"
    message = told(text, heard(text, "give_suggestion", 0.57), heard(text, "help", 0.4), heard(text, "ask_faq", 0.88))
    assert [step.intent for step in hear(message, Context()).steps] == ["ask_faq"]


def test_denied_praise_is_not_offered_either() -> None:
    guess = heard("谁夸你了", "nlu_fallback") | {"intent_ranking": [{"name": "give_praise", "confidence": 0.6}]}
    assert praised.as_meant(Said("谁夸你了", guess)).whole["intent_ranking"] == []
