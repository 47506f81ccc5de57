"""Who waits in line meets no silence: danger is answered, facts are, urgency counts, words for a button press it."""

from typing import Any

import pytest

from bot.desk.desk import Desk, notices
from bot.desk.notices import LEAVE_QUEUE
from bot.wording import wording
from crm_store import conversations
from crm_store.conversations import Context, Conversation, ConversationState, QueueReason, Urgency
from crm_store.language import Language
from crm_store.messages import Audience
from tests.bot import dialogue_server
from tests.bot.desk.test_desk import agent, current, lines, says, told, work_off
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import inbound

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """运费 is understood as a question of facts, 退货 as a wish to return, 四十二码 as a detail."""
    usual = dialogue_server.understand
    intents = {"运费": "ask_faq", "退货": "return_or_refund", "四十二码": "inform", "开线": "inform"}

    def understand(text: str) -> dict[str, Any]:
        said = usual(text)
        meant = next((intent for word, intent in intents.items() if word in text), said["intent"])
        return said | {"intent": meant}

    monkeypatch.setattr(dialogue_server, "understand", understand)


async def waits(desk: Desk) -> Conversation:
    conversation = await says(desk, "我要真人")
    async with desk.database.transaction() as session:
        await conversations.request_human(session, conversation.id, reason=QueueReason.REQUESTED)
    await work_off(desk)
    conversation = await current(desk, conversation.id)
    assert (conversation.state, conversation.bot_answers) == (ConversationState.QUEUE, False)
    return conversation


async def speaks_of(desk: Desk, conversation: Conversation, focus: dict[str, Any]) -> None:
    async with desk.database.transaction() as session:
        held = await conversations.locked(session, conversation.id)
        held.context = Context(focus=focus).stored()


class TestDanger:
    async def test_the_bot_speaks_at_once(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        await says(desk, "插座冒烟了")
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "report_danger"
        assert lines(await told(desk, conversation))[-1].startswith("bot: ")

    async def test_with_a_person_only_the_urgency_is_raised(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        await desk.take(conversation.id, await agent(desk))
        turns = len(rasa.turns)
        heard = await says(desk, "插座冒烟了")
        assert (heard.state, heard.urgency, heard.queue_reason) == (
            ConversationState.AGENT, Urgency.CRITICAL, QueueReason.DELICATE,
        )  # fmt: skip
        assert len(rasa.turns) == turns

    async def test_while_the_dialogue_server_is_away_a_person_is_called(self, desk: Desk, rasa: DialogueServer) -> None:
        rasa.broken = True
        heard = await says(desk, "插座冒烟了")
        assert (heard.state, heard.urgency) == (ConversationState.QUEUE, Urgency.CRITICAL)
        first = wording("desk.danger_first", Language.ZH_HANS)
        assert lines(await told(desk, heard))[1] == f"system: {first}"

    async def test_what_to_do_now_is_answered_in_line_and_the_rest_left_to_the_person(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        conversation = await waits(desk)
        async with desk.database.transaction() as session:
            held = await conversations.locked(session, conversation.id)
            held.urgency, held.queue_reason = Urgency.CRITICAL, QueueReason.DELICATE
            # Told so long ago that a thing would no longer be spoken of.
            focus = {"danger": "child", "topic": "report_danger", "age": 1, "at": {"danger": -99}}
            held.context = Context(focus=focus).stored()
        await says(desk, "现在孩子怎么办")
        assert rasa.turns[-1]["heard"]["entities"][-1]["value"] == "next:unwell"
        assert lines(await told(desk, conversation))[-1].startswith("bot: ")
        turns = len(rasa.turns)
        await says(desk, "我在楼下等")
        assert len(rasa.turns) == turns


class TestFacts:
    @pytest.mark.usefixtures("facts")
    async def test_a_fact_is_answered_and_the_place_kept(self, desk: Desk) -> None:
        conversation = await waits(desk)
        after = await says(desk, "运费多少")
        kept = wording("desk.place_kept", Language.ZH_HANS)
        assert lines(await told(desk, conversation))[-2:] == ["bot: 回：运费多少", f"system: {kept}"]
        assert (after.state, after.queued_at) == (ConversationState.QUEUE, conversation.queued_at)

    @pytest.mark.usefixtures("facts")
    async def test_how_something_works_is_a_fact_and_begins_nothing(self, desk: Desk, rasa: DialogueServer) -> None:
        await waits(desk)
        await says(desk, "那我问下怎么退货")
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "ask_faq"

    @pytest.mark.usefixtures("facts")
    async def test_a_wish_is_served_and_the_place_kept(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        after = await says(desk, "我要退货")
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "return_or_refund"
        assert (after.state, after.queued_at) == (ConversationState.QUEUE, conversation.queued_at)

    @pytest.mark.usefixtures("facts")
    async def test_that_the_place_is_kept_is_told_once(self, desk: Desk) -> None:
        conversation = await waits(desk)
        for text in ("运费多少", "退货运费谁出", "运费能免吗"):
            await says(desk, text)
        said = lines(await told(desk, conversation))
        assert said.count(f"system: {wording('desk.place_kept', Language.ZH_HANS)}") == 1
        assert said[-1] == "bot: 回：运费能免吗"

    @pytest.mark.usefixtures("facts")
    @pytest.mark.parametrize(
        "text",
        [
            "我上个月买了一双鞋穿了两天鞋底就掉了，我打电话问，你们的人说会处理，然后一直没有人理我，"
            "现在又叫我退货，我真的不知道该信谁的，麻烦给个说法",
            "气死了，运费还要我出",
            "四十二码那双",
        ],
        ids=["a story", "fury", "a detail"],
    )
    async def test_what_is_told_to_a_person_is_noted(self, desk: Desk, rasa: DialogueServer, text: str) -> None:
        conversation = await waits(desk)
        turns = len(rasa.turns)
        await says(desk, text)
        assert len(rasa.turns) == turns
        assert lines(await told(desk, conversation))[-1].startswith("system: 收到")

    @pytest.mark.usefixtures("facts")
    async def test_as_soon_as_a_person_is_there_the_bot_is_silent(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        await says(desk, "运费多少")
        await desk.take(conversation.id, await agent(desk))
        turns = len(rasa.turns)
        after = await says(desk, "运费能免吗")
        assert (len(rasa.turns), after.state) == (turns, ConversationState.AGENT)

    @pytest.mark.usefixtures("facts")
    async def test_a_person_who_comes_while_the_bot_thinks_holds_its_answer_back(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        conversation = await waits(desk)
        agent_id = await agent(desk)

        async def take_over(_: dict[str, Any]) -> None:
            await desk.take(conversation.id, agent_id)

        rasa.act = take_over
        after = await says(desk, "不等了，运费多少")
        assert after.state == ConversationState.AGENT
        said = lines(await told(desk, conversation))
        assert f"system: {wording('desk.left_queue_for', Language.ZH_HANS)}" not in said
        to_staff = await told(desk, conversation, audience=Audience.STAFF)
        assert (to_staff[-1].author, to_staff[-1].status) == ("bot", "suppressed")

    @pytest.mark.usefixtures("facts")
    async def test_nobody_meets_silence_when_the_bot_has_nothing_to_say(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        rasa.silent = True
        turns = len(rasa.turns)
        await says(desk, "运费多少")
        assert len(rasa.turns) == turns + 1, "what is left to the person is not put once more"
        assert lines(await told(desk, conversation))[-1] == "system: 收到，客服会看到您这句话。"

    async def test_a_look_into_an_order_is_answered_but_not_said_again_to_who_waits_because_of_it(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        conversation = await waits(desk)
        await speaks_of(desk, conversation, {"topic": "make_complaint"})
        await says(desk, "上个月那单寄到了没")
        turns = len(rasa.turns)
        assert lines(await told(desk, conversation))[-2].startswith("bot: ")
        await speaks_of(desk, conversation, {"topic": "ask_order_status"})
        await says(desk, "那到底寄到了没")
        assert len(rasa.turns) == turns

    @pytest.mark.usefixtures("facts")
    async def test_words_that_go_on_with_the_article_just_told_are_answered(
        self, desk: Desk, rasa: DialogueServer
    ) -> None:
        conversation = await waits(desk)
        await speaks_of(desk, conversation, {"topic": "ask_faq", "article": "installment", "at": {"article": 3}})
        await says(desk, "那12期呢")
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "ask_faq"

    @pytest.mark.usefixtures("facts")
    async def test_words_for_the_complaint_just_filed_go_to_it(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await waits(desk)
        async with desk.database.transaction() as session:
            held = await conversations.locked(session, conversation.id)
            focus = {"complaint": "C-2026-0001", "done": "make_complaint", "topic": "make_complaint"}
            held.context = Context(focus=focus).stored()
        await says(desk, "是袖口那里开线")
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "make_complaint"


class TestWords:
    async def test_urgent_is_urgent_and_said_back(self, desk: Desk) -> None:
        conversation = await waits(desk)
        after = await says(desk, "麻烦了，我这事挺急的")
        assert (after.urgency, after.queue_reason) == (Urgency.RAISED, QueueReason.REQUESTED)
        assert wording("desk.urgent_noted", Language.ZH_HANS) in lines(await told(desk, conversation))[-1]

    @pytest.mark.usefixtures("facts")
    async def test_urgent_words_beside_a_wish_are_marked_and_the_wish_is_served(self, desk: Desk) -> None:
        conversation = await waits(desk)
        after = await says(desk, "我赶时间，运费多少")
        assert after.urgency == Urgency.RAISED
        said = lines(await told(desk, conversation))
        assert said[-2:] == ["bot: 回：运费多少", f"system: {wording('desk.urgent_noted', Language.ZH_HANS)}"]

    @pytest.mark.usefixtures("facts")
    @pytest.mark.parametrize(
        ("text", "wish"),
        [
            ("太久了，算了不等了，运费多少", "运费多少"),
            ("唔使搵人喇，运费几多", "运费几多"),
            ("never mind the agent, 运费多少", "运费多少"),
        ],
    )
    async def test_the_line_is_left_for_another_wish(self, desk: Desk, text: str, wish: str) -> None:
        conversation = await waits(desk)
        after = await says(desk, text)
        assert after.state == ConversationState.BOT
        left = wording("desk.left_queue_for", Language.ZH_HANS)
        assert lines(await told(desk, conversation))[-2:] == [f"system: {left}", f"bot: 回：{wish}"]

    @pytest.mark.parametrize("text", ["我不等了，快叫真人来", "我不等了，气死了"])
    async def test_who_wishes_for_a_person_beside_it_keeps_the_place(self, desk: Desk, text: str) -> None:
        conversation = await waits(desk)
        after = await says(desk, text)
        assert (after.state, after.queued_at) == (ConversationState.QUEUE, conversation.queued_at)

    @pytest.mark.parametrize(
        "text", ["不用等了", "算了，不等了", "never mind, no need to wait", "never mind, I don't need a person"]
    )
    async def test_the_line_is_left_in_words(self, desk: Desk, text: str) -> None:
        await waits(desk)
        assert (await says(desk, text)).state == ConversationState.BOT

    async def test_part_of_a_button_s_words_presses_it(self, desk: Desk) -> None:
        conversation = await waits(desk)
        title = wording("desk.button_go_on_with_bot", Language.ZH_HANS)
        after = await says(desk, title[-4:])
        assert after.bot_invited
        assert after.id == conversation.id

    async def test_the_last_notice_s_buttons_are_what_is_read_against(self, desk: Desk) -> None:
        conversation = await waits(desk)
        offered = [option["payload"] for option in Context.read(conversation.context).expects.options]
        assert LEAVE_QUEUE in offered
        assert LEAVE_QUEUE.startswith(notices.DESK_PREFIX)

    async def test_when_somebody_comes_is_told_with_the_place(self, desk: Desk) -> None:
        conversation = await waits(desk)
        await says(desk, "什么时候会有人来回我啊")
        assert wording("desk.place_next", Language.ZH_HANS) in lines(await told(desk, conversation))[-1]


async def test_danger_in_a_burst_waits_for_nothing(desk: Desk, rasa: DialogueServer) -> None:
    await desk.receive(inbound("漏电了"))
    assert await work_off(desk) == 1
    assert rasa.turns[-1]["heard"]["intent"]["name"] == "report_danger"
