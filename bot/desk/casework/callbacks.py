"""Working on call-backs: called, not reached, another time; the member hears of what changes for them."""

from datetime import datetime

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import Act, acting, language_of
from bot.wording import wording
from crm_store import callbacks
from crm_store.callbacks import Callback
from crm_store.language import format_window
from crm_store.messages import Reply, check_lengths
from crm_store.promises import MadeBy
from crm_store.work import Kind

_KIND = Kind.CALLBACKS


async def assign(desk: AgentSide, callback_id: int, agent_id: int, *, owner_id: int | None) -> None:
    """Make somebody (or nobody) the one who calls. Raises CallbackOver."""
    async with acting(desk, agent_id, "assign_callback", f"callback:{callback_id}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await callbacks.assign(act.session, await callbacks.get(act.session, callback_id), owner_id=owner_id)


async def done(desk: AgentSide, callback_id: int, agent_id: int, *, note: str | None = None) -> None:
    """The customer was called and reached: the promise is kept. Raises CallbackOver."""
    async with acting(desk, agent_id, "make_callback", f"callback:{callback_id}", kind=_KIND) as act:
        callback = await callbacks.get(act.session, callback_id)
        act.details["reached"], act.member_id = True, callback.member_id
        await callbacks.mark_done(act.session, callback, agent_id=agent_id, note=note)


async def not_reached(desk: AgentSide, callback_id: int, agent_id: int, *, text: str, key: str) -> bool:
    """Nobody picked up: calling in time keeps the promise, and the call stays to be made. `text`: a message to the
    customer, none when empty. False when they have no address here. Raises CallbackOver, TextTooLong."""
    check_lengths(text)
    async with acting(desk, agent_id, "make_callback", f"callback:{callback_id}", kind=_KIND) as act:
        callback = await callbacks.get(act.session, callback_id)
        act.details["reached"], act.member_id = False, callback.member_id
        await callbacks.mark_done(act.session, callback, agent_id=agent_id, reached=False)
        return not text.strip() or await _tell(act, callback, text, key=key)


async def reschedule(
    desk: AgentSide, callback_id: int, agent_id: int, *, start: datetime, end: datetime, key: str
) -> bool:
    """Another time, which the customer is told. False when they have no address here. Raises WindowRefused,
    CallbackOver."""
    async with acting(desk, agent_id, "reschedule_callback", f"callback:{callback_id}", kind=_KIND) as act:
        callback = await callbacks.get(act.session, callback_id)
        act.member_id = callback.member_id
        callback = await callbacks.reschedule(
            act.session,
            callback,
            window_start=start,
            window_end=end,
            key=key,
            made_by=MadeBy.AGENT,
            agent_id=agent_id,
        )
        language = await language_of(
            act.session, member_id=callback.member_id, conversation_id=callback.conversation_id
        )
        text = wording("casework.callback_moved", language, window=format_window(start, end, language))
        return await _tell(act, callback, text, key=key)


async def cancel(desk: AgentSide, callback_id: int, agent_id: int) -> None:
    """The customer no longer wants the call. Raises CallbackOver."""
    async with acting(desk, agent_id, "cancel_callback", f"callback:{callback_id}", kind=_KIND) as act:
        callback = await callbacks.get(act.session, callback_id)
        act.member_id = callback.member_id
        await callbacks.cancel(act.session, callback)


async def _tell(act: Act, callback: Callback, text: str, *, key: str) -> bool:
    return await act.tell(
        Reply(text=text),
        key=key,
        member_id=callback.member_id,
        conversation_id=callback.conversation_id,
        identity_id=callback.identity_id,
    )
