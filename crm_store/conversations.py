"""Conversations: who speaks with the customer (the bot, the queue, an agent), and whose turn it is to work on them.

Each operation that changes a conversation locks its row first; whoever reads the row under that lock decides. A worker
that answers a customer holds a lease: a name and a time that run out, so that a killed worker's customers are taken up
by another, and a token that is checked when the answer is written, so that two workers never answer the same message.
"""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base


class ConversationState(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    CLOSED = "closed"


class Urgency(IntEnum):
    """How soon a person is needed; the queue shows the highest first."""

    NORMAL = 1
    RAISED = 2
    HIGH = 3
    CRITICAL = 4


class QueueReason(StrEnum):
    """Why a person is needed."""

    REQUESTED = "requested"
    MISUNDERSTOOD = "misunderstood"
    ANGER = "anger"
    RISK = "risk"
    COMPLAINT = "complaint"
    DELICATE = "delicate"
    BOT_UNAVAILABLE = "bot_unavailable"
    TRANSFERRED = "transferred"


class Conversation(Base):
    """One exchange with one customer on one channel, from its first message until it is closed."""

    __tablename__ = "conversations"
    __table_args__ = (
        # An identity has at most one open conversation, whatever two redeliveries race to do.
        Index(
            "uq_conversations_open_identity",
            "identity_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_conversations_state_queued_at", "state", "queued_at"),
        Index("ix_conversations_member_id_opened_at", "member_id", "opened_at"),
        Index("ix_conversations_work_due_at", "work_due_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    state: Mapped[str] = mapped_column(String(10), default=ConversationState.BOT)
    bot_continues: Mapped[bool] = mapped_column(default=False)
    """In the queue: the bot may finish the form it had begun."""
    bot_invited: Mapped[bool] = mapped_column(default=False)
    """In the queue: the customer chose to go on with the bot while waiting."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    handovers: Mapped[int] = mapped_column(default=0)
    """Counts changes between bot and person; a reply begun before such a change is not sent."""

    queue_reason: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    queue_announced_at: Mapped[datetime | None]
    """When the customer was last told the place in the queue; empty: not yet told."""
    taken_at: Mapped[datetime | None]
    first_agent_reply_at: Mapped[datetime | None]
    unread_for_agent: Mapped[int] = mapped_column(default=0)

    opened_at: Mapped[datetime] = mapped_column(default=now)
    last_customer_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))

    language: Mapped[str | None] = mapped_column(String(10))
    """The language of the customer's words, as understood so far."""
    locale: Mapped[str | None] = mapped_column(String(20))
    """What the customer's device asks for; used until words tell better."""
    last_seq: Mapped[int] = mapped_column(default=0)
    fallbacks: Mapped[int] = mapped_column(default=0)
    """Misunderstandings in a row."""
    outage_told_at: Mapped[datetime | None]
    """When the customer was told that the bot cannot answer now; empty once it answers again."""

    work_due_at: Mapped[datetime | None]
    """From when a worker has something to do here; empty: nothing."""
    lease_by: Mapped[str | None] = mapped_column(String(100))
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
