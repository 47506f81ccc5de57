"""What browsers are told of every page, and which pages are listened to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from bot.hardening import CONSOLE, BrowserHeaders, FromOwnPages, is_allowed_page
from bot.settings import Settings

SECRET = "a secret of the tests with enough characters"


def app(*, https: bool = False) -> Starlette:
    async def page(request: Request) -> PlainTextResponse:
        own = {"Content-Security-Policy": "sandbox"} if request.url.path == "/file" else {}
        return PlainTextResponse("here", headers=own)

    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    routes = [
        Route("/", page),
        Route("/file", page),
        Route("/console/desk", page, methods=["GET", "POST"]),
        Route("/console/socket.io/", page),
        WebSocketRoute("/console/socket.io/", socket),
    ]
    built = Starlette(routes=routes)
    built.add_middleware(FromOwnPages, prefix=CONSOLE, own=["huike.example"])
    built.add_middleware(BrowserHeaders, https=https)
    return built


@asynccontextmanager
async def caller(*, https: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app(https=https))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def opens_the_console_socket(origin: str | None) -> bool:
    headers = [(b"host", b"127.0.0.1:8000"), *([(b"origin", origin.encode())] if origin else [])]
    scope = {"type": "websocket", "path": "/console/socket.io/", "headers": headers, "query_string": b""}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app()(scope, receive, send)
    return sent[0]["type"] == "websocket.accept"


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/console/desk", "/nothing-here"])
    async def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(self, path: str) -> None:
        async with caller() as client:
            headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "object-src 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers

    async def test_the_console_stands_in_no_frame(self) -> None:
        async with caller() as client:
            headers = (await client.get("/console/desk")).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]

    async def test_what_an_answer_says_for_itself_stays(self) -> None:
        async with caller() as client:
            assert (await client.get("/file")).headers["content-security-policy"] == "sandbox"

    async def test_over_https_never_again_over_a_plain_line(self) -> None:
        async with caller(https=True) as client:
            assert (await client.get("/")).headers["strict-transport-security"].startswith("max-age=")


class TestForeignPages:
    @pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://huike.example", None])
    async def test_own_pages_and_no_pages_open_the_consoles_socket(self, origin: str | None) -> None:
        assert await opens_the_console_socket(origin)

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9000", "null"])
    async def test_foreign_ones_do_not(self, origin: str) -> None:
        assert not await opens_the_console_socket(origin)
        async with caller() as client:
            assert (await client.post("/console/desk", headers={"origin": origin})).status_code == 403
            assert (await client.get("/console/socket.io/", headers={"origin": origin})).status_code == 403

    async def test_a_link_from_elsewhere_opens_a_page(self) -> None:
        async with caller() as client:
            answer = await client.get("/console/desk", headers={"origin": "https://mail.example"})
        assert answer.status_code == 200

    def test_pages_that_may_open_the_chat(self) -> None:
        allowed = Settings(
            _env_file=None, demo=True, widget_origins="https://Shop.example/, https://m.shop.example"
        ).widget_origin_list()
        assert is_allowed_page("https://shop.example", allowed)
        assert is_allowed_page(None, allowed)
        assert not is_allowed_page("https://evil.example", allowed)
        assert is_allowed_page("https://evil.example", [])


class TestSettings:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
    def test_a_demo_shows_itself_to_nobody_else(self, host: str) -> None:
        with pytest.raises(ValidationError, match="HUIKE_DEMO_EXPOSED"):
            Settings(_env_file=None, demo=True, host=host)
        assert Settings(_env_file=None, demo=True, host=host, demo_exposed=True).host == host

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
    def test_at_home_it_may(self, host: str) -> None:
        assert Settings(_env_file=None, demo=True, host=host).host == host

    @pytest.mark.parametrize("name", ["identity_secret", "metrics_token", "api_keys"])
    def test_a_short_secret_is_refused_wherever_it_stands(self, name: str) -> None:
        with pytest.raises(ValidationError, match=f"HUIKE_{name.upper()}"):
            Settings(_env_file=None, secret_key=SECRET, actions_secret=SECRET, **{name: "too short"})
