"""Takes the rows of an import in: each is stored, brought up to date or refused."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import tiers
from crm_store.errors import CrmError
from crm_store.importing import buyers, mapping_file, members, orders, parcels, points
from crm_store.importing.columns import EXTRA_CELLS, KnownCells, Layout, Row, Table
from crm_store.importing.errors import CellRefused
from crm_store.importing.report import ImportReport, Outcome, Refusal
from crm_store.importing.sources import AnyShop
from crm_store.importing.spreadsheet import read_csv
from crm_store.importing.workbook import is_workbook, read_xlsx
from crm_store.members import Member
from crm_store.orders import Order


class ImportKind(StrEnum):
    """In the order in which a shop imports them: each refers to those before it."""

    MEMBERS = "members"
    ORDERS = "orders"
    PARCELS = "parcels"
    POINTS = "points"


class _Apply(Protocol):
    def __call__(self, session: AsyncSession, values: dict[str, Any], *, source: str) -> Awaitable[Outcome]: ...


class _ApplyMany(Protocol):
    def __call__(
        self, session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str
    ) -> Awaitable[list[Outcome | None]]: ...


class _Complete(Protocol):
    def __call__(
        self, session: AsyncSession, batch: Sequence[dict[str, Any]]
    ) -> Awaitable[list[CellRefused | None]]: ...


@dataclass(frozen=True)
class _Importer:
    """`apply` takes one row; `apply_many` those of many that need no look at each other, and leaves the rest empty.
    `complete` finds what rows say in another way, and names for each what it cannot; `prepare` marks what only the rows
    together tell."""

    layout: Layout
    apply: _Apply
    apply_many: _ApplyMany | None = None
    prepare: Callable[[Sequence[dict[str, Any]]], None] | None = None
    complete: _Complete | None = None


_IMPORTERS = {
    ImportKind.MEMBERS: _Importer(members.LAYOUT, members.apply, members.apply_many),
    ImportKind.ORDERS: _Importer(
        orders.LAYOUT, orders.apply, orders.apply_many, orders.count_repeats, buyers.find_members
    ),
    ImportKind.PARCELS: _Importer(parcels.LAYOUT, parcels.apply, parcels.apply_many),
    ImportKind.POINTS: _Importer(points.LAYOUT, points.apply, points.apply_many, complete=points.find_keys),
}


def layout(kind: ImportKind | str) -> Layout:
    """The columns of one kind, with what belongs there. Raises ValueError for an unknown kind."""
    return _IMPORTERS[ImportKind(kind)].layout


def read_file(
    data: bytes,
    kind: ImportKind | str,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: str | None = None,
) -> Table:
    """The rows of a CSV file or a workbook, and the layout that fits it: told by the text of a mapping file, or
    recognised by the headers. `encoding`: of a CSV file, what its writer says; `sheet`: of a workbook, else the first.

    Raises FileUnreadable, MappingRefused.
    """
    plain = layout(kind)
    wanted = AnyShop(str(ImportKind(kind)), plain) if mapping is None else mapping_file.read(mapping, str(kind), plain)
    if is_workbook(data):
        return read_xlsx(data, wanted, sheet=sheet)
    return read_csv(data, wanted, encoding=encoding)


_Read = tuple[Row, dict[str, Any]]
"""A row, and its values by our column names."""


@dataclass(frozen=True)
class Part:
    """Rows whose cells were read, to be taken over in one transaction; `report` begins with those that cannot be."""

    kind: ImportKind
    rows: list[_Read]
    report: ImportReport

    def named(self, column: str) -> set[str]:
        """What the rows say in one of our columns."""
        return {str(values[column]) for _, values in self.rows if column in values}


def read_part(
    kind: ImportKind | str,
    rows: Iterable[Row],
    layout: Layout | None = None,
    *,
    known: KnownCells | None = None,
) -> Part:
    """Read the cells of rows, which needs no database: in a thread, before the transaction.

    `layout`: how these rows are read, by default by our own column names. `known`: see `Layout.read`; the same for all
    parts of one file.
    """
    kind = ImportKind(kind)
    report = ImportReport()
    known = KnownCells() if known is None else known
    layout = layout or _IMPORTERS[kind].layout
    readable: list[_Read] = []
    for row in rows:
        report.ignored_columns |= layout.unknown(row.cells) - {EXTRA_CELLS}
        try:
            if EXTRA_CELLS in row.cells:
                raise CellRefused("", row.cells[EXTRA_CELLS], "too_many_cells")
            readable.append((row, layout.read(row, known)))
        except CellRefused as refusal:
            report.refuse(row, refusal)
    return Part(kind, readable, report)


async def import_rows(
    session: AsyncSession, kind: ImportKind | str, rows: Iterable[Row], *, source: str, layout: Layout | None = None
) -> ImportReport:
    """Read rows and take them over; for a few of them. A large file is best read in `parts`, each of which is taken
    over (`take_part`) in a transaction of its own; `ImportReport.add` joins the reports."""
    return await take_part(session, read_part(kind, rows, layout), source=source)


async def take_part(session: AsyncSession, part: Part, *, source: str) -> ImportReport:
    """Take the rows over, each for itself: a refused one leaves nothing behind and stops no other.

    `source` names where they came from, for the members' history. The part may be taken again after a rollback.
    """
    importer, kind = _IMPORTERS[part.kind], part.kind
    report = ImportReport(refused=list(part.report.refused), ignored_columns=set(part.report.ignored_columns))
    readable = part.rows
    if importer.complete:
        readable = await _completed(session, importer.complete, readable, report)
    if importer.prepare:
        importer.prepare([values for _, values in readable])
    together = await _take_together(session, importer, [values for _, values in readable], source)
    touched: set[str] = set()
    changed: list[dict[str, Any]] = []
    for (row, values), settled in zip(readable, together, strict=True):
        outcome = settled or await _take_one(session, importer, row, values, source=source)
        if isinstance(outcome, Refusal):
            report.refused.append(outcome)
            continue
        report.count(outcome)
        if outcome != Outcome.UNCHANGED:
            changed.append(values)
        if kind == ImportKind.POINTS and outcome == Outcome.CREATED:
            touched.add(values["member_number"].strip().upper())
    report.refused.sort(key=lambda refusal: refusal.line)
    await _recompute_levels(session, touched)
    report.members = await _looked_at_anew(session, kind, changed)
    return report


async def _completed(
    session: AsyncSession, complete: _Complete, readable: Sequence[_Read], report: ImportReport
) -> list[_Read]:
    whole: list[_Read] = []
    lacking = await complete(session, [values for _, values in readable])
    for (row, values), refusal in zip(readable, lacking, strict=True):
        if refusal is None:
            whole.append((row, values))
        else:
            report.refuse(row, refusal)
    return whole


def parts(kind: ImportKind, rows: Sequence[Row], size: int, layout: Layout | None = None) -> Iterator[Sequence[Row]]:
    """The rows in parts of about `size`; those of one order that stand together stay together."""
    layout = layout or orders.LAYOUT
    begin = 0
    while begin < len(rows):
        end = min(begin + size, len(rows))
        while (
            kind is ImportKind.ORDERS
            and end < len(rows)
            and _order_of(rows[end], layout) == _order_of(rows[end - 1], layout)
        ):
            end += 1
        yield rows[begin:end]
        begin = end


def _order_of(row: Row, layout: Layout) -> object:
    return next((cell for column, cell in layout.cells(row) if column.name == "order_number"), None)


async def _looked_at_anew(session: AsyncSession, kind: ImportKind, changed: Sequence[dict[str, Any]]) -> set[int]:
    """Whose risk the changed rows bear on: those who bought, and those whose parcels moved."""
    if kind is ImportKind.ORDERS:
        numbers = {values["member_number"].strip().upper() for values in changed}
        return set(await session.scalars(select(Member.id).where(Member.number.in_(numbers))))
    if kind is ImportKind.PARCELS:
        numbers = {values["order_number"] for values in changed}
        return set(await session.scalars(select(Order.member_id).where(Order.number.in_(numbers))))
    return set()


async def _take_together(
    session: AsyncSession, importer: _Importer, batch: Sequence[dict[str, Any]], source: str
) -> list[Outcome | None]:
    if importer.apply_many is None or len(batch) < 2:
        return [None] * len(batch)
    try:
        async with session.begin_nested():
            return await importer.apply_many(session, batch, source=source)
    except (IntegrityError, DataError):
        # One of them cannot be stored, or another transaction was quicker: one by one it will show which.
        return [None] * len(batch)


async def _take_one(
    session: AsyncSession, importer: _Importer, row: Row, values: dict[str, Any], *, source: str
) -> Outcome | Refusal:
    try:
        async with session.begin_nested():
            return await importer.apply(session, values, source=source)
    except CellRefused as refusal:
        return Refusal(row.line, refusal.column, refusal.value, refusal.reason_code)
    except CrmError as refusal:
        return Refusal(row.line, "", "", refusal.code)
    except (IntegrityError, DataError):
        return Refusal(row.line, "", "", "not_storable")


async def _recompute_levels(session: AsyncSession, numbers: set[str]) -> None:
    if not numbers:
        return
    if not await tiers.all_tiers(session):
        await tiers.ensure_defaults(session)
    ids = (await session.scalars(select(Member.id).where(Member.number.in_(numbers)))).all()
    await tiers.recompute_many(session, ids)
