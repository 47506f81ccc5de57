"""The page at /console/work: the kinds as tabs, a list with its filters, and the chosen case beside it."""

import json
from collections.abc import Sequence
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.console.work import kinds, rows
from bot.console.work.board_page import BOARD, BoardPage
from bot.console.work.kinds import DAY
from bot.console.work.panel import Panel
from bot.console.work.promises import KeptRates
from bot.desk.casework.acting import REMINDER, WORK
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store import work
from crm_store.work import Count, Due, Filters, Kind, Row, Stage, Whose

SHOWN = 60
OPEN, DONE = "stage:open", "stage:done"
ANY = "any"
"""No sort of case in particular."""
"""In the choice of states: everything that is still to be done, or over. No state of a kind is called so."""


def register(services: Services) -> None:
    """The desk, each of its lists and each case have an address, which survives a reload."""

    async def page(request: Request, kind: str, number: str) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        if kind not in (DAY, *kinds.seen_by(screen.agent)):
            return RedirectResponse(rows.address(DAY), status_code=303)
        with screen.frame("work", title=screen.words("nav_work")):
            shown = WorkPage(screen, kind)
        await shown.begin(number)
        return None

    @ui.page("/work", response_timeout=BUILD_SECONDS)
    async def day(request: Request) -> Response | None:
        return await page(request, DAY, "")

    @ui.page("/work/board", response_timeout=BUILD_SECONDS)
    async def board(request: Request) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("work", title=screen.words.work("board")):
            shown = BoardPage(screen)
        await shown.begin()
        return None

    @ui.page("/work/{kind}", response_timeout=BUILD_SECONDS)
    async def listing(request: Request, kind: str) -> Response | None:
        return await page(request, kind, "")

    @ui.page("/work/{kind}/{number}", response_timeout=BUILD_SECONDS)
    async def case(request: Request, kind: str, number: str) -> Response | None:
        return await page(request, kind, number)


class WorkPage:
    """The list and the case beside it; on a phone one at a time."""

    def __init__(self, screen: Screen, kind: str) -> None:
        self.screen, self.kind = screen, kind
        self._kinds = kinds.seen_by(screen.agent)
        self._rows: dict[tuple[Kind, str], tuple[ui.element, ui.html, str]] = {}
        self._counts: dict[str, ui.label] = {}
        self._rates: KeptRates | None = None
        with element("div", "hk-work", 'data-pane="list"'):
            with element("section", "hk-pane hk-pane-list", f'aria-label="{screen.words("nav_work")}"'):
                self._build_tabs()
                self._build_filters()
                if kind == Kind.PROMISES:
                    self._rates = KeptRates(screen)
                self._list = ui.element("div").classes("hk-cases")
                self._empty = ui.label(screen.words.work("empty")).classes("hk-none")
            with element("section", "hk-pane hk-pane-case", f'aria-label="{screen.words.work("case")}"'):
                self.panel = Panel(screen, on_change=self.refresh)

    def _build_tabs(self) -> None:
        words = self.screen.words
        with element("nav", "hk-kinds", f'aria-label="{words("lists")}"'):
            for kind in (DAY, *self._kinds):
                with ui.element("a").props(f'href="{rows.address(kind)}"') as tab:
                    ui.label(words.work(f"kind_{kind}"))
                    self._counts[kind] = ui.label("").classes("hk-count")
                if kind == self.kind:
                    tab.props('aria-current="page"')
            if self.kind == Kind.COMPLAINTS:
                with ui.element("a").props(f'href="{rows.address(BOARD)}"').classes("hk-to-board"):
                    ui.label(words.work("board"))

    def _build_filters(self) -> None:
        words = self.screen.words
        start = Whose.MINE if self.kind == DAY else Whose.TEAM
        whose = {each.value: words.work(f"whose_{each}") for each in Whose}
        if self.kind == Kind.APPROVALS:
            whose, start = {Whose.TEAM.value: words.work("whose_team")}, Whose.TEAM
        with element("div", "hk-filters"):
            self._whose = ui.toggle(whose, value=start.value, on_change=self.refresh).props(
                f'no-caps unelevated toggle-color="primary" aria-label="{words.work("whose")}"'
            )
            self._state: ui.select | None = None
            self._due: ui.select | None = None
            self._what: ui.select | None = None
            if self.kind != DAY:
                self._build_selects(Kind(self.kind))

    def _build_selects(self, kind: Kind) -> None:
        words = self.screen.words
        states = {OPEN: words.work("stage_open"), DONE: words.work("stage_done")}
        states |= {each: words.label(kinds.STATE_LABELS[kind], each) for each in kinds.STATES[kind]}
        self._state = ui.select(states, value=OPEN, label=words.work("state"), on_change=self.refresh)
        self._state.props("outlined dense options-dense")
        if sorts := kinds.WHATS.get(kind):
            whats = {ANY: words.work("what_any")} | {each: words.label(kinds.WHAT_LABELS[kind], each) for each in sorts}
            self._what = ui.select(whats, value=ANY, label=words.work("what"), on_change=self.refresh)
            self._what.props("outlined dense options-dense")
        due = {each.value: words.work(f"due_{each}") for each in Due}
        self._due = ui.select(due, value=Due.ANY.value, label=words.work("due"), on_change=self.refresh)
        self._due.props("outlined dense options-dense")

    async def begin(self, number: str) -> None:
        await self.refresh()
        if number and self.kind != DAY and not await self.open(Kind(self.kind), number, push=False):
            self.screen.tell(self.screen.words.work("no_such_case", number=number), kind="warning")
        self.screen.follow(DESK, then=self._happened, kinds={WORK, REMINDER, "changed"})

    async def _happened(self, events: list[Event]) -> None:
        """Something changed, or the safety net."""
        mine = [
            each for each in events if each.get("kind") == REMINDER and each.get("agent_id") == self.screen.agent.id
        ]
        for each in mine:
            self.screen.tell(self.screen.words.work("reminded", promise=each.get("text")), kind="warning")
        changed = {str(each.get("conversation")) for each in events if each.get("kind") == "changed"}
        if events and not mine and not any(each.get("kind") == WORK for each in events):
            # What is said in conversations concerns this page only where the open case shows it.
            if self.panel.conversation_id in changed:
                await self.panel.refresh()
            return
        await self.refresh()

    async def refresh(self) -> None:
        """The counts, the list and the case as they are now."""
        agent_id = self.screen.agent.id
        async with self.screen.services.database.reading() as session:
            counts = await work.counts(session, agent_id, self._kinds)
            if self.kind == DAY:
                whose = Whose(self._whose.value)
                found = await work.my_day(session, agent_id, self._kinds, whose=whose, limit=SHOWN)
            else:
                found = await work.listing(session, Kind(self.kind), self._filters(), limit=SHOWN)
        self._show_counts(counts)
        self._show_rows(found)
        if self._rates is not None:
            await self._rates.refresh()
        await self.panel.refresh()

    def _filters(self) -> Filters:
        assert self._state is not None
        assert self._due is not None
        state = str(self._state.value)
        return Filters(
            whose=Whose(self._whose.value),
            agent_id=self.screen.agent.id,
            stage=Stage.DONE if state == DONE else Stage.OPEN,
            state=None if state in (OPEN, DONE) else state,
            what=None if self._what is None or self._what.value == ANY else str(self._what.value),
            due=Due(self._due.value),
        )

    def _show_counts(self, counts: dict[Kind, Count]) -> None:
        for kind, count in counts.items():
            self._counts[kind].set_text(str(count.open or ""))
        self._counts[DAY].set_text(str(sum(count.mine for count in counts.values()) or ""))
        self.screen.show_work_count(sum(count.pressing for count in counts.values()))

    def _show_rows(self, found: Sequence[Row]) -> None:
        """Rows that stay are kept as they are, so that neither focus nor scrolling is lost."""
        wanted = {(each.kind, each.number) for each in found}
        for gone in self._rows.keys() - wanted:
            self._rows.pop(gone)[0].delete()
        for place, each in enumerate(found):
            self._show_row(each, place)
        self._empty.set_visibility(not found)

    def _show_row(self, row: Row, place: int) -> None:
        key = (row.kind, row.number)
        content = rows.html(
            row, self.screen.words, self.screen.name_of, me=self.screen.agent.id, names_kind=self.kind == DAY
        )
        if key in self._rows:
            link, inside, told = self._rows[key]
            if told != content:
                inside.set_content(content)
        else:
            with self._list:
                link = ui.element("a").classes("hk-case")
                link.props(f'href="{rows.address(row.kind, row.number)}" data-case="{escape(row.number)}"')
                link.on("click.prevent", partial(self.open, row.kind, row.number))
            with link:
                inside = ui.html(content, sanitize=False, tag="span")
        self._rows[key] = (link, inside, content)
        if self._list.default_slot.children.index(link) != place:
            link.move(self._list, target_index=place)
        self._mark(link, key)

    def _mark(self, link: ui.element, key: tuple[Kind, str]) -> None:
        here = key == self.panel.open
        link.classes(add="here" if here else "", remove="" if here else "here")

    async def open(self, kind: Kind, number: str, *, push: bool = True) -> bool:
        """Show a case and put its address into the browser's."""
        if not await self.screen.act(partial(self.panel.show, kind, number)):
            return False
        for key, (link, _, _) in self._rows.items():
            self._mark(link, key)
        if push:
            self.screen.javascript(f"hkWorkOpened({json.dumps(rows.address(kind, number))})")
        else:
            self.screen.javascript("hkWorkPane('case')")
        return True
