"""A customer of the load generator: which frame answers which message, and what becomes of those without an answer."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.customer import TAB_BURST, Allowance, Customer, Exchange, NotRecognised, NotWelcome, Outcome

ACK = {"type": "ack", "client_id": "m2", "seq": 7}


def reply(seq: int, author: str = "bot") -> dict[str, Any]:
    return {"type": "message", "seq": seq, "author": author, "text": "好的"}


def outcome_of(*frames: dict[str, Any], until: Outcome = Outcome.REPLIED) -> Any:
    """What a message sent at second 10 comes to when a frame arrives every second."""
    exchange = Exchange("m2", 10.0, until=until)
    for number, frame in enumerate(frames, start=1):
        if (said := exchange.take(frame, 10.0 + number)) is not None:
            return said, number
    return None


class TestExchange:
    def test_the_first_message_of_the_bot_after_the_ack_is_the_reply(self):
        said, number = outcome_of(ACK, {"type": "typing", "author": "bot"}, reply(8), reply(9))
        assert number == 3
        assert (said.outcome, said.ack_s, said.reply_s, said.author) == (Outcome.REPLIED, 1.0, 3.0, "bot")

    def test_the_rest_of_the_answer_before_is_not_the_reply(self):
        said, number = outcome_of(reply(6), ACK, reply(6), reply(8))
        assert number == 4
        assert said.reply_s == 4.0

    def test_words_of_the_system_are_a_reply_and_told_apart(self):
        said, _ = outcome_of(ACK, reply(8, "system"))
        assert (said.outcome, said.author) == (Outcome.REPLIED, "system")

    def test_ones_own_message_from_another_tab_or_an_agent_is_no_reply(self):
        assert outcome_of(ACK, reply(8, "customer"), reply(9, "agent")) is None

    def test_another_messages_ack_or_error_says_nothing(self):
        assert outcome_of({**ACK, "client_id": "m1"}, {"type": "error", "code": "too_fast", "client_id": "m1"}) is None
        assert outcome_of({**ACK, "client_id": "m1"}, reply(8)) is None

    def test_a_refusal_ends_it_with_its_code(self):
        said, _ = outcome_of({"type": "error", "code": "too_fast", "client_id": "m2"})
        assert (said.outcome, said.detail, said.ack_s) == (Outcome.REFUSED, "too_fast", None)

    @pytest.mark.parametrize("handler", ["queue", "agent"])
    def test_with_a_person_the_bot_says_nothing(self, handler):
        said, number = outcome_of({"type": "state", "handler": handler}, ACK, {"type": "state", "handler": handler})
        assert number == 3
        assert (said.outcome, said.ack_s) == (Outcome.WITH_A_PERSON, 2.0)

    def test_the_bot_or_a_closed_conversation_may_still_answer(self):
        frames = [ACK, {"type": "state", "handler": "bot"}, {"type": "state", "handler": "closed"}, reply(8)]
        said, _ = outcome_of(*frames)
        assert said.outcome is Outcome.REPLIED

    def test_whoever_waits_for_the_ack_alone_is_done_with_it(self):
        said, number = outcome_of(ACK, reply(8), until=Outcome.ACKED)
        assert (said.outcome, said.ack_s, number) == (Outcome.ACKED, 1.0, 1)

    def test_a_time_out_says_how_far_it_came(self):
        exchange = Exchange("m2", 10.0)
        assert exchange.timed_out().detail == "no ack"
        exchange.take(ACK, 11.0)
        assert (exchange.timed_out().detail, exchange.timed_out().ack_s) == ("no reply", 1.0)


class TestAllowance:
    def test_a_tab_is_left_before_the_server_refuses_and_a_new_one_begins_afresh(self):
        allowance = Allowance(lifted=False, clock=lambda: 0.0)
        assert [allowance.take() for _ in range(TAB_BURST)] == [True] * (TAB_BURST - 1) + [False]
        allowance.renew()
        assert allowance.take()

    def test_a_message_a_second_may_go_on_for_ever(self):
        seconds = iter(range(100))
        allowance = Allowance(lifted=False, clock=lambda: float(next(seconds)))
        assert all(allowance.take() for _ in range(90))

    def test_without_limits_the_tab_stays(self):
        allowance = Allowance(lifted=True, clock=lambda: 0.0)
        assert all(allowance.take() for _ in range(10 * TAB_BURST))


Answers = Callable[[ServerConnection, dict[str, Any]], Any]


@asynccontextmanager
async def shop(answers: Answers, *, member: bool = False) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A server that greets and then does what `answers` says; gives its address and every hello it heard."""
    hellos: list[dict[str, Any]] = []

    async def talk(socket: ServerConnection) -> None:
        hellos.append(json.loads(await socket.recv()))
        welcome = {"type": "welcome", "visitor": "token", "conversation": "c1", "seq": 0, "member": member}
        await socket.send(json.dumps(welcome))
        async for raw in socket:
            await answers(socket, json.loads(raw))

    async with serve(talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}", hellos


def customer(url: str, **more: Any) -> Customer:
    return Customer(url, **{"reply_seconds": 5, "limits_lifted": False, **more})


async def replies(socket: ServerConnection, said: dict[str, Any]) -> None:
    number = int(said["client_id"].removeprefix("m"))
    await socket.send(json.dumps({"type": "ack", "client_id": said["client_id"], "seq": 2 * number}))
    await socket.send(json.dumps(reply(2 * number + 1)))


class TestCustomer:
    async def test_says_and_hears_and_comes_back_in_a_new_tab_when_the_old_one_may_say_no_more(self):
        async with shop(replies) as (url, hellos):
            person = customer(url, source="127.1.0.9")
            said = [await person.say(f"message {number}") for number in range(TAB_BURST + 5)]
            await person.leave()
        assert {each.outcome for each in said} == {Outcome.REPLIED}
        assert all(0 < each.ack_s <= each.reply_s for each in said)
        assert person.tabs == len(hellos) == 2
        assert (hellos[0]["visitor"], hellos[1]["visitor"]) == (None, "token")
        assert (hellos[1]["conversation"], hellos[1]["after"]) == ("c1", 2 * (TAB_BURST - 1) + 1)

    async def test_the_whole_answer_is_heard_before_the_next_message(self):
        async def hands_over(socket: ServerConnection, said: dict[str, Any]) -> None:
            await replies(socket, said)
            await socket.send(json.dumps({"type": "state", "handler": "queue"}))

        async with shop(hands_over) as (url, _):
            person = customer(url)
            assert (await person.say("转人工")).outcome is Outcome.REPLIED
            assert person.with_a_person
            await person.leave()

    async def test_silence_is_a_time_out(self):
        async def says_nothing(socket: ServerConnection, said: dict[str, Any]) -> None:
            pass

        async with shop(says_nothing) as (url, _):
            person = customer(url, reply_seconds=0.05)
            assert (await person.say("在吗")).outcome is Outcome.TIMED_OUT
            assert person.is_open
            await person.leave()

    async def test_a_closed_socket_is_a_lost_message(self):
        async def closes(socket: ServerConnection, said: dict[str, Any]) -> None:
            await socket.close(1008)

        async with shop(closes) as (url, _):
            person = customer(url)
            said = await person.say("在吗")
        assert said.outcome is Outcome.LOST
        assert "1008" in said.detail
        assert not person.is_open

    async def test_a_member_shows_a_fresh_token_and_must_be_recognised(self):
        tokens = iter(["first", "second"])
        async with shop(replies, member=True) as (url, hellos):
            person = customer(url, identity=lambda: next(tokens))
            await person.open()
            await person.open()
            await person.leave()
        assert [hello["identity"] for hello in hellos] == ["first", "second"]
        async with shop(replies, member=False) as (url, _):
            person = customer(url, identity=lambda: "of nobody")
            with pytest.raises(NotRecognised):
                await person.open()
            await person.leave()

    async def test_a_server_that_is_not_there_is_not_welcoming(self):
        with pytest.raises(NotWelcome):
            await customer("http://127.0.0.1:1").open()
