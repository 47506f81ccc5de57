"""Finding a member, and those an agent looked at last."""

from collections.abc import Sequence
from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import links, markup
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.services import Services
from crm_store import audit, search
from crm_store.members import Member, MemberStatus

FOUND_LIMIT = 30
RECENT_LIMIT = 10
LOOKS_READ = 60
"""Entries of the trail that are read for the members looked at last: one member may stand in many."""


def register(services: Services) -> None:
    @ui.page("/members", response_timeout=BUILD_SECONDS)
    async def listing(request: Request, q: str = "") -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        asked = q.strip()
        async with services.database.reading() as session:
            found = (
                await search.members_like(session, asked, limit=FOUND_LIMIT)
                if asked
                else await looked_at(session, screen.agent.id)
            )
        with screen.frame("members", title=screen.words("nav_members")):
            _show(screen, asked, found)
        screen.follow(then=_nothing)
        return None


async def looked_at(session: AsyncSession, agent_id: int) -> list[Member]:
    """The members this agent looked at last, the latest first; those erased since are left out."""
    looks = await audit.entries(session, agent_id=agent_id, action=audit.VIEW_MEMBER, limit=LOOKS_READ)
    ids = list(dict.fromkeys(int(each.subject.removeprefix("member:")) for each in looks))[:RECENT_LIMIT]
    rows = select(Member).where(Member.id.in_(ids), Member.status != MemberStatus.ERASED)
    by_id = {member.id: member for member in await session.scalars(rows)}
    return [by_id[each] for each in ids if each in by_id]


async def _nothing(_events: list[dict[str, object]]) -> None:
    """Only the end of the session is listened for."""


def _show(screen: Screen, asked: str, found: Sequence[Member]) -> None:
    words = screen.words
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_members")), sanitize=False, tag="h1")
        ui.html(
            f'<form method="get" action="{links.members()}" role="search" class="hk-search">'
            f'<label for="q">{escape(words("search_for"))}</label>'
            f'<input id="q" name="q" type="search" value="{escape(asked)}" autofocus autocomplete="off">'
            f'<button type="submit" class="hk-primary">{escape(words("search"))}</button></form>',
            sanitize=False,
        )
    lines = [
        markup.entry(
            f'<a href="{links.member(each.number)}"><b>{escape(markup.member_name(each, words))}</b></a> '
            f"{markup.tier(each, words)}{markup.chip(each.number, 'plain')}"
        )
        for each in found
    ]
    if lines and not asked:
        ui.html(escape(words("members.looked_at")), sanitize=False, tag="h2").classes("hk-list-title")
    if lines:
        ui.html(f'<ul class="hk-list hk-found">{"".join(lines)}</ul>', sanitize=False)
    else:
        ui.label(words("nobody_found" if asked else "members.nobody_yet")).classes("hk-none")
