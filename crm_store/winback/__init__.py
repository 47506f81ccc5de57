"""Winning lost members back: a case for each who is worth it and may be asked, acts, and proof by a later purchase."""

from crm_store.winback.filling import Filled, fill
from crm_store.winback.models import (
    OUTCOMES,
    ActKind,
    ContactRefused,
    OutcomeIsProved,
    WinBackAct,
    WinBackCase,
    WinBackOver,
    WinBackState,
)
from crm_store.winback.report import WinBackReport, report
from crm_store.winback.rules import NotNow, may_ask
from crm_store.winback.service import (
    act,
    acts_of,
    assign,
    cases_of,
    get,
    interview_of,
    may_be_asked,
    record_outcome,
    take_in,
)

__all__ = [
    "OUTCOMES",
    "ActKind",
    "ContactRefused",
    "Filled",
    "NotNow",
    "OutcomeIsProved",
    "WinBackAct",
    "WinBackCase",
    "WinBackOver",
    "WinBackReport",
    "WinBackState",
    "act",
    "acts_of",
    "assign",
    "cases_of",
    "fill",
    "get",
    "interview_of",
    "may_ask",
    "may_be_asked",
    "record_outcome",
    "report",
    "take_in",
]
