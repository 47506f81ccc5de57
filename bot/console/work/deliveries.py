"""A message that could not be delivered, on the work desk."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import Act, Case, done, paragraphs
from bot.desk.casework import deliveries as work
from crm_store import messages
from crm_store.language import format_moment
from crm_store.messages import MessageStatus
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    message = await messages.get(session, int(row.number))
    words = screen.words
    failed = message.status == MessageStatus.FAILED
    facts = [
        (words.work("written_at"), escape(format_moment(message.created_at, words.language))),
        (words.work("tries"), str(message.tries)),
        (words.work("error"), escape(message.error or words("none"))),
    ]
    acts: list[Act] = []
    if failed:
        acts.append(Act("resend", partial(_resend, screen, message.id), primary=True))
    if failed and message.given_up_at is None:
        acts.append(Act("give_up", partial(_give_up, screen, message.id)))
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(rows.state(row, words), "bad" if failed and message.given_up_at is None else "plain"),
        parts=[("undelivered_text", paragraphs(message.text or "") + markup.rows(facts))],
        acts=acts,
    )


async def _resend(screen: Screen, message_id: int) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.resend(desk, message_id, me))


async def _give_up(screen: Screen, message_id: int) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.give_up(desk, message_id, me))
