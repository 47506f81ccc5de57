"""What every page of the console does: it ends with its session, cleans up behind itself, and fits a phone."""

import asyncio
import time

import pytest
from playwright.async_api import Browser, expect

from bot import console
from bot.console.words import Words
from bot.desk.signals import DESK
from bot.wording import section
from crm_store.language import Language
from crm_store.messages import Inbound
from tests.bot.console.conftest import Shop, signed_in

pytestmark = pytest.mark.browser

SCREEN_MS = 200
SEEN = """text => Promise.all([".hk-msg .hk-text", ".hk-case .hk-said"].map(where => new Promise(seen => {
    const look = () => [...document.querySelectorAll(where)].some(each => each.textContent.includes(text))
        ? seen(Date.now()) : requestAnimationFrame(look);
    look();
})))"""
"""When a text stood in the conversation, and when in the list, by the browser's clock in milliseconds."""

FIELDS = (
    "until", "number", "count", "name", "percent", "what", "text", "limit", "outcome", "points", "day", "when", "span",
    "money", "called", "agent", "language", "least", "size", "state", "address", "channel",
    "names", "order", "variables",
)  # fmt: skip


async def test_an_open_page_leaves_when_its_session_is_signed_out_elsewhere(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    await shop.waits("在吗", user="u1")
    page = await signed_in(browser, shop)
    await expect(page.locator(".hk-case")).to_have_count(1)
    other = await page.context.new_page()
    await other.goto(f"{shop.url}/console/follow-ups")
    await other.get_by_role("button", name="退出").click()
    await page.wait_for_selector(".hk-login")
    assert page.url.startswith(f"{shop.url}/console/login")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are given up a second after their connection is gone. To be named before `shop`."""
    monkeypatch.setattr(console, "RECONNECT_SECONDS", 1.0)


@pytest.mark.usefixtures("impatient")
async def test_a_closed_page_follows_nothing_any_more(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    waiting = await shop.waits("在吗", user="u1")
    page = await signed_in(browser, shop)
    await page.click(".hk-case")
    await page.wait_for_selector(".hk-composer")

    async def followed() -> bool:
        return {DESK, f"conversation:{waiting.id}"} <= set(shop.services.signals._readers)

    async def left() -> bool:
        readers = shop.services.signals._readers
        return DESK not in readers and f"conversation:{waiting.id}" not in readers

    await shop.until(followed)
    await page.close()
    await shop.until(left)


async def test_on_a_phone_one_column_is_shown_at_a_time_and_nothing_sticks_out(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    member = await shop.member(phone="13812345678")
    await shop.waits("查一下我的订单", user="u1", member=member)
    page = await signed_in(browser, shop, size=(390, 844))
    columns = {name: page.locator(f".hk-pane-{name}") for name in ("list", "talk", "member")}
    await expect(columns["list"]).to_be_visible()
    await expect(columns["talk"]).to_be_hidden()
    await page.click(".hk-case")
    await expect(columns["talk"]).to_be_visible()
    await expect(columns["list"]).to_be_hidden()
    await expect(page.get_by_role("button", name="接手")).to_be_in_viewport()
    await page.locator(".hk-panes [data-pane=member]").click()
    await expect(columns["member"]).to_contain_text("138****5678")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_a_customer_list_can_be_worked_with_the_keyboard_alone(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    waiting = await shop.waits("在吗", user="u1")
    page = await signed_in(browser, shop)
    await page.locator(".hk-case").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-composer")
    await page.get_by_role("button", name="接手").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-field[data-mode='reply']")
    await expect(page.locator(".hk-field")).to_be_focused()
    assert (await shop.now(waiting)).agent_id is not None


@pytest.mark.parametrize("language", list(Language))
def test_every_text_fills_in_its_fields(language: Language) -> None:
    """A brace left over, or a field nobody names, would be seen by an agent or a customer."""
    facts = dict.fromkeys(FIELDS, "X")
    words = Words(language)
    for key in section("console"):
        assert not {"{", "}"} & set(words(key, **facts)), key


async def test_from_signal_to_screen_there_is_no_fixed_pause(shop: Shop, browser: Browser) -> None:
    """The fastest of several, so that a busy machine proves nothing against it; a pause would be in each."""
    await shop.agent()
    await shop.waits("在吗", user="u1")
    page = await signed_in(browser, shop)
    await page.click(".hk-case")
    await page.wait_for_selector(".hk-composer")
    talk, case = [], []
    for number in range(6):
        await asyncio.sleep(1)  # so that each is the first after a quiet time
        said = await shop.services.desk.receive(Inbound("web", "u1", f"quick{number}", text=f"第 {number} 句"))
        sent = time.time()
        in_talk, in_list = await page.evaluate(SEEN, said.message.text)
        talk.append(in_talk - 1000 * sent)
        case.append(in_list - 1000 * sent)
    assert min(talk) < SCREEN_MS
    assert min(case) < SCREEN_MS
