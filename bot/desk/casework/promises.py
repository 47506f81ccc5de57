"""Working on promises: written down from what was said, kept, or withdrawn with a reason."""

from datetime import datetime

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from crm_store import conversations, promises
from crm_store.clock import now
from crm_store.errors import CrmError
from crm_store.messages import MessageEmpty, check_lengths
from crm_store.promises import MadeBy, Promise, PromiseKind
from crm_store.work import Kind

_KIND = Kind.PROMISES


class DuePassed(CrmError):
    """A promise cannot be due before it is made."""

    code = "due_passed"


async def record(
    desk: AgentSide,
    conversation_id: str,
    agent_id: int,
    *,
    text: str,
    due_at: datetime,
    key: str,
    kind: PromiseKind | str = PromiseKind.OTHER,
    owner_id: int | None = None,
) -> Promise:
    """Write down what was promised in a conversation; the same key again writes it once. Raises DuePassed,
    MessageEmpty, TextTooLong."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty(conversation_id=conversation_id)
    if due_at < now():
        raise DuePassed
    async with acting(desk, agent_id, "record_promise", f"conversation:{conversation_id}", kind=_KIND) as act:
        conversation = await conversations.get(act.session, conversation_id)
        promise = await promises.make(
            act.session,
            member_id=conversation.member_id,
            identity_id=conversation.identity_id,
            conversation_id=conversation_id,
            kind=PromiseKind(kind),
            text=text.strip(),
            due_at=due_at,
            key=key,
            made_by=MadeBy.AGENT,
            agent_id=agent_id,
            owner_id=owner_id,
        )
        act.details["promise"] = promise.id
    return promise


async def assign(desk: AgentSide, promise_id: int, agent_id: int, *, owner_id: int | None) -> None:
    """Make somebody (or nobody) see to it. Raises PromiseOver."""
    async with acting(desk, agent_id, "assign_promise", f"promise:{promise_id}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await promises.assign(act.session, await promises.get(act.session, promise_id), owner_id=owner_id)


async def keep(desk: AgentSide, promise_id: int, agent_id: int, *, note: str | None = None) -> None:
    """It was done; late, it stays broken and is made good. Raises PromiseOver."""
    async with acting(desk, agent_id, "keep_promise", f"promise:{promise_id}", kind=_KIND) as act:
        promise = await promises.get(act.session, promise_id)
        act.member_id = promise.member_id
        if promise.owner_id is None:
            await promises.assign(act.session, promise, owner_id=agent_id)
        await promises.keep(act.session, promise, note=note)


async def withdraw(desk: AgentSide, promise_id: int, agent_id: int, *, reason: str) -> None:
    """It need not be kept any more, and why. One whose time had passed stays broken. Raises PromiseOver,
    MessageEmpty."""
    if not reason.strip():
        raise MessageEmpty
    async with acting(desk, agent_id, "withdraw_promise", f"promise:{promise_id}", kind=_KIND) as act:
        promise = await promises.get(act.session, promise_id)
        act.member_id = promise.member_id
        await promises.cancel(act.session, promise, note=reason.strip()[:500])
