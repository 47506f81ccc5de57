"""The import that is open on the page: how its file is read, the first rows, what became of them, and its verbs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from html import escape

from nicegui import ui

from bot.console import dialogs, links
from bot.console.admin import import_words as told
from bot.console.screen import Screen, element
from bot.desk import shop_imports
from crm_store import importing
from crm_store.errors import NotFound
from crm_store.importing import UNDECIDED, DateOrder, FileUnreadable, ImportKind, Look, MappingRefused, dates_in
from crm_store.imports import AT_WORK, ImportRefusal, ImportRun, RunState
from crm_store.language import format_date, format_number, format_time

ENCODINGS = ("utf-8", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1252", "utf-16")
OPEN = (RunState.DRAFT, RunState.TRIED, RunState.FAILED)
NO_COLUMN = ""
Act = Callable[..., Awaitable[None]]
"""An act of `shop_imports`: desk, agent, import."""


class Draft:
    """`changed` is called when something was done that the page should show."""

    def __init__(
        self,
        screen: Screen,
        run: ImportRun,
        refusals: Sequence[ImportRefusal],
        notes: tuple[Sequence[ImportRefusal], int],
        before: ImportRun | None,
        *,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self.screen, self.run, self._before, self._changed = screen, run, before, changed
        self._refusals, self._notes = refusals, notes
        self._found: Look | None = None
        self._bar: ui.linear_progress | None = None
        self._card = ui.element("section").classes("hk-card hk-import")

    async def build(self) -> None:
        """Draw it; the file is read in a thread."""
        problem = ""
        if self.run.state in OPEN:
            try:
                data = await shop_imports.content(self.screen.services.desk, self.run.id)
                self._found = await asyncio.to_thread(self._look, data)
            except NotFound:
                problem = self.screen.words("imports.error_gone") if self.run.state != RunState.FAILED else ""
            except (FileUnreadable, MappingRefused) as refusal:
                problem = told.file_problem(self.screen.words, refusal)
        self._card.clear()
        with self._card:
            self._head()
            if problem:
                ui.html(f"<p>{escape(problem)}</p>", sanitize=False).classes("hk-import-problem").props('role="alert"')
            if self.run.state in AT_WORK:
                self._progress()
            if self.run.state in OPEN:
                self._options()
                if self._found is not None:
                    self._reading(self._found)
            self._outcome()
            if self.run.state in OPEN:
                self._verbs()

    def moved(self, run: ImportRun) -> None:
        """The work has come further."""
        self.run = run
        if self._bar is not None:
            self._bar.set_value(run.done / run.rows if run.rows else 0)
            self._far.set_text(self._how_far())

    def _look(self, data: bytes, **how: str | None) -> Look:
        run = self.run
        wanted = {"encoding": run.encoding, "sheet": run.sheet, "mapping": run.mapping, **how}
        kind = ImportKind(wanted.pop("kind", None) or run.kind)
        return importing.look(data, kind, **wanted)

    def _head(self) -> None:
        words, run = self.screen.words, self.run
        facts = [words("imports.about", rows=format_number(len(self._found.table.rows)))] if self._found else []
        if self._found and self._found.table.separator:
            sign = words("imports.tab") if self._found.table.separator == "\t" else self._found.table.separator
            facts.append(words("imports.separated", sign=sign))
        if self._found and self._found.mapping.source:
            facts.append(words("imports.source", source=self._found.mapping.source))
        ui.html(
            f"<h2>{escape(run.file_name)}</h2>"
            f'<span class="hk-chip">{escape(words.label("import_kind", run.kind))}</span> '
            f'<span class="hk-chip state-{run.state}">{escape(words.label("import_state", run.state))}</span> '
            f'<span class="hk-dim">{escape(" · ".join(facts))}</span>',
            sanitize=False,
        )
        if self._before is not None and run.state in OPEN:
            when = f"{format_date(self._before.created_at, words.language)} {format_time(self._before.created_at)}"
            ui.label(words("imports.done_before", when=when)).classes("hk-import-note")
        if run.error:
            ui.label(words("imports.failed", error=run.error)).classes("hk-import-problem").props('role="alert"')

    def _progress(self) -> None:
        run = self.run
        with element("div", "hk-import-progress", 'role="status"'):
            self._bar = ui.linear_progress(run.done / run.rows if run.rows else 0, show_value=False, size="10px")
            self._bar.props["aria-label"] = self.screen.words.label("import_state", run.state)
            self._far = ui.label(self._how_far()).classes("hk-dim")

    def _how_far(self) -> str:
        done, rows = format_number(self.run.done), format_number(self.run.rows)
        return self.screen.words("imports.progress", done=done, rows=rows)

    def _options(self) -> None:
        words, run = self.screen.words, self.run
        found = self._found.table.encoding if self._found else ""
        by_itself = words("imports.encoding_found", encoding=found) if found else words("imports.encoding_unknown")
        kinds = {kind.value: words.label("import_kind", kind) for kind in ImportKind}
        encodings = {"": by_itself, **{each: each for each in ENCODINGS}}
        dates = {
            "": words("imports.dates_clear"),
            DateOrder.DAY_FIRST.value: words("imports.day_first"),
            DateOrder.MONTH_FIRST.value: words("imports.month_first"),
        }
        with element("div", "hk-import-options"):
            self._choice("kind", kinds, run.kind)
            self._choice("dates", dates, run.dates or "")
            if self._found is None or not self._found.sheets:
                self._choice("encoding", encodings, run.encoding or "")
            else:
                sheets = {each: each for each in self._found.sheets}
                self._choice("sheet", sheets, run.sheet or self._found.sheets[0])

    def _choice(self, name: str, options: dict[str, str], value: str) -> None:
        choice = ui.select(options, value=value, label=self.screen.words(f"imports.{name}")).props("outlined dense")
        choice.on_value_change(lambda event: self._read_as(**{name: event.value or None}))

    async def _read_as(self, **how: str | None) -> None:
        """Another way to read it. What is no way keeps the page as it is and says why; another kind, sheet or encoding
        begins with the columns found by their headers."""
        run = self.run
        wanted = {"kind": run.kind, "encoding": run.encoding, "dates": run.dates, "sheet": run.sheet, **how}
        wanted.setdefault("mapping", run.mapping if set(how) == {"dates"} else None)

        async def deed() -> None:
            desk, me = self.screen.services.desk, self.screen.agent.id
            data = await shop_imports.content(desk, run.id)
            reading = {name: value for name, value in wanted.items() if name != "dates"}
            try:
                found = await asyncio.to_thread(partial(self._look, data, **reading))
            except (FileUnreadable, MappingRefused) as refusal:
                self.screen.tell(told.file_problem(self.screen.words, refusal), kind="warning")
                return
            dates = DateOrder(wanted["dates"]) if wanted["dates"] else None
            await shop_imports.read_as(
                desk, me, run.id, found, encoding=wanted["encoding"], dates=dates, sheet=wanted["sheet"],
                mapping=wanted["mapping"],
            )  # fmt: skip

        if await self.screen.act(deed):
            await self._changed()

    def _reading(self, found: Look) -> None:
        words = self.screen.words
        if found.missing:
            names = words.listed([told.column_name(words, name) for name in found.missing])
            ui.label(words("imports.missing", columns=names)).classes("hk-import-problem").props('role="alert"')
        with element("details", "hk-import-columns", "open" if found.missing else ""):
            with element("summary"):
                ui.label(words("imports.columns"))
            ui.label(words("imports.columns_lead")).classes("hk-dim")
            with element("div", "hk-import-grid"):
                for column in found.table.layout.columns:
                    self._column(found, column.name, required=column.required)
            if found.mapping.unused:
                unused = words("imports.unused", columns=words.listed(found.mapping.unused))
                ui.label(unused).classes("hk-dim")
        if found.states:
            self._states(found)
        ui.html(f"<h3>{escape(words('imports.preview'))}</h3>", sanitize=False)
        if found.table.above:
            line, count = format_number(found.table.header_line), format_number(found.table.above)
            ui.label(words("imports.header_below", line=line, count=count)).classes("hk-import-note")
        with dates_in(DateOrder(self.run.dates) if self.run.dates else None):
            ui.html(told.preview(words, found.table), sanitize=False)

    def _column(self, found: Look, name: str, *, required: bool) -> None:
        words, rules = self.screen.words, found.mapping.rules.get(name)
        label = told.column_name(words, name)
        label += f" ({words('imports.required')})" if required else ""
        if rules:
            headers = dict.fromkeys(header for rule in rules for header in (*rule.when, rule.takes) if header)
            said = words("imports.by_rules", columns=words.listed(list(headers)))
            ui.html(f"<div><b>{escape(label)}</b> {escape(said)}</div>", sanitize=False)
            return
        headers = {header: header for header in found.table.header if header.strip()}
        filled = found.mapping.columns.get(name, (NO_COLUMN,))[0]
        options = {NO_COLUMN: words("imports.no_column"), **headers}
        choice = ui.select(options, value=filled, label=label).props("outlined dense options-dense")
        choice.props["data-column"] = name
        choice.on_value_change(lambda event: self._assign(found, name, event.value or NO_COLUMN))

    async def _assign(self, found: Look, name: str, header: str) -> None:
        """Another header for one of our columns; while a required one is still missing, it is only tried."""
        try:
            mapping = await asyncio.to_thread(importing.assigned, found, {name: header})
        except MappingRefused as refusal:
            self.screen.tell(told.file_problem(self.screen.words, refusal), kind="warning")
            return
        await self._read_as(mapping=mapping)

    def _states(self, found: Look) -> None:
        words, lines = self.screen.words, []
        for each in found.states:
            means = told.state(words, each.column, each.means) if each.means else words("imports.means_nothing")
            means = words("imports.not_known") if each.means == UNDECIDED else means
            rows = format_number(each.rows)
            lines.append(f"<li>{escape(words('imports.state_line', said=each.said, means=means, rows=rows))}</li>")
        title = escape(words("imports.states"))
        ui.html(f'<h3>{title}</h3><ul class="hk-import-states">{"".join(lines)}</ul>', sanitize=False)

    def _outcome(self) -> None:
        words, run = self.screen.words, self.run
        if run.state in (RunState.DRAFT, RunState.WAITING, RunState.TRYING, RunState.RUNNING):
            return
        title = "imports.tried_lead" if run.state == RunState.TRIED else "imports.done_lead"
        ui.html(f"<h3>{escape(words(title))}</h3>{told.sums(words, run)}", sanitize=False)
        if how := told.how_read(words, run):
            ui.html(how, sanitize=False).classes("hk-dim")
        if self._notes[0]:
            ui.html(told.notes(words, *self._notes), sanitize=False).classes("hk-import-notes")
        if self._refusals:
            ui.html(told.refusals(words, self._refusals), sanitize=False)
            download = escape(words("imports.download", count=format_number(run.refused)))
            ui.html(f'<a href="{links.refused_rows(run.id)}" download>{download}</a>', sanitize=False)

    def _verbs(self) -> None:
        words = self.screen.words
        ready = self._found is not None and not self._found.missing
        with element("div", "hk-card-acts"):
            if self.run.state != RunState.FAILED:
                ui.button(words("imports.discard"), on_click=self._discard).props("flat no-caps")
            if self.run.is_kept:
                trial = ui.button(words("imports.try"), on_click=self._try).props("outline no-caps")
                take = ui.button(words("imports.import"), on_click=self._take).props("unelevated no-caps")
                for button in (trial, take):
                    button.set_enabled(ready)

    async def _kept(self) -> None:
        """The rows are counted anew before any work: the bar shows how far it is."""
        assert self._found is not None
        run = self.run
        await shop_imports.read_as(
            self.screen.services.desk, self.screen.agent.id, run.id, self._found, encoding=run.encoding,
            dates=DateOrder(run.dates) if run.dates else None, sheet=run.sheet, mapping=run.mapping,
        )  # fmt: skip

    async def _do(
        self, act: Callable[..., Awaitable[None]], *, first: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        async def deed() -> None:
            if first is not None:
                await first()
            await act(self.screen.services.desk, self.screen.agent.id, self.run.id)

        if await self.screen.act(deed):
            await self._changed()

    async def _discard(self) -> None:
        await self._do(shop_imports.discard)

    async def _try(self) -> None:
        await self._do(shop_imports.try_out, first=self._kept)

    async def _take(self) -> None:
        words = self.screen.words
        assert self._found is not None
        rows = format_number(len(self._found.table.rows))
        with dialogs.question(self.screen, words("imports.sure", file=self.run.file_name)) as dialog:
            ui.label(words("imports.sure_lead", rows=rows))
            dialogs.verbs(self.screen, dialog, (words("imports.import"), lambda: True))
        if await dialogs.answer(dialog):
            await self._do(shop_imports.take_over, first=self._kept)
