import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from crm_store import promises
from crm_store.errors import KeyReused, NotFound
from crm_store.promises import KeptRate, MadeBy, Promise, PromiseKind, PromiseOver, PromiseStatus
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member

HOUR = timedelta(hours=1)


async def promise(session, member, frozen_clock, *, key="m1:promise", due_in=2 * HOUR, **more):
    return await promises.make(
        session,
        member_id=member.id,
        kind=PromiseKind.REPLY,
        text="两小时内回复",
        due_at=frozen_clock.moment + due_in,
        key=key,
        **more,
    )


class TestMake:
    async def test_the_same_key_is_the_same_promise(self, session, frozen_clock):
        member = await make_member(session)
        first = await promise(session, member, frozen_clock)
        assert await promise(session, member, frozen_clock) is first
        assert (first.status, first.made_at) == (PromiseStatus.OPEN, frozen_clock.moment)

    async def test_a_key_of_another_member_is_refused(self, session, frozen_clock):
        await promise(session, await make_member(session), frozen_clock)
        with pytest.raises(KeyReused):
            await promise(session, await make_member(session), frozen_clock)

    async def test_nobody_can_promise_the_past(self, session, frozen_clock):
        with pytest.raises(ValueError, match="cannot be due"):
            await promise(session, await make_member(session), frozen_clock, due_in=-HOUR)

    async def test_at_once_is_the_soonest(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock, due_in=0 * HOUR)
        assert (made.due_at, made.status) == (frozen_clock.moment, PromiseStatus.OPEN)

    async def test_one_that_was_made_earlier_is_written_with_its_own_moment(self, session, frozen_clock):
        earlier = frozen_clock.moment - 3 * HOUR
        made = await promise(session, await make_member(session), frozen_clock, due_in=-HOUR, at=earlier)
        assert made.made_at == earlier

    async def test_a_resend_at_the_same_moment_is_one_promise(self, database, frozen_clock):
        async with database.transaction() as session:
            member = await make_member(session)

        async def one():
            async with database.transaction() as session:
                return (await promise(session, member, frozen_clock)).id

        assert len(set(await asyncio.gather(*(one() for _ in range(8))))) == 1


class TestKeep:
    async def test_in_time_is_kept(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        frozen_clock.move(2 * HOUR)
        kept = await promises.keep(session, made, note="电话已回")
        assert (kept.status, kept.kept_at, kept.note) == (PromiseStatus.KEPT, frozen_clock.moment, "电话已回")

    async def test_too_late_is_broken_and_made_good(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        frozen_clock.move(3 * HOUR)
        kept = await promises.keep(session, made)
        assert (kept.status, kept.broken_at, kept.kept_at) == (PromiseStatus.BROKEN, due, frozen_clock.moment)

    @pytest.mark.parametrize(("after", "status"), [(9, PromiseStatus.KEPT), (11, PromiseStatus.BROKEN)])
    async def test_within_the_grace_is_in_time(self, session, frozen_clock, after, status):
        made = await promise(session, await make_member(session), frozen_clock)
        frozen_clock.move(2 * HOUR + timedelta(minutes=after))
        with changed("promises: {grace: 10 min}"):
            assert (await promises.keep(session, made)).status == status

    async def test_twice_keeps_the_first_moment(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        first = (await promises.keep(session, made, note="电话已回")).kept_at
        frozen_clock.move(5 * HOUR)
        again = await promises.keep(session, made, note="又回了一次")
        assert (again.status, again.kept_at, again.note) == (PromiseStatus.KEPT, first, "电话已回")

    async def test_kept_earlier_than_it_is_written_down(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        moment = frozen_clock.moment + HOUR
        frozen_clock.move(5 * HOUR)
        kept = await promises.keep(session, made, at=moment)
        assert (kept.status, kept.kept_at) == (PromiseStatus.KEPT, moment)

    async def test_what_was_written_since_it_was_read_counts(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        withdrawn = update(Promise).values(cancelled_at=frozen_clock.moment)
        await session.execute(withdrawn, execution_options={"synchronize_session": False})
        with pytest.raises(PromiseOver):
            await promises.keep(session, made)

    async def test_what_was_withdrawn_cannot_be_kept(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        await promises.cancel(session, made)
        with pytest.raises(PromiseOver):
            await promises.keep(session, made)


class TestCancel:
    async def test_after_its_time_a_promise_stays_broken(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        frozen_clock.move(3 * HOUR)
        cancelled = await promises.cancel(session, made)
        assert (cancelled.status, cancelled.broken_at, cancelled.cancelled_at) == (
            PromiseStatus.BROKEN, made.due_at, None,
        )  # fmt: skip

    async def test_at_its_very_time_it_can_still_be_withdrawn_and_keeps_that_moment(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        frozen_clock.move(9 * HOUR)
        cancelled = await promises.cancel(session, made, at=due, note="改到明天")
        assert (cancelled.status, cancelled.cancelled_at) == (PromiseStatus.CANCELLED, due)
        again = await promises.cancel(session, made)
        assert (again.cancelled_at, again.note) == (due, "改到明天")

    async def test_what_was_kept_cannot_be_withdrawn(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        await promises.keep(session, made)
        with pytest.raises(PromiseOver):
            await promises.cancel(session, made)


class TestAssign:
    async def test_an_open_one_to_an_agent_and_to_nobody(self, session, frozen_clock):
        made, agent = await promise(session, await make_member(session), frozen_clock), await make_agent(session)
        assert (await promises.assign(session, made, owner_id=agent)).owner_id == agent
        assert (await promises.assign(session, made, owner_id=None)).owner_id is None

    @pytest.mark.parametrize("end", [promises.keep, promises.cancel])
    async def test_one_that_is_over_is_nobodys_any_more(self, session, frozen_clock, end):
        made, agent = await promise(session, await make_member(session), frozen_clock), await make_agent(session)
        await end(session, made)
        with pytest.raises(PromiseOver):
            await promises.assign(session, made, owner_id=agent)


class TestBringForward:
    async def test_only_ever_earlier(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        assert (await promises.bring_forward(session, made, due + HOUR)).due_at == due
        assert (await promises.bring_forward(session, made, due - HOUR)).due_at == due - HOUR

    async def test_what_is_over_stays_as_it_was(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        await promises.keep(session, made)
        assert (await promises.bring_forward(session, made, due - HOUR)).due_at == due


class TestBreakOverdue:
    async def test_only_open_ones_past_their_time_and_each_once(self, session, frozen_clock):
        member = await make_member(session)
        late = await promise(session, member, frozen_clock, key="late")
        kept = await promise(session, member, frozen_clock, key="kept")
        withdrawn = await promise(session, member, frozen_clock, key="withdrawn")
        await promise(session, member, frozen_clock, key="later", due_in=9 * HOUR)
        await promises.keep(session, kept)
        await promises.cancel(session, withdrawn)
        due = late.due_at
        assert await promises.break_overdue(session, at=due) == []
        assert await promises.break_overdue(session, at=due + HOUR) == [late]
        assert (late.status, late.broken_at) == (PromiseStatus.BROKEN, due)
        assert await promises.break_overdue(session, at=due + HOUR) == []

    async def test_two_sweeps_at_once_break_each_promise_once(self, database, frozen_clock):
        async with database.transaction() as session:
            member = await make_member(session)
            made = [await promise(session, member, frozen_clock, key=f"p{number}") for number in range(10)]

        async def sweep():
            async with database.transaction() as session:
                broken = await promises.break_overdue(session, at=made[0].due_at + HOUR)
                return [each.id for each in broken]

        found = [promise_id for part in await asyncio.gather(sweep(), sweep(), sweep()) for promise_id in part]
        assert sorted(found) == [each.id for each in made]


class TestBreakIfOverdue:
    async def test_only_past_its_time(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        assert (await promises.break_if_overdue(session, made, at=due)).status == PromiseStatus.OPEN
        frozen_clock.move(3 * HOUR)
        broken = await promises.break_if_overdue(session, made)
        assert (broken.status, broken.broken_at) == (PromiseStatus.BROKEN, due)

    async def test_what_was_kept_stays_kept(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        await promises.keep(session, made)
        frozen_clock.move(3 * HOUR)
        assert (await promises.break_if_overdue(session, made)).status == PromiseStatus.KEPT


class TestDueSoon:
    async def test_from_now_to_the_end_of_the_span_and_not_what_is_overdue(self, session, frozen_clock):
        member = await make_member(session)
        now_due = await promise(session, member, frozen_clock, key="now", due_in=0 * HOUR)
        last = await promise(session, member, frozen_clock, key="last", due_in=HOUR)
        await promise(session, member, frozen_clock, key="beyond", due_in=timedelta(hours=1, seconds=1))
        start = frozen_clock.moment
        assert list(await promises.due_soon(session, within=HOUR)) == [now_due, last]
        frozen_clock.move(timedelta(seconds=1))
        assert now_due not in await promises.due_soon(session, within=HOUR)
        assert list(await promises.due_soon(session, within=HOUR, at=start)) == [now_due, last]

    async def test_reminded_once(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        assert list(await promises.due_soon(session, within=HOUR)) == []
        assert list(await promises.due_soon(session, within=3 * HOUR)) == [made]
        await promises.mark_reminded(session, made, at=frozen_clock.moment - HOUR)
        assert made.reminded_at == frozen_clock.moment - HOUR
        assert list(await promises.due_soon(session, within=3 * HOUR)) == []


class TestOpenForMember:
    async def test_broken_ones_not_made_good_are_still_waited_for(self, session, frozen_clock):
        member = await make_member(session)
        later = await promise(session, member, frozen_clock, key="later", due_in=9 * HOUR)
        broken = await promise(session, member, frozen_clock, key="broken")
        good = await promise(session, member, frozen_clock, key="good")
        frozen_clock.move(3 * HOUR)
        await promises.break_overdue(session)
        await promises.keep(session, good)
        assert list(await promises.open_for_member(session, member.id)) == [broken, later]
        assert len(await promises.for_member(session, member.id)) == 3


class TestKeptRate:
    async def test_share_of_those_that_fell_due(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        start = frozen_clock.moment
        for key in ("a", "b", "c"):
            await promises.keep(session, await promise(session, member, frozen_clock, key=key))
        await promise(session, member, frozen_clock, key="unkept", made_by=MadeBy.AGENT, agent_id=agent)
        await promises.cancel(session, await promise(session, member, frozen_clock, key="withdrawn"))
        await promise(session, member, frozen_clock, key="not yet", due_in=99 * HOUR)
        frozen_clock.move(5 * HOUR)
        assert await promises.kept_rate(session, since=start) == KeptRate(kept=3, broken=1)
        assert (await promises.kept_rate(session, since=start)).share == 0.75
        assert await promises.kept_rate(session, since=start, agent_id=agent) == KeptRate(kept=0, broken=1)
        assert (await promises.kept_rate(session, since=start, made_by=MadeBy.BOT)).share == 1.0
        assert (await promises.kept_rate(session, since=start, kind=PromiseKind.CALLBACK)).share is None

    async def test_by_member_who_was_promised_something_that_fell_due(self, session, frozen_clock):
        start, even, none = frozen_clock.moment, await make_member(session), await make_member(session)
        await promises.keep(session, await promise(session, even, frozen_clock, key="kept"))
        await promise(session, even, frozen_clock, key="unkept")
        await promises.cancel(session, await promise(session, none, frozen_clock, key="withdrawn"))
        frozen_clock.move(5 * HOUR)
        assert await promises.kept_by_member(session, since=start) == {even.id: KeptRate(kept=1, broken=1)}
        assert await promises.kept_rates(session, since=start) == {None: KeptRate(kept=1, broken=1)}

    async def test_the_first_moment_counts_and_the_last_does_not(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        due = made.due_at
        await promises.keep(session, made)
        assert (await promises.kept_rate(session, since=due, until=due + HOUR)).kept == 1
        assert (await promises.kept_rate(session, since=due - HOUR, until=due)).kept == 0


class TestGet:
    async def test_by_its_id(self, session, frozen_clock):
        made = await promise(session, await make_member(session), frozen_clock)
        assert await promises.get(session, made.id) is made

    async def test_unknown(self, session):
        with pytest.raises(NotFound):
            await promises.get(session, 404)
