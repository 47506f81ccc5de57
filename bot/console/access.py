"""Who sits in front of the console: the signed session cookie, signing in and out, and the check behind every call."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.services import Services
from crm_store import agents, audit
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.errors import CrmError, NotFound

ROOT = "/console"
LOGIN = f"{ROOT}/login"
PASSWORD = f"{ROOT}/password"
SESSION_LIFE = timedelta(hours=12)
SIGNED_OUT = "signed_out"
"""The kind of the event on `ended_topic`."""

_ended: dict[str, datetime] = {}
"""Sessions that were signed out, until they would have ended anyway."""

_open_pages: defaultdict[int, dict[str, str]] = defaultdict(dict)
"""Of each agent the pages that are connected to this process, and the session of each."""


class SignedOut(CrmError):
    """The session is over: signed out, too old, the account closed or its password changed."""

    code = SIGNED_OUT


@dataclass(frozen=True, slots=True)
class Seat:
    """One session of one agent, as its cookie tells."""

    agent_id: int
    session_id: str
    since: datetime


class FromAddress:
    """ASGI: whatever is written to the audit trail for a request, or for a page's socket, names its address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        with audit.coming_from(client[0] if client else None):
            await self._app(scope, receive, send)


def cookie_secret(secret_key: str) -> str:
    """The key that signs the cookie: derived, so that the application's own secret is used for nothing twice."""
    return hashlib.sha256(f"huike console cookie:{secret_key}".encode()).hexdigest()


def ended_topic(session_id: str) -> str:
    """Where the pages of a session hear that it was signed out."""
    return f"console-session:{session_id}"


def opened(seat: Seat, page: str) -> None:
    """A page of this session is connected."""
    _open_pages[seat.agent_id][page] = seat.session_id


def closed(seat: Seat, page: str) -> None:
    """It is gone."""
    _open_pages[seat.agent_id].pop(page, None)


def sign_in(request: Request, agent: Agent) -> None:
    """Begin a session under a new id, whatever the browser brought along."""
    request.session.clear()
    request.session.update(id=uuid.uuid4().hex, agent=agent.id, since=now().timestamp())


async def sign_out(services: Services, request: Request) -> None:
    """End the session here and tell its open pages. An agent who has no other session open here has gone."""
    seat = _seat(request)
    request.session.clear()
    if seat is not None:
        for session_id, since in list(_ended.items()):
            if since + SESSION_LIFE < now():
                del _ended[session_id]
        _ended[seat.session_id] = seat.since
        if not set(_open_pages[seat.agent_id].values()) - {seat.session_id}:
            await services.desk.signed_out(seat.agent_id)
        await services.signals.publish(ended_topic(seat.session_id), event={"kind": SIGNED_OUT})


async def enter(
    services: Services, request: Request, *, with_temporary_password: bool = False
) -> tuple[Seat, Agent] | None:
    """The seat and the agent behind a request, or None when nobody is signed in.

    Who has not yet chosen a password of their own reaches only what asks for `with_temporary_password`.
    """
    seat = _seat(request)
    if seat is None:
        return None
    try:
        agent = await check(services, seat)
    except SignedOut:
        return None
    return (seat, agent) if with_temporary_password or not agent.password_is_temporary else None


async def check(services: Services, seat: Seat) -> Agent:
    """The agent who asks, as the store knows them now. Raises SignedOut."""
    if seat.session_id in _ended or seat.since + SESSION_LIFE < now():
        raise SignedOut
    async with services.database.reading() as session:
        try:
            agent = await agents.get(session, seat.agent_id)
        except NotFound:
            raise SignedOut from None
    if not agents.session_holds(agent, seat.since):
        raise SignedOut
    return agent


def to_login(request: Request) -> RedirectResponse:
    """The way to the sign-in page and back again."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{LOGIN}?next={quote(wanted, safe='')}", status_code=303)


def safe_target(wanted: str | None) -> str:
    """Where to go after signing in: only a page of the console, never another site."""
    inside = bool(wanted) and str(wanted).startswith(f"{ROOT}/") and not {"\\", "\n", "\r"} & set(str(wanted))
    return str(wanted) if inside else f"{ROOT}/"


def _seat(request: Request) -> Seat | None:
    held = request.session
    try:
        return Seat(int(held["agent"]), str(held["id"]), datetime.fromtimestamp(float(held["since"]), UTC))
    except (KeyError, TypeError, ValueError):
        return None
