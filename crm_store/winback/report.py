"""What asking back is good for: members who bought again, beside those who were left alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.followups import Arm, Proof
from crm_store.risk.report import Group, Uplift, uplift
from crm_store.winback.models import WinBackCase, WinBackState


@dataclass(frozen=True, kw_only=True)
class WinBackReport:
    """Cases opened in the time, by state (held ones left out); `treated`, `control`: proved silent members of the
    comparison; `uplift`: None while a group is empty; `waiting`: without a proof yet."""

    states: dict[WinBackState, int]
    treated: Group
    control: Group
    uplift: Uplift | None
    waiting: int


async def report(session: AsyncSession, *, over: timedelta, at: datetime | None = None) -> WinBackReport:
    """Cases opened in the time `over` before `at`."""
    columns = (WinBackCase.state, WinBackCase.arm, WinBackCase.proof)
    opened = WinBackCase.opened_at >= (at or now()) - over
    states: dict[WinBackState, int] = {state: 0 for state in WinBackState if state is not WinBackState.HELD}
    groups, waiting = {arm: [0, 0] for arm in Arm}, 0
    for state, arm, proof, count in await session.execute(
        select(*columns, func.count()).where(opened).group_by(*columns)
    ):
        if state != WinBackState.HELD:
            states[WinBackState(state)] += count
        waiting += count if proof is None else 0
        if arm is not None and proof is not None:
            groups[Arm(arm)][0] += count
            groups[Arm(arm)][1] += count if proof == Proof.SAVED else 0
    treated, control = Group(*groups[Arm.TREATED]), Group(*groups[Arm.CONTROL])
    return WinBackReport(
        states=states, treated=treated, control=control, uplift=uplift(treated, control), waiting=waiting
    )
