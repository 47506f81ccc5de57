"""The page of lost members: over HTTP what it says to whom, and in a browser the acts."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from bot import app
from bot.jobs.winback import fill_lists
from crm_store import departures, members
from crm_store.agents import Role
from crm_store.departures import InterviewBy
from crm_store.language import Language
from crm_store.members import Member
from crm_store.risk import RiskLevel
from tests.bot.console.admin.test_agents_page import somebody
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.winback.gone import assessed, bought


@pytest.fixture(autouse=True)
def _only_what_the_test_does(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without the app's own jobs: its sweep would judge anew who is set to be lost here. Nobody is left alone."""
    monkeypatch.setattr(app, "standard_jobs", lambda *_, **__: [])
    with changed("win_back: {held_back: 0}"):
        yield


async def gone(shop: Shop) -> Member:
    """A member who left because of the price, and one who fell silent and has a case."""
    leaver, silent = await shop.member(given_name="离开"), await shop.member(given_name="沉默")
    async with shop.services.database.transaction() as session:
        for each, days_ago in ((leaver, 300), (silent, 900)):
            await bought(session, await members.get(session, each.id), days_ago=days_ago)
        await members.request_cancellation(session, await members.get(session, leaver.id))
        await departures.interview(
            session, leaver.id, by=InterviewBy.MEMBER, key="a", causes=["price", "delivery"], words="别家便宜"
        )
        await members.set_marketing_consent(session, await members.get(session, silent.id), True)
        await assessed(session, await members.get(session, silent.id), level=RiskLevel.LOST)
    await fill_lists(shop.services.desk)
    return leaver


async def page_of(shop: Shop) -> str:
    async with client_of(shop) as client:
        await sign_in(client)
        return markup(await client.get("/console/win-back"))


async def test_an_empty_shop_says_so(shop: Shop) -> None:
    await shop.agent()
    page = await page_of(shop)
    assert "眼下没有流失的会员" in page
    assert "名单还是空的" in page


async def test_who_is_gone_why_and_what_is_open(shop: Shop) -> None:
    await shop.agent()
    await gone(shop)
    page = await page_of(shop)
    for words in ("自己要走", "很久没买", "价格或优惠、送货太慢", "别家便宜", "1 次访谈", "去请回", "还没问"):
        assert words in page, words
    assert "请回来的结果" not in page  # that is the supervisors'


async def test_supervisors_see_what_came_of_it(shop: Shop) -> None:
    await somebody(shop, Role.SUPERVISOR)
    await gone(shop)
    page = await page_of(shop)
    assert "请回来的结果" in page
    assert "只有再下单才算回来" in page


@pytest.mark.parametrize(("language", "title"), [(Language.ZH_HANT, "流失的會員"), (Language.EN, "Lost members")])
async def test_in_the_agents_language(shop: Shop, language: Language, title: str) -> None:
    await shop.agent(language=language)
    assert title in await page_of(shop)


@pytest.mark.browser
async def test_an_interview_in_the_browser(shop: Shop, browser: Browser) -> None:
    agent_id = await shop.agent()
    leaver = await gone(shop)
    page = await signed_in(browser, shop)
    await page.goto(f"{shop.url}/console/win-back")
    card = page.locator(f'[data-lost="{leaver.number}"]')
    await card.get_by_role("button", name="离开访谈").click()
    dialog = page.locator(".hk-dialog")
    await dialog.get_by_label("怎样会回来").fill("便宜一点")
    await dialog.get_by_text("可以", exact=True).click()
    await dialog.get_by_role("button", name="保存").click()
    await expect(card).to_contain_text("便宜一点")

    async with shop.services.database.reading() as session:
        [told] = await departures.interviews(session, leaver.id)
    assert (told.wish, told.may_contact, told.words, told.agent_id) == ("便宜一点", True, "别家便宜", agent_id)
    await page.close()


@pytest.mark.browser
async def test_a_case_is_worked_on_at_the_desk(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    await gone(shop)
    page = await signed_in(browser, shop)
    await page.goto(f"{shop.url}/console/win-back")
    await page.get_by_role("link", name="去请回").click()
    await expect(page.locator(".hk-case-main")).to_contain_text("像熟人一样问候")
    await page.get_by_role("button", name="打通了").click()
    dialog = page.locator(".hk-dialog")
    await dialog.locator("textarea").fill("下月会来看看")
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.locator(".hk-part-history")).to_contain_text("下月会来看看")
    await page.close()
