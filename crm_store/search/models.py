"""What people said, folded, so that it can be searched."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base, LargeInteger
from crm_store.sealing import SealableWords


class MessageWords(Base):
    """The folded words of one message of a customer or an agent, sealed where words are.

    A table of its own, narrow, because a search for two Chinese characters reads all of it: neither SQLite's trigrams
    nor PostgreSQL's find fewer than three.
    """

    __tablename__ = "message_words"

    message_id: Mapped[int] = mapped_column(
        LargeInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    folded: Mapped[str] = mapped_column(SealableWords("said"))
