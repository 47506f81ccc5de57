"""Small pieces of HTML. Everything that comes from outside is escaped here."""

from datetime import datetime
from html import escape

from bot.console.words import Words
from crm_store import members, tiers
from crm_store.clock import now
from crm_store.language import format_span
from crm_store.members import Member
from crm_store.messages import Message
from crm_store.policy import policy

EXCERPT_CHARACTERS = 120


def chip(text: str, kind: str = "", *, title: str = "") -> str:
    hint = f' title="{escape(title)}"' if title else ""
    return f'<span class="hk-chip {escape(kind)}"{hint}>{escape(text)}</span>'


def timer(since: datetime, words: Words, *, grows_late: bool = True) -> str:
    """The time since a moment, counted on in the browser; one that `grows_late` is marked when somebody waits long."""
    late = f' data-late="{policy().handover.waiting_long.total_seconds():.0f}"' if grows_late else ""
    spoken = escape(format_span(now() - since, words.language))
    return f'<time class="hk-timer" data-since="{since.timestamp():.0f}"{late} title="{spoken}">{spoken}</time>'


def tier(member: Member, words: Words) -> str:
    return chip(tiers.name(member.tier_code, words.language), f"tier-{member.tier_code}")


def mood(message: Message, words: Words) -> str:
    """How a customer's message felt; neutral ones carry no mark."""
    anger = message.anger or 0.0
    if anger >= policy().anger.upset:
        return chip(words("mood_angry", percent=round(anger * 100)), "mood angry")
    if message.sentiment in ("negative", "positive"):
        sign = "▼" if message.sentiment == "negative" else "▲"
        return chip(f"{sign} {words.label('sentiment', message.sentiment)}", f"mood {message.sentiment}")
    return ""


def channel(name: str, words: Words) -> str:
    known = {"web": "channel_web", "telegram": "channel_telegram"}
    return words(known[name]) if name in known else name


def member_name(member: Member, words: Words) -> str:
    return members.full_name(member, words.language) or members.addressed_as(member, words.language) or member.number


def rows(pairs: list[tuple[str, str]]) -> str:
    """Name and value side by side; values are HTML already."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"


def entry(head: str, body: str = "", *, kind: str = "") -> str:
    """One line of a list with an optional second line; both are HTML already."""
    below = f'<div class="hk-below">{body}</div>' if body else ""
    return f'<li class="{escape(kind)}"><div>{head}</div>{below}</li>'


def listed(lines: list[str]) -> str:
    """A list of `entry`s; nothing for none."""
    return f'<ul class="hk-list">{"".join(lines)}</ul>' if lines else ""


def short(text: str) -> str:
    """The beginning of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1] + "…"
