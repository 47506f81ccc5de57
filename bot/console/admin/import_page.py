"""The page at /console/import: a file is looked at, tried and imported; what was imported, and undoing it."""

from collections.abc import Sequence
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import events, ui

from bot.console.access import ROOT
from bot.console.admin import import_words as told
from bot.console.admin.import_draft import Draft
from bot.console.admin.import_undo import ask_undo
from bot.console.admin.leads import open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.desk import shop_imports
from bot.desk.signals import Event
from bot.services import Services
from crm_store import imports
from crm_store.agents import Role
from crm_store.errors import NotFound
from crm_store.importing import FileUnreadable
from crm_store.imports import AT_WORK, ImportRun, RunState

SHOWN = 30
MEBIBYTE = 1 << 20
DRAFTS = (RunState.DRAFT, RunState.TRIED)


def register(services: Services) -> None:
    @ui.page("/import", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "import", needs=Role.ADMIN)
        if not isinstance(screen, Screen):
            return screen
        wanted = request.query_params.get("run", "")
        with screen.frame("import", title=screen.words("nav_import")):
            shown = ImportPage(screen, int(wanted) if wanted.isdecimal() else None)
        await shown.happened([])
        screen.follow(shop_imports.IMPORTS, then=shown.happened, kinds={shop_imports.MOVED})
        return None


class ImportPage:
    """Choosing a file, the import that is open, and those that were done."""

    def __init__(self, screen: Screen, run_id: int | None) -> None:
        self.screen, self._run_id = screen, run_id
        self._limit = screen.services.settings.import_megabytes * MEBIBYTE
        self._drawn: object = None
        self._listed = ""
        self._draft: Draft | None = None
        words = screen.words
        ui.add_head_html(f'<link rel="stylesheet" href="{ROOT}/static/imports.css">')
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_import")), sanitize=False, tag="h1")
            ui.label(words("imports.lead")).classes("hk-dim")
        self._build_chooser()
        self._open = ui.element("div").classes("hk-import-open")
        ui.html(escape(words("imports.history")), sanitize=False, tag="h2").classes("hk-articles-title")
        self._history = ui.element("div").classes("hk-imports")

    def _build_chooser(self) -> None:
        words, limit = self.screen.words, self.screen.services.settings.import_megabytes
        with element("div", "hk-import-choose"):
            upload = ui.upload(
                auto_upload=True, max_file_size=self._limit, on_upload=self._handed_in, on_rejected=self._too_large
            ).classes("hk-upload")
            button = ui.button(words("imports.choose"), icon="upload_file").props("unelevated no-caps")
            button.on_click(lambda: upload.run_method("pickFiles"))
            ui.label(words("imports.limit", megabytes=limit)).classes("hk-dim")
            self._busy = ui.label("").classes("hk-dim hk-import-busy").props('role="status"')
            self._problem = ui.html("", sanitize=False).classes("hk-import-problem").props('role="alert"')

    def _too_large(self) -> None:
        limit = self.screen.services.settings.import_megabytes
        self.screen.tell(self.screen.words("imports.too_large", megabytes=limit), kind="warning")

    async def _handed_in(self, event: events.UploadEventArguments) -> None:
        """The size is looked at here too: a browser may say what it likes. What a file is, its content says."""
        words, name = self.screen.words, event.file.name
        self._problem.set_content("")
        if event.file.size() > self._limit:
            self._too_large()
            return
        data = await event.file.read()

        async def deed() -> None:
            try:
                desk, me = self.screen.services.desk, self.screen.agent.id
                run = await shop_imports.hand_in(desk, me, file_name=name, data=data)
                self._run_id, self._drawn = run.id, None
            except FileUnreadable as problem:
                self._problem.set_content(f"<p>{escape(name)}: {escape(told.file_problem(words, problem))}</p>")

        self._busy.set_text(words("imports.reading_file", name=name))
        try:
            if await self.screen.act(deed):
                await self.happened([])
        finally:
            self._busy.set_text("")

    async def happened(self, _events: list[Event]) -> None:
        """Drawn again only where something else is to be said; how far the work has come moves by itself."""
        async with self.screen.services.database.reading() as session:
            runs = await imports.listing(session, limit=SHOWN)
            try:
                run = await imports.get(session, self._run_id) if self._run_id is not None else _current(runs)
            except NotFound:
                run = None
            refusals = await imports.refusals(session, run.id, limit=told.REFUSALS_SHOWN) if run is not None else []
            noted = await imports.notes(session, run.id, limit=told.NOTES_SHOWN) if run is not None else ([], 0)
            before = await imports.done_before(session, run) if run is not None else None
        self._list(runs)
        drawn = run and (run.id, run.state, run.kind, run.encoding, run.dates, run.sheet, run.mapping, run.error)
        if drawn != self._drawn or run is None:
            self._drawn, self._draft = drawn, None
            self._open.clear()
            if run is not None:
                self._run_id = run.id
                with self._open:
                    self._draft = Draft(self.screen, run, refusals, noted, before, changed=self._changed)
                await self._draft.build()
        elif self._draft is not None:
            self._draft.moved(run)

    async def _changed(self) -> None:
        await self.happened([])

    def _list(self, runs: Sequence[ImportRun]) -> None:
        shown = [run for run in runs if run.id != self._run_id or run.state not in DRAFTS]
        words = self.screen.words
        lines = {run.id: told.history(words, run, who=self._who(run)) for run in shown}
        if (said := "".join(lines.values()) or "-") == self._listed:
            return
        self._listed = said
        self._history.clear()
        with self._history:
            if not lines:
                ui.label(words("imports.none_yet")).classes("hk-none hk-import-line")
            for run in shown:
                with element("section", "hk-import-line", f'data-import="{run.id}"'):
                    ui.html(lines[run.id], sanitize=False)
                    self._verbs(run)

    def _who(self, run: ImportRun) -> str:
        return self.screen.name_of(run.agent_id) if run.agent_id else self.screen.words("imports.command_line")

    def _verbs(self, run: ImportRun) -> None:
        words = self.screen.words
        with element("div", "hk-card-acts"):
            button = ui.button(words("imports.open"), on_click=partial(self._show, run.id))
            button.props("flat no-caps dense").props["aria-label"] = words("imports.open_of", file=run.file_name)
            undoable = run.state in (RunState.DONE, RunState.FAILED) or (run.state == RunState.UNDONE and run.left)
            if undoable and run.forgotten_at is None:
                undo = ui.button(words("imports.undo"), on_click=partial(self._undo, run.id))
                undo.props("outline no-caps dense").props["aria-label"] = words("imports.undo_of", file=run.file_name)

    async def _show(self, run_id: int) -> None:
        self._run_id = run_id
        await self.happened([])

    async def _undo(self, run_id: int) -> None:
        if await ask_undo(self.screen, run_id):
            self._run_id = run_id
            await self.happened([])


def _current(runs: Sequence[ImportRun]) -> ImportRun | None:
    """What is worked on, else the newest that was not imported yet."""
    at_work = [run for run in runs if run.state in AT_WORK]
    drafts = [run for run in runs if run.state in DRAFTS and run.is_kept]
    return next(iter([*at_work, *drafts]), None)
