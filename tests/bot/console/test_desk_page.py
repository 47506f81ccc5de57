"""The desk in a real browser: who comes first, taking over, writing once, notes, and two agents at one customer."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from crm_store import audit, conversations, knowledge
from crm_store.conversations import ConversationState
from crm_store.language import Language
from crm_store.messages import Audience, Author, MessageStatus
from tests.bot.console.conftest import Shop, signed_in

pytestmark = pytest.mark.browser


async def open_case(page: Page, words: str) -> None:
    await page.click(f".hk-case:has-text('{words}')")
    await page.wait_for_selector(".hk-composer")


async def take(page: Page) -> None:
    await page.get_by_role("button", name="接手").click()
    await page.wait_for_selector(".hk-field[data-mode='reply']")


async def write(page: Page, text: str) -> None:
    await page.fill(".hk-field", text)
    await page.locator(".hk-field").press("Enter")


class TestQueue:
    async def test_urgency_comes_first_then_the_member_then_the_wait(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        gold = await shop.member(tier="gold", given_name="金")
        plain = await shop.member(given_name="普通")
        await shop.waits("先来的访客", user="visitor")
        await shop.waits("普通会员在等", user="plain", member=plain)
        await shop.waits("金卡会员在等", user="gold", member=gold)
        await shop.waits("我非常生气", user="angry", urgency=3, reason="anger")
        page = await signed_in(browser, shop)
        await expect(page.locator(".hk-case")).to_have_count(4)
        said = await page.locator(".hk-case .hk-said").all_inner_texts()
        assert said == ["我非常生气", "金卡会员在等", "普通会员在等", "先来的访客"]
        assert "情绪激动" in await page.locator(".hk-case").first.inner_text()

    async def test_a_waiting_time_counts_on_by_itself(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        clock = page.locator(".hk-case .hk-timer")
        before = await clock.inner_text()
        await expect(clock).not_to_have_text(before, timeout=5000)

    async def test_whoever_comes_while_the_page_is_open_appears(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        page = await signed_in(browser, shop)
        await expect(page.locator(".hk-pane-list .hk-none")).to_have_text("没有人在等。")
        await shop.waits("要找人工", user="u9")
        await expect(page.locator(".hk-case")).to_have_count(1, timeout=5000)


class TestConversation:
    async def test_taking_over_tells_the_customer_and_silences_the_bot(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        waiting = await shop.waits("请帮我看看", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "请帮我看看")
        await take(page)
        taken = await shop.now(waiting)
        assert (taken.state, taken.agent_id) == (ConversationState.AGENT, agent_id)
        assert any("周晴" in (each.text or "") for each in await shop.heard(waiting))

        await shop.says("还在吗")
        await expect(page.locator(".hk-msg.customer .hk-text").last).to_have_text("还在吗", timeout=5000)
        handled = [each for each in await shop.heard(waiting) if each.author == Author.CUSTOMER]
        await shop.until(lambda: _handled(shop, waiting))
        after = handled[-1].seq
        assert not [each for each in await shop.heard(waiting) if each.seq > after and each.author == Author.BOT]

    async def test_a_customers_message_comes_to_the_screen_by_itself_and_once(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        await shop.waits("第一句", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "第一句")
        await shop.says("第二句")
        await page.wait_for_selector(".hk-msg.customer:has-text('第二句')")
        await shop.says("第三句")
        await page.wait_for_selector(".hk-msg.customer:has-text('第三句')")
        assert await page.locator(".hk-msg.customer:has-text('第二句')").count() == 1

    async def test_enter_pressed_twice_says_it_once(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await take(page)
        await page.fill(".hk-field", "我在，请讲")
        await page.evaluate(
            """() => { for (let i = 0; i < 2; i++) document.querySelector(".hk-field").dispatchEvent(
                new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true})); }"""
        )
        await page.wait_for_selector(".hk-msg.agent:has-text('我在，请讲')")
        await expect(page.locator(".hk-field")).to_have_value("")
        await page.fill(".hk-field", "还在吗")
        await page.press(".hk-field", "Enter")
        await page.wait_for_selector(".hk-msg.agent:has-text('还在吗')")
        said = [each for each in await shop.heard(waiting) if each.author == Author.AGENT]
        assert [each.text for each in said] == ["我在，请讲", "还在吗"]

    async def test_enter_that_chooses_a_word_of_an_input_method_sends_nothing(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await take(page)
        await page.fill(".hk-field", "nihao")
        await page.evaluate(
            """() => document.querySelector(".hk-field").dispatchEvent(new KeyboardEvent(
                "keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
        )
        await page.locator(".hk-field").press_sequentially("ma")
        await page.press(".hk-field", "Enter")
        await page.wait_for_selector(".hk-msg.agent")
        said = [each for each in await shop.heard(waiting) if each.author == Author.AGENT]
        assert [each.text for each in said] == ["nihaoma"]

    async def test_a_note_is_for_the_staff_alone(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await take(page)
        await page.get_by_role("button", name="内部备注").click()
        await write(page, "先别答应退款")
        await expect(page.locator(".hk-msg.note")).to_contain_text("先别答应退款")
        assert "先别答应退款" not in [each.text for each in await shop.heard(waiting)]
        notes = [each for each in await shop.heard(waiting, Audience.STAFF) if each.audience == Audience.STAFF]
        assert [(each.text, each.status) for each in notes] == [("先别答应退款", MessageStatus.SENT)]

    async def test_words_for_one_customer_never_reach_another(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        first = await shop.waits("第一位", user="u1")
        second = await shop.waits("第二位", user="u2")
        page = await signed_in(browser, shop)
        await open_case(page, "第一位")
        await take(page)
        await page.fill(".hk-field", "只给第一位看的话")
        await page.get_by_role("button", name="排队").click()
        await open_case(page, "第二位")
        await page.wait_for_selector("h2:has-text('访客')")
        await take(page)
        await expect(page.locator(".hk-field")).to_have_value("")
        await write(page, "给第二位")
        await page.wait_for_selector(".hk-msg.agent:has-text('给第二位')")
        assert [each.text for each in await shop.heard(second) if each.author == Author.AGENT] == ["给第二位"]
        assert not [each for each in await shop.heard(first) if each.author == Author.AGENT]

    async def test_what_was_held_back_and_what_failed_is_seen_as_such(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        async with shop.services.database.transaction() as session:
            current = await conversations.locked(session, waiting.id)
            held_back = {"author": Author.BOT, "status": MessageStatus.SUPPRESSED, "text": "机器人晚到的话"}
            await conversations.append(session, current, **held_back)
            lost = {"author": Author.AGENT, "status": MessageStatus.FAILED, "text": "没送到的话", "error": "blocked"}
            await conversations.append(session, current, **lost)
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await expect(page.locator(".hk-msg.suppressed")).to_contain_text("未发送（人工已接手）")
        await expect(page.locator(".hk-msg.failed")).to_contain_text("发送失败")
        await expect(page.locator(".hk-msg.failed")).to_contain_text("blocked")

    async def test_the_customers_typing_is_seen_and_gone_with_the_message(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await expect(page.locator(".hk-pane-talk h2")).to_be_visible()

        async def seen() -> bool:
            await shop.services.desk.typing(waiting.id, "customer")
            return await page.locator(".hk-typing").is_visible()

        await shop.until(seen)
        await shop.says("我说完了")
        await expect(page.locator(".hk-msg.customer").last).to_contain_text("我说完了")
        await expect(page.locator(".hk-typing")).to_be_hidden()

    async def test_markup_in_a_customers_words_stays_words(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        words = "<img src=x onerror=\"document.title='stolen'\"><b>粗</b>"
        await shop.waits(words, user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "粗")
        await expect(page.locator(".hk-msg.customer .hk-text").first).to_have_text(words)
        assert await page.locator(".hk-desk img").count() == 0
        assert "stolen" not in await page.title()

    async def test_closing_records_the_outcome(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await take(page)
        await page.get_by_role("button", name="结束", exact=True).click()
        await page.locator(".hk-dialog").get_by_text("待跟进").click()
        await page.locator(".hk-dialog").get_by_role("button", name="结束", exact=True).click()
        await expect(page.locator(".hk-talk-title")).to_contain_text("已结束")
        closed = await shop.now(waiting)
        assert (closed.state, closed.outcome) == (ConversationState.CLOSED, "follow_up")


class TestSuggestions:
    async def test_an_article_is_offered_in_the_customers_language_and_only_put_into_the_field(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        async with shop.services.database.transaction() as session:
            await knowledge.upsert(
                session,
                slug="shipping_cost",
                titles={"zh-Hans": "运费怎么算", "zh-Hant": "運費怎麼算", "en": "What shipping costs"},
                bodies={"zh-Hans": "满 99 元包邮。", "zh-Hant": "滿 99 元免運費。", "en": "Free from 99 yuan."},
                keywords={"zh-Hans": ["运费", "包邮"], "zh-Hant": ["運費"], "en": ["shipping", "postage"]},
            )
        waiting = await shop.waits("运费怎么算？", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "运费怎么算")
        await take(page)
        await page.locator(".hk-articles").get_by_role("button").first.click()
        await expect(page.locator(".hk-field")).to_have_value("满 99 元包邮。")
        assert not [each for each in await shop.heard(waiting) if each.author == Author.AGENT]

    async def test_while_articles_are_looked_up_messages_come_and_go(
        self, shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = asyncio.Event()

        async def search(*_asked: object) -> list[object]:
            await found.wait()
            return []

        monkeypatch.setattr(shop.services.knowledge, "search", search)
        await shop.agent()
        await shop.waits("运费怎么算？", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "运费怎么算")
        await take(page)
        await shop.says("还在吗")
        await page.wait_for_selector(".hk-msg.customer:has-text('还在吗')")
        await write(page, "在的")
        await page.wait_for_selector(".hk-msg.agent:has-text('在的')")
        found.set()


class TestTwoAgents:
    async def test_the_second_sees_who_was_faster(self, shop: Shop, browser: Browser) -> None:
        first_id = await shop.agent()
        await shop.agent("Sarah Bell", email="sarah@shop.example", language=Language.EN)
        waiting = await shop.waits("在吗", user="u1")
        mine = await signed_in(browser, shop)
        hers = await signed_in(browser, shop, email="sarah@shop.example")
        await open_case(mine, "在吗")
        await open_case(hers, "在吗")
        # Not `click`, which waits for a button that the other's success may just have taken away.
        await asyncio.gather(
            mine.get_by_role("button", name="接手").dispatch_event("click"),
            hers.get_by_role("button", name="Take over").dispatch_event("click"),
        )
        await shop.until(lambda: _is_taken(shop, waiting.id))
        winner = (await shop.now(waiting)).agent_id
        loser, told = (hers, "With 周晴") if winner == first_id else (mine, "Sarah Bell 正在接待")
        await expect(loser.locator(".hk-talk-title")).to_contain_text(told, timeout=8000)
        await expect(loser.get_by_role("button", name="Take over" if loser is hers else "接手")).to_be_hidden()
        await expect(loser.locator(".hk-field")).to_have_attribute("data-mode", "note")
        hint = "周晴 is with this customer" if loser is hers else "Sarah Bell 正在接待"
        await expect(loser.locator(".hk-hint")).to_contain_text(hint)

    async def test_a_closed_conversation_says_that_only_notes_are_possible(self, shop: Shop, browser: Browser) -> None:
        agent_id = await shop.agent()
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        await take(page)
        await shop.services.desk.close(waiting.id, agent_id, outcome="resolved")
        await expect(page.locator(".hk-hint")).to_have_text("会话已经结束，现在只能写备注。", timeout=8000)

    async def test_a_take_that_comes_too_late_is_told_by_name(self, shop: Shop, browser: Browser) -> None:
        await shop.agent()
        other = await shop.agent("林育誠", email="lin@shop.example")
        waiting = await shop.waits("在吗", user="u1")
        page = await signed_in(browser, shop)
        await open_case(page, "在吗")
        # The colleague takes it without a signal, as when one is lost: the page still offers the button.
        async with shop.services.database.transaction() as session:
            await conversations.take(session, waiting.id, other)
        await page.get_by_role("button", name="接手").click()
        await expect(page.locator(".q-notification")).to_contain_text("林育誠 已经在接待这位客户了")


class TestMember:
    async def test_contact_data_is_masked_until_asked_for_and_both_looks_are_written_down(
        self, shop: Shop, browser: Browser
    ) -> None:
        agent_id = await shop.agent()
        member = await shop.member(phone="13812345678", email="xiaowen@example.com")
        await shop.waits("查一下我的订单", user="u1", member=member)
        page = await signed_in(browser, shop)
        await open_case(page, "查一下我的订单")
        aside = page.locator(".hk-pane-member")
        await expect(aside).to_contain_text("138****5678")
        assert "13812345678" not in await page.content()
        await aside.get_by_role("button", name="显示电话号码").click()
        await expect(aside).to_contain_text("13812345678")
        async with shop.services.database.reading() as session:
            entries = await audit.entries(session, subject=f"member:{member.id}")
        acts = {(each.action, each.agent_id, each.details.get("field")) for each in entries}
        assert acts == {("view_member", agent_id, None), ("reveal_contact", agent_id, "phone")}

    async def test_on_a_phone_the_address_of_a_conversation_shows_it_and_not_the_list(
        self, shop: Shop, browser: Browser
    ) -> None:
        await shop.agent()
        waits = await shop.waits("查一下我的订单", user="u1")
        page = await signed_in(browser, shop, size=(380, 780))
        await expect(page.locator(".hk-desk")).to_have_attribute("data-pane", "list")
        await page.goto(f"{shop.url}/console/c/{waits.id}")
        await expect(page.locator(".hk-msg.customer")).to_be_visible()
        await expect(page.locator(".hk-desk")).to_have_attribute("data-pane", "talk")


async def _is_taken(shop: Shop, conversation_id: str) -> bool:
    async with shop.services.database.reading() as session:
        return (await conversations.get(session, conversation_id)).state == ConversationState.AGENT


async def _handled(shop: Shop, conversation: object) -> bool:
    heard = await shop.heard(conversation)  # type: ignore[arg-type]
    return not [each for each in heard if each.status == MessageStatus.RECEIVED]
