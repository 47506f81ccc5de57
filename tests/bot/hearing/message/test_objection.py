"""Words that object to the last answer are taken off; what is left is heard anew, without what missed it."""

from dataclasses import replace

import pytest

from actions.kit.base import ANSWER_MISSED, ASKED_AGAIN
from bot.hearing.hear import hear
from bot.hearing.message import objection
from bot.hearing.message.objection import Objection
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context, Expectation, LastAnswer
from tests.bot.hearing.words import heard, option, said

ANSWERED = Context(answered=LastAnswer("a", "b"))


class TestTaken:
    @pytest.mark.parametrize(
        ("text", "rest"),
        [
            ("？我问的是加湿器什么时候发货", "加湿器什么时候发货"),
            ("俺问的是围巾 还没买呢 发河南要几天", "围巾 还没买呢 发河南要几天"),
            ("你没回我 审核不通过怎么办", "审核不通过怎么办"),
            ("不是，我是问退货运费", "退货运费"),
            ("我說的是咖啡豆，可以磨粉嗎", "咖啡豆，可以磨粉嗎"),
            ("我是問如果漏接怎麼辦", "如果漏接怎麼辦"),
            ("我係問12月31號嗰日仲可唔可以換嘢呀", "12月31號嗰日仲可唔可以換嘢呀"),
            ("我講緊生日嗰張50蚊券呀,使唔使自己去領", "生日嗰張50蚊券呀,使唔使自己去領"),
            ("No, I asked how long it takes to Henan", "how long it takes to Henan"),
            ("I'm asking about the Trail shoe, is size 40 in stock?", "the Trail shoe, is size 40 in stock?"),
            ("you didn't answer me. what if the review says no?", "what if the review says no?"),
            ("i meant the humidifier, when does it ship?", "the humidifier, when does it ship?"),
        ],
    )
    def test_what_is_left_is_what_was_meant(self, text: str, rest: str) -> None:
        assert objection.read(text, ANSWERED) == Objection(rest, asks=True)

    def test_what_is_quoted_later_keeps_its_spaces(self) -> None:
        found = objection.read("what? i asked if the bulb comes with it", ANSWERED)
        assert found is not None
        assert found.rest == "what? if the bulb comes with it"

    @pytest.mark.parametrize(
        ("text", "rest"),
        [
            ("不是投诉，我说换鞋那个，万一你们审核不同意呢", "换鞋那个，万一你们审核不同意呢"),
            ("唔係投訴，我講換鞋嗰單，如果你哋唔批點算", "換鞋嗰單，如果你哋唔批點算"),
            ("not a complaint, i asked what happens if you say no", "what happens if you say no"),
        ],
    )
    def test_the_act_that_is_denied_is_known(self, text: str, rest: str) -> None:
        found = objection.read(text, ANSWERED)
        assert found is not None
        assert (found.rest, found.denied, found.asks) == (rest, {"make_complaint"}, True)

    @pytest.mark.parametrize(
        "text",
        [
            "答非所问",
            "你没回答我的问题",
            "我問的不是這個",
            "你冇答我呀",
            "that's not what I asked",
            "You didn't answer me!",
        ],
    )
    def test_an_objection_may_stand_alone(self, text: str) -> None:
        assert objection.read(text, ANSWERED) == Objection("")


class TestNotTaken:
    @pytest.mark.parametrize(
        "text",
        [
            "我是说不要了", "我说过要送公司", "我想问下运费多少", "我问一下你们几点开门", "我问过客服了", "没明白",
            "不是这个",
            "不是外套，是鞋子", "你们还没回我电话", "不是投诉",
            "我的问题解决了吗", "我是說右邊那件", "我想請問運費多少",
            "我問過同事了", "唔明", "i asked for a refund", "I asked a colleague yesterday", "i meant to order a 38",
            "i mean it", "i want to know if it ships", "not a complaint", "you never called me back",
        ],
    )  # fmt: skip
    def test_what_tells_asks_first_or_puts_right_a_thing(self, text: str) -> None:
        assert objection.read(text, ANSWERED) is None

    @pytest.mark.parametrize("text", ["我问的是围巾几天到", "我是問圍巾幾天到", "i asked how long it takes"])
    def test_before_any_answer_and_amid_a_form(self, text: str) -> None:
        amid = replace(ANSWERED, expects=Expectation(form="return_form", slot="return_size"))
        assert objection.read(text, Context()) is None
        assert objection.read(text, amid) is None

    @pytest.mark.parametrize("text", ["我问的是运费", "我問的是運費", "i asked about shipping"])
    def test_where_yes_or_no_was_asked_only_a_question_is(self, text: str) -> None:
        buttons = [option("是", "/affirm", "yes"), option("不", "/deny", "no")]
        asked = replace(ANSWERED, expects=Expectation(options=buttons))
        assert objection.read(text, asked) is None
        assert objection.read(f"{text}?", asked) is not None

    def test_a_danger_is_none(self) -> None:
        assert objection.read("你没回我 充电宝着火了怎么办", ANSWERED) is None


class TestAnew:
    def steps(
        self, rest: str, intent: str, confidence: float = 0.95, *, denied: str = "", **entities: str
    ) -> list[Step]:
        message = said(rest, intent, confidence, **entities)
        missed = Objection(rest, frozenset({denied} - {""}), asks=objection.asks(rest))
        return hear(replace(message, objection=missed), ANSWERED).steps

    @pytest.mark.parametrize(
        ("rest", "intent"),
        [
            ("万一你们审核不同意呢", "out_of_scope"),
            ("如果你哋唔批點算", "deny"),
            ("12月31號嗰日仲可唔可以換嘢呀", "ask_rewards"),
            ("what happens if you say no", "make_complaint"),
            ("how long does it take to Henan", "ask_product"),
            ("围巾发河南要几天", "ask_product"),
        ],
    )
    def test_what_would_miss_again_is_put_to_the_articles(self, rest: str, intent: str) -> None:
        (step,) = self.steps(rest, intent, product="围巾")
        assert (step.text, step.intent) == (rest, "ask_faq")
        assert [each["value"] for each in entities_of(step.heard or {})] == [ASKED_AGAIN]

    @pytest.mark.parametrize(
        ("rest", "intent"),
        [
            ("我的包裹到哪了", "ask_parcel"),
            ("我的包裹到哪了", "request_human"),
            ("越野跑鞋40號 有沒有貨", "ask_product"),
            ("10000积分能换什么", "ask_rewards"),
            ("what can i get for 900 points", "ask_rewards"),
            ("is size 40 in stock", "ask_product"),
        ],
    )
    def test_what_answers_it_stays(self, rest: str, intent: str) -> None:
        assert [step.intent for step in self.steps(rest, intent, product="越野跑鞋")] == [intent]

    @pytest.mark.parametrize("intent", ["make_complaint", "deny", "out_of_scope"])
    def test_what_was_denied_is_not_begun_nor_called_off_though_nothing_is_asked(self, intent: str) -> None:
        (step,) = self.steps("换鞋那个", intent, denied="make_complaint")
        assert step.intent == "ask_faq"

    @pytest.mark.parametrize("text", ["我问的是换货", "我問的是換貨", "i asked if you repair cups"])
    def test_what_is_asked_about_an_act_begins_none(self, text: str) -> None:
        missed = objection.read(text, ANSWERED)
        assert missed is not None
        message = replace(said(missed.rest, "return_or_refund"), objection=missed)
        assert [step.intent for step in hear(message, ANSWERED).steps] == ["ask_faq"]

    def test_an_act_that_is_wished_is_begun(self) -> None:
        assert [step.intent for step in self.steps("把加湿器退了", "return_or_refund", product="加湿器")] == [
            "return_or_refund"
        ]

    def test_an_objection_alone_asks_for_nothing_new(self) -> None:
        message = replace(said("答非所问", "ask_rewards"), objection=Objection(""))
        (step,) = hear(message, ANSWERED).steps
        assert entities_of(step.heard or heard("", ""))[-1]["value"] == ANSWER_MISSED


class TestCorrects:
    """The question just answered, put right by what it left out."""

    ASKED = Context(answered=LastAnswer("a", "b", asked=True))

    @pytest.mark.parametrize(
        ("text", "rest"),
        [
            ("no i meant after it was unpacked", "after it was unpacked"),
            ("我是说已经拆封的", "已经拆封的"),
            ("我的意思是贈品不見了", "贈品不見了"),
        ],
    )
    def test_it_is_put_to_the_articles_with_the_question_before(self, text: str, rest: str) -> None:
        found = objection.read(text, self.ASKED)
        assert found == Objection(rest, asks=True, corrects=True)
        message = said(rest, "ask_product", 0.9)
        message.whole["entities"].append({"entity": "product", "value": "杯", "start": 0, "end": 1})
        (step,) = hear(replace(message, objection=found), self.ASKED).steps
        assert (step.intent, step.text) == ("ask_faq", rest)

    @pytest.mark.parametrize(
        "text",
        [
            "i meant to order a 38",
            "我是说不要了",
            "我是说退款",
            "i mean cancel it",
            "i meant the second one",
            "我是说右边那件",
        ],
    )
    def test_an_act_a_choice_and_what_is_given_up_are_none(self, text: str) -> None:
        assert objection.read(text, self.ASKED) is None

    def test_after_what_was_no_question_it_is_none(self) -> None:
        assert objection.read("no i meant after it was unpacked", ANSWERED) is None

    def test_another_thing_that_is_merely_named_is_asked_about(self) -> None:
        found = objection.read("i meant the green tea", self.ASKED)
        assert found is not None
        (step,) = hear(replace(said("the green tea", "ask_product", product="TEA"), objection=found), self.ASKED).steps
        assert step.intent == "ask_product"

    def test_no_card_answers_where_nothing_of_the_goods_is_asked(self) -> None:
        missed = Objection("有没有附说明书", asks=True)
        message = replace(said("有没有附说明书", "ask_product", product="杯"), objection=missed)
        (step,) = hear(message, self.ASKED).steps
        assert step.intent == "ask_faq"
