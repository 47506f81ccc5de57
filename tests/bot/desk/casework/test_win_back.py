"""Asking lost members back and thanking the best: what the member reads, what is noted, and what holds it back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.casework import thanks as thank_work
from bot.desk.casework import winback as work
from bot.desk.casework.winback import NotSent
from bot.desk.desk import Desk
from bot.desk.news_texts import reply_to
from bot.jobs.winback import fill_lists
from bot.wording import wording
from crm_store import audit, departures, goodwill, members, messages, points, proactive, thanks, winback
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation
from crm_store.goodwill import GoodwillAboveLimit
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import MessageEmpty
from crm_store.proactive import HeldBack, News
from crm_store.rewards import Reward
from crm_store.thanks import ThankedBy, ThankYouEntry
from crm_store.winback import ContactRefused, WinBackCase, WinBackOver, WinBackState
from tests.bot.desk.casework.shop import member_in_chat, read_by_customer, staff
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.winback.gone import assessed, bought

HOUR = timedelta(hours=1)
TEXT = "好久不见，最近好吗？"


@pytest.fixture(autouse=True)
def _nobody_is_held(frozen_clock: FrozenClock) -> object:
    with changed("win_back: {held_back: 0}"):
        yield


async def lost_in_chat(desk: Desk, clock: FrozenClock, *, language: str = "zh-Hans") -> tuple[int, Member, str]:
    """A silent member with an address, and the case that the night opened."""
    member, conversation = await member_in_chat(desk, language=language)
    async with desk.database.transaction() as session:
        found = await members.get(session, member.id)
        await members.set_marketing_consent(session, found, True)
        await bought(session, found)
        await assessed(session, found)
    clock.move(HOUR)
    assert (await fill_lists(desk))["opened"] == 1
    async with desk.database.reading() as session:
        case = (await session.scalars(select(WinBackCase))).one()
    return case.id, member, conversation.id


async def noted(desk: Desk, action: str) -> int:
    async with desk.database.reading() as session:
        return len([each for each in await audit.entries(session, limit=100) if each.action == action])


async def acts(desk: Desk, case_id: int) -> list[str]:
    async with desk.database.reading() as session:
        return [each.kind for each in await winback.acts_of(session, case_id)]


class TestMessage:
    async def test_it_is_read_once_with_the_way_to_stop(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, _, conversation_id = await lost_in_chat(desk, frozen_clock)
        for _ in range(2):
            await work.message(desk, case_id, me, text=TEXT, key="k")
        told = [each.text for each in await read_by_customer(desk, conversation_id) if TEXT in (each.text or "")]
        assert told == [f"{TEXT}\n不想再收到，回复「退订」就停。"]
        assert await acts(desk, case_id) == ["message"]

    async def test_the_caps_hold_and_nothing_is_noted(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, _, conversation_id = await lost_in_chat(desk, frozen_clock)
        await work.message(desk, case_id, me, text=TEXT, key="k")
        with pytest.raises(NotSent) as refused:
            await work.message(desk, case_id, me, text="还在吗？", key="k2")
        assert refused.value.reason is HeldBack.ENOUGH
        assert await acts(desk, case_id) == ["message"]
        assert "还在吗" not in str([each.text for each in await read_by_customer(desk, conversation_id)])

    async def test_nobody_is_woken(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, _, _ = await lost_in_chat(desk, frozen_clock)
        frozen_clock.move(11 * HOUR)  # 22:00 at the shop
        with pytest.raises(NotSent, match="quiet_hours"):
            await work.message(desk, case_id, me, text=TEXT, key="k")

    async def test_whoever_stopped_offers_is_left_in_peace(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, member, _ = await lost_in_chat(desk, frozen_clock)
        async with desk.database.transaction() as session:
            await proactive.stop(session, await members.get(session, member.id), [proactive.Topic.OFFERS])
        for deed in (
            work.message(desk, case_id, me, text=TEXT, key="k"),
            work.called(desk, case_id, me, reached=True, note="", key="k2"),
        ):
            with pytest.raises(ContactRefused):
                await deed

    async def test_empty_words_are_no_message(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        case_id, _, _ = await lost_in_chat(desk, frozen_clock)
        with pytest.raises(MessageEmpty):
            await work.message(desk, case_id, await staff(desk), text="  ", key="k")

    @pytest.mark.parametrize("language", list(Language))
    async def test_there_are_words_to_begin_with_for_every_approach(self, language: Language) -> None:
        member = Member(number="M1", family_name="林", given_name="晓雯", language=language, gender="female")
        for approach in (*departures.ExitCause, *departures.Way):
            assert len(work.suggested(member, approach)) > 20
        assert thank_work.suggested(member).startswith(("林", "Ms"))

    def test_to_a_member_without_a_name_they_begin_as_a_sentence_does(self) -> None:
        nameless = Member(number="M1", family_name="", given_name="", language=Language.EN)
        assert thank_work.suggested(nameless).startswith("No offer today")
        birthday = News(kind=proactive.Kind.BIRTHDAY, thing="2026", member_id=1)
        assert reply_to(birthday, nameless, Language.EN).text.startswith("Happy birthday")


class TestOffer:
    async def test_points_and_message_stand_and_fall_together(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, member, conversation_id = await lost_in_chat(desk, frozen_clock)
        with pytest.raises(GoodwillAboveLimit):
            await work.offer_points(desk, case_id, me, amount=1001, text=TEXT, key="k")
        frozen_clock.move(11 * HOUR)
        with pytest.raises(NotSent):
            await work.offer_points(desk, case_id, me, amount=300, text=TEXT, key="k")
        assert await balance(desk, member) == 0
        assert await acts(desk, case_id) == []
        await work.offer_points(desk, case_id, me, amount=300, key="k")
        assert await balance(desk, member) == 300
        frozen_clock.move(12 * HOUR)
        for _ in range(2):
            await work.offer_points(desk, case_id, me, amount=200, text="送您 200 积分", key="k2")
        assert await balance(desk, member) == 500
        assert "送您 200 积分" in ((await read_by_customer(desk, conversation_id))[-1].text or "")
        assert await noted(desk, "offer_win_back") == 3

    async def test_a_vouchers_code_stands_in_the_message(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, _, conversation_id = await lost_in_chat(desk, frozen_clock)
        async with desk.database.transaction() as session:
            session.add(
                Reward(
                    code="V20", names={"zh-Hans": "20 元券"}, kind="coupon", cost=400, value_minor=2_000, valid_days=30
                )
            )
        code = await work.offer_reward(desk, case_id, me, reward="V20", text="给您一张券：", key="k")
        assert f"给您一张券： {code}" in ((await read_by_customer(desk, conversation_id))[-1].text or "")
        async with desk.database.reading() as session:
            assert await goodwill.left_for(session, (await winback.get(session, case_id)).member_id, agent_id=me) == 600


async def balance(desk: Desk, member: Member) -> int:
    async with desk.database.reading() as session:
        return await points.balance(session, member.id)


class TestEnds:
    async def test_what_the_member_said_closes_it_once(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        case_id, _, _ = await lost_in_chat(desk, frozen_clock)
        await work.assign(desk, case_id, me, owner_id=me)
        await work.called(desk, case_id, me, reached=False, note="", key="a")
        await work.called(desk, case_id, me, reached=True, note="不缺东西", key="b")
        await work.close(desk, case_id, me, outcome=WinBackState.NOT_INTERESTED, note="不缺东西")
        with pytest.raises(WinBackOver):
            await work.message(desk, case_id, me, text=TEXT, key="k")
        assert await acts(desk, case_id) == ["call", "no_call_answer"]
        assert [await noted(desk, each) for each in ("assign_win_back", "call_win_back", "close_win_back")] == [1, 2, 1]


class TestInterview:
    async def test_after_the_call_it_is_noted_and_the_membership_ends(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        member, _ = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            await bought(session, await members.get(session, member.id))
            await members.request_cancellation(session, await members.get(session, member.id), reason="price")
        await work.interview(
            desk, member.id, me, causes=["price"], words="太贵", wish="便宜一点", may_contact=True, key="k",
            then=MemberStatus.LEFT,
        )  # fmt: skip
        async with desk.database.reading() as session:
            assert (await members.get(session, member.id)).status == MemberStatus.LEFT
            [told] = await departures.interviews(session, member.id)
            assert (told.causes, told.by, told.agent_id) == (["price"], "agent", me)
        assert await noted(desk, "record_exit_interview") == 1
        # Who has left and said that we may write is written to, though no member any more.
        frozen_clock.move(timedelta(days=15))
        assert (await fill_lists(desk))["opened"] == 1
        async with desk.database.reading() as session:
            case = (await session.scalars(select(WinBackCase))).one()
        await work.message(desk, case.id, me, text=TEXT, key="m")
        async with desk.database.reading() as session:
            own = select(Conversation.id).where(Conversation.member_id == member.id).order_by(Conversation.opened_at)
            latest = list(await session.scalars(own))[-1]
            [*_, last] = await messages.history(session, latest)
        assert TEXT in (last.text or "")

    async def test_who_stays_after_all_is_a_member_as_before(self, desk: Desk) -> None:
        me = await staff(desk)
        member, _ = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            await members.request_cancellation(session, await members.get(session, member.id))
        await work.interview(
            desk, member.id, me, causes=["service"], words="", wish="", may_contact=None, key="k",
            then=MemberStatus.ACTIVE,
        )  # fmt: skip
        async with desk.database.reading() as session:
            assert (await members.get(session, member.id)).status == MemberStatus.ACTIVE


class TestThanks:
    async def listed(self, desk: Desk) -> tuple[Member, str]:
        member, conversation = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            found = await members.get(session, member.id)
            await members.set_marketing_consent(session, found, True)
            session.add(ThankYouEntry(member_id=member.id, value_minor=900, listed_at=found.joined_at))
        return member, conversation.id

    async def test_a_message_goes_out_with_the_tick(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        member, conversation_id = await self.listed(desk)
        frozen_clock.move(HOUR)
        for _ in range(2):
            await thank_work.thank(desk, member.id, me, how=ThankedBy.MESSAGE, text="谢谢您", key="k")
        told = [each.text for each in await read_by_customer(desk, conversation_id)]
        stop = wording("proactive.stop_line", Language.ZH_HANS)
        assert told.count(f"谢谢您\n{stop}") == 1
        async with desk.database.reading() as session:
            [entry] = await thanks.listing(session)
        assert (entry.last and entry.last.how, entry.last and entry.last.agent_id) == ("message", me)

    async def test_no_tick_for_what_was_not_sent(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, _ = await self.listed(desk)
        frozen_clock.move(12 * HOUR)
        with pytest.raises(NotSent):
            await thank_work.thank(desk, member.id, await staff(desk), how=ThankedBy.MESSAGE, text="谢谢您", key="k")
        async with desk.database.reading() as session:
            [entry] = await thanks.listing(session)
        assert entry.last is None

    async def test_a_call_says_nothing_in_the_chat(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        member, conversation_id = await self.listed(desk)
        before = len(await read_by_customer(desk, conversation_id))
        await thank_work.thank(desk, member.id, await staff(desk), how=ThankedBy.CALL, key="k")
        assert len(await read_by_customer(desk, conversation_id)) == before
        assert await noted(desk, "thank_member") == 1
