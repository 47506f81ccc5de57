"""A customer on the website, in a real browser, with the real Rasa server and the real store."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.page import ShopPage
from tests.stack import Stack

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]


async def test_a_signed_in_member_asks_for_points_and_gets_the_true_balance_and_what_expires(
    shop: Stack, browser: Browser
) -> None:
    context = await browser.new_context(locale="zh-CN")
    chat = await ShopPage.opened(context, shop.url, member="HK100001")
    await chat.say("我还有多少积分?")
    answer = await chat.reply()
    assert "2,380" in answer
    assert "600" in answer
    await chat.say("what about the ones that expire?")
    answer = await chat.reply()
    assert "600" in answer
    assert "31 December" in answer
    await context.close()


async def test_a_stranger_asks_for_points_and_gets_the_way_to_be_verified_and_no_number(
    shop: Stack, browser: Browser
) -> None:
    context = await browser.new_context(locale="zh-CN")
    chat = await ShopPage.opened(context, shop.url)
    await chat.say("我还有多少积分?")
    answer = await chat.reply()
    assert not re.search(r"\d", answer.split("回客 ·")[0].split("\n")[0])
    await expect(chat.replies.last.locator("button", has_text="登录商城账号")).to_be_visible()
    await context.close()


async def test_policy_is_answered_without_signing_in_in_three_scripts(shop: Stack, browser: Browser) -> None:
    for locale, question, words in (
        ("zh-CN", "满多少可以包邮啊", "99"),
        ("zh-TW", "運費是怎麼計算的呢", "運費"),
        ("en-GB", "how much do you charge for shipping?", "shipping"),
    ):
        context = await browser.new_context(locale=locale)
        chat = await ShopPage.opened(context, shop.url)
        await chat.say(question)
        assert words in await chat.reply_with(words)
        await context.close()


async def test_the_network_breaks_and_comes_back_and_nothing_is_missed_or_doubled(
    shop: Stack, browser: Browser
) -> None:
    context = await browser.new_context(locale="en-GB")
    chat = await ShopPage.opened(context, shop.url)
    await chat.say("hello there")
    await chat.reply()
    await shop.kill(shop.app)
    await expect(chat.page.locator("#huike-widget .offline")).to_be_visible(timeout=20_000)
    await chat.say("how much do you charge for shipping?")
    await shop.restart(shop.app)
    await chat.reply_with("free from ¥99")
    mine = chat.page.locator("#huike-widget .m.customer")
    await expect(mine).to_have_count(2)
    before = await chat.page.locator("#huike-widget .m:not(.system)").count()
    await chat.page.reload()
    await expect(mine).to_have_count(2, timeout=20_000)
    await expect(chat.page.locator("#huike-widget .m:not(.system)")).to_have_count(before - 1)  # the greeting is gone
    await context.close()


async def test_the_widget_is_used_with_the_keyboard_alone_on_a_phone(shop: Stack, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-TW", viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto(shop.url)
    launch = page.locator("#huike-widget .launch")
    await expect(launch).to_have_attribute("aria-expanded", "false")
    await launch.focus()
    await page.keyboard.press("Enter")
    window = page.locator("#huike-widget .window")
    await expect(window).to_be_visible()
    box = await window.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    await expect(page.locator("#huike-widget textarea")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(window).to_be_hidden()
    await expect(launch).to_be_focused()
    await context.close()


async def test_a_signed_out_visitor_no_longer_sees_what_was_said_to_the_member(shop: Stack, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN")
    chat = await ShopPage.opened(context, shop.url, member="HK100003")
    await chat.say("积分还剩多少")
    assert "1,220" in await chat.reply()
    await chat.page.locator("#huike-widget .x").click()
    await chat.page.locator("#sign").click()
    await chat.page.reload()
    await chat.page.locator("#huike-widget .launch").click()
    await expect(chat.replies).to_have_count(1)
    assert "1,220" not in await chat.page.locator("#huike-widget .log").inner_text()
    await context.close()
