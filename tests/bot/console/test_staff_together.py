"""Agents and supervisors together, in real browsers: what somebody leaves behind is answered by another."""

import pytest
from playwright.async_api import Browser, Page, expect

from bot.console import presence
from bot.jobs.queue import return_abandoned
from crm_store import agents, availability
from crm_store.agents import Agent, Role
from crm_store.clock import now
from crm_store.messages import Author
from crm_store.policy import policy
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_desk_page import open_case, take, write

pytestmark = pytest.mark.browser


async def lead(shop: Shop) -> int:
    agent_id = await shop.agent("陈主管", email="chen@shop.example")
    async with shop.services.database.transaction() as session:
        (await agents.get(session, agent_id)).role = Role.SUPERVISOR
    return agent_id


async def absent(shop: Shop, agent_id: int) -> None:
    """The agent was last seen as long ago as it takes to be given up."""
    async with shop.services.database.transaction() as session:
        agent = await session.get_one(Agent, agent_id)
        agent.seen_at = now() - policy().desk.return_after


async def alert(page: Page, words: str) -> None:
    await expect(page.locator(".hk-toast")).to_contain_text(words, timeout=8000)


class TestAbandoned:
    async def test_a_customer_left_waiting_comes_back_and_another_answers(self, shop: Shop, browser: Browser) -> None:
        gone = await shop.agent()
        await shop.agent("林育誠", email="lin@shop.example")
        waiting = await shop.waits("包裹在哪", user="u1")
        first = await signed_in(browser, shop)
        await open_case(first, "包裹在哪")
        await take(first)
        await write(first, "我查一下")
        await first.wait_for_selector(".hk-msg.agent:has-text('我查一下')")
        await first.context.close()

        second = await signed_in(browser, shop, email="lin@shop.example")
        await shop.says("还在吗")
        await absent(shop, gone)
        assert await return_abandoned(shop.services.desk) == 1
        await alert(second, "有客户在等")
        await second.locator(".hk-toast button").first.click()
        await expect(second).to_have_url(f"{shop.url}/console/c/{waiting.id}")
        await take(second)
        await write(second, "您的包裹今天到")
        await second.wait_for_selector(".hk-msg.agent:has-text('您的包裹今天到')")
        said = [each for each in await shop.heard(waiting) if each.author == Author.SYSTEM]
        assert sum("周晴临时走开了" in (each.text or "") for each in said) == 1

    async def test_what_is_done_at_an_open_console_is_a_sign_of_life(
        self, shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(presence, "WRITTEN_SECONDS", 0.0)
        agent_id = await shop.agent()
        page = await signed_in(browser, shop)
        await page.reload()
        await page.wait_for_function("window.did_handshake")
        await absent(shop, agent_id)

        async def seen() -> bool:
            async with shop.services.database.reading() as session:
                return availability.presence_of(await session.get_one(Agent, agent_id), now()) == "online"

        await page.keyboard.press("Escape")
        await shop.until(seen)


class TestSupervisor:
    async def test_a_supervisor_joins_speaks_and_takes_over(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await lead(shop)
        waiting = await shop.waits("我要退货", user="u1")
        agent, boss = await signed_in(browser, shop), await signed_in(browser, shop, email="chen@shop.example")
        await open_case(agent, "我要退货")
        await take(agent)
        await boss.goto(f"{shop.url}/console/c/{waiting.id}")
        await expect(agent.locator(".hk-company")).to_contain_text("陈主管", timeout=8000)
        await boss.get_by_role("button", name="加入").click()
        await boss.wait_for_selector(".hk-field[data-mode='reply']")
        await boss.locator(".hk-field").press_sequentially("我也在")
        await expect(agent.locator(".hk-company.writes")).to_contain_text("陈主管正在写", timeout=8000)
        await boss.locator(".hk-field").press("Enter")
        await agent.wait_for_selector(".hk-msg.agent:has-text('我也在')")
        await boss.get_by_role("button", name="接管").click()
        await expect(agent.locator(".hk-hint")).to_contain_text("陈主管", timeout=8000)
        assert [each.text for each in await shop.heard(waiting) if each.author == Author.AGENT] == ["我也在"]

    async def test_transferring_shows_who_is_there(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await shop.agent("林育誠", email="lin@shop.example")
        await shop.waits("我要退货", user="u1")
        page, colleague = await signed_in(browser, shop), await signed_in(browser, shop, email="lin@shop.example")
        await open_case(page, "我要退货")
        await take(page)
        await page.get_by_role("button", name="转接").click()
        await page.get_by_text("林育誠 · 在线 · 手上 0 位").click()
        await page.locator(".hk-dialog").get_by_role("button", name="转接").click()
        await alert(colleague, "有会话转给您")


class TestPhrases:
    async def test_a_slash_opens_filters_and_puts_in_without_leaving_the_field(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        member = await shop.member()
        waiting = await shop.waits("包裹在哪", user="u1", member=member)
        page = await signed_in(browser, shop)
        await open_case(page, "包裹在哪")
        await take(page)
        field = page.locator(".hk-field")
        await field.press_sequentially("/sorry")
        rows = page.locator(".hk-phrases button:visible")
        await expect(rows).to_have_count(1)
        await field.press("Enter")
        await expect(field).to_have_value(
            "林晓雯，让您等这么久，是我们没做好，抱歉。我现在就去核实包裹的情况，查到马上告诉您。"
        )
        await expect(field).to_be_focused()
        await expect(page.locator(".hk-phrases")).to_be_hidden()
        assert not [each for each in await shop.heard(waiting) if each.author == Author.AGENT]

    async def test_a_supervisor_writes_a_phrase_that_agents_find(self, shop: Shop, browser: Browser) -> None:
        await lead(shop)
        page = await signed_in(browser, shop, email="chen@shop.example")
        await page.goto(f"{shop.url}/console/phrases")
        await page.get_by_role("button", name="新常用语").click()
        await page.get_by_label("代号").fill("store_hours")
        await page.get_by_label("简体中文 · 标题").fill("营业时间")
        await page.get_by_label("简体中文 · 正文").fill("{called}门店每天 9 点到 22 点。{bonus}")
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".q-notification")).to_contain_text("没有「bonus」这个变量")
        await page.get_by_label("简体中文 · 正文").fill("{called}门店每天 9 点到 22 点。")
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".hk-phrase", has_text="/store_hours")).to_contain_text("9 点到 22 点")


class TestKeysAndAddress:
    async def test_a_question_mark_lists_the_keys_but_not_while_writing(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await page.keyboard.press("?")
        await expect(page.locator("dialog.hk-keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await open_case(page, "在吗")
        await page.locator(".hk-field").press_sequentially("真的?")
        await expect(page.locator("dialog.hk-keys")).to_be_hidden()

    async def test_an_open_conversation_survives_a_reload(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await expect(page).to_have_url(f"{shop.url}/console/c/{waiting.id}")
        await page.reload()
        await expect(page.locator(".hk-msg.customer .hk-text")).to_have_text("在吗")

    async def test_closing_goes_on_with_who_has_waited_longest(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        await shop.waits("第一位", user="u1")
        second = await shop.waits("第二位", user="u2")
        page = await signed_in(browser, shop)
        await open_case(page, "第一位")
        await take(page)
        await page.keyboard.press("Alt+x")
        await page.get_by_role("button", name="结束并接下一位").click()
        await page.wait_for_selector(".hk-msg.customer:has-text('第二位')")
        assert (await shop.now(second)).agent_id == agent_id
