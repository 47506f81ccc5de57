"""A member on the screen: level, points, what is open and promised, how they feel, how likely they are to leave."""

import json
from collections.abc import Callable
from html import escape

from nicegui import ui

from bot.console import contact, markup, member_facts, member_parts
from bot.console.member_facts import Facts
from bot.console.screen import Screen, element
from crm_store.clock import now


def show(screen: Screen, facts: Facts) -> None:
    """All sections, into the element that is open."""
    words = screen.words
    member = facts.member
    with element("div", "hk-member-head"):
        name = escape(markup.member_name(member, words))
        ui.html(
            f'<h2><a href="/console/members/{escape(member.number)}">{name}</a></h2><span class="hk-chips">'
            f"{markup.tier(member, words)}{markup.chip(member.number, 'plain')}{_status(screen, facts)}</span>",
            sanitize=False,
        )
    contact.show(screen, member)
    section(screen, "risk", member_parts.risk(facts, words), count=None)
    ui.html(member_parts.numbers(facts, words), sanitize=False).classes("hk-section")
    section(screen, "promises", member_parts.promises(facts, words), count=len(facts.promises))
    section(screen, "complaints", member_parts.complaints(facts, words), count=len(facts.complaints))
    section(screen, "orders", member_parts.orders(facts, words), count=len(facts.orders))
    section(screen, "parcels", member_parts.parcels(facts, words), count=len(facts.parcels))
    section(screen, "follow_ups", member_parts.follow_ups(facts, words, screen.name_of), count=len(facts.follow_ups))
    if len(facts.moods) > 1:
        with titled(screen, "mood", None):
            mood_chart(screen, facts)
    section(screen, "timeline", member_parts.timeline(facts, words), count=None)


def summary(screen: Screen, facts: Facts) -> str:
    """All that is said about the member: the same again means there is nothing new to draw."""
    words = screen.words
    parts = [facts.member.number, facts.member.status, facts.member.tier_code, markup.member_name(facts.member, words)]
    for part in (
        member_parts.risk, member_parts.numbers, member_parts.promises, member_parts.complaints, member_parts.orders,
        member_parts.parcels, member_parts.timeline,
    ):  # fmt: skip
        parts.append(part(facts, words))
    parts.append(member_parts.follow_ups(facts, words, screen.name_of))
    return "\n".join(parts)


def titled(screen: Screen, key: str, count: int | None, *, empty: bool = False) -> ui.element:
    """A section with its title; what is built inside the block belongs to it."""
    box = ui.element("section").classes(f"hk-section hk-part-{key} {'hk-empty' if empty else ''}")
    with box:
        number = f' <span class="hk-count">{count}</span>' if count else ""
        ui.html(f"{escape(screen.words(f'section_{key}'))}{number}", sanitize=False, tag="h3")
    return box


def section(screen: Screen, key: str, content: str, *, count: int | None) -> None:
    """A section of HTML; nothing open is said in words, not left out."""
    with titled(screen, key, count, empty=not content):
        ui.html(content or f'<p class="hk-none">{escape(screen.words("none"))}</p>', sanitize=False)


def mood_chart(screen: Screen, facts: Facts) -> None:
    """How the member felt over half a year: above the line content, below it unhappy."""
    data = [[moment.isoformat(), round(valence, 2)] for moment, valence, _ in facts.moods]
    line = {"type": "line", "data": data, "smooth": 0.2, "symbolSize": 6, "lineStyle": {"width": 2}}
    line["markLine"] = {
        "silent": True,
        "symbol": "none",
        "data": [{"yAxis": 0}],
        "label": {"show": False},
        "lineStyle": {"color": "#b8c8c2", "type": "solid"},
    }
    words: Callable[..., str] = screen.words
    ends = {
        "1": screen.words.label("sentiment", "positive"),
        "0": "",
        "-1": screen.words.label("sentiment", "negative"),
    }
    chart = ui.echart(
        {
            "animation": False,
            "grid": {"left": 60, "right": 10, "top": 8, "bottom": 22},
            "tooltip": {"trigger": "axis"},
            "xAxis": {
                "type": "time", "min": (now() - member_facts.MOOD_OVER).isoformat(), "max": now().isoformat(),
                "axisLabel": {"hideOverlap": True, "color": "#4d615b"}, "splitNumber": 3,
            },
            "yAxis": {
                "type": "value", "min": -1, "max": 1, "interval": 1, "splitLine": {"show": False},
                "axisLabel": {"color": "#4d615b", ":formatter": f"value => ({json.dumps(ends)})[value]"},
            },
            "visualMap": {
                "show": False, "dimension": 1,
                "pieces": [{"lt": -0.15, "color": "#b3261e"}, {"gte": -0.15, "lte": 0.15, "color": "#8a9a94"},
                           {"gt": 0.15, "color": "#0f7a5f"}],
            },
            "series": [line],
        },
        renderer="svg",
    )  # fmt: skip
    chart.classes("hk-mood-chart").props(f'role="img" aria-label="{words("mood_chart", count=len(data))}"')


def _status(screen: Screen, facts: Facts) -> str:
    status = facts.member.status
    return "" if status == "active" else markup.chip(screen.words.label("member_status", status), "bad")
