"""The page at /console/outreach: what was sent without asking, by topic and week, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import markup
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.services import Services
from crm_store import proactive
from crm_store.language import format_date, format_limit, format_number
from crm_store.policy import clock_text, policy
from crm_store.proactive import MARKETING, Effect, Topic

WEEKS = 8
FIGURES = ("sent", "delivered", "failed", "answered", "pressed", "bought", "stopped")


def register(services: Services) -> None:
    @ui.page("/outreach", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "outreach")
        if not isinstance(screen, Screen):
            return screen
        async with services.database.reading() as session:
            effects = await proactive.by_week(session, weeks=WEEKS)
            audience = await proactive.audience(session)
        with screen.frame("outreach", title=screen.words("nav_outreach")):
            show(screen.words, effects, audience)
        screen.follow(then=nothing)
        return None


def show(words: Words, effects: Sequence[Effect], audience: Mapping[Topic, int]) -> None:
    """The topics with their sums, then each week."""
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_outreach")), sanitize=False, tag="h1")
        ui.label(words("outreach.lead")).classes("hk-dim")
    ui.label(_rules(words)).classes("hk-dim")
    topics = [
        [_topic(words, topic), format_number(audience[topic]), *_figures(words, _of(effects, topic))]
        for topic in Topic
        if topic is not Topic.SURVEYS
    ]
    heads = [words("outreach.topic"), words("outreach.audience"), *_heads(words)]
    weeks = [
        [format_date(week, words.language), *_figures(words, [each for each in effects if each.week == week])]
        for week in dict.fromkeys(each.week for each in effects)
    ]
    by_topic = _table(words("outreach.by_topic", weeks=WEEKS), heads, topics)
    by_week = _table(words("outreach.by_week"), [words("outreach.week"), *_heads(words)], weeks)
    none = f'<p class="hk-none">{escape(words("outreach.none"))}</p>'
    ui.html(by_topic + (by_week if weeks else none), sanitize=False)
    within = format_limit(policy().proactive.effect_within, words.language)
    ui.label(words("outreach.effect", within=within)).classes("hk-dim hk-outreach-note")


def _rules(words: Words) -> str:
    shop = policy().proactive
    return words(
        "outreach.rules",
        quiet_from=clock_text(shop.quiet_from),
        quiet_until=clock_text(shop.quiet_until),
        day=shop.most_in_a_day,
        month=shop.marketing_in_30_days,
        rest=format_limit(shop.marketing_rest, words.language),
    )


def _of(effects: Iterable[Effect], topic: Topic) -> list[Effect]:
    return [each for each in effects if each.topic == topic]


def _heads(words: Words) -> list[str]:
    return [words(f"outreach.{name}") for name in FIGURES]


def _topic(words: Words, topic: Topic) -> str:
    """Its name; whether it is marketing, and whether the shop sends it at all."""
    chips = markup.chip(words("outreach.marketing"), "plain") if topic in MARKETING else ""
    if not policy().proactive.topics[topic]:
        chips += markup.chip(words("outreach.off"), "bad")
    return f"{escape(words.label('topic', topic))} {chips}"


def _figures(words: Words, effects: Sequence[Effect]) -> list[str]:
    """The sums of some effects; all but the first with their share of what was sent."""
    sums = [sum(getattr(each, name) for each in effects) for name in FIGURES]
    sent = sums[0]
    return [format_number(sent)] + [escape(_share(words, count, sent)) for count in sums[1:]]


def _share(words: Words, count: int, sent: int) -> str:
    if not count:
        return "0" if sent else ""
    percent = round(100 * count / sent)
    return words("outreach.counted", count=format_number(count), percent=percent or "<1")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-of="{escape(of)}">{cell}</td>' for of, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<h2 class="hk-list-title">{escape(title)}</h2><table class="hk-table hk-limits">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
