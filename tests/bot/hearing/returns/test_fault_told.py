"""A fault in own words is a fault, the wish to have a thing mended is one, and talk of goods stays what it is."""

from dataclasses import replace

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.returns.fault_told import as_meant
from bot.hearing.steps import intent_of
from crm_store.conversations import Context, Focus
from tests.bot.hearing.words import asked, heard, said

SPOKEN_OF: Focus = {"order": "20261120-0037", "product": "KNIFE", "topic": "report_fault", "age": 0}


def meant(text: str, intent: str, confidence: float = 0.9, focus: Focus | None = None, **entities: str) -> str:
    return intent_of(as_meant(said(text, intent, confidence, **entities), Context(focus=focus or {})).whole)


class TestToldAsOne:
    @pytest.mark.parametrize(
        ("text", "intent", "product"),
        [
            ("那台加濕器是在幫我家地板洗澡嗎？？早上起來整片都是水", "ask_product", "加濕器"),
            ("不是要買新的，是上次買的那台漏水啦", "out_of_scope", ""),
            ("鞋底開膠這個你們怎麼處理", "nlu_fallback", ""),
            ("上次10月底買的不沾鍋才用幾次塗層就掉了，這個可以處理嗎", "ask_faq", "不沾鍋"),
            ("我买的锅涂层开始剥落了", "ask_product", "锅"),
            ("the coating on the pan i bought is flaking", "ask_faq", "pan"),
            ("上礼拜旅行箱的轮子整个飞走，我追了半条街", "out_of_scope", "旅行箱"),
            ("我買咗個水壺，個蓋點都閂唔實", "ask_product", "水壺"),
            ("the lid of my pot won't shut", "ask_product", "pot"),
            ("我问的是刀，崩口那把", "nlu_fallback", ""),
            ("One of the cups from my coffee set arrived cracked", "ask_parcel", "coffee set"),
            ("新鞋開口笑了", "out_of_scope", ""),
            ("我嗰把刀崩咗個口", "ask_product", ""),
            ("個電飯煲我買咗先兩個禮拜，而家唔着喇", "ask_product", "電飯煲"),
            ("我家那台咖啡机罢工了", "ask_recommendation", "咖啡机"),
            ("my backpack strap is fraying", "ask_product", "backpack"),
            ("the zip on the jacket i bought came off", "ask_faq", "jacket"),
            ("昨天到的杯子，杯口裂了一道", "ask_order_status", "杯子"),
            ("電鍋煮出來還是生米，是要我生吃嗎", "out_of_scope", "電鍋"),
            ("the rice comes out raw in my new cooker", "out_of_scope", "cooker"),
        ],
    )
    def test_of_a_thing_that_somebody_has(self, text: str, intent: str, product: str) -> None:
        entities = {"product": product} if product else {}
        assert meant(text, intent, **entities) == "report_fault"

    def test_of_what_was_spoken_of(self) -> None:
        assert meant("it keeps leaking all over the table", "nlu_fallback") == "nlu_fallback"
        assert meant("it is leaking all over the table", "nlu_fallback", focus=SPOKEN_OF) == "report_fault"

    def test_beside_another_wish_both_are_heard(self) -> None:
        text = "积分什么时候作废，还有我那把厨刀崩口了算谁的"
        message = said(text, "ask_points_expiring", 0.9, ("ask_points_expiring", 0.9), ("out_of_scope", 0.5))
        heard = [step.intent for step in hear(message, Context()).steps]
        assert heard == ["ask_points_expiring", "report_fault"]

    @pytest.mark.parametrize(
        "text",
        [
            "周三收到的奶瓶，有一个一倒就漏水。我小孩衣服都湿了，唉",
            "禮拜三收到的奶瓶，有一個一倒就漏水。我小孩衣服都濕了，唉",
            "got the baby bottles on wednesday, one of em leaks all down the side. not impressed, my son was soaked",
        ],
    )
    def test_of_a_sentence_that_is_no_question_of_the_product(self, text: str) -> None:
        whole = said(text, "nlu_fallback", 0.35, product="bottles")
        sentence = wishes.sentences(text)[0]
        understood = (sentence, heard(sentence.text, "nlu_fallback", 0.35, product="bottles"))
        ((_, meant_so),) = as_meant(replace(whole, sentences=[understood]), Context()).sentences
        assert intent_of(meant_so) == "report_fault"

    @pytest.mark.parametrize(
        "text",
        [
            "周三收到的奶瓶 有一个一倒就漏得到处都是",
            "禮拜三收到的奶瓶 有一個一倒就漏到成身都係",
            "the bottles came on wednesday, one leaks all over me",
        ],
    )
    def test_what_leaks_is_no_piece_that_was_left_out(self, text: str) -> None:
        assert [step.intent for step in hear(said(text, "report_fault", product="bottles"), Context()).steps] == [
            "report_fault"
        ]


class TestStaysWhatItIs:
    @pytest.mark.parametrize(
        ("text", "intent", "product"),
        [
            ("那个保温杯会漏水吗", "ask_product", "保温杯"),
            ("保溫杯漏不漏水", "ask_product", "保溫杯"),
            ("what about the flask, does it leak?", "ask_product", "flask"),
            ("听说这款加湿器容易漏水", "ask_product", "加湿器"),
            ("要是刀崩口了怎么办", "ask_faq", "刀"),
            ("这件外套会不会掉色", "ask_product", "外套"),
            ("我的鞋没坏，就是想看看新的", "ask_recommendation", "鞋"),
            ("nothing is broken, I just want another lamp", "ask_recommendation", "lamp"),
            ("我养的猫走了", "out_of_scope", ""),
            ("will the mug chip in the dishwasher", "ask_product", "mug"),
        ],
    )
    def test_a_question_before_buying_a_case_supposed_and_what_is_denied(
        self, text: str, intent: str, product: str
    ) -> None:
        entities = {"product": product} if product else {}
        assert meant(text, intent, **entities) == intent

    def test_what_was_surely_heard_as_another_wish(self) -> None:
        assert meant("我的台灯坏了，我要找真人", "request_human") == "request_human"

    def test_amid_a_form_the_form_hears_it(self) -> None:
        context = asked(form="callback_form", slot="callback_topic")
        message = said("我的刀崩口了", "nlu_fallback")
        assert as_meant(message, context) is message


class TestARepair:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("就修吧", "nlu_fallback"), ("那行，修吧", "make_complaint"), ("帮我登记维修吧", "ask_faq"),
            ("I'd like it repaired please", "out_of_scope"), ("幫我整返好佢啦", "nlu_fallback"),
            ("別退，修就好", "deny_act"), ("So do I get my money back or a repair?", "ask_refund_status"),
        ],
    )  # fmt: skip
    def test_of_what_was_spoken_of(self, text: str, intent: str) -> None:
        assert meant(text, intent, focus=SPOKEN_OF) == "return_or_refund"

    @pytest.mark.parametrize(
        ("text", "intent", "product"),
        [
            ("登記維修：桌上小風扇，9/6 的單", "nlu_fallback", "桌上小風扇"), ("帮我登记维修", "ask_faq", ""),
            ("please mend the jacket for me", "nlu_fallback", "jacket"),
        ],
    )  # fmt: skip
    def test_of_what_is_named(self, text: str, intent: str, product: str) -> None:
        assert meant(text, intent, **({"product": product} if product else {})) == "return_or_refund"

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("维修要多久", "ask_faq"), ("保修多久，坏了能修吗", "ask_faq"), ("收货地址帮我修改一下", "change_order"),
            ("送修运费谁出", "ask_faq"), ("耳机坏了可以修吗", "ask_faq"), ("fix my address please", "change_order"),
            ("how long does a repair take", "ask_faq"),
        ],
    )  # fmt: skip
    def test_a_rule_that_is_asked_about_and_other_mending_are_none(self, text: str, intent: str) -> None:
        assert meant(text, intent) == intent

    @pytest.mark.parametrize("text", ["我的台灯修好了没", "is my lamp repaired yet?", "維修進度怎麼樣了"])
    def test_how_far_it_is(self, text: str) -> None:
        assert meant(text, "ask_product") == "ask_refund_status"

    def test_to_a_complaint_that_was_only_offered_it_is_no_yes(self) -> None:
        offer = asked(
            {"title": "登记投诉", "payload": "/affirm"}, {"title": "找真人", "payload": "/request_human"},
            form="complaint_form", slot="complaint_consent", **SPOKEN_OF,
        )  # fmt: skip
        (step,) = hear(said("那行，修吧", "make_complaint", 0.6), offer).steps
        assert step.intent == "return_or_refund"

    def test_nor_is_a_yes_that_names_another_thing(self) -> None:
        offer = asked(
            {"title": "File a complaint", "payload": "/affirm"}, {"title": "A person", "payload": "/request_human"},
            form="complaint_form", slot="complaint_consent", **SPOKEN_OF,
        )  # fmt: skip
        text = "ok a new one for the coffee set then, if it costs me nothing"
        (step,) = hear(said(text, "affirm", 0.9, product="coffee set"), offer).steps
        assert step.intent == "return_or_refund"


def test_an_exchange_beside_what_is_wrong_is_one_of_goods_and_the_name_of_a_thing_no_fault() -> None:
    swaps = said("背包到手太小了，还能换吗", "nlu_fallback", 0.4, ("report_fault", 0.9), ("ask_rewards", 0.9))
    assert [step.intent for step in hear(swaps, Context()).steps] == ["return_or_refund"]
    of_points = said("背包扣子松了，積分還能換嗎", "nlu_fallback", 0.4, ("report_fault", 0.9), ("ask_rewards", 0.9))
    assert "ask_rewards" in [step.intent for step in hear(of_points, Context()).steps]
    named = said("想買那個檯燈，刀具", "ask_product", 0.9, ("ask_product", 0.9), ("report_fault", 0.9))
    named.clauses[1][1]["entities"] = [{"entity": "product", "value": "刀具", "start": 0, "end": 2}]
    assert intent_of(as_meant(named, Context()).clauses[1][1]) == "inform"


@pytest.mark.parametrize(
    "text", ["the slip-on shoes i got last week are too tight", "上周收到的那双步行鞋太紧了", "昨天到的步行鞋太緊了"]
)
def test_what_is_wrong_with_a_thing_in_hand_is_no_question_about_goods(text: str) -> None:
    message = said(text, "report_fault", 0.53)
    name = "shoes" if text.isascii() else "步行鞋"
    begins = text.index(name)
    named = {"entity": "product", "value": name, "start": begins, "end": begins + len(name), "extractor": "test"}
    message = replace(message, whole={**message.whole, "entities": [named]}, clauses=[])
    assert "ask_product" not in [step.intent for step in hear(message, asked()).steps]
