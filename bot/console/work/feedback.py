"""Praise or a suggestion on the work desk."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import Act, Case, done, new_key, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import feedback as work
from crm_store import feedback
from crm_store.feedback import FeedbackStatus
from crm_store.language import format_moment
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    found = await feedback.get(session, int(row.number))
    words = screen.words
    facts = [(words.work("said_at"), format_moment(found.at, words.language))]
    if found.agent_id is not None:
        facts.append((words.work("about_agent"), screen.name_of(found.agent_id)))
    if found.read_by_id is not None:
        facts.append((words.work("read_by"), screen.name_of(found.read_by_id)))
    acts: list[Act] = []
    if found.status != FeedbackStatus.ANSWERED:
        acts.append(Act("answer", partial(_answer, screen, found.id), primary=True))
    if found.status == FeedbackStatus.NEW:
        acts.append(Act("mark_read", partial(_read, screen, found.id)))
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(words.label("feedback_status", found.status), "plain"),
        parts=[("said", paragraphs(found.text) + markup.rows(facts))],
        acts=acts,
    )


async def _read(screen: Screen, feedback_id: int) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.read(desk, feedback_id, me))


async def _answer(screen: Screen, feedback_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("answer_title"),
        [Field(name="text", label=words.work("to_member"), hint=words.work("their_language"))],
        words("send"),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.answer(desk, feedback_id, me, text=values["text"], key=key))
