"""Import of members, orders, parcels and points, from CSV files and from the REST interface alike.

Safe to repeat: each kind of row has a natural key (member number; order number and line; parcel number and step; the
points' external identifier) under which it is created once and brought up to date after that.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members as member_store
from crm_store import tiers
from crm_store.errors import CrmError
from crm_store.importing import members, orders, parcels, points
from crm_store.importing.columns import Column, Layout, Row, as_rows
from crm_store.importing.reading import EXTRA_CELLS, Table, read_csv
from crm_store.importing.report import CellRefused, FileUnreadable, ImportReport, Outcome, Refusal

__all__ = [
    "CellRefused",
    "Column",
    "FileUnreadable",
    "ImportKind",
    "ImportReport",
    "Layout",
    "Outcome",
    "Refusal",
    "Row",
    "Table",
    "as_rows",
    "import_rows",
    "layout",
    "read_csv",
]


class ImportKind(StrEnum):
    """In the order in which a shop imports them: each refers to those before it."""

    MEMBERS = "members"
    ORDERS = "orders"
    PARCELS = "parcels"
    POINTS = "points"


class _Apply(Protocol):
    def __call__(self, session: AsyncSession, values: dict[str, Any], *, source: str) -> Awaitable[Outcome]: ...


@dataclass(frozen=True)
class _Importer:
    layout: Layout
    apply: _Apply


_IMPORTERS = {
    ImportKind.MEMBERS: _Importer(members.LAYOUT, members.apply),
    ImportKind.ORDERS: _Importer(orders.LAYOUT, orders.apply),
    ImportKind.PARCELS: _Importer(parcels.LAYOUT, parcels.apply),
    ImportKind.POINTS: _Importer(points.LAYOUT, points.apply),
}


def layout(kind: ImportKind | str) -> Layout:
    """The columns of one kind, with what belongs there. Raises ValueError for an unknown kind."""
    return _IMPORTERS[ImportKind(kind)].layout


async def import_rows(
    session: AsyncSession,
    kind: ImportKind | str,
    rows: Iterable[Row],
    *,
    source: str,
    on_row: Callable[[Row], None] | None = None,
) -> ImportReport:
    """Take the rows over, each for itself: a refused one leaves nothing behind and stops no other.

    `source` names where they came from, for the members' history. `on_row` is called after each, for a progress bar.
    A large file is best handed over in parts, a transaction each; `ImportReport.add` joins the reports.
    """
    importer = _IMPORTERS[ImportKind(kind)]
    report = ImportReport()
    touched: set[str] = set()
    for row in rows:
        report.ignored_columns |= importer.layout.unknown(row.cells) - {EXTRA_CELLS}
        try:
            if EXTRA_CELLS in row.cells:
                raise CellRefused("", row.cells[EXTRA_CELLS], "too_many_cells")
            values = importer.layout.read(row)
            async with session.begin_nested():
                outcome = await importer.apply(session, values, source=source)
            report.count(outcome)
            touched.add(values["member_number"] if kind == ImportKind.POINTS and outcome != Outcome.UNCHANGED else "")
        except CellRefused as refusal:
            report.refused.append(Refusal(row.line, refusal.column, refusal.value, refusal.reason_code))
        except CrmError as refusal:
            report.refused.append(Refusal(row.line, "", "", refusal.code))
        except (IntegrityError, DataError):
            report.refused.append(Refusal(row.line, "", "", "not_storable"))
        if on_row:
            on_row(row)
    await _recompute_levels(session, touched - {""})
    return report


async def _recompute_levels(session: AsyncSession, numbers: set[str]) -> None:
    if numbers and not await tiers.all_tiers(session):
        await tiers.ensure_defaults(session)
    for number in sorted(numbers):
        member = await member_store.by_number(session, number)
        if member is not None:
            await session.refresh(member)
            await tiers.recompute(session, member)
