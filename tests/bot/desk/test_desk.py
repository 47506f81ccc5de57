"""The desk: who answers, when a person comes in, what the customer is told, and what happens without the bot."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.desk.desk import Desk, notices
from bot.wording import WordingMissing, section, wording
from crm_store import conversations, identities, members, messages, queue, risk, turns
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation, ConversationState, ConversationTaken, Urgency
from crm_store.interactions import Interaction
from crm_store.labels import LabelMissing
from crm_store.language import Language
from crm_store.messages import Audience, Message, MessageStatus
from tests.bot import dialogue_server
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import inbound, make_agent
from tests.crm_store.overlap import a_lock_is_waited_for
from tests.crm_store.policy.shop_files import changed

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def work_off(desk: Desk, worker: str = "w") -> int:
    """Do everything that is due now, one after the other; how many pieces of work."""
    done = 0
    while (work := await desk.claim(worker)) is not None:
        await desk.handle(work)
        done += 1
    return done


async def says(desk: Desk, text: str | None, **more: Any) -> Conversation:
    """The customer says something and everything due is done; the conversation as it is then."""
    received = await desk.receive(inbound(text, **more))
    await work_off(desk)
    return await current(desk, received.conversation.id)


async def current(desk: Desk, conversation_id: str) -> Conversation:
    async with desk.database.reading() as session:
        return await conversations.get(session, conversation_id)


async def told(desk: Desk, conversation: Conversation, *, audience: Audience = Audience.MEMBER) -> list[Message]:
    async with desk.database.reading() as session:
        return await messages.history(session, conversation.id, audience=audience)


async def agent(desk: Desk, name: str = "林悦") -> int:
    async with desk.database.transaction() as session:
        return await make_agent(session, name)


def lines(found: list[Message]) -> list[str]:
    return [f"{message.author}: {message.text or message.payload}" for message in found]


class TestBotAnswers:
    async def test_a_message_is_answered_once_and_understood(self, desk: Desk) -> None:
        conversation = await says(desk, "订单到哪了")

        said = await told(desk, conversation)
        assert lines(said) == ["customer: 订单到哪了", "bot: 回：订单到哪了"]
        assert (said[0].status, said[0].intent, said[0].language) == ("handled", "ask_order_status", "zh-Hans")
        assert conversation.language == "zh-Hans"
        assert await work_off(desk) == 0

    async def test_a_redelivered_message_is_not_answered_again(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "在吗", message_id="x")
        await says(desk, "在吗", message_id="x")
        assert len(rasa.turns) == 1

    async def test_a_redelivered_message_is_told_to_nobody(self, desk: Desk) -> None:
        conversation = await says(desk, "在吗", message_id="x")
        async with desk.signals.subscribe(f"conversation:{conversation.id}", "inbox", "desk") as events:
            await desk.receive(inbound("在吗", message_id="x"))
            assert events.drain() == []
            await desk.receive(inbound("还在吗", message_id="y"))
            assert {event["topic"] for event in events.drain()} >= {f"conversation:{conversation.id}", "desk"}

    async def test_a_message_that_somebody_else_is_just_storing_is_found(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await says(desk, "在吗", message_id="x")
        store, refused = desk._store, list[str]()

        async def is_refused_once(*arguments: Any) -> Any:
            if not refused:
                refused.append("x")
                raise IntegrityError("INSERT", {}, Exception("UNIQUE"))
            return await store(*arguments)

        monkeypatch.setattr(desk, "_store", is_refused_once)
        received = await desk.receive(inbound("在吗", message_id="x"))
        assert received.duplicate
        assert refused == ["x"]

    async def test_an_interaction_is_left_when_no_action_wrote_one(self, desk: Desk) -> None:
        conversation = await says(desk, "订单到哪了")
        async with desk.database.reading() as session:
            [interaction] = await session.scalars(select(Interaction))
        assert (interaction.conversation_id, interaction.intent, interaction.outcome) == (
            conversation.id, "ask_order_status", "answered",
        )  # fmt: skip

    async def test_a_crash_between_answer_and_record_repeats_neither(self, desk: Desk, rasa: DialogueServer) -> None:
        """The first worker got the answer and died before writing it; the second asks again and is answered from
        memory."""
        received = await desk.receive(inbound("在吗"))
        lost = await desk.claim("killed")
        assert lost is not None
        assert lost.message is not None
        await desk.dialogue.turn(lost.conversation.id, message_id=lost.message.id, text="在吗")
        async with desk.database.transaction() as session:
            await turns.clear_stale(session, is_dead=lambda name: name == "killed")

        await work_off(desk, "second")
        await desk.handle(lost)

        assert len(rasa.turns) == 1
        assert lines(await told(desk, received.conversation)) == ["customer: 在吗", "bot: 回：在吗"]

    async def test_a_picture_alone_is_kept_and_the_bot_says_what_it_cannot(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        conversation = await says(desk, None, attachments=[{"kind": "image", "ref": "f1"}], locale="en")
        assert rasa.turns == []
        assert lines(await told(desk, conversation))[1:] == [f"system: {wording('desk.attachment_only', Language.EN)}"]


class TestHandover:
    async def test_strong_anger_calls_a_person_and_tells_the_place(self, desk: Desk) -> None:
        conversation = await says(desk, "气死我了，包裹呢")

        assert (conversation.state, conversation.queue_reason, conversation.urgency) == ("queue", "anger", 3)
        said = await told(desk, conversation)
        assert lines(said)[1:] == ["bot: 回：气死我了，包裹呢", "system: 正在为您转接客服，您是下一位。"]
        assert [button["payload"] for button in said[-1].buttons or []] == [
            notices.GO_ON_WITH_BOT, notices.LEAVE_QUEUE,
        ]  # fmt: skip

    async def test_two_misunderstandings_in_a_row(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        assert (await says(desk, "？？")).state == ConversationState.BOT
        conversation = await says(desk, "？？ 这是在说什么")
        assert (conversation.state, conversation.queue_reason) == ("queue", "misunderstood")

    async def test_at_night_who_was_not_understood_is_offered_the_line_and_a_call_and_chooses(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.to(datetime(2026, 11, 22, 18, 30, tzinfo=UTC))
        for text in ("？？", "？？ 这是在说什么"):
            conversation = await says(desk, text)
        assert (conversation.state, conversation.queue_reason) == (ConversationState.BOT, None)
        offered = (await told(desk, conversation))[-1]
        assert "09:00 上班" in (offered.text or "")
        assert [button["payload"] for button in offered.buttons or []] == [notices.CALL_BACK, notices.HUMAN]
        conversation = await says(desk, None, payload=notices.HUMAN)
        assert (conversation.state, conversation.queue_reason) == ("queue", "requested")

    async def test_who_was_not_understood_and_asked_for_nobody_is_answered_further(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        for text in ("？？", "？？ 这是在说什么"):
            conversation = await says(desk, text)
        turns = len(rasa.turns)
        after = await says(desk, "那我的订单呢")
        assert (after.state, len(rasa.turns)) == (ConversationState.QUEUE, turns + 1)
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那我的订单呢"

    async def test_how_angry_and_how_often_is_the_shops_decision(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        with changed("anger: {hand_over: 0.95}\nhandover: {misunderstandings: 3}"):
            assert (await says(desk, "气死我了，包裹呢")).state == ConversationState.BOT
            for _ in range(2):
                assert (await says(desk, "天灵灵地灵灵？？")).state == ConversationState.BOT
            assert (await says(desk, "天灵灵地灵灵？？")).queue_reason == "misunderstood"

    async def test_a_mood_is_kept_from_the_shops_threshold_on(self, desk: Desk) -> None:
        with changed("anger: {upset: 0.05, counts_for_risk: 0.05}"):
            conversation = await says(desk, "你好呀", user="calm")
        async with desk.database.reading() as session:
            query = select(Interaction).where(Interaction.conversation_id == conversation.id)
            assert (await session.scalars(query)).one().anger == 0.1

    async def test_one_between_two_understood_is_none(self, desk: Desk) -> None:
        await says(desk, "？？")
        await says(desk, "订单到哪了")
        assert (await says(desk, "？？")).state == ConversationState.BOT

    async def test_an_unhappy_member_is_assessed(self, desk: Desk) -> None:
        received = await desk.receive(inbound("在吗"))
        async with desk.database.transaction() as session:
            identity = await identities.get(session, received.conversation.identity_id)
            member = await members.create(session, family_name="王")
            await identities.bind(session, identity, member, by="signed_token")
            await conversations.bind_member(session, identity, member)
        await work_off(desk)
        async with desk.database.reading() as session:
            assert await risk.latest(session, member.id) is None

        await says(desk, "真糟糕")

        async with desk.database.reading() as session:
            assert await risk.latest(session, member.id) is not None

    async def test_a_form_that_was_begun_may_be_finished_in_the_queue(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await says(desk, "气死我了，我要投诉")
        assert conversation.bot_continues
        assert lines(await told(desk, conversation))[-1].endswith("上面的事可以接着办。")

        conversation = await says(desk, "鞋子开胶")

        assert len(rasa.turns) == 2
        assert not conversation.bot_continues
        await says(desk, "还有")
        assert len(rasa.turns) == 2

    async def test_a_request_from_outside_a_turn_is_told_too(self, desk: Desk) -> None:
        conversation = await says(desk, "在吗")
        async with desk.database.transaction() as session:
            await conversations.request_human(session, conversation.id, reason="delicate")
        await work_off(desk)
        assert lines(await told(desk, conversation))[-1] == "system: 正在为您转接客服，您是下一位。"
        assert await work_off(desk) == 0

    async def test_the_place_counts_those_before(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        await says(desk, "气死了", user="first")
        frozen_clock.move(timedelta(seconds=1))
        second = await says(desk, "气死了", user="second")
        assert lines(await told(desk, second))[-1] == "system: 正在为您转接客服，前面还有 1 位。"

    async def test_outside_service_hours_it_is_said_when_somebody_is_there(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.move(timedelta(hours=13))  # 23:00
        conversation = await says(desk, "气死了")
        last = (await told(desk, conversation))[-1]
        assert (last.text or "").startswith("客服现在不在线，明天 09:00 上班后")
        assert (last.buttons or [])[0]["payload"] == "/request_callback"


class TestWaiting:
    async def test_the_bot_is_silent_and_the_mood_is_still_understood(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, "糟糕")

        said = await told(desk, conversation)
        assert len(rasa.turns) == 1
        assert lines(said)[-2:] == ["customer: 糟糕", "system: 收到，客服会看到您这句话。"]
        assert (said[-2].status, said[-2].sentiment) == ("handled", "negative")

    async def test_every_message_is_answered_in_other_words_with_the_buttons(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "气死了")
        for number in range(4):
            frozen_clock.move(timedelta(seconds=10))
            conversation = await says(desk, f"第 {number} 件")
        answers = [each for each in await told(desk, conversation) if each.author == "system"][1:]
        texts = [each.text for each in answers]
        assert len(texts) == 4
        assert len(set(texts[:3])) == 3
        assert texts[3] == texts[0]
        for each in answers:
            assert [button["payload"] for button in each.buttons or []] == [
                notices.GO_ON_WITH_BOT, notices.LEAVE_QUEUE, notices.CALL_BACK,
            ]  # fmt: skip

    async def test_a_burst_is_answered_at_its_beginning_and_at_its_end(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "气死了")
        for number in range(6):
            frozen_clock.move(timedelta(seconds=0.5))
            conversation = await says(desk, f"第 {number} 句")
        assert [line[:6] for line in lines(await told(desk, conversation))].count("system") == 2
        frozen_clock.move(desk.rules.burst)
        assert await work_off(desk) == 1
        said = lines(await told(desk, conversation))
        assert [line[:6] for line in said].count("system") == 3
        assert said[-1] == "system: 好的，这句也转给客服了。"
        frozen_clock.move(timedelta(minutes=5))
        assert await work_off(desk) == 0

    async def test_a_burst_that_ends_with_somebody_there_needs_no_answer(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "气死了")
        for text in ("一", "二"):
            frozen_clock.move(timedelta(seconds=0.5))
            conversation = await says(desk, text)
        await desk.take(conversation.id, await agent(desk))
        frozen_clock.move(desk.rules.burst)
        await work_off(desk)
        assert "来了" in lines(await told(desk, conversation))[-1]

    async def test_the_place_is_told_when_it_has_changed_and_only_then(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        first = await says(desk, "气死了", user="first")
        frozen_clock.move(timedelta(seconds=10))
        await says(desk, "气死了", user="second")
        frozen_clock.move(timedelta(seconds=10))
        second = await says(desk, "还有一件事", user="second")
        assert lines(await told(desk, second))[-1] == "system: 收到，客服会看到您这句话。"
        await desk.take(first.id, await agent(desk))
        frozen_clock.move(timedelta(seconds=10))
        second = await says(desk, "对了", user="second")
        assert (
            lines(await told(desk, second))[-1]
            == "system: 好的，这句也转给客服了。您是下一位，同事一有空就接上，请再稍等一下。"
        )
        frozen_clock.move(timedelta(seconds=10))
        second = await says(desk, "好", user="second")
        assert lines(await told(desk, second))[-1] == "system: 记下了，客服接进来就能看到。"

    async def test_who_asks_for_a_person_is_told_the_place(self, desk: Desk) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, "我要找真人")
        assert lines(await told(desk, conversation))[-1] == "system: 您是下一位，同事一有空就接上，请再稍等一下。"

    @pytest.mark.parametrize("asked", ["還要等多久啊", "How long will it take?", "前面五位是要等多久"])
    async def test_who_asks_how_long_is_told_the_place_and_that_nobody_can_say(self, desk: Desk, asked: str) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, asked)
        assert lines(await told(desk, conversation))[-1] == (
            "system: 您是下一位，同事一有空就接上，请再稍等一下。具体要多久我说不准，让您久等，抱歉。"
        )

    async def test_how_long_is_told_by_what_is_usual_when_few_were_taken_lately(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await agent(desk)
        for number, minutes in enumerate((4, 30, 8, 6, 9)):
            waits = await says(desk, "气死了", user=f"u{number}")
            frozen_clock.move(timedelta(minutes=minutes))
            await desk.take(waits.id, agent_id)
        frozen_clock.move(timedelta(days=1))
        await says(desk, "气死了", user="waits")
        conversation = await says(desk, "还要多久", user="waits")
        assert lines(await told(desk, conversation))[-1] == (
            "system: 您是下一位，同事一有空就接上，请再稍等一下。这会儿具体多久说不准，平时大约要 8 分钟。"
        )

    async def test_a_place_that_has_fallen_behind_is_not_told_unasked_and_explained_when_asked(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        waits = await says(desk, "我要真人", user="waits")
        async with desk.database.transaction() as session:
            await conversations.request_human(session, waits.id, reason="requested")
        await work_off(desk)
        frozen_clock.move(timedelta(seconds=10))
        await says(desk, "气死了", user="urgent")
        frozen_clock.move(timedelta(seconds=10))
        waits = await says(desk, "？？", user="waits")
        assert lines(await told(desk, waits))[-1] == "system: 您的位置还留着，客服来了就接上。"
        frozen_clock.move(timedelta(seconds=10))
        waits = await says(desk, "前面几位", user="waits")
        assert lines(await told(desk, waits))[-1].startswith(
            "system: 刚才有更优先的客人排到了前面，抱歉。前面还有 1 位"
        )
        frozen_clock.move(timedelta(seconds=10))
        waits = await says(desk, "前面几位", user="waits")
        assert lines(await told(desk, waits))[-1].startswith("system: 前面还有 1 位")

    async def test_whether_somebody_is_there_is_told(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, "现在有人吗")
        assert lines(await told(desk, conversation))[-1].startswith("system: 现在是服务时间，不过同事这会儿都走开了")
        await desk.set_presence(await agent(desk), "online")
        frozen_clock.move(timedelta(seconds=10))
        conversation = await says(desk, "有没有真人在啊")
        assert "现在有 1 位同事在" in lines(await told(desk, conversation))[-1]

    async def test_the_wait_is_told_when_the_pace_is_known(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        agent_id = await agent(desk)
        for number in range(3):
            await desk.take((await says(desk, "气死了", user=f"u{number}")).id, agent_id)
            frozen_clock.move(timedelta(minutes=6))
        await says(desk, "气死了", user="waits")
        conversation = await says(desk, "还要多久", user="waits")
        assert lines(await told(desk, conversation))[-1] == ("system: 您是下一位，大约还要 6 分钟。")

    async def test_outside_service_hours_it_is_said_from_when_somebody_is_there_and_the_bot_goes_on(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.move(timedelta(hours=13))  # 23:00
        conversation = await says(desk, "气死了")
        notice = (await told(desk, conversation))[-1]
        assert lines([notice]) == [
            "system: 客服现在不在线，明天 09:00 上班后会按顺序联系您，您说的我都记下了。也可以约个时间，我们打给您。"
            "在那之前想查什么、办什么，接着跟我说就行。"
        ]
        assert [each["payload"] for each in notice.buttons or []] == ["/request_callback", "desk:leave_queue"]
        conversation = await says(desk, "那我的包裹呢")
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那我的包裹呢"
        assert conversation.state == ConversationState.QUEUE

    async def test_who_is_in_danger_at_night_hears_that_it_waits_and_what_to_do_now(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.move(timedelta(hours=13))  # 23:00
        conversation = await says(desk, "在吗")
        async with desk.database.transaction() as session:
            await conversations.request_human(session, conversation.id, reason="delicate", urgency=Urgency.CRITICAL)
        await work_off(desk)
        assert lines(await told(desk, conversation))[-1] == (
            "system: 现在没有客服在线，最早 明天 09:00 才有人接，到时最先处理您这件。在那之前请别等我们："
            "先照上面说的做，有人有危险或不舒服，马上打当地的急救、火警或报警电话。"
        )

    async def test_a_picture_is_answered_too(self, desk: Desk) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, None, attachments=[{"kind": "image", "ref": "f1"}])
        assert lines(await told(desk, conversation))[-1].startswith("system: 收到")

    @pytest.mark.parametrize("words", ["不用等了", "算了，不等了", "取消等候", "Cancel the queue, please"])
    async def test_words_for_no_need_to_wait_end_it(self, desk: Desk, rasa: DialogueServer, words: str) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, words)
        assert conversation.state == ConversationState.BOT
        assert lines(await told(desk, conversation))[-1] == f"system: {wording('desk.left_queue', Language.ZH_HANS)}"
        assert len(rasa.turns) == 1

    async def test_they_end_it_also_while_the_bot_goes_on(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        await says(desk, "I'll ask the bot")
        await says(desk, "那积分呢")
        conversation = await says(desk, "不等了")
        assert conversation.state == ConversationState.BOT
        assert [turn["text"] for turn in rasa.turns] == ["气死了", "那积分呢"]

    async def test_words_for_the_bot_keep_the_place(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, "先問機器人吧")
        assert lines(await told(desk, conversation))[-1] == f"system: {wording('desk.bot_invited', Language.ZH_HANS)}"
        conversation = await says(desk, "那积分呢")
        assert conversation.state == ConversationState.QUEUE
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那积分呢"

    async def test_of_the_line_the_desk_tells_also_while_the_bot_answers(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        await says(desk, "气死了")
        await says(desk, None, payload=notices.GO_ON_WITH_BOT)
        turns = len(rasa.turns)
        conversation = await says(desk, "前面五位是要等多久")
        assert lines(await told(desk, conversation))[-1].startswith(
            "system: 您是下一位，同事一有空就接上，请再稍等一下。"
        )
        assert len(rasa.turns) == turns
        conversation = await says(desk, "那积分呢")
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那积分呢"

    async def test_words_for_a_call_back_begin_it(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, "請給我回電")
        assert (rasa.turns[-1].get("text"), rasa.turns[-1]["payload"]) == (None, "/request_callback")
        assert conversation.state == ConversationState.QUEUE

    async def test_with_an_agent_the_same_words_are_only_words(self, desk: Desk) -> None:
        conversation = await says(desk, "气死了")
        await desk.take(conversation.id, await agent(desk))
        conversation = await says(desk, "不用等了")
        assert conversation.state == ConversationState.AGENT
        assert lines(await told(desk, conversation))[-1] == "customer: 不用等了"

    async def test_a_pressed_button_still_reaches_the_bot(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, None, payload="/request_callback")
        assert rasa.turns[-1]["payload"] == "/request_callback"
        assert conversation.state == ConversationState.QUEUE

    async def test_going_on_with_the_bot_keeps_the_place(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "气死了")
        await says(desk, None, payload=notices.GO_ON_WITH_BOT)
        conversation = await says(desk, "那积分呢")
        assert conversation.state == ConversationState.QUEUE
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那积分呢"

    async def test_no_need_to_wait(self, desk: Desk) -> None:
        await says(desk, "气死了")
        conversation = await says(desk, None, payload=notices.LEAVE_QUEUE)
        assert conversation.state == ConversationState.BOT
        async with desk.database.reading() as session:
            assert (await queue.counts(session)).waiting == 0


class TestTakeover:
    async def test_the_agent_is_announced_and_the_bot_is_silent(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await says(desk, "气死了")
        agent_id = await agent(desk)
        await desk.take(conversation.id, agent_id)
        await desk.reply(conversation.id, agent_id, text="我来看", key="k1")
        conversation = await says(desk, "快点")

        assert lines(await told(desk, conversation))[-3:] == [
            "system: 客服林悦来了，由林悦接着为您服务。", "agent: 我来看", "customer: 快点",
        ]  # fmt: skip
        assert len(rasa.turns) == 1
        assert conversation.unread_for_agent == 1

    async def test_a_reply_on_its_way_is_held_back(self, desk: Desk, rasa: DialogueServer) -> None:
        received = await desk.receive(inbound("包裹呢"))
        agent_id = await agent(desk)
        rasa.hold = asyncio.Event()
        at_work = asyncio.create_task(work_off(desk))
        await rasa.begun.wait()
        await desk.take(received.conversation.id, agent_id)
        rasa.hold.set()
        await at_work

        to_staff = await told(desk, received.conversation, audience=Audience.STAFF)
        assert [(message.author, message.status) for message in to_staff] == [
            ("customer", "handled"), ("system", "pending"), ("bot", "suppressed"),
        ]  # fmt: skip
        assert "bot" not in {message.author for message in await told(desk, received.conversation)}

    async def test_the_second_agent_is_refused_and_nothing_is_announced_twice(self, desk: Desk) -> None:
        conversation = await says(desk, "气死了")
        first, second = await agent(desk, "甲"), await agent(desk, "乙")
        await desk.take(conversation.id, first)
        await desk.take(conversation.id, first)
        with pytest.raises(ConversationTaken):
            await desk.take(conversation.id, second)
        joined = [line for line in lines(await told(desk, conversation)) if "来了" in line]
        assert joined == ["system: 客服甲来了，由甲接着为您服务。"]

    async def test_handed_back_the_bot_answers_again_from_a_fresh_start(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await says(desk, "气死了")
        agent_id = await agent(desk)
        await desk.take(conversation.id, agent_id)
        await desk.hand_back(conversation.id, agent_id)
        assert rasa.forgotten == [conversation.id]
        conversation = await says(desk, "那好")
        assert lines(await told(desk, conversation))[-1] == "bot: 回：那好"

    async def test_transfer_and_close(self, desk: Desk) -> None:
        conversation = await says(desk, "气死了")
        first, second = await agent(desk, "甲"), await agent(desk, "乙")
        await desk.take(conversation.id, first)
        await desk.transfer(conversation.id, first, to_agent_id=second)
        await desk.close(conversation.id, second, outcome="resolved")

        assert lines(await told(desk, conversation))[-2:] == [
            "system: 已转给客服乙，前面的对话乙都能看到。", "system: 这次对话先到这里。再有事，直接发消息给我们就行。",
        ]  # fmt: skip
        assert (await current(desk, conversation.id)).outcome == "resolved"
        assert (await says(desk, "又来了")).id != conversation.id

    async def test_followers_are_told_of_every_change(self, desk: Desk) -> None:
        conversation = await says(desk, "在吗")
        agent_id = await agent(desk)
        async with desk.signals.subscribe(f"conversation:{conversation.id}", "desk", "outbox") as events:
            await desk.take(conversation.id, agent_id)
            heard = events.drain()
        assert [event["topic"] for event in heard] == [f"conversation:{conversation.id}", "desk", "outbox"]
        assert (heard[0]["state"], heard[0]["agent_id"], heard[0]["seq"]) == ("agent", agent_id, 3)


class TestOutage:
    async def test_the_customer_is_told_once_and_answered_in_the_end(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        rasa.broken = True
        received = await desk.receive(inbound("订单到哪了"))
        for _ in range(4):
            await work_off(desk)
            frozen_clock.move(timedelta(seconds=31))
        said = await told(desk, received.conversation)
        assert lines(said) == ["customer: 订单到哪了", f"system: {wording('desk.bot_unavailable', Language.ZH_HANS)}"]
        assert (said[0].status, said[0].tries) == (MessageStatus.RECEIVED, 4)

        rasa.broken = False
        await work_off(desk)

        assert lines(await told(desk, received.conversation))[-1] == "bot: 回：订单到哪了"
        assert (await current(desk, received.conversation.id)).outage_told_at is None

    async def test_the_order_is_kept_through_an_outage(self, desk: Desk, rasa: DialogueServer) -> None:
        rasa.broken = True
        for text in ("第一个问题来了", "第二个问题来了", "第三个问题来了"):
            conversation = await says(desk, text)
        rasa.broken = False
        conversation = await says(desk, "第四个问题来了")
        answers = [line for line in lines(await told(desk, conversation)) if line.startswith("bot")]
        assert answers == [f"bot: 回：第{number}个问题来了" for number in "一二三四"]

    @pytest.mark.parametrize(
        "asking", [{"payload": notices.HUMAN}, {"payload": "/request_human"}, {"text": "我要找人工"}]
    )
    async def test_a_person_can_be_reached_without_the_bot(
        self, desk: Desk, rasa: DialogueServer, asking: dict[str, str]
    ) -> None:
        rasa.broken = True
        await says(desk, "订单到哪了")
        conversation = await says(desk, **({"text": None} | asking))
        assert (conversation.state, conversation.queue_reason) == ("queue", "requested")
        assert {message.status for message in await told(desk, conversation) if message.direction == "in"} == {
            "handled"
        }
        assert await work_off(desk) == 0

    async def test_after_five_minutes_a_person_is_called(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        rasa.broken = True
        conversation = await says(desk, "订单到哪了")
        frozen_clock.move(timedelta(minutes=5))
        await work_off(desk)
        conversation = await current(desk, conversation.id)
        assert (conversation.state, conversation.queue_reason) == ("queue", "bot_unavailable")
        assert lines(await told(desk, conversation))[-2:] == [
            f"system: {wording('desk.bot_unavailable_queued', Language.ZH_HANS)}",
            "system: 正在为您转接客服，您是下一位。",
        ]

    async def test_a_mistake_of_our_own_is_treated_alike(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        received = await desk.receive(inbound("在吗"))
        work = await desk.claim("w")
        assert work is not None
        await desk.give_up(work, RuntimeError("a bug"))
        [message] = await told(desk, received.conversation)
        assert (message.status, message.tries) == ("received", 1)
        assert "a bug" in (message.error or "")
        frozen_clock.move(timedelta(seconds=2))
        assert await work_off(desk) == 1

    async def test_one_that_fails_again_is_put_aside_and_what_follows_is_answered(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        received = await desk.receive(inbound("在吗"))
        for _ in range(2):
            work = await desk.claim("w")
            assert work is not None
            await desk.give_up(work, LabelMissing("intent_title", "a_wish_without_a_title"))
            frozen_clock.move(timedelta(seconds=5))
        assert lines(await told(desk, received.conversation)) == [
            "customer: 在吗",
            f"bot: {wording('desk.not_managed', Language.ZH_HANS)}",
        ]
        await says(desk, "积分")
        assert lines(await told(desk, received.conversation))[-1] == "bot: 回：积分"

    async def test_one_that_cannot_be_read_is_answered_at_once_and_the_conversation_goes_on(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dialogue_server, "TEXT_LENGTH", 20)
        conversation = await says(desk, "订单到哪了，" * 10)
        assert lines(await told(desk, conversation))[-1] == f"bot: {wording('desk.not_managed', Language.ZH_HANS)}"
        conversation = await says(desk, "订单到哪了")
        assert lines(await told(desk, conversation))[-1] == "bot: 回：订单到哪了"
        assert (conversation.state, conversation.outage_told_at) == ("bot", None)

    async def test_where_the_disk_or_the_network_is_behind_it_the_message_is_kept(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        received = await desk.receive(inbound("在吗"))
        for error in (OSError("no space left"), OperationalError("SELECT 1", {}, Exception("gone")), OSError("again")):
            work = await desk.claim("w")
            assert work is not None
            await desk.give_up(work, error)
            frozen_clock.move(timedelta(seconds=10))
        [message, notice] = await told(desk, received.conversation)
        assert message.status == "received"
        assert notice.text == wording("desk.bot_unavailable", Language.ZH_HANS)


class TestWording:
    def test_every_text_stands_in_three_languages_and_takes_its_fields(self) -> None:
        fields = {"ahead": 2, "wait": "3 分钟", "opens": "明天 09:00", "name": "林悦", "wish": "查快递", "score": 5}
        fields |= {"part": "满 ¥99 包邮", "told": "7 天"}
        for key in section("desk"):
            for language in Language:
                assert "{" not in wording(f"desk.{key}", language, **fields)

    def test_traditional_and_simplified_are_not_mixed_up(self) -> None:
        for key, found in section("desk").items():
            hans, hant, english = (found.text(language) for language in Language)
            assert not set(hans) & set("這個為轉後會傳檔顧專請還沒謝"), key
            assert not set(hant) & set("这个为转后会传档顾专请还没谢"), key
            assert english.isascii() or "{name}" in english or "{wish}" in english, key

    def test_what_is_missing_is_said(self) -> None:
        with pytest.raises(WordingMissing):
            wording("desk.no_such_text", Language.EN)
        with pytest.raises(WordingMissing):
            wording("no_such_section.x", Language.EN)


async def test_first_words_that_the_database_breaks_off_are_stored_all_the_same(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        member = await members.create(session, phone="13812345678")
        identity = await identities.find_or_create(session, channel="test", channel_user_id="u7")
        await identities.bind(session, identity, member, by="link_token")

    async def locks_the_other_way_round() -> None:
        async with desk.database.transaction() as session:
            await members.erase(session, await members.get(session, member.id))
            speaking.append(asyncio.create_task(desk.receive(inbound("在吗", user="u7"))))
            await a_lock_is_waited_for(desk.database)
            await identities.lock_all(session, [identity.id])

    speaking: list[asyncio.Task[conversations.Received]] = []
    with contextlib.suppress(OperationalError):  # on a slow machine it may be this one that is broken off
        await locks_the_other_way_round()
    received = await speaking[0]
    assert (await told(desk, received.conversation))[0].text == "在吗"
