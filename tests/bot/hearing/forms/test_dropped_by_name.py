"""What is given up by its name is given up, and what is asked beside it is answered as if nothing were open."""

import pytest

from bot.hearing.forms.dropped_by_name import gives_up
from bot.hearing.hear import hear
from bot.hearing.returns import return_matters
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, option, said

RETURN, BALANCE = "return_or_refund", "ask_points_balance"
LAST = asked(
    option("Register it", "/affirm"), option("Not now", "/deny"),
    form="return_form", slot="return_confirmed", order="20261125-9010", product="PACK-CITY",
)  # fmt: skip
WAYS = Context(Expectation(options=LAST.expects.options, form="return_form", slot="return_kind"))
NAME = asked(form="join_form", slot="join_name")


@pytest.mark.parametrize(
    "text",
    [
        "ugh ok forget the return then", "i said forget the return!!", "not returning it after all",
        "那退货算了", "我说了不退了", "背包不退了", "退貨的事就算了", "我都說不退了", "唔使退喇", "唔退住",
    ],
)  # fmt: skip
def test_a_return_is_given_up_by_its_name(text: str) -> None:
    assert gives_up(text, "return_form", "return_confirmed")


@pytest.mark.parametrize(
    "text",
    [
        "can i drop the return off at a shop", "drop the return off at the shop", "forget the box, register it",
        "为什么不退了", "不退了，换一双", "退了算了", "可以不換嗎", "係咪唔退得",
    ],
)  # fmt: skip
def test_other_words_give_up_nothing(text: str) -> None:
    assert not gives_up(text, "return_form", "return_confirmed")


@pytest.mark.parametrize("text", ["那我不入了", "唔入喇", "我还没打算入会", "等等我還沒說要入", "我还没决定加入"])
def test_joining_is_given_up_also_in_one_sign_and_for_the_time_being(text: str) -> None:
    assert gives_up(text, "join_form", "join_name")


@pytest.mark.parametrize("text", ["我想入", "这鞋放不入袋子", "不入流", "还没入会能下单吗"])
def test_words_that_only_hold_the_sign_give_up_nothing(text: str) -> None:
    assert not gives_up(text, "join_form", "join_name")


@pytest.mark.parametrize("text", ["不换了", "唔換喇", "i don't want a repair"])
def test_where_the_way_is_asked_a_no_is_to_one_of_them(text: str) -> None:
    assert not gives_up(text, "return_form", "return_kind")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (
            "ugh ok forget the return then, i'll give it to my brother. how many points have i got",
            "how many points have i got",
        ),
        ("那退货算了，给我弟用吧。我有多少积分", "给我弟用吧。我有多少积分"),
        ("唔使退喇，畀我細佬用。我有幾多積分", "畀我細佬用。我有幾多積分"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("context", [LAST, Context(focus={"put_off": "return_form"})])
def test_it_is_left_and_the_question_answered(text: str, rest: str, context: Context) -> None:
    parts = ((RETURN, 0.6), ("nlu_fallback", 0.35), (BALANCE, 1.0))
    left, answered = hear(said(text, BALANCE, 0.87, *parts), context).steps
    assert left.intent == "deny_act"
    assert [each["value"] for each in entities_of(left.heard or {})] == [RETURN]
    assert (answered.intent, answered.text) == (BALANCE, rest)


@pytest.mark.parametrize(
    "text", ["不退了，给我换个新的", "唔退喇，同我換個新嘅", "forget the refund, swap it for a new one"]
)
def test_another_way_for_the_thing_goes_on(text: str) -> None:
    found = hear(said(text, RETURN, 0.9, ("nlu_fallback", 0.3), ("nlu_fallback", 0.3)), LAST)
    assert "deny_act" not in [step.intent for step in found.steps]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("not now, just wanted to know. thanks, bye", (("deny", 0.98), ("hesitate", 0.66), ("goodbye", 0.98))),
        ("不用啦，我只是问问，拜拜", (("deny", 1.0), ("nlu_fallback", 0.35), ("goodbye", 0.98))),
        ("唔使喇，問下啫，拜拜", (("deny", 0.8), ("nlu_fallback", 0.35), ("goodbye", 0.98))),
    ],
)
def test_what_was_only_asked_about_is_not_gone_on_with(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    found = hear(said(text, "goodbye", 0.45, *parts), NAME)
    assert [step.intent for step in found.steps] == ["deny_act", "goodbye"]


@pytest.mark.parametrize("text", ["just asking how long it takes", "只是想问运费谁出", "我只是想問要幾天"])
def test_a_question_that_is_called_one_leaves_nothing(text: str) -> None:
    found = hear(said(text, "ask_faq", 0.8), asked(form="return_form", slot="return_reason"))
    [asked_for] = found.steps
    assert asked_for.intent == "ask_faq" or return_matters.is_step(asked_for)
