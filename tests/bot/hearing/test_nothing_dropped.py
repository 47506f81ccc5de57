"""Each clause that wishes something is served, waits or is named; what only tells of another is none."""

import pytest

from bot.hearing import left_over, nothing_dropped
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, option, said

REDEEM, INVOICE, RETURN, FAULT = "redeem_points", "ask_invoice", "return_or_refund", "report_fault"
LOST = ("nlu_fallback", 0.35)


def steps(found: Heard) -> list[str]:
    return [step.intent for step in found.steps]


def heard_as(text: str, intent: str) -> Heard:
    return Heard.of(Step(text, heard(text, intent)))


def kept(found: Heard) -> list[str]:
    return [str(each["text"]) for each in found.kept]


class TestAnotherWish:
    @pytest.mark.parametrize(
        ("text", "invoice"),
        [
            ("帮我换张50元券 然后灯那单开个发票", "灯那单开个发票"),
            ("幫我換張50元券，另外檯燈那筆要開發票", "檯燈那筆要開發票"),
            (
                "give me a 50 yuan voucher for my points, also an invoice for the lamp order",
                "an invoice for the lamp order",
            ),
        ],
    )
    def test_that_the_whole_passed_over_waits(self, text: str, invoice: str) -> None:
        found = hear(said(text, REDEEM, 0.7, (REDEEM, 0.99), (INVOICE, 0.99)), Context())
        assert (steps(found), kept(found)) == ([REDEEM], [invoice])
        assert invoice not in found.steps[0].text

    def test_one_more_thing_that_goes_back_waits_by_the_customers_words(self) -> None:
        whole = said("锅的涂层掉了，饭盒也想退", RETURN, 0.53, (FAULT, 0.99), (RETURN, 0.87))
        parts = [
            (clause, heard(clause.text, intent, 0.9, product=product))
            for (clause, _), intent, product in zip(whole.clauses, (FAULT, RETURN), ("锅", "饭盒"), strict=True)
        ]
        found = hear(type(whole)(whole.text, whole.whole, parts), Context())
        assert (steps(found), kept(found)) == ([FAULT], ["饭盒也想退"])
        assert found.steps[0].text == "锅的涂层掉了"

    def test_what_is_wrong_and_what_is_wished_of_one_thing_is_one_wish(self) -> None:
        found = hear(said("锅的涂层掉了，想退", RETURN, 0.8, (FAULT, 0.99), (RETURN, 0.9)), Context())
        assert len(found.steps) == 1
        assert not found.kept

    def test_a_guess_at_a_return_whose_way_and_thing_are_named_is_one(self) -> None:
        whole = said("外套想換L 另外T恤洗了會縮水嗎", "ask_product", 0.95, (RETURN, 0.48), ("ask_product", 0.97))
        first = (whole.clauses[0][0], heard("外套想換L", RETURN, 0.48, product="外套"))
        found = hear(type(whole)(whole.text, whole.whole, [first, whole.clauses[1]]), Context())
        assert steps(found) == ["ask_product", RETURN]
        assert found.steps[0].text == "T恤洗了會縮水嗎"


class TestNoWish:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("先算了 帮我退货 换张50元券", (("cancel", 1.0), (RETURN, 0.96), (REDEEM, 0.96))),
            ("不退了 换张50元券", ((RETURN, 0.96), (REDEEM, 0.96))),
            ("要是太小就退了 换张50元券", ((RETURN, 0.96), (REDEEM, 0.96))),
        ],
    )
    def test_what_is_left_denied_or_only_supposed_begins_nothing(
        self, text: str, parts: tuple[tuple[str, float], ...]
    ) -> None:
        found = nothing_dropped.served_too(said(text, REDEEM, 0.9, *parts), heard_as(text, REDEEM), Context())
        assert (steps(found), found.kept) == ([REDEEM], [])

    def test_amid_a_form_only_what_is_announced_counts(self) -> None:
        context = asked(option("质量问题", "/inform"), form="return_form", slot="return_reason")
        found = hear(said("质量问题，帮我开张发票", INVOICE, 0.7, ("inform", 0.9), (INVOICE, 0.86)), context)
        assert not found.kept


class TestNamed:
    @pytest.mark.parametrize(
        ("text", "lost"),
        [
            ("查下积分，另外那个乌拉乌拉弄一下", "那个乌拉乌拉弄一下"),
            ("查下點數，另外那個烏拉烏拉弄一下", "那個烏拉烏拉弄一下"),
            ("how many points do I have, also the blorp thing", "the blorp thing"),
        ],
    )
    def test_what_is_announced_and_not_understood(self, text: str, lost: str) -> None:
        found = hear(said(text, "ask_points_balance", 0.8, ("ask_points_balance", 0.97), LOST), Context())
        assert (steps(found), found.named) == (["ask_points_balance"], [lost])

    def test_a_question_that_is_none_of_ours_beside_one_that_is(self) -> None:
        text = "how many points do I have and what is the weather like?"
        found = hear(
            said(text, "ask_points_balance", 0.8, ("ask_points_balance", 0.97), ("out_of_scope", 0.98)), Context()
        )
        assert found.named == ["what is the weather like"]

    def test_background_is_not_named(self) -> None:
        text = "查下积分，我昨天刚买了东西"
        found = hear(said(text, "ask_points_balance", 0.8, ("ask_points_balance", 0.97), LOST), Context())
        assert not found.named

    def test_alone_it_is_asked_about_as_ever(self) -> None:
        found = hear(said("你好，另外那个乌拉乌拉弄一下", "nlu_fallback", 0.35), Context())
        assert not found.named


class TestQuestions:
    def test_two_that_are_joined_before_a_third_is_announced(self) -> None:
        text = "where is my parcel and how many points do I have, also do you ship to Macau?"
        parts = ("ask_parcel", 0.99), ("ask_points_balance", 0.99), ("ask_faq", 0.97)
        assert set(steps(hear(said(text, "ask_parcel", 0.7, *parts), Context()))) == {each for each, _ in parts}

    def test_sure_questions_are_no_halves_of_one(self) -> None:
        text = "你们几点上班 上海有店吗 运费多少"
        found = hear(said(text, "ask_faq", 0.99, ("ask_faq", 0.7), ("ask_faq", 0.99), ("ask_faq", 0.99)), Context())
        assert [step.text for step in found.steps] == text.split()

    def test_praise_beside_a_question_leaves_it_asked(self) -> None:
        text = "the humidifier is great. can i add oil, and do i earn points for a review"
        parts = ("give_praise", 0.9), ("ask_product", 0.41), ("ask_points_rules", 0.99)
        texts = [step.text for step in hear(said(text, "ask_points_rules", 0.56, *parts), Context()).steps]
        assert "can i add oil" in texts

    @pytest.mark.parametrize(
        ("text", "question"),
        [("想加入會員 要錢嗎", "入會要錢嗎"), ("i want to join. is it free?", "is it free joining as a member?")],
    )
    def test_what_it_costs_is_asked_of_what_is_wished(self, text: str, question: str) -> None:
        found = said(text, "join_membership", 0.9, ("join_membership", 0.99), ("ask_faq", 0.65))
        language = "en" if text.isascii() else "zh-Hant"
        clauses = [(clause, parsed | {"language": language}) for clause, parsed in found.clauses]
        first = hear(type(found)(text, found.whole | {"language": language}, clauses), Context()).steps[0]
        assert first.text == question

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("毛巾什么时候到，还有我账户里有什么", "毛巾什么时候到"),
            ("when do my towels arrive, also what is in my account", "when do my towels arrive"),
        ],
    )
    def test_one_of_goods_beside_a_figure_that_is_announced(self, text: str, first: str) -> None:
        whole = said(text, "ask_points_expiring", 0.77, ("ask_parcel", 0.45), ("ask_points_balance", 0.85))
        parts = [(whole.clauses[0][0], heard(first, "ask_parcel", 0.45, product="毛巾")), whole.clauses[1]]
        found = left_over.answered_too(
            type(whole)(text, whole.whole, parts), heard_as(text, "ask_points_expiring"), Context()
        )
        assert [step.text for step in found.steps] == [text, first]

    def test_one_that_was_only_guessed_to_be_none_of_ours_is_put_to_the_articles(self) -> None:
        text = "毛巾什么时候到，到的时候我不在家怎么办"
        found = hear(said(text, "ask_parcel", 0.9, ("ask_parcel", 0.9), ("out_of_scope", 0.52)), Context())
        assert steps(found) == ["ask_parcel", "ask_faq"]


class TestNotNamed:
    @pytest.mark.parametrize("text", ["我积分咋少了 还有好多的", "我點數怎麼少了，還有好多的"])
    def test_what_only_tells_of_what_is_asked(self, text: str) -> None:
        assert hear(said(text, "ask_points_balance", 0.9, ("ask_points_balance", 0.95), LOST), Context()).named == []

    @pytest.mark.parametrize(
        ("text", "says_little"),
        [
            ("can you look", True), ("帮我看看", True), ("如果到了我已經不想要了", True), ("要是明天没到呢", False),
            ("do i need pics", False), ("要照片吗", False),
        ],
    )  # fmt: skip
    def test_words_to_look_into_it_and_the_case_that_is_asked_of(self, text: str, says_little: bool) -> None:
        assert left_over.says_little(text) is says_little
