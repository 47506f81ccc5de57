"""A tab's socket: what it takes, what it refuses, and with which words."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.channels.web import socket as web_socket
from bot.channels.web.connection_limits import BAD_FRAMES, ConnectionLimits, TooMany
from bot.desk.dialogue import Dialogue
from bot.desk.signals import conversation_topic
from bot.rate_limits import RateLimits, Rates
from crm_store import conversations
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.messages import Message, Reply
from crm_store.surveys import SurveyAnswer
from tests.bot.channels.web_tab import Tab, make_services, tab


@pytest_asyncio.fixture
async def services(database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    return make_services(database, dialogue, tmp_path)


@pytest_asyncio.fixture
async def unheard() -> AsyncIterator[list[dict[str, Any]]]:
    """Errors of tasks that nobody waited for."""
    loop = asyncio.get_running_loop()
    found: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: found.append(context))
    yield found
    loop.set_exception_handler(None)


async def count(services: Any, table: type) -> int:
    async with services.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_tab_that_closes_while_the_agent_types_ends_quietly(
    services: Any, unheard: list[dict[str, Any]]
) -> None:
    tab = Tab(services)
    await tab.greets(locale="en-GB")
    await tab.writes("c1", "is anybody there?")
    conversation = (await tab.gets("welcome"))["conversation"]
    await tab.gets("state")
    tab.left = True
    for sent in range(2):
        await services.signals.publish(conversation_topic(conversation), event={"kind": "typing", "author": "agent"})
        async with asyncio.timeout(10):
            while not (sent or tab.refused_sends):  # noqa: ASYNC110 - a count has no event
                await asyncio.sleep(0)
    tab.is_noticed_gone()
    await asyncio.wait_for(tab.served, 10)
    del tab.served
    gc.collect()
    await asyncio.sleep(0)
    assert tab.refused_sends == 1
    assert unheard == []


class TestRows:
    async def test_hellos_write_nothing_and_the_first_message_writes_the_visitor(self, services: Any) -> None:
        async with tab(services) as visitor:
            for _ in range(5):
                token = (await visitor.greets(locale="zh-TW"))["visitor"]
            assert await count(services, Identity) == 0
            await visitor.greets(visitor=token)
            await visitor.writes("c1", "在嗎")
        assert await count(services, Identity) == 1


class TestDirt:
    @pytest.mark.parametrize("dirt", ["\x00", "\ud800", "\x01" * 500, "\x1b[0m\x85"])
    async def test_what_no_database_takes_is_left_out_of_every_field(self, services: Any, dirt: str) -> None:
        async with tab(services) as visitor:
            await visitor.greets(
                visitor=f"x{dirt}", identity=f"y{dirt}", locale=f"zh-{dirt[:1]}TW", conversation=dirt[:9]
            )
            await visitor.writes("c1", f"你好{dirt}")
            visitor.says("payload", client_id="c2", payload="/greet", title=f"打招呼{dirt}")
            await visitor.gets("ack", client_id="c2")
            visitor.says("rating", client_id="c3", score=5, comment=f"好{dirt}")
            await visitor.gets("ack", client_id="c3")
        async with services.database.reading() as session:
            said = list(await session.scalars(select(Message.text).order_by(Message.seq)))
        assert [text.rstrip("\ufffd") for text in said] in (["你好", "打招呼"], ["你好[0m", "打招呼[0m"])

    async def test_a_locale_longer_than_its_column_is_shortened(self, services: Any) -> None:
        async with tab(services) as visitor:
            await visitor.greets(locale="zh-Hant-TW-x-private-very-long")
            assert (await visitor.writes("c1", "在嗎"))["seq"] == 1

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            ('{"type": "message", "client_id": "c7", "text": 5}', "malformed"),
            ('{"type": "message", "client_id": "c7", "text": "cut off', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": 99}', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": true}', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": "3"}', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": 3.0}', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": null}', "malformed"),
            ('{"type": "rating", "client_id": "c7", "score": [3]}', "malformed"),
            ('{"type": "nothing", "client_id": "c7"}', "malformed"),
            ('{"type": "message", "text": "\\"client_id\\": \\"c1\\"", "client_id": "c7", "text": 1}', "malformed"),
            ('{"type": "message", "client_id": "c7", "text": "' + "x" * 20_000 + '"}', "too_large"),
            ('{"type": "message", "client_id": "c7", "text": "' + "x" * 4097 + '"}', "text_too_long"),
            ('{"type": "message", "client_id": "c7", "text": "\\u0000 "}', "message_empty"),
        ],
    )
    async def test_a_refused_frame_is_named_and_the_next_one_is_taken(self, services: Any, raw: str, code: str) -> None:
        async with tab(services) as visitor:
            await visitor.greets(locale="en")
            visitor.sends(raw)
            refused = await visitor.gets("error")
            assert (refused["code"], refused["client_id"]) == (code, "c7")
            assert refused["text"]
            assert (await visitor.writes("c8", "still here"))["seq"] == 1

    @pytest.mark.parametrize("raw", ["", "[]", "[" * 16_000, "1" * 5000, '{"type": "hello", "after": 1e999}'])
    async def test_what_is_no_frame_is_logged_in_one_short_line(self, services: Any, raw: str) -> None:
        with capture_logs() as logs:
            async with tab(services) as visitor:
                visitor.sends(raw)
                visitor.sends_bytes(b"\xff\xfe")
                await visitor.greets()
        assert [entry["event"] for entry in logs] == ["web.frame_refused"] * 2
        assert all(len(json.dumps(entry)) < 200 for entry in logs)


class TestRefusals:
    @pytest.mark.parametrize(
        "payload",
        ["/restart", "/session_start", "/inform", '/redeem_points{"reward": "R9"}', "desk:human", "/nonsense", "x"],
    )
    async def test_a_press_on_what_was_never_offered(self, services: Any, payload: str) -> None:
        async with tab(services) as visitor:
            await visitor.greets(locale="zh-CN")
            visitor.says("payload", client_id="c1", payload=payload)
            refused = await visitor.gets("error", client_id="c1")
        assert refused["code"] == "not_offered"
        assert "选项" in refused["text"]
        assert await count(services, Message) == 0

    async def test_a_button_of_the_bot_may_be_pressed_by_the_visitor_who_got_it_and_nobody_else(
        self, services: Any
    ) -> None:
        payload = '/redeem_points{"reward": "R9"}'
        async with tab(services) as visitor, tab(services) as other:
            await other.greets()
            await other.writes("o1", "hello")
            await visitor.greets()
            await visitor.writes("c1", "换礼品")
            conversation_id = (await visitor.gets("welcome"))["conversation"]
            async with services.database.transaction() as session:
                conversation = await conversations.locked(session, conversation_id)
                await conversations.say(session, conversation, Reply("要换吗", [{"title": "换", "payload": payload}]))
            other.says("payload", client_id="o2", payload=payload)
            visitor.says("payload", client_id="c2", payload=payload, title="换")
            assert (await other.gets("error", client_id="o2"))["code"] == "not_offered"
            assert (await visitor.gets("ack", client_id="c2"))["seq"] == 3

    async def test_a_plain_intent_may_be_pressed_before_anything_was_said(self, services: Any) -> None:
        async with tab(services) as visitor:
            await visitor.greets()
            visitor.says("payload", client_id="c1", payload="/ask_points_balance", title="我的积分")
            assert (await visitor.gets("ack", client_id="c1"))["seq"] == 1

    @pytest.mark.parametrize("text", ["/restart", " /greet ", '/inform{"score": 5}', "/ session_start"])
    async def test_the_name_of_an_intent_typed_as_words(self, services: Any, text: str) -> None:
        async with tab(services) as visitor:
            await visitor.greets(locale="en")
            visitor.says("message", client_id="c1", text=text)
            assert (await visitor.gets("error", client_id="c1"))["code"] == "no_words"
            await visitor.writes("c2", "and/or, 24/7, /price of this?")
        assert await count(services, Message) == 1

    async def test_a_rating_by_who_never_wrote(self, services: Any) -> None:
        async with tab(services) as visitor:
            await visitor.greets(locale="en")
            visitor.says("rating", client_id="r1", score=1)
            assert (await visitor.gets("error", client_id="r1"))["code"] == "nothing_to_rate"
            assert await count(services, SurveyAnswer) == 0
            await visitor.writes("c1", "hello")
            visitor.says("rating", client_id="r2", score=5)
            await visitor.gets("ack", client_id="r2")
        assert await count(services, SurveyAnswer) == 1


class TestLimits:
    async def test_a_visitor_who_comes_back_on_a_new_socket_has_no_more_words_than_before(self, services: Any) -> None:
        said = services.rate_limits.rates.burst
        async with tab(services) as first:
            token = (await first.greets())["visitor"]
            for number in range(said):
                await first.writes(f"c{number}", "hello")
        async with tab(services, "198.51.100.1") as second:
            await second.greets(visitor=token)
            second.says("message", client_id="more", text="hello")
            assert (await second.gets("error", client_id="more"))["code"] == "too_fast"
        assert await count(services, Message) == said

    async def test_new_visitors_of_one_address_share_a_limit(
        self, database: Database, dialogue: Dialogue, tmp_path: Path
    ) -> None:
        services = make_services(database, dialogue, tmp_path, rates=Rates(burst=2, visitors_per_address=4))
        codes = []
        for number in range(3):
            async with tab(services) as visitor:
                await visitor.greets()
                for one in ("a", "b"):
                    visitor.says("message", client_id=f"{one}{number}", text="hello")
                    await visitor.until(
                        lambda visitor=visitor, name=f"{one}{number}": any(
                            frame.get("client_id") == name and frame["type"] in ("ack", "error")
                            for frame in visitor.shown
                        )
                    )
                codes += [frame["code"] for frame in visitor.all("error")]
        assert codes == ["too_fast", "too_fast"]
        async with tab(services, "198.51.100.1") as elsewhere:
            await elsewhere.greets()
            await elsewhere.writes("c1", "hello")

    async def test_frames_that_cannot_be_read_shut_the_socket_after_a_few(self, services: Any) -> None:
        visitor = Tab(services)
        await visitor.greets()
        for _ in range(BAD_FRAMES + 5):
            visitor.sends("{}")
        await asyncio.wait_for(visitor.served, 10)
        assert visitor.closed_with == 1008
        assert len(visitor.all("error")) == BAD_FRAMES

    @pytest.mark.parametrize("before_hello", [True, False])
    async def test_a_flood_of_good_frames_shuts_it_too(self, services: Any, before_hello: bool) -> None:
        visitor = Tab(services)
        if not before_hello:
            await visitor.greets()
        for _ in range(services.rate_limits.rates.tab_frames + 1):
            visitor.says("typing")
        await asyncio.wait_for(visitor.served, 10)
        assert visitor.closed_with == 1008

    async def test_so_do_a_few_that_are_large(self, services: Any) -> None:
        visitor = Tab(services)
        await visitor.greets()
        for _ in range(33):
            visitor.says("typing", more="x" * 16_200)
        await asyncio.wait_for(visitor.served, 10)
        assert visitor.closed_with == 1008

    async def test_hellos_are_counted_by_address(self, database: Database, dialogue: Dialogue, tmp_path: Path) -> None:
        services = make_services(database, dialogue, tmp_path, rates=Rates(visitors_per_address=1))
        visitor = Tab(services)
        for _ in range(4):
            await visitor.greets()
        visitor.says("hello")
        await asyncio.wait_for(visitor.served, 10)
        assert visitor.closed_with == 1008

    async def test_who_never_says_hello_is_not_waited_for(self, services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web_socket, "HELLO_SECONDS", 0.2)
        visitor = Tab(services)
        visitor.says("typing")
        await asyncio.wait_for(visitor.served, 10)
        assert visitor.closed_with == 1002


class TestEntrance:
    async def test_an_address_holds_so_many_sockets_and_gets_a_place_back_with_each_that_ends(self) -> None:
        connections = ConnectionLimits(RateLimits(Rates(visitors_per_address=2)))
        async with connections.passing("here"):
            async with connections.passing("here"), connections.passing("there"):
                with pytest.raises(TooMany, match="sockets"):
                    await connections.passing("here").__aenter__()
            async with connections.passing("here"):
                pass

    async def test_new_sockets_of_an_address_are_counted_though_each_ends_at_once(self) -> None:
        connections = ConnectionLimits(RateLimits(Rates(visitors_per_address=2)))
        for _ in range(8):
            async with connections.passing("here"):
                pass
        with pytest.raises(TooMany, match="connections"):
            await connections.passing("here").__aenter__()
