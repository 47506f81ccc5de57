"""Scheduled jobs and their runs, as every replica sees them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.errors import CrmError

NAME_CHARACTERS = 80
RUNNER_CHARACTERS = 120
ERROR_CHARACTERS = 500


class JobBusy(CrmError):
    """It runs at this moment; `name` is the job's."""

    code = "job_busy"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name=name)


class ScheduledJob(Base):
    """One job: when it is due, who has it in hand, how its last run went.

    Either `every_s` (seconds from the end of a run to the next) or `at_minute` (minutes after midnight at the shop,
    once a day) is set. `token`, `runner` and `leased_until` belong together; `started_at` is set while a run is going
    on, so that one that was cut off is seen. `quiet_runs`: runs since the last one that was written down, which found
    nothing to do. `failures`: in a row. `asked_at`: somebody wants it now.
    """

    __tablename__ = "scheduled_jobs"

    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS), primary_key=True)
    every_s: Mapped[float | None]
    at_minute: Mapped[int | None]
    next_at: Mapped[datetime]
    token: Mapped[str | None] = mapped_column(String(32))
    runner: Mapped[str | None] = mapped_column(String(RUNNER_CHARACTERS))
    leased_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None]
    last_ms: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    quiet_runs: Mapped[int] = mapped_column(default=0)


class JobRun(Base):
    """A run that did something, failed, was asked for, or belongs to a job that runs rarely.

    `counts`: what was done, by name; `error`: why it failed, in the words of the program; `asked_by_id`: who wanted it
    at that moment; None: the clock.
    """

    __tablename__ = "job_runs"
    __table_args__ = (Index("ix_job_runs_name_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None] = mapped_column(Text)
    runner: Mapped[str] = mapped_column(String(RUNNER_CHARACTERS))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
