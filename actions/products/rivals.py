"""What a comparison names that the shop does not sell: another maker's goods, or anything else."""

from collections.abc import Sequence

from sqlalchemy import select

from actions.kit.base import Turn
from actions.kit.words import lexicon
from crm_store import products
from crm_store.errors import NotFound
from crm_store.interactions import Interaction
from crm_store.products import Product
from crm_store.text import normalise

_SHORTEST = 2
_SHOWN_CHARACTERS = 20
_PARTICLES = "的那这是它呢吗啊吧呀嘛哦款牌家双个件好更和跟比与 "


async def other_maker(turn: Turn) -> str | None:
    """The maker named that the shop sells nothing of, as the customer wrote it."""
    for brand in lexicon.said("brand", turn.text):
        if not await products.meant(turn.session, brand):
            return _as_written(turn.text, brand)
    return None


async def not_sold(turn: Turn, words: Sequence[str], parts: Sequence[str]) -> str | None:
    """Something named that the shop has not, as the customer wrote it.

    `words`: the products that were understood; `parts`: what stands beside a product of ours in the question.
    """
    for said in [*words, *map(_bare, parts)]:
        if len(normalise(said)) >= _SHORTEST and not await products.meant(turn.session, said):
            return _as_written(turn.text, said)
    return None


async def just_told(turn: Turn) -> Product | None:
    """The product that the last answer in this conversation was about: "and compared with …?" means it."""
    latest = (
        select(Interaction).where(Interaction.conversation_id == turn.conversation.id).order_by(Interaction.id.desc())
    )
    before = await turn.session.scalar(latest.limit(1))
    sku = (before.references or {}).get("product") if before else None
    try:
        return await products.by_sku(turn.session, str(sku)) if sku else None
    except NotFound:
        return None


def _bare(part: str) -> str:
    """What a part of the question names, without the words that name nothing."""
    return lexicon.without("comparison_talk", part).strip(_PARTICLES)


def _as_written(text: str, said: str) -> str:
    """The place in the customer's text that reads like `said` when it is normalised; else `said` itself."""
    flat = "".join(normalise(sign)[:1] or " " for sign in text)
    at = flat.find(normalise(said))
    found = text[at : at + len(normalise(said))] if at >= 0 else said
    return found[:_SHOWN_CHARACTERS]
