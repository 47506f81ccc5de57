"""Money instead of another piece is a wish and no denial; calling off beside a denial asks for nothing else."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.denial import denied
from bot.hearing.message.said import Said
from bot.hearing.message.wishes import clauses
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


LEAVING = Context(expects=Expectation(form="leave_form", slot="leave_reason"))
JOINING = Context(expects=Expectation(form="join_form", slot="join_name"))
"""Forms whose act is denied."""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("我发发牢骚，唔好幫我退呀", ["vent", RETURN]),
        ("我在说气话，不是退会", ["deny", "cancel_membership"]),
        ("no no dont close anything, was just asking", ["cancel_membership", "inform"]),
    ],
)
def test_the_act_of_the_open_form_is_denied_in_any_words(text: str, parts: list[str]) -> None:
    assert steps(text, "cancel_membership", parts, LEAVING) == [(text, "cancel")]


def test_what_is_wanted_instead_of_the_form_is_served() -> None:
    text = "不是退会！退订短信就行"
    found = steps(text, "opt_out", ["cancel_membership", "opt_out"], LEAVING)
    assert [intent for _, intent in found] == ["cancel", "opt_out"]


def test_a_figure_that_is_asked_about_is_no_value_of_the_form() -> None:
    text = "不入会，就问 90 块邮费"
    found = steps(text, "ask_faq", ["deny", "ask_faq"], JOINING)
    assert [intent for _, intent in found] == ["deny_act", "ask_faq"]


@pytest.mark.parametrize("text", ["我不是退货了吗", "是不是要退货"])
def test_who_asks_whether_it_was_done_denies_nothing(text: str) -> None:
    assert denied(text) is None


@pytest.mark.parametrize("text", ["我不是要投诉", "不是投诉", "唔係投訴呀"])
def test_that_it_is_not_that_is_a_denial(text: str) -> None:
    assert denied(text) == "make_complaint"


def test_the_bare_verb_of_the_act_that_was_heard_denies_it() -> None:
    text = "那不改了，身份证上就是这天"
    assert steps(text, "update_profile", ["update_profile", "inform"], Context()) == [(text, "deny_act")]


def test_who_never_spoke_of_it_has_it_denied_and_is_answered() -> None:
    text = "我可没说注销啊，积分还在吧"
    found = steps(text, "cancel_membership", ["cancel_membership", "ask_points_balance"], Context())
    assert found == [("积分还在吧", "ask_points_balance")]


def test_not_complaining_is_a_denial_and_the_wish_beside_it_is_served() -> None:
    text = "not complaining, I just want the call"
    found = steps(text, "cancel_callback", ["deny_act", "nlu_fallback"], Context())
    assert found == [("I just want the call", "request_callback")]
