"""The page at /console/terms: what the shop calls categories and causes of complaints, and which it still uses."""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import markup
from bot.console.admin.leads import open_for_leads
from bot.console.members.dialogs import Form
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.desk import complaint_terms
from bot.desk.complaint_terms import CHANGED
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store.complaints import Severity, Term, TermKind, terms
from crm_store.complaints.terms import NAME_CHARACTERS
from crm_store.language import Language
from crm_store.policy import policy


def register(services: Services) -> None:
    @ui.page("/terms", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "terms")
        if not isinstance(screen, Screen):
            return screen
        with screen.frame("terms", title=screen.words("nav_terms")):
            shown = TermsPage(screen)
        await shown.happened([])
        screen.follow(DESK, then=shown.happened, kinds={CHANGED})
        return None


class TermsPage:
    """Causes first, which a shop changes more often; below them what the bot hears."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._told: dict[TermKind, str] = {}
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_terms")), sanitize=False, tag="h1")
            ui.label(words("terms.lead")).classes("hk-dim")
            ui.button(words("terms.add"), on_click=self._add).props("unelevated no-caps")
        self._lists: dict[TermKind, ui.element] = {}
        for kind in (TermKind.CAUSE, TermKind.CATEGORY):
            ui.html(escape(words(f"terms.{kind}")), sanitize=False, tag="h2").classes("hk-list-title")
            ui.label(words(f"terms.{kind}_lead")).classes("hk-dim")
            self._lists[kind] = ui.element("div").classes("hk-staff hk-terms").props(f'data-kind="{kind}"')

    async def happened(self, _events: list[Event]) -> None:
        """Drawn again only when it says something else, so that no menu closes under the hand."""
        async with self.screen.services.database.reading() as session:
            found = {kind: await terms.listing(session, kind) for kind in self._lists}
        for kind, listed in found.items():
            told = repr(listed)
            if told != self._told.get(kind):
                self._told[kind] = told
                self._draw(kind, listed)

    def _draw(self, kind: TermKind, listed: Sequence[Term]) -> None:
        self._lists[kind].clear()
        with self._lists[kind]:
            for term in sorted(listed, key=lambda each: each.retired):
                look = "hk-agent hk-term closed" if term.retired else "hk-agent hk-term"
                with element("section", look, f'data-code="{term.code}"'):
                    ui.html(self._line(term), sanitize=False).classes("hk-term-facts")
                    self._acts(term)

    def _line(self, term: Term) -> str:
        words = self.screen.words
        chips = []
        if term.retired:
            chips.append(markup.chip(words("terms.retired"), "bad"))
        if term.is_own:
            chips.append(markup.chip(words("terms.own"), "plain"))
        if term.kind is TermKind.CATEGORY:
            severity = Severity(policy().complaints.severity[term.code])
            called = words.label("complaint_severity", severity)
            chips.append(markup.chip(words("terms.severity", severity=called), f"severity-{severity}"))
        others = "".join(
            f'<span lang="{each}"><span class="hk-dim">{escape(words.label("language_name", each))}</span> '
            f"{escape(term.name(each))}</span>"
            for each in Language
            if each != self.screen.language
        )
        return (
            f'<div class="hk-agent-who"><b>{escape(term.name(self.screen.language))}</b>'
            f'<span class="hk-chips">{"".join(chips)}</span></div><div class="hk-term-others">{others}</div>'
        )

    def _acts(self, term: Term) -> None:
        """What may be done with it; what would be refused is not offered."""
        words = self.screen.words
        change = ui.button(f"{words('admin.change')} ▾").props("outline no-caps")
        change.props["aria-label"] = words("admin.change_of", name=term.name(self.screen.language))
        with change, ui.menu():
            ui.menu_item(words("terms.rename"), on_click=partial(self._rename, term))
            if term.retired:
                ui.menu_item(words("terms.restore"), on_click=partial(self._restore, term))
            elif term.may_retire:
                ui.menu_item(words("terms.retire"), on_click=partial(self._retire, term))

    async def _add(self) -> None:
        words, desk, me = self.screen.words, self.screen.services.desk, self.screen.agent.id
        with Form(self.screen, words("terms.add"), words("terms.add")) as form:
            fields = self._names(form, {})
            form.note(words("terms.add_lead"))
        if await form.run(lambda: complaint_terms.add_cause(desk, me, names=_written(fields), key=form.key)):
            self.screen.tell(words("terms.added"), kind="positive")

    async def _rename(self, term: Term) -> None:
        words, desk, me = self.screen.words, self.screen.services.desk, self.screen.agent.id
        title = words("terms.rename_title", name=term.name(self.screen.language))
        with Form(self.screen, title, words("save")) as form:
            fields = self._names(form, term.names)
            form.note(words("terms.rename_lead"))

        async def deed() -> None:
            await complaint_terms.rename(desk, me, term.kind, term.code, names=_written(fields), based_on=term.version)

        if await form.run(deed):
            self.screen.tell(words("admin.saved"), kind="positive")

    def _names(self, form: Form, names: Mapping[str, str]) -> dict[str, ui.input]:
        called = {each.value: self.screen.words.label("language_name", each) for each in Language}
        return {code: form.text(name, names.get(code, ""), limit=NAME_CHARACTERS) for code, name in called.items()}

    async def _retire(self, term: Term) -> None:
        words, desk, me = self.screen.words, self.screen.services.desk, self.screen.agent.id
        title = words("terms.retire_title", name=term.name(self.screen.language))
        with Form(self.screen, title, words("terms.retire")) as form:
            form.note(words(f"terms.retire_{term.kind}"))
        await form.run(lambda: complaint_terms.retire(desk, me, term.kind, term.code, based_on=term.version))

    async def _restore(self, term: Term) -> None:
        desk, me = self.screen.services.desk, self.screen.agent.id
        await self.screen.act(lambda: complaint_terms.restore(desk, me, term.kind, term.code, based_on=term.version))


def _written(fields: dict[str, ui.input]) -> dict[str, str]:
    return {code: str(field.value or "") for code, field in fields.items()}
