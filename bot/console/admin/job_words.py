"""A scheduled job in words: how often, when, what it did, how long it took."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from bot.console import markup
from bot.console.words import Words
from crm_store import schedule
from crm_store.clock import now
from crm_store.language import format_limit, format_moment, format_number
from crm_store.policy import clock_text
from crm_store.schedule import JobRun, ScheduledJob

SHOWN_RUNS = 30
_BAR, _GAP, _HEIGHT, _LEAST = 4, 1, 30, 2
"""Of the bars of the chart, in pixels."""


def name(job_name: str, words: Words) -> str:
    return words.label("job", job_name.replace(" ", "_"))


def rhythm(job: ScheduledJob, words: Words) -> str:
    """How often it runs."""
    if job.at_minute is not None:
        return words("jobs.daily", time=clock_text(job.at_minute))
    span = timedelta(seconds=job.every_s or 0)
    if span < timedelta(minutes=1):
        return words("jobs.every", span=words("jobs.seconds", count=f"{span.total_seconds():g}"))
    return words("jobs.every", span=format_limit(span, words.language))


def duration(milliseconds: int, words: Words) -> str:
    if milliseconds < 1000:
        return words("jobs.milliseconds", count=milliseconds)
    return words("jobs.seconds", count=f"{milliseconds / 1000:.1f}")


def counts(run: JobRun, words: Words) -> str:
    """What a run did, nothing included."""
    told = [
        words("jobs.count", name=words.label("job_count", key), count=format_number(int(count)))
        for key, count in run.counts.items()
    ]
    return words.listed(told) or words("jobs.nothing")


def line(job: ScheduledJob, runs: Sequence[JobRun], words: Words) -> str:
    """The row of a job, as HTML. `runs`: those written down, the oldest first."""
    title = f"<b>{escape(name(job.name, words))}</b> {_state(job, words)}"
    cells = [
        f'<div class="hk-job-name">{title}<span class="hk-dim">{escape(rhythm(job, words))}</span></div>',
        _cell(words("jobs.last"), _last(job, words)),
        _cell(words("jobs.done"), _did(job, runs, words)),
        _cell(words("jobs.next"), _next(job, words)),
        f"<div>{bars(runs, words)}</div>",
    ]
    error = f'<p class="hk-job-error">{escape(job.last_error)}</p>' if job.last_error else ""
    return f'<div class="hk-job-facts">{"".join(cells)}{error}</div>'


def bars(runs: Sequence[JobRun], words: Words) -> str:
    """How long each run took, as a small chart; failures stand out."""
    if not runs:
        return ""
    runs = runs[-SHOWN_RUNS:]
    longest = max(run.duration_ms for run in runs) or 1
    drawn = []
    for place, run in enumerate(runs):
        height = max(_LEAST, round(_HEIGHT * run.duration_ms / longest))
        told = " · ".join(
            [
                format_moment(run.started_at, words.language),
                duration(run.duration_ms, words),
                run.error or counts(run, words),
            ]
        )
        drawn.append(
            f'<rect x="{place * (_BAR + _GAP)}" y="{_HEIGHT - height}" width="{_BAR}" height="{height}"'
            f"{' class="failed"' if run.error else ''}><title>{escape(told)}</title></rect>"
        )
    width = SHOWN_RUNS * (_BAR + _GAP)
    label = escape(words("jobs.runs", count=len(runs)))
    return (
        f'<svg class="hk-bars" viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'
    )


def _cell(title: str, told: str) -> str:
    return f'<div><span class="hk-dim">{escape(title)}</span>{told}</div>'


def _state(job: ScheduledJob, words: Words) -> str:
    if job.failures:
        return markup.chip(words("jobs.failing", count=job.failures), "bad")
    if schedule.is_running(job):
        return markup.chip(words("jobs.running"), "soon")
    if job.asked_at is not None:
        return markup.chip(words("jobs.wanted"), "soon")
    return markup.chip(words("jobs.well"), "good") if job.last_at is not None else ""


def _last(job: ScheduledJob, words: Words) -> str:
    if job.last_at is None:
        return escape(words("jobs.never"))
    took = escape(duration(job.last_ms or 0, words))
    return f'{escape(format_moment(job.last_at, words.language))}<span class="hk-dim">{took}</span>'


def _did(job: ScheduledJob, runs: Sequence[JobRun], words: Words) -> str:
    """What the last run that did something did, and how many found nothing since."""
    run = next((each for each in reversed(runs) if not each.error), None)
    if run is None:
        return escape(words("jobs.nothing")) if job.last_at is not None else ""
    when = format_moment(run.started_at, words.language)
    told = escape(words("jobs.done_at", what=counts(run, words), when=when))
    if job.quiet_runs:
        told += f'<span class="hk-dim">{escape(words("jobs.quiet", count=format_number(job.quiet_runs)))}</span>'
    return told


def _next(job: ScheduledJob, words: Words) -> str:
    soon = job.token is not None or job.next_at <= now() or job.asked_at is not None
    return escape(words("jobs.now") if soon else format_moment(job.next_at, words.language))
