"""Another language is asked for: it is told so, and what was answered last is said again."""

from typing import Any

from actions.talk.languages import ActionChangeLanguage
from tests.actions.conftest import Customer

ASKED_ABOUT_POINTS: list[dict[str, Any]] = [
    {"event": "user", "parse_data": {"text": "我有多少积分", "intent": {"name": "ask_points_balance"}, "entities": []}},
    {"event": "action", "name": "action_points_balance"},
    {"event": "action", "name": "action_listen"},
]
ASKED_FOR_A_RETURN: list[dict[str, Any]] = [
    {"event": "user", "parse_data": {"text": "退会", "intent": {"name": "cancel_membership"}, "entities": []}},
    {"event": "action", "name": "action_leave_start"},
]


async def test_the_last_answer_comes_once_more_in_the_language(member: Customer) -> None:
    ran = await member.run(
        ActionChangeLanguage, "in English, please", "change_language", language="en", events=ASKED_ABOUT_POINTS
    )
    assert ran.responses[0] == "reply_language_changed"
    assert any(response.startswith("reply_points") for response in ran.responses[1:])
    assert {said.language for said in ran.said} == {"en"}


async def test_the_wish_is_kept_for_what_follows(member: Customer) -> None:
    ran = await member.run(ActionChangeLanguage, "請講繁體中文", "change_language", language="zh-Hant")
    assert ran.slots["focus"]["speaks"] == "zh-Hant"


async def test_nothing_is_done_a_second_time(member: Customer) -> None:
    ran = await member.run(
        ActionChangeLanguage, "say it in english", "change_language", language="en", events=ASKED_FOR_A_RETURN
    )
    assert ran.responses == ["reply_language_changed"]


async def test_an_open_form_asks_its_question_in_the_language(member: Customer) -> None:
    ran = await member.run(
        ActionChangeLanguage, "用英文", "change_language", language="en", active_loop="join_form",
        requested_slot="join_name", events=ASKED_ABOUT_POINTS,
    )  # fmt: skip
    assert (ran.responses, ran.followup) == (["reply_language_changed"], "join_form")


async def test_a_language_we_do_not_speak_is_told_which_we_do(customer: Customer) -> None:
    ran = await customer.run(ActionChangeLanguage, "parlez français? French?", "change_language", language="en")
    assert ran.only.response == "reply_languages_spoken"
    assert [payload for payload in ran.only.payloads if "zh-Hant" in payload]


async def test_no_language_named_is_asked_which(customer: Customer) -> None:
    ran = await customer.run(ActionChangeLanguage, "换个语言", "change_language")
    assert ran.only.response == "reply_language_which"
