"""Demo members who are gone: what they said, which were asked back and what came of it; and those who were thanked."""

from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, departures, members
from crm_store.db import Database
from crm_store.departures import InterviewBy, Way
from crm_store.followups import Arm
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.thanks import ThankedBy, ThankYou
from crm_store.value import bought_at, worth_by_member
from crm_store.winback import ActKind, WinBackAct, WinBackCase, WinBackState
from crm_store.yaml_files import read_yaml

BEFORE_LEAVING = 5
"""Every so many members one leaves, until all in the file have."""
ASKED_BACK = 8
ASKED_AGO = timedelta(days=45)
THANKED = ((0, ThankedBy.CARD, 40), (1, ThankedBy.CALL, 190), (3, ThankedBy.MESSAGE, 75), (4, ThankedBy.CALL, 120))
"""Place among those who spent most, how, and days ago."""
DAY = timedelta(days=1)


@cache
def _said() -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = read_yaml(files("bot.demo").joinpath("winback.yml"))
    return content


async def write(database: Database, *, staff_ids: list[int], but: list[str]) -> None:
    """Departures, earlier cases and thanks among members who are there already, those to sign in as left out.
    `staff_ids`: who did it."""
    async with database.transaction() as session:
        spent = func.sum(Order.total_minor).label("spent")
        ranked = select(Member).join(Order, Order.member_id == Member.id).where(Member.number.not_in(but))
        found = list(await session.scalars(ranked.group_by(Member.id).order_by(spent.desc(), Member.id)))
        await _thanked(session, found, staff_ids)
        await _leave(session, found[BEFORE_LEAVING * 2 :: BEFORE_LEAVING], staff_ids)
        await _asked_back(session, found[1::BEFORE_LEAVING], staff_ids)


async def _leave(session: AsyncSession, found: list[Member], staff_ids: list[int]) -> None:
    for place, (member, said) in enumerate(zip(found, _said(), strict=False)):
        language = Language.of(member.language)
        when = clock.now() - said["days"] * DAY
        with clock.frozen(when):
            await members.request_cancellation(session, member, reason=said["words"][language])
            by = InterviewBy.AGENT if said.get("after") else InterviewBy.MEMBER
            await departures.interview(
                session,
                member.id,
                by=by,
                key=f"demo:exit:{place}",
                causes=said["causes"],
                words=said["words"][language],
                wish=said["wish"][language],
                may_contact=said["may_contact"],
                agent_id=staff_ids[place % len(staff_ids)] if by is InterviewBy.AGENT else None,
            )
        if said["left"]:
            with clock.frozen(when + DAY):
                await members.leave(session, member, by=f"agent:{staff_ids[0]}")


async def _asked_back(session: AsyncSession, found: list[Member], staff_ids: list[int]) -> None:
    """Cases of some weeks ago. Who has bought since is found to be won back by the job that proves it."""
    at = clock.now() - ASKED_AGO
    worth = await worth_by_member(session, [each.id for each in found], at=at)
    before = await bought_at(session, [each.id for each in found], since=at - 700 * DAY, until=at)
    for place, member in enumerate([each for each in found if each.id in before][:ASKED_BACK]):
        last, owner = before[member.id][-1], staff_ids[place % len(staff_ids)]
        case = WinBackCase(
            member_id=member.id,
            departure=f"silent:{last.astimezone(clock.business_zone()).date()}",
            way=Way.SILENT,
            departed_at=last,
            value_minor=worth[member.id],
            opened_at=at,
            due_at=at + 2 * DAY,
            state=WinBackState.NOT_INTERESTED if place == ASKED_BACK - 1 else WinBackState.OPEN,
            outcome_at=at + 3 * DAY if place == ASKED_BACK - 1 else None,
            outcome_by_id=owner if place == ASKED_BACK - 1 else None,
            owner_id=owner,
            acted_at=at + DAY,
            arm=Arm.TREATED,
        )
        session.add(case)
        await session.flush()
        kind = ActKind.CALL if place % 2 else ActKind.MESSAGE
        session.add(
            WinBackAct(
                case_id=case.id, kind=kind, agent_id=owner, key=f"demo:win_back:{place}", at=at + DAY, details={}
            )
        )
    await session.flush()


async def _thanked(session: AsyncSession, found: list[Member], staff_ids: list[int]) -> None:
    for place, how, days in THANKED:
        if place < len(found):
            found[place].named_contact_id = found[place].named_contact_id or staff_ids[place % len(staff_ids)]
            session.add(
                ThankYou(
                    member_id=found[place].id,
                    how=how,
                    agent_id=staff_ids[place % len(staff_ids)],
                    key=f"demo:thanks:{place}",
                    at=clock.now() - days * DAY,
                )
            )
    await session.flush()
