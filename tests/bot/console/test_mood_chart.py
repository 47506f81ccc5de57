"""The chart of a member's mood in a real browser: its axis names every moment once."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from crm_store import interactions
from crm_store.clock import now
from tests.bot.console.conftest import Shop, signed_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("days", [2, 45, 170, 360])
async def test_no_label_of_the_axis_is_repeated(shop: Shop, browser: Browser, days: int) -> None:
    await shop.agent()
    member = await shop.member()
    async with shop.services.database.transaction() as session:
        for place in range(5):
            await interactions.record(
                session, member_id=member.id, channel="web", intent="thank", outcome="answered", key=f"m{place}",
                sentiment=("positive", "negative")[place % 2], sentiment_confidence=0.9, anger=0.1,
                at=now() - timedelta(days=days * place / 4),
            )  # fmt: skip
    page = await signed_in(browser, shop, size=(1440, 900))
    await page.goto(f"{shop.url}/console/members/{member.number}")
    await page.wait_for_selector(".hk-mood-chart svg text")
    named = await page.locator(".hk-mood-chart svg text").all_text_contents()
    labels = [each.strip() for each in named if "/" in each]
    assert len(labels) >= 2
    assert len(set(labels)) == len(labels), labels
