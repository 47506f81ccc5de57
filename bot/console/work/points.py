"""A complaint about points on the work desk: what is said, the newest entries, and putting them right."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.phrases import reward_names, statement_line
from bot.console import markup
from bot.console.screen import Screen
from bot.console.work import complaints as complaint_panel
from bot.console.work.case import Act, Case, done, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import complaints as work
from crm_store import corrections, points
from crm_store.complaints import ComplaintStatus
from crm_store.language import format_number
from crm_store.work import Row

ENTRIES_SHOWN = 8
MORE, FEWER = "more", "fewer"


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    case = await complaint_panel.load(session, screen, row)
    if row.member is None:
        return case
    acts = case.acts
    if row.state not in (ComplaintStatus.RESOLVED, ComplaintStatus.CLOSED):
        left = await corrections.left_for(session, row.member.id, agent_id=screen.agent.id)
        # Whose role may correct nothing escalates or compensates.
        acts = [Act("correct_points", partial(_correct, screen, row.number, left)), *acts] if left else acts
    said, *others = case.parts
    parts = [said, ("ledger", await _ledger(session, screen, row.member.id)), *others]
    return Case(row=row, title=case.title, chips=case.chips, parts=parts, acts=acts)


async def _ledger(session: AsyncSession, screen: Screen, member_id: int) -> str:
    words = screen.words
    entries = await points.history(session, member_id, limit=ENTRIES_SHOWN)
    names = await reward_names(session, entries, screen.language)
    balance = words.work("points_now", points=format_number(await points.balance(session, member_id)))
    lines = [markup.entry(escape(statement_line(entry, screen.language, names))) for entry in entries]
    return f"<p>{escape(balance)}</p>{markup.listed(lines)}"


async def _correct(screen: Screen, number: str, left: int) -> None:
    words = screen.words
    ways = {MORE: words.work("points_more"), FEWER: words.work("points_fewer")}
    values = await ask(
        screen,
        words.work("correct_points_title"),
        [
            Field(name="way", label=words.work("correct_points"), kind="choice", options=ways, value=MORE),
            Field(name="points", label=words.work("amount_points"), kind="number"),
        ],
        words.work("correct_points"),
        lead=words.work("correct_points_lead", limit=format_number(left)),
    )
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        amount = values["points"] if values["way"] == MORE else -values["points"]
        await done(screen, lambda: work.correct_points(desk, number, me, amount=amount, key=key))
