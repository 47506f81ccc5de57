"""What a customer says they do not mean is taken out of the message; a statement that says "not" stays whole."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import ruled_out
from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import heard, option


class TestTakenOut:
    @pytest.mark.parametrize(
        ("text", "things", "rest"),
        [
            ("not the kettle", ("kettle",), ""),
            ("around 2000 points? not the towels", ("towels",), "around 2000 points"),
            ("I just said NOT the scarf", ("scarf",), ""),
            ("不是买风扇啦。那充电宝多重，能上飞机吗", ("风扇",), "那充电宝多重，能上飞机吗"),
            ("我没提茶叶啊，你怎么老说茶叶", ("茶叶",), ""),
            ("唔係問運費，問幾時到", ("運費",), "幾時到"),
            ("不是問營業時間，是問能不能寄放", ("營業時間",), "能不能寄放"),
            ("我没说自提，寄到家的话几天", ("自提",), "寄到家的话几天"),
            ("2.5 kg, not 2.", ("2",), "2.5 kg"),
            ("days to EXCHANGE, not vouchers", ("vouchers",), "days to EXCHANGE"),
            ("I said the backpack not the lunch box", ("lunch box",), "the backpack"),
            ("不是预售，是现货", ("预售",), "现货"),
            ("我问的是电饭煲 不是不粘锅。。", ("不粘锅",), "电饭煲"),
            ("我問的是電鍋，不是不沾鍋", ("不沾鍋",), "電鍋"),
            ("i meant the rice cooker not the pan", ("pan",), "the rice cooker"),
            ("I'm not asking about the box, how many days", ("box",), "how many days"),
        ],
    )
    def test_the_denied_part_and_what_is_left(self, text: str, things: tuple[str, ...], rest: str) -> None:
        assert ruled_out.read(text) == ruled_out.RuledOut(things, rest)

    @pytest.mark.parametrize(
        "text",
        [
            "没问题", "没说清楚", "我没买这个东西", "不是说好昨天到吗", "不是说昨天到，怎么还没到", "我不是会员",
            "不是本人可以取吗", "不是问过了吗", "没提货", "不是很懂", "not sure", "not working", "not the right size",
            "it's not the colour i ordered", "the lamp is not the one I ordered", "why not the blue one",
            "he is not my husband", "不要退货，换一个", "我没说要退", "broken, not opened", "what do you have",
            "我买的是L，不是XL",
        ],
    )  # fmt: skip
    def test_a_statement_and_a_question_stay_whole(self, text: str) -> None:
        assert ruled_out.read(text) is None

    def test_a_danger_is_never_taken_out(self) -> None:
        assert ruled_out.read("我没问保修，插头冒火花了") is None


def denying(text: str, intent: str = "deny", confidence: float = 0.6, **entities: str) -> Said:
    """A message as the desk understands it: the rest alone, with what it rules out."""
    read = ruled_out.read(text)
    assert read is not None
    words = read.rest or text
    return Said(words, heard(words, intent, confidence, **entities), ruled_out=read)


class TestHeard:
    def test_where_nothing_is_left_the_customer_is_asked_what_is_meant(self) -> None:
        (step,) = hear(denying("我没提茶叶啊", "out_of_scope"), Context()).steps
        assert step.intent == "inform"
        assert {(each["entity"], each["value"]) for each in entities_of(step.heard or {})} == {
            ("choice", "ruled_out"),
            ("ruled_out", "茶叶"),
        }

    @pytest.mark.parametrize("topic", ["ask_rewards", "ask_recommendation"])
    def test_right_after_a_list_the_list_goes_on_without_it(self, topic: str) -> None:
        (step,) = hear(denying("not the towels"), Context(focus={"topic": topic, "age": 0})).steps
        assert step.intent == topic
        assert [each["value"] for each in entities_of(step.heard or {}) if each["entity"] == "ruled_out"] == ["towels"]

    def test_the_rest_is_heard_by_itself_and_what_is_denied_leaves_the_context(self) -> None:
        listed = [option("Desk Fan", '/ask_product{"choice":"FAN"}'), option("Pan", '/ask_product{"choice":"PAN"}')]
        focus = {"topic": "ask_product", "age": 0, "product": "FAN", "listed": listed, "at": {"product": 3}}
        said = denying("not the desk fan, how heavy is it", "ask_product", 0.95)
        (step,) = hear(said, Context(focus=focus)).steps
        assert step.text == "how heavy is it"
        values = [(each["entity"], each["value"]) for each in entities_of(step.heard or {})]
        assert ("choice", "FAN") not in values
        assert ("ruled_out", "desk fan") in values

    def test_a_no_to_a_question_for_yes_or_no_stays_a_no(self) -> None:
        options = [option("Yes", "/affirm", "yes"), option("No", "/deny", "no")]
        heard_so = hear(denying("not the towels"), Context(Expectation(options=options)))
        assert all(step.intent != "inform" for step in heard_so.steps)
