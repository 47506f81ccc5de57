"""The widget stays small, and shows an answer from where reading begins."""

import gzip
from importlib.resources import files

import pytest
from playwright.async_api import Browser, Page

from tests.bot.console.conftest import PATIENCE_MS, Shop, browser, shop

__all__ = ["browser", "shop"]

LIMIT_BYTES = 15_000
#: where the latest bubble stands in the list of messages, in pixels from the edges of what is visible of it
PLACE = """bubble => {
  const log = bubble.parentElement.getBoundingClientRect(), box = bubble.getBoundingClientRect();
  return {above: box.top - log.top, below: log.bottom - box.bottom};
}"""


def test_the_widget_is_under_15_kb_gzipped() -> None:
    script = files("bot").joinpath("widget", "widget.js").read_bytes()
    assert len(gzip.compress(script)) < LIMIT_BYTES


async def answered(page: Page, text: str) -> dict[str, float]:
    """Say `text`, which the bot repeats, and wait until the window has come to rest."""
    bubbles = page.locator("#huike-widget .m:not(.customer)")
    seen = await bubbles.count()
    await page.evaluate("text => window.Huike.send(text)", text)
    await bubbles.nth(seen).wait_for(state="visible", timeout=PATIENCE_MS)
    await page.wait_for_timeout(300)
    return await bubbles.last.evaluate(PLACE)


@pytest.mark.browser
async def test_a_long_answer_is_shown_from_its_first_line_and_a_short_one_in_full(shop: Shop, browser: Browser) -> None:
    page = await browser.new_page(reduced_motion="reduce")
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    for number in range(6):
        place = await answered(page, f"short {number}")
    assert place["above"] >= 0
    assert place["below"] >= 0
    place = await answered(page, "\n".join(f"line {number} of the policy" for number in range(60)))
    assert 0 <= place["above"] < 40
    assert place["below"] < 0
    place = await answered(page, "thanks")
    assert place["above"] >= 0
    assert place["below"] >= 0


@pytest.mark.browser
async def test_who_reads_further_up_is_left_there(shop: Shop, browser: Browser) -> None:
    phone = await browser.new_context(reduced_motion="reduce")
    page, other_tab = await phone.new_page(), await phone.new_page()
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    await answered(page, "\n".join(f"line {number}" for number in range(60)))
    log = page.locator("#huike-widget .log")
    await log.hover()
    await page.mouse.wheel(0, -4000)
    while await log.evaluate("log => log.scrollTop"):
        await page.wait_for_timeout(50)
    await other_tab.goto(shop.url)
    await answered(other_tab, "said on the same phone")
    await page.locator("#huike-widget .m:not(.customer)", has_text="said on the same phone").wait_for(state="attached")
    assert await log.evaluate("log => log.scrollTop") == 0
