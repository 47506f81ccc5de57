"""The page at /console/win-back: who is gone and why, what asking back brings, whom to thank."""

from collections.abc import Sequence
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import links, markup
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.console.winback import figures, thanking
from bot.console.words import Words
from bot.console.work import rows
from bot.console.work.exit_interview import ask_interview, causes_of
from bot.desk.casework.acting import WORK
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store import departures, thanks, winback
from crm_store.clock import now
from crm_store.departures import Departure
from crm_store.language import format_date, format_money
from crm_store.policy import policy
from crm_store.work import Kind

SHOWN = 40
UNSETTLED = ("complaints", "promises", "orders")


def register(services: Services) -> None:
    @ui.page("/win-back", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("win_back", title=screen.words("nav_win_back")):
            shown = WinBackPage(screen)
        await shown.refresh()
        screen.follow(DESK, then=shown.happened, kinds={WORK})
        return None


class WinBackPage:
    """Four parts: the reasons, what came of it (for supervisors), members to thank, and lost members."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._told = ""
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_win_back")), sanitize=False, tag="h1")
            ui.label(words("winback.lead")).classes("hk-dim")
        self._place = ui.element("div").classes("hk-win-back")

    async def happened(self, _events: list[Event]) -> None:
        await self.refresh()

    async def refresh(self) -> None:
        """Read again; drawn again only when it says something else."""
        over = policy().win_back.causes_over
        async with self.screen.services.database.reading() as session:
            lost = await departures.lost(session, limit=SHOWN)
            cases = await winback.cases_of(session, [each.member.id for each in lost])
            causes = await departures.causes_told(session, since=now() - over)
            report = await winback.report(session, over=4 * over) if self.screen.is_lead else None
            best = await thanks.listing(session)
        told = repr(
            (
                [(each.member.id, each.key, each.open, each.interview and each.interview.keys) for each in lost],
                sorted(cases.items()), causes, report,
                [(each.member.id, each.last and each.last.id, each.member.named_contact_id) for each in best],
            )
        )  # fmt: skip
        if told == self._told:
            return
        self._told = told
        self._place.clear()
        with self._place:
            with element("div", "hk-cards hk-measures"):
                figures.draw_causes(self.screen.words, causes, over)
                if report is not None:
                    figures.draw_report(self.screen.words, report)
            thanking.draw(self.screen, best, self.refresh)
            self._lost(lost, cases)

    def _lost(self, lost: Sequence[Departure], cases: dict[tuple[int, str], int]) -> None:
        words = self.screen.words
        ui.html(escape(words("winback.lost_title")), sanitize=False, tag="h2").classes("hk-list-title")
        if not lost:
            ui.label(words("winback.lost_none")).classes("hk-none")
            return
        with element("div", "hk-cards"):
            for each in lost:
                self._card(each, cases.get((each.member.id, each.key)))

    def _card(self, each: Departure, case_id: int | None) -> None:
        words = self.screen.words
        with element("article", "hk-card", f'data-lost="{escape(each.member.number)}"'):
            ui.html(told_of(each, words), sanitize=False)
            with element("div", "hk-card-acts"):
                ui.button(words("winback.interview"), on_click=partial(self._interview, each.member.id)).props(
                    "outline no-caps"
                )
                if case_id is not None:
                    address = escape(rows.address(Kind.WIN_BACK, str(case_id)))
                    way = f'<a class="hk-act hk-act-first" href="{address}">{escape(words("winback.to_case"))}</a>'
                    ui.html(way, sanitize=False)

    async def _interview(self, member_id: int) -> None:
        if await ask_interview(self.screen, member_id):
            await self.refresh()


def told_of(each: Departure, words: Words) -> str:
    """A lost member as HTML."""
    day = format_date(each.since, words.language)
    chips = (
        markup.tier(each.member, words)
        + markup.chip(words.label("departure_way", each.way), "plain")
        + markup.chip(words("winback.since", day=day), "plain")
        + markup.chip(words("winback.worth", money=format_money(each.value_minor)), "plain")
    )
    open_things = [words(f"winback.open_{kind}", count=each.open[kind]) for kind in UNSETTLED if each.open.get(kind)]
    last = format_date(each.last_order_at, words.language) if each.last_order_at else words("winback.no_order")
    pairs = [
        (words("winback.why"), escape(causes_of(each.interview, words))),
        (words("winback.last_order"), escape(last)),
        (words("winback.still_open"), escape(words.listed(open_things) or words("winback.open_none"))),
    ]
    if each.interview is not None:
        said = [("winback.said", each.interview.words), ("winback.wish", each.interview.wish)]
        pairs += [(words(key), escape(markup.short(text))) for key, text in said if text]
    name, link = escape(markup.member_name(each.member, words)), escape(links.member(each.member.number))
    return f'<h2><a href="{link}">{name}</a></h2><div class="hk-chips">{chips}</div>{markup.rows(pairs)}'
