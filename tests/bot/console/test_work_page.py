"""The work desk in a real browser: lists and filters, a case with its acts, and what the customer is told."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from crm_store import agents, audit, complaints, promises
from crm_store.agents import Role
from crm_store.clock import now
from crm_store.complaints import Cause, Complaint, ComplaintStatus
from crm_store.conversations import Conversation
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Inbound
from crm_store.promises import PromiseStatus
from tests.bot.console.conftest import Shop, menu_gone, signed_in

pytestmark = pytest.mark.browser


async def complained(
    shop: Shop, member: Member | None, conversation: Conversation | None = None, *, key: str = "c1", **more: object
) -> Complaint:
    async with shop.services.database.transaction() as session:
        return await complaints.file(
            session,
            member_id=member.id if member else None,
            conversation_id=conversation.id if conversation else None,
            identity_id=conversation.identity_id if conversation else None,
            **{"category": "late_delivery", "description": "说好昨天到，到现在都没有", "key": key, **more},  # type: ignore[arg-type]
        )


async def supervisor(shop: Shop) -> int:
    agent_id = await shop.agent("Sarah Bell", email="sarah@shop.example", language=Language.EN)
    async with shop.services.database.transaction() as session:
        await agents.update_profile(session, await agents.get(session, agent_id), role=Role.SUPERVISOR)
    return agent_id


async def at(page: Page, shop: Shop, path: str) -> Page:
    await page.goto(f"{shop.url}/console/work{path}")
    await page.wait_for_selector(".hk-work")
    return page


async def state(shop: Shop, number: str) -> Complaint:
    async with shop.services.database.reading() as session:
        found = await complaints.by_number(session, number)
    assert found is not None
    return found


class TestLists:
    async def test_late_before_soon_before_later_and_whose_it_is(self, shop: Shop, browser: Browser) -> None:
        mine = await shop.agent()
        member = await shop.member()
        later = await complained(shop, member, key="later", category="price")
        late = await complained(shop, member, key="late", category="quality", at=now() - timedelta(days=3))
        async with shop.services.database.transaction() as session:
            await complaints.assign(session, late, owner_id=mine)
        page = await at(await signed_in(browser, shop), shop, "/complaints")
        found = page.locator(".hk-case")
        await expect(found).to_have_count(2)
        assert await found.evaluate_all("all => all.map(each => each.dataset.case)") == [late.number, later.number]
        await expect(found.first.locator(".hk-chip.bad")).to_contain_text("晚了")

        await page.get_by_role("button", name="我的", exact=True).click()
        await expect(found).to_have_count(1)
        await page.get_by_role("button", name="没人接").click()
        await expect(found.first).to_contain_text(later.number)

    async def test_a_case_that_comes_in_appears_and_the_way_there_carries_a_count(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        page = await at(await signed_in(browser, shop), shop, "/complaints")
        await expect(page.locator(".hk-work .hk-none").first).to_be_visible()
        complaint = await complained(shop, await shop.member(), at=now() - timedelta(days=3))
        await shop.services.signals.publish("desk", event={"kind": "work"})
        await expect(page.locator(".hk-case")).to_contain_text(complaint.number)
        await expect(page.locator(".hk-nav-count")).to_have_text("1")

    async def test_the_address_of_a_case_survives_a_reload_and_the_way_back(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        complaint = await complained(shop, await shop.member())
        page = await at(await signed_in(browser, shop), shop, "/complaints")
        await page.click(".hk-case")
        await expect(page.locator(".hk-case-head h2")).to_contain_text(complaint.number)
        # The address is written by the page right after the case is shown.
        await expect(page).to_have_url(f"{shop.url}/console/work/complaints/{complaint.number}")
        await page.reload()
        await expect(page.locator(".hk-case-head h2")).to_contain_text(complaint.number)
        await page.go_back()
        await expect(page.locator(".hk-case")).to_have_count(1)
        await expect(page).to_have_url(f"{shop.url}/console/work/complaints")

    async def test_a_number_that_is_none_is_said_in_words(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        page = await at(await signed_in(browser, shop), shop, "/complaints/C-1999-0001")
        await expect(page.locator(".q-notification").first).to_contain_text("没有 C-1999-0001")


class TestComplaint:
    async def test_taken_answered_resolved_and_confirmed_by_the_customer(self, shop: Shop, browser: Browser) -> None:
        me = await shop.agent()
        member = await shop.member()
        talk = await shop.says("你好", member=member)
        complaint = await complained(shop, member, talk)
        page = await at(await signed_in(browser, shop), shop, f"/complaints/{complaint.number}")
        await page.get_by_role("button", name="我来处理").click()
        await expect(page.locator(".hk-case-head")).to_contain_text("我")

        await page.get_by_role("button", name="回复客户").click()
        dialog = page.locator(".hk-dialog")
        await dialog.get_by_role("button", name="发送").click()
        await expect(dialog.get_by_role("alert")).to_have_text("请填写：给客户的话")
        await dialog.locator("textarea").fill("我已经联系站点，今晚送到。")
        await dialog.get_by_role("button", name="发送").click()
        await expect(page.locator(".hk-part-history")).to_contain_text("今晚送到")
        assert any("今晚送到" in (each.text or "") for each in await shop.heard(talk))

        await page.get_by_role("button", name="解决", exact=True).click()
        await dialog.locator("textarea").fill("包裹今天已经送到，运费退给您。")
        await dialog.locator(".q-select").click()
        await page.get_by_role("option", name="物流").click()
        await dialog.get_by_role("button", name="解决", exact=True).click()
        await expect(page.locator(".hk-part-solution")).to_contain_text("等客户确认")

        settled = await state(shop, complaint.number)
        assert (settled.status, settled.cause, settled.owner_id) == (ComplaintStatus.RESOLVED, Cause.CARRIER, me)
        [offer] = [each for each in await shop.heard(talk) if each.buttons and "运费退给您" in (each.text or "")]
        assert [button["title"] for button in offer.buttons or []] == ["解决了", "还没解决"]

        press = (offer.buttons or [])[0]["payload"]
        await shop.services.desk.receive(Inbound("web", "u1", "press", payload=press))
        await expect(page.locator(".hk-part-solution")).to_contain_text("客户已确认")
        assert (await state(shop, complaint.number)).status == ComplaintStatus.CLOSED
        async with shop.services.database.reading() as session:
            promised = await promises.for_member(session, member.id)
            trail = {entry.action for entry in await audit.entries(session, subject=f"complaint:{complaint.number}")}
        assert [promise.status for promise in promised] == [PromiseStatus.KEPT]
        assert trail == {"assign_complaint", "reply_complaint", "resolve_complaint"}

    async def test_above_the_limit_a_supervisor_is_asked_and_the_customer_hears_of_it_when_it_is_given(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        await supervisor(shop)
        member = await shop.member()
        talk = await shop.says("你好", member=member)
        complaint = await complained(shop, member, talk)
        page = await at(await signed_in(browser, shop), shop, f"/complaints/{complaint.number}")
        await page.get_by_role("button", name="补偿").click()
        dialog = page.locator(".hk-dialog")
        await expect(dialog).to_contain_text("500")
        await dialog.get_by_label("积分").last.fill("800")
        await dialog.get_by_label("理由").fill("晚了三天")
        await dialog.get_by_role("button", name="补偿").click()
        await expect(page.locator(".q-notification").first).to_contain_text("已经请主管批准")
        await expect(page.locator(".hk-part-compensation")).to_contain_text("等待批准")
        await expect(page.locator(".hk-kinds")).not_to_contain_text("待批准")

        lead = await at(await signed_in(browser, shop, email="sarah@shop.example"), shop, "/approvals")
        await lead.click(".hk-case")
        await expect(lead.locator(".hk-part-asked_compensation")).to_contain_text("800")
        await lead.get_by_role("button", name="Approve").click()
        await expect(lead.locator(".hk-case-head")).to_contain_text("granted")
        await expect(page.locator(".hk-part-compensation")).to_contain_text("已给")
        await shop.until(lambda: _told(shop, talk, "800"))

    async def test_on_a_phone_list_and_case_one_at_a_time(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await complained(shop, await shop.member())
        page = await at(await signed_in(browser, shop, size=(380, 780)), shop, "/complaints")
        await page.click(".hk-case")
        await expect(page.locator(".hk-case-head")).to_be_visible()
        await expect(page.locator(".hk-pane-list")).to_be_hidden()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 380
        await page.get_by_label("回到列表").click()
        await expect(page.locator(".hk-pane-list")).to_be_visible()


async def _told(shop: Shop, talk: Conversation, words: str) -> bool:
    return any(words in (each.text or "") for each in await shop.heard(talk))


class TestBoard:
    async def test_a_complaint_moves_on_as_it_is_worked_on_from_its_cards_menu(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        complaint = await complained(shop, await shop.member())
        page = await signed_in(browser, shop)
        await page.goto(f"{shop.url}/console/work/complaints")
        await page.click(".hk-to-board")
        card = page.locator(f".hk-column[data-column='new'] [data-case='{complaint.number}']")
        await expect(card).to_be_visible()

        await page.get_by_role("button", name=f"{complaint.number} 可以做什么").click()
        await page.locator(".q-menu").get_by_text("我来处理").click()
        moved = page.locator(f".hk-column[data-column='in_progress'] [data-case='{complaint.number}']")
        await expect(moved).to_be_visible()
        await expect(card).to_have_count(0)

        await page.get_by_role("button", name=f"{complaint.number} 可以做什么").click()
        await page.locator(".q-menu").get_by_text("解决", exact=True).click()
        await menu_gone(page)
        dialog = page.locator(".hk-dialog")
        await dialog.locator("textarea").fill("包裹今天已经送到。")
        await dialog.locator(".q-select").click()
        await page.get_by_role("option", name="物流").click()
        await dialog.get_by_role("button", name="解决", exact=True).click()
        await expect(
            page.locator(f".hk-column[data-column='waiting'] [data-case='{complaint.number}']")
        ).to_be_visible()
        await page.locator(f"[data-case='{complaint.number}']").click()
        await expect(page.locator(".hk-case-head h2")).to_contain_text(complaint.number)
