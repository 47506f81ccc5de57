"""A compensation that waits for a supervisor."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import Act, Case, done, line, listed, paragraphs
from bot.console.work.complaints import amount
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import complaints as work
from crm_store import compensation, complaints
from crm_store.compensation import CompensationStatus
from crm_store.work import Kind, Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    asked = await compensation.get(session, int(row.number))
    complaint = await complaints.get(session, asked.complaint_id)
    words = screen.words
    link = f'<a href="{rows.address(Kind.COMPLAINTS, complaint.number)}">{escape(complaint.number)}</a>'
    facts = [
        (words.work("compensation"), escape(f"{words.label('compensation_kind', asked.kind)} {amount(asked)}")),
        (words.work("for_complaint"), link),
        (words.work("asked_by"), escape(screen.name_of(asked.asked_by_id))),
        (words.work("reason"), escape(asked.reason)),
    ]
    if asked.refusal:
        facts.append((words.work("refused_because"), escape(asked.refusal)))
    steps = [
        line(screen, words.label("complaint_event", "comp_asked"), asked.asked_at, screen.name_of(asked.asked_by_id))
    ]
    if asked.decided_at is not None:
        head = words.label("compensation_status", asked.status)
        steps.insert(0, line(screen, head, asked.decided_at, screen.name_of(asked.decided_by_id)))
    waits = asked.status == CompensationStatus.WAITING
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(words.label("compensation_status", asked.status), "soon" if waits else "plain"),
        parts=[
            ("asked_compensation", markup.rows(facts)),
            ("said", paragraphs(complaint.description)),
            ("history", listed(steps)),
        ],
        acts=[
            Act("grant", partial(_decide, screen, asked.id), primary=True),
            Act("refuse", partial(_refuse, screen, asked.id)),
        ]
        if waits
        else [],
    )


async def _decide(screen: Screen, compensation_id: int) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.decide(desk, compensation_id, me, approve=True))


async def _refuse(screen: Screen, compensation_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("refuse_compensation_title"),
        [Field(name="reason", label=words.work("reason"), kind="line")],
        words.work("refuse"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.decide(desk, compensation_id, me, approve=False, refusal=values["reason"]))
