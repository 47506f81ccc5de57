"""The page at /docs, in a real browser."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.bot.console.conftest import Shop, shop

__all__ = ["shop"]


@pytest.mark.browser
async def test_the_page_shows_every_call_and_asks_no_foreign_host(shop: Shop, browser: Browser) -> None:
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{shop.url}/docs")
    await page.locator(".opblock", has_text="/api/v1/knowledge/search").wait_for(timeout=30_000)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(shop.url).netloc}


@pytest.mark.browser
async def test_the_other_pages_that_would_ask_one_are_off(shop: Shop, browser: Browser) -> None:
    page = await browser.new_page()
    answer = await page.goto(f"{shop.url}/redoc")
    assert answer is not None
    assert answer.status == 404
