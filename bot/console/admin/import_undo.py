"""Undoing an import: what would become of each record now is shown before anything is done."""

from collections import Counter
from html import escape

from nicegui import ui

from bot.console import dialogs
from bot.console.admin import import_words as told
from bot.console.screen import Screen
from bot.desk import shop_imports
from crm_store import imports
from crm_store.imports import ImportEntry
from crm_store.language import format_number

RECORDS_AT_A_TIME = 500
LEFT_SHOWN = 50

Left = list[tuple[ImportEntry, str]]


async def ask_undo(screen: Screen, run_id: int) -> bool:
    """The question, with its preview; True when undoing was asked for."""
    words = screen.words
    async with screen.services.database.reading() as session:
        run = await imports.get(session, run_id)
    with dialogs.question(screen, words("imports.undo_title", file=run.file_name)) as dialog:
        ui.label(words("imports.undo_lead")).classes("hk-dim")
        bar = ui.linear_progress(0, show_value=False, size="8px")
        bar.props["aria-label"] = words("imports.looking")
        shown = ui.html(f"<p>{escape(words('imports.looking'))}</p>", sanitize=False).classes("hk-import-undo")
        dialogs.verbs(screen, dialog, (words("imports.undo"), lambda: True))
    dialog.open()
    outcomes, left = await _looked_at(screen, run_id, run.created + run.updated, bar)
    if not dialog.is_deleted:
        bar.set_visibility(False)
        shown.set_content(_told(screen, outcomes, left))
    if not await dialogs.answer(dialog):
        return False
    return await screen.act(lambda: shop_imports.undo(screen.services.desk, screen.agent.id, run_id))


async def _looked_at(screen: Screen, run_id: int, rows: int, bar: ui.linear_progress) -> tuple[Counter[str], Left]:
    outcomes: Counter[str] = Counter()
    left: Left = []
    before: int | None = None
    while True:
        async with screen.services.database.reading(bulk=True) as session:
            entries = await imports.waiting(session, run_id, limit=RECORDS_AT_A_TIME, before=before, with_left=True)
            verdicts = await imports.looked_at(session, entries)
        if not entries or bar.is_deleted:
            return outcomes, left
        before = entries[-1].id
        outcomes.update(verdict.outcome for verdict in verdicts)
        kept = [(each.entry, each.outcome) for each in verdicts if each.outcome not in imports.DONE]
        left += kept[: max(0, LEFT_SHOWN - len(left))]
        bar.set_value(min(1.0, outcomes.total() / max(1, rows)))


def _told(screen: Screen, outcomes: Counter[str], left: Left) -> str:
    words = screen.words
    if not outcomes:
        return f"<p>{escape(words('imports.undo_nothing'))}</p>"
    lines = [
        f"<li><b>{format_number(count)}</b> {escape(words.label('import_undone', outcome))}</li>"
        for outcome, count in sorted(outcomes.items(), key=lambda each: (each[0] not in imports.DONE, -each[1]))
    ]
    more = sum(count for outcome, count in outcomes.items() if outcome not in imports.DONE) - len(left)
    rest = f"<h3>{escape(words('imports.undo_left'))}</h3>{told.left(words, left, more=more)}" if left else ""
    return f'<ul class="hk-import-sums-list">{"".join(lines)}</ul>{rest}'
