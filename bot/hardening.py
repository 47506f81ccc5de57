"""What browsers are told of every page, and which pages' scripts are listened to: ASGI, around the whole app.

OWASP ASVS 4.0, chapters 14.4 (headers) and 13.5, 3.5 (sockets and cookies from other sites).
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONSOLE = "/console"
YEAR_SECONDS = 31_536_000

# The console's pages are drawn by Vue, which compiles its templates in the browser.
_CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_PAGES_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


class BrowserHeaders:
    """Every answer says: no guessing of types, nothing loaded from elsewhere, no foreign frames, and with `https` never
    over a plain line again. What an answer says for itself stays."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app, self._https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._wanted(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_marked if scope["type"] == "http" else send)

    def _wanted(self, path: str) -> dict[str, str]:
        is_console = path.startswith(CONSOLE)
        wanted = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "X-Frame-Options": "DENY" if is_console else "SAMEORIGIN",
            "Content-Security-Policy": _CONSOLE_POLICY if is_console else _PAGES_POLICY,
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        return wanted | ({"Strict-Transport-Security": f"max-age={YEAR_SECONDS}"} if self._https else {})


class FromOwnPages:
    """Sockets and changing requests under `prefix` are taken only from the app's own pages: a browser sends the agent's
    cookie along whichever page asks. A caller that names no page is no browser and has no cookie to be misused."""

    def __init__(self, app: ASGIApp, *, prefix: str, own: Collection[str]) -> None:
        self._app, self._prefix, self._own = app, prefix, frozenset(own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] in ("http", "websocket")
            and scope["path"].startswith(self._prefix)
            and self._is_foreign(scope)
        ):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
            else:
                await PlainTextResponse("This page may not ask here.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        asking = headers.get("origin")
        if asking is None or (scope.get("method") in ("GET", "HEAD") and "socket.io" not in scope["path"]):
            return False
        return urlsplit(asking).netloc not in self._own | {headers.get("host", "")}


def is_allowed_page(origin: str | None, allowed: Collection[str]) -> bool:
    """Whether a page may open the widget's socket. Without a list every page may: what counts is the visitor's pass,
    which no browser sends by itself. A caller that names no page is no browser."""
    return not allowed or origin is None or origin.rstrip("/").casefold() in allowed
