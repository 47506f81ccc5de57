"""Disputed points, changes of orders and follow-ups at the work desk, in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from crm_store import agents, complaints, followups, points, promises
from crm_store.agents import Role
from crm_store.clock import now
from crm_store.followups import Approach, FollowUpOutcome
from crm_store.promises import PromiseKind, PromiseStatus
from tests.bot.console.conftest import Shop, signed_in
from tests.bot.console.test_work_page import at, complained

pytestmark = pytest.mark.browser


async def test_missing_points_are_put_right_beside_the_ledger_and_the_member_hears(
    shop: Shop, browser: Browser
) -> None:
    lead = await shop.agent()
    async with shop.services.database.transaction() as session:
        await agents.update_profile(session, await agents.get(session, lead), role=Role.SUPERVISOR)
    member = await shop.member()
    talk = await shop.says("积分少了", member=member)
    async with shop.services.database.transaction() as session:
        await points.earn(session, member.id, points=300, reason="purchase", reference="20261101-0001", key="e1")
    complaint = await complained(shop, member, talk, category="points", description="积分只到了一半")
    await complained(shop, member, key="other")
    page = await at(await signed_in(browser, shop), shop, "/points")
    await page.click(".hk-case")
    await expect(page.locator(".hk-case")).to_have_count(1)
    await expect(page.locator(".hk-part-ledger")).to_contain_text("+300")
    await page.get_by_role("button", name="更正积分").click()
    dialog = page.locator(".hk-dialog")
    await dialog.get_by_label("积分").last.fill("300")
    await dialog.get_by_role("button", name="更正积分").click()
    await expect(page.locator(".hk-part-ledger")).to_contain_text("现在有 600 分")
    assert any("补上 300 积分" in (each.text or "") for each in await shop.heard(talk))
    async with shop.services.database.reading() as session:
        found = await complaints.by_number(session, complaint.number)
    assert found is not None
    assert found.is_open


async def test_a_change_of_an_order_ends_with_a_word_to_the_customer(shop: Shop, browser: Browser) -> None:
    await shop.agent()
    member = await shop.member()
    talk = await shop.says("改地址", member=member)
    async with shop.services.database.transaction() as session:
        promise = await promises.make(
            session, member_id=member.id, conversation_id=talk.id, kind=PromiseKind.ORDER_CHANGE,
            text="看看订单 20261101-0001 还能不能改", due_at=now() + timedelta(hours=2), key="k",
            reference="20261101-0001",
        )  # fmt: skip
    page = await at(await signed_in(browser, shop), shop, "/order_changes")
    await page.click(".hk-case")
    await page.get_by_role("button", name="改不了").click()
    dialog = page.locator(".hk-dialog")
    await expect(dialog.locator("textarea")).to_have_value(re.compile("^订单 20261101-0001 这次没能改成"))
    await dialog.get_by_role("button", name="改不了").click()
    await expect(page.locator(".hk-case-acts")).to_have_count(0)
    assert any("这次没能改成" in (each.text or "") for each in await shop.heard(talk))
    async with shop.services.database.reading() as session:
        assert (await promises.get(session, promise.id)).status == PromiseStatus.KEPT


async def test_a_follow_up_is_taken_and_ended_and_leaves_the_list(shop: Shop, browser: Browser) -> None:
    me = await shop.agent()
    member = await shop.member()
    async with shop.services.database.transaction() as session:
        opened = await followups.open(
            session, member_id=member.id, cause="leaving", reasons=[{"code": "leaving", "weight": 1.0, "facts": {}}],
            score=0.7, suggested_approach=Approach.ASK_WHY_LEAVING, due_at=now() + timedelta(hours=4),
        )  # fmt: skip
    page = await at(await signed_in(browser, shop), shop, "/follow_ups")
    await page.click(".hk-case")
    await expect(page.locator(".hk-part-reasons")).to_contain_text("表示过要退会")
    await page.get_by_role("button", name="我来处理").click()
    await expect(page.get_by_role("button", name="放回")).to_be_visible()
    await page.get_by_role("button", name="记下结果").click()
    dialog = page.locator(".hk-dialog")
    await dialog.get_by_text("联系不上").click()
    await dialog.get_by_role("button", name="记下结果").click()
    await expect(page.locator(".hk-case")).to_have_count(0)
    async with shop.services.database.reading() as session:
        done = await followups.get(session, opened.id)
    assert (done.outcome, done.outcome_by_id) == (FollowUpOutcome.NO_ANSWER, me)


async def test_all_that_is_open_and_one_state_of_the_same_name_are_two_choices(shop: Shop, browser: Browser) -> None:
    me = await shop.agent()
    fresh = await complained(shop, await shop.member())
    begun = await complained(shop, await shop.member(), key="c2")
    async with shop.services.database.transaction() as session:
        await complaints.assign(session, begun, owner_id=me, by_id=me)
    page = await at(await signed_in(browser, shop), shop, "/complaints")
    await expect(page.locator(".hk-case")).to_have_count(2)
    choice = page.locator(".hk-filters .q-select").first
    await expect(choice).to_contain_text("待处理")
    await choice.click()
    await page.get_by_role("option", name="已登记").click()
    await expect(page.locator(".hk-case")).to_have_count(1)
    await expect(page.locator(".hk-case")).to_contain_text(fresh.number)
