"""Import of members, orders, parcels and points, from CSV files and from the REST interface alike.

Safe to repeat: each kind of row has a natural key (member number; order number and line; parcel number and step; the
points' external identifier) under which it is created once and brought up to date after that.
"""

from crm_store.importing.columns import Column, Layout, Row, as_rows
from crm_store.importing.days import DateOrder, dates_in
from crm_store.importing.errors import CellRefused, FileUnreadable
from crm_store.importing.report import ImportReport, Outcome, Refusal
from crm_store.importing.service import ImportKind, import_rows, layout, parts
from crm_store.importing.spreadsheet import Table, read_csv

__all__ = [
    "CellRefused",
    "Column",
    "DateOrder",
    "FileUnreadable",
    "ImportKind",
    "ImportReport",
    "Layout",
    "Outcome",
    "Refusal",
    "Row",
    "Table",
    "as_rows",
    "dates_in",
    "import_rows",
    "layout",
    "parts",
    "read_csv",
]
