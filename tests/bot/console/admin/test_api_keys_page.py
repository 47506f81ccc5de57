"""The keys of the shop's systems in a real browser: made once, shown once, used, revoked."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from crm_store import api_keys, audit
from crm_store.agents import Role
from crm_store.language import Language
from tests.bot.console.conftest import Shop, menu_gone, running_shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in


async def called(shop: Shop, key: str) -> int:
    async with httpx.AsyncClient(base_url=shop.url, timeout=60) as client:
        return (await client.get("/api/v1/members/HK999999", headers={"Authorization": f"Bearer {key}"})).status_code


async def opened(browser: Browser, shop: Shop) -> Page:
    page = await signed_in(browser, shop, size=(1440, 900))
    await page.goto(f"{shop.url}/console/api-keys")
    await page.wait_for_selector(".hk-page-head")
    return page


@pytest.mark.parametrize(("role", "allowed"), [(Role.AGENT, False), (Role.SUPERVISOR, False), (Role.ADMIN, True)])
async def test_only_administrators_see_them(shop: Shop, role: Role, allowed: bool) -> None:
    await shop.agent(role=role)
    async with shop.services.database.transaction() as session:
        made = await api_keys.add(session, name="仓库", scopes=["orders:read"])
    async with client_of(shop) as client:
        await sign_in(client)
        told = markup(await client.get("/console/api-keys"))
        assert ("仓库" in told) is allowed
        assert ("读订单" in told) is allowed
        assert made.key not in told
        assert ("/api-keys" in markup(await client.get("/console/"))) is allowed


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.ZH_HANS, "读会员"), (Language.ZH_HANT, "讀取會員"), (Language.EN, "read members")],
)
async def test_each_key_is_told_in_words(shop: Shop, language: Language, words: str) -> None:
    await shop.agent(role=Role.ADMIN, language=language)
    async with shop.services.database.transaction() as session:
        made = await api_keys.add(session, name="ERP <1>", scopes=["members:read"])
    async with client_of(shop) as client:
        await sign_in(client)
        told = markup(await client.get("/console/api-keys"))
    assert words in told
    assert made.row.hint in told
    assert "ERP <1>" not in told


@pytest.mark.browser
async def test_made_shown_once_used_and_revoked(shop: Shop, browser: Browser) -> None:
    admin = await shop.agent(role=Role.ADMIN)
    page = await opened(browser, shop)
    await page.get_by_role("button", name="新建密钥").click()
    form = page.locator(".hk-form")
    await form.get_by_role("button", name="新建密钥").click()
    await expect(page.locator(".q-notification")).to_contain_text("请写明哪个系统用")
    await form.get_by_label("哪个系统用").fill("仓库")
    await form.get_by_label("可以做什么").click()
    await page.locator(".q-menu").get_by_text("读会员", exact=True).click()
    await page.keyboard.press("Escape")
    await menu_gone(page)
    await form.get_by_role("button", name="新建密钥").click()
    key = (await page.locator(".hk-once").inner_text()).strip()
    assert await called(shop, key) == 404  # it opens: there is no such member
    await page.get_by_role("button", name="记下了").click()
    row = page.locator("[data-key]")
    await expect(row).to_contain_text("读会员")
    await expect(page.locator(".hk-once")).to_have_count(0)
    assert key not in await page.content()
    await page.reload()
    await expect(row).not_to_contain_text("还没用过")
    assert key not in await page.content()

    await row.locator(".q-btn").click()
    await page.locator(".hk-form").get_by_role("button", name="停用").click()
    await expect(row).to_contain_text("已停用")
    await expect(row.locator(".q-btn")).to_have_count(0)
    assert await called(shop, key) == 403  # no key opens anything here any more
    async with shop.services.database.reading() as session:
        [made] = await audit.entries(session, action="add_api_key")
        [revoked] = await audit.entries(session, action="revoke_api_key")
    assert (made.agent_id, made.actor, made.details) == (admin, "", {"scopes": ["members:read"]})
    assert (revoked.agent_id, revoked.subject) == (admin, made.subject)


async def test_keys_of_the_settings_are_spoken_of(tmp_path: Path) -> None:
    async with running_shop(tmp_path, api_keys="k" * 40) as shop:
        await shop.agent(role=Role.ADMIN)
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/api-keys"))
    assert "HUIKE_API_KEYS" in told
    assert "k" * 40 not in told
