"""A member asks whether what was bought some days ago may still go back: their own purchase is told by its own days."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.sentences import encode
from crm_store.orders import Order
from tests.actions.conftest import Customer, Ran
from tests.actions.knowledge.test_answers import publish
from tests.actions.returns.talking import bought

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest_asyncio.fixture(autouse=True)
async def rule(member: Customer, vectors_folder: Path) -> AsyncIterator[None]:
    await publish(member.database, "return_window")
    use_index(KnowledgeIndex(member.database, using=encode, folder=vectors_folder))
    yield


async def asks(member: Customer, text: str, order: Order, language: str = "zh-Hans") -> Ran:
    """Asked of the purchase that was spoken of."""
    focus = {"order": order.number, "product": order.lines[0].sku}
    return await member.run(ActionFaq, text, "ask_faq", language=language, slots={"focus": focus})


@pytest.mark.parametrize(
    ("text", "language", "response"),
    [
        ("三周前收到的，还能退吗", "zh-Hans", "reply_return_window_over"),
        ("三週前收到的，漆掉了，還能退嗎", "zh-Hant", "reply_return_last_day_fault"),
        ("it came three weeks ago and it is faulty, can I still return it", "en", "reply_return_last_day_fault"),
    ],
)
async def test_what_is_possible_of_the_very_thing(member: Customer, text: str, language: str, response: str) -> None:
    ran = await asks(member, text, await bought(member, "lamp", days_ago=20), language)
    assert ran.responses == [response]


async def test_days_that_are_remembered_wrongly_are_put_right_by_the_order(member: Customer) -> None:
    await bought(member, "lamp", days_ago=3)
    ran = await member.run(ActionFaq, "半个月前买的台灯还能退吗", "ask_faq", entities={"product": "台灯"})
    assert ran.responses == ["reply_return_last_day"]


async def test_after_both_terms_the_warranty_is_offered(member: Customer) -> None:
    ran = await asks(member, "两个月前收到的，坏了，还能退吗", await bought(member, "lamp", days_ago=60))
    assert ran.responses == ["reply_return_windows_over_warranty"]
    assert any('"repair:' in payload for payload in ran.only.payloads)


async def test_a_visitor_hears_by_which_day_it_was_reckoned(customer: Customer) -> None:
    ran = await customer.run(ActionFaq, "三周前买的台灯还能退吗", "ask_faq", entities={"product": "台灯"})
    assert ran.responses == ["reply_reckon_return_over"]
    assert "按您说的日子" in ran.only.text
