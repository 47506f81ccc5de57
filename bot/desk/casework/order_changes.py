"""What somebody wants changed about an order and only a person can do: settled, and the customer hears how it ended."""

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from crm_store import promises
from crm_store.errors import NotFound
from crm_store.messages import MessageEmpty, Reply, check_lengths
from crm_store.promises import PromiseKind
from crm_store.work import Kind


async def settle(desk: AgentSide, promise_id: int, agent_id: int, *, changed: bool, text: str, key: str) -> bool:
    """It was changed, or cannot be: either way the word to look into it is kept, and `text` tells the customer. False
    when they have no address here. Raises PromiseOver, MessageEmpty, TextTooLong, NotFound for another kind of
    promise."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty
    subject = f"promise:{promise_id}"
    async with acting(desk, agent_id, "settle_order_change", subject, kind=Kind.ORDER_CHANGES) as act:
        promise = await promises.get(act.session, promise_id)
        if promise.kind != PromiseKind.ORDER_CHANGE:
            raise NotFound("order change", promise_id)
        act.details["changed"], act.member_id = changed, promise.member_id
        # Under its lock: of two colleagues who end it at once only one tells the customer.
        await promises.assign(act.session, promise, owner_id=promise.owner_id or agent_id)
        await promises.keep(act.session, promise, note=text.strip()[:500])
        return await act.tell(
            Reply(text=text.strip()),
            key=key,
            member_id=promise.member_id,
            conversation_id=promise.conversation_id,
            identity_id=promise.identity_id,
        )
