"""The knowledge base: articles with every version kept, and the questions it could not answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.language import Language
from crm_store.sealing import SealableKey, SealableText, same
from crm_store.text import normalise

SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
GAP_TEXT_CHARACTERS = 300
_NEAREST = {
    Language.ZH_HANS: (Language.ZH_HANS, Language.ZH_HANT, Language.EN),
    Language.ZH_HANT: (Language.ZH_HANT, Language.ZH_HANS, Language.EN),
    Language.EN: (Language.EN, Language.ZH_HANS, Language.ZH_HANT),
}


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
    """What an article said, by whom and from when. Texts by language; `keywords`: language → other ways to ask;
    `answers`: `{"ask": {language: [ways]}, "say": {language: text}}` each."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    titles: Mapped[dict[str, str]]
    bodies: Mapped[dict[str, str]]
    keywords: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class KnowledgeGap(Base):
    """A question without an answer, counted over its spellings. `best_slug`: the nearest article, if any came near."""

    __tablename__ = "knowledge_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    normalised: Mapped[str] = mapped_column(SealableKey(300), unique=True)
    question: Mapped[str] = mapped_column(SealableText)
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
    question: Mapped[str] = mapped_column(SealableText)
    language: Mapped[str] = mapped_column(String(10))
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Answer:
    """One question within an article's subject: ways to ask it and what to say, one or two sentences, by language.

    The words may name facts of the shop's policy, as responses do: "within {return_window}".
    """

    ask: Mapping[str, Sequence[str]] = field(default_factory=dict)
    say: Mapping[str, str] = field(default_factory=dict)

    def told(self, wanted: Language | str) -> str:
        """What to say, in the language wanted or the nearest there is."""
        return next(self.say[each] for each in _NEAREST[Language.of(wanted)] if each in self.say)

    def asked(self, wanted: Language | str) -> str:
        """The first way to ask it, in the language wanted or the nearest there is."""
        return next(self.ask[each][0] for each in _NEAREST[Language.of(wanted)] if self.ask.get(each))

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {"ask": {tongue: list(ways) for tongue, ways in self.ask.items()}, "say": dict(self.say)}


@dataclass(frozen=True)
class CurrentArticle:
    """An article with the version that is in force."""

    article: Article
    version: ArticleVersion

    @property
    def slug(self) -> str:
        return self.article.slug

    def language(self, wanted: Language | str) -> Language:
        """The one wanted, or the nearest that the article has: the other Chinese script before another language."""
        return next(each for each in _NEAREST[Language.of(wanted)] if each in self.version.titles)

    def title(self, language: Language | str) -> str:
        """In the language asked for, else in the nearest the article has."""
        return self.version.titles[self.language(language)]

    def body(self, language: Language | str) -> str:
        return self.version.bodies[self.language(language)]

    def keywords(self, language: Language | str) -> list[str]:
        return self.version.keywords.get(Language.of(language), [])

    @property
    def answers(self) -> list[Answer]:
        return [Answer(each["ask"], each["say"]) for each in self.version.answers or []]


class ArticleInvalid(CrmError):
    """`reason`: bad_slug, no_title, no_body, no_answer, not_asked, unknown_language or unknown_status; `language` where
    it applies."""

    code = "article_invalid"

    def __init__(self, slug: str, reason: str, language: str | None = None) -> None:
        self.slug, self.reason, self.language = slug, reason, language
        super().__init__(slug=slug, reason=reason, language=language)


class ArticleChangedMeanwhile(CrmError):
    """Someone saved version `current` since the caller read version `based_on`; nothing was overwritten."""

    code = "article_changed_meanwhile"

    def __init__(self, slug: str, based_on: int, current: int) -> None:
        self.slug, self.based_on, self.current = slug, based_on, current
        super().__init__(slug=slug, based_on=based_on, current=current)


async def get(session: AsyncSession, slug: str) -> CurrentArticle:
    """The article in whatever status. Raises NotFound."""
    found = (await session.execute(_current().where(Article.slug == slug))).one_or_none()
    if found is None:
        raise NotFound("article", slug)
    return CurrentArticle(*found)


async def listing(session: AsyncSession, *, status: str | None = ArticleStatus.PUBLISHED) -> list[CurrentArticle]:
    """Articles of one status, or all of them, by slug."""
    rows = _current().order_by(Article.slug)
    if status is not None:
        rows = rows.where(Article.status == status)
    return [CurrentArticle(article, version) for article, version in (await session.execute(rows)).all()]


async def upsert(
    session: AsyncSession,
    *,
    slug: str,
    titles: Mapping[str, str],
    bodies: Mapping[str, str],
    keywords: Mapping[str, Sequence[str]] | None = None,
    answers: Sequence[Answer] = (),
    status: str = ArticleStatus.PUBLISHED,
    agent_id: int | None = None,
    note: str = "",
    based_on: int | None = None,
) -> CurrentArticle:
    """Save an article: a new one, or the next version of it; the same texts again make no version.

    `based_on`: the version the editor began with, to notice that another saved meanwhile.
    Raises ArticleInvalid, ArticleChangedMeanwhile.
    """
    _check(slug, titles, bodies, status)
    _check_answers(slug, answers)
    texts = {"titles": dict(titles), "bodies": dict(bodies)}
    spellings = {language: list(words) for language, words in (keywords or {}).items()}
    direct = [answer.plain() for answer in answers]
    await _ensure(session, slug)
    article = (
        await session.scalars(
            select(Article).where(Article.slug == slug).with_for_update(), execution_options={"populate_existing": True}
        )
    ).one()
    current = await _version(session, article)
    if current is not None and based_on is not None and based_on != current.version:
        raise ArticleChangedMeanwhile(slug, based_on, current.version)
    known = current and (current.titles, current.bodies, current.keywords, current.answers)
    if current is None or known != (*texts.values(), spellings, direct):
        current = ArticleVersion(
            article_id=article.id,
            version=current.version + 1 if current else 1,
            keywords=spellings,
            answers=direct,
            agent_id=agent_id,
            note=note[:500],
            at=clock.now(),
            **texts,
        )
        session.add(current)
        article.current_version = current.version
        article.updated_at = clock.now()
    if article.status != status:
        article.status, article.updated_at = status, clock.now()
    await session.flush()
    return CurrentArticle(article, current)


async def set_status(session: AsyncSession, slug: str, status: str) -> CurrentArticle:
    """Publish, withdraw or archive. Raises NotFound, ArticleInvalid."""
    if status not in set(ArticleStatus):
        raise ArticleInvalid(slug, "unknown_status")
    found = await get(session, slug)
    found.article.status, found.article.updated_at = status, clock.now()
    await session.flush()
    return found


async def versions(session: AsyncSession, slug: str) -> list[ArticleVersion]:
    """Every version of an article, newest first."""
    rows = select(ArticleVersion).join(Article, Article.id == ArticleVersion.article_id).where(Article.slug == slug)
    return list((await session.scalars(rows.order_by(ArticleVersion.version.desc()))).all())


async def last_change(session: AsyncSession) -> datetime | None:
    """When any article last changed, so that a search index knows whether it is still right."""
    return await session.scalar(select(func.max(Article.updated_at)))


async def record_gap(
    session: AsyncSession,
    *,
    question: str,
    language: str,
    best_slug: str | None = None,
    best_score: float | None = None,
    conversation_id: str | None = None,
    key: str | None = None,
) -> KnowledgeGap | None:
    """Count a question that found no answer; None when nothing can be read in it.

    Spellings that differ in script, width, case or punctuation are one gap. `key` (the message) counts once only.
    A gap that was filled opens again: the answer evidently did not help. One that was dismissed stays so.
    """
    normalised = normalise(question)[:GAP_TEXT_CHARACTERS]
    if not normalised:
        return None
    now = clock.now()
    gap = await _locked_gap(session, normalised, question, language)
    if key is not None and await session.scalar(select(GapQuestion.id).where(GapQuestion.key == key)):
        return gap
    session.add(
        GapQuestion(
            gap_id=gap.id, key=key, question=question, language=language, conversation_id=conversation_id, at=now
        )
    )
    gap.count += 1
    gap.last_at = now
    if gap.status == GapStatus.FILLED:
        gap.status = GapStatus.OPEN
    gap.best_slug, gap.best_score = best_slug, best_score
    await session.flush()
    return gap


async def gaps(session: AsyncSession, *, status: str = GapStatus.OPEN, limit: int = 50) -> list[KnowledgeGap]:
    """The most often asked first, then the latest."""
    rows = select(KnowledgeGap).where(KnowledgeGap.status == status)
    return list(
        (
            await session.scalars(rows.order_by(KnowledgeGap.count.desc(), KnowledgeGap.last_at.desc()).limit(limit))
        ).all()
    )


async def gaps_by_id(session: AsyncSession, gap_ids: Sequence[int]) -> list[KnowledgeGap]:
    """The open ones among them, the most often asked first."""
    rows = select(KnowledgeGap).where(KnowledgeGap.id.in_(gap_ids), KnowledgeGap.status == GapStatus.OPEN)
    return list((await session.scalars(rows.order_by(KnowledgeGap.count.desc(), KnowledgeGap.id))).all())


async def gap_questions(session: AsyncSession, gap_id: int, *, limit: int = 20) -> list[GapQuestion]:
    """In which words a gap was asked, latest first."""
    rows = select(GapQuestion).where(GapQuestion.gap_id == gap_id).order_by(GapQuestion.id.desc())
    return list((await session.scalars(rows.limit(limit))).all())


async def close_gap(session: AsyncSession, gap_id: int, *, article_slug: str | None = None) -> KnowledgeGap:
    """Filled by an article, or dismissed when none is named. Raises NotFound."""
    gap = await session.get(KnowledgeGap, gap_id)
    if gap is None:
        raise NotFound("knowledge gap", gap_id)
    gap.article_id = (await get(session, article_slug)).article.id if article_slug else None
    gap.status = GapStatus.FILLED if article_slug else GapStatus.DISMISSED
    await session.flush()
    return gap


def _current() -> Select[Article, ArticleVersion]:
    return select(Article, ArticleVersion).join(
        ArticleVersion,
        (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.current_version),
    )


async def _ensure(session: AsyncSession, slug: str) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    fresh = insert(Article).values(
        slug=slug, status=ArticleStatus.DRAFT, current_version=1, created_at=now, updated_at=now
    )
    await session.execute(fresh.on_conflict_do_nothing(index_elements=[Article.slug]))


async def _locked_gap(session: AsyncSession, normalised: str, question: str, language: str) -> KnowledgeGap:
    """The gap of that question, made when it is the first, held until the transaction ends."""
    that_one = select(KnowledgeGap).where(same(KnowledgeGap.normalised, normalised)).with_for_update()
    # Before anything is written: a gap of the time before sealing stands in clear, so none like it would be refused.
    if known := await session.scalar(that_one, execution_options={"populate_existing": True}):
        return known
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    fresh = insert(KnowledgeGap).values(
        normalised=normalised,
        question=question,
        language=language,
        count=0,
        first_at=now,
        last_at=now,
        status=GapStatus.OPEN,
    )
    await session.execute(fresh.on_conflict_do_nothing(index_elements=[KnowledgeGap.normalised]))
    return (await session.scalars(that_one, execution_options={"populate_existing": True})).one()


async def _version(session: AsyncSession, article: Article) -> ArticleVersion | None:
    return await session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article.id, ArticleVersion.version == article.current_version
        )
    )


def _check(slug: str, titles: Mapping[str, str], bodies: Mapping[str, str], status: str) -> None:
    if not SLUG.fullmatch(slug):
        raise ArticleInvalid(slug, "bad_slug")
    if status not in set(ArticleStatus):
        raise ArticleInvalid(slug, "unknown_status")
    for language in {*titles, *bodies}:
        if language not in set(Language):
            raise ArticleInvalid(slug, "unknown_language", language)
        if not titles.get(language, "").strip():
            raise ArticleInvalid(slug, "no_title", language)
        if not bodies.get(language, "").strip():
            raise ArticleInvalid(slug, "no_body", language)
    if not titles:
        raise ArticleInvalid(slug, "no_title")


def _check_answers(slug: str, answers: Sequence[Answer]) -> None:
    for answer in answers:
        for language in {*answer.ask, *answer.say}:
            if language not in set(Language):
                raise ArticleInvalid(slug, "unknown_language", language)
        if not answer.say or not all(text.strip() for text in answer.say.values()):
            raise ArticleInvalid(slug, "no_answer")
        if not any(way.strip() for ways in answer.ask.values() for way in ways):
            raise ArticleInvalid(slug, "not_asked")
