"""What purchases, birthdays and reviews bring."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, earning_rules, members, points, tiers
from crm_store.clock import FrozenClock
from tests.crm_store.policy.shop_files import changed


class TestRates:
    async def test_280_points_as_silver_are_an_order_of_140(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        silver, platinum = await tiers.get(session, "silver"), await tiers.get(session, "platinum")
        assert earning_rules.amount_to_earn(280, silver) == 140_00
        assert earning_rules.amount_to_earn(281, silver) == 141_00
        assert earning_rules.points_for(140_00, silver) == 280
        assert earning_rules.points_for(99_99, platinum) == 99 * 4


class TestPurchase:
    async def test_at_the_members_level_which_then_rises(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        order = {"total_minor": 1000_00, "order_number": "20261122-0001", "key": "order:1"}
        await accrual.earn_for_purchase(session, member, **order)  # type: ignore[arg-type]
        assert (await points.balance(session, member.id), member.tier_code) == (1000, "silver")
        again = await accrual.earn_for_purchase(session, member, **order)  # type: ignore[arg-type]
        assert [entry.points for entry in again] == [1000]
        await accrual.earn_for_purchase(session, member, total_minor=10_00, order_number="20261122-0002", key="order:2")
        assert await points.balance(session, member.id) == 1020

    @pytest.mark.parametrize(
        ("birthday", "at", "expected"),
        [
            (date(1990, 11, 22), datetime(2026, 11, 22, 10, tzinfo=UTC), [100, 100]),
            # Half past midnight of the birthday in Shanghai is still the day before in UTC.
            (date(1990, 11, 22), datetime(2026, 11, 21, 16, 30, tzinfo=UTC), [100, 100]),
            (date(1990, 11, 21), datetime(2026, 11, 22, 10, tzinfo=UTC), [100]),
            (date(1992, 2, 29), datetime(2026, 2, 28, 4, tzinfo=UTC), [100, 100]),
            (date(1992, 2, 29), datetime(2028, 2, 28, 4, tzinfo=UTC), [100]),
            (None, datetime(2026, 11, 22, 10, tzinfo=UTC), [100]),
        ],
    )
    async def test_double_on_the_birthday(
        self, session: AsyncSession, birthday: date | None, at: datetime, expected: list[int]
    ) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        member.birthday = birthday
        entries = await accrual.earn_for_purchase(
            session, member, total_minor=100_00, order_number="20261122-0001", key="order:1", at=at
        )
        assert [entry.points for entry in entries] == expected
        assert [entry.qualifies for entry in entries] == [True, False][: len(expected)]

    async def test_small_change_brings_nothing(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        found = await accrual.earn_for_purchase(session, member, total_minor=99, order_number="x", key="order:1")
        assert found == []


class TestReview:
    async def test_once_per_order(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        for _ in range(2):
            await accrual.earn_for_review(session, member, order_number="20261122-0001")
        assert await points.balance(session, member.id) == 40


class TestTheOrdersDay:
    """ "Double points on orders placed on your birthday": they are complete, and earn, only a week later."""

    @pytest.mark.parametrize(
        ("ordered", "completed", "expected"),
        [(22, 30, [100, 100]), (15, 22, [100])],
        ids=["placed on the birthday", "only completed on the birthday"],
    )
    async def test_the_day_of_the_order_decides(
        self, session: AsyncSession, ordered: int, completed: int, expected: list[int]
    ) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        member.birthday = date(1990, 11, 22)
        entries = await accrual.earn_for_purchase(
            session, member, total_minor=100_00, order_number="1", key="order:1",
            at=datetime(2026, 11, completed, 4, tzinfo=UTC), ordered_at=datetime(2026, 11, ordered, 4, tzinfo=UTC),
        )  # fmt: skip
        assert [entry.points for entry in entries] == expected


class TestPolicy:
    async def test_what_an_order_and_a_review_bring_is_the_shops_decision(self, session: AsyncSession) -> None:
        at = datetime(2026, 11, 22, 10, tzinfo=UTC)
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        member.birthday = date(1990, 11, 22)
        with changed("points: {review: 55, birthday_times: 3}"):
            entries = await accrual.earn_for_purchase(
                session, member, total_minor=100_00, order_number="1", key="order:1", at=at
            )
            assert [entry.points for entry in entries] == [100, 200]
            assert (await accrual.earn_for_review(session, member, order_number="1")).points == 55

        again = await accrual.earn_for_purchase(
            session, member, total_minor=100_00, order_number="1", key="order:1", at=at
        )
        assert [entry.points for entry in again] == [100, 200]
        assert (await accrual.earn_for_review(session, member, order_number="1")).points == 55
        assert await points.balance(session, member.id) == 355

    async def test_without_a_gift_the_birthday_is_a_day_like_any_other(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        member = await members.create(session)
        member.birthday = date(1990, 11, 22)
        with changed("points: {birthday_times: 1}"):
            entries = await accrual.earn_for_purchase(
                session, member, total_minor=100_00, order_number="1", key="order:1",
                at=datetime(2026, 11, 22, 10, tzinfo=UTC),
            )  # fmt: skip
        assert [entry.points for entry in entries] == [100]
