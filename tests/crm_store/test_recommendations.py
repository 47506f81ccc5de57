"""What goes together by what members bought, and what is recommended to whom; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders, products, recommendations
from crm_store.language import Language
from crm_store.orders import LineItem, OrderStatus
from crm_store.policy import policy
from crm_store.recommendations import Reason, affinities
from crm_store.recommendations.rules import ranked
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.test_products import shelve

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def bought(session: AsyncSession, member_id: int, *skus: str, days_ago: int = 10, status: str = "paid") -> None:
    items = [LineItem(sku=sku, names={Language.EN: sku.lower()}, price_minor=100) for sku in skus]
    placed_at = clock.now() - timedelta(days=days_ago)
    order = await orders.create(session, member_id=member_id, items=items, placed_at=placed_at)
    order.status = status
    await session.flush()


async def somebody(session: AsyncSession) -> int:
    return (await members.create(session)).id


async def learnt(session: AsyncSession) -> int:
    found = affinities(await recommendations.purchases(session), at_least=policy().recommendations.bought_together)
    return await recommendations.learn(session, found)


async def told(session: AsyncSession, member_id: int) -> list[tuple[str, str]]:
    return [(each.product.sku, each.reason) for each in await recommendations.for_member(session, member_id)]


class TestAffinities:
    def test_the_more_members_share_two_articles_the_closer_they_are(self) -> None:
        found = affinities([["a", "b"]] * 4 + [["a", "c"]] * 3 + [["c", "d"]] * 9, at_least=3)
        of_a = [(each.other_sku, each.together, round(each.score, 3)) for each in found if each.sku == "a"]
        # 4 of 7 and 4 members: 4/√28 × 4/9; 3 of 7 and 12 members: 3/√84 × 3/8
        assert of_a == [("b", 4, 0.336), ("c", 3, 0.123)]

    def test_what_too_few_bought_together_does_not_count(self) -> None:
        assert affinities([["a", "b"], ["a", "b"]], at_least=3) == []
        assert affinities([], at_least=3) == []

    def test_more_members_than_fit_at_a_time_are_all_counted(self) -> None:
        assert affinities([["a", "b"]] * 4500, at_least=3)[0].together == 4500

    def test_what_was_bought_lately_says_more(self) -> None:
        owned = {"old": timedelta(days=360), "new": timedelta(0)}
        assert ranked(owned, [("old", "x", 0.4), ("new", "y", 0.2)]) == [("y", "new"), ("x", "old")]
        assert ranked(owned, [("old", "x", 0.4), ("new", "y", 0.09), ("new", "x", 0.05)]) == [
            ("x", "old"),
            ("y", "new"),
        ]


class TestForMember:
    async def test_what_similar_members_bought_comes_with_how_many_and_because_of_what(
        self, session: AsyncSession
    ) -> None:
        await shelve(session)
        for _ in range(3):
            await bought(session, await somebody(session), "COF-01", "KIT-01")
        me = await somebody(session)
        await bought(session, me, "COF-01")
        assert await learnt(session) == 2
        first, *rest = await recommendations.for_member(session, me)
        assert (first.product.sku, first.reason, first.bought, first.together) == (
            "KIT-01", Reason.BOUGHT_TOO, {"en": "cof-01"}, 3,
        )  # fmt: skip
        assert [(each.product.sku, each.reason) for each in rest] == [("TEA-01", Reason.SAME_KIND)]

    @pytest.mark.parametrize(
        ("sku", "days_ago", "is_told"),
        [
            ("TEA-01", 44, False), ("TEA-01", 46, True), ("TEA-01", 179, True),
            ("TEA-01", 181, False),  # done without for so long, it is not missed any more
            ("COF-01", 46, False),  # under warranty, so no supply
            ("RUN-01", 46, False),  # of a kind that is not used up
        ],
    )  # fmt: skip
    async def test_a_supply_they_have_is_recommended_again_when_it_is_used_up(
        self, session: AsyncSession, sku: str, days_ago: int, is_told: bool
    ) -> None:
        await shelve(session)
        me = await somebody(session)
        await bought(session, me, sku, days_ago=days_ago)
        with changed("recommendations: {used_up_after: {coffee_tea: 45 days}}"):
            assert ((sku, Reason.USED_UP) in await told(session, me)) is is_told

    async def test_nothing_that_is_sold_out_or_off_the_shelf(self, session: AsyncSession) -> None:
        await shelve(session)
        for _ in range(3):
            await bought(session, await somebody(session), "COF-01", "KIT-01", "RUN-01")
        me = await somebody(session)
        await bought(session, me, "COF-01")
        await learnt(session)
        (await products.by_sku(session, "KIT-01")).stock = 0
        (await products.by_sku(session, "RUN-01")).active = False
        await session.flush()
        assert {sku for sku, _ in await told(session, me)} == {"TEA-01"}

    async def test_what_was_sent_back_or_cancelled_says_nothing(self, session: AsyncSession) -> None:
        await shelve(session)
        for _ in range(3):
            await bought(session, await somebody(session), "COF-01", "KIT-01", status=OrderStatus.RETURNED)
        me = await somebody(session)
        await bought(session, me, "COF-01", status=OrderStatus.CANCELLED)
        assert await learnt(session) == 0
        assert await told(session, me) == []

    async def test_a_member_who_bought_nothing_gets_nothing(self, session: AsyncSession) -> None:
        await shelve(session)
        assert await told(session, await somebody(session)) == []


async def test_what_is_learnt_takes_the_place_of_what_was(session: AsyncSession) -> None:
    await shelve(session)
    for _ in range(3):
        await bought(session, await somebody(session), "COF-01", "KIT-01", days_ago=100)
    assert await learnt(session) == 2
    with changed("recommendations: {look_back: 90 days}"):
        assert await learnt(session) == 0
    me = await somebody(session)
    await bought(session, me, "COF-01")
    assert ("KIT-01", Reason.BOUGHT_TOO) not in await told(session, me)
