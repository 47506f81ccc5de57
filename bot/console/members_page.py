"""Finding a member, and the page with everything known about one."""

from html import escape

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup, member_facts, member_view
from bot.console.access import ROOT
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.services import Services
from crm_store import audit, conversations, members
from crm_store.conversations import Conversation
from crm_store.language import format_moment
from crm_store.members import Member, MemberStatus

FOUND_LIMIT = 30


def register(services: Services) -> None:
    @ui.page("/members", response_timeout=BUILD_SECONDS)
    async def search(request: Request, q: str = "") -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        async with services.database.reading() as session:
            found = await find(session, q) if q.strip() else []
        with screen.frame("members", title=screen.words("nav_members")):
            _show_search(screen, q, found)
        screen.follow(then=_nothing)
        return None

    @ui.page("/members/{number}", response_timeout=BUILD_SECONDS)
    async def profile(request: Request, number: str) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        async with services.database.transaction() as session:
            member = await members.by_number(session, number)
            if member is not None:
                await audit.record(
                    session, agent_id=screen.agent.id, action="view_member", subject=f"member:{member.id}"
                )
        with screen.frame("members", title=markup.member_name(member, screen.words) if member else number):
            if member is None:
                ui.label(screen.words("no_such_member", number=number)).classes("hk-none")
            else:
                await _show_profile(screen, member)
        screen.follow(then=_nothing)
        return None


async def find(session: AsyncSession, text: str) -> list[Member]:
    """Members by number, phone number or e-mail address in full, or by a part of the name."""
    text = text.strip()
    exact = await members.find(session, text)
    if exact is not None:
        return [exact]
    part = f"%{text.lower().replace('%', '').replace('_', '')}%"
    east = func.lower(Member.family_name + Member.given_name)
    west = func.lower(Member.given_name + " " + Member.family_name)
    query = select(Member).where(
        Member.status != MemberStatus.ERASED,
        east.like(part) | west.like(part) | func.lower(Member.preferred_name).like(part),
    )
    return list(await session.scalars(query.order_by(Member.family_name, Member.given_name).limit(FOUND_LIMIT)))


async def _nothing(_events: list[dict[str, object]]) -> None:
    """Only the end of the session is listened for."""


def _show_search(screen: Screen, asked: str, found: list[Member]) -> None:
    words = screen.words
    with element("div", "hk-page-head"):
        ui.html(escape(words("nav_members")), sanitize=False, tag="h1")
        ui.html(
            f'<form method="get" action="{ROOT}/members" role="search" class="hk-search">'
            f'<label for="q">{escape(words("search_for"))}</label>'
            f'<input id="q" name="q" type="search" value="{escape(asked)}" autofocus autocomplete="off">'
            f'<button type="submit" class="hk-primary">{escape(words("search"))}</button></form>',
            sanitize=False,
        )
    lines = [
        markup.entry(
            f'<a href="{ROOT}/members/{escape(each.number)}"><b>{escape(markup.member_name(each, words))}</b></a> '
            f"{markup.tier(each, words)}{markup.chip(each.number, 'plain')}"
        )
        for each in found
    ]
    if lines:
        ui.html(f'<ul class="hk-list hk-found">{"".join(lines)}</ul>', sanitize=False)
    elif asked.strip():
        ui.label(words("nobody_found")).classes("hk-none")


async def _show_profile(screen: Screen, member: Member) -> None:
    async with screen.services.database.reading() as session:
        facts = await member_facts.load(session, member.id, whole=True)
        talks = await conversations.for_member(session, member.id)
    ui.link(screen.words("write_first"), f"/?write={member.number}").classes("hk-act")
    with element("div", "hk-profile"):
        member_view.show(screen, facts)
        member_view.section(screen, "conversations", _talks(screen, talks), count=len(talks))


def _talks(screen: Screen, talks: list[Conversation]) -> str:
    words = screen.words
    lines = []
    for each in talks:
        state = words.label("conversation_state", each.state)
        outcome = words.label("conversation_outcome", each.outcome)
        when = escape(format_moment(each.last_message_at, words.language))
        link = f'<a href="{ROOT}/c/{escape(each.id)}">{when}</a>'
        chips = markup.chip(state, "plain") + (markup.chip(outcome, "plain") if outcome else "")
        lines.append(markup.entry(f"{link} {chips}", escape(markup.channel(each.channel, words))))
    return f'<ul class="hk-list">{"".join(lines)}</ul>' if lines else ""
