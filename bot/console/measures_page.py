"""The page at /console/measures: loyalty in figures by month or quarter and by segment, and the few who bring most."""

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import core, ui

from bot.console import access, links, markup
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.services import Services
from crm_store import agents, measures, tiers, value
from crm_store.agents import Role
from crm_store.language import Language, format_money, format_number
from crm_store.measures import Dimension, Measure, MeasureSnapshot, Span
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.value import MemberValue, ValueRun

ROUTE = "/measures.csv"
BEST_SHOWN = 8
_PERCENT = {
    Measure.RETENTION, Measure.CHURN, Measure.SATISFACTION, Measure.PROMISES, Measure.BEHAVIOURAL,
}  # fmt: skip
_COLOURS = ("#0f7a5f", "#b4452c", "#245c6b", "#8a5a00", "#6a4c93", "#4d615b")
_AXIS = {"color": "#4d615b", "hideOverlap": True}


def register(services: Services) -> None:
    """The address says what is shown: `span` and `by`."""
    core.app.remove_route(ROUTE)

    @core.app.get(ROUTE, include_in_schema=False)
    async def export(request: Request) -> Response:
        entered = await access.enter(services, request)
        if entered is None:
            return access.to_login(request)
        if not agents.may(entered[1], Role.SUPERVISOR):
            return Response(status_code=403)
        span, by = _asked(request)
        async with services.database.reading() as session:
            found = await measures.series(session, span, by)
        name = f'attachment; filename="measures-{span}-{by}.csv"'
        return Response(
            _table(found, Words(Language.of(entered[1].language))),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name, "Cache-Control": "private, no-store"},
        )

    @ui.page("/measures", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "measures")
        if not isinstance(screen, Screen):
            return screen
        span, by = _asked(request)
        async with services.database.reading() as session:
            found = await measures.series(session, span, by)
            running = await measures.so_far(session, span)
            run = await value.latest_run(session)
            best = await value.most_valuable(session, limit=BEST_SHOWN)
        with screen.frame("measures", title=screen.words("nav_measures")):
            _show(screen.words, span, by, found, running)
            _worth(screen.words, run, best)
        screen.follow(then=nothing)
        return None


def told(measure: Measure, amount: float | None, words: Words) -> str:
    """A figure as people write it."""
    if amount is None:
        return words("measures.nothing")
    if measure is Measure.LIFETIME:
        return format_money(round(amount / 100) * 100)
    if measure is Measure.RECOMMENDATION:
        return f"{amount:+.0f}"
    return f"{amount:.1f}" + ("%" if measure in _PERCENT else "")


def segment_name(by: Dimension, segment: str, words: Words) -> str:
    """What a segment is called."""
    names = {Dimension.STAGE: "life_stage", Dimension.ATTITUDE: "attitude", Dimension.LANGUAGE: "language_name"}
    if by is Dimension.LEVEL:
        return tiers.name(segment, words.language)
    if by is Dimension.CHANNEL:
        return words("measures.no_channel") if segment == "none" else markup.channel(segment, words)
    return words.label(names.get(by, "measure_dimension"), segment)


def _asked(request: Request) -> tuple[Span, Dimension]:
    span, by = request.query_params.get("span", ""), request.query_params.get("by", "")
    return (
        Span(span) if span in set(Span) else Span.MONTH,
        Dimension(by) if by in set(Dimension) else Dimension.ALL,
    )


def _show(
    words: Words,
    span: Span,
    by: Dimension,
    found: Sequence[MeasureSnapshot],
    running: Mapping[Measure, tuple[float | None, int]],
) -> None:
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_measures")), sanitize=False, tag="h1")
        ui.label(words("measures.lead")).classes("hk-dim")
    ui.html(_form(words, span, by), sanitize=False)
    if not found:
        ui.label(words("measures.empty")).classes("hk-none")
        return
    soon = [(words.label("measure", each), _figure(each, *running[each], words)) for each in running]
    ui.html(f"<h2>{escape(words('measures.so_far'))}</h2>{markup.rows(soon)}", sanitize=False).classes("hk-card")
    with element("div", "hk-cards hk-measures"):
        for measure in Measure:
            _card(words, by, measure, [each for each in found if each.measure == measure])


def _card(words: Words, by: Dimension, measure: Measure, found: Sequence[MeasureSnapshot]) -> None:
    """The newest figure of each segment, and the way there as lines."""
    name = words.label("measure", measure)
    last = max((each.starts_on for each in found), default=None)
    newest = [each for each in found if each.starts_on == last]
    pairs = [(segment_name(by, each.segment, words), _figure(measure, each.value, each.n, words)) for each in newest]
    with element("article", "hk-card", f'data-measure="{measure}"'):
        since = words("measures.period_of", first=last.isoformat()) if last else ""
        head = f'<h2>{escape(name)}</h2><span class="hk-dim">{escape(since)}</span>'
        ui.html(head + markup.rows(pairs), sanitize=False)
        lines: dict[str, list[list[object]]] = {}
        for each in found:
            if each.value is not None:
                amount = each.value / 100 if measure is Measure.LIFETIME else each.value
                line = lines.setdefault(segment_name(by, each.segment, words), [])
                line.append([each.starts_on.isoformat(), round(amount, 2)])
        if any(len(line) > 1 for line in lines.values()):
            _chart(name, lines, time=True)


def _worth(words: Words, run: ValueRun | None, best: Sequence[tuple[Member, MemberValue]]) -> None:
    """The 80/20 curve, and of whom most is expected."""
    if run is None or not run.curve:
        return
    with element("div", "hk-cards hk-measures"):
        with element("article", "hk-card"):
            facts = {"buyers": format_number(run.buyers), "money": format_money(run.spend_minor)}
            title, text = words("measures.curve"), words("measures.curve_told", **facts)
            ui.html(f"<h2>{escape(title)}</h2><p>{escape(text)}</p>", sanitize=False)
            _chart(title, {title: [[round(x * 100, 1), round(y * 100, 1)] for x, y in run.curve]}, time=False)
        with element("article", "hk-card"):
            pairs = [
                (markup.member_name(member, words), f'<a href="{links.member(member.number)}">{member.number}</a> '
                 + escape(format_money(round(worth.lifetime_minor / 100) * 100)))
                for member, worth in best
            ]  # fmt: skip
            ui.html(f"<h2>{escape(words('measures.best'))}</h2>{markup.rows(pairs)}", sanitize=False)


def _figure(measure: Measure, amount: float | None, n: int, words: Words) -> str:
    few = n < policy().measures.few
    made_of = words("measures.few" if few else "measures.made_of", n=format_number(n)) if n else ""
    return f'<b>{escape(told(measure, amount, words))}</b> <small class="hk-dim">{escape(made_of)}</small>'


def _chart(name: str, lines: Mapping[str, list[list[object]]], *, time: bool) -> None:
    series = [
        {"type": "line", "name": each, "data": data, "symbolSize": 5, "color": _COLOURS[place % len(_COLOURS)]}
        for place, (each, data) in enumerate(lines.items())
    ]
    axis = {"type": "time", "axisLabel": _AXIS | {"formatter": "{yy}/{M}"}} if time else {
        "type": "value", "max": 100, "axisLabel": _AXIS | {"formatter": "{value}%"},
    }  # fmt: skip
    chart = ui.echart(
        {
            "animation": False,
            "grid": {"left": 52, "right": 18, "top": 12, "bottom": 28 if len(lines) < 2 else 60},
            "tooltip": {"trigger": "axis"},
            "legend": {"show": len(lines) > 1, "bottom": 0, "type": "scroll"},
            "xAxis": axis,
            "yAxis": {"type": "value", "scale": time, "axisLabel": {"color": "#4d615b"}},
            "series": series,
        },
        renderer="svg",
    )
    chart.classes("hk-measure-chart").props(f'role="img" aria-label="{escape(name)}"')


def _form(words: Words, span: Span, by: Dimension) -> str:
    spans = {each.value: words(f"measures.{each}") for each in Span}
    dimensions = {each.value: words.label("measure_dimension", each) for each in Dimension}
    fields = _select("span", words("measures.span"), spans, span) + _select(
        "by", words("measures.dimension"), dimensions, by
    )
    acts = (
        f'<button type="submit" class="hk-primary">{escape(words("measures.show"))}</button>'
        f'<a class="hk-act" href="{links.measures_export(span, by)}">{escape(words("measures.export"))}</a>'
    )
    return (
        f'<form method="get" action="{links.measures()}" class="hk-audit-form">{fields}'
        f'<span class="hk-audit-acts">{acts}</span></form>'
    )


def _select(name: str, label: str, options: Mapping[str, str], chosen: str) -> str:
    told_options = "".join(
        f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(text)}</option>'
        for key, text in options.items()
    )
    return f'<label>{escape(label)}<select name="{name}" class="hk-choice">{told_options}</select></label>'


def _table(found: Sequence[MeasureSnapshot], words: Words) -> str:
    """For a spreadsheet: lifetime value in whole units of the currency, everything else as it is."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    columns = ("period", "segment", "measure", "value")
    writer.writerow([*(words(f"measures.column_{each}") for each in columns), "n"])
    for each in found:
        amount = each.value / 100 if each.value is not None and each.measure == Measure.LIFETIME else each.value
        segment = segment_name(Dimension(each.dimension), each.segment, words)
        shown = "" if amount is None else f"{amount:.2f}"
        writer.writerow([each.starts_on.isoformat(), segment, words.label("measure", each.measure), shown, each.n])
    return "\ufeff" + lines.getvalue()
