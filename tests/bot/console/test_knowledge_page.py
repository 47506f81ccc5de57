"""The knowledge base in a real browser: questions without an answer by subject, an article written from them."""

import pytest
from playwright.async_api import Browser, Page, expect

from crm_store import agents, audit, knowledge, passwords
from crm_store.agents import Role
from crm_store.knowledge import GapStatus
from tests.bot.console.conftest import PASSWORD, PATIENCE_MS, Shop, signed_in

pytestmark = pytest.mark.browser

LEAD = "sarah@shop.example"


async def lead(shop: Shop) -> int:
    password_hash = await passwords.hashed(PASSWORD)
    async with shop.services.database.transaction() as session:
        agent = await agents.create(session, email=LEAD, name="许安", password_hash=password_hash, role=Role.SUPERVISOR)
        return agent.id


async def asked_in_vain(shop: Shop, question: str, language: str, *, times: int = 1) -> int:
    async with shop.services.database.transaction() as session:
        for _ in range(times):
            gap = await knowledge.record_gap(
                session, question=question, language=language, best_slug="shipping_cost", best_score=0.2
            )
        assert gap is not None
        return gap.id


async def shipping(shop: Shop) -> None:
    async with shop.services.database.transaction() as session:
        await knowledge.upsert(
            session, slug="shipping_cost", titles={"zh-Hans": "运费怎么算"}, bodies={"zh-Hans": "满 99 元包邮。"}
        )


async def on_knowledge(browser: Browser, shop: Shop, email: str = LEAD) -> Page:
    page = await signed_in(browser, shop, email=email)
    await page.get_by_role("link", name="知识库").click()
    return page


async def test_one_subject_in_three_scripts_becomes_one_article(shop: Shop, browser: Browser) -> None:
    lead_id = await lead(shop)
    await shipping(shop)
    ids = [
        await asked_in_vain(shop, "学生有折扣吗", "zh-Hans", times=3),
        await asked_in_vain(shop, "學生證可以打折嗎", "zh-Hant"),
        await asked_in_vain(shop, "is there a student discount", "en"),
    ]
    await asked_in_vain(shop, "可以带狗进店吗", "zh-Hans", times=2)
    page = await on_knowledge(browser, shop)
    cards = page.locator(".hk-gaps .hk-card")
    await expect(cards).to_have_count(2, timeout=PATIENCE_MS)  # the encoder begins
    await expect(cards.first).to_contain_text("学生有折扣吗")
    await expect(cards.first).to_contain_text("is there a student discount")
    await expect(cards.first).to_contain_text("问过 5 次")
    await expect(cards.first).to_contain_text("运费怎么算")

    await cards.first.get_by_role("link", name="写新文章").click()
    await expect(page.locator(".hk-approach")).to_contain_text("學生證可以打折嗎")
    await page.get_by_label("固定代号").fill("student discount")
    chinese = page.locator('section[lang="zh-Hans"]')
    await chinese.get_by_label("标题").fill("学生优惠")
    await chinese.get_by_label("正文").fill("凭学生证九折。")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("代号只能用小写字母")).to_be_visible()
    await page.get_by_label("固定代号").fill("student_discount")
    await page.get_by_role("button", name="保存").click()

    await expect(page.locator(".hk-found")).to_contain_text("学生优惠")
    await expect(cards).to_have_count(1)
    async with shop.services.database.reading() as session:
        article = await knowledge.get(session, "student_discount")
        filled = await knowledge.gaps(session, status=GapStatus.FILLED)
        [entry] = await audit.entries(session, action="save_article")
    assert article.keywords("en") == ["is there a student discount"]
    assert (article.version.agent_id, list(article.version.titles)) == (lead_id, ["zh-Hans"])
    assert {gap.id for gap in filled} == set(ids)
    assert {gap.article_id for gap in filled} == {article.article.id}
    assert (entry.subject, sorted(entry.details["gaps"])) == ("article:student_discount", sorted(ids))
    found = await shop.services.knowledge.search("学生买东西能打折吗", "zh-Hans")
    assert [hit.slug for hit in found][:1] == ["student_discount"]


async def test_a_group_is_added_to_the_nearest_article(shop: Shop, browser: Browser) -> None:
    await lead(shop)
    await shipping(shop)
    await asked_in_vain(shop, "偏远地区要加钱吗", "zh-Hans")
    page = await on_knowledge(browser, shop)
    await page.get_by_role("link", name="补进最接近的文章").click()
    await expect(page.get_by_label("固定代号")).to_have_value("shipping_cost")
    await expect(page.locator('section[lang="zh-Hans"]').get_by_label("客户会怎么问")).to_have_value("偏远地区要加钱吗")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("没有待补充的问题。")).to_be_visible()
    async with shop.services.database.reading() as session:
        article = await knowledge.get(session, "shipping_cost")
    assert (article.version.version, article.keywords("zh-Hans")) == (2, ["偏远地区要加钱吗"])


async def test_a_dismissed_group_is_gone_and_stays_so(shop: Shop, browser: Browser) -> None:
    lead_id = await lead(shop)
    gap_id = await asked_in_vain(shop, "你们卖火箭吗", "zh-Hans")
    page = await on_knowledge(browser, shop)
    await page.get_by_role("button", name="不处理").click()
    await expect(page.get_by_text("没有待补充的问题。")).to_be_visible()
    await asked_in_vain(shop, "你们卖火箭吗", "zh-Hans")
    async with shop.services.database.reading() as session:
        assert await knowledge.gaps(session) == []
        [entry] = await audit.entries(session, action="dismiss_knowledge_gap")
    assert (entry.agent_id, entry.subject) == (lead_id, f"knowledge_gap:{gap_id}")


async def test_two_editors_of_one_article(shop: Shop, browser: Browser) -> None:
    await lead(shop)
    await shipping(shop)
    page = await on_knowledge(browser, shop)
    await page.get_by_role("link", name="运费怎么算").click()
    body = page.locator('section[lang="zh-Hans"]').get_by_label("正文")
    await body.fill("满 79 元包邮。")
    async with shop.services.database.transaction() as session:
        await knowledge.upsert(
            session, slug="shipping_cost", titles={"zh-Hans": "运费怎么算"}, bodies={"zh-Hans": "满 59 元包邮。"}
        )
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("有同事保存了这篇文章")).to_be_visible()
    await expect(body).to_have_value("满 79 元包邮。")
    async with shop.services.database.reading() as session:
        assert (await knowledge.get(session, "shipping_cost")).body("zh-Hans") == "满 59 元包邮。"


async def test_an_agent_reads_but_does_not_edit(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    await shipping(shop)
    await asked_in_vain(shop, "你们卖火箭吗", "zh-Hans")
    page = await on_knowledge(browser, shop, email="zhou@shop.example")
    await expect(page.locator(".hk-gaps .hk-card")).to_contain_text("你们卖火箭吗")
    await expect(page.locator(".hk-found")).to_contain_text("运费怎么算")
    await expect(page.get_by_role("button", name="不处理")).to_have_count(0)
    await expect(page.get_by_role("link", name="写新文章")).to_have_count(0)
    await page.goto(f"{shop.url}/console/knowledge/shipping_cost")
    await page.wait_for_url(f"{shop.url}/console/knowledge")


async def test_on_a_phone_nothing_sticks_out(shop: Shop, browser: Browser) -> None:
    await lead(shop)
    await shipping(shop)
    await asked_in_vain(shop, "你们卖火箭吗", "zh-Hans")
    page = await signed_in(browser, shop, email=LEAD, size=(390, 844))
    for path in ("knowledge", "knowledge/shipping_cost"):
        await page.goto(f"{shop.url}/console/{path}")
        await expect(page.locator(".hk-card").first).to_be_visible()
        await page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
