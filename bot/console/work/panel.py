"""One case beside the list: what it is, what can be done, its history, the member, and the conversation."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import bubbles, links, markup
from bot.console.access import ROOT
from bot.console.looks import Looks
from bot.console.screen import Screen, element
from bot.console.work import (
    approvals,
    callbacks,
    complaints,
    deliveries,
    feedback,
    follow_ups,
    order_changes,
    points,
    privacy,
    promises,
    returns,
    win_back,
)
from bot.console.work.case import Act, Case
from crm_store import audit, messages, work
from crm_store.language import format_money, mask_phone
from crm_store.messages import Audience, Message
from crm_store.work import Kind, Row

LAST_MESSAGES = 8

_LOADERS: Mapping[Kind, Callable[[AsyncSession, Screen, Row], Awaitable[Case]]] = {
    Kind.COMPLAINTS: complaints.load,
    Kind.POINTS: points.load,
    Kind.PROMISES: promises.load,
    Kind.ORDER_CHANGES: order_changes.load,
    Kind.FOLLOW_UPS: follow_ups.load,
    Kind.CALLBACKS: callbacks.load,
    Kind.RETURNS: returns.load,
    Kind.PRIVACY: privacy.load,
    Kind.FEEDBACK: feedback.load,
    Kind.DELIVERIES: deliveries.load,
    Kind.APPROVALS: approvals.load,
    Kind.WIN_BACK: win_back.load,
}


class Panel:
    """The case at hand. `on_change`: something was done to it."""

    def __init__(self, screen: Screen, *, on_change: Callable[[], Awaitable[None]]) -> None:
        self.screen, self._on_change = screen, on_change
        self.open: tuple[Kind, str] | None = None
        self._told = ""
        self._conversation_id: str | None = None
        self._looks = Looks(screen)
        self._place = ui.element("div").classes("hk-case-panel")
        with self._place:
            ui.label(screen.words.work("choose_case")).classes("hk-none hk-choose")

    @property
    def conversation_id(self) -> str | None:
        """The conversation whose last words are shown."""
        return self._conversation_id

    async def show(self, kind: Kind, number: str) -> None:
        """Open a case. Raises NotFound."""
        async with self.screen.services.database.reading() as session:
            await work.row(session, kind, number)
        self.open, self._told = (kind, number), ""
        await self.refresh()

    async def refresh(self) -> None:
        """Read the case again; drawn again only when it says something else, so that nobody's focus is lost."""
        if self.open is None:
            return
        kind, number = self.open
        async with self.screen.services.database.reading() as session:
            row = await work.row(session, kind, number)
            case = await _LOADERS[kind](session, self.screen, row)
            said = await self._conversation(session, row)
        if self.open != (kind, number):
            return  # the agent has gone on to another case in the meantime
        self._conversation_id = row.conversation_id
        told = "".join([case.title, case.chips, *(html for _, html in case.parts), said, *(a.key for a in case.acts)])
        if told == self._told:
            return
        self._told = told
        if row.member is not None:
            # To look at a member's case is to look at the member.
            await self._looks.note(row.member.id, case=f"{row.kind}:{row.number}")
        self._place.clear()
        with self._place:
            self._draw(case, said)

    def _draw(self, case: Case, said: str) -> None:
        words = self.screen.words
        with element("div", "hk-case-head"):
            back = ui.element("button").props(f'type="button" aria-label="{words.work("back_to_list")}"')
            back.classes("hk-back").on("click", js_handler="() => hkWorkPane('list')")
            with back:
                ui.label("‹")
            ui.html(f'<h2>{escape(case.title)}</h2><span class="hk-chips">{case.chips}</span>', sanitize=False)
        if case.acts:
            with element("div", "hk-acts hk-case-acts", f'role="toolbar" aria-label="{words("acts")}"'):
                for act in case.acts:
                    self._button(act)
        with element("div", "hk-case-body"):
            with element("div", "hk-case-main"):
                for heading, html in case.parts:
                    if html:
                        self._part(heading, html)
            with element("aside", "hk-case-side"):
                self._member(case.row)
                if case.phone:
                    self._phone(case)
                if said:
                    self._part("conversation", said)

    def _button(self, act: Act) -> None:
        look = "unelevated no-caps" if act.primary else "outline no-caps"
        button = ui.button(self.screen.words.work(act.key)).props(look)

        async def pressed() -> None:
            button.disable()
            try:
                await act.do()
                await self._on_change()
            finally:
                if not button.is_deleted:
                    button.enable()

        button.on_click(pressed)

    def _part(self, heading: str, html: str) -> None:
        with element("section", f"hk-section hk-part-{heading}"):
            with element("h3"):
                ui.label(self.screen.words.work(f"part_{heading}"))
            ui.html(html, sanitize=False)

    def _member(self, row: Row) -> None:
        words, member = self.screen.words, row.member
        if member is None:
            self._part("member", f'<p class="hk-none">{escape(words.work("no_member"))}</p>')
            return
        name = escape(markup.member_name(member, words))
        chips = markup.tier(member, words) + markup.chip(member.number, "plain")
        chips += markup.chip(words("spent", money=format_money(row.value_minor)), "plain")
        self._part(
            "member",
            f'<a class="hk-case-member" href="{links.member(member.number)}">{name}</a>'
            f'<span class="hk-chips">{chips}</span>',
        )

    def _phone(self, case: Case) -> None:
        """Masked until asked for, and then it is written down who looked."""
        words = self.screen.words
        with element("section", "hk-section"):
            with element("h3"):
                ui.label(words("phone"))
            with element("div", "hk-contact-line"):
                shown = ui.label(mask_phone(case.phone)).classes("hk-number")
                button = ui.button(words("show")).props(f'flat dense no-caps aria-label="{words("show_phone")}"')

        async def reveal() -> None:
            async def note() -> None:
                async with self.screen.services.database.transaction() as session:
                    await audit.record(
                        session,
                        agent_id=self.screen.agent.id,
                        action="reveal_contact",
                        subject=f"callback:{case.row.number}",
                        details={"field": "phone"},
                    )

            if await self.screen.act(note):
                shown.set_text(case.phone)
                button.set_visibility(False)

        button.on_click(reveal)

    async def _conversation(self, session: AsyncSession, row: Row) -> str:
        """The last words of the conversation, and the way to it."""
        if row.conversation_id is None:
            return ""
        found = await messages.history(
            session, row.conversation_id, audience=Audience.STAFF, limit=LAST_MESSAGES, newest=True
        )
        name = markup.member_name(row.member, self.screen.words) if row.member else ""
        said = "".join(self._bubble(message, name) for message in found)
        link = f"{ROOT}/?conversation={escape(row.conversation_id)}"
        way = f'<a href="{link}">{escape(self.screen.words.work("to_conversation"))}</a>'
        return f'<div class="hk-excerpt">{said}</div>{way}'

    def _bubble(self, message: Message, customer: str) -> str:
        called = customer or self.screen.words.label("message_author", "customer")
        return f'<article class="{bubbles.classes(message)}">{bubbles.html(message, self.screen, called)}</article>'
