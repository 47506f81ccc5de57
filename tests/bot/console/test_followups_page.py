"""Follow-ups in a real browser: the order, claiming, and the outcome that is kept."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from crm_store import audit, followups
from crm_store.clock import now
from crm_store.followups import Approach, FollowUpOutcome, FollowUpStatus
from crm_store.members import Member
from crm_store.orders import LineItem, create
from tests.bot.console.conftest import Shop, signed_in

pytestmark = pytest.mark.browser


async def at_risk(shop: Shop, member: Member, *, spent_minor: int) -> int:
    async with shop.services.database.transaction() as session:
        line = LineItem(sku="X", names={"zh-Hans": "跑鞋", "zh-Hant": "跑鞋", "en": "Shoes"}, price_minor=spent_minor)
        order = await create(session, member_id=member.id, items=[line])
        order.status = "completed"
        follow_up = await followups.open(
            session,
            member_id=member.id,
            cause="leaving",
            reasons=[{"code": "leaving", "weight": 1.0, "facts": {}}],
            score=0.7,
            suggested_approach=Approach.ASK_WHY_LEAVING,
            due_at=now() + timedelta(hours=4),
        )
        return follow_up.id


async def test_most_at_stake_first_claimed_and_its_outcome_kept(shop: Shop, browser: Browser) -> None:
    agent_id = await shop.agent()
    small = await at_risk(shop, await shop.member(given_name="小额"), spent_minor=10_000)
    large = await at_risk(shop, await shop.member(given_name="大额"), spent_minor=900_000)
    page = await signed_in(browser, shop)
    await page.get_by_role("link", name="会员挽回").click()
    cards = page.locator(".hk-card")
    await expect(cards).to_have_count(2)
    assert await cards.evaluate_all("all => all.map(each => Number(each.dataset.followUp))") == [large, small]
    await expect(cards.first).to_contain_text("表示过要退会")
    await expect(cards.first).to_contain_text("不挽留话术")

    await cards.first.get_by_role("button", name="我来跟进").click()
    await expect(cards.first).to_contain_text("周晴")
    await cards.first.get_by_role("button", name="记录结果").click()
    dialog = page.locator(".hk-dialog")
    await dialog.get_by_text("无需跟进").click()
    await dialog.locator("textarea").fill("已经换到别家")
    await dialog.get_by_role("button", name="保存").click()
    await expect(cards).to_have_count(1)

    async with shop.services.database.reading() as session:
        done = await followups.get(session, large)
        [entry] = await audit.entries(session, action="record_follow_up_outcome")
    assert (done.status, done.outcome, done.outcome_note, done.outcome_by_id) == (
        FollowUpStatus.DONE, FollowUpOutcome.NOT_NEEDED, "已经换到别家", agent_id,
    )  # fmt: skip
    assert (entry.subject, entry.details) == (f"follow_up:{large}", {"outcome": "not_needed"})
