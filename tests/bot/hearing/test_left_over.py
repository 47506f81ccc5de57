"""What a message asks beside what it is answered for is answered as well, or named."""

import pytest

from actions.kit.base import ALONGSIDE, IF_KNOWN
from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of, intent_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN, FAQ, LOST = "return_or_refund", "ask_faq", "nlu_fallback"
WISHED, ASKED, UNCLEAR = (RETURN, 0.95), (FAQ, 0.54), (LOST, 0.35)


def intents(steps: list[Step]) -> list[str]:
    return [step.intent for step in steps]


def value(step: Step, name: str) -> str | None:
    assert step.heard is not None
    return next((str(each["value"]) for each in entities_of(step.heard) if each["entity"] == name), None)


class TestBesideAWish:
    @pytest.mark.parametrize(
        "text",
        [
            "想退这个锅 包装扔了还行吗 钱多久到",
            "想退這個鍋，包裝丟了還行嗎，錢多久到",
            "I want to send the pan back. is it ok without the box? how long till I get my money",
        ],
    )
    def test_each_question_is_asked_by_itself_before_the_form_begins(self, text: str) -> None:
        heard = said(text, RETURN, 0.69, WISHED, ASKED, (FAQ, 0.5))
        steps = hear(heard, Context()).steps
        assert intents(steps) == [FAQ, FAQ, RETURN]
        assert [step.text for step in steps] == [heard.clauses[place][0].text for place in (1, 2, 0)]

    def test_the_rest_of_the_message_stands_beside_a_question(self) -> None:
        steps = hear(said("想退这个锅 包装扔了还行吗", RETURN, 0.69, WISHED, ASKED), Context()).steps
        assert value(steps[0], ALONGSIDE) == "想退这个锅"

    def test_what_may_be_no_question_of_the_shop_is_told_only_where_it_is_known(self) -> None:
        steps = hear(
            said("轻跑鞋43有货吗 换的话要不要钱", "ask_product", 0.79, ("ask_product", 0.99), UNCLEAR), Context()
        ).steps
        assert intents(steps) == ["ask_product", FAQ]
        assert value(steps[1], "choice") == IF_KNOWN

    def test_a_question_that_is_surely_of_ones_own_is_asked_as_such(self) -> None:
        heard = said("这个锅想退 我还有多少积分啊", RETURN, 0.6, WISHED, ("ask_points_balance", 0.7))
        assert intents(hear(heard, Context()).steps) == ["ask_points_balance", RETURN]


class TestBesideWhatIsHeardByItsWords:
    @pytest.mark.parametrize(
        "text",
        [
            "300元能有多少积分 另外能寄澳门吗",
            "300元可以拿多少點數？能寄澳門嗎？",
            "how many points do I get for 300 yuan, also do you ship to Macau",
        ],
    )
    def test_a_rule_that_is_asked_apart_is_told_as_well(self, text: str) -> None:
        heard = said(text, "ask_points_rules", 0.37, ("ask_rewards", 0.55), (FAQ, 0.97))
        steps = hear(heard, Context()).steps
        assert intents(steps) == ["ask_points_rules", FAQ]
        assert steps[1].text == heard.clauses[1][0].text


class TestSeveralQuestionsOfRules:
    @pytest.mark.parametrize(
        ("text", "second"),
        [
            ("寄日本多少钱 几天到", ("ask_parcel", 0.67)),
            ("寄日本多少錢，幾天到", ("ask_parcel", 0.67)),
            ("what is it to Japan, how many days?", ASKED),
        ],
    )
    def test_each_is_looked_up_by_itself(self, text: str, second: tuple[str, float]) -> None:
        steps = hear(said(text, FAQ, 0.9, ASKED, second), Context()).steps
        assert intents(steps) == [FAQ, FAQ]
        assert [step.text for step in steps] == [clause.text for clause, _ in said(text, FAQ).clauses]

    def test_what_is_wished_beside_them_comes_last(self) -> None:
        steps = hear(said("想退饭盒 包装扔了还行吗 钱多久到", FAQ, 0.76, WISHED, ASKED, (FAQ, 0.5)), Context()).steps
        assert intents(steps) == [FAQ, FAQ, RETURN]

    def test_what_is_denied_beside_them_is_not_wished(self) -> None:
        steps = hear(
            said("退货就不用了 包装扔了还行吗 钱多久到", FAQ, 0.76, WISHED, ASKED, (FAQ, 0.5)), Context()
        ).steps
        assert RETURN not in intents(steps)

    def test_a_question_mark_makes_one(self) -> None:
        steps = hear(said("how many days to Japan, any customs?", FAQ, 0.9, ASKED, UNCLEAR), Context()).steps
        assert [step.text for step in steps] == ["how many days to Japan", "any customs"]


class TestNothingIsLeft:
    @pytest.mark.parametrize(
        ("text", "whole", "parts"),
        [
            ("包裹到哪了啊 到底啥时候能到", "ask_parcel", (("ask_parcel", 1.0), ("ask_parcel", 0.7))),
            ("where is it? when does it come", "ask_parcel", (("ask_parcel", 1.0), ("ask_order_status", 0.7))),
            ("不对劲 怎么办", "report_fault", (("report_fault", 0.9), UNCLEAR)),
            ("the pan broke. are you kidding me?", "report_fault", (("report_fault", 0.9), ("vent", 0.9))),
            ("how much is it, do you even check", "ask_product", (("ask_product", 0.9), ("make_complaint", 0.6))),
            ("帮我退掉 好吗", RETURN, (WISHED, ("affirm", 0.6))),
        ],
    )
    def test_what_is_about_the_same_or_asks_nothing_adds_no_step(
        self, text: str, whole: str, parts: tuple[tuple[str, float], ...]
    ) -> None:
        assert FAQ not in intents(hear(said(text, whole, 0.95, *parts), Context()).steps)

    def test_danger_and_a_person_are_answered_alone(self) -> None:
        burns = said("充电宝着火了 这个能退吗", RETURN, 0.6, ("report_danger", 0.9), ASKED)
        assert intents(hear(burns, Context()).steps) == ["report_danger"]
        person = said("转人工 包装扔了还行吗", "request_human", 0.9, ("request_human", 0.95), ASKED)
        assert FAQ not in intents(hear(person, Context()).steps)

    def test_a_story_that_was_asked_for_stays_whole(self) -> None:
        told = asked(option("算了", "/cancel"), form="complaint_form", slot="complaint_description")
        heard = said("快递扔门口了 这样合适吗", "make_complaint", 0.9, ("make_complaint", 0.9), ASKED)
        assert FAQ not in intents(hear(heard, told).steps)


class TestNotUnderstood:
    def test_a_clear_question_is_answered_in_its_place(self) -> None:
        steps = hear(said("没半码啊那就那个黑的,分期行不", LOST, 0.35, UNCLEAR, (FAQ, 0.57)), Context()).steps
        assert [(step.intent, step.text) for step in steps] == [(FAQ, "分期行不")]

    def test_an_unclear_one_is_asked_back_as_a_whole(self) -> None:
        steps = hear(said("那个黑的,能不能那样", LOST, 0.35, UNCLEAR, UNCLEAR), Context()).steps
        assert intents(steps) == [LOST]

    def test_anger_is_heard_and_what_is_ones_own_looked_up(self) -> None:
        heard = said("wtf is this? where is my stuff", "vent", 0.6, ("vent", 0.9), ("ask_parcel", 0.89))
        assert set(intents(hear(heard, Context()).steps)) == {"vent", "ask_parcel"}


class TestBehindAnAnswer:
    YES = option("登记", "/affirm", answer="yes"), option("先不", "/cancel", answer="no")

    def test_an_option_chosen_by_the_first_clause_is_pressed_and_the_question_asked(self) -> None:
        context = asked(option("登记投诉", '/make_complaint{"choice":"file"}'), option("不用了", "/deny"))
        steps = hear(said("登记投诉，要等几天啊", LOST, 0.35, ("make_complaint", 0.6), ASKED), context).steps
        assert (steps[0].payload is not None, intents(steps[1:])) == (True, [FAQ])


def test_a_clause_keeps_its_meaning_for_what_waits() -> None:
    heard = said("双11那单开张票,抬头写公司的,还有书包拉链头掉了个咋办", "ask_invoice", 1.0,
                 ("ask_invoice", 0.94), ("ask_invoice", 0.99), ("report_fault", 0.77))  # fmt: skip
    result = hear(heard, Context())
    assert [intent_of(kept) for kept in result.kept] == ["report_fault"]
    assert heard.clauses[2][0].announced


class TestBesideAFault:
    @pytest.mark.parametrize(
        "text",
        [
            "加湿器一开就漏水 能换个新的不",
            "箱子輪子卡卡的 這樣算瑕疵嗎",
            "the wheel is broken, can I exchange it",
            "the shoes are tight, can i swap for a 39",
            "鞋子挤脚 能换40码吗",
            "件衫好細 可唔可以換L",
        ],
    )
    def test_whether_it_may_go_back_at_all_is_what_the_return_answers(self, text: str) -> None:
        steps = hear(said(text, "report_fault", 0.9, ("report_fault", 0.9), UNCLEAR), Context()).steps
        assert intents(steps) == ["report_fault"]

    def test_what_is_wrong_is_taken_up_behind_the_questions(self) -> None:
        heard = said(
            "my suitcase wheel is stuck after one trip, is that covered and who pays the postage? also do i have any "
            "vouchers left",
            "ask_vouchers", 0.42, ("report_fault", 0.57), ("affirm", 0.54), (FAQ, 0.98), ("ask_vouchers", 1.0),
        )  # fmt: skip
        steps = intents(hear(heard, Context()).steps)
        assert steps[-1] == "report_fault"
        assert {FAQ, "ask_vouchers"} <= set(steps)

    def test_what_is_denied_is_not(self) -> None:
        heard = said("先不退货了，运费多少来着", FAQ, 0.9, WISHED, ASKED)
        assert RETURN not in intents(hear(heard, Context()).steps)
