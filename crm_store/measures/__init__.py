"""Loyalty in figures, by month and quarter, for everybody and by segment; the formulas stand in `formulas`."""

from crm_store.measures.formulas import figures
from crm_store.measures.models import Dimension, Figure, Measure, MeasureSnapshot, Span
from crm_store.measures.period import Facts, gather
from crm_store.measures.periods import Period, closed, running
from crm_store.measures.service import keep, next_missing, series, so_far

__all__ = [
    "Dimension",
    "Facts",
    "Figure",
    "Measure",
    "MeasureSnapshot",
    "Period",
    "Span",
    "closed",
    "figures",
    "gather",
    "keep",
    "next_missing",
    "running",
    "series",
    "so_far",
]
