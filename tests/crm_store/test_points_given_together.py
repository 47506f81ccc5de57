"""Points for many at once, as an import gives them and its undoing takes them: the same as one after the other."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, points
from crm_store.clock import FrozenClock
from crm_store.points import Account, Gift, GiftOutcome, Lot
from tests.crm_store.policy.shop_files import changed
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

    async def test_what_there_is_no_room_for_is_left_and_the_rest_is_given(self, session: AsyncSession) -> None:
        first, second, at = await lin(session), await lin(session), clock.now()
        amounts = [(first, 60), (second, 101), (first, 41), (first, 40), (second, 100)]
        gifts = [
            Gift(member_id=member.id, points=amount, reason="import", key=f"o{number}", at=at)
            for number, (member, amount) in enumerate(amounts)
        ]
        with changed("points: {most: {at_once: 100, balance: 100}}"):
            given, above = GiftOutcome.GIVEN, GiftOutcome.ABOVE_LIMIT
            assert await points.earn_many(session, gifts) == [given, above, above, given, given]
        assert [await points.balance(session, member.id) for member in (first, second)] == [100, 100]
        assert [await agrees(session, member.id) for member in (first, second)] == [True, True]

    async def test_one_given_together_is_the_same_as_one_given_alone(self, session: AsyncSession) -> None:
        member, at = await lin(session), clock.now()
        alone = await points.earn(session, member.id, points=5, reason="purchase", key="o1", at=at)
        gift = Gift(member_id=member.id, points=5, reason="purchase", key="o1", at=at)
        assert await points.earn_many(session, [gift]) == [GiftOutcome.EARLIER]
        assert [entry.id for entry in await points.history(session, member.id)] == [alone.id]

    async def test_what_was_written_since_the_account_was_read_counts(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a")
        read = await session.get_one(Account, member.id)
        await session.execute(update(Account).values(balance=40), execution_options={"synchronize_session": False})
        assert read.balance == 100
        gift = Gift(member_id=member.id, points=5, reason="purchase", key="b", at=clock.now())
        await points.earn_many(session, [gift])
        assert await session.scalar(select(Account.balance).where(Account.member_id == member.id)) == 45

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


class TestReverseUntouched:
    async def test_what_is_whole_goes_and_the_rest_waits_for_a_look_of_its_own(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        whole, spent, partly, expired, owing, undone = [await lin(session) for _ in range(6)]
        given = {}
        for member in (whole, spent, partly, expired, owing, undone):
            life = DAY if member is expired else 9 * DAY
            given[member.id] = await points.earn(
                session, member.id, points=50, reason="import", key=f"given:{member.id}", reference="f1",
                expires_at=frozen_clock.moment + life,
            )  # fmt: skip
        await points.spend(session, spent.id, points=10, reason="redeem", key="spent")
        await points.take_back(session, given[partly.id], points=5, reason="return", key="partly")
        before = await points.earn(session, owing.id, points=7, reason="import", key="before")
        await points.spend(session, owing.id, points=57, reason="redeem", key="all")
        await points.reverse(session, entry_id=before.id, reason="wrong", key="owes", owing=True)
        later = await points.earn(session, undone.id, points=3, reason="import", key="later")
        await points.reverse(session, entry_id=given[undone.id].id, reason="wrong", key="undone")
        frozen_clock.move(2 * DAY)

        keys = {entry.id: f"undo:{entry.id}" for entry in (*given.values(), later)}
        back = await points.reverse_untouched(session, keys, reason="import_undone")

        assert back == {given[whole.id].id, later.id}
        assert await points.reverse_untouched(session, keys, reason="import_undone") == set()
        assert [await points.balance(session, each.id) for each in (whole, undone)] == [0, 0]
        assert all([await agrees(session, each.id) for each in (whole, spent, partly, expired, owing, undone)])

    async def test_one_undone_together_is_written_as_one_undone_alone(self, session: AsyncSession) -> None:
        together, alone = await lin(session), await lin(session)
        entries = [
            await points.earn(session, member.id, points=50, reason="import", key=f"e{member.id}", reference="f1")
            for member in (together, alone)
        ]
        at = clock.now()
        await points.reverse_untouched(session, {entries[0].id: "u0"}, reason="import_undone")
        await points.reverse(session, entry_id=entries[1].id, reason="import_undone", key="u1", at=at)

        [one], [other] = [
            [entry for entry in await points.history(session, member.id) if entry.kind == "reverse"]
            for member in (together, alone)
        ]
        facts = ("points", "reason", "reference", "qualifies", "owed", "agent_id", "details", "takes_from_id")
        assert [getattr(one, fact) for fact in facts] == [getattr(other, fact) for fact in facts]
        assert (one.reverses_id, other.reverses_id) == (entries[0].id, entries[1].id)
        again = await points.reverse(session, entry_id=entries[0].id, reason="import_undone", key="u0")
        assert again.id == one.id

    async def test_a_lot_that_was_filled_again_after_a_part_was_taken_elsewhere_is_not_whole(
        self, session: AsyncSession
    ) -> None:
        member = await lin(session)
        at = clock.now()
        first = await points.earn(session, member.id, points=50, reason="import", key="a", expires_at=at + DAY)
        await points.earn(session, member.id, points=50, reason="import", key="b", expires_at=at + 2 * DAY)
        spent = await points.spend(session, member.id, points=50, reason="redeem", key="s")
        await points.take_back(session, first, points=5, reason="return", key="r")
        await points.reverse(session, entry_id=spent.id, reason="undone", key="s2")

        assert await points.reverse_untouched(session, {first.id: "u"}, reason="import_undone") == set()
        await points.reverse(session, entry_id=first.id, reason="import_undone", key="u")
        assert await points.balance(session, member.id) == 50
