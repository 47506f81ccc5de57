"""Money instead of another piece is a wish and no denial; calling off beside a denial asks for nothing else."""

import pytest

from bot.hearing.hear import Said, hear
from bot.hearing.wishes import clauses
from crm_store.conversations import Context, Expectation, Parsed

RETURN = "return_or_refund"
OPEN_FORM = Context(expects=Expectation(form="return_form", slot="return_kind"))
DONE = Context(focus={"done": RETURN, "return": "R-2026-0001"})


def parsed(text: str, intent: str) -> Parsed:
    return {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "intent_ranking": []}


def steps(text: str, whole: str, parts: list[str], context: Context) -> list[tuple[str, str]]:
    """Text and intent of each step; `parts`: what each clause sounds like by itself."""
    heard = [(clause, parsed(clause.text, part)) for clause, part in zip(clauses(text), parts, strict=True)]
    return [(step.text, step.intent) for step in hear(Said(text, parsed(text, whole), heard), context).steps]


@pytest.mark.parametrize("context", [OPEN_FORM, DONE])
@pytest.mark.parametrize(
    "text",
    ["我不退货了，给我换一双吧", "不想換貨了，直接退錢給我", "I don't want an exchange, just the refund"],
)
def test_the_other_kind_is_wished(text: str, context: Context) -> None:
    assert steps(text, "deny", [RETURN, RETURN], context) == [(text, RETURN)]


@pytest.mark.parametrize("context", [OPEN_FORM, DONE])
def test_calling_off_twice_is_one_denial(context: Context) -> None:
    assert steps("还是不退了，取消吧", "cancel", [RETURN, "cancel_order"], context) == [
        ("还是不退了，取消吧", "deny_act")
    ]


def test_what_is_denied_with_its_reason_stays_denied() -> None:
    text = "不要退货，退货太麻烦"
    assert steps(text, RETURN, [RETURN, RETURN], OPEN_FORM) == [(text, "deny_act")]


def test_another_wish_beside_a_denial_is_served() -> None:
    text = "先不退货了，帮我查积分"
    found = steps(text, RETURN, [RETURN, "ask_points_balance"], DONE)
    assert found == [("帮我查积分", "ask_points_balance")]
