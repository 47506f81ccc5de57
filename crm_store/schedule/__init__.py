"""Jobs that run by the clock: once across all replicas, caught up when missed, each run written down."""

from crm_store.schedule.models import JobBusy, JobRun, ScheduledJob
from crm_store.schedule.queries import get, latest_runs, listing
from crm_store.schedule.rules import LEASE, Schedule
from crm_store.schedule.service import (
    CUT_OFF,
    Claim,
    Outcome,
    Quiet,
    ask,
    asked,
    claim,
    due,
    finish,
    free_left_behind,
    give_back,
    is_running,
    register,
    renew,
)

__all__ = [
    "CUT_OFF", "LEASE", "Claim", "JobBusy", "JobRun", "Outcome", "Quiet", "Schedule", "ScheduledJob", "ask", "asked",
    "claim", "due", "finish", "free_left_behind", "get", "give_back", "is_running", "latest_runs", "listing",
    "register", "renew",
]  # fmt: skip
