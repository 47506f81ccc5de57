"""An answer about one condition is no answer to the question about the other: worn outside, tried on indoors."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.contrasts import OPPOSED, UNNAMED, sides_named, sides_of, taken_off
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.demo import seed
from bot.sentences import encode
from crm_store.db import Database
from crm_store.language import Language


class TestSides:
    @pytest.mark.parametrize(
        ("question", "named"),
        [
            ("这双跑鞋我穿出去遛了一圈", {"worn.outside"}),
            ("我只在客廳走了兩步", {"worn.inside"}),
            ("I only tried it on in front of the mirror", {"worn.inside"}),
            ("wore them outside just once", {"worn.outside"}),
            ("壽星券怎麼用", {"voucher.birthday"}),
            ("已经发货了还能改吗", {"sent.after"}),
            ("订单还没发货", {"sent.before"}),
            ("it hasn't been sent", {"sent.before"}),
        ],
    )
    def test_a_question_names_a_side(self, question: str, named: set[str]) -> None:
        assert sides_named(question) == named

    @pytest.mark.parametrize("question", ["没穿出门，就在屋里站了站", "never worn outside", "沒外穿過"])
    def test_a_denied_side_is_the_other(self, question: str) -> None:
        assert sides_named(question) == {"worn.inside"}

    @pytest.mark.parametrize(
        "question", ["生日券和用积分换的券有什么不同", "tried on at home, then worn outside", "几点关门"]
    )
    def test_both_sides_or_none_name_neither(self, question: str) -> None:
        assert sides_named(question) == frozenset()

    def test_an_answer_is_about_what_most_ways_to_ask_it_name(self) -> None:
        assert sides_of(["生日券满多少", "birthday voucher minimum", "券的门槛"]) == {"voucher.birthday"}
        assert sides_of(["生日券满多少", "券的门槛", "coupon minimum"]) == frozenset()
        assert sides_of(["生日券满多少", "积分换的券满多少"]) == frozenset()

    def test_what_is_opposed_ranks_lower_and_what_is_special_when_unnamed(self) -> None:
        about = [frozenset({"voucher.points"}), frozenset({"preorder.pre_order"}), frozenset[str]()]
        assert taken_off("生日的券满多少能用", about).tolist() == [OPPOSED, UNNAMED, 0.0]
        assert taken_off("預購的會補償嗎", about).tolist() == [0.0, 0.0, 0.0]


@pytest_asyncio.fixture
async def index(database: Database, vectors_folder: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeIndex:
    """Over all of the demo shop's articles."""
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)
    async with database.transaction() as session:
        await seed.write_articles(session)
    index = KnowledgeIndex(database, using=encode, folder=vectors_folder)
    use_index(index)
    return index


@pytest.mark.parametrize(
    ("question", "language", "slug", "begins"),
    [
        ("运动鞋穿出门跑了一次，能退吗", "zh-Hans", "return_window", "不能"),
        ("鞋子我只在屋裡試穿過，可以退嗎", "zh-Hant", "return_window", "可以"),
        ("the shoes were worn outside for a day, can I return them", "en", "return_window", "No"),
        ("I only tried the shoes on indoors, can I return them", "en", "return_window", "Yes"),
        ("现货送晚了赔不赔", "zh-Hans", "late_parcel", "没有"),
        ("預購的晚出貨有補償嗎", "zh-Hant", "pre_order", "有"),
        ("is there compensation when my parcel is delayed", "en", "late_parcel", "No"),
        ("is there compensation when my pre-order is delayed", "en", "pre_order", "Yes"),
        ("生日送的券满多少才能用", "zh-Hans", "birthday_gift", "生日送的券"),
        ("minimum spend for a voucher redeemed with points", "en", "payment_methods", "Coupons from points"),
        ("元旦門市開門嗎", "zh-Hant", "store_hours", "開，聖誕節和元旦"),
        ("农历大年初一门店开吗", "zh-Hans", "store_hours", "除夕"),
    ],
)
async def test_the_answer_is_about_the_condition_asked(
    index: KnowledgeIndex, question: str, language: str, slug: str, begins: str
) -> None:
    best = (await index.nearest(question, Language.of(language)))[0]
    assert best.slug == slug
    assert best.told.startswith(begins)
