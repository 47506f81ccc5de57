"""What cannot be done with a conversation."""

from crm_store.errors import CrmError


class ConversationTaken(CrmError):
    """Another agent holds the conversation."""

    code = "conversation_taken"

    def __init__(self, conversation_id: str, agent_id: int) -> None:
        self.conversation_id, self.agent_id = conversation_id, agent_id
        super().__init__(conversation_id=conversation_id, agent_id=agent_id)


class ConversationClosed(CrmError):
    """The conversation is over; the customer's next message opens a new one."""

    code = "conversation_closed"

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        super().__init__(conversation_id=conversation_id)


class NotHeld(CrmError):
    """The agent does not hold the conversation; `holder_id` tells who does, if anybody."""

    code = "conversation_not_held"

    def __init__(self, conversation_id: str, agent_id: int, holder_id: int | None) -> None:
        self.conversation_id, self.agent_id, self.holder_id = conversation_id, agent_id, holder_id
        super().__init__(conversation_id=conversation_id, agent_id=agent_id, holder_id=holder_id)


class MessageIdTaken(CrmError):
    """A channel message id is already that of another customer's message: a mistake or an attack, no redelivery."""

    code = "message_id_taken"

    def __init__(self, channel: str, channel_message_id: str) -> None:
        self.channel, self.channel_message_id = channel, channel_message_id
        super().__init__(channel=channel, channel_message_id=channel_message_id)
