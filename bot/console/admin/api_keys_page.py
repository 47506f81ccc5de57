"""The page at /console/api-keys: the keys by which the shop's own systems call the interface; administrators make and
revoke them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import dialogs, markup
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.members.dialogs import Form
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.desk import administration
from bot.services import Services
from crm_store import api_keys
from crm_store.agents import Role
from crm_store.api_keys import NAME_CHARACTERS, SCOPES, ApiKey, Made
from crm_store.clock import now
from crm_store.language import format_date, format_moment

DAYS = (30, 90, 365)
"""For how long a new key may be made to open; and without an end."""
NO_END = 0
USUAL_DAYS = 365


def register(services: Services) -> None:
    @ui.page("/api-keys", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "api_keys", needs=Role.ADMIN)
        if not isinstance(screen, Screen):
            return screen
        with screen.frame("api_keys", title=screen.words("nav_api_keys")):
            await ApiKeysPage(screen).show()
        screen.follow(then=nothing)
        return None


class ApiKeysPage:
    """One row for each key: those that open first, the newest above."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_api_keys")), sanitize=False, tag="h1")
            ui.label(words("keys.lead")).classes("hk-dim")
            ui.button(words("keys.add"), on_click=self._add).props("unelevated no-caps")
        if screen.services.settings.api_key_list():
            ui.label(words("keys.in_settings")).classes("hk-parallel").props('role="note"')
        self._list = ui.element("div").classes("hk-staff")

    async def show(self) -> None:
        async with self.screen.services.database.reading() as session:
            rows = await api_keys.listing(session)
        self._list.clear()
        with self._list:
            if not rows:
                ui.label(self.screen.words("keys.none")).classes("hk-none")
            for row in _in_order(rows):
                with element("section", "hk-agent" if row.opens else "hk-agent closed", f'data-key="{row.id}"'):
                    ui.html(_line(row, self.screen.words), sanitize=False).classes("hk-agent-facts")
                    if row.opens:
                        self._revoke_button(row)

    def _revoke_button(self, row: ApiKey) -> None:
        words = self.screen.words
        button = ui.button(words("keys.revoke"), on_click=partial(self._revoke, row)).props("outline no-caps")
        button.props(f'aria-label="{escape(words("keys.revoke_of", name=row.name))}"')

    async def _add(self) -> None:
        screen, words = self.screen, self.screen.words
        with Form(screen, words("keys.add"), words("keys.add")) as form:
            name = form.text(words("keys.name"), limit=NAME_CHARACTERS, hint=words("keys.name_hint"))
            offered = {each: words.label("api_scope", each) for each in sorted(SCOPES)}
            scopes = ui.select(offered, label=words("keys.scopes"), value=[], multiple=True)
            scopes.props("outlined dense options-dense use-chips stack-label")
            lives = {each: words("keys.days", count=each) for each in DAYS} | {NO_END: words("keys.no_end")}
            days = form.choice(words("keys.valid_for"), lives, USUAL_DAYS)
            form.note(words("keys.shown_once_then"))
        made: list[Made] = []

        async def deed() -> None:
            lasts = int(days.value or NO_END)
            made.append(
                await administration.add_api_key(
                    screen.services.desk,
                    screen.agent.id,
                    name=str(name.value or ""),
                    scopes=list(scopes.value or []),
                    expires_at=now() + timedelta(days=lasts) if lasts else None,
                    idempotency_key=form.key,
                )
            )

        if await form.run(deed):
            await self.show()
            await self._show_once(made[-1])

    async def _show_once(self, made: Made) -> None:
        """The key, to be put where the system reads it: nothing keeps it, so it is never shown again."""
        words = self.screen.words
        with dialogs.question(self.screen, words("keys.added", name=made.row.name)) as dialog:
            ui.label(words("keys.once")).classes("hk-dim")
            ui.html(escape(made.key), sanitize=False, tag="output").classes("hk-once")
            with element("div", "hk-dialog-acts"):
                ui.button(words("admin.copy"), on_click=lambda: ui.clipboard.write(made.key)).props("outline no-caps")
                ui.button(words("admin.passed_on"), on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
        dialog.props("persistent")
        await dialogs.answer(dialog)

    async def _revoke(self, row: ApiKey) -> None:
        screen, words = self.screen, self.screen.words
        with Form(screen, words("keys.revoke_of", name=row.name), words("keys.revoke")) as form:
            form.note(words("keys.revoke_lead"))

        async def deed() -> None:
            await administration.revoke_api_key(screen.services.desk, screen.agent.id, row.id)

        if await form.run(deed):
            screen.tell(words("keys.revoked_now", name=row.name), kind="positive")
            await self.show()


def _in_order(rows: Sequence[ApiKey]) -> list[ApiKey]:
    return sorted(rows, key=lambda each: (not each.opens, -each.id))


def _line(row: ApiKey, words: Words) -> str:
    if row.revoked_at is not None:
        state = markup.chip(words("keys.is_revoked"), "bad")
    else:
        state = markup.chip(words("keys.is_open"), "good") if row.opens else markup.chip(words("keys.is_over"), "bad")
    used = format_moment(row.used_at, words.language) if row.used_at else words("keys.never_used")
    until = format_date(row.expires_at, words.language) if row.expires_at else words("keys.no_end")
    facts = {
        "keys.scopes": words.listed([words.label("api_scope", each) for each in row.scopes]),
        "keys.made": format_date(row.created_at, words.language),
        "keys.used": used,
        "keys.until": until,
    }
    return (
        f'<div class="hk-agent-who"><b>{escape(row.name)}</b><span class="hk-dim">{escape(row.hint)}…</span>'
        f'<span class="hk-chips">{state}</span></div>'
        + "".join(
            f'<div class="hk-agent-fact"><span class="hk-dim">{escape(words(name))}</span>{escape(value)}</div>'
            for name, value in facts.items()
        )
    )
