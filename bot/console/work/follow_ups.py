"""A follow-up on the work desk: why the member may leave, what to begin with, and what came of it."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import rows
from bot.console.work.case import Act, Case, done, line, listed, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import follow_ups as work
from crm_store import followups, risk
from crm_store.followups import FollowUp, FollowUpOutcome, FollowUpStatus
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    found, words = await followups.get(session, int(row.number)), screen.words
    reasons = "".join(f"<li>{escape(risk.sentence(reason, words.language))}</li>" for reason in found.reasons)
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(rows.state(row, words), "plain")
        + markup.chip(words("risk_score", percent=round(found.score * 100)), "risk-high")
        + (rows.due(row.due_at, words) if found.status == FollowUpStatus.OPEN else "")
        + rows.owner(row, words, screen.name_of, me=screen.agent.id),
        parts=[
            ("approach", paragraphs(words.label("follow_up_approach", found.suggested_approach))),
            ("reasons", f'<ul class="hk-reasons">{reasons}</ul>' if reasons else ""),
            ("history", _history(found, screen)),
        ],
        acts=_acts(screen, found),
    )


def _history(found: FollowUp, screen: Screen) -> str:
    words = screen.words
    steps = [line(screen, words.work("follow_up_opened"), found.opened_at, "")]
    if found.claimed_at is not None and found.owner_id is not None:
        steps.append(line(screen, words.work("follow_up_claimed"), found.claimed_at, screen.name_of(found.owner_id)))
    if found.outcome_at is not None:
        who = screen.name_of(found.outcome_by_id) if found.outcome_by_id else ""
        told = words.label("follow_up_outcome", found.outcome)
        steps.append(line(screen, told, found.outcome_at, who, escape(found.outcome_note or "")))
    return listed(steps[::-1])


def _acts(screen: Screen, found: FollowUp) -> list[Act]:
    if found.status != FollowUpStatus.OPEN or found.owner_id not in (None, screen.agent.id):
        return []
    desk, me = screen.services.desk, screen.agent.id
    finish = Act("record_outcome", partial(_finish, screen, found.id), primary=True)
    if found.owner_id is None:
        return [Act("take", partial(done, screen, lambda: work.claim(desk, found.id, me))), finish]
    return [finish, Act("give_back", partial(done, screen, lambda: work.release(desk, found.id, me)))]


async def _finish(screen: Screen, follow_up_id: int) -> None:
    words = screen.words
    options = {each.value: words.label("follow_up_outcome", each) for each in FollowUpOutcome}
    start, what = FollowUpOutcome.CONTACTED.value, words.work("what_came_of_it")
    values = await ask(
        screen,
        words.work("record_outcome"),
        [
            Field(name="outcome", label=what, kind="choice", options=options, value=start),
            Field(name="note", label=words.work("note"), required=False),
        ],
        words.work("record_outcome"),
    )
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        outcome, note = values["outcome"], values["note"] or None
        await done(screen, lambda: work.finish(desk, follow_up_id, me, outcome=outcome, note=note))
