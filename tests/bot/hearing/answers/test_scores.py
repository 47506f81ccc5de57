"""A score typed after the question for one, on the scale of the question."""

import pytest

from bot.desk.notices import score_buttons
from bot.hearing.answers import scores
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation
from crm_store.language import Language
from crm_store.surveys import SurveyKind
from tests.bot.hearing.words import said as words_said


def asked(kind: SurveyKind) -> Context:
    return Context(Expectation(options=[dict(each) for each in score_buttons(kind, Language.EN)]))


@pytest.mark.parametrize("kind", list(SurveyKind))
def test_the_question_that_was_asked_last(kind: SurveyKind) -> None:
    assert scores.asked(asked(kind).expects) is kind
    assert scores.asked(Expectation(options=[{"title": "?", "payload": "/help"}])) is None


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("4", SurveyKind.CSAT, 4),
        ("四分", SurveyKind.CSAT, 4),
        ("two stars", SurveyKind.CSAT, 2),
        ("⭐⭐⭐", SurveyKind.CSAT, 3),
        ("4 out of 5", SurveyKind.CSAT, 4),
        ("8 out of 10", SurveyKind.CSAT, None),
        ("9 out of 10", SurveyKind.NPS, 9),
        ("10/10", SurveyKind.NPS, 10),
        ("十分", SurveyKind.NPS, 10),
        ("给你们打七分吧", SurveyKind.NPS, 7),
        ("0，不会推荐", SurveyKind.NPS, 0),
        ("i'd say 8 because delivery was quick", SurveyKind.NPS, 8),
        ("6/7", SurveyKind.CES, 6),
        ("seven", SurveyKind.CES, 7),
        ("那就六分", SurveyKind.CES, 6),
        ("还行吧", SurveyKind.NPS, None),
    ],
)
def test_a_score_is_heard_on_the_scale_that_was_asked(text: str, kind: SurveyKind, value: int | None) -> None:
    said = scores.said(text, kind)
    assert (said.value if said else None) == value


@pytest.mark.parametrize(("kind", "choice"), [("csat", None), ("ces", "ces"), ("nps", "nps")])
def test_the_score_goes_to_the_survey_it_answers(kind: str, choice: str | None) -> None:
    said = Said("5", {"text": "5", "intent": {"name": "inform", "confidence": 0.4}, "entities": []})
    [step] = hear(said, asked(SurveyKind(kind))).steps
    assert step.heard is not None
    told = {each["entity"]: each["value"] for each in step.heard["entities"]}
    assert (step.intent, told["score"], told.get("choice")) == ("rate_service", "5", choice)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("加湿器啊，9/12那单", False),
        ("行李箱喔 11/3買的", False),
        ("the mat, from 7/10", False),
        ("什麼2分？我沒有在打分數", False),
        ("I never rated anything", False),
        ("服务8/10", True),
        ("我給4分", True),
        ("8/10", True),
    ],
)
def test_a_day_beside_what_happened_on_it_and_a_score_denied_are_no_score(text: str, rates: bool) -> None:
    [step] = hear(words_said(text, "rate_service", 0.95), Context()).steps
    assert (step.intent == "rate_service") is rates
