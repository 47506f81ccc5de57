"""Points for many at once, as an import gives them: the same as one after the other."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, points
from crm_store.clock import FrozenClock
from crm_store.points import Gift, GiftOutcome, Lot
from tests.crm_store.test_points import agrees, lin

DAY = timedelta(days=1)


class TestEarnMany:
    async def test_what_became_of_each_in_its_place(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        first, second = await lin(session), await lin(session)
        at = frozen_clock.moment - 3 * DAY
        earlier = Gift(member_id=first.id, points=20, reason="purchase", key="o1", at=at)
        assert await points.earn_many(session, [earlier]) == [GiftOutcome.GIVEN]

        gifts = [
            Gift(member_id=second.id, points=30, reason="purchase", key="o2", at=at, expires_at=at + 5 * DAY),
            earlier,
            Gift(member_id=first.id, points=21, reason="purchase", key="o1", at=at),
            Gift(member_id=second.id, points=1, reason="birthday", key="o3", at=at, qualifies=False),
        ]
        assert await points.earn_many(session, [gifts[0], gifts[2], gifts[3]]) == [
            GiftOutcome.GIVEN, GiftOutcome.KEY_REUSED, GiftOutcome.GIVEN,
        ]  # fmt: skip
        assert await points.earn_many(session, gifts[:2]) == [GiftOutcome.EARLIER, GiftOutcome.EARLIER]

        assert [await points.balance(session, member.id) for member in (first, second)] == [20, 31]
        assert [await agrees(session, member.id) for member in (first, second)] == [True, True]
        since, until = at - DAY, frozen_clock.moment
        counted = await points.qualifying_entries(session, second.id, since=since, until=until)
        assert sum(amount for _, amount in counted) == 30
        lots = (await session.scalars(select(Lot).where(Lot.member_id == second.id).order_by(Lot.id))).all()
        assert [(lot.earned_at, lot.expires_at) for lot in lots] == [
            (at, at + 5 * DAY), (at, points.default_expiry(at)),
        ]  # fmt: skip

    async def test_one_given_together_is_the_same_as_one_given_alone(self, session: AsyncSession) -> None:
        member, at = await lin(session), clock.now()
        alone = await points.earn(session, member.id, points=5, reason="purchase", key="o1", at=at)
        gift = Gift(member_id=member.id, points=5, reason="purchase", key="o1", at=at)
        assert await points.earn_many(session, [gift]) == [GiftOutcome.EARLIER]
        assert [entry.id for entry in await points.history(session, member.id)] == [alone.id]

    async def test_nothing_twice_and_no_gift_of_nothing(self, session: AsyncSession) -> None:
        assert await points.earn_many(session, []) == []
        member = await lin(session)
        one, none = [
            Gift(member_id=member.id, points=amount, reason="purchase", key=f"o{amount}", at=clock.now())
            for amount in (1, 0)
        ]
        for refused in ([one, one], [one, none]):
            with pytest.raises(ValueError, match="above zero and a key of their own"):
                await points.earn_many(session, refused)
        assert await points.balance(session, member.id) == 0
