"""What a text says of a want for goods, before it is known what the shop sells: whether it tells one at all, and which
properties the goods are to have."""

import re

from actions.kit.asked import aspects_asked, shapes
from actions.kit.words import lexicon
from crm_store.text import normalise

NOT_A_WANT = (
    "own_thing", "already_ordered", "refund_wish", "exchange", "repair_wish", "fault", "points_word", "redemption",
    "comparison", "price_order", "price_question", "together", "sum_question", "size_range", "tell_when_in",
    "goods_shipping", "how_many_left", "warranty_term", "gift_wrapped", "compared_by", "order_state", "asks_choice",
    "of_the_two",
)  # fmt: skip
"""Beside these something else is asked, or something that was bought is spoken of."""
NO_WISH_TOPICS = frozenset({
    aspects_asked.PEOPLE, aspects_asked.CONTENTS, aspects_asked.GOES_WITH, aspects_asked.SAFETY, "shelf_life",
})  # fmt: skip
"""Aspects that are asked of a thing in hand and choose none."""
_WHOSE = re.compile(
    r"\bmy (?:\w+ ){0,2}?(?:mum|mom|mummy|mother|dad|daddy|father|parents?|wife|husband|partner|son|daughter|kids?"
    r"|child|children|baby|toddler|brother|sister|friend|boss|colleague|aunt|uncle|nan|gran|granny|grandma|grandpa|nephew|niece"
    r"|girlfriend|boyfriend|feet|foot|knees?|size)\b"
)
"""For whom it is; what follows is no thing that somebody has."""
_POINTS_AT = re.compile(
    r"[这那呢嗰](?:双|款|件|个|几|种|条|只|对|两|俩)|它|上面|刚才|头先"
    r"|\b(?:these|those|this|it|they|them|the (?:first|second|third|last|other|same|one|ones))\b"
    r"|\bthat\b(?! (?:do|don|does|doesn|is|isn|are|aren|can|will|won|would|has|fits?|goes|keeps?|works?)\b)"
)
_ANY_OF_KIND = re.compile(
    r"有(?:什么|啥|咩|哪些|哪[双款件个])|(?:什么|哪)[鞋衣包]|哪[双款件]|别的|其他|其它|第二[对双款]|边[对款]"
    r"|\b(?:any|anything|something|what|which|others?|else)\b"
)


def is_of_another(text: str) -> bool:
    """Whether something else is asked, or a thing that somebody has, or that was just told, is pointed at."""
    flat = _WHOSE.sub(" ", normalise(text))
    if any(lexicon.mentions(group, flat) for group in NOT_A_WANT):
        return True
    compared = {found.value for found in lexicon.heard("other_of_kind", text)} - {"more"}
    return bool(compared) or shapes.body_said(text) is not None or _POINTS_AT.search(flat) is not None


def any_of_kind(text: str) -> bool:
    """Whether any of a kind that is not named is asked for: "anything in a 44?", 有什么 38 码的."""
    return _ANY_OF_KIND.search(normalise(text)) is not None


def topics(text: str) -> list[str]:
    """The properties that goods are to have."""
    found = [topic for topic in aspects_asked.asked(text) if topic not in NO_WISH_TOPICS]
    return [*found, *dict.fromkeys(each.value for each in lexicon.heard("want_aspect", text))]
