"""Whether a person is there now is a question of its own, and no wish to be put through."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.service import anybody
from bot.hearing.service.anybody import THERE
from bot.hearing.service.person import REQUEST_HUMAN
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "有沒有真人，現在有人嗎",
        "现在有人吗",
        "客服在吗",
        "客服下班了没",
        "而家有冇真人喺度",
        "anyone there?",
        "Are there any agents online?",
        "is there anyone there right now?",
    ],
)
def test_it_is_asked_whether_somebody_is_there(text: str) -> None:
    assert anybody.asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "有人给我打电话吗",
        "有没有人用过这个",
        "有没有客服电话",
        "客服几点下班",
        "客服在吗？我要退货",
        "is there anyone who can fix it",
        "are your agents rude",
    ],
)
def test_other_words_of_people_are_not_that(text: str) -> None:
    assert not anybody.asks(text)


def test_it_is_told_without_putting_anybody_through() -> None:
    (step,) = hear(said("现在有人吗", "bot_challenge", 0.5), Context()).steps
    assert step.intent == REQUEST_HUMAN
    assert step.heard is not None
    assert step.heard["entities"][-1]["value"] == THERE


def test_parts_not_understood_one_by_one_are_one_message_not_understood() -> None:
    """Two acts on mere guesses: asked once what was meant, not twice."""
    text = "取消那个，退掉这个"
    heard = hear(said(text, "cancel_order", 0.5, ("cancel_order", 0.58), ("return_or_refund", 0.59)), Context())
    assert len(heard.steps) == 1


@pytest.mark.parametrize(
    "text", ["你们就不能来个人吗", "講了半天不能給我個人嗎", "can't you just get me a person?", "都几点了，人呢"]
)
def test_a_person_is_demanded_though_it_sounds_like_a_question(text: str) -> None:
    assert hear(said(text, "chase_promise", 0.6), Context()).steps[0].intent == "request_human"


@pytest.mark.parametrize("text", ["能不能给我个人信息的副本", "can I have a personal code"])
def test_what_only_sounds_so_demands_nobody(text: str) -> None:
    assert hear(said(text, "privacy_request"), Context()).steps[0].intent != "request_human"


@pytest.mark.parametrize(
    "text",
    [
        "周日你们有人上班吗",
        "周日有人在不",
        "禮拜日有冇人喺度",
        "is anyone there on sunday",
        "are your agents in on Sunday?",
    ],
)
def test_another_day_is_a_question_for_the_hours(text: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.8), Context()).steps
    assert (step.intent, (step.heard or {})["entities"][-1]["value"]) == (REQUEST_HUMAN, anybody.HOURS)


@pytest.mark.parametrize("text", ["周日上班吗", "你們幾點上班", "are you here on sunday?"])
def test_hours_mean_a_person_only_where_one_was_spoken_of(text: str) -> None:
    of_a_person = Context(focus={"topic": REQUEST_HUMAN, "age": 1})
    assert [step.intent for step in hear(said(text, "ask_faq", 0.8), of_a_person).steps] == [REQUEST_HUMAN]
    assert [step.intent for step in hear(said(text, "ask_faq", 0.8), Context()).steps] != [REQUEST_HUMAN]


@pytest.mark.parametrize("text", ["门店周日开吗", "周日有货吗", "明天有人来取件吗", "週日有人送貨嗎"])
def test_shops_and_parcels_are_not_the_staff(text: str) -> None:
    assert not anybody.asks(text)
    assert anybody.asks_beside(text) is None


@pytest.mark.parametrize(
    "text", ["给我找个人问吧 周日有人在不", "幫我轉人工，週日有人嗎", "get me a person. is anyone there on sunday?"]
)
def test_a_wish_for_a_person_is_served_with_the_hours_told_first(text: str) -> None:
    message = said(text, REQUEST_HUMAN, 0.7, (REQUEST_HUMAN, 0.54), ("greet", 0.84))
    steps = hear(message, Context()).steps
    assert [step.intent for step in steps] == [REQUEST_HUMAN, REQUEST_HUMAN]
    assert [len((step.heard or {})["entities"]) for step in steps] == [1, 0]
