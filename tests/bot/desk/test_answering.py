"""One message, several turns of the dialogue: pieces read as one, wishes one after the other, the context after."""

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.desk import Desk
from crm_store.clock import FrozenClock
from crm_store.conversations import Context
from crm_store.messages import TEXT_LIMIT_CHARACTERS
from tests.bot import dialogue_server
from tests.bot.desk.test_desk import current, lines, says, told, work_off
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import inbound

_plainly = dialogue_server.understand


def understanding(**intents: str) -> Any:
    """The test server's understanding, with intents for some words."""

    def understand(text: str) -> dict[str, Any]:
        found = _plainly(text)
        for words, intent in intents.items():
            if words in text:
                found["intent"], found["ranking"][0]["name"] = intent, intent
        if found["intent"] == "inform":
            found["confidence"] = 0.4
        return found

    return understand


class TestSilence:
    @pytest.mark.parametrize(
        ("text", "heard_as"),
        [
            ("咖啡套装288就不免包装费了吧，再加一包豆子呢？", "ask_faq"),
            ("咖啡組288就不免包裝費了吧，再加一包豆子呢？", "ask_faq"),
            ("the coffee set is 288 so not free then? what if I add beans", "ask_faq"),
            ("那个蓝色的还行", "nlu_fallback"),
        ],
    )
    async def test_what_every_step_has_passed_over_is_put_once_more_as_a_whole(
        self, desk: Desk, rasa: DialogueServer, text: str, heard_as: str
    ) -> None:
        rasa.silent_turns = 1
        conversation = await says(desk, text)
        assert lines(await told(desk, conversation))[-1] == f"bot: 回：{text}"
        assert rasa.turns[-1]["heard"]["intent"]["name"] == heard_as

    async def test_a_wish_for_a_person_is_left_to_the_desk(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dialogue_server, "understand", understanding(真人="request_human"))
        rasa.silent_turns = 1
        await says(desk, "我要找真人")
        assert len(rasa.turns) == 1


class TestPieces:
    @pytest.fixture(autouse=True)
    def _fragments(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dialogue_server, "understand", understanding(包裹="ask_parcel", 我的="inform"))

    async def test_a_message_in_three_pieces_is_answered_once(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        for piece in ("我的", "包裹", "到哪了"):
            received = await desk.receive(inbound(piece))
            await work_off(desk)
            frozen_clock.move(timedelta(seconds=0.8))
        frozen_clock.move(timedelta(seconds=2))
        await work_off(desk)

        assert [turn["text"] for turn in rasa.turns] == ["我的包裹到哪了"]
        conversation = await current(desk, received.conversation.id)
        assert lines(await told(desk, conversation))[-1] == "bot: 回：我的包裹到哪了"
        assert conversation.work_due_at is None

    async def test_a_fragment_that_nothing_follows_is_answered_after_a_moment(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "我的")
        assert rasa.turns == []
        frozen_clock.move(timedelta(seconds=2.1))
        await work_off(desk)
        assert [turn["text"] for turn in rasa.turns] == ["我的"]

    async def test_a_fragment_is_answered_when_the_clock_is_put_back(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "我的")
        frozen_clock.move(timedelta(hours=-1))
        await work_off(desk)
        assert [turn["text"] for turn in rasa.turns] == ["我的"]

    async def test_a_whole_message_waits_for_nothing(self, desk: Desk, rasa: DialogueServer) -> None:
        await says(desk, "我买的包裹到哪里了")
        assert len(rasa.turns) == 1

    async def test_pieces_that_are_too_long_together_are_turns_of_their_own(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        long, longer = "包" * 4_090, "裹" * TEXT_LIMIT_CHARACTERS
        for piece in ("我的", long, longer, "到哪了"):
            received = await desk.receive(inbound(piece))
        frozen_clock.move(timedelta(seconds=9))
        for _ in range(3):
            await work_off(desk)
            frozen_clock.move(timedelta(seconds=9))
        assert [turn["text"] for turn in rasa.turns] == [f"我的{long}", longer, "到哪了"]
        conversation = await current(desk, received.conversation.id)
        assert (conversation.state, conversation.outage_told_at) == ("bot", None)

    async def test_what_comes_later_is_a_message_of_its_own(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        await says(desk, "我的")
        frozen_clock.move(timedelta(seconds=5))
        await says(desk, "包裹")
        frozen_clock.move(timedelta(seconds=5))
        await work_off(desk)
        assert [turn["text"] for turn in rasa.turns] == ["我的", "包裹"]


class TestSeveralWishes:
    @pytest.fixture(autouse=True)
    def _wishes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            dialogue_server,
            "understand",
            understanding(积分="ask_points_balance", 快递="ask_parcel", 投诉="make_complaint", 发票="ask_invoice"),
        )

    async def test_both_are_answered_in_one_turn(self, desk: Desk, rasa: DialogueServer) -> None:
        conversation = await says(desk, "查下积分，顺便看看快递")
        assert [(turn["text"], turn["resumes"]) for turn in rasa.turns] == [("查下积分", False), ("看看快递", True)]
        assert [turn["message_id"].partition(".")[2] for turn in rasa.turns] == ["", "2"]
        assert lines(await told(desk, conversation)) == [
            "customer: 查下积分，顺便看看快递", "bot: 回：查下积分", "bot: 回：看看快递",
        ]  # fmt: skip

    async def test_what_answers_both_is_said_once(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rasa, "says", lambda _text: "先确认一下是您本人")
        conversation = await says(desk, "查下积分，顺便看看快递")
        assert len(rasa.turns) == 2
        assert lines(await told(desk, conversation)) == ["customer: 查下积分，顺便看看快递", "bot: 先确认一下是您本人"]

    async def test_what_must_wait_is_named_and_comes_up_by_itself(self, desk: Desk, rasa: DialogueServer) -> None:
        # The test server opens a form for 投诉 and closes it with any other message.
        conversation = await says(desk, "我要投诉，另外开张发票")
        assert [turn["text"] for turn in rasa.turns] == ["我要投诉"]
        assert "开发票" in lines(await told(desk, conversation))[1]
        assert [kept["text"] for kept in Context.read(conversation.context).kept] == ["开张发票"]

        conversation = await says(desk, "昨天你们的人很不客气")
        assert [turn["text"] for turn in rasa.turns][-1] == "开张发票"
        assert Context.read(conversation.context).kept == []

    async def test_a_turn_that_fails_half_way_is_taken_again_whole_and_answered_once(
        self, desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock
    ) -> None:
        broken_at: list[str] = []

        async def breaks_once(body: dict[str, Any]) -> None:
            if "快递" in body["text"] and not broken_at:
                broken_at.append(body["message_id"])
                rasa.broken = True
                raise RuntimeError("the server dies in the second step")

        rasa.act = breaks_once
        conversation = await says(desk, "查下积分，顺便看看快递")
        rasa.broken = False
        frozen_clock.move(timedelta(seconds=5))
        await work_off(desk)
        said = lines(await told(desk, await current(desk, conversation.id)))
        assert said[1:] == ["bot: 回：查下积分", "bot: 回：看看快递"]


class TestContext:
    async def test_the_buttons_of_a_reply_are_what_is_expected_next(self, desk: Desk) -> None:
        conversation = await says(desk, "我买的包裹到哪里了")
        expects = Context.read(conversation.context).expects
        assert [option["title"] for option in expects.options] == ["好"]
        assert expects.is_open

    async def test_a_person_who_hands_back_leaves_nothing_asked(self, desk: Desk) -> None:
        from tests.bot.desk.test_desk import agent

        conversation = await says(desk, "我买的包裹到哪里了")
        agent_id = await agent(desk)
        await desk.take(conversation.id, agent_id)
        await desk.hand_back(conversation.id, agent_id)
        assert not Context.read((await current(desk, conversation.id)).context).expects.is_open
