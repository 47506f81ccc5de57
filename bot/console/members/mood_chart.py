"""How a member felt, over the time there is."""

import json
from datetime import timedelta

from nicegui import ui

from bot.console.members.facts import Facts
from bot.console.screen import Screen
from crm_store.clock import now

LEAST_SPAN = timedelta(days=14)
"""A chart of one day would show a line where there is only a moment."""
LONG_SPAN = timedelta(days=300)
"""From here on the same day would stand on the axis for two years: months are named with their year instead."""
_DAY_MS = 24 * 60 * 60 * 1000
_MONTH_MS = 31 * _DAY_MS
MARGIN = 0.04
"""Of the span, left free on both sides."""


def draw(screen: Screen, facts: Facts) -> None:
    """Above the line content, below it unhappy; from the first contact that had a feeling until now."""
    words = screen.words
    data = [[moment.isoformat(), round(valence, 2)] for moment, valence, _ in facts.moods]
    first, until = facts.moods[0][0], now()
    span = max(until - first, LEAST_SPAN)
    is_long = span >= LONG_SPAN
    ends = {"1": words.label("sentiment", "positive"), "0": "", "-1": words.label("sentiment", "negative")}
    line = {"type": "line", "data": data, "smooth": 0.2, "symbolSize": 7, "lineStyle": {"width": 2}}
    line["markLine"] = {
        "silent": True, "symbol": "none", "data": [{"yAxis": 0}], "label": {"show": False},
        "lineStyle": {"color": "#b8c8c2", "type": "solid"},
    }  # fmt: skip
    chart = ui.echart(
        {
            "animation": False,
            "grid": {"left": 52, "right": 14, "top": 10, "bottom": 24},
            "tooltip": {"trigger": "axis"},
            "xAxis": {
                "type": "time", "min": (until - span * (1 + MARGIN)).isoformat(),
                "max": (until + span * MARGIN).isoformat(),
                "axisLabel": {
                    "hideOverlap": True, "color": "#4d615b", "formatter": "{yyyy}/{M}" if is_long else "{M}/{d}",
                },
                "splitNumber": 4, "minInterval": _MONTH_MS if is_long else _DAY_MS,
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
    chart.classes("hk-mood-chart").props(f'role="img" aria-label="{words("members.mood_chart", count=len(data))}"')
