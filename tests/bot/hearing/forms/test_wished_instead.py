"""What is refused is left, and what is wished in its place begins."""

import pytest

from actions.kit.base import STAYS
from bot.hearing.forms import wished_instead
from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

THIS_ONE = asked(
    option("是", "/affirm"), option("不是，选别的", "/deny"), form="return_form", slot="return_line_confirmed"
)
WHICH_WAY = asked(option("换货", '/inform{"choice":"exchange"}'), form="return_form", slot="return_kind")
RETURN, COMPLAINT = "return_or_refund", "make_complaint"


def choices(step: Step) -> list[str]:
    return [str(each["value"]) for each in entities_of(step.heard or {}) if each["entity"] == "choice"]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("我不退。我是要投诉那个快递员", COMPLAINT),
        ("我不換也不退，我要客訴送貨的", COMPLAINT),
        ("不退换！投诉快递！", COMPLAINT),
        ("我没说退，就是要投诉他", COMPLAINT),
        ("I'm not returning anything. I want to complain about the courier", COMPLAINT),
        ("不用退货，帮我约个电话吧", "request_callback"),
        ("我不退，給我轉真人", "request_human"),
        ("not returning it, I need the invoice", "ask_invoice"),
    ],
)
def test_amid_a_return_it_is_left_and_the_other_begins(text: str, wish: str) -> None:
    left, begun = hear(said(text, RETURN, 0.7, ("deny_act", 0.9), (wish, 0.95)), THIS_ONE).steps
    assert (left.intent, begun.intent) == ("deny_act", wish)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("我不退，运费谁出", (("deny_act", 0.9), ("ask_faq", 0.9))),
        ("我要退，还要投诉快递", ((RETURN, 0.9), (COMPLAINT, 0.9))),
        ("不退货也行吗，我要投诉", (("ask_faq", 0.9), (COMPLAINT, 0.9))),
        ("不退了，也不投诉", (("deny_act", 0.9), (COMPLAINT, 0.9))),
        ("不是不退，是先投诉一下", (("deny_act", 0.9), (COMPLAINT, 0.6))),
    ],
)
def test_where_nothing_is_refused_or_nothing_else_is_surely_wished(
    text: str, parts: tuple[tuple[str, float], ...]
) -> None:
    assert wished_instead.heard(said(text, RETURN, 0.7, *parts), THIS_ONE) is None


@pytest.mark.parametrize(
    "text",
    [
        "对 11月25的。不用退货啊,少的那个补给我就行",
        "不用退，把少的那個補寄給我",
        "我要你们补发一个",
        "补缺的那个",
        "少发的那瓶補寄給我就好",
        "漏了的零件帮我补寄",
        "那就请同事安排补发吧",
        "not returning it, I just want the missing one sent",
        "please send me the missing bottle",
    ],
)
class TestTheMissingPiece:
    def test_it_is_a_matter_for_a_person_who_sends_it(self, text: str) -> None:
        (step,) = hear(said(text, RETURN, 0.6), THIS_ONE).steps
        assert choices(step) == ["hand_on:resend"]

    def test_where_no_return_is_open_none_is_left(self, text: str) -> None:
        (step,) = hear(said(text, RETURN, 0.6), Context()).steps
        assert choices(step) == ["hand_on:resend"]

    def test_where_that_was_offered_it_is_the_yes(self, text: str) -> None:
        *_, step = hear(said(text, RETURN, 0.6), WHICH_WAY).steps
        assert choices(step) == ["file"]


@pytest.mark.parametrize(
    "text",
    [
        "少的积分补给我",
        "把漏发的发票补给我",
        "少发了会补发吗",
        "不用补发了，退钱吧",
        "少发的那个不用补寄",
        "补一张优惠券给我",
        "少了一个，给我退钱",
        "the missing points, please send them",
        "don't send the missing one",
    ],
)
def test_what_is_no_piece_of_goods_or_is_not_to_be_sent(text: str) -> None:
    for context in (THIS_ONE, WHICH_WAY, Context()):
        found = wished_instead.heard(said(text, RETURN, 0.6), context)
        assert found is None or not any(choices(step) for step in found.steps)


@pytest.mark.parametrize(
    "text",
    [
        "四件套没问题啊 别给我一起退了",
        "同一單的床包沒壞，不要一起退",
        "枕头别也退了",
        "please don't return the pillow as well",
        "the mug is fine, do not refund it too",
    ],
)
def test_one_thing_that_stays_begins_and_ends_nothing(text: str) -> None:
    for context in (Context(), THIS_ONE):
        (step,) = hear(said(text, RETURN, 0.66), context).steps
        assert step.intent == "deny_act"
        assert choices(step) == [STAYS]


@pytest.mark.parametrize("text", ["四件套也退了吧", "能不能别一起退？", "别退了", "枕头别一起退，换一个新的"])
def test_other_words_leave_nothing_out_so(text: str) -> None:
    found = wished_instead.heard(said(text, RETURN, 0.66), Context())
    assert found is None or STAYS not in choices(found.steps[0])


COMPLAINTS = [
    "then file a complaint, half my order is missing and nobody helps",
    "COMPLAINT. i want to make a complaint: bedding set not in the box",
    "那我要投诉，四件套没在箱子里",
    "幫我登記投訴，少了四件套沒放在箱子裡",
]


@pytest.mark.parametrize("text", [*COMPLAINTS, "i want to complain"])
def test_a_plain_complaint_lets_the_way_of_a_return_go(text: str) -> None:
    heard = hear(said(text, "report_fault", 0.7), asked(form="return_form", slot="return_kind"))
    assert [step.intent for step in heard.steps] == ["deny_act", "make_complaint"]


@pytest.mark.parametrize("text", [*COMPLAINTS, "ok then i want to complain", "那我要投訴"])
def test_a_plain_complaint_of_what_did_not_come_is_one(text: str) -> None:
    focus = {
        "not_in_parcel": {"order": "1", "skus": ["A"], "items": "A"},
        "handing_on": {"what": "resend", "text": "x"},
    }
    heard = hear(said(text, "report_fault", 0.7), Context(focus=focus))
    assert [step.intent for step in heard.steps] == ["make_complaint"]


@pytest.mark.parametrize(
    "text",
    [
        "how do i complain", "怎么投诉", "我不想投诉，换一个就行", "don't file a complaint",
        "should i file a complaint?", "要是不换我就去投诉",
        "my complaint C-2026-0096 was filed already", "换一个吧，然后我要投诉",
    ],
)  # fmt: skip
def test_a_complaint_denied_asked_or_beside_a_way_leaves_nothing(text: str) -> None:
    heard = hear(said(text, "report_fault", 0.7), asked(form="return_form", slot="return_kind"))
    assert [step.intent for step in heard.steps] != ["deny_act", "make_complaint"]
