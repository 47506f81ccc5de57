"""The page of categories and causes in a real browser: named, renamed, retired, and what follows for a case."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from crm_store import agents, audit, complaints
from crm_store.agents import Role
from crm_store.complaints import ComplaintCategory
from crm_store.language import Language
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop, menu_gone, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in

pytestmark = pytest.mark.browser


async def opened(browser: Browser, shop: Shop) -> Page:
    page = await signed_in(browser, shop, size=(1440, 900))
    await page.goto(f"{shop.url}/console/terms")
    await page.wait_for_selector("[data-code]")
    return page


async def choose(page: Page, kind: str, code: str, act: str) -> Locator:
    """Choose an act from a term's menu; its form, if it has one."""
    await page.locator(f"[data-kind='{kind}'] [data-code='{code}'] .q-btn").click()
    await page.locator(".q-menu").get_by_text(act, exact=True).click()
    await menu_gone(page)
    return page.locator(".hk-form")


async def name(form: Locator, *names: str) -> None:
    await expect(form.locator("input")).to_have_count(len(names))
    for field, text in zip(await form.locator("input").all(), names, strict=True):
        await field.fill(text)


async def acts(shop: Shop) -> list[str]:
    async with shop.services.database.reading() as session:
        found = await audit.entries(session, limit=50)
    return [each.action for each in found if "complaint" in each.action]


class TestTermsPage:
    async def test_an_agent_reads_whose_page_it_is(self, shop: Shop) -> None:
        await somebody(shop, Role.AGENT)
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/terms"))
        assert "data-code" not in told
        assert "这一页给主管和管理员用" in told

    async def test_a_cause_is_added_renamed_used_and_retired(self, shop: Shop, browser: Browser) -> None:
        me = await somebody(shop, Role.SUPERVISOR)
        page = await opened(browser, shop)
        await page.get_by_role("button", name="添加原因").click()
        form = page.locator(".hk-form")
        await name(form, "供应商", "", "Supplier")
        await form.get_by_role("button", name="添加原因").click()
        await expect(page.locator(".q-notification")).to_contain_text("请写上繁体中文的名字")
        await name(form, "供应商", "供應商", "Supplier")
        await form.get_by_role("button", name="添加原因").click()
        added = page.locator("[data-kind='cause'] .hk-term", has_text="供应商")
        await expect(added).to_contain_text("自己加的")
        code = str(await added.get_attribute("data-code"))

        form = await choose(page, "cause", code, "改名")
        await name(form, "供货商", "供貨商", "Vendor")
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator(f"[data-code='{code}']")).to_contain_text("供货商")

        number = await self._settled_with(shop, page, me, "供货商")
        await page.goto(f"{shop.url}/console/terms")
        form = await choose(page, "cause", code, "停用")
        await form.get_by_role("button", name="停用").click()
        await expect(page.locator(f"[data-code='{code}']")).to_contain_text("已停用")
        await page.goto(f"{shop.url}/console/work/complaints/{number}")
        await expect(page.locator(".hk-part-solution")).to_contain_text("供货商")
        assert await acts(shop) == [
            "retire_complaint_term", "resolve_complaint", "rename_complaint_term", "add_complaint_cause",
        ]  # fmt: skip
        await page.goto(f"{shop.url}/console/audit")
        await expect(page.locator(".hk-trail")).to_contain_text("供货商")

    async def _settled_with(self, shop: Shop, page: Page, me: int, cause: str) -> str:
        member = await shop.member()
        talk = await shop.says("你好", member=member)
        async with shop.services.database.transaction() as session:
            complaint = await complaints.file(
                session, member_id=member.id, conversation_id=talk.id, category=ComplaintCategory.QUALITY,
                description="开胶了", key="c", agent_id=me,
            )  # fmt: skip
        await page.goto(f"{shop.url}/console/work/complaints/{complaint.number}")
        await page.get_by_role("button", name="解决", exact=True).click()
        dialog = page.locator(".hk-dialog")
        await dialog.locator("textarea").fill("换一双新的给您。")
        await dialog.locator(".q-select").click()
        await page.get_by_role("option", name=cause).click()
        await dialog.get_by_role("button", name="解决", exact=True).click()
        await expect(page.locator(".hk-part-solution")).to_contain_text(cause)
        return complaint.number

    async def test_a_category_keeps_to_what_the_bot_hears(self, shop: Shop, browser: Browser) -> None:
        await somebody(shop, Role.SUPERVISOR)
        page = await opened(browser, shop)
        categories = page.locator("[data-kind='category'] .hk-term")
        await expect(categories).to_have_count(len(ComplaintCategory))
        await expect(page.locator("[data-kind='category'] [data-code='staff']")).to_contain_text("起始级别：高")
        await page.locator("[data-kind='category'] [data-code='other'] .q-btn").click()
        await expect(page.locator(".q-menu")).not_to_contain_text("停用")
        await page.keyboard.press("Escape")
        form = await choose(page, "category", "price", "停用")
        await form.get_by_role("button", name="停用").click()
        retired = page.locator("[data-code='price']")
        await expect(retired).to_contain_text("已停用")
        member = await shop.member()
        await page.goto(f"{shop.url}/console/members/{member.number}")
        await page.get_by_role("button", name="登记").first.click()
        await page.locator(".q-menu").get_by_text("投诉", exact=True).click()
        await menu_gone(page)
        await page.locator(".hk-form .q-select").first.click()
        offered = await page.get_by_role("option").all_inner_texts()
        assert "价格" not in offered
        assert "商品质量" in offered

    @pytest.mark.parametrize("language", list(Language))
    async def test_every_language_reads_its_own_names(self, shop: Shop, language: Language) -> None:
        me = await shop.agent(language=language)
        async with shop.services.database.transaction() as session:
            (await agents.get(session, me)).role = Role.SUPERVISOR
        async with client_of(shop) as client:
            await sign_in(client)
            told = markup(await client.get("/console/terms"))
        assert {"zh-Hans": "没查出来", "zh-Hant": "沒查出來", "en": "Not found out"}[language] in told
