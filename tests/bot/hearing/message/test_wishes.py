"""Which wishes a message holds: its clauses and sentences, and when two of them are two wishes."""

import pytest

from bot.hearing.message import wishes
from bot.hearing.message.wishes import Clause
from crm_store.conversations import Parsed


def heard(intent: str, confidence: float = 0.9, **entities: str) -> Parsed:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"intent": {"name": intent, "confidence": confidence}, "entities": found}


def wished(text: str, *parts: Parsed, whole: Parsed | None = None, together: tuple[Parsed, ...] = ()) -> list[str]:
    """The intents of the wishes of a message; `parts` are those of its clauses."""
    clauses = list(zip(wishes.clauses(text), parts, strict=True))
    sentences = list(zip(wishes.sentences(text), together, strict=True)) if together else []
    found = wishes.several(whole or heard("inform", 0.3), clauses, sentences)
    return [str(parsed["intent"]["name"]) for _, parsed in found]


class TestClauses:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("how many points have i got, and can i still send back the lamp?",
             [("how many points have i got", False), ("can i still send back the lamp", True)]),
            ("积分啥时候作废，还有厨刀崩口了算谁的", [("积分啥时候作废", False), ("厨刀崩口了算谁的", True)]),
            ("饭盒换一个好了。然后风扇另外帮我登记维修", [("饭盒换一个好了", False), ("风扇帮我登记维修", True)]),
            ("I need 1.5 kg to Tokyo. Also Seoul?", [("I need 1.5 kg to Tokyo", False), ("Seoul", True)]),
            ("Will that also end the parcel news? I need those",
             [("Will that also end the parcel news", False), ("I need those", False)]),
            ("the bag is torn and can I also have the points",
             [("the bag is torn and can I", False), ("have the points", True)]),
        ],
    )  # fmt: skip
    def test_connectors_announce_the_next_wish(self, text: str, parts: list[tuple[str, bool]]) -> None:
        assert [(each.text, each.announced) for each in wishes.clauses(text)] == parts

    def test_clauses_of_one_sentence_are_looked_at_together_as_well(self) -> None:
        text = "running shoes, wide feet, about 400. also do you ship to Canada?"
        assert wishes.sentences(text) == [Clause("running shoes, wide feet, about 400", announced=False, sentence=0)]

    @pytest.mark.parametrize("text", ["running shoes, wide feet, about 400", "你们几点关门", "多少钱？包邮吗？"])
    def test_what_is_one_sentence_or_sentences_of_one_clause_is_not(self, text: str) -> None:
        assert wishes.sentences(text) == []


class TestABareVerb:
    @pytest.mark.parametrize(
        ("text", "second"),
        [
            ("我生日登记错了 帮我改", "change_order"),
            ("生日登錯了，幫我改一下", "change_order"),
            ("名字写错了，麻烦改下", "update_profile"),
        ],
    )
    def test_has_what_stands_beside_it_done_and_is_no_wish(self, text: str, second: str) -> None:
        assert wished(text, heard("ask_profile", 0.95), heard(second, 0.95)) == []

    def test_with_a_thing_of_its_own_it_is_one(self) -> None:
        parts = (heard("ask_points_balance", 0.95), heard("change_order", 0.95))
        assert wished("积分还有多少，帮我改送货地址", *parts) == ["ask_points_balance", "change_order"]


class TestSeveral:
    def test_a_sentence_says_together_what_its_clauses_do_not(self) -> None:
        text = "鞋底开胶了。想买个手冲壶，预算三百"
        parts = heard("report_fault"), heard("inform", 0.6), heard("inform", 0.4)
        assert wished(text, *parts) == []
        assert wished(text, *parts, together=(heard("ask_recommendation", 0.8),)) == [
            "ask_recommendation",
            "report_fault",
        ]

    @pytest.mark.parametrize(("sure", "count"), [(0.6, 2), (0.5, 0)])
    def test_two_questions_for_the_rules_are_two_where_both_are_heard(self, sure: float, count: int) -> None:
        assert len(wished("几点开门，收不收八达通", heard("ask_faq"), heard("ask_faq", sure))) == count

    def test_a_story_and_the_question_about_it_are_one(self) -> None:
        assert wished("我退了一双鞋，运费算谁的？", heard("ask_faq", 0.8), heard("ask_faq")) == []

    def test_two_questions_of_one_family_are_both_answered_where_both_are_plainly_asked(self) -> None:
        points = heard("ask_points_balance"), heard("ask_points_expiring")
        assert wished("还有多少积分，什么时候到期", *points) == ["ask_points_balance", "ask_points_expiring"]
        assert wished("积分还在涨，到期那天见", *points) == []

    def test_two_things_asked_about_are_two_questions_and_one_thing_twice_is_one(self) -> None:
        text = "跑鞋多少钱，另外耳机有货吗"
        assert len(wished(text, heard("ask_product", product="跑鞋"), heard("ask_product", product="耳机"))) == 2
        assert wished(text, heard("ask_product", product="跑鞋"), heard("ask_product", product="跑鞋")) == []
        commas = "那加湿器水箱多大，二十平米够用吗"
        assert wished(commas, heard("ask_product", product="加湿器"), heard("ask_product", product="米")) == []

    def test_news_that_stop_and_news_that_stay_are_one_matter(self) -> None:
        stops, stays = heard("opt_out"), heard("opt_in", 0.8)
        assert wished("Will that also end the parcel news? I need those", stops, stays) == []
        assert wished("停掉促销，另外新品还是要告诉我", stops, stays) == ["opt_out", "opt_in"]

    @pytest.mark.parametrize(("text", "count"), [("查下积分。退货怎么办", 2), ("查下积分，退货怎么办", 0)])
    def test_after_a_full_stop_less_is_needed_than_after_a_comma(self, text: str, count: int) -> None:
        assert len(wished(text, heard("ask_points_balance"), heard("return_or_refund", 0.6))) == count

    def test_parts_of_one_sentence_that_sound_like_another_matter_than_the_whole_are_parts_of_it(self) -> None:
        parts = heard("ask_parcel"), heard("ask_order_status")
        assert wished("东西呢，单子呢", *parts, whole=heard("chase_promise")) == []

    @pytest.mark.parametrize(
        "text",
        ["地址能改吗，积分啥时候有", "點數幾時入帳，發票寄去哪", "can I change the address, when do my points come"],
    )
    def test_two_sure_matters_are_two_where_the_whole_is_a_guess_at_both(self, text: str) -> None:
        parts = heard("change_order", 0.95), heard("ask_points_history", 0.9)
        assert len(wished(text, *parts, whole=heard("ask_faq", 0.5))) == 2
        assert wished(text, *parts, whole=heard("ask_faq", 0.9)) == []
        unsure = heard("change_order", 0.95), heard("ask_points_history", 0.82)
        assert wished(text, *unsure, whole=heard("ask_faq", 0.5)) == []
