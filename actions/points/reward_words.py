"""Which reward a customer's words mean, which kind, and how many of it."""

import re
from collections.abc import Sequence

from actions.kit.base import Button, Turn, button
from actions.kit.goods import core
from actions.kit.phrases import name_in
from actions.kit.words import lexicon
from actions.kit.words.pieces import count_said, without_count
from actions.points import excluded
from actions.points.excluded import Wish
from crm_store import rewards
from crm_store.errors import NotFound
from crm_store.language import Language
from crm_store.numerals import numbers
from crm_store.rewards import Reward, RewardKind
from crm_store.text import normalise

FOCUS = "focus"
"""The extractor of entities that were not said but were spoken of before."""
KIND_OFFERED = 3

_KIND_WORDS = {
    RewardKind.COUPON: re.compile(r"券|voucher|coupon", re.IGNORECASE),
    RewardKind.GIFT: re.compile(r"礼品|禮品|礼物|禮物|实物|實物|\bgifts?\b", re.IGNORECASE),
}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "fifty": 50,
    "a hundred": 100,
    "one hundred": 100,
    "hundred": 100,
    "two hundred": 200,
}
_IN_TENS = re.compile(rf"\b(?:{'|'.join(sorted(_TENS, key=len, reverse=True))})\b", re.IGNORECASE)
NOT_WANTED = "rewards_out"
"""In the focus: codes of rewards that the customer does not want to be offered."""


def said_reward(turn: Turn) -> str | None:
    """The name or code of a reward that stands in this message or behind the pressed button."""
    return _entity(turn, from_focus=False)


def pointed_at(turn: Turn) -> str | None:
    """The code of the reward that was spoken of, where the message itself names none."""
    return _entity(turn, from_focus=True)


def worths_said(text: str) -> set[int]:
    """The numbers that a text names, "fifty" and 一百 among them."""
    return numbers(_IN_TENS.sub(lambda found: str(_TENS[found.group().lower()]), text))


def wished_reward(turn: Turn) -> str | None:
    """The same without what the message rules out: with "not more tea" the tea is named, and not wished."""
    said = said_reward(turn)
    return None if said is not None and not turn.pressed and wish_of(turn.text).rules_out(said) else said


def wish_of(text: str) -> Wish:
    """What a message wishes and what it rules out; "not two tins, one" only puts the number right."""
    wish = excluded.read(text)
    return Wish(text) if any(count_said(each) for each in wish.out) else wish


async def ruled_out(turn: Turn) -> set[str]:
    """Codes of the rewards that the message says are not wanted."""
    out = () if turn.pressed else wish_of(turn.text).out
    return {reward.code for thing in out for reward in await named(turn, thing)}


async def wished(turn: Turn, words: str, offered: Sequence[str] = ()) -> list[Reward]:
    """The same as `named`, without what the words rule out."""
    wish = wish_of(words)
    if not wish.out:
        return await named(turn, words, offered)
    out = {reward.code for thing in wish.out for reward in await named(turn, thing)}
    found = await named(turn, wish.rest, offered) if wish.rest else []
    left = [reward for reward in found if reward.code not in out]
    # "No vouchers but the 50 one": the one that is named by more than its kind counts.
    return left or (found if len(found) == 1 < len(out) else [])


def kind_said(text: str) -> RewardKind | None:
    """The kind of reward named, where it is one only."""
    kinds = [kind for kind, said in _KIND_WORDS.items() if said.search(text)]
    return kinds[0] if len(kinds) == 1 else None


async def named(turn: Turn, words: str, offered: Sequence[str] = ()) -> list[Reward]:
    """Rewards that `words` name by code, name, worth or kind, best first. `offered`: codes that were just offered."""
    try:
        return [await rewards.by_code(turn.session, words)]
    except NotFound:
        # 20张 is a number of pieces, and no voucher of 20.
        worths = {reward.value_minor // 100 for reward in await rewards.catalogue(turn.session)}
        words = without_count(words, but=worths) or words
        words = _IN_TENS.sub(lambda found: str(_TENS[found.group().lower()]), words)
        found = await _found(turn, words) or await of_kind(turn, words)
    # "The voucher" means the one we have just offered, even where the shop has more of them.
    among = [reward for reward in found if reward.code in offered]
    said = numbers(words)
    worth = [reward for reward in found if reward.value_minor and reward.value_minor // 100 in said]
    return next((narrowed for narrowed in (worth, among) if len(narrowed) == 1), found)


async def of_kind(turn: Turn, words: str) -> list[Reward]:
    """Where only the kind was said, the rewards of that kind."""
    kind = kind_said(words)
    offered = await rewards.catalogue(turn.session, in_stock_only=True)
    return [reward for reward in offered if reward.kind == kind][:KIND_OFFERED]


def about(reward: Reward, language: Language) -> Button:
    """A thing as it was listed: pointed at, it is told about, not taken."""
    return button(name_in(reward.names, language), "ask_rewards", reward=reward.code)


async def _found(turn: Turn, words: str) -> list[Reward]:
    found = await rewards.find_by_words(turn.session, words)
    bare = core(words)
    if found or not bare or any(said.fullmatch(bare) for said in _KIND_WORDS.values()):
        return found
    return await rewards.find_by_words(turn.session, bare) or await _of_sign(turn, bare)


async def _of_sign(turn: Turn, words: str) -> list[Reward]:
    """The one reward whose name ends with the sign that the words name a thing by: 换盏灯 means the desk lamp. Else the
    only one in whose name it stands: 换罐茶 means the tea tin."""
    signs = set(lexicon.said("kind_sign", lexicon.without("no_kind_sign", words)))
    offered = await rewards.catalogue(turn.session) if signs else []
    ending = [each for each in offered if {normalise(name)[-1:] for name in each.names.values()} & signs]
    holding = [
        each for each in offered if any(sign in normalise(name) for name in each.names.values() for sign in signs)
    ]
    fitting = ending or holding
    return fitting if len(fitting) == 1 else []


def _entity(turn: Turn, *, from_focus: bool) -> str | None:
    found = turn.tracker.latest_message.get("entities") or []
    values = [
        str(entity["value"])
        for entity in found
        if entity.get("entity") == "reward" and (entity.get("extractor") == FOCUS) is from_focus
    ]
    return values[0] if values else None
