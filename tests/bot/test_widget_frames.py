"""The real widget in Chromium, across from a server that sends exactly the frames it is told to and drops the line."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser, Locator, Page, expect

from bot.channels.web.routes import widget_script
from tests.bot.console.conftest import PATIENCE_MS
from tests.stack import free_port

pytestmark = pytest.mark.browser

CONVERSATION = "c" * 32
PAGE = '<!doctype html><html lang="en"><body><script src="/widget.js" {more}></script></body></html>'


@dataclass
class Line:
    """One socket of the widget's, the server's end played by the test."""

    socket: WebSocket
    came: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def sends(self, *frames: dict[str, Any]) -> None:
        for frame in frames:
            await self.socket.send_json(frame)

    async def welcomes(self, conversation: str | None = CONVERSATION, **more: Any) -> None:
        """Answer the hello."""
        welcome = {"type": "welcome", "visitor": "a visitor's token", "conversation": conversation, "seq": 0}
        await self.sends(welcome | {"member": False} | more)

    async def gets(self, kind: str) -> dict[str, Any]:
        """The next frame of that kind."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while (frame := await self.came.get())["type"] != kind:
                pass
        return frame

    async def drops(self, code: int = 1011) -> None:
        await self.socket.close(code)


@dataclass
class Theatre:
    """A page with the widget, and the sockets it opens, in order."""

    url: str = ""
    more: str = ""
    lines: asyncio.Queue[Line] = field(default_factory=asyncio.Queue)

    async def next_line(self) -> Line:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            return await self.lines.get()


@pytest_asyncio.fixture(loop_scope="session")
async def theatre() -> AsyncIterator[Theatre]:
    played, app = Theatre(), FastAPI()

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE.format(more=played.more))

    @app.get("/widget.js")
    async def widget() -> Response:
        script = widget_script()
        return Response(script, media_type="text/javascript; charset=utf-8")

    @app.websocket("/chat/ws")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        line = Line(socket)
        played.lines.put_nowait(line)
        try:
            while True:
                line.came.put_nowait(await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            return

    port = free_port()
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    played.url = f"http://127.0.0.1:{port}"
    yield played
    server.should_exit = True
    await running


async def opened(theatre: Theatre, browser: Browser) -> Page:
    page = await browser.new_page(reduced_motion="reduce", locale="en-GB")
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(theatre.url)
    await page.locator("#huike-widget .launch").click()
    return page


def bubbles(page: Page, words: str) -> Locator:
    return page.locator("#huike-widget .m p", has_text=words)


def said(seq: int, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "seq": seq, "author": "bot", "text": text, "at": "2026-11-22T02:00:00+00:00", **more}


async def write(page: Page, text: str) -> None:
    await page.evaluate("text => window.Huike.send(text)", text)


@pytest.mark.parametrize("with_after", [True, False])
async def test_a_reply_that_an_acknowledgement_overtook_is_not_skipped_when_the_line_drops(
    theatre: Theatre, browser: Browser, with_after: bool
) -> None:
    def frame(after: int, **more: Any) -> dict[str, Any]:
        return more | ({"after": after} if with_after else {})

    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.gets("hello")
    await line.welcomes()
    await write(page, "first")
    first = await line.gets("message")
    await line.sends(frame(0, type="ack", client_id=first["client_id"], seq=1))
    await write(page, "second")
    second = await line.gets("message")
    # The reply has the number 2, and is on its way when the line drops.
    await line.sends(frame(3, type="ack", client_id=second["client_id"], seq=3))
    await expect(bubbles(page, "second").locator("xpath=..").locator(".meta")).not_to_have_text("Sending")
    await line.drops()

    again = await theatre.next_line()
    assert (await again.gets("hello"))["after"] == 1
    await again.welcomes()
    own = said(3, "second", author="customer", client_id=second["client_id"])
    await again.sends(said(2, "the reply", **frame(1)), own | frame(2), said(4, "the next", **frame(3)))
    await expect(bubbles(page, "the next")).to_be_visible()
    for words in ("first", "second", "the reply", "the next"):
        await expect(bubbles(page, words)).to_have_count(1)
    await again.drops()
    assert (await (await theatre.next_line()).gets("hello"))["after"] == 4


async def test_a_note_of_the_staff_is_no_gap(theatre: Theatre, browser: Browser) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes()
    await line.sends(said(1, "one", after=0), said(3, "three", after=1))
    await expect(bubbles(page, "three")).to_be_visible()
    await line.drops()
    assert (await (await theatre.next_line()).gets("hello"))["after"] == 3


async def test_what_is_never_acknowledged_is_given_back_after_five_tries_and_may_be_sent_again(
    theatre: Theatre, browser: Browser
) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes()
    await write(page, "poison")
    names = set()
    for _ in range(5):
        names.add((await line.gets("message"))["client_id"])
        await line.drops()
        line = await theatre.next_line()
        await line.welcomes()
    assert len(names) == 1
    back = page.locator("#huike-widget .customer .meta", has_text="Not sent: the connection is unsteady")
    await expect(back).to_be_visible()
    await write(page, "and this")
    assert (await line.gets("message"))["text"] == "and this"

    await back.locator("button").click()
    once_more = await line.gets("message")
    assert once_more["text"] == "poison"
    assert once_more["client_id"] not in names
    await line.sends({"type": "ack", "client_id": once_more["client_id"], "seq": 1, "after": 0})
    await expect(bubbles(page, "poison")).to_have_count(1)


async def test_the_tries_are_counted_over_a_reload(theatre: Theatre, browser: Browser) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes()
    await write(page, "poison")
    for _ in range(5):
        await line.gets("message")
        await page.reload()
        line = await theatre.next_line()
        await line.welcomes()
    await expect(page.locator("#huike-widget .customer .meta button")).to_be_visible()


async def test_a_refusal_is_told_in_words_and_the_next_message_goes_on(theatre: Theatre, browser: Browser) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes()
    await write(page, "bad")
    bad = await line.gets("message")
    refusal = {"type": "error", "code": "malformed", "text": "Please say it otherwise.", "client_id": bad["client_id"]}
    await line.sends(refusal, refusal)
    meta = page.locator("#huike-widget .customer .meta", has_text="Not sent: Please say it otherwise.")
    await expect(meta.locator("button")).to_be_visible()
    await line.drops()
    line = await theatre.next_line()
    await line.welcomes()
    await write(page, "good")
    assert (await line.gets("message"))["text"] == "good"


async def test_the_first_message_is_sent_once_though_its_conversation_begins_with_it(
    theatre: Theatre, browser: Browser
) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes(None)
    await write(page, "hello")
    first = await line.gets("message")
    await line.welcomes()
    await line.sends({"type": "ack", "client_id": first["client_id"], "seq": 1, "after": 0})
    await write(page, "again")
    assert (await line.gets("message"))["text"] == "again"


async def test_signing_out_is_said_until_the_server_has_heard_it(theatre: Theatre, browser: Browser) -> None:
    page = await opened(theatre, browser)
    line = await theatre.next_line()
    assert not (await line.gets("hello"))["sign_out"]
    await line.welcomes(member=True)
    await line.sends(said(1, "a secret", after=0))
    await expect(bubbles(page, "a secret")).to_be_visible()
    await page.evaluate("window.Huike.signOut()")
    await expect(bubbles(page, "a secret")).to_have_count(0)
    unheard = await (await theatre.next_line()).gets("hello")
    assert (unheard["sign_out"], unheard["visitor"], unheard["after"]) == (True, "a visitor's token", 0)
    await page.reload()
    line = await theatre.next_line()
    assert (await line.gets("hello"))["sign_out"]
    await line.welcomes(None)
    await expect(page.locator("#huike-widget .offline")).to_be_hidden()
    await line.drops()
    assert not (await (await theatre.next_line()).gets("hello"))["sign_out"]


async def test_a_page_is_asked_for_a_fresh_token_before_an_expired_one_is_shown(
    theatre: Theatre, browser: Browser
) -> None:
    expired = jwt.encode(
        {"sub": "HK1", "exp": 1_700_000_000}, "a key that nobody checks in this test", algorithm="HS256"
    )
    theatre.more = f'data-identity="{expired}"'
    page = await browser.new_page()
    await page.add_init_script("addEventListener('huike:token-expired', () => Huike.identify('fresh'))")
    await page.goto(theatre.url)
    assert (await (await theatre.next_line()).gets("hello"))["identity"] == "fresh"
    deaf = await browser.new_page()
    await deaf.goto(theatre.url)
    assert (await (await theatre.next_line()).gets("hello"))["identity"] == expired


async def test_who_was_shut_out_comes_back_later(theatre: Theatre, browser: Browser) -> None:
    await opened(theatre, browser)
    line = await theatre.next_line()
    await line.welcomes()
    await line.drops(1008)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await theatre.lines.get()
    await theatre.next_line()
