"""Files in the real widget: chosen, pasted, dropped, sent through a bad network; and those that an agent sends."""

import asyncio
import base64
import re

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, Route, expect

from crm_store import conversations
from crm_store.messages import Author, Message
from tests.bot.channels.sent_files import PDF, PNG, photo
from tests.bot.console.conftest import PATIENCE_MS, Shop, shop, signed_in
from tests.bot.console.test_desk_page import open_case, take
from tests.bot.console.test_files import send_file
from tests.bot.test_widget import conversation_with

__all__ = ["shop"]

pytestmark = pytest.mark.browser

SENT = re.compile(r"^\d\d:\d\d$")
PICTURE = FilePayload(name="鞋底.png", mimeType="image/png", buffer=PNG)
INVOICE = FilePayload(name="发票.pdf", mimeType="application/pdf", buffer=PDF)
GIVES = """([target, kind, name, mime, content]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: mime }));
  const more = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { clipboardData: data, ...more })
    : new DragEvent(kind, { dataTransfer: data, ...more });
  document.querySelector("#huike-widget").shadowRoot.querySelector(target).dispatchEvent(event);
}"""
"""What a hand does with a file that the test brings: pastes or drops it."""


async def chat(shop: Shop, browser: Browser, *, width: int = 375) -> Page:
    """A phone with the chat open."""
    context = await browser.new_context(
        viewport={"width": width, "height": 700}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(shop.url)
    await page.locator("#huike-widget .launch").click()
    await expect(clip(page)).to_be_visible(timeout=PATIENCE_MS)
    return page


def clip(page: Page) -> Locator:
    return page.get_by_role("button", name="发送图片或文件")


def chips(page: Page) -> Locator:
    return page.locator("#huike-widget .chip")


def mine(page: Page) -> Locator:
    return page.locator("#huike-widget .m.customer")


async def choose(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as chosen:
        await clip(page).click()
    await (await chosen.value).set_files(list(files))


async def send(page: Page, text: str = "") -> None:
    await page.locator("#huike-widget textarea").fill(text)
    await page.locator("#huike-widget .go").click()


async def is_sent(page: Page, count: int = 1) -> None:
    """So many messages have gone, and none is on its way."""
    await expect(mine(page)).to_have_count(count, timeout=PATIENCE_MS)
    await expect(mine(page).last.locator(".meta")).to_have_text(SENT, timeout=PATIENCE_MS)


async def is_shown(picture: Locator) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await picture.evaluate("picture => picture.naturalWidth"):  # noqa: ASYNC110 - the page has no event
            await asyncio.sleep(0.05)


async def said(shop: Shop) -> list[Message]:
    conversation = await conversation_with(shop)
    return [each for each in await shop.heard(conversation) if each.author == Author.CUSTOMER]


async def test_a_picture_and_a_document_go_both_ways_and_are_there_after_a_reload(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    page = await chat(shop, browser)
    await choose(page, FilePayload(name="鞋底.jpg", mimeType="image/jpeg", buffer=photo(6)), INVOICE)
    await expect(chips(page)).to_have_text([re.compile("鞋底.jpg.*1 KB"), re.compile("发票.pdf.*1 KB")])
    await send(page, "左脚开胶了")
    await is_sent(page)
    await expect(chips(page)).to_have_count(0)
    await is_shown(mine(page).locator(".pic img"))
    conversation = await conversation_with(shop)
    async with shop.services.database.transaction() as session:
        conversation = await conversations.request_human(session, conversation.id, reason="requested")
    await shop.services.desk.tell(conversation)

    desk = await signed_in(browser, shop)
    await open_case(desk, "左脚开胶了")
    await is_shown(desk.locator(".hk-msg.customer .hk-picture img"))
    async with desk.expect_download() as download:
        await desk.locator(".hk-msg.customer a.hk-file", has_text="发票.pdf").click()
    assert (await (await download.value).path()).read_bytes() == PDF
    await take(desk)
    bill = PDF * 50_000
    await send_file(desk, name="换货单.pdf", mime="application/pdf", content=bill)
    await expect(desk.locator(".hk-msg.agent a.hk-file")).to_contain_text("换货单.pdf")
    await send_file(desk, name="新鞋.png", mime="image/png", content=PNG)

    for _ in range(2):
        theirs = page.locator("#huike-widget .m.agent")
        await expect(theirs).to_have_count(2, timeout=PATIENCE_MS)
        async with page.expect_download() as download:
            await theirs.get_by_role("button", name="下载 换货单.pdf 2.4 MB").click()
        assert (await download.value).suggested_filename == "换货单.pdf"
        assert (await (await download.value).path()).read_bytes() == bill
        await is_shown(theirs.locator(".pic img"))
        await is_shown(mine(page).locator(".pic img"))
        await expect(mine(page)).to_have_count(1)
        await page.reload()


async def test_a_picture_opens_large_and_escape_leaves_the_chat_open(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    await choose(page, PICTURE)
    await send(page)
    await is_sent(page)
    await expect(page.locator("#huike-widget .m.system", has_text="我看不了图片和文件")).to_be_visible()
    small = page.get_by_role("button", name="放大 鞋底.png")
    await is_shown(small.locator("img"))
    await small.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="鞋底.png").get_by_role("img")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="鞋底.png")).to_have_count(0)
    await expect(page.locator("#huike-widget .window")).to_be_visible()
    await expect(small).to_be_focused()


async def test_what_is_pasted_or_dropped_is_shown_before_it_is_sent_and_may_be_taken_away(
    shop: Shop, browser: Browser
) -> None:
    page = await chat(shop, browser)
    picture = base64.b64encode(PNG).decode()
    await page.evaluate(GIVES, ["textarea", "paste", "image.png", "image/png", picture])
    await page.evaluate(GIVES, [".window", "dragover", "drop.png", "image/png", picture])
    await expect(page.locator("#huike-widget .window.over")).to_have_count(1)
    await page.evaluate(GIVES, [".log", "drop", "drop.png", "image/png", picture])
    await expect(page.locator("#huike-widget .window.over")).to_have_count(0)
    await expect(chips(page)).to_have_count(2)
    await page.get_by_role("button", name="移除 image.png").click()
    await expect(chips(page)).to_have_text([re.compile("drop.png")])
    await page.keyboard.press("Enter")
    await is_sent(page)
    await shop.until(lambda: _has_said(shop, 1))
    [message] = await said(shop)
    assert [each["name"] for each in message.attachments or []] == ["drop.png"]


async def _has_said(shop: Shop, count: int) -> bool:
    return len(await said(shop)) == count


async def test_empty_large_and_too_many_files_are_left_out_with_the_reason(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    told = page.locator("#huike-widget .chosen").get_by_role("alert")
    await choose(page, FilePayload(name="空.txt", mimeType="text/plain", buffer=b""))
    await expect(told).to_have_text("“空.txt”是空的，没有加上。")
    await expect(page.locator("#huike-widget .go")).to_be_disabled()
    limit = shop.services.settings.web_file_megabytes
    await choose(page, FilePayload(name="大.pdf", mimeType="application/pdf", buffer=bytes(limit * 2**20 + 1)))
    await expect(told).to_have_text(f"“大.pdf”太大，每个最大 {limit} MB。")
    await choose(page, *[PICTURE] * 6)
    await expect(told).to_have_text("一次最多 5 个文件。")
    await expect(chips(page)).to_have_count(5)


async def test_a_kind_that_is_not_taken_is_said_and_the_words_come_back(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    await choose(page, FilePayload(name="画.png", mimeType="image/png", buffer=b"<svg onload='alert(1)'/>"))
    await send(page, "请看这张图")
    await expect(mine(page).locator(".meta")).to_contain_text("没发出去: “画.png”的格式收不了")
    await expect(mine(page).locator(".meta button")).to_have_count(0)
    await expect(page.locator("#huike-widget textarea")).to_have_value("请看这张图")


async def test_through_a_bad_network_it_goes_again_by_itself_and_is_stored_once(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    ids = []

    async def breaks(route: Route) -> None:
        ids.append(route.request.url)
        if len(ids) == 1:
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/chat/files?*", breaks)
    await choose(page, PICTURE)
    await send(page, "看看")
    await expect(mine(page).locator(".meta")).to_contain_text("网络不稳")
    await is_sent(page)
    assert (len(ids), len(set(ids))) == (2, 1)
    assert len(await said(shop)) == 1


async def test_after_an_answer_that_was_lost_it_goes_again_and_is_stored_once(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    answers = []

    async def loses_the_first(route: Route) -> None:
        answer = await route.fetch()
        answers.append(await answer.json())
        await (route.abort("connectionreset") if len(answers) == 1 else route.fulfill(response=answer))

    await page.route("**/chat/files?*", loses_the_first)
    # The socket is mute as well, or it would tell that the file has come.
    await page.evaluate("said = WebSocket.prototype.send, WebSocket.prototype.send = () => {}, Huike.locale('zh-CN')")
    await choose(page, PICTURE)
    await send(page, "看看")
    await expect(mine(page).locator(".meta")).to_contain_text("网络不稳")
    await page.evaluate("WebSocket.prototype.send = said, dispatchEvent(new Event('online'))")
    await is_sent(page)

    async def answered_twice() -> bool:
        return answers == [{"seq": 1}] * 2

    await shop.until(answered_twice)
    assert len(await said(shop)) == 1


async def test_what_is_called_off_on_the_way_does_not_arrive(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser)
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/chat/files?*", hold)
    await choose(page, PICTURE)
    await send(page, "发错了")
    await expect(mine(page).get_by_role("progressbar")).to_be_visible()
    async with page.expect_event("requestfailed"):
        await page.get_by_role("button", name="取消").click()
    await expect(mine(page)).to_have_count(0)
    await expect(page.locator("#huike-widget textarea")).to_have_value("发错了")
    assert len(held) == 1
    await send(page, "算了")
    await expect(mine(page)).to_have_count(1)
    await shop.until(lambda: _has_said(shop, 1))
    assert (await said(shop))[0].attachments is None


async def test_the_keyboard_reaches_everything_and_every_language_names_it(shop: Shop, browser: Browser) -> None:
    page = await chat(shop, browser, width=1280)
    await choose(page, PICTURE)
    order = []
    for _ in range(2):
        await page.keyboard.press("Shift+Tab")
        order.append(await page.evaluate("document.querySelector('#huike-widget').shadowRoot.activeElement.ariaLabel"))
    assert order == ["发送图片或文件", "移除 鞋底.png"]
    await page.evaluate("Huike.locale('en-GB')")
    await expect(page.get_by_role("button", name="Send a picture or file")).to_be_visible()
    await page.evaluate("Huike.locale('zh-TW')")
    await expect(page.get_by_role("button", name="傳送圖片或檔案")).to_be_visible()
