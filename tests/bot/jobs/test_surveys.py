"""Effort is asked about when something was settled, recommendation once a quarter; never at night, never too often."""

from datetime import timedelta

import pytest

from bot.desk.desk import Desk
from bot.jobs.ratings import ask_for_ratings
from bot.jobs.surveys import ask_about_effort, ask_whether_recommended
from crm_store import complaints, conversations, members, proactive, returns, surveys
from crm_store.clock import FrozenClock
from crm_store.conversations import Context, Conversation
from crm_store.members import Member
from crm_store.orders import OrderStatus
from crm_store.policy import policy
from crm_store.proactive import Topic
from crm_store.returns import ReturnStatus
from tests.bot.desk.casework.shop import complained, member_in_chat, now, read_by_customer, staff
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_order

pytestmark = pytest.mark.usefixtures("frozen_clock")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def settled(desk: Desk, member: Member, talk: Conversation) -> str:
    """A complaint of theirs that they have called solved; its number."""
    me = await staff(desk)
    complaint = await complained(desk, member, talk)
    async with desk.database.transaction() as session:
        complaint = await complaints.resolve(session, complaint, resolution="换新", agent_id=me)
        await complaints.confirm(session, complaint, key="yes")
    return complaint.number


class TestEffort:
    async def test_after_a_complaint_that_was_solved_once(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, talk = await member_in_chat(desk)
        number = await settled(desk, member, talk)
        assert await ask_about_effort(desk) == 0, "they have just written"
        frozen_clock.move(HOUR)
        assert (await ask_about_effort(desk), await ask_about_effort(desk)) == (1, 0)
        [*_, last] = await read_by_customer(desk, talk.id)
        assert number in str(last.text)
        options = Context.read((await now(desk, talk.id)).context).expects.options
        assert options[0] == {"title": "7 分", "payload": '/rate_service{"score":"7","choice":"ces"}'}
        async with desk.database.reading() as session:
            ask = await surveys.last_asked(
                session, "ces", member_id=member.id, identity_id=talk.identity_id, since=frozen_clock.moment - HOUR
            )
        assert ask is not None
        assert (ask.reference, ask.conversation_id) == (number, talk.id)

    async def test_after_a_return_that_is_finished(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            order = await make_order(session, member, status=OrderStatus.DELIVERED)
            request = await returns.open_return(session, order, order.lines[0], reason="quality", key="r")
            for status in (
                ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED,
            ):  # fmt: skip
                request = await returns.advance(session, request, status)
        frozen_clock.move(HOUR)
        assert await ask_about_effort(desk) == 1
        assert "退换货" in str((await read_by_customer(desk, talk.id))[-1].text)

    async def test_not_when_it_is_long_ago_nor_at_night_nor_after_stop(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        member, talk = await member_in_chat(desk)
        await settled(desk, member, talk)
        frozen_clock.move(12 * HOUR)
        assert await ask_about_effort(desk) == 0
        frozen_clock.move(12 * HOUR)
        async with desk.database.transaction() as session:
            await proactive.stop(session, await members.get(session, member.id), [Topic.SURVEYS])
        assert await ask_about_effort(desk) == 0
        async with desk.database.transaction() as session:
            await proactive.want(session, await members.get(session, member.id), [Topic.SURVEYS])
        with changed("surveys: {sample: {ces: 0}}"):
            assert await ask_about_effort(desk) == 0
        frozen_clock.move(policy().surveys.effort_within - DAY)
        assert await ask_about_effort(desk) == 0


class TestRecommendation:
    async def test_each_buyer_once_on_a_day_of_their_own(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            await make_order(session, member)
        await member_in_chat(desk, user="u2", given_name="没买过")
        asked = []
        with changed("surveys: {sample: {nps: 1}}"):
            for day in range(135):  # the rest of this quarter and all of the next
                frozen_clock.move(DAY)
                if await ask_whether_recommended(desk):
                    asked.append(day)
        assert len(asked) in (1, 2)
        assert [each.text for each in await read_by_customer(desk, talk.id) if "推荐给朋友" in str(each.text)]
        options = Context.read((await now(desk, talk.id)).context).expects.options
        assert [option["title"] for option in options] == [f"{score} 分" for score in range(10, -1, -1)]


class TestAfterAnAgent:
    async def test_a_closed_talk_is_asked_about_in_a_new_one(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, talk = await member_in_chat(desk)
        me = await staff(desk)
        async with desk.database.transaction() as session:
            await conversations.take(session, talk.id, me)
            await conversations.agent_reply(session, talk.id, agent_id=me, text="办好了", key="k")
            await conversations.close(session, talk.id, outcome="solved", agent_id=me)
        assert await ask_for_ratings(desk) == 0
        frozen_clock.move(timedelta(minutes=6))
        assert (await ask_for_ratings(desk), await ask_for_ratings(desk)) == (1, 0)
        async with desk.database.reading() as session:
            current = await conversations.current(session, talk.identity_id)
            ask = await surveys.last_asked(
                session, "csat", member_id=member.id, identity_id=talk.identity_id, since=frozen_clock.moment
            )
        assert current is not None
        assert ask is not None
        assert ask.conversation_id == talk.id != current.id

    async def test_one_question_in_fourteen_days_over_all_kinds(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, talk = await member_in_chat(desk)
        await settled(desk, member, talk)
        frozen_clock.move(HOUR)
        assert await ask_about_effort(desk) == 1
        async with desk.database.reading() as session:
            for kind in surveys.SurveyKind:
                later = frozen_clock.moment + 14 * DAY
                assert not await surveys.may_ask(session, member.id, kind, at=later - HOUR)
                assert await surveys.may_ask(session, member.id, kind, at=later)
