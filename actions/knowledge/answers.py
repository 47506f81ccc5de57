"""Standard answers: the article that answers a question, its title as the source; gaps are kept for the editors."""

from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit.base import Button, CrmAction, Event, Turn, button, database
from actions.kit.quick_replies import BUTTONS_SHOWN
from actions.knowledge.index import THRESHOLD, Hit, index_of
from crm_store import knowledge
from crm_store.errors import NotFound
from crm_store.knowledge import ArticleStatus, CurrentArticle

NEAR_THE_BEST = 0.25
"""An article that scores so little below the best may have been meant as well; it is offered as a button."""


class ActionFaq(CrmAction):
    action_name: ClassVar[str] = "action_faq"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> list[Hit]:
        return await nearest_articles(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.pressed:
            await _pressed(turn)
            return []
        hits: list[Hit] = turn.prepared
        if not hits or hits[0].score < THRESHOLD:
            await _gap(turn, hits[0] if hits else None)
            return []
        best, *others = hits
        near = [hit for hit in others if hit.score >= max(THRESHOLD, best.score - NEAR_THE_BEST)]
        turn.say("reply_faq_answer", answer=best.body, title=best.title, buttons=[opens(near_hit) for near_hit in near])
        turn.done("answered", best.title, article=best.slug, score=best.score)
        return []


async def nearest_articles(tracker: Tracker) -> list[Hit]:
    """The articles nearest to what the customer typed, best first; none for a pressed button. For `prepare`."""
    message = tracker.latest_message
    text = str(message.get("text") or "")
    if text.startswith("/"):
        return []
    return await index_of(database()).nearest(text, message.get("language"))


def opens(hit: Hit) -> Button:
    """A button that opens the article."""
    return button(hit.title, "ask_faq", choice=hit.slug)


async def _pressed(turn: Turn) -> None:
    """A button: of one article, or of the wish to ask something."""
    chosen = turn.entity("choice")
    article = await published(turn, str(chosen)) if chosen else None
    if article is None:
        articles = await knowledge.listing(turn.session)
        turn.say("reply_faq_ask", buttons=[_article(turn, each) for each in articles[:BUTTONS_SHOWN]])
        return
    turn.say("reply_faq_answer", answer=article.body(turn.language), title=article.title(turn.language))
    turn.done("answered", article.title(turn.language), article=article.slug)


async def published(turn: Turn, slug: str) -> CurrentArticle | None:
    """The article, unless customers are not to see it or there is none."""
    try:
        found = await knowledge.get(turn.session, slug)
    except NotFound:
        return None
    return found if found.article.status == ArticleStatus.PUBLISHED else None


async def _gap(turn: Turn, nearest: Hit | None) -> None:
    await keep_gap(turn, nearest)
    turn.say("reply_faq_gap")
    turn.done("not_found", turn.text)


async def keep_gap(turn: Turn, nearest: Hit | None = None) -> None:
    """Keep the question for the editors as one that nothing answered; `nearest`: the article that came closest."""
    async with turn.writing() as session:
        await knowledge.record_gap(
            session,
            question=turn.text,
            language=turn.language,
            best_slug=nearest.slug if nearest else None,
            best_score=nearest.score if nearest else None,
            conversation_id=turn.conversation.id,
            key=turn.key("gap"),
        )


def _article(turn: Turn, article: CurrentArticle) -> Button:
    return button(article.title(turn.language), "ask_faq", choice=article.slug)
