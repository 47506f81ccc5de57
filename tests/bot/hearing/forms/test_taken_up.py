"""What was declined or put off is taken up by who says so; nothing else takes it up."""

import pytest

from bot.hearing.forms.taken_up import TAKE_UP
from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN_PUT_OFF = Context(focus={"put_off": "return_form", "at": {"put_off": 5}})
REDEEMED_SINCE = Context(focus={"put_off": "return_form", "done": "redeem_points", "at": {"put_off": 5, "done": 9}})


def takes_up(text: str, context: Context, intent: str = "nlu_fallback", confidence: float = 0.35) -> bool:
    (step,) = hear(said(text, intent, confidence), context).steps
    heard = step.heard or {"entities": []}
    return step.intent == "inform" and [each["value"] for each in entities_of(heard)] == ["go_on"]


@pytest.mark.parametrize(
    "text", ["算了 全部退了", "就换43吧 应该有货吧", "那还是退吧", "ok do it then", "登记吧", "就这么办", "還是換好了"]
)
def test_the_act_is_wished_after_all(text: str) -> None:
    assert takes_up(text, RETURN_PUT_OFF)


@pytest.mark.parametrize("text", ["不退了", "好", "能退吗", "那运费谁出", "我再想想退不退", "算了"])
def test_a_question_a_denial_and_a_bare_yes_take_nothing_up(text: str) -> None:
    assert not takes_up(text, RETURN_PUT_OFF)


def test_another_wish_that_is_surely_heard_stays_one() -> None:
    assert not takes_up("换点积分", RETURN_PUT_OFF, "redeem_points", 0.95)


def test_words_without_an_act_mean_what_was_done_since() -> None:
    assert takes_up("do it then", RETURN_PUT_OFF)
    assert not takes_up("do it then", REDEEMED_SINCE)


@pytest.mark.parametrize("text", ["ok go ahead", "好", "好的，辦吧", "yes"])
def test_a_bare_yes_takes_up_what_the_last_answer_offered_to(text: str) -> None:
    offered = asked(option("接着办刚才的", TAKE_UP), set_aside="redeem_form")
    (step,) = hear(said(text, "affirm", 0.9), offered).steps
    assert step.payload == TAKE_UP
    (other,) = hear(said(text, "affirm", 0.9), asked(set_aside="redeem_form")).steps
    assert other.payload is None


@pytest.mark.parametrize("text", ["好的，那运费谁出", "不了", "ok thanks, where is my parcel"])
def test_more_than_a_yes_does_not(text: str) -> None:
    offered = asked(option("接着办刚才的", TAKE_UP), set_aside="redeem_form")
    assert TAKE_UP not in [step.payload for step in hear(said(text, "nlu_fallback", 0.4), offered).steps]
