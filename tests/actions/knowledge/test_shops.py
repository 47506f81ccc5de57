"""Whether there is a shop in a district: the shops' own addresses tell, and the map which one is near."""

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rasa_sdk import Tracker

from actions.kit.base import FOCUS_SLOT
from actions.knowledge.found import Found, look_up
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.knowledge.shops import area_asked
from bot.sentences import encode
from crm_store import knowledge
from crm_store.db import Database
from tests.actions.knowledge.test_answers import publish


@pytest_asyncio.fixture
async def index(database: Database, vectors_folder: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeIndex:
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)
    await publish(database, "store_locations", "store_hours", "overseas_shipping")
    index = KnowledgeIndex(database, using=encode, folder=vectors_folder)
    use_index(index)
    return index


async def asked(text: str, language: str, focus: dict[str, Any] | None = None) -> Found:
    message = {"text": text, "language": language}
    return await look_up(Tracker("c", {FOCUS_SLOT: focus or {}}, message, [], False, None, {}, "action_listen"))


@pytest.mark.usefixtures("index")
class TestShops:
    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("元朗有你们的店吗", "zh-Hans", "恩平道"),
            ("沙田有冇分店", "zh-Hant", "恩平道"),
            ("do you have a branch in Tuen Mun", "en", "Yun Ping Road"),
            ("新竹有門市嗎", "zh-Hant", "敦化南路"),
            ("浦东有门店么", "zh-Hans", "愚园路"),
        ],
    )
    async def test_where_none_is_the_nearest_is_told(self, text: str, language: str, says: str) -> None:
        found = await asked(text, language)
        assert found.reckoned is not None
        assert found.reckoned.response == "reply_shop_not_there"
        assert says in found.reckoned.values["told"]

    @pytest.mark.parametrize(
        ("text", "language"), [("大安區有門市嗎", "zh-Hant"), ("any shop in Nanshan", "en"), ("拱墅有店吗", "zh-Hans")]
    )
    async def test_a_district_in_a_shops_address_has_one(self, text: str, language: str) -> None:
        found = await asked(text, language)
        assert found.reckoned is not None
        assert found.reckoned.response == "reply_shop_there"

    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("长沙有没有门店", "zh-Hans", "没有"),
            ("is there a store in Xiamen", "en", "No,"),
            ("澳門有分店嗎", "zh-Hant", "沒有"),
        ],
    )
    async def test_far_from_any_the_list_is_told(self, text: str, language: str, says: str) -> None:
        found = await asked(text, language)
        assert found.best is not None
        assert found.surely
        assert found.best.told.startswith(says)

    async def test_a_district_alone_goes_on_with_where_the_shops_are(self) -> None:
        focus = {"article": "store_locations", "question": "你們有門市嗎", "at": {"article": 4}}
        found = await asked("那觀塘呢", "zh-Hant", focus)
        assert found.reckoned is not None
        assert found.reckoned.response == "reply_shop_not_there"

    async def test_a_shop_elsewhere_is_not_taken_for_the_one_asked_for(self, database: Database) -> None:
        address = "北京店在朝阳区建国路 1 号。"
        answer = knowledge.Answer({"zh-Hans": ["北京店在哪", "店在哪", "门店地址"]}, {"zh-Hans": address})
        titles, bodies = {"zh-Hans": "门店在哪里"}, {"zh-Hans": address}
        async with database.transaction() as session:
            await knowledge.upsert(
                session, slug="store_locations", titles=titles, bodies=bodies, keywords={}, answers=[answer]
            )
        found = await asked("旺角有店吗", "zh-Hans")
        assert found.reckoned is None


@pytest.mark.parametrize(
    "text",
    [
        "门店能自提吗，我在沙田",
        "寄到元朗多少錢",
        "do you ship to Kowloon",
        "when does the shop near Central close",
        "我在銅鑼灣的門市買的鞋可以換嗎",
        "便利店有冇得攞，我住荃灣",
        "西湖区的龙井茶还有吗",
    ],
)
def test_other_questions_that_name_a_district_are_left_alone(text: str) -> None:
    assert area_asked(text, "", "") is None
