"""Conversations: who speaks with the customer (the bot, the queue, an agent), and whose turn it is to work on them.

Each operation that changes a conversation locks its row first; whoever reads the row under that lock decides. A worker
that answers a customer holds a lease: a name and a time that run out, so that a killed worker's customers are taken up
by another, and a token that is checked when the answer is written, so that two workers never answer the same message.
"""

from crm_store.conversations.context import Context, Expectation, Focus, Option, Parsed
from crm_store.conversations.errors import ConversationClosed, ConversationTaken, MessageIdTaken, NotHeld
from crm_store.conversations.handover import (
    close,
    close_idle,
    hand_back,
    invite_bot,
    leave_queue,
    raise_urgency,
    request_human,
    take,
    transfer,
)
from crm_store.conversations.leases import LEASE, Bid, Lease
from crm_store.conversations.models import IDLE, MEMBER_CHANGED, Conversation, ConversationState, QueueReason, Urgency
from crm_store.conversations.queries import (
    current,
    elsewhere,
    for_member,
    get,
    locked,
    with_owner,
)
from crm_store.conversations.reaching import reach, write_to
from crm_store.conversations.receiving import (
    Received,
    bind_member,
    receive,
)
from crm_store.conversations.speaking import (
    agent_reply,
    append,
    mark_read,
    note,
    remember_said,
    said,
    say,
)

__all__ = [
    "IDLE",
    "LEASE",
    "MEMBER_CHANGED",
    "Bid",
    "Context",
    "Conversation",
    "ConversationClosed",
    "ConversationState",
    "ConversationTaken",
    "Expectation",
    "Focus",
    "Lease",
    "MessageIdTaken",
    "NotHeld",
    "Option",
    "Parsed",
    "QueueReason",
    "Received",
    "Urgency",
    "agent_reply",
    "append",
    "bind_member",
    "close",
    "close_idle",
    "current",
    "elsewhere",
    "for_member",
    "get",
    "hand_back",
    "invite_bot",
    "leave_queue",
    "locked",
    "mark_read",
    "note",
    "raise_urgency",
    "reach",
    "receive",
    "remember_said",
    "request_human",
    "said",
    "say",
    "take",
    "transfer",
    "with_owner",
    "write_to",
]
