"""The page at /console/jobs: what the program does by the clock, and how it went; administrators run a job at once."""

from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console.access import ROOT
from bot.console.admin import job_words
from bot.console.admin.leads import open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.desk import administration
from bot.desk.scheduler import ASKED, JOBS, RAN
from bot.desk.signals import Event
from bot.services import Services
from crm_store import agents, schedule
from crm_store.agents import Role


def register(services: Services) -> None:
    @ui.page("/jobs", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "jobs")
        if not isinstance(screen, Screen):
            return screen
        with screen.frame("jobs", title=screen.words("nav_jobs")):
            shown = JobsPage(screen)
        await shown.happened([])
        screen.follow(JOBS, then=shown.happened, kinds={ASKED, RAN})
        return None


class JobsPage:
    """One row for each job: those that fail first, then what is due next."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._may_run = agents.may(screen.agent, Role.ADMIN)
        self._told = ""
        ui.add_head_html(f'<link rel="stylesheet" href="{ROOT}/static/schedule.css">')
        with element("div", "hk-page-head"):
            ui.html(escape(screen.words("nav_jobs")), sanitize=False, tag="h1")
            ui.label(screen.words("jobs.lead")).classes("hk-dim")
        self._list = ui.element("div").classes("hk-jobs")

    async def happened(self, _events: list[Event]) -> None:
        """Drawn again only when it says something else."""
        words = self.screen.words
        async with self.screen.services.database.reading() as session:
            jobs = await schedule.listing(session)
            runs = await schedule.latest_runs(session, each=job_words.SHOWN_RUNS)
        lines = {each.name: job_words.line(each, runs.get(each.name, ()), words) for each in jobs}
        told = "\n".join(lines.values())
        if told == self._told and told:
            return
        self._told = told
        self._list.clear()
        with self._list:
            if not lines:
                ui.label(words("jobs.none")).classes("hk-none")
            for name, line in lines.items():
                with element("section", "hk-job", f'data-job="{escape(name)}"'):
                    ui.html(line, sanitize=False)
                    if self._may_run:
                        self._run_button(name)

    def _run_button(self, name: str) -> None:
        words = self.screen.words
        button = ui.button(words("jobs.run"), on_click=partial(self._run, name)).props("outline no-caps dense")
        button.props(f'aria-label="{escape(words("jobs.run_of", name=job_words.name(name, words)))}"')

    async def _run(self, name: str) -> None:
        screen = self.screen
        if await screen.act(lambda: administration.run_job(screen.services.desk, screen.agent.id, name)):
            screen.tell(screen.words("jobs.asked", name=job_words.name(name, screen.words)), kind="positive")
