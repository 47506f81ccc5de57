"""What of the shop's policy the staff asks for most, in words: when somebody is there, and how soon a reply comes."""

from collections.abc import Iterable
from datetime import date
from html import escape

from bot.console.words import Words
from crm_store import tiers
from crm_store.language import format_date, format_limit
from crm_store.policy import OpenSpan, ServiceTime, Week, policy
from crm_store.policy.customer_service import ReplyWithin

Pairs = list[tuple[str, str]]
"""Name, and value as HTML."""


def hours(words: Words) -> Pairs:
    """The week, what is closed and what has hours of its own."""
    told = policy().hours
    week = zip(Week.model_fields, told.weekly.days, strict=True)
    pairs = [(words.label("weekday", name), escape(_spans(spans, words))) for name, spans in week]
    closed = [
        _day(each.first, words) if each.first == each.last else f"{_day(each.first, words)} – {_day(each.last, words)}"
        for each in told.closed
    ]
    special = [f"{_day(day, words)} {_spans(spans, words)}" for day, spans in sorted(told.special.items())]
    pairs.append((words("admin.holidays"), escape(words.listed(closed) or "–")))
    pairs.append((words("admin.special_days"), escape(words.listed(special) or "–")))
    return [*pairs, (words("admin.time_zone"), escape(told.time_zone.key))]


def replies(words: Words) -> Pairs:
    """Until when a complaint is answered, and how long customers and agents are waited for."""
    within, desk = policy().complaints.reply_within, policy().desk
    pairs = [
        (
            words("admin.reply_to", severity=words.label("complaint_severity", severity)),
            escape(_service_time(within[severity], words)),
        )
        for severity in ReplyWithin.model_fields
    ]
    pairs += [
        (words("admin.reply_share", tier=tiers.name(code, words.language)), f"{share:.0%}")
        for code, share in policy().complaints.reply_share.items()
    ]
    spans = {
        "waiting_long": policy().handover.waiting_long, "call_back_after": desk.call_back_after,
        "away_after": desk.away_after, "return_after": desk.return_after,
    }  # fmt: skip
    told = [(words(f"admin.{key}"), escape(format_limit(span, words.language))) for key, span in spans.items()]
    return [*pairs, *told]


def _spans(spans: Iterable[OpenSpan], words: Words) -> str:
    return words.listed([str(each) for each in spans]) or words("admin.closed_day")


def _day(day: date, words: Words) -> str:
    return format_date(day, words.language)


def _service_time(time: ServiceTime, words: Words) -> str:
    if not time.days:
        return words("admin.service_time", span=format_limit(time.time, words.language))
    return words("admin.service_day" if time.days == 1 else "admin.service_days", count=time.days)
