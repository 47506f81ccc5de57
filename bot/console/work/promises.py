"""A promise on the work desk, and how many are kept, by person and over all."""

from datetime import timedelta
from functools import partial
from html import escape

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen, element
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import promises as work
from crm_store import promises
from crm_store.clock import now
from crm_store.language import format_moment
from crm_store.messages import Message
from crm_store.policy import policy
from crm_store.promises import KeptRate, Promise, PromiseStatus
from crm_store.work import Row

_USUAL = timedelta(hours=4)
WELL_KEPT_PERCENT = 80
"""Below it a bar is amber."""


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    promise = await promises.get(session, int(row.number))
    return Case(
        row=row,
        title=rows.title(row, screen.words),
        chips=_chips(promise, row, screen),
        parts=[("promised", _promised(promise, screen)), ("history", _history(promise, screen))],
        acts=_acts(screen, row, promise),
    )


def _chips(promise: Promise, row: Row, screen: Screen) -> str:
    words = screen.words
    kind = {PromiseStatus.BROKEN: "bad", PromiseStatus.KEPT: "good"}.get(promise.status, "plain")
    return (
        markup.chip(words.label("promise_status", promise.status), kind)
        + (rows.due(row.due_at, words) if promise.kept_at is None and promise.cancelled_at is None else "")
        + rows.owner(row, words, screen.name_of, me=screen.agent.id)
    )


def _promised(promise: Promise, screen: Screen) -> str:
    words = screen.words
    by = words.label("promise_made_by", promise.made_by)
    if promise.agent_id is not None:
        by = screen.name_of(promise.agent_id)
    facts = [
        (words.work("promised_by"), escape(by)),
        (words.work("promised_for"), escape(format_moment(promise.due_at, words.language))),
    ]
    if promise.reference:
        facts.append((words.work("about_case"), escape(promise.reference)))
    if promise.note:
        facts.append((words.work("reason"), escape(promise.note)))
    return paragraphs(promise.text) + markup.rows(facts)


def _history(promise: Promise, screen: Screen) -> str:
    words = screen.words
    steps = [
        ("promise_step_made", promise.made_at),
        ("promise_step_reminded", promise.reminded_at),
        ("promise_step_broken", promise.broken_at),
        ("promise_step_kept", promise.kept_at),
        ("promise_step_withdrawn", promise.cancelled_at),
    ]
    done_so_far = sorted(((at, key) for key, at in steps if at is not None), reverse=True)
    return listed([line(screen, words.work(key), at, "") for at, key in done_so_far])


def _acts(screen: Screen, row: Row, promise: Promise) -> list[Act]:
    if promise.kept_at is not None or promise.cancelled_at is not None:
        return []
    acts = [Act("keep", partial(_keep, screen, row, promise.id), primary=True)]
    if promise.broken_at is None:
        acts.append(Act("withdraw", partial(_withdraw, screen, promise.id)))
    if row.owner_id is None:
        acts.append(Act("take", partial(_give, screen, promise.id, screen.agent.id)))
    return [*acts, Act("assign", partial(_assign, screen, row, promise.id))]


async def _keep(screen: Screen, _row: Row, promise_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("keep_title"),
        [Field(name="note", label=words.work("what_was_done"), kind="line", required=False)],
        words.work("keep"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.keep(desk, promise_id, me, note=values["note"] or None))


async def _withdraw(screen: Screen, promise_id: int) -> None:
    words = screen.words
    values = await ask(
        screen,
        words.work("withdraw_title"),
        [Field(name="reason", label=words.work("reason"), kind="line")],
        words.work("withdraw"),
        lead=words.work("withdraw_lead"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.withdraw(desk, promise_id, me, reason=values["reason"]))


async def _give(screen: Screen, promise_id: int, owner_id: int | None) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, promise_id, me, owner_id=owner_id))


async def _assign(screen: Screen, row: Row, promise_id: int) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        await _give(screen, promise_id, owner if owner != NOBODY else None)


async def record_from(screen: Screen, message: Message) -> None:
    """Write down what a message promises: what and by when."""
    words = screen.words
    values = await ask(
        screen,
        words.work("record_promise_title"),
        [
            Field(name="text", label=words.work("promised"), value=message.text or ""),
            Field(name="due_at", label=words.work("by_when"), kind="moment", value=now() + _USUAL),
        ],
        words.work("record_promise"),
        check=lambda given: words.work("due_passed") if given["due_at"] < now() else None,
    )
    if values is None:
        return
    desk, me = screen.services.desk, screen.agent.id
    key = f"message:{message.id}:promise"
    recorded = await done(
        screen,
        lambda: work.record(desk, message.conversation_id, me, text=values["text"], due_at=values["due_at"], key=key),
    )
    if recorded:
        screen.tell(words.work("promise_recorded"), kind="positive")


class KeptRates:
    """A bar for each person, and the team's share in words, into the element that is open."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._shown: object = None
        self._place = ui.element("div").classes("hk-kept")

    async def refresh(self) -> None:
        since = now() - policy().work.kept_rate_over
        async with self.screen.services.database.reading() as session:
            rates = await promises.kept_rates(session, since=since)
        if rates == self._shown:
            return
        self._shown = rates
        self._place.clear()
        with self._place:
            self._draw(rates)

    def _draw(self, rates: dict[int | None, KeptRate]) -> None:
        words = self.screen.words
        total = KeptRate(sum(each.kept for each in rates.values()), sum(each.broken for each in rates.values()))
        if total.share is None:
            return
        told = words.work(
            "kept_rate", percent=round(total.share * 100), kept=total.kept, due=total.kept + total.broken,
            days=policy().work.kept_rate_over.days,
        )  # fmt: skip
        with element("h3"):
            ui.label(told)
        people = sorted(rates.items(), key=lambda each: (each[0] is None, each[1].share or 0.0))
        names = [self.screen.name_of(owner) if owner else words.work("nobodys") for owner, _ in people]
        ui.echart(_bars(names, [rate for _, rate in people]), renderer="svg").classes("hk-kept-chart").style(
            f"height: {24 + 26 * len(people)}px"
        ).props(f'role="img" aria-label="{escape(told)}"')


def _bars(names: list[str], rates: list[KeptRate]) -> dict[str, object]:
    return {
        "animation": False,
        "grid": {"left": 4, "right": 56, "top": 2, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": 100, "show": False},
        "yAxis": {
            "type": "category", "data": names, "axisLine": {"show": False}, "axisTick": {"show": False},
            "axisLabel": {"color": "#1d2b28", "width": 120, "overflow": "truncate"},
        },
        "series": [
            {
                "type": "bar", "barWidth": 12, "showBackground": True,
                "backgroundStyle": {"color": "#e3ebe7", "borderRadius": 6},
                "data": [_bar(rate) for rate in rates],
                "label": {"show": True, "position": "right", "distance": 6, "color": "#1d2b28", "fontSize": 11},
            }
        ],
    }  # fmt: skip


def _bar(rate: KeptRate) -> dict[str, object]:
    percent = round((rate.share or 0.0) * 100)
    return {
        "value": percent,
        "label": {"formatter": f"{percent}% ({rate.kept}/{rate.kept + rate.broken})"},
        "itemStyle": {"color": "#0f7a5f" if percent >= WELL_KEPT_PERCENT else "#c77700", "borderRadius": 6},
    }
