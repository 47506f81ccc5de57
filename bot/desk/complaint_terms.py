"""What the shop calls categories and causes of complaints: each act is one transaction with its role and its trail, and
is told to the consoles afterwards."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.base import DeskBase
from bot.desk.casework.acting import NotAllowed
from bot.desk.signals import DESK
from crm_store import agents, audit
from crm_store.agents import Role
from crm_store.complaints import Term, TermKind, terms

CHANGED = "complaint_terms"
"""The kind of the event, on the topic of the desk, that a name is not what it was."""


async def add_cause(desk: DeskBase, by_id: int, *, names: Mapping[str, str], key: str) -> Term:
    """A cause of the shop's own; the same `key` again gives the same one. Raises NotAllowed, TermInvalid."""
    async with _changing(desk, by_id) as session:
        known = {each.code for each in await terms.listing(session, TermKind.CAUSE)}
        term = await terms.add_cause(session, names, agent_id=by_id, key=key)
        if term.code not in known:
            await _note(session, by_id, "add_complaint_cause", term)
    return term


async def rename(
    desk: DeskBase, by_id: int, kind: TermKind, code: str, *, names: Mapping[str, str], based_on: int
) -> Term:
    """Raises NotAllowed, TermInvalid, TermChangedMeanwhile, TermNotInUse."""
    async with _changing(desk, by_id) as session:
        term = await terms.rename(session, kind, code, names, agent_id=by_id, based_on=based_on)
        await _note(session, by_id, "rename_complaint_term", term)
    return term


async def retire(desk: DeskBase, by_id: int, kind: TermKind, code: str, *, based_on: int) -> Term:
    """Offer it no longer. Raises NotAllowed, TermInvalid, TermChangedMeanwhile, TermNotInUse."""
    async with _changing(desk, by_id) as session:
        term = await terms.retire(session, kind, code, agent_id=by_id, based_on=based_on)
        await _note(session, by_id, "retire_complaint_term", term)
    return term


async def restore(desk: DeskBase, by_id: int, kind: TermKind, code: str, *, based_on: int) -> Term:
    """Offer it again. Raises NotAllowed, TermChangedMeanwhile, TermNotInUse."""
    async with _changing(desk, by_id) as session:
        term = await terms.restore(session, kind, code, agent_id=by_id, based_on=based_on)
        await _note(session, by_id, "restore_complaint_term", term)
    return term


@asynccontextmanager
async def _changing(desk: DeskBase, by_id: int) -> AsyncIterator[AsyncSession]:
    async with desk.database.transaction() as session:
        if not agents.may(await agents.get(session, by_id), Role.SUPERVISOR):
            raise NotAllowed(Role.SUPERVISOR)
        yield session
    await desk.signals.publish(DESK, event={"kind": CHANGED})


async def _note(session: AsyncSession, by_id: int, action: str, term: Term) -> None:
    await audit.record(session, agent_id=by_id, action=action, subject=f"complaint_{term.kind}:{term.code}")
