"""Why members go, as bars, and what asking them back has brought."""

from datetime import timedelta
from html import escape

from nicegui import ui

from bot.console import markup
from bot.console.screen import element
from bot.console.words import Words
from crm_store.departures import Causes
from crm_store.language import format_limit, format_number
from crm_store.risk import Group
from crm_store.winback import WinBackReport

ROW_PIXELS = 30
_INK = {"color": "#4d615b"}


def draw_causes(words: Words, causes: Causes, over: timedelta) -> None:
    """One bar for each cause that was told, the most frequent on top."""
    with element("article", "hk-card", 'data-part="causes"'):
        span = format_limit(over, words.language)
        lead = words("winback.causes_lead", span=span, count=format_number(causes.interviews))
        title = words("winback.causes_title")
        ui.html(f'<h2>{escape(title)}</h2><span class="hk-dim">{escape(lead)}</span>', sanitize=False)
        if not causes.counts:
            ui.label(words("winback.causes_none")).classes("hk-none")
            return
        names = [words.label("exit_cause", each) for each in causes.counts]
        told = words.listed([f"{name} {count}" for name, count in zip(names, causes.counts.values(), strict=True)])
        chart = ui.echart(_bars(names, list(causes.counts.values())), renderer="svg")
        height = ROW_PIXELS * (len(names) + 1)
        chart.classes("hk-measure-chart").style(f"height: {height}px")
        chart.props(f'role="img" aria-label="{escape(f"{title}: {told}")}"')


def draw_report(words: Words, report: WinBackReport) -> None:
    """Cases by state; those asked beside those left alone."""
    with element("article", "hk-card", 'data-part="report"'):
        pairs = [(words.label("win_back_state", state), format_number(count)) for state, count in report.states.items()]
        pairs += [
            (words("winback.report_waiting"), format_number(report.waiting)),
            (words("winback.report_treated"), escape(_group(report.treated, words))),
            (words("winback.report_control"), escape(_group(report.control, words))),
        ]
        if report.uplift is not None:
            gain = {name: f"{getattr(report.uplift, name):+.1%}" for name in ("difference", "low", "high")}
            pairs.append((words("winback.report_uplift"), escape(words("winback.report_uplift_told", **gain))))
        title, lead = words("winback.report_title"), words("winback.report_lead")
        head = f'<h2>{escape(title)}</h2><span class="hk-dim">{escape(lead)}</span>'
        ui.html(head + markup.rows(pairs), sanitize=False)


def _group(group: Group, words: Words) -> str:
    saved, members = format_number(group.saved), format_number(group.members)
    return words("winback.report_group", saved=saved, members=members)


def _bars(names: list[str], counts: list[int]) -> dict[str, object]:
    return {
        "animation": False,
        "grid": {"left": 8, "right": 28, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category", "data": names, "inverse": True, "axisLabel": _INK, "axisTick": {"show": False},
        },
        "series": [
            {
                "type": "bar", "data": counts, "color": "#0f7a5f", "barMaxWidth": 18,
                "label": {"show": True, "position": "right", **_INK},
            }
        ],
    }  # fmt: skip
