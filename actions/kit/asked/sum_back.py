"""Whether it is asked how much money a return would bring back, or how many points it would cost: 退T恤能退回多少钱,
"how many points would I lose". What a rule says, when the money comes and who pays the way are other questions."""

import re
from collections.abc import Sequence
from enum import StrEnum

from crm_store.text import closed_up, normalise

CHOICE = "sum_back:"
"""What the `choice` of such a message begins with; what is asked follows: sum_back:money,points."""
FOCUS = "sum_back"
"""In the focus: the lines reckoned last with how many of each, `[[id, pieces]]`, and what was asked."""


class SumBack(StrEnum):
    MONEY = "money"
    POINTS = "points"


_RETURNS = re.compile(
    r"(?<!不)(?:退|还返|攞返|拿回)"
    r"|\b(?:return|returned|returning|send (?:\w+ ){1,4}back|refund|refunded|get back|money back)\b"
)
_MONEY = re.compile(
    r"(?:退|攞返|拿回|收回|取回|返还|还返)(?:得|到|回|返|给|俾|畀|我|款|钱|翻)*"
    r"(?:(?:多少|几多)(?!天|日|久|次|件|个|分|点|积|码|号|人|张)|几(?:钱|块|元|蚊))"
    r"|(?:多少|几多)(?:钱|块|元|蚊)(?:能|可以|会|得)?(?:退|回来|返|攞)"
    r"|(?:钱|款)(?:能|会|可以)?(?:退|返)(?:多少|几多|几)"
    r"|(?:退款|退回)(?:的)?(?:金额|数|总额)?(?:是|有|系)?(?:多少|几多)"
    r"|\bhow much (?:money )?(?:will|would|do|does|can|could|d|ll|am|is|are)? ?(?:i|we)? ?(?:be )?"
    r"(?:get|getting|receive|have|going to get)"
    r"(?: \w+){0,4}? ?(?:back|refund\w*)"
    r"|\b(?:what|how much) (?:would|will|do|does|d|is|s) (?:i|we|my|the) (?:get |be )?(?:back|refund\w*)"
    r"|\bhow much (?:is|would be|will be|s|would) (?:my |the )?(?:be )?refund\w*|\b(?:refund|money back) amount\b"
    r"|\bget refunded\b|\bhow much (?:\w+ ){0,5}refunded\b"
)
_POINTS = re.compile(
    r"(?:积分|点数|分数)(?:会|要|得|将|就)*(?:被)?(?:扣|少|减|收|掉|冇)(?:掉|回|去|返|了|我|走)*(?:多少|几多|几)"
    r"|(?:扣|少|减|收回|掉)(?:掉|我|咗|了)*(?:多少|几多|几)(?:个)?(?:积分|点数|分|点)"
    r"|\bhow many points (?:\w+ ){0,4}?"
    r"(?:lose|lost|cost|costs|taken|deducted?|go|gone|come off|back off)\b"
    r"|\b(?:lose|cost me|deduct\w*) how many points\b|\bhow many points (?:does|would|will|do) (?:that|it|this) cost\b"
)
_GOES_ON = re.compile(
    r"(?:呢|咧)$|^(?:那|如果|要是|再|连|加|还有|只|淨|净|单)"
    r"|^(?:and|what about|how about|what if|only|just|with|plus|if)\b"
)
_ALL = re.compile(
    r"全部|全退|都退|(?:两|三|几|所有)(?:样|件|个|双)?(?:都|一起)|整单|整张"
    r"|\b(?:everything|all of (?:it|them)|the whole|both|the lot)\b"
)
_ADDS = re.compile(r"^(?:and|plus|with)\b|\b(?:too|as well|also|together|plus)\b|再加|加上|连同|连埋|一起|也|埋")
_OF_RULES = re.compile(r"一般|通常|规定|政策|运费|邮费|手续费|\b(?:usually|in general|policy|postage|shipping|fee)\b")
_STAYS = re.compile(r"留着|留下|不退|\b(?:keep|keeping|left to pay)\b")
_OF_OTHERS = re.compile(
    r"升级?|等级|银卡|金卡|白金|优惠券|代金券|\b(?:voucher|coupon|gold|silver|platinum|redeem\w*|level)\b"
)


def asked(text: str, *, going_on: bool = False) -> list[SumBack]:
    """What the text asks of it. `going_on`: such a sum was told last, so that points alone go on with it."""
    flat, shut = normalise(text), closed_up(text)
    if _OF_RULES.search(flat) or _OF_OTHERS.search(flat):
        return []
    found = [kind for kind, pattern in ((SumBack.MONEY, _MONEY), (SumBack.POINTS, _POINTS)) if pattern.search(shut)]
    if SumBack.POINTS in found and not (going_on or _RETURNS.search(flat)):
        return []
    return found if not found or going_on or _RETURNS.search(flat) or SumBack.MONEY in found else []


def goes_on(text: str) -> bool:
    """Whether another thing, or another number of it, is put to the sum told last: 两样都退呢, "and the box too"."""
    shut = closed_up(text).strip()
    other = any(pattern.search(shut) for pattern in (_OF_RULES, _OF_OTHERS, _STAYS))
    return _GOES_ON.search(shut) is not None and not other


def says_all(text: str) -> bool:
    return _ALL.search(closed_up(text)) is not None


def adds(text: str) -> bool:
    """Whether what is named comes to what was reckoned last, and not in its place."""
    return _ADDS.search(closed_up(text)) is not None


def written(kinds: Sequence[SumBack]) -> str:
    return CHOICE + ",".join(kinds)


def read(choice: object) -> list[SumBack]:
    said = str(choice or "")
    return [SumBack(each) for each in said.removeprefix(CHOICE).split(",")] if said.startswith(CHOICE) else []
