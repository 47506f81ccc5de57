"""Members about to leave, the most valuable first: why, what to begin with, by when, and what came of it."""

from collections.abc import Awaitable, Callable
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import links, markup
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.desk.casework import follow_ups as work
from bot.desk.casework.acting import WORK
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store import followups, risk
from crm_store.clock import now
from crm_store.followups import FollowUpOutcome, Listed
from crm_store.language import format_moment, format_money

SHOWN = 60
NOTE_LIMIT_CHARACTERS = 2000


def register(services: Services) -> None:
    @ui.page("/follow-ups", response_timeout=BUILD_SECONDS)
    async def follow_ups(request: Request) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("follow_ups", title=screen.words("nav_follow_ups")):
            page = FollowUpsPage(screen)
        await page.refresh()
        screen.follow(DESK, then=page.happened, kinds={WORK})
        return None


class FollowUpsPage:
    """The list of open follow-ups."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._mine = False
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_follow_ups")), sanitize=False, tag="h1")
            ui.label(words("follow_ups_lead")).classes("hk-dim")
            ui.switch(words("only_mine"), on_change=self._switch)
        self._list = ui.element("div").classes("hk-cards")
        self._shown: list[tuple[int, int | None, float]] = []

    async def _switch(self, event: object) -> None:
        self._mine = bool(getattr(event, "value", False))
        await self.refresh()

    async def happened(self, _events: list[Event]) -> None:
        await self.refresh()

    async def refresh(self) -> None:
        """Read again; drawn again only when something is different, so that nobody's focus is lost for nothing."""
        async with self.screen.services.database.reading() as session:
            owner = self.screen.agent.id if self._mine else None
            found = await followups.open_list(session, owner_id=owner, limit=SHOWN)
        now_shown = [(each.follow_up.id, each.follow_up.owner_id, each.follow_up.score) for each in found]
        if now_shown == self._shown and found:
            return
        self._shown = now_shown
        self._list.clear()
        with self._list:
            for each in found:
                self._card(each)
            if not found:
                ui.label(self.screen.words("empty_follow_ups")).classes("hk-none")

    def _card(self, each: Listed) -> None:
        follow_up, words = each.follow_up, self.screen.words
        with element("article", "hk-card", f'data-follow-up="{follow_up.id}"'):
            ui.html(self._told(each), sanitize=False)
            with element("div", "hk-card-acts"):
                if follow_up.owner_id is None:
                    ui.button(words("claim"), on_click=partial(self._claim, follow_up.id)).props("outline no-caps")
                elif follow_up.owner_id == self.screen.agent.id:
                    ui.button(words("release"), on_click=partial(self._release, follow_up.id)).props("flat no-caps")
                if follow_up.owner_id in (None, self.screen.agent.id):
                    ui.button(words("record_outcome"), on_click=partial(self._ask_outcome, each)).props(
                        "unelevated no-caps"
                    )

    def _told(self, each: Listed) -> str:
        follow_up, words = each.follow_up, self.screen.words
        late = follow_up.due_at < now()
        due = words("due", when=format_moment(follow_up.due_at, words.language))
        owner = self.screen.name_of(follow_up.owner_id) if follow_up.owner_id else words("unclaimed")
        reasons = "".join(f"<li>{escape(risk.sentence(reason, words.language))}</li>" for reason in follow_up.reasons)
        score = words("risk_score", percent=round(follow_up.score * 100))
        chips = (
            markup.tier(each.member, words)
            + markup.chip(score, "risk-high")
            + markup.chip(words("spent", money=format_money(each.value_minor)), "plain")
            + markup.chip(due, "bad" if late else "plain")
            + markup.chip(owner, "plain")
        )
        name = escape(markup.member_name(each.member, words))
        link = links.member(each.member.number)
        approach = escape(words.label("follow_up_approach", follow_up.suggested_approach))
        return (
            f'<h2><a href="{link}">{name}</a></h2><div class="hk-chips">{chips}</div>'
            f'<ul class="hk-reasons">{reasons}</ul><p class="hk-approach">{approach}</p>'
        )

    async def _claim(self, follow_up_id: int) -> None:
        desk, me = self.screen.services.desk, self.screen.agent.id
        await self._act(lambda: work.claim(desk, follow_up_id, me))

    async def _release(self, follow_up_id: int) -> None:
        desk, me = self.screen.services.desk, self.screen.agent.id
        await self._act(lambda: work.release(desk, follow_up_id, me))

    async def _act(self, deed: Callable[[], Awaitable[object]]) -> None:
        await self.screen.act(deed)
        await self.refresh()

    async def _ask_outcome(self, each: Listed) -> None:
        words = self.screen.words
        options = {outcome.value: words.label("follow_up_outcome", outcome) for outcome in FollowUpOutcome}
        with self.screen.client, ui.dialog() as dialog, element("div", "hk-dialog"):
            ui.label(words("outcome_of", name=markup.member_name(each.member, words))).classes("hk-dialog-title")
            choice = ui.radio(options, value=FollowUpOutcome.CONTACTED.value)
            note = ui.textarea(words("outcome_note")).props(f'outlined autogrow maxlength="{NOTE_LIMIT_CHARACTERS}"')
            with element("div", "hk-dialog-acts"):
                ui.button(words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button(words("save"), on_click=lambda: dialog.submit(choice.value)).props("unelevated no-caps")
        outcome = await dialog
        text = (note.value or "").strip() or None
        if not dialog.is_deleted:  # with the page, when the agent has left it
            dialog.delete()
        if outcome is None:
            return

        desk, me = self.screen.services.desk, self.screen.agent.id
        await self._act(lambda: work.finish(desk, each.follow_up.id, me, outcome=outcome, note=text))
