"""What was said last counts: a choice behind words that give up, a no behind a wish, a denial that is denied."""

import pytest

from bot.hearing.answers import said_last
from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.steps import Step
from crm_store.clock import now
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import heard, option, said

LISTED = [option("杯", "/one"), option("券", "/two"), option("包", "/three")]
YES_NO = [option("换", "/affirm", "yes"), option("先不换", "/deny", "no")]


def asked() -> Context:
    expects = Expectation(options=YES_NO, form="redeem_form", slot="redeem_confirm", asked_at=now())
    return Context(expects, focus={"listed": LISTED, "topic": "ask_rewards"})


def only(message: Said, context: Context) -> Step:
    (step,) = hear(message, context).steps
    return step


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("算啦，要不第三个吧", "/three"),
        ("不要了，還是第一個", "/one"),
        ("forget it, the second one then", "/two"),
        ("唔要喇，都係第二個", "/two"),
        ("hang on, the third one", "/three"),
        ("不是不要，是要第二个", "/two"),
        ("the second one", "/two"),
    ],
)
def test_a_place_of_the_list_is_chosen_and_presses_neither_yes_nor_no(text: str, payload: str) -> None:
    assert only(said(text, "cancel"), asked()).payload == payload


def test_who_chooses_nothing_gives_up() -> None:
    step = only(said("forget it, thanks", "cancel", 0.9), asked())
    assert step.payload == "/deny" or step.intent in {"cancel", "deny", "deny_act"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("那双拖鞋换一个，哎我家里有了，不要了", "return_or_refund"),
        ("兌一張五十的，等下我好像有了，先不換", "redeem_points"),
        ("get me the tote, oh I already have one, no", "redeem_points"),
    ],
)
def test_a_wish_that_is_taken_back_in_one_breath_is_none(text: str, intent: str) -> None:
    parts = wishes.clauses(text)
    understood = [heard(part.text, each, 0.9) for part, each in zip(parts, (intent, "inform", "deny"), strict=True)]
    message = Said(text, heard(text, intent, 0.8), list(zip(parts, understood, strict=True)))
    assert only(message, Context()).intent == "deny_act"


def test_a_wish_beside_a_denial_of_something_else_stays() -> None:
    message = said("我要投诉，不是随口抱怨一下", "make_complaint")
    assert only(message, Context()).intent == "make_complaint"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("退啊 我不是說要退嗎", "退啊"),
        ("换啊，我刚才不是说换吗", "换啊"),
        ("我不是不退，我退另一双", "我退另一双"),
        ("it's not that I don't want it, send me the blue one", "send me the blue one"),
        ("唔使睇我嘅資料，我問檯燈幾錢", "我問檯燈幾錢"),
        ("I don't need my data, what does the lamp cost", "what does the lamp cost"),
        ("不要我的資料被賣掉，刪掉", "不要我的資料被賣掉，刪掉"),
    ],
)
def test_what_only_reminds_or_denies_a_denial_is_left_out(text: str, left: str) -> None:
    assert said_last.without_idle_denials(said(text, "deny_act")).text == left


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("不用攔截啦 收到再退就好。精華液拆封試用過還能退嗎", 3),
        ("不用拦截了，收到再退吧，精华液开封了还能退吗", 3),
        ("no need to stop the parcel, i'll return it when it's here, can the serum go back once it's open", 3),
    ],
)
def test_what_is_declined_or_done_by_oneself_is_left_out(text: str, count: int) -> None:
    parts = [("deny_act", 0.5), ("ask_refund_status", 0.4), ("return_or_refund", 0.8)][:count]
    context = Context(focus={"topic": "return_or_refund", "parcel": "SF1", "order": "20261127-0001"})
    found = hear(said(text, "return_or_refund", 0.9, *parts), context)
    assert [step.intent for step in found.steps] == ["return_or_refund"]
    assert "截" not in found.steps[0].text
    assert "stop" not in found.steps[0].text
