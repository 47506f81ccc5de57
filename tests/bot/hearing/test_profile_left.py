"""A change of the profile that is called off in the midst of it, and what is said beside that."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.wishes import clauses
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said

CHANGE = "update_profile"
OPEN = Context(expects=Expectation(form="profile_form", slot="profile_value"))


@pytest.mark.parametrize(
    "text",
    [
        "邮箱我不改了",
        "我说了不换信箱了!",
        "停！先不改電郵",
        "I don't want to change my e-mail",
        "唔改電郵住",
        "手機號碼不用改了",
    ],
)
def test_the_thing_named_beside_the_verb_calls_it_off(text: str) -> None:
    assert [step.intent for step in hear(said(text, CHANGE), OPEN).steps] == ["cancel"]


@pytest.mark.parametrize("text", ["先不改email 那會員的地址呢", "不改邮箱了，收货地址在哪改"])
def test_the_postal_address_asked_beside_is_served(text: str) -> None:
    steps = hear(said(text, CHANGE), OPEN).steps
    assert [step.intent for step in steps] == ["cancel", CHANGE]
    assert "邮箱" not in steps[1].text


@pytest.mark.parametrize("text", ["不改手机了，改邮箱", "改成 new@example.org", "my e-mail is new@example.org", "邮箱"])
def test_what_goes_on_with_it_stays(text: str) -> None:
    assert "cancel" not in [step.intent for step in hear(said(text, CHANGE), OPEN).steps]


def test_an_address_is_one_piece() -> None:
    parts = [clause.text for clause in clauses("改收货地址，同时把邮箱换成 lin@example.com。谢谢你们")]
    assert any("lin@example.com" in part for part in parts)
