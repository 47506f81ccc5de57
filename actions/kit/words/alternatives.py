"""Wishes of which one stands in for another: money, another piece, a repair. Which are wished, and which denied."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.words import consent, lexicon
from crm_store.text import normalise

WAYS = ("exchange", "refund_wish", "repair_wish")
"""The groups of words for what may become of a thing that was bought."""

_NO_REPAIR = re.compile(r"[装进研自必选]修|修[改订正身养]|维修[费工师]")
"""Words that hold the sign for mending and mend nothing: 修改地址."""
_NEW_NUMBER = re.compile(
    r"换(?:了|个|咗|成)?(?:新的?)?(?:号码|手机|电话|手提|微信|卡)|换(?:了|个|咗)?新号"
    r"|\b(?:new|changed my|swap(?:ped)? my) (?:phone|number|mobile|sim)\b"
)
"""Another telephone, and no other piece: 换新号了."""
_OR = re.compile(r"还是|定系|抑或|或者?|\bor\b")
_ASKED_OR = re.compile(r"[吗么咩](?:还是|定系|抑或|或者?)")
"""The question stands in its first half: 能退吗还是只能修."""
_BOTH = re.compile(r"退换货?|退货换货|退货还是换货|换货还是退货|return or exchange|exchange or return")
"""Names both and wishes neither before the other."""
_FAILING_THAT = re.compile(
    r"(?:如果|要是|万一)?(?:没有?|冇|缺)货\S*"
    r"|\bif (?:it s |there s |there is )?(?:none|no stock|not in stock|out of stock)\b.*"
)
"""What is wished only where the other thing cannot be had."""
_NEGATED = re.compile(
    r"(?:不|别|没|不要|不想|不用|不必|(?<!是)不是|(?<!是)不是要|先不|唔|(?<!系)唔系"
    r"|唔想|唔要|唔使|唔好|don t|do not|not|no|instead of|rather than)"
    r" ?(?:(?:再|要|想|用|去|办|an?|the|any|want|to|it|need) ?){0,4}$"
)
_NEGATED_BEHIND = re.compile(
    r"\S{0,2}?(?:就|也|都|倒|那个|的话)*(?:不用|不必|唔使|唔要|免)(?:了|啦|喇|吧|$| )"
    r"|\S{0,2}?(?:就|也|都)(?:不要|算)(?:了|啦|喇|$| )"
    r"| ?(?:is |s |are )?(?:not (?:needed|necessary|wanted|required)|unnecessary)\b"
)
"""退钱就不用了, "a refund is not needed"."""


@dataclass(frozen=True, slots=True)
class Wished:
    """Words of one group of the lexicon, where they stand in the normalised text, and whether they are denied there."""

    start: int
    group: str
    denied: bool


def wished(groups: Sequence[str], text: str) -> list[Wished]:
    """Each place where words of one of these groups of the lexicon stand."""
    flat = _FAILING_THAT.sub(" ", _BOTH.sub(" ", _NO_REPAIR.sub(" ", _NEW_NUMBER.sub(" ", normalise(text)))))
    places = [(each, group) for group in groups for each in lexicon.heard(group, flat)]
    return [
        Wished(each.start, group, bool(_NEGATED.search(flat[: each.start]) or _NEGATED_BEHIND.match(flat[each.end :])))
        for each, group in places
    ]


def way_wished(text: str) -> str | None:
    """The group of `WAYS` that the words wish: the last one that is not denied."""
    found = [(each.start, each.group) for each in wished(WAYS, text) if not each.denied]
    return max(found)[1] if found else None


def weighs(text: str) -> bool:
    """Whether the words hold two of these ways against each other and wish none: "a refund or a repair?"."""
    ways = {each.group for each in wished(WAYS, text) if not each.denied}
    is_asked = len(ways) > 1 and (consent.asks_back(text) or _ASKED_OR.search(normalise(text)) is not None)
    return is_asked and (lexicon.mentions("weighs", text) or _OR.search(normalise(text)) is not None)


def switches(groups: Sequence[str], text: str) -> bool:
    """Whether one wish is denied for the sake of another: 不退了，还是换吧, "no exchange, just the refund"."""
    found = wished(groups, text)
    denied = {each.group for each in found if each.denied}
    return bool(denied) and any(not each.denied and each.group not in denied for each in found)
