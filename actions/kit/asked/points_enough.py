"""Whether points are enough for something, and which reward takes the fewest: 我积分够换个券吗, 2131點夠不夠換, "the
cheapest thing I can get". 换 is of rewards here, and no exchange of goods."""

import re
from enum import StrEnum

from crm_store.text import closed_up


class Enough(StrEnum):
    """The values are choices of `ask_rewards`."""

    ENOUGH = "enough"
    CHEAPEST = "cheapest"


_POINTS = re.compile(
    r"积分|点数|(?<![\d百])分(?=够|能|可以|唔够|不够|啥|都)|\d{2,}(?:分(?!钟|期|店)|点(?!钟|半))"
    r"|\bpoints?\b"
)
_TAKING = re.compile(r"换|兑|攞|券|礼品|礼物|\b(?:redeem|swap|vouchers?|coupons?|gifts?|rewards?|cheapest|lowest)\b")
_ENOUGH = re.compile(
    r"够(?:不够|唔够|没够)?(?:我|去|来)?(?:换|兑|攞)|(?:换|兑)得(?:起|到)|(?:换|兑)(?:唔|不)(?:起|到)|够(?:不够|唔够)(?:啊|呀|嘅|的)?$"
    r"|(?:能|可以|够)(?:不能|不可以)?(?:换|兑|攞)(?:到|点|些|个|张|啲)*(?:什么|啥|咩|乜|东西|礼品|礼物|嘢|券)"
    r"|(?:啥|什么|咩|乜)(?:都|也)(?:换|兑)(?:不了|不到|唔到)"
    r"|\b(?:is|are|have|has|got|do|does|would|will)\b.{0,40}\benough\b.{0,12}\b(?:for|to get|to buy|to redeem|points)\b"
    r"|\benough (?:points )?(?:for|to (?:get|redeem|swap))\b"
    r"|\bwhat (?:can|could|do) i get (?:for|with)\b"
)
_MONEY_OFF = re.compile(
    r"(?:只能|只可以|净系|只有)(?:换|兑|攞)(?:礼品|礼物|东西|嘢|赠品)|(?:能|可以)(?:不能|不可以)?(?:减|抵|折)(?:钱|现|价)"
    r"|\bmoney off\b|\b(?:only|just) (?:for )?gifts\b"
)
_CHEAPEST = re.compile(
    r"最(?:便宜|平|低|少)(?:的|嘅)?(?:那个|那样|一个|一样|券|礼品|东西|奖|要|得|系|是)*(?:要)?(?:几|多少|几多|什么|啥|咩|哪|边)"
    r"|(?:哪|边)(?:个|样|张)(?:券|礼品)?最(?:便宜|平|少)|最少(?:要|得)(?:多少|几多?)(?:积分|点数|分|点)"
    r"|\b(?:cheapest|lowest|smallest|least)\b.{0,24}\b(?:rewards?|vouchers?|coupons?|gifts?|things?|ones?|points|get|redeem)\b"
    r"|\b(?:fewest|least) points\b"
)
_OF_GOODS = re.compile(
    r"码|号|颜色|尺寸|退|换货|换新|坏|订单|那单|这单|运费|时间|尺|\b(?:size|colour|color|return|exchange|refund|order)\b"
)


def names_points(text: str) -> bool:
    return _POINTS.search(closed_up(text)) is not None


def asks_money_off(text: str) -> bool:
    """Whether it is asked if points take money off, or are for gifts alone; beside what they are worth it is one
    question."""
    return _MONEY_OFF.search(closed_up(text)) is not None


def names_taking(text: str) -> bool:
    """Whether the words name that something is taken for points, or a kind of it."""
    return _TAKING.search(closed_up(text)) is not None


def asked(text: str) -> Enough | None:
    """What a text asks of it, where points or rewards are what it is about; None where it names what is of goods."""
    flat = closed_up(text)
    if _OF_GOODS.search(flat) or _MONEY_OFF.search(flat):
        return None
    if _CHEAPEST.search(flat):
        return Enough.CHEAPEST
    return Enough.ENOUGH if _ENOUGH.search(flat) else None
