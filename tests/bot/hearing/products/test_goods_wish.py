"""An amount of money is a wish for goods where no points are named; so is the answer to what it shall be."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("what do you have for under 200 yuan?", "ask_rewards"),
            ("两百以内有什么", "ask_rewards"),
            ("有冇三百蚊以內嘅", "ask_rewards"),
            ("something for my brother, two hundred max", "inform"),
            ("送朋友，一百五左右", "nlu_fallback"),
            ("something for my aunt, not over 280", "ask_recommendation"),
            ("a gift for him, nothing above 150 yuan", "inform"),
        ],
    )
    def test_is_a_wish_for_goods(self, text: str, intent: str) -> None:
        assert [step.intent for step in hear(said(text, intent, 0.8), asked()).steps] == ["ask_recommendation"]

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("what can I get for under 2000 points", "ask_rewards"),
            ("2000 分以内能换什么", "ask_rewards"),
            ("is shipping free above 99 or about 100 yuan", "ask_faq"),
            ("do I need to spend about 200 yuan for the voucher", "ask_vouchers"),
            ("about 300 of my points are missing", "dispute_points"),
            ("I paid about 400 yuan for it", "ask_order_status"),
        ],
    )
    def test_but_not_where_points_shipping_or_what_was_paid_is_meant(self, text: str, intent: str) -> None:
        assert [step.intent for step in hear(said(text, intent, 0.8), asked()).steps] == [intent]

    def test_while_rewards_are_spoken_of_a_bare_figure_means_points(self) -> None:
        context = asked(topic="ask_rewards", age=0)
        (step,) = hear(said("what do you have for under 1000", "ask_rewards", 0.9), context).steps
        assert step.intent == "ask_rewards"

    def test_how_it_fits_and_another_question_beside_it_are_answered_too(self) -> None:
        text = "trail shoes, do they run small, about 500 yuan. do you ship to Japan?"
        parts = [("ask_product", 0.9), ("return_or_refund", 0.4), ("inform", 0.8), ("ask_faq", 0.95)]
        steps = hear(said(text, "ask_faq", 0.7, *parts, product="trail shoes"), asked()).steps
        assert [(step.intent, step.text) for step in steps] == [
            ("ask_recommendation", text),
            ("ask_faq", "do they run small"),
            ("ask_faq", "do you ship to Japan"),
        ]


class TestOurQuestion:
    CONTEXT = asked(topic="ask_recommendation", age=0, suggested={"asks": True, "limit": 10000})

    @pytest.mark.parametrize("text", ["茶吧，她爱喝茶", "咖啡囉", "tea, she loves tea"])
    def test_is_answered_by_words_of_no_clear_wish(self, text: str) -> None:
        assert hear(said(text, "inform", 0.6), self.CONTEXT).steps[0].intent == "ask_recommendation"

    @pytest.mark.parametrize(("text", "intent"), [("我的包裹到哪了", "ask_parcel"), ("谢谢", "thank")])
    def test_but_not_by_another_wish_or_thanks(self, text: str, intent: str) -> None:
        assert hear(said(text, intent, 0.95), self.CONTEXT).steps[0].intent == intent

    def test_nor_where_nothing_was_asked(self) -> None:
        context = asked(topic="ask_recommendation", age=0, suggested={"asks": False})
        assert hear(said("她昨天来过", "inform", 0.6), context).steps[0].intent == "inform"


class TestTheOthers:
    @pytest.mark.parametrize(("text", "intent"), [("比 24 吋大的", "inform"), ("我要更大的，沒有就說沒有", "deny")])
    def test_a_bigger_one_of_what_was_told_is_asked_for(self, text: str, intent: str) -> None:
        context = asked(topic="ask_product", age=0, product="CASE", at={"product": 4})
        assert hear(said(text, intent, 0.5), context).steps[0].intent == "ask_product"


class TestPutRight:
    @pytest.mark.parametrize("text", ["what would he do with a scarf", "谁会要锅啊"])
    def test_wondering_at_what_was_shown_asks_for_something_else(self, text: str) -> None:
        context = asked(topic="ask_recommendation", age=0, suggested={"shown": ["SCARF"], "limit": 30000})
        assert hear(said(text, "nlu_fallback", 0.4), context).steps[0].intent == "ask_recommendation"


class TestToBeHad:
    @pytest.mark.parametrize(
        ("text", "intent", "confidence"),
        [
            ("and the hiking boots in 43, got any?", "ask_points_history", 0.41),
            ("the second one, has it 38?", "ask_order_status", 0.65),
            ("披肩還有幾條，灰色的", "nlu_fallback", 0.35),
            ("黑色有冇M碼", "out_of_scope", 0.5),
        ],
    )
    def test_a_size_or_colour_that_is_asked_for_is_of_goods(self, text: str, intent: str, confidence: float) -> None:
        context = asked(topic="ask_rewards", age=0)
        steps = hear(said(text, intent, confidence), context).steps
        assert [step.intent for step in steps] == ["ask_product"]
        assert steps[0].text == text

    @pytest.mark.parametrize(
        ("text", "intent", "confidence"),
        [
            ("have my 43 points come", "ask_points_balance", 0.6),
            ("我买的那双42码还有多久到", "ask_parcel", 0.7),
            ("想换43码，还有货吗", "return_or_refund", 0.6),
            ("where is the black one I have ordered", "ask_order_status", 0.95),
        ],
    )
    def test_but_not_of_what_was_bought(self, text: str, intent: str, confidence: float) -> None:
        steps = hear(said(text, intent, confidence), asked()).steps
        assert "ask_product" not in [step.intent for step in steps]

    def test_a_price_beside_a_rule_is_answered_too(self) -> None:
        text = "what's the price of two pans and is postage extra"
        parts = [("ask_product", 0.9), ("ask_faq", 0.9)]
        steps = hear(said(text, "ask_faq", 0.88, *parts, product="pans"), asked()).steps
        # What the goods come to is told with what it costs to send them.
        assert [(step.intent, step.text) for step in steps] == [("ask_product", text)]

    def test_a_size_and_a_colour_in_two_clauses_are_one_question(self) -> None:
        text = "M 號的，黑色有冇？寄去日本運費幾多"
        parts = [("inform", 0.6), ("ask_product", 0.9), ("ask_faq", 0.97)]
        steps = hear(said(text, "ask_faq", 0.6, *parts), asked()).steps
        assert [(step.intent, step.text) for step in steps] == [
            ("ask_product", "M 號的，黑色有冇"),
            ("ask_faq", "寄去日本運費幾多"),
        ]
