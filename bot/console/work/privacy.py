"""A request about personal data on the work desk: supervisors hand over, erase and refuse."""

from functools import partial
from html import escape

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import privacy as work
from crm_store import agents, privacy
from crm_store.agents import Role
from crm_store.language import format_moment
from crm_store.privacy import PrivacyKind, PrivacyRequest, PrivacyStatus
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    request = await privacy.get(session, int(row.number))
    words = screen.words
    facts = [
        (words.work("asked_for"), escape(words.label("privacy_kind", request.kind))),
        (words.work("answer_by"), escape(format_moment(request.due_at, words.language))),
    ]
    if request.note:
        facts.append((words.work("answer_note"), escape(request.note)))
    lead = "" if agents.may(screen.agent, Role.SUPERVISOR) else f'<p class="hk-none">{words.work("leads_answer")}</p>'
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(words.label("privacy_status", request.status), "plain")
        + (rows.due(row.due_at, words) if request.status == PrivacyStatus.OPEN else "")
        + rows.owner(row, words, screen.name_of, me=screen.agent.id),
        parts=[("request", lead + markup.rows(facts)), ("history", _history(request, screen))],
        acts=_acts(screen, row, request),
    )


def _history(request: PrivacyRequest, screen: Screen) -> str:
    words = screen.words
    lines = [line(screen, words.work("privacy_step_asked"), request.requested_at, "")]
    if request.closed_at is not None:
        who = screen.name_of(request.closed_by_id) if request.closed_by_id else ""
        lines.insert(0, line(screen, words.label("privacy_status", request.status), request.closed_at, who))
    return listed(lines)


def _acts(screen: Screen, row: Row, request: PrivacyRequest) -> list[Act]:
    leads, is_copy = agents.may(screen.agent, Role.SUPERVISOR), request.kind == PrivacyKind.EXPORT
    if leads and is_copy and request.status == PrivacyStatus.DONE:
        return [Act("hand_over_again", partial(_hand_over, screen, request.id, "hand_over_again"))]
    if request.status != PrivacyStatus.OPEN:
        return []
    acts: list[Act] = []
    if leads:
        if is_copy:
            acts.append(Act("hand_over", partial(_hand_over, screen, request.id, "hand_over"), primary=True))
            acts.append(Act("export", partial(_export, screen, request.id)))
            acts.append(Act("handed_over", partial(_handed_over, screen, request.id)))
        else:
            acts.append(Act("erase", partial(_erase, screen, row, request.id), primary=True))
        acts.append(Act("refuse", partial(_refuse, screen, request.id)))
    if row.owner_id is None:
        acts.append(Act("take", partial(_give, screen, request.id, screen.agent.id)))
    return [*acts, Act("assign", partial(_assign, screen, row, request.id))]


async def _hand_over(screen: Screen, request_id: int, verb: str) -> None:
    words = screen.words
    sure = await ask(screen, words.work("hand_over_title"), [], words.work(verb), lead=words.work("hand_over_lead"))
    if sure is None:
        return
    services, key = screen.services, new_key()
    await done(
        screen,
        lambda: work.hand_over(
            services.desk,
            request_id,
            screen.agent.id,
            mailer=services.mailer,
            public_url=services.settings.public_url,
            key=key,
        ),
    )


async def _export(screen: Screen, request_id: int) -> None:
    made: list[bytes] = []

    async def deed() -> None:
        made.append(await work.export(screen.services.desk, request_id, screen.agent.id))

    if await done(screen, deed):
        with screen.client:
            ui.download(made[0], f"huike-data-{request_id}.json", "application/json")


async def _handed_over(screen: Screen, request_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("handed_over_title"),
        [Field(name="how", label=words.work("how_handed_over"), kind="line")],
        words.work("handed_over"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.handed_over(desk, request_id, me, how=values["how"]))


async def _erase(screen: Screen, row: Row, request_id: int) -> None:
    words = screen.words
    number = row.member.number if row.member else ""
    values = await ask(
        screen,
        words.work("erase_title", number=number),
        [Field(name="sure", label=words.work("erase_sure"), kind="yes")],
        words.work("erase"),
        lead=words.work("erase_lead"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.erase(desk, request_id, me))


async def _refuse(screen: Screen, request_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("refuse_title"),
        [Field(name="reason", label=words.work("reason_for_member"), hint=words.work("their_language"))],
        words.work("refuse"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.refuse(desk, request_id, me, reason=values["reason"]))


async def _give(screen: Screen, request_id: int, owner_id: int | None) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, request_id, me, owner_id=owner_id))


async def _assign(screen: Screen, row: Row, request_id: int) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        await _give(screen, request_id, owner if owner != NOBODY else None)
