"""A yes-word that governs a question ("confirm how many points that is") agrees to nothing at any open act: what was
asked about is told once more, and its question stays."""

import pytest

from actions.kit.words import consent, yes_but
from actions.kit.words.yes_but import YesBut
from bot.hearing.hear import hear
from bot.hearing.steps import Step
from tests.bot.hearing.test_plain_yes import ACTS, EVERY, carried_out
from tests.bot.hearing.words import said

CHECKS = [
    "确认下用了多少分", "确认一下是哪个", "先确认下是几分", "好，是多少分来着",
    "核對一下多少點", "確認下用咗幾多分", "確認一下係邊個",
    "confirm how many points that is", "sure how much is it", "ok so how many points again", "ok which one is it",
]  # fmt: skip
STILL_YES = [
    "确认", "确认下", "确认兑换", "好的，谢谢", "確認，麻煩了", "yes please confirm", "yes confirm it if you can",
    "sure, go ahead", "yes, when will it be done?",
]  # fmt: skip


def kind_of(step: Step) -> YesBut | None:
    named = (step.heard or {}).get("entities") or [{}]
    return yes_but.read(named[-1].get("value"))


@pytest.mark.parametrize("text", CHECKS)
@pytest.mark.parametrize("intent", ["affirm", "ask_points_history", "nlu_fallback"])
def test_what_is_to_be_checked_is_no_yes_at_any_open_act(text: str, intent: str) -> None:
    assert carried_out(said(text, intent, 0.6), EVERY) == []


@pytest.mark.parametrize("text", CHECKS)
def test_it_is_told_from_the_open_act(text: str) -> None:
    for intent in ("affirm", "ask_points_history"):
        (step,) = hear(said(text, intent, 0.6), ACTS["redeeming"]).steps
        assert kind_of(step) is YesBut.CHECK


def test_a_question_of_something_else_is_answered_and_nothing_done() -> None:
    steps = hear(said("确认一下快递到哪了", "ask_parcel", 0.95), ACTS["redeeming"]).steps
    assert [step.intent for step in steps] == ["ask_parcel"]


@pytest.mark.parametrize("text", STILL_YES)
def test_a_plain_yes_checks_nothing(text: str) -> None:
    assert not consent.checks(text)
    assert consent.read(text).answer is consent.Answer.YES
