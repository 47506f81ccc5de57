"""Working on complaints: what is written, what the member reads, and what of it may be done by whom."""

import pytest
from sqlalchemy import select

from bot.desk.casework import complaints as work
from bot.desk.casework.acting import NotAllowed
from bot.desk.desk import Desk
from bot.desk.signals import DESK
from crm_store import audit, conversations, points, promises, risk
from crm_store.agents import Role
from crm_store.clock import FrozenClock
from crm_store.compensation import CompensationStatus, LimitExceeded
from crm_store.complaints import Cause, ComplaintClosed, ComplaintStatus
from crm_store.conversations import Conversation
from crm_store.messages import Author, MessageEmpty
from crm_store.promises import PromiseStatus
from tests.bot.desk.casework.shop import complained, member_in_chat, now, read_by_customer, says, staff, state

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def last(desk: Desk, conversation: Conversation) -> tuple[str, str, list[str]]:
    message = (await read_by_customer(desk, conversation.id))[-1]
    return message.author, message.text or "", [button["title"] for button in message.buttons or []]


class TestReply:
    async def test_the_member_reads_it_and_the_promise_of_a_reply_is_kept(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        with_signals = desk.signals.listen(DESK)
        assert await work.reply(desk, complaint.number, me, text="我在查", key="k1")
        assert await last(desk, talk) == (Author.AGENT, "我在查", [])
        answered = await state(desk, complaint.number)
        assert (answered.status, answered.owner_id) == (ComplaintStatus.IN_PROGRESS, me)
        async with desk.database.reading() as session:
            [promise] = await promises.for_member(session, member.id)
            [entry] = await audit.entries(session, action="reply_complaint")
        assert promise.status == PromiseStatus.KEPT
        assert (entry.agent_id, entry.subject) == (me, f"complaint:{complaint.number}")
        kinds = [event.get("kind") for event in with_signals.drain()]
        assert "work" in kinds
        assert "changed" in kinds

    async def test_the_same_key_again_says_it_once(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        for _ in range(2):
            await work.reply(desk, complaint.number, me, text="我在查", key="k1")
        said = [each for each in await read_by_customer(desk, talk.id) if each.text == "我在查"]
        assert len(said) == 1
        assert [event.kind for event in (await state(desk, complaint.number)).events] == ["filed", "reply"]

    async def test_when_the_talk_is_over_it_opens_another_at_the_same_address(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        async with desk.database.transaction() as session:
            await conversations.close(session, talk.id, outcome="resolved")
        assert await work.reply(desk, complaint.number, me, text="有结果了", key="k1")
        async with desk.database.reading() as session:
            latest = await conversations.current(session, talk.identity_id)
        assert latest is not None
        assert (latest.id != talk.id, latest.member_id) == (True, member.id)
        assert [each.text for each in await read_by_customer(desk, latest.id)] == ["有结果了"]

    async def test_nobody_else_at_that_address_reads_it(self, desk: Desk) -> None:
        """The browser is another member's by now: the words go nowhere, and are no reply."""
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        await member_in_chat(desk, given_name="另一位")
        assert not await work.reply(desk, complaint.number, me, text="给林晓雯的话", key="k1")
        async with desk.database.reading() as session:
            everything = (await session.scalars(select(Conversation))).all()
        for each in everything:
            assert "给林晓雯的话" not in [message.text for message in await read_by_customer(desk, each.id)]
        unanswered = await state(desk, complaint.number)
        assert unanswered.replied_at is None
        assert unanswered.events[-1].kind == "note"

    async def test_nothing_is_written_for_nothing_said(self, desk: Desk) -> None:
        me = await staff(desk)
        complaint = await complained(desk, *await member_in_chat(desk))
        with pytest.raises(MessageEmpty):
            await work.reply(desk, complaint.number, me, text="  ", key="k1")
        assert len((await state(desk, complaint.number)).events) == 1


class TestResolve:
    async def test_the_solution_comes_with_two_buttons_in_the_members_language(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk, language="en")
        async with desk.database.transaction() as session:
            (await conversations.locked(session, talk.id)).language = "en"
        complaint = await complained(desk, member, talk)
        await work.resolve(desk, complaint.number, me, resolution="A new one ships today.", cause="product", key="k1")
        author, text, buttons = await last(desk, talk)
        assert (author, buttons) == (Author.AGENT, ["Solved", "Not solved"])
        assert "A new one ships today." in text
        assert (await state(desk, complaint.number)).cause == Cause.PRODUCT

    async def test_what_else_was_promised_about_it_is_kept_and_the_risk_goes_down(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        async with desk.database.transaction() as session:
            before = await risk.assess(session, member.id)
            await promises.make(
                session,
                member_id=member.id,
                kind=promises.PromiseKind.OTHER,
                text="寄新的",
                due_at=frozen_clock.moment,
                reference=complaint.number,
                key="p1",
            )
        await work.resolve(desk, complaint.number, me, resolution="寄了新的", cause="product", key="k1")
        async with desk.database.reading() as session:
            made = await promises.for_member(session, member.id)
            after = await risk.latest(session, member.id)
        assert {promise.status for promise in made} == {PromiseStatus.KEPT}
        assert after is not None
        assert after.score < before.score

    async def test_a_settled_one_takes_no_reply(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        await work.resolve(desk, complaint.number, me, resolution="好了", cause="staff", key="k1")
        said = len(await read_by_customer(desk, talk.id))
        with pytest.raises(ComplaintClosed):
            await work.reply(desk, complaint.number, me, text="再说一句", key="k2")
        assert len(await read_by_customer(desk, talk.id)) == said


class TestConfirmation:
    async def resolved(self, desk: Desk) -> tuple[Conversation, str]:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        await work.resolve(desk, complaint.number, me, resolution="寄了新的", cause="product", key="k1")
        return talk, complaint.number

    async def test_pressed(self, desk: Desk) -> None:
        talk, number = await self.resolved(desk)
        await says(desk, payload=f"desk:complaint_solved:{number}")
        settled = await state(desk, number)
        assert settled.status == ComplaintStatus.CLOSED
        assert settled.confirmed_at is not None
        assert number in (await last(desk, talk))[1]

    @pytest.mark.parametrize("words", ["解决了", "解決了，謝謝", "已经解决了", "Solved", "it's fixed, thanks"])
    async def test_said_in_words_it_is_confirmed(self, desk: Desk, words: str) -> None:
        _, number = await self.resolved(desk)
        await says(desk, words)
        assert (await state(desk, number)).confirmed_at is not None

    @pytest.mark.parametrize("words", ["还没解决", "根本没解决！", "沒有解決啊", "还是不行", "it isn't fixed"])
    async def test_not_solved_takes_it_up_again_one_step_more_severe(self, desk: Desk, words: str) -> None:
        talk, number = await self.resolved(desk)
        before = (await state(desk, number)).severity
        await says(desk, words)
        again = await state(desk, number)
        assert (again.status, before, again.severity) == (ComplaintStatus.REOPENED, "normal", "high")
        assert again.events[-1].text == words
        author, text, buttons = await last(desk, talk)
        assert (author, buttons) == (Author.SYSTEM, ["找真人"])
        assert number in text

    async def test_not_solved_is_heard_after_other_talk_as_well(self, desk: Desk) -> None:
        _, number = await self.resolved(desk)
        await says(desk, "我的订单到哪了")
        await says(desk, "投诉的事没解决")
        assert (await state(desk, number)).status == ComplaintStatus.REOPENED

    @pytest.mark.parametrize("words", ["解决了吗？", "好的", "谢谢", "没解决，我不想活了"])
    async def test_a_question_thanks_and_danger_are_no_answer(self, desk: Desk, words: str) -> None:
        _, number = await self.resolved(desk)
        await says(desk, words)
        assert (await state(desk, number)).status == ComplaintStatus.RESOLVED

    async def test_pressed_twice_or_by_somebody_else_changes_nothing(self, desk: Desk) -> None:
        _, number = await self.resolved(desk)
        await member_in_chat(desk, user="u2", given_name="别人")
        await says(desk, user="u2", payload=f"desk:complaint_unsolved:{number}")
        assert (await state(desk, number)).status == ComplaintStatus.RESOLVED
        for _ in range(2):
            await says(desk, payload=f"desk:complaint_unsolved:{number}")
        assert [event.kind for event in (await state(desk, number)).events].count("reopened") == 1

    async def test_without_a_complaint_the_bot_answers_as_ever(self, desk: Desk) -> None:
        _, talk = await member_in_chat(desk)
        await says(desk, "没解决")
        assert (await last(desk, talk))[:2] == (Author.BOT, "回：没解决")


class TestCompensation:
    async def test_within_the_limit_the_member_reads_what_they_got(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        given = await work.compensate(desk, complaint.number, me, kind="points", amount=300, reason="晚了", key="k1")
        assert given.status == CompensationStatus.GRANTED
        assert "300 积分" in (await last(desk, talk))[1]

    async def test_above_it_only_a_supervisor_grants_it_and_only_then_it_is_told(self, desk: Desk) -> None:
        me, lead = await staff(desk), await staff(desk, "许安", Role.SUPERVISOR)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk)
        said = len(await read_by_customer(desk, talk.id))
        asked = await work.compensate(desk, complaint.number, me, kind="points", amount=900, reason="晚了", key="k1")
        assert asked.status == CompensationStatus.WAITING
        with pytest.raises(NotAllowed):
            await work.decide(desk, asked.id, me, approve=True)
        assert len(await read_by_customer(desk, talk.id)) == said
        await work.decide(desk, asked.id, lead, approve=True)
        assert "900 积分" in (await last(desk, talk))[1]
        async with desk.database.reading() as session:
            assert await points.balance(session, member.id) == 900

    async def test_a_supervisor_does_not_grant_what_is_above_their_own_limit(self, desk: Desk) -> None:
        me, lead = await staff(desk), await staff(desk, "许安", Role.SUPERVISOR)
        complaint = await complained(desk, *await member_in_chat(desk))
        asked = await work.compensate(desk, complaint.number, me, kind="points", amount=9_000, reason="晚", key="k1")
        with pytest.raises(LimitExceeded):
            await work.decide(desk, asked.id, lead, approve=True)


async def test_a_reopened_one_tells_the_member_until_when(desk: Desk) -> None:
    me = await staff(desk)
    member, talk = await member_in_chat(desk)
    complaint = await complained(desk, member, talk)
    await work.resolve(desk, complaint.number, me, resolution="好了", cause="staff", key="k1")
    assert await work.reopen(desk, complaint.number, me, reason="还有一件没退", key="k2")
    assert complaint.number in (await last(desk, talk))[1]
    assert (await now(desk, talk.id)).id == talk.id
    await work.escalate(desk, complaint.number, me)
    assert (await state(desk, complaint.number)).escalated_at is not None
