"""A call-back on the work desk."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, new_key, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import callbacks as work
from bot.desk.casework.acting import language_of
from bot.wording import wording
from crm_store import callbacks
from crm_store.callbacks import Callback, CallbackStatus, WindowRefused, check_window
from crm_store.language import Language, format_window
from crm_store.policy import policy
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    callback = await callbacks.get(session, int(row.number))
    language = await language_of(session, member_id=callback.member_id, conversation_id=callback.conversation_id)
    words = screen.words
    window = format_window(callback.window_start, callback.window_end, words.language)
    facts = [(words.work("call_window"), escape(window)), (words.work("attempts"), str(callback.attempts))]
    if callback.note:
        facts.append((words.work("call_note"), escape(callback.note)))
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(words.label("callback_status", callback.status), "plain")
        + rows.due(row.due_at, words)
        + rows.owner(row, words, screen.name_of, me=screen.agent.id),
        parts=[("topic", paragraphs(callback.topic) + markup.rows(facts)), ("history", _history(callback, screen))],
        acts=_acts(screen, row, callback, language),
        phone=callback.phone,
    )


def _history(callback: Callback, screen: Screen) -> str:
    words = screen.words
    steps = [
        ("call_step_requested", callback.requested_at),
        ("call_step_moved", callback.rescheduled_at),
        (f"call_step_{callback.status}" if callback.done_at else "", callback.done_at),
    ]
    known = sorted(((at, key) for key, at in steps if at is not None and key), reverse=True)
    return listed([line(screen, words.work(key), at, "") for at, key in known])


def _acts(screen: Screen, row: Row, callback: Callback, language: Language) -> list[Act]:
    if callback.status in (CallbackStatus.DONE, CallbackStatus.CANCELLED):
        return []
    acts = [
        Act("called", partial(_called, screen, callback.id), primary=True),
        Act("not_reached", partial(_not_reached, screen, callback.id, language)),
        Act("new_time", partial(_new_time, screen, callback)),
        Act("assign", partial(_assign, screen, row, callback.id)),
        Act("call_off", partial(_cancel, screen, callback.id)),
    ]
    return [Act("take", partial(_give, screen, callback.id, screen.agent.id)), *acts] if row.owner_id is None else acts


async def _called(screen: Screen, callback_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("called_title"),
        [Field(name="note", label=words.work("call_note"), required=False)],
        words.work("called"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.done(desk, callback_id, me, note=values["note"] or None))


async def _not_reached(screen: Screen, callback_id: int, language: Language) -> None:
    words = screen.words
    suggested = wording("casework.callback_not_reached", language)
    values = await ask(
        screen,
        words.work("not_reached_title"),
        [Field(name="text", label=words.work("to_member_or_nothing"), value=suggested, required=False)],
        words.work("not_reached"),
        lead=words.work("not_reached_lead"),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.not_reached(desk, callback_id, me, text=values["text"], key=key))


async def _new_time(screen: Screen, callback: Callback) -> None:
    words, rules = screen.words, policy().callbacks
    start, end = callbacks.nearest_window(callback.window_start, callback.window_end)

    def wrong(values: dict[str, object]) -> str | None:
        try:
            check_window(values["start"], values["end"])  # type: ignore[arg-type]
        except WindowRefused as refused:
            return callbacks.problem_text(refused.problem, words.language)
        return None

    values = await ask(
        screen,
        words.work("new_time_title"),
        [
            Field(name="start", label=words.work("window_start"), kind="moment", value=start),
            Field(name="end", label=words.work("window_end"), kind="moment", value=end or start + rules.usual_window),
        ],
        words.work("new_time"),
        check=wrong,
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(
            screen,
            lambda: work.reschedule(desk, callback.id, me, start=values["start"], end=values["end"], key=key),
        )


async def _give(screen: Screen, callback_id: int, owner_id: int | None) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, callback_id, me, owner_id=owner_id))


async def _assign(screen: Screen, row: Row, callback_id: int) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        await _give(screen, callback_id, owner if owner != NOBODY else None)


async def _cancel(screen: Screen, callback_id: int) -> None:
    words = screen.words
    sure = await ask(screen, words.work("call_off_title"), [], words.work("call_off"), lead=words.work("call_off_lead"))
    if sure is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.cancel(desk, callback_id, me))
