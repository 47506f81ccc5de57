"""Complaints: taken once, numbered, with a due time by severity and level, and a history with its audience."""

from crm_store.complaints.errors import ComplaintClosed, ComplaintNotReopenable, ComplaintUnsettled
from crm_store.complaints.filing import file, reopen
from crm_store.complaints.models import (
    OPEN,
    Audience,
    Complaint,
    ComplaintCategory,
    ComplaintEvent,
    ComplaintStatus,
    EventKind,
    Severity,
)
from crm_store.complaints.queries import (
    by_number,
    for_conversation,
    for_member,
    get,
    open_for_member,
    open_list,
    promise_of,
)
from crm_store.complaints.rules import due_at, reply_within, severity_for
from crm_store.complaints.service import (
    add_event,
    assign,
    breached,
    change_severity,
    close,
    mark_breached,
    resolve,
    tell_more,
    withdraw,
)

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
    "for_conversation",
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
    "tell_more",
    "withdraw",
]  # fmt: skip
