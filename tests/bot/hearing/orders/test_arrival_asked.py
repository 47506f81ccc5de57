"""When something that is not bought yet would be there is asked of the road, and of no parcel."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, heard, said

ABROAD: dict[str, Any] = {"abroad": "GB", "at": {"abroad": 3, "parcel": 1}, "parcel": "SF1"}
REWARD: dict[str, Any] = {"reward": "GIFT-CUP", "at": {"reward": 5, "parcel": 1}, "parcel": "SF1"}
DAY = {"from": "2026-12-25T00:00:00+08:00", "to": "2026-12-26T00:00:00+08:00", "grain": "day"}


def dated(text: str, intent: str) -> Said:
    whole = heard(text, intent, 0.6)
    return Said(text, {**whole, "entities": [{"entity": "time", "value": DAY, "start": 0, "end": 1}]})


def choices(message: Said, context: Context) -> list[object]:
    steps = hear(message, context).steps
    return [each["value"] for step in steps for each in entities_of(step.heard or {}) if each["entity"] == "choice"]


@pytest.mark.parametrize("text", ["and does it get there by xmas", "圣诞节前能寄到吗", "趕得上聖誕嗎", "xmas doable"])
@pytest.mark.parametrize("focus", [ABROAD, REWARD])
def test_by_a_day_to_the_place_that_was_named(text: str, focus: dict[str, Any]) -> None:
    assert choices(dated(text, "ask_faq"), asked(**focus)) == ["arrival"]


@pytest.mark.parametrize("text", ["and when would it arrive?", "那几天能到", "什麼時候會到啊"])
def test_it_is_the_reward_just_spoken_of_and_no_old_parcel(text: str) -> None:
    assert choices(said(text, "ask_parcel"), asked(**REWARD)) == ["arrival"]


def test_a_parcel_that_is_denied_is_not_meant() -> None:
    message = said("no not that old parcel lol. the thermos from the points. before 25 dec?", "nlu_fallback", 0.3,
                   ("ask_parcel", 0.5), ("ask_rewards", 0.6), ("inform", 0.9), reward="thermos")  # fmt: skip
    clauses = [(each, {**parsed, "entities": dated("", "inform").whole["entities"]} if "dec" in each.text else parsed)
               for each, parsed in message.clauses]  # fmt: skip
    steps = hear(Said(message.text, message.whole, clauses), asked(**ABROAD)).steps
    assert [step.intent for step in steps] == ["ask_product"]


@pytest.mark.parametrize(
    ("text", "intent", "focus"),
    [
        ("will my parcel come by xmas", "ask_parcel", ABROAD),
        ("我的包裹圣诞前能到吗", "ask_parcel", ABROAD),
        ("還沒到，聖誕前收得到嗎", "ask_parcel", ABROAD),
        ("do my points last until new year", "ask_points_expiring", REWARD),
        ("and when will it arrive?", "ask_parcel", {"parcel": "SF1", "reward": "X", "at": {"parcel": 4, "reward": 2}}),
        ("call me before xmas", "request_callback", ABROAD),
    ],
)
def test_what_is_ones_own_or_ends_on_a_day_is_another_matter(text: str, intent: str, focus: dict[str, Any]) -> None:
    assert "arrival" not in choices(dated(text, intent), asked(**focus))


def test_amid_a_form_it_is_left_to_the_form() -> None:
    amid = Context(Expectation(form="return_form", slot="return_reason"), focus=ABROAD)
    assert "arrival" not in choices(dated("by xmas?", "inform"), amid)
