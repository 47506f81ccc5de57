"""The page at /console/agents: who works here and what each serves; administrators open and close accounts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console import markup
from bot.console.admin import agent_forms
from bot.console.admin.leads import open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.desk.administration import CHANGED
from bot.desk.attendance import STAFF
from bot.desk.signals import Event
from bot.services import Services
from crm_store import agents, assignment, availability, compensation, second_factor
from crm_store.agents import Agent, Role
from crm_store.availability import Colleague, Presence
from crm_store.compensation import CompensationKind
from crm_store.language import format_limit, format_moment, format_money, format_number
from crm_store.policy import policy

_LOOKS = {Presence.ONLINE: "good", Presence.BUSY: "soon", Presence.AWAY: "plain"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One agent of the list. `presence`: None when the account is closed."""

    agent: Agent
    presence: Presence | None
    in_hand: int = 0
    has_factor: bool = False


def register(services: Services) -> None:
    @ui.page("/agents", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "agents")
        if not isinstance(screen, Screen):
            return screen
        with screen.frame("agents", title=screen.words("nav_agents")):
            shown = AgentsPage(screen)
        await shown.happened([])
        screen.follow(STAFF, then=shown.happened, kinds={CHANGED, "presence"})
        return None


class AgentsPage:
    """One row for each agent: who is there first; closed accounts below."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.is_admin = agents.may(screen.agent, Role.ADMIN)
        self._told = ""
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_agents")), sanitize=False, tag="h1")
            ui.label(words("admin.agents_lead" if self.is_admin else "admin.agents_lead_supervisor")).classes("hk-dim")
            if self.is_admin:
                add = partial(agent_forms.add, screen)
                ui.button(words("admin.add"), on_click=add).props("unelevated no-caps")
        self._list = ui.element("div").classes("hk-staff")
        ui.html(_limits(words), sanitize=False)

    async def happened(self, _events: list[Event]) -> None:
        """Drawn again only when it says something else, so that no menu closes under the hand."""
        async with self.screen.services.database.reading() as session:
            there = await availability.roster(session)
            everybody = await agents.listing(session, active_only=False)
            holders = await second_factor.holders(session)
        found = [_present(each, holders) for each in there]
        found += [Entry(each, None, has_factor=each.id in holders) for each in everybody if not each.active]
        lines = [_line(each, self.screen.words) for each in found]
        told = "\n".join(lines)
        if told != self._told:
            self._told = told
            self._draw(found, lines)

    def _draw(self, found: Sequence[Entry], lines: Sequence[str]) -> None:
        self._list.clear()
        with self._list:
            for entry, line in zip(found, lines, strict=True):
                kind = "hk-agent" if entry.presence else "hk-agent closed"
                with element("section", kind, f'data-agent="{entry.agent.id}"'):
                    ui.html(line, sanitize=False).classes("hk-agent-facts")
                    self._acts(entry)

    def _acts(self, entry: Entry) -> None:
        """What this reader may do with the account; what would be refused is not offered."""
        agent = entry.agent
        words, is_me = self.screen.words, agent.id == self.screen.agent.id
        acts: list[tuple[str, Callable[[Screen, Agent], Awaitable[None]]]] = []
        if agent.active:
            acts.append(("skills", agent_forms.set_skills))
        if self.is_admin:
            acts.append(("role", agent_forms.change_role))
        if self.is_admin and not is_me:
            acts.append(("password", agent_forms.reset_password))
            if entry.has_factor:
                acts.append(("factor", agent_forms.reset_second_factor))
            acts.append(("close", agent_forms.close) if agent.active else ("reopen", agent_forms.reopen))
        if not acts:
            return
        change = ui.button(f"{words('admin.change')} ▾").props("outline no-caps")
        change.props(f'aria-label="{escape(words("admin.change_of", name=agent.name))}"')
        with change, ui.menu():
            for key, ask in acts:
                ui.menu_item(words(f"admin.do_{key}"), on_click=partial(ask, self.screen, agent))


def _present(colleague: Colleague, holders: set[int]) -> Entry:
    return Entry(colleague.agent, colleague.presence, colleague.in_hand, colleague.agent.id in holders)


def _line(entry: Entry, words: Words) -> str:
    agent = entry.agent
    chips = [markup.chip(words.label("agent_role", agent.role), "" if agent.role == Role.AGENT else "lead")]
    if entry.presence is None:
        chips.append(markup.chip(words("admin.closed"), "bad"))
    else:
        chips.append(markup.chip(words.label("agent_presence", entry.presence), _LOOKS[entry.presence]))
    if agent.password_is_temporary and agent.active:
        chips.append(markup.chip(words("admin.password_waits"), "soon"))
    if entry.has_factor:
        chips.append(markup.chip(words("admin.has_factor"), "good"))
    served = [words.label("language_name", each) for each in agent.languages] or [words("admin.all_languages")]
    skills = [words.label("queue_reason", each) for each in agent.skills] or [words("admin.all_reasons")]
    load = words("admin.load", held=entry.in_hand, most=assignment.capacity(agent))
    parts = [
        f'<div class="hk-agent-who"><b>{escape(agent.name)}</b><span class="hk-dim">{escape(agent.email)}</span>'
        f'<span class="hk-chips">{"".join(chips)}</span></div>',
        _fact(words("admin.languages"), words.listed(served)),
        _fact(words("admin.skills"), words.listed(skills)),
        _fact(words("admin.in_hand"), load if agent.active else "–"),
        _fact(words("admin.last_seen"), _last_seen(agent, words)),
    ]
    return "".join(parts)


def _fact(name: str, value: str) -> str:
    return f'<div class="hk-agent-fact"><span class="hk-dim">{escape(name)}</span>{escape(value)}</div>'


def _last_seen(agent: Agent, words: Words) -> str:
    known = [each for each in (agent.seen_at, agent.left_at, agent.last_login_at) if each is not None]
    return format_moment(max(known), words.language) if known else words("admin.never")


def _limits(words: Words) -> str:
    """What each role may give or put right of its own accord, from the policy."""
    within = format_limit(policy().goodwill.within, words.language)
    heads = [words("admin.limit_role"), words("admin.limit_gift", within=within)]
    heads.append(words("admin.limit_correction", within=within))
    heads += [words(f"admin.limit_{kind}") for kind in CompensationKind]
    rows = []
    for role in Role:
        most = compensation.limits(role)
        gift = words("admin.points", points=format_number(policy().goodwill.points[role]))
        correction = words("admin.points", points=format_number(policy().goodwill.correction[role]))
        cells = [words.label("agent_role", role), gift, correction]
        cells += [
            words("admin.points", points=format_number(most[kind]))
            if kind is CompensationKind.POINTS
            else format_money(most[kind])
            for kind in CompensationKind
        ]
        data = zip(heads, cells, strict=True)
        rows.append("<tr>" + "".join(f'<td data-of="{escape(of)}">{escape(cell)}</td>' for of, cell in data) + "</tr>")
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    return (
        f'<h2 class="hk-list-title">{escape(words("admin.limits"))}</h2><table class="hk-table hk-limits">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
