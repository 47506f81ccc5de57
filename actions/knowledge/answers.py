"""Standard answers: what is asked is answered in a sentence or two, its article named as the source and one press away;
what may be meant is offered; what nobody has written is kept for the editors."""

from typing import ClassVar

from rasa_sdk import Tracker

from actions.endpoint import action_classes
from actions.kit import goods_named
from actions.kit.asked import sent_abroad
from actions.kit.base import (
    ANSWER_DOUBTED,
    ANSWER_MISSED,
    ASKED_AGAIN,
    IF_KNOWN,
    Button,
    CrmAction,
    Event,
    Turn,
    button,
    database,
)
from actions.kit.goods import Fit, canonical, fit, things_said
from actions.kit.policy_facts import filled
from actions.kit.quick_replies import BUTTONS_SHOWN
from actions.kit.replies import person_button, service_button
from actions.kit.words import lexicon, places
from actions.knowledge import own_price, own_return, own_warranty
from actions.knowledge.for_members import told_to_member
from actions.knowledge.found import Found, look_up, more, rest_beside
from actions.knowledge.index import index_of
from actions.knowledge.ranking import Hit
from actions.knowledge.reckoning import PRICE, RETURNS, WARRANTY, abroad_of
from crm_store import knowledge, products
from crm_store.errors import NotFound
from crm_store.knowledge import ArticleStatus, CurrentArticle
from crm_store.text import terms

UNANSWERED = "unanswered"
"""In the focus: the question that was said to have no answer when it was asked again."""
GIFTS = "gift_wrapping"
SURER = 0.85
"""From this score on an answer is told to who said that the last one missed."""
LATELY = 6
"""Places of the conversation, both sides' messages, within which that is not said in the same words."""


class ActionFaq(CrmAction):
    action_name: ClassVar[str] = "action_faq"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.pressed:
            await _pressed(turn)
            return []
        found: Found = turn.prepared
        if turn.entity("choice") in (ASKED_AGAIN, ANSWER_MISSED):
            await _asked_again(turn, found)
            return []
        if turn.entity("choice") == ANSWER_DOUBTED and not (found.surely and not found.is_gap):
            await _doubted(turn, found)
            return []
        if rest_beside(turn.tracker.latest_message):
            await _alongside(turn, found)
            return []
        if await goods_named.asked(turn) is not None or await _is_of_other_goods(turn, found):
            return await _of_goods(turn)
        if found.answers:
            await answered(turn, found)
        elif buttons := found.offered():
            turn.say("reply_faq_offer", buttons=buttons)
            turn.focus(listed=buttons)
            turn.done("offered", turn.text, article=found.slug, score=found.score)
        elif await _sells(turn):
            # Nothing is written on it, but the catalogue knows the thing.
            return await _of_goods(turn)
        elif index_of(database()).ready:
            await _gap(turn, found)
        else:
            turn.say("reply_faq_not_ready")
            turn.done("not_found", turn.text)
        return []


async def _asked_again(turn: Turn, found: Found) -> None:
    """Another answer than the one that missed, where one surely fits; else it is said plainly that there is none, the
    question kept for the editors and a person offered who gets exactly these words."""
    buttons = [person_button(turn), service_button(turn, "call_back", "request_callback")]
    if turn.entity("choice") == ANSWER_MISSED:
        turn.say("reply_answer_missed", buttons=buttons)
        turn.done("not_understood", turn.text)
    elif found.surely and not found.unwritten and found.score >= SURER:
        # What is only near may be the next wrong thing.
        await answered(turn, found)
    else:
        await keep_gap(turn, found.best)
        told_at = int((turn.spoken_of.get("at") or {}).get(UNANSWERED) or 0)
        told = bool(told_at) and turn.conversation.last_seq - told_at <= LATELY
        turn.say("reply_asked_again_still" if told else "reply_asked_again", asked=turn.text, buttons=buttons)
        turn.focus(**{UNANSWERED: turn.text})
        turn.done("not_found", turn.text)


async def _doubted(turn: Turn, found: Found) -> None:
    """What was told is disputed with a reason that nothing here decides: no menu, but that a colleague looks at it."""
    await keep_gap(turn, found.best)
    buttons = [person_button(turn), service_button(turn, "call_back", "request_callback")]
    turn.say("reply_answer_doubted", buttons=buttons)
    turn.done("not_found", turn.text)


async def _alongside(turn: Turn, found: Found) -> None:
    """One question of several: told unless the same message was just answered so; else named as left open."""
    if turn.entity("choice") == IF_KNOWN and not (found.answers_well or found.offered()):
        turn.done("passed_over", turn.text)
        return
    told_at = (turn.spoken_of.get("at") or {}).get("article")
    if found.answers_well:
        if told_at == turn.conversation.last_seq and found.says_again(turn.spoken_of):
            turn.done("answered", found.title, article=found.slug, score=found.score)
            return
        await answered(turn, found)
    elif buttons := found.offered():
        turn.say("reply_faq_offer_alongside", asked=turn.text, buttons=buttons)
        turn.focus(listed=buttons)
        turn.done("offered", turn.text, article=found.slug, score=found.score)
    else:
        await keep_gap(turn, found.best)
        turn.say("reply_faq_gap_alongside", asked=turn.text)
        turn.done("not_found", turn.text)


async def _of_goods(turn: Turn) -> list[Event] | None:
    """The answer of the catalogue."""
    action = action_classes()["action_product"]
    assert issubclass(action, CrmAction)
    return await action().answer(turn)


async def _is_of_other_goods(turn: Turn, found: Found) -> bool:
    """Whether it is asked how a thing of ours fits that the answer does not speak of: of a jacket, where only shoes are
    known to run small."""
    if found.best is None or not lexicon.mentions("size_advice", turn.text):
        return False
    told = {term for term in terms(found.best.told) if not term.isdigit()}
    for thing in things_said(turn):
        for product in await products.search(turn.session, canonical(thing)):
            called = [*product.names.values(), *product.keywords]
            if fit(thing, called) is Fit.CALLED:
                return not told & terms(" ".join([*called, *products.category_names(product.category)]))
    return False


async def _sells(turn: Turn) -> bool:
    """Whether the shop sells a thing that the message names."""
    for thing in things_said(turn):
        for product in await products.search(turn.session, canonical(thing)):
            if fit(thing, [*product.names.values(), *product.keywords]) is Fit.CALLED:
                return True
    return False


async def answered(turn: Turn, found: Found) -> None:
    """Tell what was found, and that the message was answered. Of a lower price after buying, of the warranty, and of
    days that have passed until a return, a member hears how their own purchases stand in place of the rule."""
    if found.is_gap or found.unsaid:
        await keep_gap(turn)
    if found.unwritten:
        if turn.is_part:
            turn.say("reply_rule_unwritten_alongside", asked=turn.text)
        else:
            found.tell(turn)
        turn.done("not_found", turn.text)
        return
    if await _whole(turn, found):
        return
    if await _own_case(turn, found):
        turn.focus(article=found.slug, question=found.question, answer=None)
    else:
        found.tell(turn)
        _tell_abroad_beside(turn, found)
    turn.done("answered", found.title, article=found.slug, score=found.score)


def _tell_abroad_beside(turn: Turn, found: Found) -> None:
    """That a gift may go straight to somebody is told with what it takes to get to a place abroad, where one is
    named."""
    code = places.place(turn.text)
    if found.slug == GIFTS and found.reckoned is None and code is not None:
        told = abroad_of(code, turn.language)
        turn.say(told.response, buttons=[more(turn, told.slug)], **told.values)
        turn.focus(**{sent_abroad.FOCUS: code})


async def _whole(turn: Turn, found: Found) -> bool:
    """Tell the whole text of the article that answers, where that is wished: 退货规定全文给我看下."""
    if not found.slug or not lexicon.mentions("whole_text", turn.text):
        return False
    article = await published(turn, found.slug)
    if article is None:
        return False
    title = article.title(turn.language)
    turn.say("reply_faq_answer", answer=_to_whom(turn, article.body(turn.language)), title=title)
    turn.focus(article=found.slug, question=title, answer=None)
    turn.done("answered", title, article=found.slug)
    return True


async def _own_case(turn: Turn, found: Found) -> bool:
    """Tell a member how it stands with what they bought; False where the rule is what answers."""
    own = {PRICE: own_price.tell, WARRANTY: own_warranty.tell}.get(found.slug)
    if found.slug == PRICE and (lexicon.heard("supposing", turn.text) or found.of_later):
        return turn.member is not None and await own_price.tell_supposed(turn, turn.member)
    if found.slug == RETURNS and found.reckoned is not None:
        own = own_return.tell
    return own is not None and turn.member is not None and await own(turn, turn.member)


async def _pressed(turn: Turn) -> None:
    """A button: of one article or one of its answers, or of the wish to ask something."""
    slug, _, place = str(turn.entity("choice") or "").partition("#")
    article = await published(turn, slug) if slug else None
    if article is None:
        articles = await knowledge.listing(turn.session)
        buttons = [_article(turn, each) for each in articles[:BUTTONS_SHOWN]]
        turn.say("reply_faq_ask", buttons=buttons)
        turn.focus(listed=buttons)
        return
    title, language = article.title(turn.language), turn.language
    if place.isdigit() and int(place) < len(article.answers):
        chosen = article.answers[int(place)]
        told = _to_whom(turn, filled(chosen.told(language), language))
        turn.say("reply_faq_answer", answer=told, title=title, buttons=[more(turn, slug)])
        turn.focus(article=slug, question=chosen.asked(language), answer=int(place))
    else:
        turn.say("reply_faq_answer", answer=_to_whom(turn, article.body(language)), title=title)
        turn.focus(article=slug, question=title, answer=None)
    turn.done("answered", title, article=slug)


def _to_whom(turn: Turn, text: str) -> str:
    return told_to_member(text) if turn.member is not None else text


async def published(turn: Turn, slug: str) -> CurrentArticle | None:
    """The article, unless customers are not to see it or there is none."""
    try:
        found = await knowledge.get(turn.session, slug)
    except NotFound:
        return None
    return found if found.article.status == ArticleStatus.PUBLISHED else None


async def _gap(turn: Turn, found: Found) -> None:
    await keep_gap(turn, found.best)
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
