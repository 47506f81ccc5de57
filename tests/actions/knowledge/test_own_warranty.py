"""A member asks whether what they bought is still covered: their own purchase is told, and no rule."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from bot.sentences import encode
from crm_store import orders
from tests.actions.conftest import Customer, Ran
from tests.actions.knowledge.test_answers import publish
from tests.actions.returns.talking import bought
from tests.actions.returns.test_apart import again

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest_asyncio.fixture(autouse=True)
async def rule(member: Customer, vectors_folder: Path) -> AsyncIterator[None]:
    await publish(member.database, "warranty")
    use_index(KnowledgeIndex(member.database, using=encode, folder=vectors_folder))
    yield


async def asks(member: Customer, text: str, thing: str | None = None, language: str = "zh-Hans") -> Ran:
    return await member.run(ActionFaq, text, "ask_faq", entities={"product": thing} if thing else {}, language=language)


@pytest.mark.parametrize(
    ("text", "thing", "language"),
    [
        ("耳机还在保修吗", "耳机", "zh-Hans"),
        ("我買的耳機過保固了嗎", "耳機", "zh-Hant"),
        ("are my earbuds still covered by the warranty?", "earbuds", "en"),
    ],
)
async def test_until_when_what_was_bought_is_covered(member: Customer, text: str, thing: str, language: str) -> None:
    await bought(member, "buds", days_ago=40)
    ran = await asks(member, text, thing, language=language)
    assert ran.responses == ["reply_warranty_own"]
    assert any('"repair:' in payload for payload in ran.said[-1].payloads)


async def test_what_is_over_is_said_with_its_day_and_a_person(member: Customer) -> None:
    await bought(member, "shoes", days_ago=120)
    ran = await asks(member, "跑鞋还在保修期内吗", "跑鞋")
    assert ran.responses == ["reply_warranty_own_over"]
    assert any("request_human" in payload for payload in ran.said[-1].payloads)


async def test_what_has_not_come_yet_is_not_covered_yet(member: Customer) -> None:
    await bought(member, "buds", delivered=False)
    assert (await asks(member, "耳机的保修到什么时候", "耳机")).responses == ["reply_warranty_own_not_there"]


async def test_bought_several_times_each_is_told(member: Customer) -> None:
    await bought(member, "shoes", days_ago=10)
    await again(member, "shoes", days_ago=200)
    ran = await asks(member, "is the warranty on my shoes over", "shoes", language="en")
    assert ran.responses == ["reply_warranty_own", "reply_warranty_own_over"]


async def test_what_was_just_spoken_of_is_meant(member: Customer) -> None:
    order = await bought(member, "buds", days_ago=40)
    member.slots["focus"] = {"order": order.number, "at": {"order": 2}, "topic": "ask_order_status"}
    assert (await asks(member, "那还保修吗")).responses == ["reply_warranty_own"]


async def test_the_rule_asked_in_general_is_told_whatever_was_spoken_of(member: Customer) -> None:
    order = await bought(member, "buds", days_ago=40)
    member.slots["focus"] = {"order": order.number, "at": {"order": 2}, "topic": "ask_order_status"}
    ran = await asks(member, "一般保修多久")
    assert not any(each.startswith("reply_warranty_own") for each in ran.responses)


@pytest.mark.parametrize(
    ("text", "thing"),
    [("耳机一般保修多久", "耳机"), ("电饭煲还在保修吗", "电饭煲"), ("how long is the warranty on earbuds", "earbuds")],
)
async def test_a_rule_and_what_was_never_bought_are_told_as_the_rule(member: Customer, text: str, thing: str) -> None:
    await bought(member, "buds", days_ago=40)
    ran = await asks(member, text, thing, language="en" if text.isascii() else "zh-Hans")
    assert not any(each.startswith("reply_warranty_own") for each in ran.responses)


def _month(moment: datetime) -> tuple[dict[str, str], str]:
    begin = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    return {"from": begin.isoformat(), "to": end.isoformat(), "grain": "month"}, "那个月"


@pytest.mark.parametrize("spoken_of", [False, True])
async def test_of_several_the_one_of_the_month_that_is_named_is_told(member: Customer, spoken_of: bool) -> None:
    await bought(member, "shoes", days_ago=10)
    await again(member, "shoes", days_ago=200)
    async with member.database.reading() as session:
        assert member.member is not None
        newest, oldest = await orders.recent(session, member.member.id, limit=2)
    focus = {"product": newest.lines[0].sku, "order_number": newest.number} if spoken_of else {}
    named = {} if spoken_of else {"product": "跑鞋"}
    ran = await member.run(
        ActionFaq, "那个月买的保修到什么时候", "ask_faq", spoken_of=focus,
        entities={"time": _month(oldest.placed_at), **named},
    )  # fmt: skip
    assert ran.responses == ["reply_warranty_own_over"]


@pytest.mark.parametrize(
    ("text", "thing", "language"),
    [
        ("那我去年買的那個耳機 保固還有嗎 查得到齁？", "耳機", "zh-Hant"),
        ("我四十天前买的耳机还有保修吗", "耳机", "zh-Hans"),
        ("the earbuds i got a while back, is there any warranty on mine", "earbuds", "en"),
        ("我那个耳机保修多久", "耳机", "zh-Hans"),
    ],
)
async def test_what_is_one_s_own_is_heard_in_everyday_words(
    member: Customer, text: str, thing: str, language: str
) -> None:
    await bought(member, "buds", days_ago=40)
    ran = await asks(member, text, thing, language=language)
    assert ran.responses == ["reply_warranty_own"]


async def test_that_one_is_told_by_when_it_was_bought(member: Customer) -> None:
    await bought(member, "buds", days_ago=40)
    ran = await member.run(
        ActionFaq, "所以我那台的保固是過了沒", "ask_faq", slots={"focus": {"product": "EAR-BUDS"}}, language="zh-Hant"
    )
    assert "reply_reckon" not in str(ran.responses)


@pytest.mark.parametrize(
    ("text", "thing"),
    [("耳机保修多久", "耳机"), ("我想买的耳机保修多久", "耳机"), ("how long is the warranty on earbuds", "earbuds")],
)
async def test_how_long_it_is_on_goods_stays_the_rule(member: Customer, text: str, thing: str) -> None:
    await bought(member, "buds", days_ago=40)
    assert not any(each.startswith("reply_warranty_own") for each in (await asks(member, text, thing)).responses)
