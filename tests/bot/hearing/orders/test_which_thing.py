"""Which of several things is meant: put right amid a return, told beside what stays, several of a list at once."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN = "return_or_refund"
YES_NO = (option("Register it", "/affirm", "yes"), option("Not now", "/deny", "no"))
LAST = asked(*YES_NO, form="return_form", slot="return_confirmed")
REASON = asked(option("too big", '/inform{"choice": "wrong_size"}'), form="return_form", slot="return_reason")
LISTED = asked(
    option("25 November, Wool Scarf", '/inform{"choice": "31"}'),
    option("25 November, Desk Lamp", '/inform{"choice": "32"}'),
    option("17 November, Canvas Tote", '/inform{"choice": "33"}'),
    form="return_form",
    slot="return_line",
)
LISTED_IN_CHINESE = asked(
    option("11 月 25 日 羊毛围巾", '/inform{"choice": "31"}'),
    option("11 月 25 日 护眼台灯", '/inform{"choice": "32"}'),
    option("11 月 17 日 帆布托特包", '/inform{"choice": "33"}'),
    form="return_form",
    slot="return_line",
)


@pytest.mark.parametrize("context", [LAST, REASON])
@pytest.mark.parametrize(
    "text",
    ["不是台灯，是围巾", "不是檯燈，是圍巾", "not the lamp, the scarf", "sorry, I meant the scarf, not the lamp"],
)
@pytest.mark.parametrize("intent", ["deny", "ask_product", "ask_comparison"])
def test_a_correction_of_the_thing_is_for_the_form(text: str, intent: str, context: Context) -> None:
    [step] = hear(said(text, intent), context).steps
    assert (step.text, step.intent, step.payload) == (text, RETURN, None)


@pytest.mark.parametrize("text", ["hm no, let's exchange it after all", "不，还是换一个吧", "不了，還是退錢好了"])
def test_a_no_to_the_way_wishes_another(text: str) -> None:
    [step] = hear(said(text, "deny"), LAST).steps
    assert (step.intent, step.payload) == (RETURN, None)


@pytest.mark.parametrize("text", ["no thanks", "不用了", "先不退", "no, not now"])
def test_a_plain_no_stays_one(text: str) -> None:
    assert RETURN not in [step.intent for step in hear(said(text, "deny"), LAST).steps]


@pytest.mark.parametrize(
    "text", ["keeping the tea n towels, the lamp goes back", "茶和毛巾留着，台灯退", "茶葉我留著，檯燈要退"]
)
@pytest.mark.parametrize("intent", ["report_fault", "ask_recommendation", "ask_product"])
def test_what_goes_back_beside_what_stays_is_a_return(text: str, intent: str) -> None:
    [step] = hear(said(text, intent), asked()).steps
    assert step.intent == RETURN


@pytest.mark.parametrize("text", ["I'll keep the points and return to shopping", "券我留着，积分退吗"])
def test_what_is_kept_of_points_begins_no_return(text: str) -> None:
    assert RETURN not in [step.intent for step in hear(said(text, "ask_rewards"), asked()).steps]


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("the first and the third", LISTED),
        ("both 1 and 3 please", LISTED),
        ("the scarf and the tote", LISTED),
        ("1和3都要", LISTED_IN_CHINESE),
        ("第一個跟第三個都退", LISTED_IN_CHINESE),
        ("围巾和托特包", LISTED_IN_CHINESE),
    ],
)
def test_two_of_a_list_come_one_after_the_other(text: str, context: Context) -> None:
    heard = hear(said(text, "inform"), context)
    assert [step.payload for step in heard.steps] == ['/inform{"choice": "31"}']
    [waiting] = heard.kept
    assert waiting["intent"]["name"] == RETURN
    assert [each["value"] for each in entities_of(waiting)] == ["line:33"]
    assert waiting["text"] == context.expects.options[2]["title"]


@pytest.mark.parametrize(
    ("text", "context"),
    [("1 or 3", LISTED), ("not 1 and 3", LISTED), ("1还是3", LISTED_IN_CHINESE), ("1和3都不要", LISTED_IN_CHINESE)],
)
def test_one_or_the_other_or_none_chooses_nothing(text: str, context: Context) -> None:
    assert not hear(said(text, "inform"), context).kept


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("等一下，能不能换个新的，不退了", "cancel"),
        ("先別退，可以換一個新的嗎", "cancel"),
        ("wait no refund, can i swap it for a new one?", "cancel"),
    ],
)
def test_one_way_denied_for_another_goes_on_with_the_form(text: str, intent: str) -> None:
    [step] = hear(said(text, intent), LAST).steps
    assert (step.text, step.intent, step.payload) == (text, RETURN, None)
