"""What the rules of returns say to a question, in the words of the shop's articles; and who pays the way."""

import re

from actions.kit.base import Turn, button
from actions.kit.form_input import words
from actions.kit.policy_facts import return_postage
from actions.kit.words import plainly
from actions.knowledge.answers import answered, keep_gap, published
from actions.knowledge.found import UNWRITTEN, Found
from actions.knowledge.index import THRESHOLD
from actions.returns.heard import asks_rule, subjects_of_rule
from crm_store.labels import label
from crm_store.returns import PaidBy

RETURNS = "return_window"
ABOUT_RETURNS = (RETURNS, "exchange_size")
OF_ITS_STATE = frozenset({"opened", "worn", "washed", "tags", "packaging"})
"""Subjects of the rules by which a thing may or may not come back as it is."""
PARAGRAPHS_TOLD = 2
"""Of the article; the rest is behind a button."""
_SENTENCE_END = re.compile(r"(?<=[。！？!?])\s*|(?<=[a-z0-9%]\.)\s+|\n+")


async def tell_policy(turn: Turn, found: Found) -> None:
    """Say what answers, else the sentence of the rules that speaks of the very thing; where only the subject was found,
    the beginning of its article, else of the one about returns; nothing when there is none."""
    answers = [hit for hit in found.hits if hit.score >= THRESHOLD]
    best = next((hit for hit in answers if hit.slug in ABOUT_RETURNS), None)
    direct = found.best is not None and found.best.answer is not None and found.best is best
    if found.surely or direct:
        await answered(turn, found)
    elif await tell_rule(turn):
        return
    elif best is not None:
        _tell(turn, best.slug, best.title, best.body)
    elif article := await published(turn, RETURNS):
        _tell(turn, article.slug, article.title(turn.language), article.body(turn.language))
    elif answers:
        _tell(turn, answers[0].slug, answers[0].title, answers[0].body)


async def tell_known(turn: Turn, text: str) -> bool:
    """Say what the desk itself holds to, or that nothing is written, to a question on the way that is known by its
    words and holds for what is one's own as well (修的时候有没有借的); False where none is asked."""
    if not plainly.is_heard(text, own=True):
        return False
    own = next((each for each in plainly.asked(text, turn.language) if each.response or each.unwritten), None)
    if own is None:
        return False
    if own.unwritten:
        await keep_gap(turn)
    turn.say(own.response or UNWRITTEN)
    return True


async def tell_rule(turn: Turn) -> bool:
    """Say what the articles about returns say of the very thing that was asked; False when they do not speak of it."""
    best = await _rule(turn)
    if best is None:
        return False
    sentence, slug, title = best
    turn.say("reply_faq_answer", answer=sentence, title=title, buttons=[button(title, "ask_faq", choice=slug)])
    turn.done("answered", title, article=slug)
    turn.focus(article=slug)
    return True


async def is_told(turn: Turn) -> bool:
    """Whether what is asked of the state of a thing (opened, worn, without its box) was told by the rule; where it is
    on its way, nothing else is to be said of it then."""
    asked = set(subjects_of_rule(words(turn)))
    return asks_rule(words(turn)) and bool(asked & OF_ITS_STATE) and await _rule(turn) is not None


async def _rule(turn: Turn) -> tuple[str, str, str] | None:
    """The sentence of the articles that speaks of what is asked, with slug and title of the article."""
    asked = set(subjects_of_rule(words(turn)))
    best: tuple[int, str, str, str] | None = None
    for slug in ABOUT_RETURNS if asked else ():
        article = await published(turn, slug)
        for sentence in _SENTENCE_END.split(article.body(turn.language)) if article else ():
            shared = len(asked & set(subjects_of_rule(sentence)))
            if article is not None and shared > (best[0] if best else 0):
                best = (shared, sentence.strip(), slug, article.title(turn.language))
    return best[1:] if best is not None else None


def shipping_text(turn: Turn, paid_by: PaidBy | str) -> str:
    """Who pays the way back."""
    return label("return_shipping", paid_by, turn.language, postage=return_postage(turn.language))


def _tell(turn: Turn, slug: str, title: str, body: str) -> None:
    paragraphs = body.split("\n")
    told = "\n".join(paragraphs[:PARAGRAPHS_TOLD])
    whole = [button(title, "ask_faq", choice=slug)] if len(paragraphs) > PARAGRAPHS_TOLD else []
    turn.say("reply_faq_answer", answer=told, title=title, buttons=whole)
    turn.done("answered", title, article=slug)
    turn.focus(article=slug)
