"""Working on a case: whose it is, what was done, what came of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import departures, proactive
from crm_store.clock import now
from crm_store.departures import ExitInterview
from crm_store.errors import KeyReused, NotFound
from crm_store.members import Member
from crm_store.winback.models import (
    OUTCOMES,
    ActKind,
    ContactRefused,
    OutcomeIsProved,
    WinBackAct,
    WinBackCase,
    WinBackOver,
    WinBackState,
)
from crm_store.winback.rules import may_ask


async def get(session: AsyncSession, case_id: int) -> WinBackCase:
    """The case with that id; one that is held back is nobody's to see. Raises NotFound."""
    case = await session.get(WinBackCase, case_id)
    if case is None or case.state == WinBackState.HELD:
        raise NotFound("win-back case", case_id)
    return case


async def assign(session: AsyncSession, case: WinBackCase, *, owner_id: int | None) -> WinBackCase:
    """Make an agent, or nobody, the one who asks the member back. Raises WinBackOver."""
    case = await _locked_open(session, case)
    case.owner_id = owner_id
    await session.flush()
    return case


async def act(
    session: AsyncSession,
    case: WinBackCase,
    *,
    kind: ActKind,
    agent_id: int,
    key: str,
    note: str = "",
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> WinBackAct:
    """Write down what was done; whoever acts on nobody's case makes it theirs. The same key again gives the first act.

    Raises WinBackOver, ContactRefused, KeyReused.
    """
    known = await session.scalar(select(WinBackAct).where(WinBackAct.key == key))
    if known is not None:
        if (known.case_id, known.kind) != (case.id, kind):
            raise KeyReused(key)
        return known
    at = at or now()
    case = await _locked_open(session, case)
    if not await may_be_asked(session, case):
        raise ContactRefused(case.member_id)
    done = WinBackAct(
        case_id=case.id, kind=kind, agent_id=agent_id, key=key, note=note.strip(), details=dict(details or {}), at=at
    )
    case.owner_id, case.acted_at = case.owner_id or agent_id, case.acted_at or at
    session.add(done)
    await session.flush()
    return done


async def record_outcome(
    session: AsyncSession,
    case: WinBackCase,
    *,
    outcome: WinBackState,
    agent_id: int,
    note: str | None = None,
    at: datetime | None = None,
) -> WinBackCase:
    """Close the case with what the member said: not interested, or not reached. Raises WinBackOver, OutcomeIsProved."""
    if outcome not in OUTCOMES:
        raise OutcomeIsProved(outcome)
    case = await _locked_open(session, case)
    case.state, case.outcome_note, case.outcome_at, case.outcome_by_id = outcome, note or None, at or now(), agent_id
    case.owner_id = case.owner_id or agent_id
    await session.flush()
    return case


async def may_be_asked(session: AsyncSession, case: WinBackCase) -> bool:
    """Whether the member may be written to or called about coming back, as they have said by now."""
    member = await session.get_one(Member, case.member_id)
    wanted = await proactive.wanted(session, member)
    return may_ask(member, await interview_of(session, case), wanted=wanted)


async def interview_of(session: AsyncSession, case: WinBackCase) -> ExitInterview | None:
    """What the member said about the departure the case is about."""
    told = await departures.interviews(session, case.member_id)
    return next((each for each in told if each.departure == case.departure), None)


async def take_in(session: AsyncSession, interview: ExitInterview) -> None:
    """An interview was written down: an open case about the same departure is about its main cause from now on."""
    query = select(WinBackCase).where(
        WinBackCase.member_id == interview.member_id, WinBackCase.departure == interview.departure
    )
    case = await session.scalar(query)
    if case is not None and interview.causes:
        case.cause = interview.causes[0]
        await session.flush()


async def cases_of(session: AsyncSession, member_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The open cases about departures of these members, by member and key of the departure."""
    query = select(WinBackCase.member_id, WinBackCase.departure, WinBackCase.id).where(
        WinBackCase.member_id.in_(member_ids), WinBackCase.state == WinBackState.OPEN
    )
    return {(member_id, departure): case_id for member_id, departure, case_id in await session.execute(query)}


async def acts_of(session: AsyncSession, case_id: int) -> list[WinBackAct]:
    """What was done about the case, newest first."""
    query = select(WinBackAct).where(WinBackAct.case_id == case_id)
    return list(await session.scalars(query.order_by(WinBackAct.at.desc(), WinBackAct.id.desc())))


async def _locked_open(session: AsyncSession, case: WinBackCase) -> WinBackCase:
    query = select(WinBackCase).where(WinBackCase.id == case.id).with_for_update(key_share=True)
    case = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    if case.state != WinBackState.OPEN:
        raise WinBackOver(case.id, case.state)
    return case
