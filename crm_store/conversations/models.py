"""The table of conversations, its states, and what can go wrong with one."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base
from crm_store.language import Language
from crm_store.sealing import SealableJSON


class ConversationState(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    MERGED = "merged"
    """One of the lines of another conversation: the customer goes on writing here, the staff reads it there."""
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
    RETURNED = "returned"
    """An agent who held the conversation has gone away while the customer waited."""


MEMBER_CHANGED = "member_changed"
IDLE = "idle"
MERGED = "merged"
"""Outcomes of conversations that nobody closed by hand."""
LABEL_CHARACTERS = 30
LABELS_AT_MOST = 8


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
        # The desk's lists (crm_store.queue): who waits, what agents have in hand, the latest of a state; and the pace.
        Index(
            "ix_conversations_waiting",
            "urgency",
            "queued_at",
            "id",
            "member_id",
            sqlite_where=text("state = 'queue'"),
            postgresql_where=text("state = 'queue'"),
        ),
        Index(
            "ix_conversations_in_hand",
            "agent_id",
            "taken_at",
            sqlite_where=text("state = 'agent'"),
            postgresql_where=text("state = 'agent'"),
        ),
        Index("ix_conversations_state_last_message_at", "state", "last_message_at"),
        Index(
            "ix_conversations_taken_at",
            "taken_at",
            sqlite_where=text("taken_at IS NOT NULL"),
            postgresql_where=text("taken_at IS NOT NULL"),
        ),
        Index("ix_conversations_member_id_opened_at", "member_id", "opened_at"),
        # What was said at one address before; the unique index above knows only what is open.
        Index("ix_conversations_identity_id", "identity_id"),
        Index("ix_conversations_work_due_at", "work_due_at"),
        Index("ix_conversations_merged_into_id", "merged_into_id"),
        # What may be archived one day, the longest closed first.
        Index(
            "ix_conversations_not_archived",
            "closed_at",
            "id",
            sqlite_where=text("state = 'closed' AND archived_at IS NULL"),
            postgresql_where=text("state = 'closed' AND archived_at IS NULL"),
        ),
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
    """When the customer was told, on entering the queue, what to expect; empty: not yet told."""
    place_told: Mapped[int | None]
    """The place in the queue the customer was last told."""
    waiting_since: Mapped[datetime | None]
    """Since when the customer waits for a person's words: the wish for a person, or the first message that no agent has
    answered yet. No transfer restarts it. Empty: answered, or with the bot."""
    call_back_offered_at: Mapped[datetime | None]
    """When the customer, after a long wait in line, was offered a call instead; offered once."""
    taken_at: Mapped[datetime | None]
    joined: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Ids of supervisors who speak with the customer beside the agent who holds the conversation."""
    snoozed_until: Mapped[datetime | None]
    """Out of the agent's sight until then, or until the customer writes."""
    first_agent_reply_at: Mapped[datetime | None]
    unread_for_agent: Mapped[int] = mapped_column(default=0)

    opened_at: Mapped[datetime] = mapped_column(default=now)
    merged_into_id: Mapped[str | None] = mapped_column(String(32))
    """The conversation this one was merged into, which gathers all lines: one never leads to another line. Without a
    foreign key, for which SQLite would have to write the table anew."""
    written_in_id: Mapped[str | None] = mapped_column(String(32))
    """The line in which the customer wrote last, and is written to; empty: this conversation itself."""
    last_customer_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    """Since when its messages are kept in the archive (`crm_store.archived`); empty: they have rows of their own."""
    outcome: Mapped[str | None] = mapped_column(String(40))

    language: Mapped[str | None] = mapped_column(String(10))
    """The language of the customer's words, as understood so far."""
    locale: Mapped[str | None] = mapped_column(String(20))
    """What the customer's device asks for; used until words tell better."""
    last_seq: Mapped[int] = mapped_column(default=0)
    fallbacks: Mapped[int] = mapped_column(default=0)
    """Misunderstandings in a row."""
    context: Mapped[dict[str, Any] | None] = mapped_column(SealableJSON)
    """What was asked last, what was spoken of, which wishes wait: `context.Context` as JSON."""
    outage_told_at: Mapped[datetime | None]
    """When the customer was told that the bot cannot answer now; empty once it answers again."""

    work_due_at: Mapped[datetime | None]
    """From when a worker has something to do here; empty: nothing."""
    lease_by: Mapped[str | None] = mapped_column(String(100))
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]

    @property
    def speaks(self) -> Language:
        """The language to write to this customer in."""
        return Language.of(self.language or self.locale)

    @property
    def bot_answers(self) -> bool:
        """Whether the next message is the bot's to answer."""
        waiting_with_bot = self.state == ConversationState.QUEUE and (self.bot_continues or self.bot_invited)
        return self.state == ConversationState.BOT or waiting_with_bot

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now()


class ConversationLabel(Base):
    """A word the staff has put on a conversation, to find it by and to tell what it is about."""

    __tablename__ = "conversation_labels"
    __table_args__ = (
        PrimaryKeyConstraint("conversation_id", "name"),
        Index("ix_conversation_labels_name", "name"),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LABEL_CHARACTERS))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(default=now)
