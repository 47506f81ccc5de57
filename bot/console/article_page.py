"""Writing an article: its texts in three languages, the ways customers ask it, its answers to single questions, and the
gaps it now closes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import background_tasks, ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.access import ROOT
from bot.console.editing import leads_only, may_edit
from bot.console.knowledge_page import GAPS_SHOWN
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.desk.signals import DESK
from bot.services import Services
from crm_store import audit, knowledge
from crm_store.errors import NotFound
from crm_store.knowledge import Answer, ArticleStatus, CurrentArticle, GapQuestion, KnowledgeGap
from crm_store.language import Language

NEW = "new"
"""Stands in the address for an article that is not written yet; as a slug it is therefore not given."""
TITLE_CHARACTERS = 120
BODY_CHARACTERS = 4000
WAYS_CHARACTERS = 8000
ANSWER_CHARACTERS = 400
ANSWERS_AT_MOST = 60


def register(services: Services) -> None:
    @ui.page("/knowledge/{slug}", response_timeout=BUILD_SECONDS)
    async def edit(request: Request, slug: str, gap: Annotated[list[int] | None, Query()] = None) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        if not may_edit(screen.agent):
            return RedirectResponse(f"{ROOT}/knowledge", status_code=303)
        async with services.database.reading() as session:
            article = await _article(session, slug)
            gaps = await knowledge.gaps_by_id(session, (gap or [])[:GAPS_SHOWN])
            asked = [each for gap in gaps for each in await knowledge.gap_questions(session, gap.id)]
        if article is None and slug != NEW:
            return RedirectResponse(f"{ROOT}/knowledge", status_code=303)
        title = article.title(screen.language) if article else screen.words("new_article")
        with screen.frame("knowledge", title=title):
            sheet = ui.element("div")
        screen.follow(then=_nothing)
        # What is typed before the page's socket stands would be lost, so there is nothing to type in until then.
        await screen.client.connected()
        if not screen.client.is_deleted:
            with sheet:
                ArticleEditor(screen, article, gaps, asked, title)
        return None


async def _article(session: AsyncSession, slug: str) -> CurrentArticle | None:
    try:
        return await knowledge.get(session, slug)
    except NotFound:
        return None


async def _nothing(_events: list[dict[str, object]]) -> None:
    """Only the end of the session is listened for: nobody's half-written text is touched."""


@dataclass
class AnswerDraft:
    """One answer in the fields, by language; `ways` one a line."""

    ways: dict[str, str] = field(default_factory=lambda: {tongue.value: "" for tongue in Language})
    says: dict[str, str] = field(default_factory=lambda: {tongue.value: "" for tongue in Language})

    @classmethod
    def of(cls, answer: Answer) -> "AnswerDraft":
        return cls(
            {tongue.value: "\n".join(answer.ask.get(tongue, [])) for tongue in Language},
            {tongue.value: answer.say.get(tongue, "") for tongue in Language},
        )

    def answer(self) -> Answer | None:
        """What is written; None when nothing is."""
        ask = {tongue: ways for tongue, text in self.ways.items() if (ways := _lines(text))}
        say = {tongue: text.strip() for tongue, text in self.says.items() if text.strip()}
        return Answer(ask, say) if ask or say else None


@dataclass
class Draft:
    """What stands in the fields, by language; `ways` one a line."""

    slug: str = ""
    status: str = ArticleStatus.PUBLISHED
    titles: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    answers: list[AnswerDraft] = field(default_factory=list)

    @classmethod
    def of(cls, article: CurrentArticle | None, asked: Sequence[KnowledgeGap | GapQuestion]) -> "Draft":
        """An article as it stands, or an empty one; what was asked in vain is added to the ways to ask it."""
        version = article.version if article else None
        known = version.keywords if version else {}
        ways = {tongue: list(known.get(tongue, [])) for tongue in Language}
        for each in asked:
            lines = ways[Language.of(each.language)]
            if each.question not in lines:
                lines.append(each.question)
        return cls(
            slug=article.slug if article else "",
            status=article.article.status if article else ArticleStatus.PUBLISHED,
            titles={tongue: (version.titles if version else {}).get(tongue, "") for tongue in Language},
            bodies={tongue: (version.bodies if version else {}).get(tongue, "") for tongue in Language},
            ways={tongue: "\n".join(lines) for tongue, lines in ways.items()},
            answers=[AnswerDraft.of(answer) for answer in (article.answers if article else [])],
        )

    def texts(self) -> tuple[dict[str, str], dict[str, str], dict[str, list[str]]]:
        """Titles, bodies and ways to ask, without languages in which nothing is written."""
        written = [tongue for tongue in Language if self.titles[tongue].strip() or self.bodies[tongue].strip()]
        ways = {tongue: _lines(self.ways[tongue]) for tongue in Language}
        return _stripped(self.titles, written), _stripped(self.bodies, written), {k: v for k, v in ways.items() if v}


def _lines(text: str) -> list[str]:
    """The lines with something in them, each once."""
    return [line for line in dict.fromkeys(line.strip() for line in text.splitlines()) if line]


def _stripped(texts: Mapping[str, str], written: list[Language]) -> dict[str, str]:
    return {tongue.value: texts[tongue].strip() for tongue in written}


class ArticleEditor:
    """The form. `gaps` are closed by saving; `asked`: in which words they were asked."""

    def __init__(
        self,
        screen: Screen,
        article: CurrentArticle | None,
        gaps: list[KnowledgeGap],
        asked: list[GapQuestion],
        title: str,
    ) -> None:
        self.screen, self._gaps = screen, gaps
        self._known_slug = article.slug if article else None
        self._based_on = article.version.version if article else 0
        self._draft = Draft.of(article, [*gaps, *asked])
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(title), sanitize=False, tag="h1")
            ui.link(words("nav_knowledge"), "/knowledge")
        if gaps:
            listed = "".join(f"<li>{escape(gap.question)}</li>" for gap in gaps)
            ui.html(
                f'<div class="hk-approach">{escape(words("gaps_to_close"))}<ul class="hk-list">{listed}</ul></div>',
                sanitize=False,
            )
        self._head()
        with element("div", "hk-tongues"):
            for tongue in Language:
                self._tongue(tongue)
        ui.html(escape(words("article_answers")), sanitize=False, tag="h2")
        ui.html(escape(words("article_answers_rule")), sanitize=False, tag="p")
        self._answers = ui.element("div").classes("hk-answers")
        self._show_answers()
        with element("div", "hk-dialog-acts"):
            ui.button(words("add_answer"), on_click=self._add_answer).props("flat no-caps")
            ui.button(words("save"), on_click=self._save).props("unelevated no-caps")

    def _head(self) -> None:
        words = self.screen.words
        statuses = {status.value: words.label("article_status", status) for status in ArticleStatus}
        with element("div", "hk-article-head"):
            slug = ui.input(words("article_slug")).props("outlined dense maxlength=80").bind_value(self._draft, "slug")
            slug.props["hint"] = words("article_slug_rule")
            if self._known_slug:
                slug.props("readonly")
            ui.select(statuses, label=words("article_state")).props("outlined dense").bind_value(self._draft, "status")

    def _tongue(self, tongue: Language) -> None:
        words, draft = self.screen.words, self._draft
        with element("section", "hk-card", f'lang="{tongue.value}"'):
            ui.html(escape(words.label("language_name", tongue)), sanitize=False, tag="h2")
            ui.input(words("article_title")).props(f"outlined dense maxlength={TITLE_CHARACTERS}").bind_value(
                draft.titles, tongue.value
            )
            ui.textarea(words("article_body")).props(f"outlined autogrow maxlength={BODY_CHARACTERS}").bind_value(
                draft.bodies, tongue.value
            )
            ui.textarea(words("article_ways")).props(f"outlined autogrow maxlength={WAYS_CHARACTERS}").bind_value(
                draft.ways, tongue.value
            )

    def _show_answers(self) -> None:
        self._answers.clear()
        with self._answers:
            for number, draft in enumerate(self._draft.answers, start=1):
                self._answer(number, draft)

    def _answer(self, number: int, draft: AnswerDraft) -> None:
        words = self.screen.words
        with element("section", "hk-card hk-answer"), element("div", "hk-tongues"):
            for tongue in Language:
                with element("div", "", f'lang="{tongue.value}"'):
                    called = f"{number} · {words.label('language_name', tongue)}"
                    ui.textarea(f"{called} · {words('answer_ways')}").props(
                        f"outlined autogrow maxlength={WAYS_CHARACTERS}"
                    ).bind_value(draft.ways, tongue.value)
                    ui.textarea(f"{called} · {words('answer_says')}").props(
                        f"outlined autogrow maxlength={ANSWER_CHARACTERS}"
                    ).bind_value(draft.says, tongue.value)
            ui.button(words("remove_answer"), on_click=lambda: self._remove_answer(draft)).props("flat no-caps")

    def _add_answer(self) -> None:
        if len(self._draft.answers) < ANSWERS_AT_MOST:
            self._draft.answers.append(AnswerDraft())
            self._show_answers()

    def _remove_answer(self, draft: AnswerDraft) -> None:
        self._draft.answers = [each for each in self._draft.answers if each is not draft]
        self._show_answers()

    async def _save(self) -> None:
        async def deed() -> None:
            async with self.screen.services.database.transaction() as session:
                await self._write(session)

        if not await self.screen.act(deed):
            return
        services = self.screen.services
        # The new words are encoded now, before a customer asks; the page need not wait for it.
        background_tasks.create(services.knowledge.warm(), name="encode the article")
        await services.signals.publish(DESK, event={"kind": "knowledge"})
        self.screen.javascript(f"window.location.assign('{ROOT}/knowledge')")

    async def _write(self, session: AsyncSession) -> None:
        await leads_only(session, self.screen.agent.id)
        slug = self._known_slug or self._draft.slug.strip()
        if slug == NEW:
            raise knowledge.ArticleInvalid(slug, "bad_slug")
        titles, bodies, ways = self._draft.texts()
        saved = await knowledge.upsert(
            session,
            slug=slug,
            titles=titles,
            bodies=bodies,
            keywords=ways,
            answers=[answer for draft in self._draft.answers if (answer := draft.answer()) is not None],
            status=self._draft.status,
            agent_id=self.screen.agent.id,
            based_on=self._based_on,
        )
        for gap in self._gaps:
            await knowledge.close_gap(session, gap.id, article_slug=slug)
        await audit.record(
            session,
            agent_id=self.screen.agent.id,
            action="save_article",
            subject=f"article:{slug}",
            details={"version": saved.version.version, "gaps": [gap.id for gap in self._gaps]},
        )
