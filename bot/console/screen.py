"""One open page of the console: its agent, its words, its acts and the signals it follows."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import Client, background_tasks, ui
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access, links
from bot.console.access import LOGIN, ROOT, Seat, SignedOut
from bot.console.words import NOTHING_RENAMED, Words
from bot.desk.administration import ACCOUNT, account_topic
from bot.desk.signals import Event, Subscription
from bot.services import Services
from crm_store import agents, work
from crm_store.agents import Agent, Role
from crm_store.clock import now
from crm_store.complaints import terms
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.work import Kind

Way = tuple[str, str]
"""A page in the header: its key, and its address without the root, which NiceGUI puts before it."""

PAGES: tuple[Way, ...] = (
    ("desk", "/"),
    ("work", "/work"),
    ("follow_ups", "/follow-ups"),
    ("members", "/members"),
    ("knowledge", "/knowledge"),
)
MORE: tuple[tuple[Role, Way], ...] = (
    (Role.AGENT, ("win_back", "/win-back")),
    (Role.AGENT, ("phrases", "/phrases")),
    (Role.SUPERVISOR, ("outreach", "/outreach")),
    (Role.SUPERVISOR, ("measures", "/measures")),
    (Role.SUPERVISOR, ("risk", "/risk")),
    (Role.SUPERVISOR, ("agents", "/agents")),
    (Role.SUPERVISOR, ("terms", "/terms")),
    (Role.SUPERVISOR, ("audit", "/audit")),
    (Role.SUPERVISOR, ("jobs", "/jobs")),
    (Role.ADMIN, ("import", "/import")),
    (Role.ADMIN, ("policy", "/policy")),
    (Role.ADMIN, ("api_keys", "/api-keys")),
)
"""Behind "more": what is needed now and then, from which role on."""
SAFETY_NET_SECONDS = 15.0
"""Signals may be lost; after this long without one the page looks by itself."""
REST_SECONDS = 0.1
"""The first event is shown at once; what comes within this span after it is shown together."""
BUILD_SECONDS = 30.0
"""How long a page may take to be built on a loaded machine."""

log = structlog.get_logger(__name__)

Follower = Callable[[list[Event]], Awaitable[None]]


class Screen:
    """What every signed-in page needs. Made by `open_screen`."""

    def __init__(
        self,
        services: Services,
        seat: Seat,
        agent: Agent,
        everybody: Sequence[Agent],
        *,
        pressing: int = 0,
        unready: bool = False,
        renamed: Mapping[str, str] = NOTHING_RENAMED,
    ) -> None:
        """`pressing`: cases of the agent's, or of nobody's, that are late or due soon; `unready`: the page is what the
        agent has to do before anything else opens; `renamed`: what the shop calls otherwise than the catalogue, as
        `Words` takes it."""
        self.services, self.seat, self.agent, self.unready = services, seat, agent, unready
        self.language = Language.of(agent.language)
        self.words = Words(self.language, renamed)
        self.client: Client = ui.context.client
        self.is_lead = agents.may(agent, Role.SUPERVISOR)
        self.presence = agent.presence
        self._names = {each.id: each.name for each in everybody}
        self._active = {each.id for each in everybody if each.active}
        self._following: asyncio.Task[None] | None = None
        self._on_left: list[Callable[[], None]] = []
        self._checked_at = 0.0
        self._pressing = pressing
        self._work_count: ui.label | None = None
        self.client.on_connect(lambda: access.opened(seat, self.client.id))
        self.client.on_delete(self._leave)

    @property
    def is_there(self) -> bool:
        """Whether the agent gets new customers, or has said to be away."""
        return self.presence != "away"

    def name_of(self, agent_id: int | None) -> str:
        return self._names.get(agent_id or 0, self.words("somebody"))

    def colleagues(self) -> dict[int, str]:
        """Everybody else who may sign in, by id."""
        return {number: name for number, name in self._names.items() if number in self._active - {self.agent.id}}

    def tell(self, text: str, *, kind: str = "info") -> None:
        with self.client:
            ui.notify(text, type=kind, position="top", close_button=self.words("dismiss"), timeout=6000)  # type: ignore[arg-type]

    def javascript(self, code: str) -> None:
        if not self.client.is_deleted:
            self.client.run_javascript(code)

    async def act(self, deed: Callable[[], Awaitable[object]]) -> bool:
        """Do something in the agent's name: first ask whether they are still signed in, then tell what went wrong.

        True when it was done.
        """
        try:
            await access.check(self.services, self.seat, unready=self.unready)
            await deed()
        except SignedOut:
            self.leave_to_login()
        except CrmError as error:
            self.tell(self.words.error(error, self.name_of), kind="warning")
        except SQLAlchemyError:
            log.exception("console.act_failed", agent=self.agent.id)
            self.tell(self.words("error_other"), kind="negative")
        else:
            return True
        return False

    def follow(self, *topics: str, then: Follower, kinds: Set[str] | None = None) -> None:
        """Call `then` with what happened on the topics (only these `kinds` of events, if given), at once and every now
        and then; replaces what was followed before. A page has one such task, and it ends with the page."""
        earlier = self._following
        own = (access.ended_topic(self.seat.session_id), account_topic(self.seat.agent_id))
        self._following = background_tasks.create(
            self._follow((*topics, *own), then, kinds and kinds | {access.SIGNED_OUT, ACCOUNT}, earlier),
            name="console page",
        )

    async def _follow(
        self, topics: tuple[str, ...], then: Follower, kinds: Set[str] | None, earlier: asyncio.Task[None] | None
    ) -> None:
        async with self.services.signals.subscribe(*topics) as events:
            if earlier is not None:
                earlier.cancel()
            happened: list[Event] = []
            while not self.client.is_deleted:
                try:
                    await self._check(happened)
                    happened = [event for event in happened if event.get("kind") != ACCOUNT]
                    with self.client:
                        await then(happened)
                except SignedOut:
                    self.leave_to_login()
                    return
                except (CrmError, SQLAlchemyError):
                    log.exception("console.refresh_failed", agent=self.agent.id)
                if happened:
                    await asyncio.sleep(REST_SECONDS)
                happened = await _next(events, kinds)

    async def _check(self, happened: list[Event]) -> None:
        """A session that was signed out is told of, and so is a changed account; whether it is still open is asked now
        and then too, and by every act. Raises SignedOut."""
        if any(event.get("kind") == access.SIGNED_OUT for event in happened):
            raise SignedOut
        was_changed = any(event.get("kind") == ACCOUNT for event in happened)
        if time.monotonic() - self._checked_at >= SAFETY_NET_SECONDS or not happened or was_changed:
            agent = await access.check(self.services, self.seat, unready=self.unready)
            self._checked_at = time.monotonic()
            if agent.role != self.agent.role:  # what the page offers is of another role
                self.javascript("window.location.reload()")
            async with self.services.database.reading() as session:
                self.show_work_count(await _pressing(session, self.agent))

    def show_work_count(self, pressing: int) -> None:
        """How many cases press, beside the way to the work desk; nothing for none."""
        self._pressing = pressing
        if self._work_count is not None:
            self._work_count.set_text(str(pressing or ""))
            self._work_count.set_visibility(bool(pressing))

    def on_left(self, do: Callable[[], None]) -> None:
        """Call `do` when the page is gone or its session over; it may be called twice."""
        self._on_left.append(do)

    def leave_to_login(self) -> None:
        self.javascript(f"window.location.assign({LOGIN!r})")
        for do in self._on_left:
            do()

    def _leave(self) -> None:
        access.closed(self.seat, self.client.id)
        if self._following is not None:
            self._following.cancel()
        for do in self._on_left:
            do()

    @contextmanager
    def frame(self, here: str, *, title: str) -> Iterator[None]:
        """Header with the ways to the other pages; the page's own content goes into the block."""
        dress(self.language, title)
        with ui.element("header").classes("hk-top"):
            ui.html("回客 <span>Huike</span>", sanitize=False).classes("hk-brand")
            if not self.unready:
                self._ways(here)
                self._search_button()
            with ui.element("div").classes("hk-me"):
                if not self.unready:
                    for part in _header_parts:
                        part(self)
                self._account(here)
        with ui.element("main").classes(f"hk-main hk-page-{here}"):
            yield

    def _ways(self, here: str) -> None:
        with ui.element("nav").props(f'aria-label="{self.words("nav")}"'):
            for way in PAGES:
                link = self._way(way, here)
                if way[0] == "work":
                    with link:
                        self._work_count = ui.label("").classes("hk-nav-count")
                    self._work_count.props(f'aria-label="{self.words("pressing")}"')
                    self.show_work_count(self._pressing)
            self._more(here)

    def _account(self, here: str) -> None:
        """The agent's name, which leads to the own account, and the way out."""
        role = self.words.label("agent_role", self.agent.role)
        account = ui.link(self.agent.name, "/password").classes("hk-me-name")
        account.props(f'title="{role} · {self.words("password_change")}"')
        if here == "password":
            account.props('aria-current="page"')
        with (
            ui.element("form").props(f'method="post" action="{ROOT}/session/end"'),
            ui.element("button").props('type="submit"').classes("hk-quiet"),
        ):
            ui.label(self.words("sign_out"))

    def _way(self, way: Way, here: str) -> ui.link:
        key, path = way
        link = ui.link(self.words(f"nav_{key}"), path)
        if key == here:
            link.props('aria-current="page"')
        return link

    def _more(self, here: str) -> None:
        """The ways that do not fit into the header, by role; the one that leads here stands on the button."""
        ways = [way for needed, way in MORE if agents.may(self.agent, needed)]
        is_here = here in [key for key, _ in ways]
        with element("details", "hk-more"):
            with element("summary", "here" if is_here else ""):
                ui.label(self.words(f"nav_{here}" if is_here else "nav_more"))
            with element("div", "hk-more-menu"):
                for way in ways:
                    self._way(way, here)

    def _search_button(self) -> None:
        """Opens the search box (static/search.js), which finds its texts here."""
        words = self.words
        texts = {
            "at": links.SEARCH, "title": words("search"), "field": words("members.search_field"),
            "results": words("members.search_results"), "hint": words("members.search_hint"),
            "none": words("nobody_found"), "failed": words("members.search_failed"), "close": words("members.shut"),
        }  # fmt: skip
        button = ui.element("button").props(
            f'type="button" aria-label="{words("search")}" aria-keyshortcuts="Control+K" '
            f'title="{words("search")} Ctrl K"'
        )
        button.classes("hk-quiet hk-find")
        button._props.update({f"data-{name}": text for name, text in texts.items()})
        button.on("click", js_handler="() => hkFind()")
        with button:
            ui.icon("search").classes("hk-find-icon").props('aria-hidden="true"')
            ui.html(f"<span>{words('search')}</span> <kbd>Ctrl K</kbd>", sanitize=False)


_header_parts: list[Callable[[Screen], None]] = []


def in_header(*parts: Callable[[Screen], None]) -> None:
    """What other modules bring into the header of every signed-in page, in this order."""
    _header_parts[:] = parts


def dress(language: Language, title: str) -> None:
    """Language, title, style and script of a page."""
    words = Words(language)
    ui.page_title(f"{title} · 回客 Huike")
    ui.colors(primary="#0f7a5f", secondary="#0b5c48", accent="#b4452c", positive="#0f7a5f", negative="#b3261e",
              warning="#8a5a00", info="#245c6b")  # fmt: skip
    ui.add_head_html(
        f'<link rel="stylesheet" href="{ROOT}/static/console.css">'
        f"<script>document.documentElement.lang={language.value!r};"
        f"window.hkSkew={now().timestamp() * 1000:.0f}-Date.now();"
        f"window.hkLost={json.dumps(_of_the_framework(words))};</script>"
        f'<script src="{ROOT}/static/console.js"></script><script src="{ROOT}/static/desk.js"></script>'
        f'<script src="{ROOT}/static/search.js"></script>'
    )


def _of_the_framework(words: Words) -> dict[str, list[str]]:
    """What NiceGUI would say in English, by the id of its box."""
    return {
        "popup": [words("connection_lost"), words("connection_retried")],
        "too_long_message_popup": [words("message_too_long"), words("message_too_long_text")],
    }


async def _next(events: Subscription, kinds: Set[str] | None) -> list[Event]:
    """What happens next, of these kinds alone; nothing: the safety net."""
    until = time.monotonic() + SAFETY_NET_SECONDS
    while (left := until - time.monotonic()) > 0:
        first = await events.next(within_s=left)
        found = [first, *events.drain()] if first else []
        happened = [event for event in found if kinds is None or event.get("kind") in kinds]
        if happened:
            return happened
    return []


async def open_screen(services: Services, request: Request) -> Screen | Response:
    """The page's screen, or where to go instead when nobody is signed in."""
    entered = await access.enter(services, request, unready=True)
    if entered is None:
        return access.to_login(request)
    seat, agent = entered
    async with services.database.reading() as session:
        duty = await access.duty(services, session, agent)
        if duty is not None and request.url.path != duty:
            return RedirectResponse(duty, status_code=303)
        everybody = await agents.listing(session, active_only=False)
        pressing = await _pressing(session, agent)
        renamed = await terms.renamed(session, Language.of(agent.language))
    return Screen(services, seat, agent, everybody, pressing=pressing, unready=duty is not None, renamed=renamed)


async def _pressing(session: AsyncSession, agent: Agent) -> int:
    counts = await work.counts(session, agent.id, [kind for kind in Kind if kind is not Kind.APPROVALS])
    return sum(count.pressing for count in counts.values())


@contextlib.contextmanager
def element(tag: str, classes: str = "", props: str = "") -> Iterator[ui.element]:
    """An HTML element as a block."""
    with ui.element(tag).classes(classes).props(props) as made:
        yield made
