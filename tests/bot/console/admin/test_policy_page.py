"""The page of the shop's policy: in words for administrators, and its file changed in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from crm_store import audit
from crm_store.agents import Role
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.policy.shop_files import changed

TEXT = "# Ours.\ndesk: {capacity: 3}\n"


class TestReading:
    async def test_hours_and_times_in_words(self, shop: Shop) -> None:
        await somebody(shop, Role.ADMIN)
        own = "hours: {weekly: {sunday: closed}, closed: [2027-02-05 to 2027-02-07], special: {2027-02-13: 9:00-18:00}}"
        async with client_of(shop) as client:
            await sign_in(client)
            with changed(own):
                told = markup(await client.get("/console/policy"))
        for words in (
            "9:00–22:00", "休息", "2027 年 2 月 5 日 – 2027 年 2 月 7 日", "2027 年 2 月 13 日 9:00–18:00",
            "2 个服务日", "服务时间内 2 小时", "金卡", "75%",
        ):  # fmt: skip
            assert words in told, words
        assert "没有自己的文件可改" in told

    async def test_is_for_administrators(self, shop: Shop) -> None:
        await somebody(shop, Role.SUPERVISOR)
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/policy"))
            desk = markup(await client.get("/console/"))
        assert "这一页给管理员用" in told
        assert "9:00" not in told
        assert '"href":"/policy"' not in desk


@pytest.mark.browser
async def test_the_file_is_checked_saved_and_written_down(shop: Shop, browser: Browser, tmp_path: Path) -> None:
    boss = await somebody(shop, Role.ADMIN)
    file = tmp_path / "own.yml"
    file.write_text(TEXT, encoding="utf-8")
    shop.services.settings.policy_file = file
    with changed(TEXT):
        page = await signed_in(browser, shop)
        await page.goto(f"{shop.url}/console/policy")
        waits = page.get_by_text("请重启程序")
        field = page.get_by_label("店里自己的规定")
        await expect(field).to_have_value(TEXT)
        await expect(waits).to_be_hidden()
        await field.fill(TEXT.replace("3", "many"))
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".hk-policy-problems")).to_contain_text("第 2 行 desk.capacity")
        assert file.read_text(encoding="utf-8") == TEXT
        await field.fill(TEXT.replace("3", "6"))
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".q-notification")).to_contain_text("重启以后生效")
        await expect(page.locator(".hk-policy-problems")).to_have_count(0)
        await expect(waits).to_be_visible()
    assert file.read_text(encoding="utf-8") == TEXT.replace("3", "6")
    async with shop.services.database.reading() as session:
        [entry] = await audit.entries(session, action="save_policy")
    assert (entry.agent_id, entry.details, entry.address) == (boss, {"entries": ["desk.capacity"]}, "127.0.0.1")
