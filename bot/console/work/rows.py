"""One case in a list, as HTML."""

from datetime import datetime
from html import escape

from bot.console import markup
from bot.console.access import ROOT
from bot.console.words import NameOf, Words
from bot.console.work import kinds
from crm_store.clock import now
from crm_store.language import format_moment, format_money, format_span
from crm_store.promises import PromiseKind
from crm_store.work import Band, Kind, Row, band

EXCERPT_CHARACTERS = 90
ESCALATED = 5
_BANDS = {Band.LATE: "bad", Band.SOON: "soon", Band.LATER: "plain", Band.NEVER: "plain"}


def address(kind: Kind | str, number: str = "") -> str:
    """Where a list, or one case, is shown."""
    return f"{ROOT}/work/{kind}" + (f"/{number}" if number else "")


def title(row: Row, words: Words) -> str:
    """What it is, with its number where members know one."""
    what = words.label(kinds.WHAT_LABELS[row.kind], row.what)
    if row.kind is Kind.DELIVERIES:
        what = words.work("undelivered", channel=markup.channel(row.what, words))
    if row.kind is Kind.PROMISES and row.what == PromiseKind.OTHER:
        what = words.work("promise_other")
    return f"{row.number} · {what}" if not row.number.isdigit() else what


def about(row: Row, words: Words) -> str:
    """Its words, short."""
    text = " ".join(row.about.split())
    if label := kinds.ABOUT_LABELS.get(row.kind):
        text = words.label(label, text)
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1] + "…"


def state(row: Row, words: Words) -> str:
    return words.label(kinds.STATE_LABELS[row.kind], row.state)


def due(moment: datetime | None, words: Words) -> str:
    """A due time as a chip that is amber when it is near and red when it is over; nothing without one."""
    if moment is None:
        return ""
    near = band(moment)
    if near is Band.LATE:
        return markup.chip(words("late_by", span=format_span(now() - moment, words.language)), _BANDS[near])
    return markup.chip(words("due", when=format_moment(moment, words.language)), _BANDS[near])


def owner(row: Row, words: Words, name_of: NameOf, *, me: int) -> str:
    if row.owner_id is None:
        return markup.chip(words("unclaimed"), "nobody")
    return markup.chip(words("me") if row.owner_id == me else name_of(row.owner_id), "plain")


def html(row: Row, words: Words, name_of: NameOf, *, me: int, names_kind: bool) -> str:
    """`names_kind`: in a list of all kinds each says what it is."""
    member = markup.member_name(row.member, words) if row.member else words.work("no_member")
    chips = [due(row.due_at, words)]
    if row.urgency >= ESCALATED:
        chips.append(markup.chip(words.work("escalated"), "bad"))
    chips += [markup.chip(state(row, words), "plain"), owner(row, words, name_of, me=me)]
    if row.member is not None:
        chips.append(markup.tier(row.member, words))
    if row.value_minor > 0:
        chips.append(markup.chip(words("spent", money=format_money(row.value_minor)), "plain"))
    kind = f'<i class="hk-kind">{escape(words.work(f"kind_{row.kind}"))}</i>' if names_kind else ""
    return (
        f'<span class="hk-case-top"><b>{escape(title(row, words))}</b>{kind}</span>'
        f'<span class="hk-case-who">{escape(member)}</span>'
        f'<span class="hk-said">{escape(about(row, words))}</span><span class="hk-chips">{"".join(chips)}</span>'
    )
