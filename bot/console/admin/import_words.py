"""Imports in words: what a file says as a person reads it, why it cannot be read, what became of its rows."""

from collections.abc import Sequence
from datetime import date, datetime
from html import escape

from bot.console.words import Words
from crm_store.importing import CellRefused, Column, DateOrder, FileUnreadable, MappingRefused, Row, Table
from crm_store.importing.figures import OWN_CURRENCY, money
from crm_store.imports import ImportEntry, ImportRefusal, ImportRun
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number, format_time, mask_email, mask_phone

PREVIEW_ROWS = 8
REFUSALS_SHOWN = 50
NOTES_SHOWN = 20
COUNTS = ("created", "updated", "unchanged", "refused")
MASKED = {"phone": mask_phone, "recipient_phone": mask_phone, "member_phone": mask_phone,
          "email": mask_email, "member_email": mask_email}  # fmt: skip
STATES = {"status": ("order_status", "member_status"), "event_code": ("parcel_event",), "gender": ("gender",)}


def column_name(words: Words, name: str) -> str:
    return words.label("import_column", name) if name else ""


def file_problem(words: Words, problem: FileUnreadable | MappingRefused) -> str:
    """Why a file, or the columns chosen for it, cannot be used."""
    if isinstance(problem, MappingRefused):
        names = words.listed([column_name(words, each) for each in problem.where.split(", ")])
        return label("import_mapping_problem", problem.reason_code, words.language, where=names)
    own = problem.reason_code == "missing_columns"
    columns = [column_name(words, each) if own else each for each in problem.columns]
    readings = words.listed([f"{encoding}: {said}" for encoding, said in problem.readings])
    return label(
        "import_file_problem", problem.reason_code, words.language,
        columns=words.listed(columns), line=problem.line, encoding=problem.encoding, readings=readings,
    )  # fmt: skip


def preview(words: Words, table: Table) -> str:
    """The first rows as they are understood, as an HTML table; phones and addresses masked, and for a row that cannot
    be read why."""
    read = [(row, _values(table, row)) for row in table.rows[:PREVIEW_ROWS]]
    there = {name for _, values in read if isinstance(values, dict) for name in values}
    columns = [column for column in table.layout.columns if column.name in there]
    head = "".join(f"<th>{escape(column_name(words, each.name))}</th>" for each in columns)
    lines = []
    for row, values in read:
        if isinstance(values, CellRefused):
            cells = f'<td colspan="{max(1, len(columns))}" class="hk-bad">{escape(refused(words, values))}</td>'
        else:
            cells = "".join(f"<td>{escape(understood(words, each, values))}</td>" for each in columns)
        lines.append(f"<tr><td>{row.line}</td>{cells}</tr>")
    return (
        f'<div class="hk-import-scroll" tabindex="0" role="region" aria-label="{escape(words("imports.preview"))}">'
        f'<table class="hk-table hk-import-preview"><thead><tr><th>{escape(words("imports.line"))}</th>{head}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _values(table: Table, row: Row) -> dict[str, object] | CellRefused:
    try:
        return table.layout.read(row)
    except CellRefused as refusal:
        return refusal


def refused(words: Words, refusal: CellRefused) -> str:
    reason = label("import_refusal", refusal.reason_code, words.language)
    if not refusal.column:
        return reason
    return words("imports.unreadable", column=column_name(words, refusal.column), reason=reason)


def understood(words: Words, column: Column, values: dict[str, object]) -> str:
    """One value of a row in the reader's form; `values`: of the whole row, for the currency."""
    value = values.get(column.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return words("imports.yes" if value else "imports.no")
    if isinstance(value, datetime):
        return f"{format_date(value, words.language)} {format_time(value)}"
    if isinstance(value, date):
        return format_date(value, words.language)
    if column.parse is money:
        return format_money(int(str(value)), str(values.get("currency", OWN_CURRENCY)))
    if column.name in MASKED:
        return MASKED[column.name](str(value))
    if isinstance(value, list):
        return words.listed([str(each) for each in value])
    return state(words, column.name, str(value))


def state(words: Words, column: str, value: str) -> str:
    """What a code of ours is called; other values as they are."""
    known = (words.label(kind, value) for kind in STATES.get(column, ()))
    return next((each for each in known if each != value.replace("_", " ")), value)


def sums(words: Words, run: ImportRun) -> str:
    """The four counts as HTML."""
    cells = ""
    for name in COUNTS:
        count, title = format_number(getattr(run, name)), escape(words(f"imports.{name}"))
        cells += f'<div class="hk-import-sum {name}"><b>{count}</b><span>{title}</span></div>'
    return f'<div class="hk-import-sums">{cells}</div>'


def refusals(words: Words, rows: Sequence[ImportRefusal]) -> str:
    """Refused rows as an HTML table."""
    titles = [escape(words(f"imports.{name}")) for name in ("line", "column", "value", "reason")]
    head = "".join(f"<th>{title}</th>" for title in titles)
    lines = []
    for row in rows:
        reason = label("import_refusal", row.reason, words.language)
        cells = (str(row.line), column_name(words, row.column), row.value or "", reason)
        told = (f'<td data-of="{title}">{escape(cell)}</td>' for title, cell in zip(titles, cells, strict=True))
        lines.append(f"<tr>{''.join(told)}</tr>")
    return (
        f'<table class="hk-table hk-limits hk-import-refused"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def notes(words: Words, rows: Sequence[ImportRefusal], count: int) -> str:
    """What is to be said of rows that were taken, `count` in all, as an HTML list."""
    lines = []
    for row in rows:
        about = " · ".join(each for each in (column_name(words, row.column), row.value or "") if each)
        about = f" <b>{escape(about)}</b>" if about else ""
        line = escape(words("imports.note_line", line=format_number(row.line)))
        lines.append(f"<li>{line}{about} {escape(label('import_note', row.reason, words.language))}</li>")
    if count > len(rows):
        lines.append(
            f'<li class="hk-dim">{escape(words("imports.more_left", count=format_number(count - len(rows))))}</li>'
        )
    title = escape(words("imports.notes", count=format_number(count)))
    return f"<h3>{title}</h3><ul>{''.join(lines)}</ul>"


def how_read(words: Words, run: ImportRun) -> str:
    """What somebody chose of how the file is read, as HTML; empty where nothing was."""
    dates = {
        "": "",
        DateOrder.DAY_FIRST: words("imports.day_first"),
        DateOrder.MONTH_FIRST: words("imports.month_first"),
    }
    chosen = {"dates": dates[run.dates or ""], "encoding": run.encoding or "", "sheet": run.sheet or ""}
    said = [
        words("imports.chosen", what=words(f"imports.{name}"), value=value) for name, value in chosen.items() if value
    ]
    return escape(" · ".join(said))


def left(words: Words, entries: Sequence[tuple[ImportEntry, str]], *, more: int) -> str:
    """Records that are left by undoing, each with its reason."""
    lines = [
        f"<li><b>{escape(words.label('import_thing', entry.thing))} {escape(shown_number(entry))}</b> "
        f"{escape(words.label('import_undone', reason))}</li>"
        for entry, reason in entries
    ]
    if more > 0:
        lines.append(f'<li class="hk-dim">{escape(words("imports.more_left", count=format_number(more)))}</li>')
    return f'<ul class="hk-import-left">{"".join(lines)}</ul>'


def shown_number(entry: ImportEntry) -> str:
    """What people call the record."""
    return entry.number.removeprefix("import:points:")


def history(words: Words, run: ImportRun, *, who: str) -> str:
    """One line of the history, without its buttons."""
    when = f"{format_date(run.created_at, words.language)} {format_time(run.created_at)}"
    counts = words("imports.counts", **{name: format_number(getattr(run, name)) for name in COUNTS})
    more = ""
    if run.undone_at is not None:
        names = ("taken_away", "set_back", "left")
        undone = words("imports.undone_counts", **{name: format_number(getattr(run, name)) for name in names})
        more = f'<div class="hk-dim">{escape(undone)}</div>'
    return (
        f'<div class="hk-import-file"><b>{escape(run.file_name)}</b> '
        f'<span class="hk-chip">{escape(words.label("import_kind", run.kind))}</span> '
        f'<span class="hk-chip state-{run.state}">{escape(words.label("import_state", run.state))}</span></div>'
        f'<div class="hk-dim">{escape(when)} · {escape(who)}</div><div>{escape(counts)}</div>{more}'
    )
