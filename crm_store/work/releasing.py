"""What an agent had to do becomes nobody's, when they will not do it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import callbacks, complaints, privacy, promises, returns, winback
from crm_store.callbacks import Callback
from crm_store.complaints import Complaint
from crm_store.db import Base
from crm_store.privacy import PrivacyRequest
from crm_store.promises import Promise
from crm_store.returns import ReturnRequest
from crm_store.winback import WinBackCase
from crm_store.work.models import Kind
from crm_store.work.sources import SOURCES


async def release(session: AsyncSession, agent_id: int, *, by_id: int) -> int:
    """Every open case of the agent's has no owner any more, and neither have the promises that come with it; how many
    there were."""
    filed = await _owned(session, Complaint, Kind.COMPLAINTS, agent_id)
    for complaint in filed:
        await complaints.assign(session, complaint, owner_id=None, by_id=by_id)
    calls = await _owned(session, Callback, Kind.CALLBACKS, agent_id)
    for callback in calls:
        await callbacks.assign(session, callback, owner_id=None)
    sent_back = await _owned(session, ReturnRequest, Kind.RETURNS, agent_id)
    for request in sent_back:
        await returns.assign(session, request, owner_id=None)
    wishes = await _owned(session, PrivacyRequest, Kind.PRIVACY, agent_id)
    for wish in wishes:
        await privacy.assign(session, wish, owner_id=None)
    asked_back = await _owned(session, WinBackCase, Kind.WIN_BACK, agent_id)
    for case in asked_back:
        await winback.assign(session, case, owner_id=None)
    left = await _owned(session, Promise, Kind.PROMISES, agent_id)
    for promise in left:
        await promises.assign(session, promise, owner_id=None)
    return len(filed) + len(calls) + len(sent_back) + len(wishes) + len(asked_back) + len(left)


async def _owned[T: Base](session: AsyncSession, table: type[T], kind: Kind, agent_id: int) -> Sequence[T]:
    source = SOURCES[kind]
    return (await session.scalars(select(table).where(source.is_open, source.owner_id == agent_id))).all()
