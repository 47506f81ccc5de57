"""The page at /console/audit: who did what to whom, when and from where, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import links, markup
from bot.console.admin.audit_filter import AuditFilter, number_of
from bot.console.admin.audit_words import AuditWords, actions
from bot.console.admin.leads import nothing, open_for_leads
from bot.console.screen import BUILD_SECONDS, Screen, element
from bot.console.words import Words
from bot.services import Services
from crm_store import agents, audit_reading
from crm_store.agents import Agent
from crm_store.audit import AuditEntry
from crm_store.audit_reading import PROGRAM, Page
from crm_store.errors import NotFound
from crm_store.language import format_moment
from crm_store.members import Member

_NOTHING = Page([], newer=False, older=False)
_COLUMNS = ("when", "who", "what", "whom", "from")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. `staff`: all agents there ever were; `members`: those spoken of, by subject; `refusal`: what
    is wrong with the question."""

    asked: AuditFilter
    page: Page
    staff: Mapping[int, Agent]
    members: Mapping[str, Member]
    refusal: str


def register(services: Services) -> None:
    """The address says which part of the trail is shown: the fields of the form, and `older` or `newer` than which
    entry."""

    @ui.page("/audit", response_timeout=BUILD_SECONDS)
    async def page(request: Request) -> Response | None:
        screen = await open_for_leads(services, request, "audit")
        if not isinstance(screen, Screen):
            return screen
        asked = AuditFilter.of(request.query_params)
        async with services.database.reading() as session:
            staff = {each.id: each for each in await agents.listing(session, active_only=False)}
            found, refusal = await _found(session, asked, request, screen.words)
            members = await audit_reading.members_in(session, found.entries)
        with screen.frame("audit", title=screen.words("nav_audit")):
            _show(screen.words, Shown(asked, found, staff, members, refusal))
        screen.follow(then=nothing)
        return None


async def _found(session: AsyncSession, asked: AuditFilter, request: Request, words: Words) -> tuple[Page, str]:
    """The page, and what is wrong with the question."""
    older, newer = (number_of(request.query_params.get(name, "")) for name in ("older", "newer"))
    try:
        wanted = await asked.wanted(session)
    except NotFound:
        return _NOTHING, words("no_such_member", number=asked.whom)
    try:
        return await audit_reading.page(session, wanted, older_than=older, newer_than=newer), ""
    except NotFound:  # an address that was never given out
        return await audit_reading.page(session, wanted), ""


def _show(words: Words, shown: Shown) -> None:
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_audit")), sanitize=False, tag="h1")
        ui.label(words("admin.audit_lead")).classes("hk-dim")
    ui.html(_form(shown.asked, shown.staff, words), sanitize=False)
    if shown.refusal:
        ui.html(escape(shown.refusal), sanitize=False, tag="p").classes("hk-refusal").props('role="alert"')
    elif not shown.page.entries:
        ui.label(words("admin.audit_none")).classes("hk-none")
    if not shown.page.entries:
        return
    said = AuditWords(words, shown.staff)
    lines = "".join(_line(each, said, shown.members) for each in shown.page.entries)
    heads = "".join(f"<th>{escape(words(f'admin.column_{each}'))}</th>" for each in _COLUMNS)
    ui.html(
        f'<table class="hk-trail"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'
        f"{_ways(shown.asked, shown.page, words)}",
        sanitize=False,
    )


def _line(entry: AuditEntry, said: AuditWords, members: Mapping[str, Member]) -> str:
    whom, more = said.whom(entry, members), said.more(entry)
    name = f'<a href="{escape(whom.href)}">{escape(whom.name)}</a>' if whom.href else escape(whom.name)
    number = f" {markup.chip(whom.number, 'plain')}" if whom.number else ""
    details = f'<span class="hk-dim">{escape(" · ".join(more))}</span>' if more else ""
    moment = format_moment(entry.at, said.words.language)
    return (
        f'<tr><td><time datetime="{entry.at.isoformat()}">{escape(moment)}</time></td>'
        f"<td>{escape(said.who(entry))}</td><td><b>{escape(said.what(entry))}</b> {details}</td>"
        f'<td>{name}{number}</td><td class="hk-dim">{escape(entry.address or "")}</td></tr>'
    )


def _form(asked: AuditFilter, staff: Mapping[int, Agent], words: Words) -> str:
    people = {"": words("admin.anybody"), **{str(each.id): each.name for each in staff.values()}}
    people[str(PROGRAM)] = words("admin.by_no_agent")
    acts = {"": words("admin.anything"), **actions(words)}
    fields = [
        _select("who", words("admin.column_who"), people, asked.who),
        _select("act", words("admin.column_what"), acts, asked.act),
        _input("whom", words("admin.member_number"), asked.whom, "search"),
        _input("since", words("admin.since"), asked.since, "date"),
        _input("until", words("admin.until"), asked.until, "date"),
    ]
    acts_of_form = (
        f'<button type="submit" class="hk-primary">{escape(words("admin.narrow"))}</button>'
        f'<a class="hk-act" href="{links.audit()}">{escape(words("admin.show_all"))}</a>'
        f'<a class="hk-act" href="{escape(links.audit_export(asked.query()))}">{escape(words("admin.export"))}</a>'
    )
    return (
        f'<form method="get" action="{links.audit()}" role="search" class="hk-audit-form">{"".join(fields)}'
        f'<span class="hk-audit-acts">{acts_of_form}</span></form>'
    )


def _select(name: str, label: str, options: Mapping[str, str], value: str) -> str:
    told = "".join(
        f'<option value="{escape(key)}"{" selected" if key == value else ""}>{escape(text)}</option>'
        for key, text in options.items()
    )
    return f'<label>{escape(label)}<select name="{name}" class="hk-choice">{told}</select></label>'


def _input(name: str, label: str, value: str, kind: str) -> str:
    return (
        f'<label>{escape(label)}<input name="{name}" type="{kind}" class="hk-choice" value="{escape(value)}" '
        'autocomplete="off"></label>'
    )


def _ways(asked: AuditFilter, found: Page, words: Words) -> str:
    """To the newest, newer and older pages."""
    ways: Sequence[tuple[str, str, bool]] = (
        ("admin.newest", asked.query(), found.newer),
        ("admin.newer", asked.query(newer=found.entries[0].id), found.newer),
        ("admin.older", asked.query(older=found.entries[-1].id), found.older),
    )
    shown = [
        f'<a class="hk-act" href="{escape(links.audit(query))}">{escape(words(key))}</a>'
        for key, query, there in ways
        if there
    ]
    return f'<nav class="hk-ways" aria-label="{escape(words("admin.pages"))}">{"".join(shown)}</nav>'
