"""A yes, or a button's own words, is heard whatever stands beside it; what stands beside it is another matter."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import agreed
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, option, said

RETURN = "return_or_refund"
LAST = asked(
    option("登记", "/affirm", "yes"), option("先不换", "/deny", "no"), form="return_form", slot="return_confirmed"
)
LAST_EN = asked(
    option("Register it", "/affirm", "yes"), option("Not now", "/deny", "no"), form="return_form",
    slot="return_confirmed",
)  # fmt: skip
THIS_ONE = asked(
    option("是", "/affirm"), option("不是，选别的", "/deny"), form="return_form", slot="return_line_confirmed"
)
REDEEM = asked(option("换", "/affirm"), option("先不换", "/deny"), form="redeem_form", slot="redeem_confirm")
LATE = asked(
    option("登記投訴", '/make_complaint{"choice":"file"}'),
    option("先幫我催", "/chase_promise"),
    option("找真人", "/request_human"),
    topic="ask_parcel",
)


def is_yes(step: Step) -> bool:
    return step.payload == "/affirm" or step.intent == "affirm"


class TestAYesToOneThingBesideAnother:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("對 然後雨傘的事我要找人談", (("affirm", 0.9), ("request_human", 0.9))),
            ("对，另外雨伞那件事找真人", (("affirm", 0.9), ("request_human", 0.9))),
            ("yes, also get me a person about the umbrella", (("affirm", 0.9), ("request_human", 0.9))),
        ],
    )
    def test_the_yes_names_only_what_stands_with_it(self, text: str, parts: tuple[tuple[str, float], ...]) -> None:
        steps = hear(said(text, "request_human", 0.86, *parts, product="雨伞"), THIS_ONE).steps
        assert is_yes(steps[0])
        assert not any(word in steps[0].text for word in ("伞", "傘", "umbrella"))
        assert not any(each["entity"] == "product" for each in entities_of(steps[0].heard or {}))
        assert steps[-1].intent == "request_human"

    def test_where_the_yes_is_not_set_apart_both_are_heard(self) -> None:
        first, person = hear(said("对 雨伞的事找真人谈", "request_human", 0.9), THIS_ONE).steps
        assert is_yes(first)
        assert first.text == "对"
        assert person.intent == "request_human"

    @pytest.mark.parametrize("text", ["换吧 对了白色的到哪了", "換吧 對了我的包裹到哪了", "换 另外我的包裹到哪了"])
    def test_the_act_in_front_of_another_matter_is_its_yes(self, text: str) -> None:
        first, other = hear(said(text, "ask_parcel", 0.8, ("affirm", 0.8), ("ask_parcel", 0.9)), REDEEM).steps
        assert is_yes(first)
        assert other.intent == "ask_parcel"

    def test_without_the_act_nothing_is_agreed_to(self) -> None:
        steps = hear(
            said("先不换 对了我的包裹到哪了", "ask_parcel", 0.8, ("deny", 0.8), ("ask_parcel", 0.9)), REDEEM
        ).steps
        assert not any(is_yes(step) for step in steps)


class TestAYesBehindAQuestion:
    @pytest.mark.parametrize(
        ("text", "context"),
        [
            ("does the strap go in as well? and sure go ahead", LAST_EN),
            ("which box do i use? do it then", LAST_EN),
            ("说明书要一起寄吗？那就登记吧", LAST),
            ("說明書要一起寄嗎？幫我登記", LAST),
        ],
    )
    def test_it_does_what_was_asked_about(self, text: str, context: Context) -> None:
        steps = hear(said(text, "nlu_fallback", 0.4), context).steps
        assert is_yes(steps[0])

    @pytest.mark.parametrize(
        "text",
        [
            "is the postage on me? ok",
            "要是修不好呢？登记吧",
            "运费谁出？好",
            "可以登记吗？先别登记",
            "go ahead? not yet",
            "which box do i use? do it?",
            "要的是 43 码。登记吧",
            "it should be the navy one. do it",
            "how long does it take?",
        ],
    )
    def test_a_breath_a_condition_or_a_no_does_not(self, text: str) -> None:
        for context in (LAST, LAST_EN):
            assert agreed.yes_at_the_end(text, context.expects) is None

    def test_nor_where_no_yes_was_asked_for(self) -> None:
        assert agreed.yes_at_the_end("说明书要一起寄吗？登记吧", Expectation(form="return_form")) is None


class TestTheYesInTheActsOwnWords:
    @pytest.mark.parametrize(
        "text", ["那登吧 要上门取", "登記吧 請派人來取", "register it, please collect it from my office"]
    )
    def test_how_it_is_fetched_is_noted_beside_it(self, text: str) -> None:
        context = LAST_EN if text.isascii() else LAST
        first, noted = hear(said(text, "bind_account", 0.43), context).steps
        assert is_yes(first)
        assert any(each["value"] == "more" for each in entities_of(noted.heard or {}))


class TestAButtonsWordsBesideAQuestion:
    @pytest.mark.parametrize("text", ["好啦那先幫我催一下 晚到有補償嗎", "那先幫我催吧，遲到會賠嗎"])
    def test_it_is_pressed_and_the_question_answered(self, text: str) -> None:
        first, other = hear(said(text, "make_complaint", 0.6, ("chase_promise", 0.6), ("ask_faq", 0.6)), LATE).steps
        assert first.payload == "/chase_promise"
        assert other.intent == "make_complaint"

    def test_compensation_alone_presses_nothing(self) -> None:
        (step,) = hear(said("晚到有補償嗎", "make_complaint", 0.6), LATE).steps
        assert step.payload is None


def test_a_denial_before_dots_does_not_hide_the_question_behind_them() -> None:
    context = Context(focus={"topic": "redeem_points", "reward": "V1"})
    for text in ("不是改订单…券换好了没", "不是要改訂單…券換好了嗎"):
        steps = hear(said(text, "change_order", 0.7, ("change_order", 0.65), ("ask_vouchers", 0.95)), context).steps
        assert [step.intent for step in steps] == ["ask_vouchers"]
