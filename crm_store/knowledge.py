"""The knowledge base: articles with every version kept, and the questions it could not answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.db import Base


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class GapStatus(StrEnum):
    OPEN = "open"
    FILLED = "filled"
    DISMISSED = "dismissed"


class Article(Base):
    """An article by its stable `slug`; its texts are those of `current_version`."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    status: Mapped[str] = mapped_column(String(20), default=ArticleStatus.PUBLISHED)
    current_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


@append_only
class ArticleVersion(Base):
    """What an article said, by whom and from when. Texts by language; `keywords`: language → other ways to ask."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    titles: Mapped[dict[str, str]]
    bodies: Mapped[dict[str, str]]
    keywords: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class KnowledgeGap(Base):
    """A question without an answer, counted over its spellings. `best_slug`: the nearest article, if any came near."""

    __tablename__ = "knowledge_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    normalised: Mapped[str] = mapped_column(String(300), unique=True)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    count: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    status: Mapped[str] = mapped_column(String(20), default=GapStatus.OPEN, index=True)
    best_slug: Mapped[str | None] = mapped_column(String(80))
    best_score: Mapped[float | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))


@append_only
class GapQuestion(Base):
    """One asking of a gap, in the customer's words; `key` (the message) makes a repeat harmless."""

    __tablename__ = "knowledge_gap_questions"
    __table_args__ = (Index("ix_knowledge_gap_questions_gap_id_at", "gap_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("knowledge_gaps.id"))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(default=clock.now)
