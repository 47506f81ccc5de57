from datetime import datetime, timedelta, timezone

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities.overlap import settle
from bot.nlu.entities.rules import RuleEntityExtractor, find_rules, sent_at
from bot.nlu.text.normalizer import normalize
from bot.nlu.times.atoms import ASIA_SHANGHAI
from tests.bot.nlu.awkward import AWKWARD

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ASIA_SHANGHAI)


def rules(text):
    return [(found.entity, found.value) for found in find_rules(normalize(text).text, NOW)]


class TestRules:
    @pytest.mark.parametrize(
        ("text", "entity", "value"),
        [
            ("订单20251214-0037到哪了", "order_number", "20251214-0037"),
            ("２０２５１２１４－００３７", "order_number", "20251214-0037"),
            ("order 20251214 0037", "order_number", "20251214-0037"),
            ("202512140037", "order_number", "20251214-0037"),
            ("我的2026 1115 0041改地址", "order_number", "20261115-0041"),
            ("包裹sf1029384756", "parcel_number", "SF1029384756"),
            ("SF 1029 384 756", "parcel_number", "SF1029384756"),
            ("JD00172635489那个", "parcel_number", "JD00172635489"),
            ("手机13812345678", "phone", "13812345678"),
            ("my number is 137 0011 2233", "phone", "13700112233"),
            ("手機0912-345-678", "phone", "0912345678"),
            ("+852 9876 5432", "phone", "+85298765432"),
            ("ring me on 07700 900123", "phone", "07700900123"),
            ("0491 570 006", "phone", "0491570006"),
            ("電話 9123 4567", "phone", "91234567"),
            ("我的邮箱是lily.chen@163.com谢谢", "email", "lily.chen@163.com"),
            ("会员号hk100001", "member_number", "HK100001"),
            ("402913", "code", "402913"),
            ("验证码是402913，刚收到的", "code", "402913"),
            ("收到了，402913", "code", "402913"),
            ("还能兑吗，2000分够不够", "points_amount", 2000),
            ("怎么升到金卡", "tier", "gold"),
            ("白金會員有什麼好處", "tier", "platinum"),
            ("how do i reach gold level", "tier", "gold"),
            ("银卡的权益", "tier", "silver"),
            ("am I gold yet", "tier", "gold"),
            ("what do I get for being platinum", "tier", "platinum"),
        ],
    )
    def test_entity(self, text, entity, value):
        assert (entity, value) in rules(text)

    @pytest.mark.parametrize(
        "text",
        [
            "C-2026-0186",
            "R-2026-0042",
            "2026-0186",
            "C 2026 0186",
            "complaint c20260186",
            "統一編號53812746",
            "税号91310115MA1K4BXY2R",
            "tax id is 61234567",
            "银行卡 6222 0212 3456 7890",
            "the silver one",
            "gold earrings",
            "现金",
            "保证金会员",
            "ship it to 21 Huaihai Middle Road, Shanghai 200021",
            "price is 123456.78",
            "我的基金",
        ],
    )
    def test_what_only_looks_like_one(self, text):
        assert rules(text) == []

    def test_a_number_is_read_once(self):
        assert rules("20251214-0037") == [("order_number", "20251214-0037")]
        assert rules("SF1029384756") == [("parcel_number", "SF1029384756")]

    def test_a_phone_next_to_a_tax_number_is_found(self):
        assert rules("统编 24536806 电话 9123 4567") == [("phone", "91234567")]

    def test_a_level_is_marked_without_the_word_member(self):
        for text, words in [
            ("白金會員生日送什么", "白金"),
            ("金卡会员", "金卡"),
            ("perks of silver membership", "silver"),
        ]:
            known = normalize(text).text
            assert [known[found.start : found.end] for found in find_rules(known, NOW)] == [words]

    def test_several_in_one_message(self):
        found = rules("订单20251214-0037，明天下午三点打13812345678，我给5分")
        assert [entity for entity, _ in found] == ["order_number", "time", "phone", "score"]


class TestExtractor:
    def test_offsets_point_into_the_original_text(self):
        text = "\u200b電話：１３８１２３４５６７８　　聽日下晝三點！！"
        said = Message({"text": text, "metadata": {"sent_at": "2026-11-23T02:30:00Z"}})
        RuleEntityExtractor().process([said])
        assert [text[entity["start"] : entity["end"]] for entity in said.get("entities")] == [
            "１３８１２３４５６７８",
            "聽日下晝三點",
        ]
        assert said.get("entities")[1]["value"]["from"] == "2026-11-24T15:00:00+08:00"

    @pytest.mark.parametrize(
        ("text", "words", "value"),
        [("\u200b⭐️⭐️⭐️⭐️ 谢谢", "⭐️⭐️⭐️⭐️", 4), ("客服　★★★☆☆！", "★★★☆☆", 3), ("五星⭐⭐", "五星⭐⭐", 5)],
    )
    def test_stars_are_counted_as_typed(self, text, words, value):
        said = Message({"text": text})
        RuleEntityExtractor().process([said])
        (found,) = said.get("entities")
        assert (found["entity"], found["text"], found["value"], found["scale"]) == ("score", words, value, 5)
        assert text[found["start"] : found["end"]] == words

    def test_a_payload_is_left_to_rasa(self):
        said = Message({"text": '/inform{"score": 5}'})
        RuleEntityExtractor().process([said])
        assert said.get("entities") is None

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, text):
        said = Message({"text": text})
        RuleEntityExtractor().process([said])
        for entity in said.get("entities"):
            assert 0 <= entity["start"] < entity["end"] <= len(text)
            assert text[entity["start"] : entity["end"]] == entity["text"]


class TestSentAt:
    def test_the_channels_time_counts(self):
        assert sent_at(Message({"metadata": {"sent_at": "2026-11-23T02:30:00+00:00"}})) == NOW.astimezone(timezone.utc)

    @pytest.mark.parametrize("metadata", [None, {}, {"sent_at": "yesterday"}, {"sent_at": 5}])
    def test_otherwise_it_is_now(self, metadata):
        moment = sent_at(Message({"metadata": metadata}))
        assert abs(moment - datetime.now(timezone.utc)) < timedelta(minutes=1)


class TestSettle:
    @staticmethod
    def entity(kind, start, end, confidence=1.0):
        return {"entity": kind, "start": start, "end": end, "confidence_entity": confidence}

    def test_the_longer_one_stays(self):
        voucher, points = self.entity("reward", 0, 6, 0.7), self.entity("points_amount", 0, 3)
        assert settle([points, voucher]) == [voucher]

    def test_the_rule_stays_among_equals(self):
        guess, rule = self.entity("product", 0, 3, 0.8), self.entity("tier", 0, 3)
        assert settle([guess, rule]) == [rule]

    def test_a_number_is_never_swallowed(self):
        reason, order = self.entity("reason", 0, 20, 0.9), self.entity("order_number", 3, 16)
        assert settle([reason, order]) == [order]

    def test_neighbours_both_stay_in_order(self):
        first, second = self.entity("product", 0, 3), self.entity("reason", 3, 6)
        assert settle([second, first]) == [first, second]
