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

    def __init__(self, conversation_id: str, agent_id: int | None, holder_id: int | None) -> None:
        self.conversation_id, self.agent_id, self.holder_id = conversation_id, agent_id, holder_id
        super().__init__(conversation_id=conversation_id, agent_id=agent_id, holder_id=holder_id)


class ConversationReplaced(CrmError):
    """The customer has another conversation open by now, `current_id`: that one is to be gone on with."""

    code = "conversation_replaced"

    def __init__(self, conversation_id: str, current_id: str) -> None:
        self.conversation_id, self.current_id = conversation_id, current_id
        super().__init__(conversation_id=conversation_id, current_id=current_id)


class ConversationMerged(CrmError):
    """The conversation was merged into another, `into_id`: that one is to be gone on with."""

    code = "conversation_merged"

    def __init__(self, conversation_id: str, into_id: str) -> None:
        self.conversation_id, self.into_id = conversation_id, into_id
        super().__init__(conversation_id=conversation_id, into_id=into_id)


class NotOneMember(CrmError):
    """Two conversations that are not known to be of one and the same member."""

    code = "not_one_member"

    def __init__(self, conversation_id: str, into_id: str) -> None:
        self.conversation_id, self.into_id = conversation_id, into_id
        super().__init__(conversation_id=conversation_id, into_id=into_id)


class LabelInvalid(CrmError):
    """A label is empty or longer than `limit` characters, or the conversation has `limit` labels already.
    `reason`: empty, too_long, too_many."""

    code = "label_invalid"

    def __init__(self, reason: str, limit: int) -> None:
        self.reason, self.limit = reason, limit
        super().__init__(reason=reason, limit=limit)


class SnoozeInPast(CrmError):
    """The time until which to snooze has passed."""

    code = "snooze_in_past"


class MessageIdTaken(CrmError):
    """A channel message id is already that of another customer's message: a mistake or an attack, no redelivery."""

    code = "message_id_taken"

    def __init__(self, channel: str, channel_message_id: str) -> None:
        self.channel, self.channel_message_id = channel, channel_message_id
        super().__init__(channel=channel, channel_message_id=channel_message_id)
