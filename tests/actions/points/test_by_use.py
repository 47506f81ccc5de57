"""Rewards by what one does with them: those that serve it, and that there are none."""

import pytest

from actions.points.offers import ActionRewards
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.shelf import stock


@pytest.mark.parametrize(
    ("text", "language", "some", "none"),
    [
        ("我的积分能换点吃的喝的吗", "zh-Hans", "喝的有：", "吃的现在没有"),
        ("點數可以換吃的或喝的嗎", "zh-Hant", "喝的有：茶葉罐", "吃的目前沒有"),
        ("anything to eat or drink for my points", "en", "To drink there is: tea tin", "To eat there is nothing"),
    ],
)
async def test_what_there_is_comes_first(
    member: Customer, database: Database, *, text: str, language: str, some: str, none: str
) -> None:
    await stock(database)
    ran = await member.run(ActionRewards, text, "ask_rewards", language=language)
    assert ran.responses == ["reply_rewards_by_use"]
    assert ran.only.text.startswith(some)
    assert none in ran.only.text


@pytest.mark.parametrize("text", ["我的积分能换什么", "換禮品", "what can i get for my points", "茶罐多少分"])
async def test_without_a_use_all_are_told(member: Customer, database: Database, text: str) -> None:
    await stock(database)
    ran = await member.run(ActionRewards, text, "ask_rewards")
    assert "reply_rewards_by_use" not in ran.responses
