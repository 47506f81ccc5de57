"""Reading what customers praise and suggest, and answering it."""

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from crm_store import feedback
from crm_store.messages import MessageEmpty, Reply, check_lengths
from crm_store.work import Kind

_KIND = Kind.FEEDBACK


async def read(desk: AgentSide, feedback_id: int, agent_id: int) -> None:
    async with acting(desk, agent_id, "read_feedback", f"feedback:{feedback_id}", kind=_KIND) as act:
        await feedback.mark_read(act.session, await feedback.get(act.session, feedback_id), agent_id=agent_id)


async def answer(desk: AgentSide, feedback_id: int, agent_id: int, *, text: str, key: str) -> bool:
    """Thank the customer, or tell what became of it. False when they have no address here: then it counts as read.
    Raises MessageEmpty, TextTooLong."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty
    async with acting(desk, agent_id, "answer_feedback", f"feedback:{feedback_id}", kind=_KIND) as act:
        found = await feedback.get(act.session, feedback_id)
        told = await act.tell(
            Reply(text=text),
            key=key,
            member_id=found.member_id,
            conversation_id=found.conversation_id,
            identity_id=found.identity_id,
        )
        await feedback.mark_read(act.session, found, agent_id=agent_id, answered=told)
    return told
