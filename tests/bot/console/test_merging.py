"""Merging a member's two conversations, in a browser: the warning, the question before it, and one history after."""

from itertools import count

import pytest
from playwright.async_api import Browser, Page, expect

from crm_store import identities
from crm_store.conversations import Conversation, ConversationState
from crm_store.members import Member
from crm_store.messages import Inbound
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_desk_page import take, write

pytestmark = pytest.mark.browser
CHAT = "77001"

_numbers = count(1)


async def on_telegram(shop: Shop, text: str, member: Member | None = None) -> Conversation:
    async with shop.services.database.transaction() as session:
        identity = await identities.find_or_create(session, channel="telegram", channel_user_id=CHAT)
        if member is not None:
            await identities.bind(session, identity, member, by="link_token")
    inbound = Inbound("telegram", CHAT, f"{CHAT}:{next(_numbers)}", text=text)
    return (await shop.services.desk.receive(inbound)).conversation


async def two_talks(shop: Shop) -> tuple[Conversation, Conversation]:
    """A member who has written on Telegram, and waits on the website."""
    member = await shop.member(tier="gold")
    phone = await on_telegram(shop, "包裹到哪里了", member)
    site = await shop.waits("网站上问一下我的包裹", user="u1", member=member)
    return phone, site


async def opened(browser: Browser, shop: Shop, talk: Conversation, **more: str) -> Page:
    page = await signed_in(browser, shop, size=(1440, 900), **more)
    await page.goto(f"{shop.url}/console/c/{talk.id}")
    await page.wait_for_selector(".hk-parallel")
    return page


async def merge(page: Page) -> None:
    await page.locator(".hk-parallel").get_by_role("button", name="并到这里").click()
    await page.locator(".hk-dialog").get_by_role("button", name="并到这里").click()
    await expect(page.locator(".hk-goes-to")).to_be_visible(timeout=8000)


class TestMerging:
    async def test_the_agent_takes_one_merges_the_other_and_answers_both(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        phone, site = await two_talks(shop)
        page = await opened(browser, shop, site)
        await expect(page.locator(".hk-parallel")).to_contain_text("先接手这个会话")
        await take(page)
        await page.locator(".hk-parallel").get_by_role("button", name="并到这里").click()
        dialog = page.locator(".hk-dialog")
        await expect(dialog).to_contain_text("把Telegram上的会话并到这里？")
        await expect(dialog).to_contain_text("合并后不能再分开。")
        await dialog.get_by_role("button", name="取消").click()
        assert (await shop.now(phone)).state == ConversationState.BOT

        await merge(page)
        await expect(page.locator(".hk-parallel")).to_have_count(0)
        said = page.locator(".hk-msg.customer .hk-text")
        await expect(said).to_have_text(["包裹到哪里了", "网站上问一下我的包裹"])
        await expect(page.locator(".hk-msg.customer .channel")).to_have_text(["Telegram", "网站"])

        await on_telegram(shop, "手机上再问一句")
        await expect(said.last).to_have_text("手机上再问一句", timeout=8000)
        await expect(page.locator(".hk-goes-to")).to_have_text("回复发到Telegram", timeout=8000)
        await write(page, "今天下午送到")
        await page.wait_for_selector(".hk-msg.agent:has-text('今天下午送到')")
        assert (await shop.heard(phone))[-1].text == "今天下午送到"
        assert "今天下午送到" not in [each.text for each in await shop.heard(site)]

    async def test_the_colleague_who_held_the_other_is_told_and_led_there(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        colleague = await shop.agent("林育誠", email="lin@shop.example")
        phone, site = await two_talks(shop)
        await shop.services.desk.take(phone.id, colleague)
        other = await opened(browser, shop, phone, email="lin@shop.example")
        page = await opened(browser, shop, site)
        await take(page)
        await merge(page)
        await expect(other.locator(".hk-toast")).to_contain_text("合在一起了", timeout=8000)
        await expect(other.locator(".hk-merged")).to_contain_text("已经并入这位会员的另一个会话", timeout=8000)
        await expect(other.locator(".hk-composer .hk-hint")).to_have_text("回复请到合并后的会话里写；这里只能写备注。")
        await other.locator(".hk-merged a").click()
        await expect(other).to_have_url(f"{shop.url}/console/c/{site.id}")

    async def test_whoever_does_not_hold_it_is_not_offered_to_merge(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        colleague = await shop.agent("林育誠", email="lin@shop.example")
        _, site = await two_talks(shop)
        await shop.services.desk.take(site.id, colleague)
        page = await opened(browser, shop, site)
        await expect(page.locator(".hk-parallel")).to_contain_text("接待这个会话的同事或主管")
        await expect(page.locator(".hk-parallel button")).to_have_count(0)

    async def test_earlier_messages_of_both_come_page_by_page(
        self, shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.console.history.FIRST_PAGE", 4)
        me = await shop.agent()
        phone, site = await two_talks(shop)
        for number in range(4):
            await on_telegram(shop, f"电话{number}")
            await shop.says(f"网站{number}")
        await shop.services.desk.take(site.id, me)
        await shop.services.desk.merge(phone.id, me, into_id=site.id)
        page = await signed_in(browser, shop, size=(1440, 900))
        await page.goto(f"{shop.url}/console/c/{site.id}")
        await page.wait_for_selector(".hk-msg")
        while await page.locator(".hk-earlier").is_visible():
            shown = await page.locator(".hk-msg").count()
            await page.locator(".hk-earlier").click()
            await page.wait_for_function(f"document.querySelectorAll('.hk-msg').length > {shown}")
        said = await page.locator(".hk-msg.customer .hk-text").all_inner_texts()
        in_between = [f"{where}{number}" for number in range(4) for where in ("电话", "网站")]
        assert said == ["包裹到哪里了", "网站上问一下我的包裹", *in_between]
