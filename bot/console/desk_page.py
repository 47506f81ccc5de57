"""The desk: who needs a person on the left, the conversation in the middle, the member on the right."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import replace
from functools import partial

from fastapi import Request
from fastapi.responses import Response
from nicegui import background_tasks, ui

from bot.console import cases, reach
from bot.console.access import ROOT
from bot.console.board import Board
from bot.console.cases import EVERYTHING, Shown, Tab
from bot.console.choices import drop_down
from bot.console.looks import Looks
from bot.console.members import facts as member_facts
from bot.console.members import view as member_view
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.console.talk import Talk
from bot.desk.signals import Event
from bot.services import Services
from crm_store import conversations, members
from crm_store.conversations import ConversationState, QueueReason
from crm_store.language import Language
from crm_store.queue import Case, Counts


def register(services: Services) -> None:
    """The page at /console/, and each conversation at its own address, which survives a reload and an outage."""
    board = Board(services.database, services.signals)

    async def build(request: Request, conversation: str, write: str = "") -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("desk", title=screen.words("nav_desk")):
            page = DeskPage(screen, board)
        await page.begin(conversation)
        if write:
            background_tasks.create(page.begin_writing(write), name="console first message")
        return None

    @ui.page("/", response_timeout=BUILD_SECONDS)
    async def desk(request: Request, conversation: str = "", write: str = "") -> Response | None:
        return await build(request, conversation, write)

    @ui.page("/c/{conversation}", response_timeout=BUILD_SECONDS)
    async def one(request: Request, conversation: str) -> Response | None:
        return await build(request, conversation)


class DeskPage:
    """The three columns; on a phone one at a time."""

    def __init__(self, screen: Screen, board: Board) -> None:
        self.screen, self._board = screen, board
        self.talk: Talk | None = None
        self.tab, self.only = Tab.QUEUE, EVERYTHING
        self._rows: dict[str, tuple[ui.element, ui.html]] = {}
        self._told = ""
        self._waiting: int | None = None
        self._suggesting: asyncio.Task[None] | None = None
        self._worth_suggesting = False
        self._looks = Looks(screen)
        words = screen.words
        with element("div", "hk-desk", 'data-pane="list"'):
            self._build_panes()
            with element("section", "hk-pane hk-pane-list", f'aria-label="{words("customers")}"'):
                self._build_tabs()
                self._build_filters()
                self._list = ui.element("div").classes("hk-cases")
                self._empty = ui.label("").classes("hk-none")
            self._talk_place = ui.element("section").classes("hk-pane hk-pane-talk")
            self._talk_place.props(f'aria-label="{words("conversation")}"')
            with self._talk_place:
                ui.label(words("choose_customer")).classes("hk-none hk-choose")
            self._member_place = ui.element("aside").classes("hk-pane hk-pane-member")
            self._member_place.props(f'aria-label="{words("member")}"')

    def _build_panes(self) -> None:
        """On a narrow screen: which of the three columns is shown. Works in the browser alone."""
        with element("div", "hk-panes", f'role="group" aria-label="{self.screen.words("columns")}"'):
            for pane in ("list", "talk", "member"):
                with element("button", "", f'type="button" data-pane="{pane}"') as button:
                    ui.label(self.screen.words(f"pane_{pane}"))
                button.on("click", js_handler=f"() => hkPane('{pane}')")

    def _build_tabs(self) -> None:
        self._tabs: dict[Tab, tuple[ui.element, ui.label]] = {}
        with element("div", "hk-tabs", f'role="group" aria-label="{self.screen.words("lists")}"'):
            for tab in Tab:
                button = ui.element("button").props('type="button"').on("click", partial(self.choose_tab, tab))
                with button:
                    ui.label(self.screen.words(f"tab_{tab}"))
                    number = ui.label("").classes("hk-count")
                self._tabs[tab] = (button, number)

    def _build_filters(self) -> None:
        """Of whichever list is shown: only one language, only one reason."""
        words = self.screen.words
        languages = {str(each): words.label("language_name", each) for each in Language}
        reasons = {str(each): words.label("queue_reason", each) for each in QueueReason}
        with element("div", "hk-filters", f'role="group" aria-label="{words("filters")}"'):
            everyone = {"": words("every_language"), **languages}
            drop_down(words("language"), everyone, value="", then=self._choose_language)
            drop_down(words("reason"), {"": words("every_reason"), **reasons}, value="", then=self._choose_reason)

    async def _choose_language(self, language: str) -> None:
        self.only = replace(self.only, language=Language(language) if language else None)
        await self.screen.act(lambda: self._board.look(self))

    async def _choose_reason(self, reason: str) -> None:
        self.only = replace(self.only, reason=reason or None)
        await self.screen.act(lambda: self._board.look(self))

    async def begin(self, conversation_id: str) -> None:
        self.screen.on_left(self._leave)
        ui.on("hk_open", lambda event: self.screen.act(partial(self.open, str(event.args))))
        await self._board.join(self)
        if not conversation_id or not await self.screen.act(partial(self.open, conversation_id)):
            self._follow()

    def _leave(self) -> None:
        self._board.leave(self)
        if self.talk is not None:
            self.talk.company.leave()

    def _follow(self) -> None:
        self.screen.follow(*([] if self.talk is None else self.talk.topics), then=self._happened)

    async def _happened(self, events: list[Event]) -> None:
        """Bring the open conversation up to date. Without events: the first time, or the safety net."""
        talk = self.talk
        if talk is None:
            return
        heard = await talk.refresh(events)
        if heard.of_member or heard.of_lines:
            await self.show_member()
        if heard.to_answer:
            self._suggest()
        if heard.of_lines and self.talk is talk:
            self._follow()

    def _suggest(self) -> None:
        """Beside all else: looking articles up may take seconds, and messages come meanwhile."""
        self._worth_suggesting = True
        if self._suggesting is None or self._suggesting.done():
            self._suggesting = background_tasks.create(self._suggestions(), name="console suggestions")

    async def _suggestions(self) -> None:
        while self._worth_suggesting and self.talk is not None:
            self._worth_suggesting = False
            with self.screen.client:
                await self.talk.suggest()

    # The left column

    @property
    def shown(self) -> Shown:
        return Shown.of(self.tab, self.screen.agent.id, self.only)

    @property
    def rows(self) -> Collection[str]:
        return self._rows.keys()

    async def choose_tab(self, tab: Tab) -> None:
        self.tab = tab
        await self.screen.act(lambda: self._board.look(self))

    def show(self, counts: Counts, shown: Shown, found: list[Case] | None) -> None:
        """The counts of all lists and, when it is the one looked at and has changed, a list."""
        with self.screen.client:
            for tab, (button, number) in self._tabs.items():
                number.set_text(cases.count(counts, tab, self.screen.agent.id))
                button.props(f'aria-pressed="{"true" if tab is self.tab else "false"}"')
            if counts.waiting != self._waiting:
                self._waiting = counts.waiting
                title = f"{self.screen.words('nav_desk')} · 回客 Huike"
                title = f"({counts.waiting}) {title}" if counts.waiting else title
                self.screen.javascript(f"document.title = {json.dumps(title)}")
            if found is not None and shown == self.shown:
                self._show_cases(found)

    def _show_cases(self, found: list[Case]) -> None:
        """Rows that stay are kept as they are, so that neither focus nor scrolling is lost."""
        wanted = {case.conversation.id for case in found}
        for gone in self._rows.keys() - wanted:
            self._rows.pop(gone)[0].delete()
        for place, case in enumerate(found):
            self._show_case(case, place)
        self._empty.set_text(self.screen.words(f"empty_{self.tab}"))
        self._empty.set_visibility(not found)

    def _show_case(self, case: Case, place: int) -> None:
        key = case.conversation.id
        holder = self.screen.name_of(case.conversation.agent_id)
        content = cases.row(case, self.tab, self.screen.words, holder=holder)
        if key in self._rows:
            row, inside = self._rows[key]
            inside.set_content(content)
        else:
            with self._list:
                row = ui.element("button").classes("hk-case").props(f'type="button" data-conversation="{key}"')
                row.on("click", partial(self.screen.act, partial(self.open, key)))
                row.on("click", js_handler="() => hkPane('talk')")
            with row:
                inside = ui.html(content, sanitize=False, tag="span")
            self._rows[key] = (row, inside)
        if self._list.default_slot.children.index(row) != place:
            row.move(self._list, target_index=place)
        self._mark(row, key)

    def _mark(self, row: ui.element, conversation_id: str) -> None:
        """Which customer's conversation is open."""
        here = self._is_open(conversation_id)
        row.classes(add="here" if here else "", remove="" if here else "here")

    def _is_open(self, conversation_id: str) -> bool:
        return self.talk is not None and self.talk.conversation_id == conversation_id

    # The middle and the right column

    async def open(self, conversation_id: str) -> None:
        """Show a conversation and its member. Raises NotFound."""
        if self._is_open(conversation_id):
            return
        async with self.screen.services.database.reading() as session:
            await conversations.get(session, conversation_id)
        if self.talk is not None:
            self.talk.company.leave()
        self._talk_place.clear()
        with self._talk_place:
            talk = self.talk = Talk(self.screen, conversation_id, on_taken=self._taken, on_next=self._go_on)
        self.screen.javascript(f"hkAt({json.dumps(f'{ROOT}/c/{conversation_id}')}); hkPane('talk')")
        for key, (row, _) in self._rows.items():
            self._mark(row, key)
        await talk.refresh([])
        if self.talk is not talk:
            return  # the agent has gone on to another customer in the meantime
        self._follow()
        await talk.company.begin()
        await self.show_member()
        self._suggest()

    async def _go_on(self, conversation_id: str) -> None:
        """The next customer, who is this agent's by now."""
        await self.open(conversation_id)
        await self._taken()

    async def _taken(self) -> None:
        """What this agent has just taken: ready to be answered, and in sight among their own."""
        talk = self.talk
        if talk is None:
            return
        heard = await talk.refresh([])
        self.screen.javascript("hkFocusComposer()")
        await self.choose_tab(Tab.MINE)
        if heard.of_member:
            await self.show_member()
        if heard.to_answer:
            self._suggest()

    async def show_member(self) -> None:
        """The member of the open conversation, with an entry in the trail."""
        talk = self.talk
        party = talk.party if talk else None
        if party is None:
            return
        services, words = self.screen.services, self.screen.words
        if party.member is None:
            before = await reach.earlier(self.screen, party.identity.id, party.conversation.id)
            if self.talk is not talk:
                return
            self._told = ""
            self._member_place.clear()
            with self._member_place:
                ui.label(party.name(self.screen)).classes("hk-visitor")
                ui.label(words("not_a_member")).classes("hk-none")
                reach.show_visitor(self.screen, party.identity, before, on_linked=self._linked)
            return
        member_id = party.member.id
        await self._looks.note(member_id, conversation=party.conversation.id)
        async with services.database.reading() as session:
            facts = await member_facts.load(session, member_id, agent_id=self.screen.agent.id)
        here = party.conversation
        is_line = here.state == ConversationState.MERGED
        others = [] if is_line else await reach.parallel(self.screen, member_id, here.id)
        told = member_view.summary(self.screen, facts) + reach.links(self.screen, others)
        told += f"{here.state}{here.agent_id}" if others else ""
        if self.talk is not talk or told == self._told:
            return
        self._told = told
        self._member_place.clear()
        with self._member_place:
            reach.show_parallel(self.screen, others, here)
            member_view.show(self.screen, facts)
            ui.button(words("write_first"), on_click=lambda: self._write_first(member_id)).props("outline no-caps")

    async def _linked(self) -> None:
        """The visitor is known as a member now."""
        if self.talk is not None:
            await self.talk.refresh([])
            await self.show_member()

    async def _write_first(self, member_id: int) -> None:
        await reach.ask_first_message(self.screen, member_id, on_said=self._go_on)

    async def begin_writing(self, number: str) -> None:
        """Ask what to say to a member who has not written."""
        async with self.screen.services.database.reading() as session:
            member = await members.by_number(session, number)
        if member is None:
            self.screen.tell(self.screen.words("no_such_member", number=number), kind="warning")
        else:
            await self._write_first(member.id)
