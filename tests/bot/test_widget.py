"""The widget stays small, and shows an answer from where reading begins."""

import gzip

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from bot import identity_token
from bot.channels.web.routes import widget_script
from crm_store.conversations import Conversation, ConversationState
from tests.bot.console.conftest import PATIENCE_MS, Shop, shop

__all__ = ["shop"]

LIMIT_BYTES = 15_000
#: where the latest bubble stands in the list of messages, in pixels from the edges of what is visible of it
PLACE = """bubble => {
  const log = bubble.parentElement.getBoundingClientRect(), box = bubble.getBoundingClientRect();
  return {above: box.top - log.top, below: log.bottom - box.bottom};
}"""


def test_the_widget_is_under_15_kb_gzipped() -> None:
    script = widget_script()
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


async def as_member(shop: Shop, browser: Browser) -> Page:
    """The chat of a signed-in member, on a page that fetches the identity after the widget has been loaded."""
    member = await shop.member()
    token = identity_token.issue(member.number, shop.services.settings.identity_secret.get_secret_value())
    context = await browser.new_context(reduced_motion="reduce", locale="zh-CN")
    page = await context.new_page()
    await page.add_init_script(f"addEventListener('load', () => setTimeout(() => Huike.identify('{token}'), 500))")
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    return page


async def conversation_with(shop: Shop) -> Conversation:
    async with shop.services.database.reading() as session:
        return (await session.scalars(select(Conversation))).one()


@pytest.mark.browser
async def test_a_member_who_loads_the_next_page_of_the_shop_stays_in_the_conversation(
    shop: Shop, browser: Browser
) -> None:
    page = await as_member(shop, browser)
    await page.wait_for_timeout(1500)  # until the page has told who is there
    await answered(page, "还在吗")
    await page.reload()
    bubbles = page.locator("#huike-widget .m")
    await expect(bubbles.filter(has_text="还在吗").first).to_be_visible(timeout=PATIENCE_MS)
    assert (await conversation_with(shop)).state == ConversationState.BOT


@pytest.mark.browser
async def test_a_member_whose_sign_in_has_ended_no_longer_sees_the_conversation(shop: Shop, browser: Browser) -> None:
    page = await as_member(shop, browser)
    await page.wait_for_timeout(1500)
    await answered(page, "还在吗")
    other = await page.context.new_page()
    await page.close()
    await other.goto(shop.url)
    await shop.until(lambda: _closed(shop))
    await expect(other.locator("#huike-widget .m", has_text="还在吗")).to_have_count(0)


async def _closed(shop: Shop) -> bool:
    return (await conversation_with(shop)).state == ConversationState.CLOSED


@pytest.mark.browser
async def test_after_a_short_break_the_banner_goes_and_nothing_is_doubled(shop: Shop, browser: Browser) -> None:
    page = await browser.new_page(reduced_motion="reduce", locale="zh-CN")
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    await answered(page, "第一句")
    await page.context.set_offline(True)
    banner = page.locator("#huike-widget .offline")
    await expect(banner).to_be_visible()
    await page.evaluate("window.Huike.send('第二句'); window.Huike.send('第三句')")
    await page.context.set_offline(False)
    await expect(banner).to_be_hidden(timeout=PATIENCE_MS)
    await expect(page.locator("#huike-widget .m:not(.customer)", has_text="第三句")).to_be_visible(timeout=PATIENCE_MS)
    mine = page.locator("#huike-widget .m.customer p")
    said = [(await each.inner_text()).split(":")[-1].strip() for each in await mine.all()]
    assert said == ["第一句", "第二句", "第三句"]


@pytest.mark.browser
async def test_that_an_agent_ended_the_conversation_is_said_once(shop: Shop, browser: Browser) -> None:
    agent_id = await shop.agent()
    page = await browser.new_page(reduced_motion="reduce", locale="zh-CN")
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    await answered(page, "你好")
    conversation, desk = await conversation_with(shop), shop.services.desk
    await desk.take(conversation.id, agent_id)
    await desk.close(conversation.id, agent_id, outcome="resolved")
    await expect(page.locator("#huike-widget .stars button")).to_have_count(5, timeout=PATIENCE_MS)
    await expect(page.locator("#huike-widget .m.system", has_text="对话先到这里")).to_have_count(1)
    await expect(page.locator("#huike-widget .m.system", has_text="已结束")).to_have_count(0)
