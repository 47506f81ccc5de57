"""Who sits in front of the console: the signed session cookie, signing in and out, and the check behind every call."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.services import Services
from crm_store import agents, audit, ended_sessions, second_factor
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.errors import CrmError, NotFound
from crm_store.second_factor import Demand

ROOT = "/console"
LOGIN = f"{ROOT}/login"
PASSWORD = f"{ROOT}/password"
SECOND_FACTOR = f"{ROOT}/second-factor"
SESSION_LIFE = timedelta(hours=12)
CODE_WITHIN = timedelta(minutes=5)
"""How long after the right password the code of the second factor is waited for."""
SIGNED_OUT = "signed_out"
"""The kind of the event on `ended_topic`."""

_open_pages: defaultdict[int, dict[str, str]] = defaultdict(dict)
"""Of each agent the pages that are connected to this process, and the session of each."""


class SignedOut(CrmError):
    """The session is over: signed out, too old, the account closed, its password or second factor changed; or there is
    something to be done before it opens anything."""

    code = SIGNED_OUT


@dataclass(frozen=True, slots=True)
class Seat:
    """One session of one agent, as its cookie tells."""

    agent_id: int
    session_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Whose password was right, at `since`, and whose code is still to come. It opens nothing."""

    agent_id: int
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


def go_half_way(request: Request, agent_id: int) -> None:
    """The password was right; whoever else was signed in here is not any more."""
    request.session.clear()
    request.session["half_way"] = [agent_id, now().timestamp()]


def half_way(request: Request) -> HalfWay | None:
    """Who has given the password here, not too long ago, and no code yet."""
    try:
        agent_id, since = request.session["half_way"]
        found = HalfWay(int(agent_id), datetime.fromtimestamp(float(since), UTC))
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.since + CODE_WITHIN > now() else None


async def sign_out(services: Services, request: Request) -> None:
    """End the session, in every process, and tell its open pages. An agent who has no other session open here has
    gone."""
    seat = _seat(request)
    request.session.clear()
    if seat is not None:
        async with services.database.transaction() as session:
            await ended_sessions.end(
                session, seat.session_id, agent_id=seat.agent_id, expires_at=seat.since + SESSION_LIFE
            )
        if not set(_open_pages[seat.agent_id].values()) - {seat.session_id}:
            await services.desk.signed_out(seat.agent_id)
        await services.signals.publish(ended_topic(seat.session_id), event={"kind": SIGNED_OUT})


async def enter(services: Services, request: Request, *, unready: bool = False) -> tuple[Seat, Agent] | None:
    """The seat and the agent behind a request, or None when nobody is signed in. Who has a duty first (see `duty`)
    reaches only what asks for the `unready` too."""
    seat = _seat(request)
    if seat is None:
        return None
    try:
        return seat, await check(services, seat, unready=unready)
    except SignedOut:
        return None


async def check(services: Services, seat: Seat, *, unready: bool = False) -> Agent:
    """The agent who asks, as the store knows them now; `unready`: also while a duty comes first. Raises SignedOut."""
    if seat.since + SESSION_LIFE < now():
        raise SignedOut
    async with services.database.reading() as session:
        if await ended_sessions.is_ended(session, seat.session_id):
            raise SignedOut
        try:
            agent = await agents.get(session, seat.agent_id)
        except NotFound:
            raise SignedOut from None
        if not agents.session_holds(agent, seat.since):
            raise SignedOut
        if not unready and await duty(services, session, agent) is not None:
            raise SignedOut
    return agent


async def duty(services: Services, session: AsyncSession, agent: Agent) -> str | None:
    """The page of what the agent has to do before anything else opens: choose a password of their own, set up the
    second factor their role needs."""
    if agent.password_is_temporary:
        return PASSWORD
    if needs_factor(services, agent) and await second_factor.standing(session, agent.id) is None:
        return SECOND_FACTOR
    return None


def needs_factor(services: Services, agent: Agent) -> bool:
    """Whether the agent's role works only with a second factor; in a demo none does."""
    return not services.settings.demo and second_factor.demand(agent) is Demand.REQUIRED


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
