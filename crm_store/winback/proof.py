"""What came of cases: a member is won back when they buy again, whatever anybody clicked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import value
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import Proof, ProvedBy
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.winback.models import WinBackCase, WinBackState

AT_A_TIME = 400
_IS_ERASED = Member.status == MemberStatus.ERASED


async def prove_all(database: Database, *, at: datetime | None = None) -> int:
    """Look at every case without a proof; how many have one now."""
    at, last, proved = at or now(), 0, 0
    while True:
        async with database.transaction(bulk=True) as session:
            query = select(WinBackCase).where(WinBackCase.proof.is_(None), WinBackCase.id > last, _may_be_proved(at))
            found = (await session.scalars(query.order_by(WinBackCase.id).limit(AT_A_TIME).with_for_update())).all()
            proved += await _prove(session, found, at=at)
        if len(found) < AT_A_TIME:
            return proved
        last = found[-1].id


def _may_be_proved(at: datetime) -> ColumnElement[bool]:
    """Cases that are worth a look: the member has bought since they were opened, or is erased, or the time is over."""
    since = exists().where(Order.member_id == WinBackCase.member_id, Order.placed_at > WinBackCase.opened_at)
    erased = exists().where(Member.id == WinBackCase.member_id, _IS_ERASED)
    return or_(WinBackCase.opened_at < at - policy().win_back.proof_within, since, erased)


async def _prove(session: AsyncSession, found: Sequence[WinBackCase], *, at: datetime) -> int:
    ids = {case.member_id for case in found}
    since = min((case.opened_at for case in found), default=at)
    bought = await value.bought_at(session, ids, since=since, until=at)
    erased = set(await session.scalars(select(Member.id).where(Member.id.in_(ids), _IS_ERASED)))
    proved = 0
    for case in found:
        ends = min(at, case.opened_at + policy().win_back.proof_within)
        purchase = next((day for day in bought.get(case.member_id, ()) if case.opened_at < day <= ends), None)
        if purchase is not None:
            _write(case, Proof.SAVED, ProvedBy.PURCHASE, purchase)
        elif case.member_id in erased:
            _write(case, Proof.LOST, ProvedBy.LEFT, at)
        elif ends < at:
            _write(case, Proof.LOST, ProvedBy.SILENCE, ends)
        else:
            continue
        proved += 1
    await session.flush()
    return proved


def _write(case: WinBackCase, proof: Proof, by: ProvedBy, at: datetime) -> None:
    """A purchase settles the case, also one that a colleague had given up; without one, only what nobody has closed."""
    case.proof, case.proved_by, case.proved_at = proof, by, at
    if case.state == WinBackState.HELD:
        return
    if proof is Proof.SAVED:
        case.state, case.outcome_at = WinBackState.WON_BACK, at
    elif case.state == WinBackState.OPEN:
        case.state, case.outcome_at = WinBackState.LAPSED, at
