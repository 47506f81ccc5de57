"""What the desk tells everybody who follows a conversation: that it changed, and the new messages themselves.

The messages travel with the event, so that an open tab shows them without reading the store. An event may be lost: who
sees a gap in `seq` reads the messages in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import figures
from bot.desk import alerts
from bot.desk.alerts import ALERTS
from bot.desk.signals import DESK, INBOX, OUTBOX, Event, Signals, conversation_topic
from crm_store import conversations
from crm_store.agents import Agent
from crm_store.conversations import Conversation
from crm_store.messages import Audience, Author, Message, MessageStatus, needs_delivery


class News(list[Event]):
    """Messages as events carry them, the alerts that go out with them, and the conversations they were written in: what
    is said in one that was merged stands in a line of it."""

    def __init__(
        self, messages: Iterable[Event], told_of: Sequence[Event] = (), written_in: Sequence[Conversation] = ()
    ) -> None:
        super().__init__(messages)
        self.alerts, self.written_in = told_of, written_in


async def news(session: AsyncSession) -> News:
    """The messages this transaction has written, and what the staff is to be told of."""
    written = conversations.said(session)
    agents = {message.agent_id for message in written if message.agent_id}
    names: dict[int, str] = {}
    if agents:
        rows = await session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(agents)))
        names = {row.id: row.name for row in rows}
    where = [await conversations.get(session, each) for each in {message.conversation_id for message in written}]
    return News((message_event(message, names) for message in written), alerts.noted(session), where)


def message_event(message: Message, names: Mapping[int, str]) -> Event:
    """One message; of what the customer may not read only that it is there. `names`: of agents, by id."""
    told: dict[str, Any] = {
        "conversation": message.conversation_id,
        "seq": message.seq,
        "audience": message.audience,
        "status": message.status,
    }
    if message.audience == Audience.STAFF or message.status == MessageStatus.SUPPRESSED:
        return told
    return told | {
        "id": message.id,
        "author": message.author,
        "text": message.text,
        "buttons": message.buttons,
        "attachments": message.attachments,
        "custom": message.custom,
        "at": message.created_at.isoformat(),
        "agent_name": names.get(message.agent_id or 0),
        "channel_message_id": message.channel_message_id,
    }


async def tell(
    signals: Signals,
    conversation: Conversation,
    *,
    messages: Sequence[Event] = (),
    said: bool = False,
    wake_worker: bool = True,
) -> None:
    """Tell of a change that is committed, and of every other conversation that messages were written in. Wakes the
    outbox when something was said that needs delivery and, unless the work is in hand already (`wake_worker` False),
    the inbox."""
    own = [each for each in messages if each.get("conversation", conversation.id) == conversation.id]
    await _tell_of(signals, conversation, own, said=said, wake_worker=wake_worker)
    if not isinstance(messages, News):
        return
    for line in messages.written_in:
        if line.id != conversation.id:
            theirs = [each for each in messages if each["conversation"] == line.id]
            await _tell_of(signals, line, theirs, said=False, wake_worker=wake_worker)
    for alert in messages.alerts:
        await signals.publish(ALERTS, event=alert)


async def _tell_of(
    signals: Signals, conversation: Conversation, messages: Sequence[Event], *, said: bool, wake_worker: bool
) -> None:
    event: Event = {
        "kind": "changed",
        "conversation": conversation.id,
        "seq": conversation.last_seq,
        "state": conversation.state,
        "agent_id": conversation.agent_id,
    }
    if messages:
        event["messages"] = list(messages)
    if not needs_delivery(conversation.channel):
        for each in messages:
            if each["status"] == MessageStatus.SENT and each.get("author") not in (None, Author.CUSTOMER):
                figures.delivered(conversation.channel)
    topics = [conversation_topic(conversation.id), DESK]
    said = said or any(each["status"] == MessageStatus.PENDING for each in messages)
    if said and needs_delivery(conversation.channel):
        topics.append(OUTBOX)
    if wake_worker and conversation.work_due_at is not None:
        topics.append(INBOX)
    await signals.publish(*topics, event=event)
