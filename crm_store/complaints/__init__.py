"""Complaints: taken once, numbered, with a due time by severity and level, and a history with its audience."""

from crm_store.complaints.filing import file, reopen
from crm_store.complaints.models import (
    OPEN,
    Audience,
    Complaint,
    ComplaintCategory,
    ComplaintClosed,
    ComplaintEvent,
    ComplaintNotReopenable,
    ComplaintStatus,
    ComplaintUnsettled,
    EventKind,
    Severity,
)
from crm_store.complaints.rules import due_at, reply_within, severity_for
from crm_store.complaints.service import (
    add_event,
    assign,
    breached,
    by_number,
    change_severity,
    close,
    for_member,
    get,
    mark_breached,
    open_for_member,
    open_list,
    resolve,
)
from crm_store.complaints.shared import promise_of

__all__ = [
    "OPEN",
    "Audience",
    "Complaint",
    "ComplaintCategory",
    "ComplaintClosed",
    "ComplaintEvent",
    "ComplaintNotReopenable",
    "ComplaintStatus",
    "ComplaintUnsettled",
    "EventKind",
    "Severity",
    "add_event",
    "assign",
    "breached",
    "by_number",
    "change_severity",
    "close",
    "due_at",
    "file",
    "for_member",
    "get",
    "mark_breached",
    "open_for_member",
    "open_list",
    "promise_of",
    "reopen",
    "reply_within",
    "resolve",
    "severity_for",
]  # fmt: skip
