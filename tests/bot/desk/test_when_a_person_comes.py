"""When a person is called, how soon, and how often the bot is asked again while it is away."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import notices
from bot.desk.desk import Desk
from crm_store import conversations, followups, identities, members
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation, ConversationState, QueueReason, Urgency
from tests.bot.desk.test_desk import current, says, told, work_off
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import inbound

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def who_is_leaving(desk: Desk) -> Conversation:
    """A member at high risk: they have said that they leave. They have just said a calm word."""
    received = await desk.receive(inbound("在吗"))
    async with desk.database.transaction() as session:
        identity = await identities.get(session, received.conversation.identity_id)
        member = await members.create(session, family_name="王")
        await identities.bind(session, identity, member, by="signed_token")
        await conversations.bind_member(session, identity, member)
        await members.request_cancellation(session, member)
    await work_off(desk)
    return await current(desk, received.conversation.id)


class TestRisk:
    async def test_a_member_at_high_risk_who_is_unhappy_gets_a_person(self, desk: Desk) -> None:
        calm = await who_is_leaving(desk)
        assert calm.state == ConversationState.BOT

        unhappy = await says(desk, "真糟糕")

        assert unhappy.id == calm.id
        assert (unhappy.state, unhappy.queue_reason, unhappy.urgency) == (
            ConversationState.QUEUE, QueueReason.RISK, Urgency.HIGH,
        )  # fmt: skip
        assert unhappy.bot_answers

    async def test_who_is_just_offered_one_chooses_and_is_served_first(self, desk: Desk, rasa: DialogueServer) -> None:
        await who_is_leaving(desk)
        rasa.buttons = [{"title": "找真人", "payload": "/request_human"}]
        unhappy = await says(desk, "真糟糕")
        assert (unhappy.state, unhappy.urgency) == (ConversationState.BOT, Urgency.HIGH)
        waiting = await says(desk, None, payload=notices.HUMAN)
        assert (waiting.state, waiting.urgency) == (ConversationState.QUEUE, Urgency.HIGH)

    async def test_a_member_at_high_risk_who_is_content_does_not(self, desk: Desk) -> None:
        await who_is_leaving(desk)
        assert (await says(desk, "订单到哪了")).state == ConversationState.BOT

    @pytest.mark.parametrize("text", ["酒糟那款面霜到底能用到几号？", "空气炸锅到底哪天到？"])
    async def test_a_short_question_that_presses_calls_nobody(self, desk: Desk, text: str) -> None:
        """What a classifier takes for a bad mood, or for fury, in words that only ask."""
        await who_is_leaving(desk)
        assert (await says(desk, text)).state == ConversationState.BOT
        assert (await says(desk, "真糟糕")).state == ConversationState.QUEUE

    async def test_amid_a_form_it_is_only_marked_and_counts_when_a_person_is_wished(self, desk: Desk) -> None:
        leaving = await who_is_leaving(desk)
        served = await says(desk, "真糟糕，我要投诉")
        assert (served.state, served.urgency) == (ConversationState.BOT, Urgency.HIGH)
        assert not [each for each in await told(desk, leaving) if "要紧" in (each.text or "")]
        waiting = await says(desk, None, payload=notices.HUMAN)
        assert (waiting.state, waiting.urgency) == (ConversationState.QUEUE, Urgency.HIGH)

    async def test_at_night_it_is_marked_and_offered_once_and_counts_when_a_person_is_wished(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        leaving = await who_is_leaving(desk)
        frozen_clock.to(datetime(2026, 11, 22, 18, 30, tzinfo=UTC))

        for text in ("真糟糕", "太糟糕了，没人管"):
            conversation = await says(desk, text)
            assert (conversation.state, conversation.urgency) == (ConversationState.BOT, Urgency.HIGH)

        offers = [each for each in await told(desk, leaving) if "要紧" in (each.text or "")]
        assert ["09:00 上班" in (each.text or "") for each in offers] == [True]
        assert [button["payload"] for button in offers[0].buttons or []] == [notices.CALL_BACK, notices.HUMAN]
        async with desk.database.reading() as session:
            assert leaving.member_id is not None
            assert await followups.for_member(session, leaving.member_id)
        waiting = await says(desk, None, payload=notices.HUMAN)
        assert (waiting.state, waiting.queue_reason, waiting.urgency) == (
            ConversationState.QUEUE, QueueReason.RISK, Urgency.HIGH,
        )  # fmt: skip

    async def test_somebody_unhappy_of_whom_nothing_bad_is_known_does_not(self, desk: Desk) -> None:
        assert (await says(desk, "真糟糕")).state == ConversationState.BOT


class TestAngerWhileWaiting:
    async def test_it_raises_the_urgency_and_keeps_the_place(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        await says(desk, "？？")
        waiting = await says(desk, "？？ 这是在说什么")
        assert (waiting.queue_reason, waiting.urgency) == (QueueReason.MISUNDERSTOOD, Urgency.NORMAL)
        frozen_clock.move(timedelta(minutes=1))

        furious = await says(desk, "气死了，还要等多久")

        assert (furious.state, furious.queue_reason, furious.urgency) == (
            ConversationState.QUEUE, QueueReason.ANGER, Urgency.HIGH,
        )  # fmt: skip
        assert furious.queued_at == waiting.queued_at

    async def test_a_bad_mood_alone_does_not(self, desk: Desk) -> None:
        await says(desk, "？？")
        await says(desk, "？？ 这是在说什么")
        assert (await says(desk, "糟糕，还要多久")).urgency == Urgency.NORMAL


class TestRetry:
    async def test_each_pause_is_twice_the_one_before_up_to_half_a_minute(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        rasa.broken = True
        await says(desk, "订单到哪了")
        for pause_s in (1, 2, 4, 8, 16, 30, 30):
            least, rest = timedelta(seconds=0.69 * pause_s), timedelta(seconds=0.32 * pause_s)
            frozen_clock.move(least)
            assert await work_off(desk) == 0, f"sooner than after {pause_s} s less the jitter"
            frozen_clock.move(rest)
            assert await work_off(desk) == 1, f"later than after {pause_s} s"
