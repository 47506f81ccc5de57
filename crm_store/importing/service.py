"""Takes the rows of an import in: each is stored, brought up to date or refused."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import tiers
from crm_store.errors import CrmError
from crm_store.importing import (
    buyers,
    figures,
    holding,
    mapping_file,
    members,
    order_numbers,
    order_rows,
    orders,
    parcels,
    points,
)
from crm_store.importing.columns import EXTRA_CELLS, NOTE, KnownCells, Layout, Row, Table
from crm_store.importing.errors import CellRefused, Refusal
from crm_store.importing.mapping import Mapped
from crm_store.importing.other_files import refuse_other_files
from crm_store.importing.report import ImportReport, Outcome
from crm_store.importing.sources import AnyShop
from crm_store.importing.spreadsheet import read_csv
from crm_store.importing.workbook import is_workbook, read_xlsx
from crm_store.members import Member
from crm_store.numbering import canonical
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


class _ApplyGroup(Protocol):
    def __call__(
        self, session: AsyncSession, rows: Sequence[dict[str, Any]], *, source: str
    ) -> Awaitable[list[Outcome | CellRefused]]: ...


class _Complete(Protocol):
    def __call__(
        self, session: AsyncSession, batch: Sequence[dict[str, Any]]
    ) -> Awaitable[list[CellRefused | None]]: ...


class _Hold(Protocol):
    def __call__(self, session: AsyncSession, batch: Sequence[dict[str, Any]]) -> Awaitable[None]: ...


@dataclass(frozen=True)
class _Importer:
    """`hold` locks what the rows speak of. `apply` takes the rows that have the same `key`, by default each for itself;
    `apply_many` those of many that need no look at each other, and leaves the rest empty. `complete` finds what rows
    say in another way, and names for each what it cannot; `complete_blindly` does so for who may not learn by it whose
    phones they are; `prepare` marks what only the rows together tell, and names those that contradict each other."""

    layout: Layout
    hold: _Hold
    apply: _ApplyGroup
    apply_many: _ApplyMany
    key: str = ""
    prepare: Callable[[Sequence[dict[str, Any]]], list[CellRefused | None]] | None = None
    complete: _Complete | None = None
    complete_blindly: _Complete | None = None


def _each(apply: _Apply) -> _ApplyGroup:
    async def group(
        session: AsyncSession, rows: Sequence[dict[str, Any]], *, source: str
    ) -> list[Outcome | CellRefused]:
        return [await apply(session, values, source=source) for values in rows]

    return group


_IMPORTERS = {
    ImportKind.MEMBERS: _Importer(members.LAYOUT, holding.hold_members, _each(members.apply), members.apply_many),
    ImportKind.ORDERS: _Importer(
        orders.LAYOUT,
        holding.hold_orders,
        orders.apply_order,
        orders.apply_many,
        key="order_number",
        prepare=order_rows.agree,
        complete=buyers.find_members,
        complete_blindly=buyers.find_members_blindly,
    ),
    ImportKind.PARCELS: _Importer(
        parcels.LAYOUT, holding.hold_parcels, _each(parcels.apply), parcels.apply_many, prepare=parcels.few_steps
    ),
    ImportKind.POINTS: _Importer(
        points.LAYOUT, holding.hold_points, _each(points.apply), points.apply_many, complete=points.find_keys
    ),
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
    refuse_other_files(data)
    plain = layout(kind)
    wanted = AnyShop(str(ImportKind(kind)), plain) if mapping is None else mapping_file.read(mapping, str(kind), plain)
    table = read_xlsx(data, wanted, sheet=sheet) if is_workbook(data) else read_csv(data, wanted, encoding=encoding)
    if ImportKind(kind) is not ImportKind.ORDERS:
        return table
    return replace(table, rows=_orders_together(table), notes=(*table.notes, *_currency_taken(table)))


def _currency_taken(table: Table) -> tuple[Refusal, ...]:
    """That no column names a currency: amounts without a sign are the shop's own."""
    layout = table.layout
    told = layout.mapping if isinstance(layout, Mapped) else None
    if told is None or "currency" in {*told.columns, *told.rules, *told.constants}:
        return ()
    return (Refusal(table.header_line, "currency", figures.OWN_CURRENCY, "currency_by_default"),)


def _orders_together(table: Table) -> list[Row]:
    """The rows of each order one after the other, where the first of them stands: they are taken over in one part."""
    of: dict[str, list[Row]] = {}
    for row in table.rows:
        of.setdefault(_order_of(row, table.layout), []).append(row)
    return [row for rows in of.values() for row in rows]


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
    if layout is None:
        rows = list(rows)
        layout = _IMPORTERS[kind].layout.knowing(rows)
    readable: list[_Read] = []
    for row in rows:
        report.ignored_columns |= layout.unknown(row.cells) - {EXTRA_CELLS}
        try:
            if EXTRA_CELLS in row.cells:
                raise CellRefused("", row.cells[EXTRA_CELLS], "too_many_cells")
            values = layout.read(row, known)
            if kind is ImportKind.MEMBERS:
                known.people.require_one(row.line, values)
            readable.append((row, values))
        except CellRefused as refusal:
            report.refuse(row, refusal)
    return Part(kind, readable, report)


async def import_rows(
    session: AsyncSession,
    kind: ImportKind | str,
    rows: Iterable[Row],
    *,
    source: str,
    layout: Layout | None = None,
    blindly: bool = False,
) -> ImportReport:
    """Read rows and take them over; for a few of them. A large file is best read in `parts`, each of which is taken
    over (`take_part`) in a transaction of its own; `ImportReport.add` joins the reports."""
    return await take_part(session, read_part(kind, rows, layout), source=source, blindly=blindly)


async def take_part(session: AsyncSession, part: Part, *, source: str, blindly: bool = False) -> ImportReport:
    """Take the rows over, each for itself: a refused one leaves nothing behind and stops no other.

    `source` names where they came from, for the members' history. `blindly`: for somebody who may not learn whose phone
    or address it is. The part may be taken again after a rollback.
    """
    importer, kind = _IMPORTERS[part.kind], part.kind
    report = ImportReport(refused=list(part.report.refused), ignored_columns=set(part.report.ignored_columns))
    readable = part.rows
    await _settle_numbers(session, part)
    batch = [values for _, values in readable]
    contacts = (
        dict(zip((row.line for row, _ in readable), buyers.contacts(batch), strict=True))
        if kind is ImportKind.ORDERS
        else {}
    )
    if complete := (importer.complete_blindly if blindly else None) or importer.complete:
        lacking = await complete(session, batch)
        readable = _without(readable, lacking, report, contacts)
    if importer.prepare:
        readable = _without(readable, importer.prepare([values for _, values in readable]), report, contacts)
    touched: set[str] = set()
    changed: list[dict[str, Any]] = []
    for (row, values), outcome in zip(readable, await _taken(session, importer, readable, source), strict=True):
        if isinstance(outcome, CellRefused):
            report.refuse(row, outcome, contacts.get(row.line))
            continue
        report.count(row, outcome)
        if NOTE in values:
            report.note(row, values[NOTE])
        if outcome != Outcome.UNCHANGED:
            changed.append(values)
        if kind == ImportKind.POINTS and outcome == Outcome.CREATED:
            touched.add(canonical(values["member_number"]))
    report.refused.sort(key=lambda refusal: refusal.line)
    await _recompute_levels(session, touched)
    report.members = await _looked_at_anew(session, kind, changed)
    return report


_Contacts = dict[int, tuple[str, str] | None]
"""By line, see `buyers.contacts`."""


def _without(
    readable: Sequence[_Read], refusals: Sequence[CellRefused | None], report: ImportReport, contacts: _Contacts
) -> list[_Read]:
    """The rows that are not refused."""
    left: list[_Read] = []
    for (row, values), refusal in zip(readable, refusals, strict=True):
        if refusal is None:
            left.append((row, values))
        else:
            report.refuse(row, refusal, contacts.get(row.line))
    return left


async def _taken(
    session: AsyncSession, importer: _Importer, readable: Sequence[_Read], source: str
) -> list[Outcome | CellRefused]:
    """What became of each row: first of those that can be taken together, then of the others in turn."""
    batch = [values for _, values in readable]
    await _hold(session, importer, batch)
    outcomes: list[Outcome | CellRefused | None] = [*await _take_together(session, importer, batch, source)]
    left: dict[object, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        if outcome is None:
            left.setdefault(batch[place].get(importer.key, place), []).append(place)
    for places in left.values():
        rows = [batch[place] for place in places]
        for place, outcome in zip(places, await _take_group(session, importer, rows, source), strict=True):
            outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


async def hold_part(session: AsyncSession, part: Part) -> None:
    """Lock what the rows of a part speak of, before it is looked at: what is seen then stays so until the part is taken
    in the same transaction."""
    await _settle_numbers(session, part)
    await _hold(session, _IMPORTERS[part.kind], [values for _, values in part.rows])


async def _settle_numbers(session: AsyncSession, part: Part) -> None:
    if part.kind in (ImportKind.ORDERS, ImportKind.PARCELS):
        await order_numbers.settle(session, [values for _, values in part.rows])


async def _hold(session: AsyncSession, importer: _Importer, batch: Sequence[dict[str, Any]]) -> None:
    # SQLite has one writer, who sees everything as it is.
    if session.get_bind().dialect.name == "postgresql":
        await importer.hold(session, batch)


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


def _order_of(row: Row, layout: Layout) -> str:
    if isinstance(layout, Mapped):
        return layout.told("order_number", row)
    return next((cell for column, cell in layout.cells(row) if column.name == "order_number"), "")


async def _looked_at_anew(session: AsyncSession, kind: ImportKind, changed: Sequence[dict[str, Any]]) -> set[int]:
    """Whose risk the changed rows bear on: those who bought, and those whose parcels moved."""
    if kind is ImportKind.ORDERS:
        numbers = {canonical(values["member_number"]) for values in changed}
        return set(await session.scalars(select(Member.id).where(Member.number.in_(numbers))))
    if kind is ImportKind.PARCELS:
        numbers = {values["order_number"] for values in changed}
        return set(await session.scalars(select(Order.member_id).where(Order.number.in_(numbers))))
    return set()


async def _take_together(
    session: AsyncSession, importer: _Importer, batch: Sequence[dict[str, Any]], source: str
) -> list[Outcome | None]:
    if len(batch) < 2:
        return [None] * len(batch)
    try:
        async with session.begin_nested():
            return await importer.apply_many(session, batch, source=source)
    except (IntegrityError, DataError):
        # One of them cannot be stored, or another transaction was quicker: one by one it will show which.
        await _hold(session, importer, batch)
        return [None] * len(batch)


async def _take_group(
    session: AsyncSession, importer: _Importer, rows: Sequence[dict[str, Any]], source: str
) -> list[Outcome | CellRefused]:
    try:
        async with session.begin_nested():
            return await importer.apply(session, rows, source=source)
    except CellRefused as refusal:
        return [refusal] * len(rows)
    except CrmError as refusal:
        return [CellRefused("", "", refusal.code)] * len(rows)
    except (IntegrityError, DataError):
        return [CellRefused("", "", "not_storable")] * len(rows)


async def _recompute_levels(session: AsyncSession, numbers: set[str]) -> None:
    if not numbers:
        return
    if not await tiers.all_tiers(session):
        await tiers.ensure_defaults(session)
    ids = (await session.scalars(select(Member.id).where(Member.number.in_(numbers)))).all()
    await tiers.recompute_many(session, ids)
