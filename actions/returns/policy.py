"""How returns work, in short, for who asks before we know who it is; and who pays the way."""

from actions.kit.base import Turn, button
from actions.kit.policy_facts import return_postage
from actions.knowledge.answers import published
from actions.knowledge.found import Found
from actions.knowledge.index import THRESHOLD
from crm_store.labels import label
from crm_store.returns import PaidBy

RETURNS = "return_window"
ABOUT_RETURNS = frozenset({RETURNS, "exchange_size"})
PARAGRAPHS_TOLD = 2
"""Of the article; the rest is behind a button."""


async def tell_policy(turn: Turn, found: Found) -> None:
    """Say what answers; where only the subject was found, the beginning of its article, else of the one about returns;
    nothing when there is none."""
    answers = [hit for hit in found.hits if hit.score >= THRESHOLD]
    best = next((hit for hit in answers if hit.slug in ABOUT_RETURNS), None)
    direct = found.best is not None and found.best.answer is not None and found.best is best
    if found.surely or direct:
        found.tell(turn)
        turn.done("verification_needed", found.title, article=found.slug)
    elif best is not None:
        _tell(turn, best.slug, best.title, best.body)
    elif article := await published(turn, RETURNS):
        _tell(turn, article.slug, article.title(turn.language), article.body(turn.language))
    elif answers:
        _tell(turn, answers[0].slug, answers[0].title, answers[0].body)
    else:
        turn.done("verification_needed")


def shipping_text(turn: Turn, paid_by: PaidBy | str) -> str:
    """Who pays the way back."""
    return label("return_shipping", paid_by, turn.language, postage=return_postage(turn.language))


def _tell(turn: Turn, slug: str, title: str, body: str) -> None:
    paragraphs = body.split("\n")
    told = "\n".join(paragraphs[:PARAGRAPHS_TOLD])
    whole = [button(title, "ask_faq", choice=slug)] if len(paragraphs) > PARAGRAPHS_TOLD else []
    turn.say("reply_faq_answer", answer=told, title=title, buttons=whole)
    turn.done("verification_needed", title, article=slug)
