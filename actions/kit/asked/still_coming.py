"""Whether it is asked what else is on its way: 还有别的要到吗, "is anything else due". Another piece of goods to buy,
and the second parcel of one order, are other matters."""

import re

from crm_store.text import closed_up

CHOICE = "others_coming"
"""The `choice` of who asks so."""

_COMING = r"(?:还没到|没到|未到|没送到|没送|没收到|没发|在路上|喺路上|要到|会到|要来|在送|要送|等着到|会来|在途)"
_THINGS = r"(?:包裹|快递|订单|单|东西|货|件|嘢)?"
_OTHERS = r"(?:别的|其他的?|其它的?|另外的?|其余的?)"
_ASKED = re.compile(
    rf"(?:还|仲|另外)有(?:什么|啥|咩|哪些|几个|几单|几件|没有?|冇|{_OTHERS})*{_THINGS}(?:是)?{_COMING}"
    rf"|{_OTHERS}{_THINGS}(?:呢|都|还|到|有没有|在|会)*(?:{_COMING}|到了吗|到了没)"
    rf"|^(?:那)?(?:我)?(?:的)?{_OTHERS}(?:包裹|快递|订单|单)(?:呢|怎么样|到哪了)?$"
    rf"|还有{_OTHERS}(?:订单|包裹|快递|单)(?:吗|么|没有?)"
)
_ASKED_EN = re.compile(
    r"\b(?:what|anything|something|is there anything|whatever)(?: \w+)? else(?: \w+){0,5}?"
    r" (?:coming|come|arriv\w+|on (?:the|its|their) way|due|expected|expecting"
    r"|outstanding|delivered|in the post|under way)\b"
    r"|\b(?:any|what|are there|do i have)(?: \w+){0,3} (?:other|more|further)"
    r" (?:orders?|parcels?|packages?|deliver(?:y|ies))\b"
    r"|\bwhat about (?:my|the) other (?:orders?|parcels?|packages?|stuff)\b"
    r"|^(?:and )?(?:my )?other (?:orders?|parcels?|packages?)$"
)
_OF_ELSE = re.compile(
    r"推荐|优惠|活动|积分|券|颜色|尺码|退|换|取消|发票"
    r"|\b(?:recommend|offers?|points?|vouchers?|colours?|colors?|sizes?|return|cancel|invoice|buy)\b"
)


def asked(text: str) -> bool:
    flat = closed_up(text)
    return (_ASKED.search(flat) or _ASKED_EN.search(flat)) is not None and _OF_ELSE.search(flat) is None
