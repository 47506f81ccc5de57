"""A member asks about a lower price after buying: the rule, and how their own purchase stands today."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.products.promotions import ActionPromotion
from bot.sentences import encode
from crm_store import products
from crm_store.clock import now
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.knowledge.test_answers import publish
from tests.actions.shop import MUG, SHOE, place, stock

pytestmark = pytest.mark.usefixtures("frozen_clock")

ASKED = "买完降价了能退差价吗"


@pytest_asyncio.fixture(autouse=True)
async def rule(member: Customer, vectors_folder: Path) -> AsyncIterator[None]:
    await publish(member.database, "price_protection")
    use_index(KnowledgeIndex(member.database, using=encode, folder=vectors_folder))
    yield


async def bought(member: Customer, *, days_ago: int, price_now: int) -> str:
    """A pair of shoes, paid so many days ago; what they cost now, in minor units. The order's number."""
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        order.paid_at = now() - timedelta(days=days_ago)
        await stock(session, SHOE, sizes=["42"])
        product = await products.by_sku(session, SHOE.sku)
        product.price_minor = price_now
        return order.number


async def test_cheaper_now_is_told_with_the_difference_and_a_person(member: Customer) -> None:
    await bought(member, days_ago=4, price_now=SHOE.price_minor - 7000)
    ran = await member.run(ActionFaq, ASKED, "ask_faq")
    assert ran.responses == ["reply_reckon_price_own_lower"]
    assert "¥70" in ran.said[-1].text
    assert any("request_human" in payload for payload in ran.said[-1].payloads)


async def test_one_named_order_that_costs_the_same_has_nothing_to_refund(member: Customer) -> None:
    number = await bought(member, days_ago=4, price_now=SHOE.price_minor)
    ran = await member.run(ActionFaq, ASKED, "ask_faq", entities={"order_number": number})
    assert ran.responses[-1] == "reply_reckon_price_own_same"


async def test_nothing_named_and_nothing_cheaper_is_said_in_a_sentence(member: Customer) -> None:
    await bought(member, days_ago=4, price_now=SHOE.price_minor + 100)
    async with member.database.transaction() as session:
        await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED)
    assert (await member.run(ActionFaq, ASKED, "ask_faq")).responses[-1] == "reply_reckon_price_own_none"


async def test_a_named_order_paid_too_long_ago_is_told_so(member: Customer) -> None:
    number = await bought(member, days_ago=40, price_now=SHOE.price_minor - 7000)
    ran = await member.run(ActionFaq, ASKED, "ask_faq", entities={"order_number": number})
    assert ran.responses[-1] == "reply_reckon_price_own_over_now"


async def test_it_is_told_also_where_the_question_was_heard_as_one_about_offers(member: Customer) -> None:
    await bought(member, days_ago=4, price_now=SHOE.price_minor - 7000)
    ran = await member.run(ActionPromotion, "四天前买的鞋现在便宜了，退差价吗", "ask_promotion")
    assert ran.responses == ["reply_reckon_price_own_lower"]


async def test_a_visitor_hears_the_rule_alone(customer: Customer) -> None:
    assert (await customer.run(ActionFaq, ASKED, "ask_faq")).responses == ["reply_faq_answer"]


async def test_when_the_time_is_over_what_it_costs_today_is_told_beside(member: Customer) -> None:
    number = await bought(member, days_ago=80, price_now=SHOE.price_minor - 7000)
    ran = await member.run(ActionFaq, ASKED, "ask_faq", entities={"order_number": number})
    assert ran.responses[-1] == "reply_reckon_price_own_over_now"


@pytest.mark.parametrize("text", ["要是你们降价了呢，退差价吗", "and if it gets cheaper with you, what then"])
async def test_a_supposed_drop_is_told_as_the_rule(member: Customer, text: str) -> None:
    await bought(member, days_ago=80, price_now=SHOE.price_minor)
    ran = await member.run(ActionFaq, text, "ask_faq")
    assert not any(response.startswith("reply_reckon_price_own") for response in ran.responses)


@pytest.mark.parametrize(
    "text",
    [
        "and if they go down next week can i still come back to you about the difference",
        "那要是下周又降价了，差价还能补吗",
        "如果之後再降價，可以補差價嗎",
    ],
)
async def test_of_the_purchase_just_spoken_of_the_last_day_is_told(member: Customer, text: str) -> None:
    number = await bought(member, days_ago=4, price_now=SHOE.price_minor)
    told = await member.run(ActionFaq, ASKED, "ask_faq", entities={"order_number": number})
    assert told.responses[-1] == "reply_reckon_price_own_same"
    ran = await member.run(ActionFaq, text, "ask_faq", slots={"focus": {"order": number, "product": SHOE.sku}})
    assert ran.responses == ["reply_reckon_price_own_until"]
