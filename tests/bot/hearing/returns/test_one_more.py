"""One more thing that goes back, named while another is in hand."""

import pytest

from actions.kit.told.return_details import ONE_MORE
from bot.desk import notices
from bot.hearing.forms import waiting
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, entities_of
from crm_store.conversations import Context
from crm_store.language import Language
from tests.bot.hearing.words import asked, option, said

RETURN = "return_or_refund"
LAST = asked(
    option("Register it", "/affirm", "yes"), option("Not now", "/deny", "no"),
    form="return_form", slot="return_confirmed",
)  # fmt: skip
REASON = asked(option("too big", '/inform{"choice": "wrong_size"}'), form="return_form", slot="return_reason")


def chosen(heard: Heard) -> list[object]:
    return [
        each["value"] for step in heard.steps for each in entities_of(step.heard or {}) if each["entity"] == "choice"
    ]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("外套也想退 太大件", "外套"), ("外套也要退", "外套"), ("还有那条围巾也一起退", "围巾"),
        ("另外台灯要换一个", "台灯"), ("檯燈也要換", "檯燈"), ("圍巾都想退", "圍巾"),
        ("i'd like to return the jacket too", "jacket"), ("the jacket goes back as well", "jacket"),
        ("also the scarf has to go back", "scarf"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("context", [LAST, REASON])
def test_the_one_in_hand_goes_on_and_the_other_waits(text: str, thing: str, context: Context) -> None:
    heard = hear(said(text, RETURN, product=thing), context)
    assert chosen(heard) == [ONE_MORE]
    assert [step.text for step in heard.steps] == [text]
    [kept] = heard.kept
    assert (kept["intent"]["name"], kept["text"]) == (RETURN, text)
    # It lasts as long as the form of the other, also where a return is spoken of in between.
    between = hear(said("退吧", RETURN), LAST)
    [first] = waiting.still([], heard, at=10, is_member=True)
    assert waiting.still([first], between, at=10 + waiting.LASTS + 2, is_member=True) == [first]


def test_what_is_said_of_the_one_in_hand_stays_with_it() -> None:
    heard = hear(said("太大了，外套也要退", RETURN, product="外套"), REASON)
    assert [(step.text, step.intent) for step in heard.steps] == [("太大了，", "inform")]
    assert [kept["text"] for kept in heard.kept] == ["外套也要退"]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("不是耳机，是外套", "外套"),  # put right
        ("外套也可以退吗", "外套"), ("can the jacket go back too?", "jacket"),  # asked
        ("外套也不想退", "外套"), ("外套就不退了", "外套"),  # denied
        ("外套也很好看", "外套"),  # no wish
        ("再看看外套", "外套"),
    ],
)  # fmt: skip
def test_what_wishes_no_second_return_keeps_none(text: str, thing: str) -> None:
    heard = hear(said(text, RETURN, product=thing), LAST)
    assert ONE_MORE not in chosen(heard)
    assert not any(kept.get(waiting.BESIDE) for kept in heard.kept)


def test_nothing_waits_where_no_thing_is_named_or_no_return_is_open() -> None:
    assert not hear(said("也想退", RETURN), LAST).kept
    assert not hear(said("外套也想退", RETURN, product="外套"), asked()).kept


def test_what_waits_is_named_in_the_customers_words() -> None:
    heard = hear(said("外套也想退", RETURN, product="外套"), LAST)
    assert "「外套也想退」" in notices.kept_wish(heard.kept, Language.ZH_HANS).text


@pytest.mark.parametrize(
    ("text", "thing", "yes", "other"),
    [
        ("没出去外面啦 那帮我登记 然后耳机我想退钱", "耳机", "那帮我登记", "然后耳机我想退钱"),
        ("登記 然後耳機要退", "耳機", "登記", "然後耳機要退"),
        ("ok register it, and then refund the earbuds", "earbuds", "ok register it", "and then refund the earbuds"),
    ],
)
def test_behind_a_yes_the_one_in_hand_is_registered_and_the_other_waits(
    text: str, thing: str, yes: str, other: str
) -> None:
    title = "Register it" if text.isascii() else "登记"
    asks = asked(
        option(title, "/affirm", "yes"), option("Not now", "/deny", "no"), form="return_form", slot="return_confirmed"
    )
    heard = hear(said(text, RETURN, product=thing), asks)
    assert [(step.text, step.intent) for step in heard.steps] == [(yes, "affirm")]
    assert [kept["text"] for kept in heard.kept] == [other]
