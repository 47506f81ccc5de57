"""The page at /console/policy: service hours and reply times in words, and the shop's own file, to be changed."""

from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import markup
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.admin.policy_words import hours, replies
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.desk import administration
from bot.services import Services
from crm_store.agents import Role
from crm_store.policy import PolicyRefused, Problem, editing, policy
from crm_store.policy.editing import TEXT_CHARACTERS


def register(services: Services) -> None:
    @ui.page("/policy", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "policy", needs=Role.ADMIN)
        if not isinstance(screen, Screen):
            return screen
        with screen.frame("policy", title=screen.words("nav_policy")):
            PolicyPage(screen, services.settings.policy_file)
        screen.follow(then=nothing)
        return None


class PolicyPage:
    """What is in force, and below it the file. `file`: the shop's own; None: it has none that could be changed."""

    def __init__(self, screen: Screen, file: Path | None) -> None:
        self.screen = screen
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_policy")), sanitize=False, tag="h1")
            ui.label(words("admin.policy_lead")).classes("hk-dim")
        with element("div", "hk-cards"):
            for title, pairs in (("admin.hours", hours(words)), ("admin.replies", replies(words))):
                with element("section", "hk-card hk-policy"):
                    ui.html(f"<h2>{escape(words(title))}</h2>{markup.rows(pairs)}", sanitize=False)
        if file is None:
            ui.label(words("admin.policy_no_file")).classes("hk-none")
        else:
            self._build_editor(file)

    def _build_editor(self, file: Path) -> None:
        words = self.screen.words
        try:
            draft = editing.opened(file)
        except PolicyRefused as refusal:  # it was there when the program started
            ui.html(_told(refusal.problems, self.screen), sanitize=False)
            return
        with element("section", "hk-policy-file"):
            ui.html(f"<h2>{escape(words('admin.policy_file'))}</h2>", sanitize=False)
            ui.label(words("admin.policy_file_lead", file=file.name)).classes("hk-dim")
            self._waits = ui.label(words("admin.policy_waits")).classes("hk-parallel").props('role="status"')
            self._waits.set_visibility(_waits(file, draft.text))
            self._text = ui.textarea(value=draft.text).props(
                f'outlined spellcheck="false" maxlength="{TEXT_CHARACTERS}" aria-label="{words("admin.policy_file")}"'
            )
            self._problems = ui.html("", sanitize=False).props('role="alert"')
            with element("div", "hk-card-acts"):
                self._save = ui.button(words("save")).props("unelevated no-caps")
                self._save.on_click(partial(self._do_save, file))
        self._draft = draft

    async def _do_save(self, file: Path) -> None:
        """What is wrong is told line by line, and the text stays as it was typed."""
        desk, me, typed = self.screen.services.desk, self.screen.agent.id, str(self._text.value or "")
        problems: Sequence[Problem] = ()

        async def deed() -> None:
            nonlocal problems
            try:
                self._draft = await administration.save_policy(desk, me, file, typed, based_on=self._draft.mark)
            except PolicyRefused as refusal:
                problems = refusal.problems

        self._save.disable()
        try:
            done = await self.screen.act(deed)
        finally:
            self._save.enable()
        self._problems.set_content(_told(problems, self.screen))
        if done and not problems:
            self._waits.set_visibility(_waits(file, self._draft.text))
            self.screen.tell(self.screen.words("admin.policy_saved"), kind="positive")


def _waits(file: Path, text: str) -> bool:
    """Whether the file says something else than what is in force."""
    try:
        return editing.checked(file, text) != policy()
    except PolicyRefused:
        return True


def _told(problems: Sequence[Problem], screen: Screen) -> str:
    """Each with its line; the reason is what `huike policy check` says."""
    lines = []
    for each in problems:
        line = screen.words("admin.policy_line", line=each.line)
        lines.append(f"<li><b>{escape(line)}</b> <code>{escape(each.field)}</code> {escape(each.reason)}</li>")
    return f'<ul class="hk-policy-problems">{"".join(lines)}</ul>' if lines else ""
