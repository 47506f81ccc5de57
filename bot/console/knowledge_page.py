"""The knowledge base: what customers asked in vain, put together by subject, and the articles that answer the rest."""

from collections.abc import Sequence
from functools import partial
from html import escape
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from actions.knowledge.gaps import GapGroup, grouped
from bot.console import markup
from bot.console.access import ROOT
from bot.console.editing import leads_only, may_edit
from bot.console.screen import BUILD_SECONDS, Screen, element, open_screen
from bot.desk.signals import DESK, Event
from bot.services import Services
from crm_store import audit, knowledge
from crm_store.knowledge import CurrentArticle
from crm_store.language import format_moment

GAPS_SHOWN = 200
QUESTIONS_SHOWN = 8
"""Wordings of one group; the count tells how often it was asked in all."""

Shown = tuple[list[tuple[int, int]], list[tuple[str, int, str]]]


def register(services: Services) -> None:
    @ui.page("/knowledge", response_timeout=BUILD_SECONDS)
    async def overview(request: Request) -> Response | None:
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        with screen.frame("knowledge", title=screen.words("nav_knowledge")):
            page = KnowledgePage(screen)
        screen.follow(DESK, then=page.happened, kinds={"knowledge"})
        return None


class KnowledgePage:
    """Groups of unanswered questions, the largest first, and below them the articles."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._may_edit = may_edit(screen.agent)
        self._shown: Shown | None = None
        words = screen.words
        with element("div", "hk-page-head"):
            ui.html(escape(words("nav_knowledge")), sanitize=False, tag="h1")
            ui.label(words("knowledge_lead")).classes("hk-dim")
            ui.link(words("nav_phrases"), "/phrases")
            if self._may_edit:
                ui.link(words("new_article"), "/knowledge/new").classes("hk-new-article")
        ui.html(escape(words("gaps_title")), sanitize=False, tag="h2")
        self._gaps = ui.element("div").classes("hk-cards hk-gaps")
        ui.html(escape(words("articles_title")), sanitize=False, tag="h2").classes("hk-articles-title")
        self._articles = ui.html("", sanitize=False)

    async def happened(self, _events: list[Event]) -> None:
        await self.refresh()

    async def refresh(self) -> None:
        """Read again; put into groups and drawn again only when something is different."""
        services = self.screen.services
        async with services.database.reading() as session:
            gaps = await knowledge.gaps(session, limit=GAPS_SHOWN)
            articles = await knowledge.listing(session, status=None)
        shown = (
            [(gap.id, gap.count) for gap in gaps],
            [(each.slug, each.version.version, each.article.status) for each in articles],
        )
        if shown == self._shown:
            return
        groups = await grouped(services.knowledge, gaps)
        self._shown = shown
        self._draw(groups, articles)

    def _draw(self, groups: Sequence[GapGroup], articles: Sequence[CurrentArticle]) -> None:
        words = self.screen.words
        titles = {each.slug: each.title(words.language) for each in articles}
        self._gaps.clear()
        with self._gaps:
            for group in groups:
                self._card(group, titles)
            if not groups:
                ui.label(words("empty_gaps")).classes("hk-none")
        lines = "".join(self._line(article) for article in articles)
        self._articles.set_content(f'<ul class="hk-list hk-found">{lines}</ul>')

    def _card(self, group: GapGroup, titles: dict[str, str]) -> None:
        words = self.screen.words
        asked = urlencode([("gap", gap.id) for gap in group.gaps])
        with element("article", "hk-card", f'data-asked="{group.asked}"'):
            ui.html(self._told(group, titles), sanitize=False)
            if not self._may_edit:
                return
            with element("div", "hk-card-acts"):
                ui.button(words("dismiss_gaps"), on_click=partial(self._dismiss, group)).props("flat no-caps")
                if group.nearest in titles:
                    ui.link(words("add_to_article"), f"/knowledge/{group.nearest}?{asked}").classes("hk-act")
                ui.link(words("answer_gaps"), f"/knowledge/new?{asked}").classes("hk-act hk-act-first")

    def _told(self, group: GapGroup, titles: dict[str, str]) -> str:
        words = self.screen.words
        last = format_moment(max(gap.last_at for gap in group.gaps), words.language)
        chips = markup.chip(words("asked_times", count=group.asked), "plain") + markup.chip(
            words("asked_last", when=last), "plain"
        )
        if group.nearest in titles:
            chips += markup.chip(words("nearest_article", name=titles[group.nearest]), "plain")
        others = "".join(f"<li>{escape(gap.question)}</li>" for gap in group.gaps[1:QUESTIONS_SHOWN])
        return (
            f'<h3 class="hk-question">{escape(group.gaps[0].question)}</h3><div class="hk-chips">{chips}</div>'
            f'<ul class="hk-list">{others}</ul>'
        )

    def _line(self, article: CurrentArticle) -> str:
        words = self.screen.words
        title = escape(article.title(words.language))
        name = f'<a href="{ROOT}/knowledge/{escape(article.slug)}"><b>{title}</b></a>' if self._may_edit else title
        status = markup.chip(words.label("article_status", article.article.status), "plain")
        tongues = "".join(
            markup.chip(words.label("language_name", tongue), "plain") for tongue in article.version.titles
        )
        changed = escape(words("changed", when=format_moment(article.article.updated_at, words.language)))
        return markup.entry(f"{name} {status}{tongues}", changed)

    async def _dismiss(self, group: GapGroup) -> None:
        async def deed() -> None:
            async with self.screen.services.database.transaction() as session:
                await leads_only(session, self.screen.agent.id)
                for gap in group.gaps:
                    await knowledge.close_gap(session, gap.id)
                    await audit.record(
                        session,
                        agent_id=self.screen.agent.id,
                        action="dismiss_knowledge_gap",
                        subject=f"knowledge_gap:{gap.id}",
                    )

        if await self.screen.act(deed):
            await self.screen.services.signals.publish(DESK, event={"kind": "knowledge"})
        await self.refresh()
