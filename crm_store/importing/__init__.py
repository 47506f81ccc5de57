"""Import of members, orders, parcels and points, from CSV files, workbooks and the REST interface alike.

A file's columns and states are recognised by its headers (`sources/`) or told by a mapping file.

Safe to repeat: each kind of row has a natural key (member number; order number and line; parcel number and step; the
points' external identifier) under which it is created once and brought up to date after that.
"""

from crm_store.importing.columns import Column, KnownCells, Layout, Row, Table, as_rows
from crm_store.importing.days import DateOrder, dates_in
from crm_store.importing.errors import CellRefused, FileUnreadable, Refusal
from crm_store.importing.holding import hold_of
from crm_store.importing.looking import Look, assigned, kind_of, likelier_kind, look
from crm_store.importing.mapping import ANYTHING, UNDECIDED, ColumnMap, Mapped, Reading, readings
from crm_store.importing.mapping_file import MappingRefused, is_mapping, written
from crm_store.importing.points import points_keys
from crm_store.importing.report import ImportReport, Outcome
from crm_store.importing.service import (
    ImportKind,
    Part,
    hold_part,
    import_rows,
    layout,
    parts,
    read_file,
    read_part,
    take_part,
)
from crm_store.importing.spreadsheet import read_csv

__all__ = [
    "ANYTHING",
    "UNDECIDED",
    "CellRefused",
    "Column",
    "ColumnMap",
    "DateOrder",
    "FileUnreadable",
    "ImportKind",
    "ImportReport",
    "KnownCells",
    "Layout",
    "Look",
    "Mapped",
    "MappingRefused",
    "Outcome",
    "Part",
    "Reading",
    "Refusal",
    "Row",
    "Table",
    "as_rows",
    "assigned",
    "dates_in",
    "hold_of",
    "hold_part",
    "import_rows",
    "is_mapping",
    "kind_of",
    "layout",
    "likelier_kind",
    "look",
    "parts",
    "points_keys",
    "read_csv",
    "read_file",
    "read_part",
    "readings",
    "take_part",
    "written",
]
