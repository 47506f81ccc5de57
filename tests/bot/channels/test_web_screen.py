"""What a tab shows: messages come with the signal that announces them, and the store is read only across a gap."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import WebSocketDisconnect

from bot.channels.web import lookout
from bot.channels.web.screen import Screen
from bot.desk.channel import Inbound
from bot.desk.dialogue import Dialogue
from bot.desk.signals import conversation_topic
from crm_store import conversations, identities
from crm_store.agents import create
from crm_store.db import Database
from crm_store.messages import Reply
from tests.bot.channels.web_tab import Statements, Tab, make_services, tab


@pytest_asyncio.fixture
async def services(database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    return make_services(database, dialogue, tmp_path)


def entry(seq: int, **more: Any) -> dict[str, Any]:
    """A message of the bot as the desk's signal carries it."""
    return {
        "seq": seq,
        "id": seq,
        "author": "bot",
        "audience": "member",
        "text": f"reply {seq}",
        "buttons": [],
        "custom": None,
        "attachments": None,
        "at": "2026-11-22T02:00:00+00:00",
        "agent_name": None,
        "channel_message_id": None,
        "status": "pending",
        **more,
    }


async def tell(services: Any, conversation: str, seq: int, *entries: dict[str, Any], state: str = "bot") -> None:
    """Publish the event of the desk."""
    event = {"kind": "changed", "conversation": conversation, "seq": seq, "state": state, "agent_id": None}
    if entries:
        event["messages"] = list(entries)
    await services.signals.publish(conversation_topic(conversation), event=event)


async def talking(visitor: Tab) -> str:
    """The visitor has said something, and the tab has settled; the conversation's id."""
    await visitor.greets(locale="en")
    await visitor.writes("c1", "hello")
    await visitor.gets("state")
    return str((await visitor.gets("welcome"))["conversation"])


async def store_reply(services: Any, conversation_id: str, text: str) -> int:
    async with services.database.transaction() as session:
        conversation = await conversations.locked(session, conversation_id)
        return (await conversations.say(session, conversation, Reply(text))).seq


async def test_messages_are_shown_from_the_signal_and_nothing_is_read(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        statements = Statements(services.database)
        await tell(services, conversation, 2, entry(2, buttons=[{"title": "好", "payload": "/affirm"}]))
        await tell(services, conversation, 4, entry(3), entry(4, author="agent", agent_name="周晴"), state="agent")
        assert (await visitor.gets("state", handler="agent"))["type"] == "state"
        assert [(frame["seq"], frame["after"], frame["text"]) for frame in visitor.all("message")] == [
            (2, 1, "reply 2"),
            (3, 2, "reply 3"),
            (4, 3, "reply 4"),
        ]
        assert visitor.all("message")[0]["buttons"] == [{"title": "好", "payload": "/affirm"}]
        assert visitor.all("message")[2]["name"] == "周晴"
        assert statements.count == 0


async def test_a_plain_message_costs_no_statement_of_the_sockets_own(services: Any) -> None:
    async with tab(services) as visitor, tab(services) as other:
        await talking(visitor)
        await talking(other)
        statements = Statements(services.database)
        await visitor.writes("c2", "and my parcel?")
        await visitor.is_idle()
        by_socket = statements.count
        inbound = await by_the_desk_alone(services, other)
        statements.count = 0
        await services.desk.receive(inbound)
        by_desk = statements.count
    assert by_socket == by_desk


async def by_the_desk_alone(services: Any, visitor: Tab) -> Inbound:
    """The visitor's next message, not through the socket."""
    async with services.database.reading() as session:
        conversation = await conversations.get(session, (await visitor.gets("welcome"))["conversation"])
        name = (await identities.get(session, conversation.identity_id)).channel_user_id
    return Inbound("web", name, f"{name}:c2", text="and my parcel?", locale="en")


async def test_notes_and_suppressed_replies_advance_and_are_not_shown(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        statements = Statements(services.database)
        note = {"seq": 2, "audience": "staff", "status": "sent"}
        suppressed = {"seq": 3, "audience": "member", "status": "suppressed"}
        await tell(services, conversation, 3, note, suppressed)
        await tell(services, conversation, 4, entry(4))
        shown = await visitor.gets("message")
        assert (shown["seq"], shown["after"]) == (4, 1)
        assert statements.count == 0


async def test_across_a_gap_the_store_is_read(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        for text in ("one", "two", "three"):
            seq = await store_reply(services, conversation, text)
        await tell(services, conversation, seq, entry(seq, text="three"))
        await visitor.gets("message", text="three")
        await visitor.is_idle()
        assert [(frame["seq"], frame["after"]) for frame in visitor.all("message")] == [(2, 1), (3, 2), (4, 3)]


async def test_a_signal_without_messages_makes_the_tab_read(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        await tell(services, conversation, await store_reply(services, conversation, "one"))
        assert (await visitor.gets("message"))["text"] == "one"


async def test_the_same_signal_again_and_an_older_one_show_nothing(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        await tell(services, conversation, 3, entry(2), entry(3), state="queue")
        await visitor.gets("message", seq=3)
        await tell(services, conversation, 3, entry(2), entry(3), state="queue")
        await tell(services, conversation, 2, entry(2), state="bot")
        await tell(services, conversation, 4, entry(4), state="queue")
        await visitor.gets("message", seq=4)
        assert [frame["seq"] for frame in visitor.all("message")] == [2, 3, 4]
        assert [frame["handler"] for frame in visitor.all("state")] == ["bot", "queue"]


async def test_an_ack_that_overtakes_a_reply_says_that_it_follows_nothing(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        seq = await store_reply(services, conversation, "said meanwhile")
        ack = await visitor.writes("c2", "and then?")
        assert ack["seq"] == seq + 1 == ack["after"]
        await tell(services, conversation, seq, entry(seq, text="said meanwhile"))
        await tell(services, conversation, seq + 2, entry(seq + 2))
        last = await visitor.gets("message", seq=seq + 2)
        # The browser has the reply and, by its ack, what it wrote itself.
        assert last["after"] == seq
        assert [frame["seq"] for frame in visitor.all("message")] == [seq, seq + 2]


async def test_a_lost_signal_is_made_good_before_long(services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.1)
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        await store_reply(services, conversation, "nobody was told")
        assert (await visitor.gets("message"))["text"] == "nobody was told"


async def test_a_browser_that_comes_back_gets_what_it_lacks_and_what_it_has_twice_is_named(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        token = (await visitor.gets("welcome"))["visitor"]
    async with services.database.transaction() as session:
        agent = await create(session, email="zhou@shop.example", name="周晴", password_hash="unusable")
        await conversations.take(session, conversation, agent.id)
        await conversations.note(session, conversation, agent_id=agent.id, text="an old friend", key="n1")
        await conversations.agent_reply(session, conversation, agent_id=agent.id, text="good morning", key="r1")
    async with tab(services) as again:
        welcome = await again.greets(visitor=token, conversation=conversation, after=1)
        assert (welcome["after"], welcome["seq"]) == (1, 3)
        reply = await again.gets("message")
        assert (reply["seq"], reply["after"], reply["name"]) == (3, 1, "周晴")
    async with tab(services) as elsewhere:
        assert (await elsewhere.greets(visitor=token))["after"] == 0
        await elsewhere.gets("message", seq=3)
        mine, theirs = elsewhere.all("message")
        assert (mine["seq"], mine["after"], mine["client_id"]) == (1, 0, "c1")
        assert (theirs["seq"], theirs["after"]) == (3, 1)


async def test_a_note_at_the_end_leaves_no_gap_before_the_next_reply(services: Any) -> None:
    async with tab(services) as visitor:
        conversation = await talking(visitor)
        async with services.database.transaction() as session:
            agent = await create(session, email="zhou@shop.example", name="周晴", password_hash="unusable")
            await conversations.note(session, conversation, agent_id=agent.id, text="an old friend", key="n1")
        statements = Statements(services.database)
        await tell(services, conversation, 2)
        async with asyncio.timeout(10):
            while statements.count < 2:  # noqa: ASYNC110 - the visitor's view and the history
                await asyncio.sleep(0.01)
        await tell(services, conversation, 2, state="queue")
        await visitor.gets("state", handler="queue")
        statements.count = 0
        await tell(services, conversation, 3, entry(3))
        assert (await visitor.gets("message"))["after"] == 1
        assert statements.count == 0


async def test_what_one_tab_begins_the_other_shows(services: Any) -> None:
    async with tab(services) as first:
        token = (await first.greets())["visitor"]
        async with tab(services) as second:
            await second.greets(visitor=token)
            await first.writes("c1", "hello")
            shown = await second.gets("message")
            assert (shown["text"], shown["client_id"]) == ("hello", "c1")
            assert (await second.gets("welcome"))["conversation"] == (await first.gets("welcome"))["conversation"]
            await second.writes("c2", "again")
            assert (await first.gets("message", text="again"))["client_id"] == "c2"


async def test_a_store_that_cannot_serve_is_asked_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, pauses = Screen(None, None, None), list[float]()  # type: ignore[arg-type]

    async def fails() -> None:
        raise WebSocketDisconnect if len(pauses) == 7 else TimeoutError

    async def remembered(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(screen, "catch_up", fails)
    monkeypatch.setattr(asyncio, "sleep", remembered)
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    screen._changed.set()
    await screen.pump()
    assert pauses == [1, 2, 4, 8, 16, 20, 20]
