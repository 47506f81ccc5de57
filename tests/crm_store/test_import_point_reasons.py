"""One order earns once, in whatever words a file says what its points are for."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, points
from crm_store.importing import ImportReport, as_rows, import_rows
from crm_store.importing.point_reasons import reading


async def member_id(session: AsyncSession) -> int:
    await import_rows(session, "members", as_rows([{"member_number": "T1"}]), source="shop.csv")
    member = await members.by_number(session, "T1")
    assert member is not None
    return member.id


async def give(session: AsyncSession, *rows: tuple[str, int, str]) -> ImportReport:
    """Movements of one order: their numbers, points and reasons."""
    sent = [
        {"external_id": number, "member_number": "T1", "points": given, "reason": reason, "reference": "TO1"}
        for number, given, reason in rows
    ]
    return await import_rows(session, "points", as_rows(sent), source="shop.csv")


def refused(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.reason_code) for each in report.refused]


@pytest.mark.parametrize(
    "word", ["購物", "购物", "Purchase", "PURCHASE", "ｐｕｒｃｈａｓｅ", "消費", " 消费 ", "購物積分", "Order"]
)
@pytest.mark.parametrize("first", ["purchase", "購買"])
async def test_the_same_purchase_in_other_words(session: AsyncSession, first: str, word: str) -> None:
    owner = await member_id(session)
    assert (await give(session, ("E1", 100, first))).created == 1
    assert refused(await give(session, ("E2", 100, word))) == [(1, "reference", "order_earned_before")]
    assert await points.balance(session, owner) == 100


async def test_in_one_call_too(session: AsyncSession) -> None:
    owner = await member_id(session)
    report = await give(session, ("E1", 50, "purchase"), ("E2", 50, "購物"), ("E3", 50, "PURCHASE"), ("E4", 5, "評價"))
    assert refused(report) == [(2, "reference", "order_earned_before"), (3, "reference", "order_earned_before")]
    assert await points.balance(session, owner) == 55


@pytest.mark.parametrize("word", ["买东西得的", "till receipt", ""])
async def test_a_word_nobody_knows_may_be_the_purchase(session: AsyncSession, word: str) -> None:
    owner = await member_id(session)
    assert (await give(session, ("E1", 100, "消费"))).created == 1
    assert refused(await give(session, ("E2", 100, word))) == [(1, "reference", "order_earned_otherwise")]
    assert (await give(session, ("E3", 10, "活動"), ("E4", 10, "goodwill"), ("E5", 10, "Review"))).created == 3
    assert await points.balance(session, owner) == 130


async def test_also_when_the_unknown_word_came_first(session: AsyncSession) -> None:
    await member_id(session)
    assert (await give(session, ("E1", 100, "till receipt"))).created == 1
    assert refused(await give(session, ("E2", 100, "購物"))) == [(1, "reference", "order_earned_otherwise")]
    assert (await give(session, ("E1", 100, "till receipt"))).unchanged == 1


@pytest.mark.parametrize("word", ["退貨", "退货", "Return", "REFUND", "訂單取消", "Cancelled"])
async def test_what_was_spent_is_owed_in_any_script(session: AsyncSession, word: str) -> None:
    owner = await member_id(session)
    await give(session, ("E1", 100, "購物"), ("E2", -80, "兌換"))
    assert (await give(session, ("E3", -100, word))).created == 1
    assert await points.balance_and_owed(session, owner) == (0, 80)


async def test_a_movement_booked_under_an_unread_word_is_the_same_one_again(session: AsyncSession) -> None:
    owner = await member_id(session)
    await points.earn(session, owner, points=100, reason="購物", key="import:points:E1", reference="TO1")
    assert (await give(session, ("E1", 100, "購物"))).unchanged == 1
    assert refused(await give(session, ("E2", 100, "purchase"))) == [(1, "reference", "order_earned_before")]


def test_an_unknown_word_stays_what_it_was() -> None:
    assert reading("Till Receipt") == "Till Receipt"
    assert {reading(word) for word in ("order_cancelled", "Order Cancelled", "取消訂單")} == {"order_cancelled"}
