"""Messages that could not be delivered: sent once more, or given up."""

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from bot.desk.signals import OUTBOX
from crm_store import conversations, outbox
from crm_store.work import Kind

_KIND = Kind.DELIVERIES


async def resend(desk: AgentSide, message_id: int, agent_id: int) -> None:
    """Raises NotFailed."""
    async with acting(desk, agent_id, "resend_message", f"message:{message_id}", kind=_KIND) as act:
        message = await outbox.resend(act.session, message_id)
        act.told = await conversations.get(act.session, message.conversation_id)
    await desk.signals.publish(OUTBOX)


async def give_up(desk: AgentSide, message_id: int, agent_id: int) -> None:
    """Raises NotFailed."""
    async with acting(desk, agent_id, "give_up_message", f"message:{message_id}", kind=_KIND) as act:
        await outbox.give_up(act.session, message_id)
