"""What people have to do: every kind of case as one row, with its owner, its due time and what the member is worth."""

from crm_store.work.complaint_board import Column, columns
from crm_store.work.models import Count, Due, Filters, Kind, Row, Stage, Whose
from crm_store.work.queries import counts, late, listing, my_day, row, worth
from crm_store.work.releasing import release
from crm_store.work.urgency import Band, band

__all__ = [
    "Band", "Column", "Count", "Due", "Filters", "Kind", "Row", "Stage", "Whose", "band", "columns", "counts",
    "late", "listing", "my_day", "release", "row", "worth",
]  # fmt: skip
