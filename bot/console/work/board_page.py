"""The complaints as a board, a column for each step; what can be done with one stands in its card's menu."""

from collections.abc import Sequence
from functools import partial
from html import escape

from nicegui import ui

from bot.console.screen import Screen, element
from bot.console.work import complaints, rows
from bot.console.work.case import Act
from bot.desk.casework.acting import WORK
from bot.desk.signals import DESK, Event
from crm_store import work
from crm_store.work import Column, Due, Filters, Kind, Row, Whose

BOARD = "board"
"""In the address, in the place of a kind."""
SHOWN = 40
"""Cards of a column."""


class BoardPage:
    """The columns side by side; on a phone one at a time, the next a swipe away."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._places: dict[Column, tuple[ui.label, ui.element]] = {}
        self._told: dict[Column, list[str]] = {}
        with element("div", "hk-board-page"):
            self._build_filters()
            with element("div", "hk-board", 'tabindex="0"'):
                for column in Column:
                    self._build_column(column)

    def _build_filters(self) -> None:
        words = self.screen.words
        with element("div", "hk-filters"):
            ui.html(escape(words.work("board")), sanitize=False, tag="h1")
            with ui.element("a").props(f'href="{rows.address(Kind.COMPLAINTS)}"'):
                ui.label(words.work("board_list"))
            whose = {each.value: words.work(f"whose_{each}") for each in Whose}
            self._whose = ui.toggle(whose, value=Whose.TEAM.value, on_change=self.refresh).props(
                f'no-caps unelevated toggle-color="primary" aria-label="{words.work("whose")}"'
            )
            due = {each.value: words.work(f"due_{each}") for each in Due}
            self._due = ui.select(due, value=Due.ANY.value, label=words.work("due"), on_change=self.refresh)
            self._due.props("outlined dense options-dense")

    def _build_column(self, column: Column) -> None:
        with element("section", "hk-column", f'data-column="{column}"'):
            with element("h2"):
                ui.label(self.screen.words.work(f"column_{column}"))
                count = ui.label("").classes("hk-count")
            self._places[column] = (count, ui.element("div").classes("hk-cases"))

    async def begin(self) -> None:
        await self.refresh()
        self.screen.follow(DESK, then=self._happened, kinds={WORK})

    async def _happened(self, _events: list[Event]) -> None:
        await self.refresh()

    async def refresh(self) -> None:
        """Each column as it is now; one that has not changed stays as it is, with its open menu."""
        filters = Filters(whose=Whose(self._whose.value), agent_id=self.screen.agent.id, due=Due(self._due.value))
        async with self.screen.services.database.reading() as session:
            found = await work.columns(session, filters, limit=SHOWN)
        for column, cases in found.items():
            self._show(column, cases)

    def _show(self, column: Column, cases: Sequence[Row]) -> None:
        words = self.screen.words
        content = [
            rows.html(each, words, self.screen.name_of, me=self.screen.agent.id, names_kind=False) for each in cases
        ]
        if self._told.get(column) == content:
            return
        self._told[column] = content
        count, place = self._places[column]
        count.set_text(str(len(cases) or ""))
        place.clear()
        with place:
            for each, html in zip(cases, content, strict=True):
                self._card(each, html)
            if not cases:
                ui.label(words.work("column_empty")).classes("hk-none")

    def _card(self, row: Row, html: str) -> None:
        number = escape(row.number)
        with element("article", "hk-board-card"):
            link = (
                ui.element("a")
                .classes("hk-case")
                .props(f'href="{rows.address(Kind.COMPLAINTS, row.number)}" data-case="{number}"')
            )
            with link:
                ui.html(html, sanitize=False, tag="span")
            label = self.screen.words.work("board_acts", number=row.number)
            with ui.button(icon="more_vert").props(f'flat aria-label="{escape(label)}"') as button:
                menu = ui.menu().props("no-parent-event auto-close")
            button.on_click(partial(self._offer, menu, row.number))

    async def _offer(self, menu: ui.menu, number: str) -> None:
        """Open the menu with what can be done with the complaint at this moment."""
        async with self.screen.services.database.reading() as session:
            case = await complaints.load(session, self.screen, await work.row(session, Kind.COMPLAINTS, number))
        menu.clear()
        with menu:
            for act in case.acts:
                ui.menu_item(self.screen.words.work(act.key), on_click=partial(self._do, act))
        menu.open()

    async def _do(self, act: Act) -> None:
        await act.do()
        await self.refresh()
