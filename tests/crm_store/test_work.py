from datetime import timedelta

import pytest

from crm_store import (
    agents,
    callbacks,
    compensation,
    complaints,
    conversations,
    feedback,
    followups,
    outbox,
    privacy,
    promises,
    returns,
    work,
)
from crm_store.complaints import Severity
from crm_store.errors import NotFound
from crm_store.followups import Arm
from crm_store.messages import Author, MessageStatus
from crm_store.orders import OrderStatus
from crm_store.work import Band, Due, Filters, Kind, Stage, Whose, band
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member, make_order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def complain(session, member=None, *, key, **more):
    return await complaints.file(
        session,
        member_id=member.id if member else None,
        conversation_id=None,
        category=more.pop("category", "late_delivery"),
        description="说好昨天到",
        key=key,
        identity_id=more.pop("identity_id", None),
        **more,
    )


async def promise(session, member, *, key, due_at, **more):
    return await promises.make(
        session, member_id=member.id, kind="other", text="回复您", due_at=due_at, key=key, **more
    )


def numbers(rows):
    return [row.number for row in rows]


class TestBand:
    @pytest.mark.parametrize(
        ("hours", "near"), [(-0.1, Band.LATE), (0, Band.SOON), (2, Band.SOON), (2.1, Band.LATER), (None, Band.NEVER)]
    )
    def test_late_soon_later(self, frozen_clock, hours, near):
        assert band(None if hours is None else frozen_clock.moment + hours * HOUR) == near


class TestComplaints:
    async def test_the_row_says_who_what_and_by_when(self, session, frozen_clock):
        member = await make_member(session, tier="gold")
        await make_order(session, member, status=OrderStatus.COMPLETED, reached_at=frozen_clock.moment)
        complaint = await complain(session, member, key="c1")
        [row] = await work.listing(session, Kind.COMPLAINTS, Filters())
        assert (row.number, row.what, row.about, row.state) == (complaint.number, "late_delivery", "说好昨天到", "open")
        assert (row.member.id, row.due_at, row.owner_id) == (member.id, complaint.due_at, None)
        assert (row.urgency, row.value_minor) == (2, 39_900)

    async def test_late_first_then_severe_then_valuable(self, session, frozen_clock):
        rich, poor = await make_member(session), await make_member(session)
        await make_order(session, rich, status=OrderStatus.COMPLETED, reached_at=frozen_clock.moment)
        cheap = await complain(session, poor, key="1")
        dear = await complain(session, rich, key="2")
        grave = await complain(session, poor, key="3", category="staff", order_id=None, identity_id=None)
        late = await complain(session, poor, key="4", category="price", at=frozen_clock.moment - 4 * DAY)
        found = await work.listing(session, Kind.COMPLAINTS, Filters())
        assert numbers(found) == [late.number, grave.number, dear.number, cheap.number]

    async def test_the_board_says_how_far_each_has_come(self, session, frozen_clock):
        me, member = await agents.get(session, await make_agent(session)), await make_member(session)

        async def on_board(**only):
            found = await work.columns(session, Filters(**only))
            return {column.value: numbers(cases) for column, cases in found.items()}

        fresh, mine = await complain(session, member, key="1"), await complain(session, member, key="2")
        asked, done = await complain(session, None, key="3"), await complain(session, member, key="4", category="price")
        await complaints.assign(session, mine, owner_id=me.id, by_id=me.id)
        given = await compensation.propose(
            session, asked, kind="refund", amount=5_000_00, agent=me, reason="坏了", key="k1"
        )  # fmt: skip
        await complaints.resolve(session, done, agent_id=me.id, resolution="补了差价", cause="rules")
        board = {"new": [fresh.number], "in_progress": [mine.number], "resolved": []}
        assert given.status == "waiting"
        found = await on_board()
        assert sorted(found.pop("waiting")) == sorted([asked.number, done.number])
        assert found == board

        await complaints.close(session, done)
        assert (await on_board())["resolved"] == [done.number]
        assert await on_board(whose=Whose.MINE, agent_id=me.id) == {
            "new": [], "in_progress": [mine.number], "waiting": [], "resolved": [done.number],
        }  # fmt: skip
        frozen_clock.move(8 * DAY)
        assert (await on_board())["resolved"] == []

    async def test_whose_and_state_and_due(self, session, frozen_clock):
        me, other = await make_agent(session), await make_agent(session)
        mine, theirs, nobodys = [await complain(session, key=f"c{number}") for number in range(3)]
        await complaints.assign(session, mine, owner_id=me)
        await complaints.assign(session, theirs, owner_id=other)
        done = await complain(session, key="done", category="price")
        await complaints.resolve(session, done, resolution="好", agent_id=me)

        async def found(**filters):
            return set(numbers(await work.listing(session, Kind.COMPLAINTS, Filters(agent_id=me, **filters))))

        assert await found() == {mine.number, theirs.number, nobodys.number}
        assert await found(whose=Whose.MINE) == {mine.number}
        assert await found(whose=Whose.UNASSIGNED) == {nobodys.number}
        assert await found(stage=Stage.DONE) == {done.number}
        assert await found(state="in_progress") == {mine.number, theirs.number}
        assert await found(due=Due.LATE) == set()
        frozen_clock.move(mine.due_at - frozen_clock.moment - HOUR)
        assert await found(due=Due.SOON) == {mine.number, theirs.number, nobodys.number}
        frozen_clock.move(2 * HOUR)
        assert await found(due=Due.LATE, whose=Whose.MINE) == {mine.number}

    async def test_once_answered_no_time_presses_and_raised_ones_are_most_urgent(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, key="c1", severity=Severity.CRITICAL)
        await complaints.escalate(session, complaint)
        [row] = await work.listing(session, Kind.COMPLAINTS, Filters())
        assert row.urgency == 5
        await complaints.add_event(session, complaint, text="在查", audience="member", agent_id=agent)
        [row] = await work.listing(session, Kind.COMPLAINTS, Filters())
        assert row.due_at is None


class TestOtherKinds:
    async def test_promises_are_open_until_they_are_kept_also_when_broken(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        made = await promise(session, member, key="p1", due_at=frozen_clock.moment + HOUR, agent_id=agent)
        frozen_clock.move(2 * HOUR)
        await promises.break_overdue(session)
        [row] = await work.listing(session, Kind.PROMISES, Filters(whose=Whose.MINE, agent_id=agent))
        assert (row.number, row.state, row.owner_id) == (str(made.id), "broken", agent)
        await promises.keep(session, made)
        assert await work.listing(session, Kind.PROMISES, Filters()) == []
        assert numbers(await work.listing(session, Kind.PROMISES, Filters(state="broken"))) == [str(made.id)]

    async def test_a_call_nobody_answered_stays_but_does_not_press(self, session, frozen_clock):
        start = frozen_clock.moment + 2 * HOUR
        callback = await callbacks.request(session, phone="138", window_start=start, window_end=start + HOUR, key="c1")
        [row] = await work.listing(session, Kind.CALLBACKS, Filters())
        assert (row.due_at, row.state) == (start + HOUR, "requested")
        await callbacks.mark_done(session, callback, reached=False)
        [row] = await work.listing(session, Kind.CALLBACKS, Filters())
        assert (row.due_at, row.state) == (None, "not_reached")
        await callbacks.mark_done(session, callback)
        assert callback.attempts == 2
        assert await work.listing(session, Kind.CALLBACKS, Filters()) == []

    async def test_a_return_presses_while_it_is_the_shops_turn(self, session, frozen_clock):
        member = await make_member(session)
        order = await make_order(session, member, status=OrderStatus.DELIVERED)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="r1")
        [row] = await work.listing(session, Kind.RETURNS, Filters())
        assert (row.number, row.what, row.about, row.due_at) == (
            request.number,
            "return",
            "quality",
            request.step_due_at,
        )
        await returns.advance(session, request, "approved")
        assert (await work.row(session, Kind.RETURNS, request.number)).due_at is None
        await returns.advance(session, request, "received")
        assert (await work.row(session, Kind.RETURNS, request.number)).due_at == request.step_due_at

    async def test_disputed_points_are_a_list_of_their_own_and_no_second_case(self, session, frozen_clock):
        me, member = await make_agent(session), await make_member(session)
        disputed = await complain(session, member, key="1", category="points")
        await complain(session, member, key="2")
        await complaints.assign(session, disputed, owner_id=me)
        [row] = await work.listing(session, Kind.POINTS, Filters())
        assert (row.number, row.what, row.state, row.due_at) == (
            disputed.number, "points", "in_progress", disputed.due_at,
        )  # fmt: skip
        assert numbers(await work.my_day(session, me, list(Kind))) == [disputed.number]
        counts = await work.counts(session, me, list(Kind))
        assert (counts[Kind.POINTS].open, counts[Kind.POINTS].mine, counts[Kind.COMPLAINTS].mine) == (1, 0, 1)
        await complaints.resolve(session, disputed, agent_id=me, resolution="补上了")
        assert await work.listing(session, Kind.POINTS, Filters()) == []

    async def test_changes_of_orders_are_promises_of_their_own(self, session, frozen_clock):
        me, member = await make_agent(session), await make_member(session)
        wished = await promises.make(
            session, member_id=member.id, kind="order_change", text="改地址", due_at=frozen_clock.moment + HOUR,
            key="k1", agent_id=me, reference="HK1",
        )  # fmt: skip
        await promise(session, member, key="k2", due_at=frozen_clock.moment + HOUR)
        assert numbers(await work.listing(session, Kind.ORDER_CHANGES, Filters())) == [str(wished.id)]
        assert [each.kind for each in await work.my_day(session, me, list(Kind))] == [Kind.ORDER_CHANGES]
        await promises.keep(session, wished)
        assert await work.listing(session, Kind.ORDER_CHANGES, Filters()) == []
        assert numbers(await work.listing(session, Kind.ORDER_CHANGES, Filters(stage=Stage.DONE))) == [str(wished.id)]

    async def test_follow_ups_but_not_of_who_is_left_alone(self, session, frozen_clock):
        me, member = await make_agent(session), await make_member(session)
        due = frozen_clock.moment + HOUR

        async def opened(cause, approach, **more):
            return await followups.open(
                session, member_id=member.id, cause=cause, reasons=[], score=0.6, suggested_approach=approach,
                due_at=due, **more,
            )  # fmt: skip

        usual = await opened("mood", "calm_and_listen")
        leaving = await opened("leaving", "ask_why_leaving")
        await opened("silence", "invite_back", arm=Arm.CONTROL)
        found = await work.listing(session, Kind.FOLLOW_UPS, Filters())
        assert numbers(found) == [str(leaving.id), str(usual.id)]
        assert (found[0].about, found[0].state, found[0].due_at) == ("ask_why_leaving", "open", due)
        await followups.claim(session, usual, agent_id=me)
        assert numbers(await work.my_day(session, me, list(Kind))) == [str(usual.id)]
        await followups.record_outcome(session, usual, outcome="no_answer", agent_id=me)
        [row] = await work.listing(session, Kind.FOLLOW_UPS, Filters(stage=Stage.DONE))
        assert (row.number, row.state) == (str(usual.id), "no_answer")

    async def test_requests_praise_and_what_waits_for_approval(self, session, frozen_clock):
        member, agent_id = await make_member(session), await make_agent(session)
        request = await privacy.open(session, member_id=member.id, kind="export", key="x1")
        said = await feedback.record(session, kind="praise", text="很好", member_id=member.id, key="f1")
        complaint = await complain(session, member, key="c1")
        agent = await agents.get(session, agent_id)
        asked = await compensation.propose(
            session, complaint, kind="points", amount=900, agent=agent, reason="晚", key="k1"
        )
        within = await compensation.propose(
            session, complaint, kind="refund", amount=900, agent=agent, reason="晚", key="k2"
        )
        assert numbers(await work.listing(session, Kind.PRIVACY, Filters())) == [str(request.id)]
        assert numbers(await work.listing(session, Kind.FEEDBACK, Filters())) == [str(said.id)]
        assert numbers(await work.listing(session, Kind.APPROVALS, Filters())) == [str(asked.id)]
        assert numbers(await work.listing(session, Kind.APPROVALS, Filters(stage=Stage.DONE))) == []
        assert within.status == "granted"

    async def test_a_message_that_failed_stays_until_it_is_sent_again_or_given_up(self, session, frozen_clock):
        conversation = (await receive(session)).conversation
        failed = await _failed(session, conversation)
        assert numbers(await work.listing(session, Kind.DELIVERIES, Filters())) == [str(failed.id)]
        await outbox.give_up(session, failed.id)
        assert await work.listing(session, Kind.DELIVERIES, Filters()) == []
        assert numbers(await work.listing(session, Kind.DELIVERIES, Filters(stage=Stage.DONE))) == [str(failed.id)]
        await outbox.resend(session, failed.id)
        assert failed.given_up_at is None
        assert await work.listing(session, Kind.DELIVERIES, Filters(stage=Stage.DONE)) == []

    @pytest.mark.parametrize("kind", list(Kind))
    async def test_what_is_not_there_is_not_found(self, session, kind):
        with pytest.raises(NotFound):
            await work.row(session, kind, "999")


class TestMyDay:
    async def test_all_kinds_by_due_urgency_then_by_what_the_member_is_worth(self, session, frozen_clock):
        me = await make_agent(session)
        rich, poor = await make_member(session), await make_member(session)
        await make_order(session, rich, status=OrderStatus.COMPLETED, reached_at=frozen_clock.moment)
        soon = await promise(session, poor, key="soon", due_at=frozen_clock.moment + HOUR, agent_id=me)
        soon_rich = await promise(session, rich, key="rich", due_at=frozen_clock.moment + 2 * HOUR, agent_id=me)
        late = await promise(session, poor, key="late", due_at=frozen_clock.moment, agent_id=me, at=frozen_clock.moment)
        complaint = await complain(session, poor, key="c1")
        await complaints.assign(session, complaint, owner_id=me)
        frozen_clock.move(timedelta(minutes=1))
        day = await work.my_day(session, me, list(Kind))
        assert [(row.kind, row.number) for row in day] == [
            ("promises", str(late.id)),
            ("promises", str(soon_rich.id)),
            ("promises", str(soon.id)),
            ("complaints", complaint.number),
        ]

    async def test_a_promise_that_comes_with_a_case_does_not_come_twice(self, session, frozen_clock):
        me = await make_agent(session)
        complaint = await complain(session, await make_member(session), key="c1")
        await complaints.assign(session, complaint, owner_id=me)
        assert numbers(await work.listing(session, Kind.PROMISES, Filters(whose=Whose.MINE, agent_id=me))) != []
        assert numbers(await work.my_day(session, me, list(Kind))) == [complaint.number]

    async def test_counts(self, session, frozen_clock):
        me, member = await make_agent(session), await make_member(session)
        await promise(session, member, key="1", due_at=frozen_clock.moment + HOUR, agent_id=me)
        await promise(session, member, key="2", due_at=frozen_clock.moment + DAY)
        await complain(session, member, key="c1")
        counts = await work.counts(session, me, list(Kind))
        promised = counts[Kind.PROMISES]
        assert (promised.open, promised.mine, promised.unassigned, promised.pressing) == (3, 1, 2, 1)
        assert counts[Kind.COMPLAINTS].open == 1
        assert counts[Kind.RETURNS].open == 0
        assert await work.counts(session, me, []) == {}


async def _failed(session, conversation):
    locked = await conversations.locked(session, conversation.id)
    return await conversations.append(
        session, locked, author=Author.BOT, status=MessageStatus.FAILED, text="到货了", error="blocked"
    )
