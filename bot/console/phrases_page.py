"""The agents' phrases: listed for all, changed by supervisors, in a dialog with a text for each language."""

from collections.abc import Sequence
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import dialogs
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store import agents, audit, phrases
from crm_store.agents import Role
from crm_store.language import Language
from crm_store.phrases import CODE_CHARACTERS, TEXT_CHARACTERS, TITLE_CHARACTERS, VARIABLES, Phrase

KIND = "phrases"


def register(services: Services) -> None:
    @ui.page("/phrases", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("phrases", title=screen.words("nav_phrases")):
            made = PhrasesPage(screen)
        await made.happened([])
        screen.follow(DESK, then=made.happened, kinds={KIND})
        return None


class PhrasesPage:
    """One card for each phrase."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._shown: list[tuple[int, int]] | None = None
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_phrases")), sanitize=False, tag="h1")
            ui.label(words("phrases_lead")).classes("hk-dim")
            if screen.is_lead:
                ui.button(words("new_phrase"), on_click=partial(self._edit, None)).props("unelevated no-caps")
        self._cards = ui.element("div").classes("hk-cards")

    async def happened(self, _events: list[Event]) -> None:
        async with self.screen.services.database.reading() as session:
            found = await phrases.listing(session)
        shown = [(each.id, each.version) for each in found]
        if shown != self._shown:
            self._shown = shown
            self._draw(found)

    def _draw(self, found: Sequence[Phrase]) -> None:
        words = self.screen.words
        self._cards.clear()
        with self._cards:
            for each in found:
                with element("section", "hk-card hk-phrase"):
                    title = escape(phrases.title(each, self.screen.language))
                    ui.html(f"<h2>{title} <code>/{escape(each.code)}</code></h2>", sanitize=False)
                    said = "".join(
                        f"<dt>{escape(words.label('language_name', language))}</dt>"
                        f'<dd lang="{language}">{escape(each.texts[language])}</dd>'
                        for language in Language
                        if language in each.texts
                    )
                    ui.html(said, sanitize=False, tag="dl")
                    if self.screen.is_lead:
                        with element("div", "hk-card-acts"):
                            remove = partial(self._remove, each.id)
                            ui.button(words("remove_phrase"), on_click=remove).props("flat no-caps")
                            ui.button(words("edit"), on_click=partial(self._edit, each)).props("outline no-caps")
            if not found:
                ui.label(words("empty_phrases")).classes("hk-none")

    async def _edit(self, phrase: Phrase | None) -> None:
        """The dialog stays, with what was written, until it could be saved or the agent gives up."""
        words = self.screen.words
        with dialogs.question(self.screen, words("edit_phrase" if phrase else "new_phrase")) as dialog:
            code = ui.input(words("phrase_code"), value=phrase.code if phrase else "")
            code.props(f"outlined dense maxlength={CODE_CHARACTERS}").props["hint"] = words("phrase_code_rule")
            variables = " ".join(f"{{{name}}}" for name in VARIABLES)
            ui.label(words("phrase_variables", variables=variables)).classes("hk-dim")
            titles, texts = {}, {}
            for language in Language:
                called = words.label("language_name", language)
                titles[language.value] = ui.input(
                    f"{called} · {words('article_title')}", value=phrase.titles.get(language, "") if phrase else ""
                ).props(f"outlined dense maxlength={TITLE_CHARACTERS}")
                texts[language.value] = ui.textarea(
                    f"{called} · {words('article_body')}", value=phrase.texts.get(language, "") if phrase else ""
                ).props(f"outlined autogrow maxlength={TEXT_CHARACTERS}")

            async def save() -> None:
                written = {key: str(field.value or "") for key, field in texts.items()}
                named = {key: str(field.value or "") for key, field in titles.items()}
                if await self._save(phrase, str(code.value or ""), named, written):
                    dialog.submit(True)

            with element("div", "hk-dialog-acts"):
                ui.button(words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button(words("save"), on_click=save).props("unelevated no-caps")
        await dialogs.answer(dialog)

    async def _save(self, phrase: Phrase | None, code: str, titles: dict[str, str], texts: dict[str, str]) -> bool:
        me = self.screen.agent.id

        async def deed() -> None:
            async with self.screen.services.database.transaction() as session:
                await agents.require(session, me, Role.SUPERVISOR)
                saved = await phrases.save(
                    session,
                    code=code,
                    titles=titles,
                    texts=texts,
                    agent_id=me,
                    phrase_id=phrase.id if phrase else None,
                    based_on=phrase.version if phrase else 0,
                )
                await audit.record(session, agent_id=me, action="save_phrase", subject=f"phrase:{saved.id}")
            await self._changed()

        return await self.screen.act(deed)

    async def _remove(self, phrase_id: int) -> None:
        me = self.screen.agent.id

        async def deed() -> None:
            async with self.screen.services.database.transaction() as session:
                await agents.require(session, me, Role.SUPERVISOR)
                await phrases.remove(session, phrase_id, agent_id=me)
                await audit.record(session, agent_id=me, action="remove_phrase", subject=f"phrase:{phrase_id}")
            await self._changed()

        await self.screen.act(deed)

    async def _changed(self) -> None:
        await self.screen.services.signals.publish(DESK, event={"kind": KIND})
