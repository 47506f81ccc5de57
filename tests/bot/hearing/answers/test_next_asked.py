"""An answer to a question that asks in the same breath what comes next."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, option, said

THINGS = asked(
    option("12 May, Wool Scarf", '/inform{"choice":"a"}'),
    option("3 April, Desk Fan", '/inform{"choice":"b"}'),
    form="return_form",
    slot="return_line",
)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("2.. now what", '/inform{"choice":"b"}'),
        ("the second one, what happens next?", '/inform{"choice":"b"}'),
        ("第一个，接下来呢", '/inform{"choice":"a"}'),
        ("第二個 然後呢", '/inform{"choice":"b"}'),
        ("desk fan. then what", '/inform{"choice":"b"}'),
    ],
)
def test_an_answer_that_asks_what_comes_next_is_the_answer(text: str, payload: str) -> None:
    (step,) = hear(said(text, "nlu_fallback", 0.35), THINGS).steps
    assert step.payload == payload


@pytest.mark.parametrize("text", ["what now", "然后呢", "my kettle, what now"])
def test_what_comes_next_alone_chooses_nothing(text: str) -> None:
    assert all(step.payload is None for step in hear(said(text, "nlu_fallback", 0.35), THINGS).steps)


@pytest.mark.parametrize("text", ["yes, what next", "好的，下一步呢", "對，然後怎麼辦"])
def test_a_yes_that_asks_what_comes_next_is_a_yes(text: str) -> None:
    sure = asked(
        option("Yes, register", '/affirm{"choice":"yes"}', "yes"),
        option("Not yet", "/deny", "no"),
        form="return_form",
        slot="return_confirm",
    )
    (step,) = hear(said(text, "inform", 0.4), sure).steps
    assert step.payload == '/affirm{"choice":"yes"}'
