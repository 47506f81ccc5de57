"""The page at /console/risk: who may be about to leave, what following up did, and how right the estimates are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import links, markup
from bot.console.access import ROOT
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.services import Services
from crm_store import followups, risk
from crm_store.clock import business_zone
from crm_store.followups import Listed, Proof, ProvedBy
from crm_store.language import format_moment, format_money, format_number
from crm_store.policy import policy
from crm_store.risk import Group, Judgement, Report, RiskLevel, Standing, Uplift

PERIODS = (30, 90, 180, 365)
USUAL_PERIOD = 180
URGENT_SHOWN = 6
_COLOURS = {RiskLevel.MEDIUM: "#8a5a00", RiskLevel.HIGH: "#b4452c", RiskLevel.LOST: "#4d615b"}
_AXIS = {"color": "#4d615b", "hideOverlap": True}
_PROVES = {
    ProvedBy.PURCHASE: Proof.SAVED, ProvedBy.MOOD: Proof.SAVED, ProvedBy.SILENCE: Proof.LOST, ProvedBy.LEFT: Proof.LOST,
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What the page shows, as it was read."""

    report: Report
    weeks: Sequence[Standing]
    urgent: Sequence[Listed]
    judgement: Judgement


def register(services: Services) -> None:
    """The address says over how many days: `days`."""

    @ui.page("/risk", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "risk")
        if not isinstance(screen, Screen):
            return screen
        days = _asked(request)
        async with services.database.reading(bulk=True) as session:
            shown = await _read(session, timedelta(days=days))
        with screen.frame("risk", title=screen.words("nav_risk")):
            _show(screen.words, days, shown)
        screen.follow(then=nothing)
        return None


def _asked(request: Request) -> int:
    asked = request.query_params.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else USUAL_PERIOD


async def _read(session: AsyncSession, over: timedelta) -> Shown:
    return Shown(
        report=await risk.report(session, over=over),
        weeks=await risk.levels_by_week(session, over=over),
        urgent=await followups.open_list(session, limit=URGENT_SHOWN),
        judgement=await risk.judgement(session),
    )


def _show(words: Words, days: int, shown: Shown) -> None:
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_risk")), sanitize=False, tag="h1")
        ui.label(words("risk.lead")).classes("hk-dim")
    ui.html(_form(words, days), sanitize=False)
    if not any(shown.report.levels.values()):
        ui.label(words("risk.empty")).classes("hk-none")
        return
    with element("div", "hk-cards hk-measures"):
        _levels(words, shown.report)
        _moved(words, shown.weeks)
        _compared(words, shown.report)
        _came_of_it(words, shown.report)
        _urgent(words, shown.urgent)
        _calibration(words, shown.judgement)


def _levels(words: Words, report: Report) -> None:
    pairs = [
        (words.label("risk_level", level), f"<b>{words('risk.members', count=format_number(count))}</b>")
        for level, count in report.levels.items()
    ]
    pairs.append((words("risk.waiting_for_us"), f"<b>{format_number(report.open)}</b>"))
    _card("levels", words("risk.levels"), markup.rows(pairs))


def _moved(words: Words, weeks: Sequence[Standing]) -> None:
    zone = business_zone()
    lines = {
        words.label("risk_level", level): [
            [f"{each.at.astimezone(zone):%Y-%m-%d}", each.levels[level]] for each in weeks
        ]
        for level in _COLOURS
    }
    with _card("moved", words("risk.moved"), _text(words("risk.moved_told"))):
        _chart(words("risk.moved"), {"type": "time", "axisLabel": _AXIS | {"formatter": "{yy}/{M}/{d}"}}, lines,
               list(_COLOURS.values()))  # fmt: skip


def _compared(words: Words, report: Report) -> None:
    """Treated against control, and what a verdict still needs."""
    rules = policy().risk
    told = _text(words("risk.comparison_told", held=round(100 * rules.held_back)))
    pairs = [
        (words("risk.contacted"), _group(words, report.treated)),
        (words("risk.left_alone"), _group(words, report.control)),
    ]
    verdict = f'<p class="hk-verdict">{escape(_verdict(words, report.uplift))}</p>'
    _card("comparison", words("risk.comparison"), verdict + told + markup.rows(pairs) + _text(_needed(words, report)))


def _group(words: Words, group: Group) -> str:
    came = words("risk.came_back", members=format_number(group.members), saved=format_number(group.saved))
    if group.rate is None:
        return escape(came)
    low, high = group.interval()
    share = words("risk.share", share=f"{group.rate:.0%}", low=f"{low:.0%}", high=f"{high:.0%}")
    return f'{escape(came)}<br><small class="hk-dim">{escape(share)}</small>'


def _verdict(words: Words, gain: Uplift | None) -> str:
    """What the comparison says, in words."""
    if gain is None:
        return words("risk.nobody_yet", days=policy().risk.proof_within.days)
    difference, low, high = (round(100 * each) for each in (gain.difference, gain.low, gain.high))
    if not gain.is_settled:
        return words("risk.open_yet", difference=f"{difference:+d}", low=f"{low:+d}", high=f"{high:+d}")
    if gain.low > 0:
        return words("risk.helps", gain=difference, low=low, high=high)
    return words("risk.harms", gain=-difference, low=-high, high=-low)


def _needed(words: Words, report: Report) -> str:
    if not report.needed:
        return words("risk.none_held")
    needed, more = format_number(report.needed), report.needed - report.control.members
    if more <= 0:
        return words("risk.needed_reached", needed=needed)
    worth = f"{100 * policy().risk.uplift_worth:g}"
    return words("risk.needed_more", worth=worth, needed=needed, more=format_number(more))


def _came_of_it(words: Words, report: Report) -> None:
    """What agents did, and what members did afterwards."""
    done = [(words.label("follow_up_outcome", name), format_number(count)) for name, count in report.outcomes.items()]
    became = [
        (words(f"risk.{proof}_by", what=words.label("follow_up_proved_by", by)), format_number(report.proved_by[by]))
        for by, proof in _PROVES.items()
    ]
    became.append((words("risk.waiting"), format_number(report.waiting_for_proof)))
    told = _text(words("risk.became_told", days=policy().risk.proof_within.days))
    second = f"<h3>{escape(words('risk.became'))}</h3>{told}{markup.rows(became)}"
    _card("done", words("risk.done"), markup.rows(done) + second)


def _urgent(words: Words, urgent: Sequence[Listed]) -> None:
    lines = []
    for each in urgent:
        name = escape(markup.member_name(each.member, words))
        head = f'<a href="{links.member(each.member.number)}">{name}</a> '
        head += markup.chip(words("risk_score", percent=round(each.follow_up.score * 100)), "risk-high")
        head += markup.chip(words("spent", money=format_money(each.value_minor)), "plain")
        head += markup.chip(words("due", when=format_moment(each.follow_up.due_at, words.language)), "plain")
        reasons = [f"<li>{escape(risk.sentence(reason, words.language))}</li>" for reason in each.follow_up.reasons]
        lines.append(markup.entry(head, f'<ul class="hk-reasons">{"".join(reasons)}</ul>'))
    every = f'<a class="hk-act" href="{ROOT}/follow-ups">{escape(words("risk.urgent_all"))}</a>'
    listed = markup.listed(lines) or _text(words("risk.urgent_none"))
    _card("urgent", words("risk.urgent"), f'{listed}<p class="hk-ways">{every}</p>')


def _calibration(words: Words, judged: Judgement) -> None:
    """What was expected of members beside what they did, by tenths of the chance."""
    title = words("risk.calibration")
    if not judged.tenths:
        _card("calibration", title, _text(words("risk.calibration_none")))
        return
    facts = {"members": format_number(judged.members), "days": judged.ahead_days, "error": f"{100 * judged.error:.1f}"}
    lines = {
        words("risk.expected"): [[_tenth(each.step), round(100 * each.expected, 1)] for each in judged.tenths],
        words("risk.observed"): [[_tenth(each.step), round(100 * each.observed, 1)] for each in judged.tenths],
    }
    axis = {"type": "category", "axisLabel": _AXIS, "data": [_tenth(each.step) for each in judged.tenths]}
    with _card("calibration", title, _text(words("risk.calibration_told", **facts))):
        _chart(title, axis, lines, ["#245c6b", "#b4452c"], percent=True)


def _tenth(step: int) -> str:
    return f"{step * 10}–{step * 10 + 10}%"


def _card(part: str, title: str, body: str) -> ui.element:
    """A card with its heading; what is built in its block comes below. `body`: HTML."""
    with element("article", "hk-card", f'data-risk="{part}"') as card:
        ui.html(f"<h2>{escape(title)}</h2>{body}", sanitize=False)
    return card


def _text(told: str) -> str:
    return f'<p class="hk-dim">{escape(told)}</p>'


def _chart(
    name: str,
    axis: Mapping[str, object],
    lines: Mapping[str, list[list[object]]],
    colours: Sequence[str],
    *,
    percent: bool = False,
) -> None:
    series = [
        {"type": "line", "name": each, "data": data, "symbolSize": 5, "color": colour}
        for (each, data), colour in zip(lines.items(), colours, strict=True)
    ]
    label = {"color": "#4d615b"} | ({"formatter": "{value}%"} if percent else {})
    chart = ui.echart(
        {
            "animation": False,
            "grid": {"left": 48, "right": 18, "top": 12, "bottom": 60},
            "tooltip": {"trigger": "axis"},
            "legend": {"show": True, "bottom": 0, "type": "scroll"},
            "xAxis": dict(axis),
            "yAxis": {"type": "value", "min": 0, "minInterval": 1, "axisLabel": label}
            | ({"max": 100} if percent else {}),
            "series": series,
        },
        renderer="svg",
    )
    chart.classes("hk-measure-chart").props(f'role="img" aria-label="{escape(name)}"')


def _form(words: Words, days: int) -> str:
    options = "".join(
        f'<option value="{each}"{" selected" if each == days else ""}>{escape(words("risk.days", days=each))}</option>'
        for each in PERIODS
    )
    return (
        f'<form method="get" action="{links.risk()}" class="hk-audit-form">'
        f'<label>{escape(words("risk.period"))}<select name="days" class="hk-choice">{options}</select></label>'
        f'<span class="hk-audit-acts"><button type="submit" class="hk-primary">{escape(words("risk.show"))}</button>'
        "</span></form>"
    )
