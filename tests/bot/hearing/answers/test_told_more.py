"""After an act the next words may belong to it: details and corrections of a complaint, its number, why a score."""

import pytest

from bot.hearing.answers.answered import may_answer
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import Step
from crm_store.conversations import Context, Expectation, Parsed
from tests.bot.hearing.words import said

FILED = Context(focus={"complaint": "C-2026-0007", "done": "make_complaint", "topic": "make_complaint", "age": 1})
RATED = Context(focus={"rated": 5, "topic": "rate_service", "age": 0})
SCORE_ASKED = Context(
    Expectation(options=[{"title": f"{n} 分", "payload": f'/rate_service{{"score":"{n}"}}'} for n in (5, 4, 3, 2, 1)])
)


def parsed(text: str, intent: str, confidence: float = 0.9) -> Parsed:
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": []}


def only(text: str, intent: str, context: Context, confidence: float = 0.9) -> Step:
    (step,) = hear(Said(text, parsed(text, intent, confidence)), context).steps
    return step


def entity(step: Step, name: str) -> str | None:
    found = [each["value"] for each in (step.heard or {}).get("entities", []) if each["entity"] == name]
    return found[0] if found else None


class TestComplaint:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("就是前天买的那件外套", "inform"),
            ("更正一下，是袖口开线不是领口", "change_order"),
            ("不對，是左手那隻", "deny"),
            ("the driver's name was Paul, around noon", "inform"),
            ("it was the blue one, not the green", "ask_product"),
        ],
    )
    def test_a_detail_or_a_correction_goes_to_it(self, text: str, intent: str) -> None:
        step = only(text, intent, FILED, 0.7)
        assert (step.intent, entity(step, "choice")) == ("make_complaint", "more")

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("运费怎么算", "ask_faq"),
            ("对了，你们几点关门", "ask_faq"),
            ("谢谢", "thank"),
            ("我还要投诉另一件事", "make_complaint"),
        ],
    )
    def test_another_wish_does_not(self, text: str, intent: str) -> None:
        assert entity(only(text, intent, FILED), "choice") != "more"

    @pytest.mark.parametrize(
        "text",
        [
            "it was around 8pm, and the bot kept saying someone would call",
            "昨晚等了一小時，一直說有人會打來",
            "一直说会有人联系我，没人来",
        ],
    )
    def test_what_is_told_right_after_is_no_promise_chased(self, text: str) -> None:
        right_after = Context(focus={**FILED.focus, "age": 0})
        step = only(text, "chase_promise", right_after, 0.97)
        assert (step.intent, entity(step, "choice")) == ("make_complaint", "more")

    def test_a_promise_that_is_asked_after_is_one(self) -> None:
        right_after = Context(focus={**FILED.focus, "age": 0})
        assert only("when will somebody call me?", "chase_promise", right_after, 0.97).intent != "make_complaint"

    @pytest.mark.parametrize(
        ("text", "asked"),
        [
            ("no nothing else. whats the reference", "what"),
            ("没有别的了。投诉编号是多少", "编号"),
            ("沒有了，編號是什麼", "編號"),
        ],
    )
    def test_beside_nothing_more_the_question_is_answered(self, text: str, asked: str) -> None:
        message = said(text, "deny", 0.83, ("deny", 0.9), ("nlu_fallback", 0.3))
        (step,) = hear(message, FILED).steps
        assert step.intent in ("ask_complaint_status", "inform")
        assert asked in step.text

    @pytest.mark.parametrize(
        "text", ["no that's all", "nothing else thanks", "没有别的了", "就这些了", "沒有了 就這樣", "冇喇，就咁多"]
    )
    @pytest.mark.parametrize("intent", ["deny", "inform", "goodbye"])
    def test_that_there_is_nothing_to_add_adds_nothing(self, text: str, intent: str) -> None:
        step = only(text, intent, FILED, 0.7)
        assert (step.intent, entity(step, "choice")) == ("deny", None)

    @pytest.mark.parametrize("text", ["no that's all wrong, he wore red", "没有别的快递员来过"])
    def test_what_only_begins_so_is_a_detail(self, text: str) -> None:
        assert entity(only(text, "deny", FILED, 0.7), "choice") == "more"

    @pytest.mark.parametrize("text", ["处理到哪一步了", "現在進展如何", "我是想问进度，不是补充", "any news on it"])
    def test_how_far_it_is_is_asked_and_not_told(self, text: str) -> None:
        step = only(text, "inform", FILED, 0.7)
        assert (step.intent, entity(step, "choice")) == ("ask_complaint_status", "C-2026-0007")

    @pytest.mark.parametrize("text", ["要等多久才有人回", "who reads this"])
    def test_a_short_question_is_no_detail(self, text: str) -> None:
        assert entity(only(text, "inform", FILED, 0.7), "choice") != "more"

    def test_its_number_is_asked_for(self) -> None:
        for text in ("投诉编号多少来着", "單號再給我一次", "what was the reference number again"):
            step = only(text, "ask_parcel", FILED)
            assert (step.intent, entity(step, "choice")) == ("ask_complaint_status", "C-2026-0007"), text

    def test_another_number_is_not_taken_for_it(self) -> None:
        assert only("快递单号是什么", "ask_parcel", FILED).intent == "ask_parcel"

    def test_long_after_it_is_over(self) -> None:
        old = Context(focus={**FILED.focus, "age": 9})
        assert only("就是前天买的那件外套", "inform", old).intent == "inform"


class TestRating:
    @pytest.mark.parametrize(
        ("text", "score"),
        [("5", "5"), ("两分", "2"), ("四颗星", "4"), ("three stars", "3"), ("⭐⭐", "2"), ("1，等太久", "1")],
    )
    def test_a_typed_score_is_the_score_and_no_place_in_the_list(self, text: str, score: str) -> None:
        step = only(text, "inform", SCORE_ASKED)
        assert (step.intent, step.payload, entity(step, "score")) == ("rate_service", None, score)

    def test_it_is_whole_by_itself(self) -> None:
        assert may_answer("5", SCORE_ASKED)
        assert not may_answer("5", Context())

    @pytest.mark.parametrize("text", ["5个工作日能到吗", "2 days late", "一直没人理我"])
    def test_a_number_of_something_else_is_no_score(self, text: str) -> None:
        assert only(text, "ask_parcel", SCORE_ASKED).intent == "ask_parcel"

    def test_what_follows_is_its_comment_and_no_praise(self) -> None:
        for text, intent in (("处理得挺利索的", "give_praise"), ("it took far too long", "chase_promise")):
            step = only(text, intent, RATED)
            assert (step.intent, entity(step, "choice")) == ("rate_service", "comment"), text

    def test_a_wish_that_follows_is_a_wish(self) -> None:
        assert only("我的积分有多少", "ask_points_balance", RATED).intent == "ask_points_balance"


RETURNED = Context(focus={"return": "R-2026-0009", "done": "return_or_refund", "topic": "return_or_refund", "age": 0})


class TestReturn:
    @pytest.mark.parametrize("text", ["邮费要我付吗，运费谁出", "怎么寄回去", "who pays the postage"])
    def test_how_the_return_goes_on_is_asked_of_that_return(self, text: str) -> None:
        assert only(text, "ask_faq", RETURNED).intent == "return_or_refund"

    def test_without_one_it_is_a_question_of_rule(self) -> None:
        assert only("运费谁出", "ask_faq", Context()).intent == "ask_faq"


class TestNotReceived:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("可我没收到呀", "ask_order_status"),
            ("我真係冇收到", "out_of_scope"),
            ("but I never got it", "chase_promise"),
            ("沒有收到，幫我查", "report_fault"),
        ],
    )
    def test_after_a_parcel_was_told_as_delivered(self, text: str, intent: str) -> None:
        context = Context(focus={"delivered": "SF1029384756", "parcel": "SF1029384756", "topic": "ask_parcel"})
        step = only(text, intent, context)
        assert (step.intent, entity(step, "choice")) == ("ask_parcel", "not_received")
        assert entity(step, "parcel_number") == "SF1029384756"

    def test_of_no_parcel_it_is_what_it_sounds_like(self) -> None:
        assert only("可我没收到呀", "ask_order_status", Context()).intent == "ask_order_status"
