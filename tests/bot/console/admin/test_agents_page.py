"""The page of the agents in a real browser: accounts from the first password to the last day."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.console import screen
from crm_store import agents, audit
from crm_store.agents import Agent, Role
from crm_store.conversations import ConversationState
from crm_store.language import Language
from tests.bot.console.conftest import PASSWORD, PATIENCE_MS, Shop, menu_gone, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in

OWN = "their own password"


async def somebody(shop: Shop, role: Role, **more: str) -> int:
    agent_id = await shop.agent(**more)
    async with shop.services.database.transaction() as session:
        (await agents.get(session, agent_id)).role = role
    return agent_id


async def lin(shop: Shop, role: Role = Role.AGENT) -> int:
    return await somebody(shop, role, name="林悦", email="lin@shop.example")


async def known(shop: Shop, agent_id: int) -> Agent:
    async with shop.services.database.reading() as session:
        return await agents.get(session, agent_id)


async def opened(browser: Browser, shop: Shop) -> Page:
    page = await signed_in(browser, shop, size=(1440, 900))
    await page.goto(f"{shop.url}/console/agents")
    await page.wait_for_selector("[data-agent]")
    return page


async def choose(page: Page, agent_id: int, act: str) -> Locator:
    """Open the form of an act from the agent's menu."""
    await page.locator(f"[data-agent='{agent_id}'] .q-btn").click()
    await page.locator(".q-menu").get_by_text(act, exact=True).click()
    await menu_gone(page)
    return page.locator(".hk-form")


async def fresh(browser: Browser, shop: Shop, email: str, password: str) -> Page:
    """A browser of somebody who signs in for the first time."""
    page = await (await browser.new_context(locale="zh-CN")).new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{shop.url}/console/")
    await page.fill("#email", email)
    await page.fill("#password", password)
    await page.keyboard.press("Enter")
    return page


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("role", "listed", "acts"),
        [(Role.AGENT, False, False), (Role.SUPERVISOR, True, False), (Role.ADMIN, True, True)],
    )
    async def test_the_list_is_for_leads_the_accounts_for_administrators(
        self, shop: Shop, role: Role, listed: bool, acts: bool
    ) -> None:
        await somebody(shop, role)
        await lin(shop)
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/agents"))
            desk = markup(await client.get("/console/"))
        assert ("lin@shop.example" in told) is listed
        assert ("添加客服" in told) is acts
        assert ("停用账号" in told) is acts
        for way, there in (("agents", listed), ("audit", listed), ("phrases", True)):
            assert (f'"href":"/{way}"' in desk) is there, way

    async def test_each_is_told_in_words(self, shop: Shop) -> None:
        boss = await somebody(shop, Role.ADMIN)
        closed, skilled = await lin(shop), await somebody(shop, Role.SUPERVISOR, name="王珊", email="w@shop.example")
        async with shop.services.database.transaction() as session:
            (await agents.get(session, closed)).active = False
            agent = await agents.get(session, skilled)
            agent.languages, agent.skills, agent.capacity = ["en"], ["anger"], 7
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/agents"))
        for words in ("主管", "管理员", "已停用", "英文", "情绪激动", "0，最多 7", "还没登录过", "1,000 分", "¥20"):
            assert words in told, words
        assert boss


@pytest.fixture
def no_safety_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open pages learn of a change by being told, or not at all."""
    monkeypatch.setattr(screen, "SAFETY_NET_SECONDS", 600.0)


@pytest.mark.browser
@pytest.mark.usefixtures("no_safety_net")
class TestAccounts:
    async def test_from_the_first_password_to_ones_own(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.ADMIN)
        page = await opened(browser, shop)
        await page.get_by_role("button", name="添加客服").click()
        form = page.locator(".hk-form")
        await form.get_by_label("姓名").fill("赵新")
        await form.get_by_label("邮箱").fill("no address")
        await form.get_by_role("button", name="添加客服").click()
        await expect(page.locator(".q-notification")).to_contain_text("邮箱：这不像一个邮箱地址")
        await form.get_by_label("邮箱").fill("xin@shop.example")
        await form.get_by_role("button", name="添加客服").click()
        password = await page.locator(".hk-once").inner_text()
        await page.get_by_role("button", name="记下了").click()
        await expect(page.locator(".hk-staff")).to_contain_text("还没换一次性密码")
        await expect(page.locator(".hk-once")).to_have_count(0)
        assert password not in await page.content()

        new = await fresh(browser, shop, "xin@shop.example", password)
        await expect(new.locator(".hk-password")).to_contain_text("请先换成自己的")
        await new.goto(f"{shop.url}/console/members")
        await expect(new).to_have_url(re.compile("/console/password$"))
        for field, typed in (("#old", password), ("#new", OWN), ("#repeat", OWN)):
            await new.fill(field, typed)
        await new.keyboard.press("Enter")
        await expect(new.locator(".hk-done")).to_contain_text("密码已经改好了")
        await new.goto(f"{shop.url}/console/members")
        await expect(new.locator(".hk-page-members")).to_be_visible()

    async def test_a_closed_account_ends_at_once_and_its_customers_go_back(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.ADMIN)
        gone = await lin(shop)
        conversation = await shop.waits("找人工", user="u1")
        await shop.services.desk.take(conversation.id, gone)
        theirs = await signed_in(browser, shop, email="lin@shop.example")
        page = await opened(browser, shop)
        form = await choose(page, gone, "停用账号")
        await form.get_by_role("button", name="停用账号").click()
        await expect(theirs).to_have_url(re.compile("/console/login"), timeout=PATIENCE_MS)
        await expect(page.locator(f"[data-agent='{gone}']")).to_contain_text("已停用")
        assert (await shop.now(conversation)).state == ConversationState.QUEUE
        form = await choose(page, gone, "重新启用")
        await form.get_by_role("button", name="重新启用").click()
        await expect(page.locator(f"[data-agent='{gone}']")).not_to_contain_text("已停用")
        await theirs.goto(f"{shop.url}/console/")
        await expect(theirs).to_have_url(re.compile("/console/login"))

    async def test_the_last_administrator_stays(self, shop: Shop, browser: Browser) -> None:
        boss = await somebody(shop, Role.ADMIN)
        page = await opened(browser, shop)
        form = await choose(page, boss, "角色")
        await form.get_by_label("角色").click()
        await page.locator(".q-menu").get_by_text("主管").last.click()
        await menu_gone(page)
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator(".q-notification")).to_contain_text("这是最后一位管理员")
        assert (await known(shop, boss)).role == Role.ADMIN

    async def test_a_new_role_reaches_the_open_page(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.ADMIN)
        agent_id = await lin(shop)
        theirs = await signed_in(browser, shop, email="lin@shop.example")
        await expect(theirs.locator('.hk-more a[href="/console/audit"]')).to_have_count(0)
        page = await opened(browser, shop)
        form = await choose(page, agent_id, "角色")
        await form.get_by_label("角色").click()
        await page.locator(".q-menu").get_by_text("主管").last.click()
        await menu_gone(page)
        await form.get_by_role("button", name="保存").click()
        await expect(theirs.locator('.hk-more a[href="/console/audit"]')).to_have_count(1, timeout=PATIENCE_MS)
        async with shop.services.database.reading() as session:
            [entry] = await audit.entries(session, action="change_agent_role")
        assert (entry.subject, entry.details) == (f"agent:{agent_id}", {"role": "supervisor"})
        assert entry.address == "127.0.0.1"

    async def test_a_reset_password_ends_the_sessions_and_the_old_one(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.ADMIN)
        agent_id = await lin(shop)
        theirs = await signed_in(browser, shop, email="lin@shop.example")
        page = await opened(browser, shop)
        form = await choose(page, agent_id, "重设密码")
        await form.get_by_role("button", name="重设密码").click()
        password = await page.locator(".hk-once").inner_text()
        await expect(theirs).to_have_url(re.compile("/console/login"), timeout=PATIENCE_MS)
        old = await fresh(browser, shop, "lin@shop.example", PASSWORD)
        await expect(old.locator(".hk-refusal")).to_be_visible()
        new = await fresh(browser, shop, "lin@shop.example", password)
        await expect(new.locator(".hk-password")).to_be_visible()

    async def test_what_an_agent_serves_is_said_by_a_supervisor(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.SUPERVISOR)
        agent_id = await lin(shop)
        page = await opened(browser, shop)
        form = await choose(page, agent_id, "语言、专长和人数")
        # The number first: a menu that has closed may still take the focus back.
        await form.get_by_label("同时最多几位").fill("2")
        await form.get_by_label("语言").click()
        await page.locator(".q-menu").get_by_text("英文").click()
        await page.keyboard.press("Escape")
        await menu_gone(page)
        await expect(form.get_by_label("同时最多几位")).to_have_value("2")
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator(f"[data-agent='{agent_id}']")).to_contain_text("0，最多 2")
        now_known = await known(shop, agent_id)
        assert (now_known.languages, now_known.skills, now_known.capacity) == ([Language.EN], [], 2)


@pytest.mark.browser
@pytest.mark.parametrize("size", [(380, 780), (1440, 900)])
@pytest.mark.parametrize("language", list(Language))
async def test_every_way_is_reached_and_nothing_is_wider_than_the_screen(
    shop: Shop, browser: Browser, language: Language, size: tuple[int, int]
) -> None:
    await somebody(shop, Role.ADMIN, name="Sarah Whitfield-Montgomery", language=language)
    page = await signed_in(browser, shop, size=size)
    for name in ("agents", "audit", "phrases"):
        await page.click(".hk-more summary")
        await page.click(f'.hk-more-menu a[href="/console/{name}"]')
        await page.wait_for_selector(f".hk-page-{name}")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        header = page.locator(".hk-top")
        assert await header.evaluate("top => top.scrollHeight <= top.clientHeight"), name
