"""What a question about goods means that names none: the reward told last, the one of the goods told last, or all of
those listed (多少钱一支, "and the tea?")."""

import re
from collections.abc import Sequence

from actions.endpoint import action_classes
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.goods import core
from actions.kit.words import lexicon
from actions.products.listed import goods_listed, spoken_of
from actions.products.texts import choices, lines
from crm_store import products, rewards
from crm_store.products import Product
from crm_store.text import normalise

TALK = ("for_money", "price_question", "product_question", "pointing", "courtesy", "follow_up", "product_talk")
"""Groups of words that name no goods."""
OF_GOODS = ("product_question", "property_question", "price_question", "in_money", "own_thing")
"""Groups of words that ask something of goods, though a reward is called so as well."""

_ONE_OF_IT = re.compile(
    r"(?<!\d)\d\d(?:\.5)? ?[号码]|\bsize \d\d\b|\bper (?:piece|one)\b|\b(?:now|one|each)\b|现在"
    r"|[一那这哪]一?[个件双条张台把只盒套包瓶本顶款块支部罐箱对枚份样]"
)


def names_nothing(text: str) -> bool:
    """Whether a question holds only words that ask something of whatever is spoken of: 多少钱一支, "how much each"."""
    left = _ONE_OF_IT.sub(" ", normalise(text))
    for group in TALK:
        left = lexicon.without(group, left)
    return not left.strip()


def rewards_last(turn: Turn) -> bool:
    """Whether rewards for points are what was spoken of last, and no other thing since."""
    places: dict[str, int] = turn.spoken_of.get("at") or {}
    others = [place for kind, place in places.items() if kind not in ("reward", "listed")]
    return "reward" in turn.spoken_of and places.get("reward", 0) > max(others, default=0)


async def tell_reward(turn: Turn) -> list[Event] | None:
    """The answer about a reward that the words name right after rewards were told: "and the tea?"; None otherwise."""
    asks_of_goods = any(lexicon.mentions(group, turn.text) for group in OF_GOODS)
    if turn.pressed or asks_of_goods or not rewards_last(turn):
        return None
    bare = core(turn.text)
    if not bare or len(await rewards.find_by_words(turn.session, bare)) != 1:
        return None
    action = action_classes()["action_rewards"]
    assert issubclass(action, CrmAction)
    return await action().answer(turn)


async def meant(turn: Turn) -> Sequence[Product]:
    """The goods that a question without a name means; empty where none were spoken of."""
    if turn.pressed or not names_nothing(turn.text):
        return []
    if rewards_last(turn) and (same := await _same_as_reward(turn)):
        return same
    places: dict[str, int] = turn.spoken_of.get("at") or {}
    if places.get("article", 0) > max(places.get("product", 0), places.get("listed", 0)):
        # "And what is in it?" right after an article: the article goes on.
        return []
    told = await _told_last(turn)
    if told and places.get("product", 0) >= places.get("listed", 0):
        return told
    return await goods_listed(turn) or told


async def tell_prices(turn: Turn, goods: Sequence[Product]) -> None:
    """The prices of several, none of which is singled out."""
    turn.say("reply_product_prices", list=lines(goods, turn.language), buttons=choices(turn, goods))
    turn.done("answered", products=[product.sku for product in goods])


async def _told_last(turn: Turn) -> list[Product]:
    product = await spoken_of(turn)
    return [product] if product is not None else []


async def _same_as_reward(turn: Turn) -> list[Product]:
    """The product that the shop also gives for points: its weight and size are those of the reward."""
    reward = await rewards.by_code(turn.session, str(turn.spoken_of["reward"]))
    return (await products.named(turn.session, "\n".join(reward.names.values())))[:1]
