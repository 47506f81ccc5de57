"""What stands beside a yes: the act once more is a yes, another act is none; letting off steam is no complaint."""

from dataclasses import replace

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.steps import Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURNING = asked(option("登记", "/affirm"), option("先不退", "/deny"), form="return_form", slot="return_confirmed")
REDEEMING = asked(option("换", "/affirm"), option("先不换", "/deny"), form="redeem_form", slot="redeem_confirmed")
OFFERED = asked(
    option("登记投诉", "/affirm"), option("找真人", "/request_human"), form="complaint_form", slot="complaint_consent"
)
QUEUEING = asked(option("Ask the bot meanwhile", "/help"), option("No need to wait", "/cancel"))


def only_step(message: Said, context: Context) -> Step:
    (only,) = hear(message, context).steps
    return only


@pytest.mark.parametrize("text", ["行，退", "好的 退吧", "係 退貨", "yes, refund it", "ok return it please"])
def test_the_act_once_more_beside_a_yes_is_a_yes(text: str) -> None:
    assert only_step(said(text, "return_or_refund", 0.6), RETURNING).intent == "affirm"


def test_the_act_by_itself_does_not_press_the_button_that_denies_it() -> None:
    assert only_step(said("退", "return_or_refund"), RETURNING).payload is None
    assert only_step(said("wait", "hesitate"), QUEUEING).payload is None


@pytest.mark.parametrize("text", ["好，退回去", "对 取消订单", "係 退錢", "yes refund it"])
def test_another_act_beside_a_yes_has_nothing_done(text: str) -> None:
    assert only_step(said(text, "affirm"), REDEEMING).intent == "hesitate"


@pytest.mark.parametrize("text", ["嗯 退款", "得 換貨啦", "yes a refund"])
def test_what_was_only_offered_is_passed_over_for_another_wish(text: str) -> None:
    assert only_step(said(text, "return_or_refund"), OFFERED).intent == "return_or_refund"


@pytest.mark.parametrize(
    "text", ["别帮我提交投诉", "我抱怨两句啦", "just a rant", "呻下啫", "please don't log a complaint"]
)
def test_letting_off_steam_is_no_complaint(text: str) -> None:
    for context in (OFFERED, Context()):
        step = only_step(said(text, "make_complaint"), context)
        assert step.intent in {"deny_act", "cancel"} or step.payload == "/deny"


def test_a_story_with_the_order_to_file_stays_one() -> None:
    assert only_step(said("我要投诉，不是随口抱怨一下", "make_complaint"), Context()).intent == "make_complaint"


@pytest.mark.parametrize("text", ["拜托找个同事打电话给我", "有冇可能叫人打畀我", "could somebody please just ring me"])
def test_who_wants_somebody_to_ring_begins_a_call(text: str) -> None:
    assert only_step(said(text, "nlu_fallback", 0.35), Context()).intent == "request_callback"


@pytest.mark.parametrize("text", ["你们消停点行吗", "天天推送烦不烦", "stop bombarding me"])
def test_weariness_of_messages_begins_opting_out(text: str) -> None:
    assert only_step(said(text, "nlu_fallback", 0.35), Context()).intent == "opt_out"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("麻煩把優惠訊息關掉", "opt_in"),
        ("别给我发广告短信了", "opt_in"),
        ("please stop the offers", "ask_promotion"),
        ("I do not want your promotions", "ask_promotion"),
    ],
)
def test_marketing_that_is_to_stop_is_no_wish_for_it(text: str, intent: str) -> None:
    assert only_step(said(text, intent), Context()).intent == "opt_out"


@pytest.mark.parametrize("text", ["这周有什么促销", "the promotion on shoes, has it ended", "你们推广的那款锅还有吗"])
def test_offers_asked_for_are_not_stopped(text: str) -> None:
    assert only_step(said(text, "ask_promotion"), Context()).intent == "ask_promotion"


def test_a_time_to_be_rung_at_is_the_wish_for_a_call() -> None:
    step = only_step(said("ring me Sunday 10:30", "inform", 0.65, time="Sunday 10:30"), Context())
    assert step.intent == "request_callback"
    assert only_step(said("ring me", "inform", 0.65), Context()).intent == "inform"


WARRANTY = asked(
    option("File a complaint", '/make_complaint{"choice":"file"}', "yes"), option("Talk to a person", "/request_human")
)


@pytest.mark.parametrize("text", ["file it please", "yes", "yes register it", "登记吧", "log it", "do it"])
def test_the_act_that_was_offered_is_agreed_to_by_its_name(text: str) -> None:
    assert only_step(said(text, "join_membership", 0.8), WARRANTY).payload == '/make_complaint{"choice":"file"}'


@pytest.mark.parametrize("text", ["register a new account", "不登记", "what is filed then"])
def test_other_words_do_not_file_it(text: str) -> None:
    assert only_step(said(text, "join_membership", 0.8), WARRANTY).payload is None


COPY_OR_NOT = asked(option("Get a copy", '/privacy_request{"choice":"copy"}', "yes"), option("Not now", "/deny", "no"))


def test_one_of_two_ways_is_chosen_by_the_clause_that_is_not_denied() -> None:
    message = said("No, not delete! Only the copy", "privacy_request")
    assert only_step(message, COPY_OR_NOT).payload == '/privacy_request{"choice":"copy"}'


class TestAYesToARepair:
    ASKED = asked(option("登记维修", "/affirm"), option("先不修", "/deny"), form="return_form", slot="return_confirmed")

    @pytest.mark.parametrize("text", ["修吧", "好，修", "那行，修吧", "登记维修"])
    def test_in_the_words_of_the_act(self, text: str) -> None:
        (step,) = hear(said(text, "nlu_fallback", 0.35), self.ASKED).steps
        assert step.payload == "/affirm" or step.intent == "affirm"

    def test_beside_another_matter_that_is_announced_both_are_heard(self) -> None:
        text = "那行，修吧。顺便把我那个快到期的89分给换了"
        message = said(text, "redeem_points", 0.9)
        heard = [step.payload or step.intent for step in hear(message, self.ASKED).steps]
        assert heard in (["affirm", "redeem_points"], ["/affirm", "redeem_points"])

    @pytest.mark.parametrize("text", ["那要多久修好，顺便问一下积分", "不修了，顺便把89分换了"])
    def test_a_question_or_a_no_before_another_matter_is_no_yes(self, text: str) -> None:
        heard = [step.payload or step.intent for step in hear(said(text, "redeem_points", 0.9), self.ASKED).steps]
        assert not {"/affirm", "affirm"} & set(heard)


class TestSomethingBesideTheYes:
    """The act is done first; what stands beside it is heard by itself and names nothing for the yes."""

    @pytest.mark.parametrize(
        ("text", "beside"),
        [
            ("登记吧 那怎么寄回", "ask_parcel"),
            ("好的。新的几时寄出", "ask_parcel"),
            ("yes please. when will the new one come", "ask_parcel"),
        ],
    )
    def test_a_question_about_the_return_is_asked_of_it_after_the_act(self, text: str, beside: str) -> None:
        context = asked(
            option("登记" if text[0] == "登" else "Register it", "/affirm"), option("Not now", "/deny"),
            form="return_form", slot="return_confirmed",
        )  # fmt: skip
        clauses = len(said(text, beside).clauses)
        message = said(text, beside, 0.6, *[("affirm", 0.9)] * (clauses - 1), (beside, 0.8))
        first, then = hear(message, context).steps
        assert first.intent == "affirm" or first.payload == "/affirm"
        assert then.intent == "return_or_refund"
        assert not then.text.startswith(("登", "好", "yes", "register"))

    @pytest.mark.parametrize(
        ("text", "beside"),
        [
            ("登记吧 那积分会扣吗", "ask_points_rules"),
            ("yes please. will the new one come before friday", "ask_parcel"),
            ("register it. do i lose the points", "ask_points_balance"),
            ("登记！路费谁给", "ask_faq"),
        ],
    )
    def test_one_whose_answer_may_change_the_mind_is_answered_first(self, text: str, beside: str) -> None:
        context = asked(
            option("登记" if text[0] == "登" else "Register it", "/affirm"), option("Not now", "/deny"),
            form="return_form", slot="return_confirmed",
        )  # fmt: skip
        clauses = len(said(text, beside).clauses)
        message = said(text, beside, 0.6, *[("affirm", 0.9)] * (clauses - 1), (beside, 0.8))
        (only,) = hear(message, context).steps
        assert only.payload is None
        assert only.intent in {"return_or_refund", "ask_faq"}

    def test_a_question_that_is_none_of_ours_does_not_stop_it(self) -> None:
        message = said("登记！谁来看看鞋", "out_of_scope", 0.5, ("affirm", 0.9), ("out_of_scope", 0.9))
        first, then = hear(message, RETURNING).steps
        assert first.intent == "affirm" or first.payload == "/affirm"
        assert then.intent == "out_of_scope"

    def test_what_is_named_beside_it_is_not_what_the_yes_is_about(self) -> None:
        text = "Yes, do it. And the lamp flickers."
        message = said(text, "nlu_fallback", 0.35, ("affirm", 1.0), ("affirm", 0.9), ("report_fault", 0.9))
        named = {"entity": "product", "value": "lamp", "start": text.index("lamp"), "end": text.index("lamp") + 4}
        message.whole["entities"] = [named]
        first, then = hear(message, RETURNING).steps
        assert first.heard is not None
        assert first.heard["entities"] == []
        assert then.intent == "report_fault"

    @pytest.mark.parametrize("text", ["登记，算了不要了", "登记的话要多久？", "登记，不过要换成 42 码可以吗"])
    def test_what_takes_it_back_or_hedges_it_is_no_yes(self, text: str) -> None:
        steps = hear(said(text, "return_or_refund", 0.4), RETURNING).steps
        assert not any(step.intent == "affirm" or step.payload == "/affirm" for step in steps)


class TestAChoiceWithAReason:
    ASKED = asked(
        option("质量问题", '/inform{"choice":"quality"}'), option("不喜欢", '/inform{"choice":"not_wanted"}'),
        form="return_form", slot="return_reason", danger="fire",
    )  # fmt: skip

    def test_the_same_danger_named_as_the_reason_raises_no_second_alarm(self) -> None:
        step = only_step(said("质量问题啊 冒烟肯定是质量", "report_danger", 0.6), self.ASKED)
        assert step.intent != "report_danger"

    @pytest.mark.parametrize("text", ["又冒烟了", "质量问题，会不会爆炸？现在还在冒烟"])
    def test_a_danger_by_itself_or_with_a_question_does(self, text: str) -> None:
        assert only_step(said(text, "report_danger", 0.9), self.ASKED).intent == "report_danger"

    def test_the_place_of_a_choice_beside_something_that_is_denied(self) -> None:
        context = asked(
            option("Exchange it", '/inform{"choice":"exchange"}'), option("Return it", '/inform{"choice":"return"}'),
            form="return_form", slot="return_kind",
        )  # fmt: skip
        message = said("the second one you mentioned. and i don't need a call", "cancel_callback", 0.5)
        assert only_step(message, context).payload == '/inform{"choice":"return"}'


LATE = asked(
    option("登记投诉", '/make_complaint{"choice":"file","parcel_number":"SF1"}'),
    option("先帮我催", "/chase_promise"),
    option("找真人", "/request_human"),
)
LATE_EN = asked(
    option("File a complaint", '/make_complaint{"choice":"file","parcel_number":"SF1"}'),
    option("Chase it for me", "/chase_promise"),
)


class TestAYesWithAReservation:
    @pytest.mark.parametrize(
        ("text", "context", "beside"),
        [
            ("登记投诉吧，不过邮费能不能退我？", LATE, "邮费能不能退我"),
            ("先幫我催，但要等幾天啊？", LATE, "要等幾天啊"),
            ("file it, but how long does that take?", LATE_EN, "how long does that take"),
        ],
    )
    def test_what_is_asked_is_answered_after_the_act(self, text: str, context: Context, beside: str) -> None:
        act, question = hear(said(text, "ask_faq", 0.4), context).steps
        assert act.payload is not None
        assert beside in question.text

    @pytest.mark.parametrize(
        ("text", "context"),
        [
            ("登记投诉吧，不过别提我太太", LATE),
            ("登記投訴，但是請女同事處理", LATE),
            ("file it, but i only care about the delivery fee", LATE_EN),
        ],
    )
    def test_what_shall_hold_of_a_complaint_goes_with_it(self, text: str, context: Context) -> None:
        act, more = hear(said(text, "inform", 0.4), context).steps
        assert str(act.payload).startswith("/make_complaint")
        assert more.intent == "make_complaint"
        assert {"entity": "choice", "value": "more"}.items() <= (more.heard or {})["entities"][-1].items()

    @pytest.mark.parametrize(
        ("text", "context"),
        [
            ("登记投诉吧，不过先等等", LATE),
            ("登記投訴，但是先不要登記，我想想", LATE),
            ("file it, but not yet", LATE_EN),
        ],
    )
    def test_one_that_puts_it_off_leaves_it_undone(self, text: str, context: Context) -> None:
        steps = hear(said(text, "inform", 0.4), context).steps
        assert not [step for step in steps if str(step.payload or "").startswith("/make_complaint")]


def test_a_wish_beside_the_yes_keeps_the_time_that_another_clause_tells() -> None:
    text = "yes file it. 然后找人打给我，后天上午十点以后"
    message = said(text, "make_complaint", 0.7, ("affirm", 0.9), ("request_callback", 0.9), ("inform", 0.9))
    at = text.index("后天")
    time = {"entity": "time", "value": {"from": "x"}, "start": at, "end": len(text), "extractor": "test"}
    message = replace(message, whole={**message.whole, "entities": [time]})
    yes = option("File a complaint", '/make_complaint{"choice":"file"}', "yes")
    steps = hear(message, asked(yes, form="complaint_form", slot="complaint_wanted")).steps
    (call,) = [step for step in steps if step.intent == "request_callback"]
    found = [each for each in (call.heard or {})["entities"] if each["entity"] == "time"]
    assert [call.text[each["start"] : each["end"]] for each in found] == ["后天上午十点以后"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("好，我先找找小票，改天再弄", [("affirm", 0.9), ("hesitate", 0.9), ("cancel", 0.88)]),
        ("得，我影返張相先，今日唔搞住", [("affirm", 0.9), ("inform", 0.6), ("cancel", 0.8)]),
        ("ok, let me find the receipt first, not today", [("affirm", 0.9), ("inform", 0.6), ("deny", 0.7)]),
    ],
)
def test_a_yes_that_is_put_off_in_the_same_breath_does_nothing(text: str, parts: list[tuple[str, float]]) -> None:
    clauses = wishes.clauses(text)
    message = said(text, "cancel", 0.5, *parts[-len(clauses) :])
    assert only_step(message, RETURNING).intent in {"cancel", "hesitate", "deny"}


@pytest.mark.parametrize("text", ["好，退吧，换就不换了", "ok return it, the exchange can wait"])
def test_a_yes_that_only_rules_out_the_other_way_is_one(text: str) -> None:
    step = hear(said(text, "return_or_refund", 0.7), RETURNING).steps[0]
    assert step.intent not in {"cancel", "deny"}


def test_a_question_beside_a_yes_wishes_no_other_act() -> None:
    message = said(
        "go ahead then, and does somebody look at the shoes at all", "affirm", 0.6, ("affirm", 0.95), ("ask_faq", 0.5)
    )
    assert "hesitate" not in [step.intent for step in hear(message, RETURNING).steps]


@pytest.mark.parametrize(
    "text",
    [
        "ok but will it be here before fri 4 dec or not? otherwise no point",
        "好，不过新的什么时候到",
        "可以，但係幾耐有新嘅",
    ],
)
def test_a_yes_on_a_condition_asks_the_return_and_registers_nothing(text: str) -> None:
    (step,) = hear(said(text, "affirm", 0.4), RETURNING).steps
    assert step.intent == "return_or_refund"


@pytest.mark.parametrize("text", ["yes, but only if my wife agrees", "好，我老公同意才行", "可以，除非你们改主意"])
def test_a_condition_that_asks_nothing_leaves_the_question_open(text: str) -> None:
    step = only_step(said(text, "nlu_fallback", 0.35), RETURNING)
    assert step.heard is not None
    is_condition = [each["value"] for each in step.heard["entities"]] == ["yes_but:condition"]
    assert step.intent == "hesitate" or is_condition
