"""Points for an amount are held against a rate, and the rate against the levels."""

import pytest
import pytest_asyncio

from actions.kit.asked import rate_said
from actions.points.balance import ActionPointsRules
from bot.hearing.hear import hear
from crm_store import tiers
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.bot.hearing.words import asked, said


@pytest_asyncio.fixture(autouse=True)
async def levels(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("600 points for 300 yuan, isn't that two a yuan", "en", "Yes: 600 ÷ ¥300 = 2"),
        ("花了500元给了500分，不是每块2分吗", "zh-Hans", "算出来不一样：500 ÷ ¥500 = 每 ¥1 得 1"),
        ("買 400 元拿 800 點，每一元 2 點對嗎", "zh-Hant", "對：800 ÷ ¥400 = 每 ¥1 得 2"),
    ],
)
async def test_is_worked_out(customer: Customer, text: str, language: str, told: str) -> None:
    ran = await customer.run(ActionPointsRules, text, "ask_points_rules", language=language)
    assert ran.only.text.startswith(told)


@pytest.mark.parametrize("intent", ["dispute_points", "ask_points_history", "ask_faq"])
def test_is_heard_whatever_it_sounds_like(intent: str) -> None:
    text = "1,200 points for 600 yuan, that is two per yuan, isn't it"
    assert hear(said(text, intent, 0.9), asked()).steps[0].intent == "ask_points_rules"


@pytest.mark.parametrize(
    "text",
    [
        "how many points per yuan",
        "每块钱几分",
        "1000 points for a 50 yuan voucher",
        "买 300 元给几分",
        "退我 200 元和 400 分",
    ],
)
def test_no_such_figures(text: str) -> None:
    assert rate_said.read(text) is None
