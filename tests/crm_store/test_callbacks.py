from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store import callbacks, promises, service_hours
from crm_store.callbacks import (
    CallbackOver,
    CallbackStatus,
    WindowProblem,
    WindowRefused,
)
from crm_store.clock import business_zone
from crm_store.errors import KeyReused
from crm_store.language import Language
from crm_store.policy import policy, used
from crm_store.promises import PromiseKind, PromiseStatus
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.policy.shop_files import changed, written
from tests.crm_store.shop import make_member


def shop(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=business_zone())


TOMORROW_AT_TWO, TOMORROW_AT_THREE = shop(23, 14), shop(23, 15)


async def wish(session, member, *, key="m1:callback", start=TOMORROW_AT_TWO, end=TOMORROW_AT_THREE, **more):
    return await callbacks.request(
        session, member_id=member.id, phone="13812345678", window_start=start, window_end=end, key=key, **more
    )


class TestRequest:
    async def test_a_call_and_its_promise(self, session, frozen_clock):
        member = await make_member(session, language="zh-Hant")
        callback = await wish(session, member, topic="退款")
        assert (callback.status, callback.topic) == (CallbackStatus.REQUESTED, "退款")
        assert (callback.promise.kind, callback.promise.due_at) == (PromiseKind.CALLBACK, shop(23, 15))
        assert callback.promise.text == "11 月 23 日 14:00–15:00 回電給您"
        assert list(await promises.open_for_member(session, member.id)) == [callback.promise]

    async def test_the_same_key_is_the_same_call(self, session, frozen_clock):
        member = await make_member(session)
        assert await wish(session, member) is await wish(session, member)
        assert len(await promises.for_member(session, member.id)) == 1
        with pytest.raises(KeyReused):
            await wish(session, await make_member(session))

    @pytest.mark.parametrize(
        ("wished", "problem", "nearest"),
        [
            ((shop(23, 15), shop(23, 14)), WindowProblem.BACKWARDS, (shop(23, 15), shop(23, 16))),
            ((shop(23, 15), shop(23, 15, 5)), WindowProblem.TOO_SHORT, (shop(23, 15), shop(23, 15, 15))),
            ((shop(22, 9), shop(22, 9, 30)), WindowProblem.PAST, (shop(22, 10, 15), shop(22, 10, 45))),
            ((shop(22, 9), shop(22, 12)), WindowProblem.PAST, (shop(22, 10, 15), shop(22, 12))),
            ((shop(23, 7), shop(23, 8)), WindowProblem.OUTSIDE_HOURS, (shop(23, 9), shop(23, 10))),
            ((shop(23, 8), shop(23, 11)), WindowProblem.OUTSIDE_HOURS, (shop(23, 9), shop(23, 11))),
            ((shop(23, 21), shop(23, 23)), WindowProblem.OUTSIDE_HOURS, (shop(23, 21), shop(23, 22))),
            ((shop(23, 22), shop(23, 23)), WindowProblem.OUTSIDE_HOURS, (shop(24, 9), shop(24, 10))),
            (
                (shop(20, 14, month=12), shop(20, 15, month=12)),
                WindowProblem.TOO_FAR,
                (shop(5, 14, month=12), shop(5, 15, month=12)),
            ),
        ],
    )
    async def test_an_impossible_window_is_refused_with_the_nearest_one(
        self, session, frozen_clock, wished, problem, nearest
    ):
        member = await make_member(session)
        with pytest.raises(WindowRefused) as refused:
            await wish(session, member, start=wished[0], end=wished[1])
        assert refused.value.problem == problem
        assert (refused.value.nearest_start, refused.value.nearest_end) == nearest
        assert list(await promises.for_member(session, member.id)) == []

    async def test_the_phone_number_is_not_readable_in_the_table(self, session, frozen_clock):
        await wish(session, await make_member(session))
        stored = (await (await session.connection()).exec_driver_sql("SELECT phone FROM callbacks")).scalar_one()
        assert "13812345678" not in stored


moments = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(business_zone()))  # noqa: DTZ001


class TestNearestWindow:
    @given(at=moments, start=moments, length=st.integers(-600, 3000))
    def test_the_nearest_window_is_always_possible(self, at, start, length):
        nearest = callbacks.nearest_window(start, start + timedelta(minutes=length), at=at)
        callbacks.check_window(*nearest, at=at)

    @given(at=moments, start=moments, length=st.integers(15, 780))
    def test_a_possible_window_that_leaves_time_to_dial_is_its_own_nearest(self, at, start, length):
        end = start + timedelta(minutes=length)
        lead = service_hours.round_up(at + policy().callbacks.lead, timedelta(minutes=15))
        if callbacks._problem(start, end, at) is None and start >= lead:
            assert callbacks.nearest_window(start, end, at=at) == (start, end)


HALF_DAYS = """
hours:
  weekly: {monday: [9:00-12:00, 13:00-18:00], sunday: closed}
  closed: [2026-11-24 to 2026-12-10]
"""


HALF_DAYS_POLICY = written(HALF_DAYS)


class TestShopsOwnRules:
    @pytest.mark.parametrize(
        ("wished", "problem", "nearest"),
        [
            ((shop(23, 11, 30), shop(23, 13, 30)), WindowProblem.OUTSIDE_HOURS, (shop(23, 11, 30), shop(23, 12))),
            ((shop(23, 12), shop(23, 12, 30)), WindowProblem.OUTSIDE_HOURS, (shop(23, 13), shop(23, 13, 30))),
            ((shop(23, 17, 50), shop(23, 18, 50)), WindowProblem.OUTSIDE_HOURS, (shop(23, 17), shop(23, 18))),
        ],
    )
    def test_nobody_calls_in_a_break_or_on_a_closed_day(self, frozen_clock, wished, problem, nearest):
        with changed(HALF_DAYS), pytest.raises(WindowRefused) as refused:
            callbacks.check_window(*wished)
        assert refused.value.problem == problem
        assert (refused.value.nearest_start, refused.value.nearest_end) == nearest

    def test_after_a_long_closure_the_first_hours_are_near_enough(self, frozen_clock):
        frozen_clock.to(shop(23, 20))
        first = shop(11, 9, month=12), shop(11, 10, month=12)
        with changed(HALF_DAYS):
            assert callbacks.nearest_window(shop(24, 10), shop(24, 11)) == first
            callbacks.check_window(*first)

    @given(at=moments, start=moments, length=st.integers(-600, 3000))
    def test_the_nearest_window_is_always_possible(self, at, start, length):
        with used(HALF_DAYS_POLICY):
            nearest = callbacks.nearest_window(start, start + timedelta(minutes=length), at=at)
            callbacks.check_window(*nearest, at=at)

    def test_how_soon_how_long_and_how_far_is_the_shops_decision(self, frozen_clock):
        with changed("callbacks: {lead: 2 h, furthest: 3 days, shortest_window: 30 min}"):
            assert callbacks.nearest_window(shop(22, 10), shop(22, 11)) == (shop(22, 12), shop(22, 13))
            for start, end, problem in (
                (shop(23, 10), shop(23, 10, 20), WindowProblem.TOO_SHORT),
                (shop(26, 10), shop(26, 11), WindowProblem.TOO_FAR),
            ):
                with pytest.raises(WindowRefused) as refused:
                    callbacks.check_window(start, end)
                assert refused.value.problem == problem
            assert "30 分钟" in callbacks.problem_text(WindowProblem.TOO_SHORT, Language.ZH_HANS)


class TestReschedule:
    async def test_before_the_time_the_old_promise_is_withdrawn(self, session, frozen_clock):
        member = await make_member(session)
        callback = await wish(session, member)
        old = callback.promise
        callback = await callbacks.reschedule(
            session, callback, window_start=shop(24, 17), window_end=shop(24, 18), key="m2:callback"
        )
        assert old.status == PromiseStatus.CANCELLED
        assert (callback.promise.status, callback.promise.due_at) == (PromiseStatus.OPEN, shop(24, 18))

    async def test_after_the_time_the_old_promise_stays_broken(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        old = callback.promise
        frozen_clock.to(shop(23, 16))
        assert callbacks.missed(callback)
        again = {"window_start": shop(23, 17), "window_end": shop(23, 18), "key": "m2:callback"}
        callback = await callbacks.reschedule(session, callback, **again)
        assert old.status == PromiseStatus.BROKEN
        assert not callbacks.missed(callback)
        assert (await callbacks.reschedule(session, callback, **again)).promise is callback.promise

    async def test_a_call_made_or_called_off_cannot_be_moved(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        await callbacks.cancel(session, callback)
        with pytest.raises(CallbackOver):
            await callbacks.reschedule(
                session, callback, window_start=shop(24, 17), window_end=shop(24, 18), key="m2:callback"
            )

    async def test_an_impossible_window_leaves_everything_as_it_was(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        with pytest.raises(WindowRefused):
            await callbacks.reschedule(session, callback, window_start=shop(22, 1), window_end=shop(22, 2), key="m2")
        assert (callback.window_start, callback.promise.status) == (shop(23, 14), PromiseStatus.OPEN)


class TestMarkDone:
    async def test_in_the_window_keeps_the_promise(self, session, frozen_clock):
        agent = await make_agent(session)
        callback = await wish(session, await make_member(session))
        frozen_clock.to(shop(23, 14, 20))
        callback = await callbacks.mark_done(session, callback, agent_id=agent, note="已解释")
        assert (callback.status, callback.promise.status) == (CallbackStatus.DONE, PromiseStatus.KEPT)

    async def test_after_the_window_it_was_broken(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        frozen_clock.to(shop(23, 15, 20))
        callback = await callbacks.mark_done(session, callback)
        assert (callback.status, callback.promise.status) == (CallbackStatus.DONE, PromiseStatus.BROKEN)

    async def test_nobody_picked_up_and_a_new_time_is_found(self, session, frozen_clock):
        member = await make_member(session)
        callback = await wish(session, member)
        frozen_clock.to(shop(23, 14, 20))
        callback = await callbacks.mark_done(session, callback, reached=False)
        kept = callback.promise
        assert (callback.status, kept.status) == (CallbackStatus.NOT_REACHED, PromiseStatus.KEPT)
        await callbacks.reschedule(session, callback, window_start=shop(23, 20), window_end=shop(23, 21), key="m2")
        assert kept.status == PromiseStatus.KEPT
        assert list(await callbacks.open_for_member(session, member.id)) == [callback]


class TestCancel:
    async def test_the_promise_goes_with_it(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        for _ in range(2):
            await callbacks.cancel(session, callback)
        assert (callback.status, callback.promise.status) == (CallbackStatus.CANCELLED, PromiseStatus.CANCELLED)
        with pytest.raises(CallbackOver):
            await callbacks.mark_done(session, callback)


class TestWords:
    @pytest.mark.parametrize("language", list(Language))
    def test_the_limits_that_are_told_are_the_limits_that_hold(self, language):
        told = {problem: callbacks.problem_text(problem, language) for problem in WindowProblem}
        assert service_hours.told(language) in told[WindowProblem.OUTSIDE_HOURS]
        assert f"{policy().callbacks.furthest.days}" in told[WindowProblem.TOO_FAR]
        assert f"{policy().callbacks.shortest_window // timedelta(minutes=1)}" in told[WindowProblem.TOO_SHORT]


class TestPossiblePart:
    @pytest.mark.parametrize(
        ("wished", "possible"),
        [
            ((shop(23, 6), shop(23, 12)), (shop(23, 9), shop(23, 12))),
            ((shop(23, 18), shop(24, 0)), (shop(23, 18), shop(23, 22))),
            ((shop(22, 8), shop(22, 12)), (shop(22, 10, 15), shop(22, 12))),
            ((shop(23, 22), shop(24, 0)), None),
            ((shop(1, 9, month=12), shop(1, 12, month=12)), (shop(1, 9, month=12), shop(1, 12, month=12))),
            ((shop(20, 9, month=12), shop(20, 12, month=12)), None),
        ],
    )
    def test_a_vague_time_is_what_the_hours_leave_of_it(self, frozen_clock, wished, possible):
        assert callbacks.possible_part(*wished) == possible


class TestChange:
    async def test_number_and_topic_change_and_the_promise_stays(self, session, frozen_clock):
        callback = await wish(session, await make_member(session), topic="退款")
        promise = callback.promise_id
        await callbacks.change(session, callback, phone=" 13900001111 ")
        await callbacks.change(session, callback, topic="积分")
        assert (callback.phone, callback.topic, callback.promise_id) == ("13900001111", "积分", promise)

    async def test_a_call_that_is_over_is_not_changed(self, session, frozen_clock):
        callback = await wish(session, await make_member(session))
        await callbacks.cancel(session, callback)
        with pytest.raises(CallbackOver):
            await callbacks.change(session, callback, topic="积分")


async def identity(session, user):
    return (await receive(session, user=user)).conversation.identity_id


class TestOfCustomer:
    async def test_a_members_calls_and_the_visitors_own_but_nobody_elses(self, session, frozen_clock):
        member, other = await make_member(session), await make_member(session)
        visitor, stranger = await identity(session, "a"), await identity(session, "b")
        mine = await wish(session, member, key="m1:callback", identity_id=visitor)
        of_a_visitor = await callbacks.request(
            session,
            phone="13812345678",
            window_start=shop(24, 9),
            window_end=shop(24, 10),
            key="v",
            identity_id=visitor,
        )
        await wish(session, other, key="m2:callback", identity_id=visitor)
        await callbacks.cancel(session, mine)
        found = await callbacks.of_customer(session, member_id=member.id, identity_id=visitor)
        assert list(found) == [mine, of_a_visitor]
        assert list(await callbacks.open_for_customer(session, member_id=member.id, identity_id=visitor)) == [
            of_a_visitor
        ]
        assert list(await callbacks.of_customer(session, member_id=None, identity_id=visitor)) == [of_a_visitor]
        assert list(await callbacks.of_customer(session, member_id=None, identity_id=stranger)) == []
