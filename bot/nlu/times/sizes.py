"""Whether 18号 is a size or the number of a colour ("尺码18号", "18号的鞋") and not the eighteenth of the month.

Where the words leave it open it stays a day: an order may be meant by its date ("18号那双").
"""

from __future__ import annotations

import re
from re import Match

#: what is said so far from the number still bears on it
_NEAR = 40
_GOODS = r"(?:鞋|靴|裤|衣|裙|衫|袜|帽|戒指|手套|外套|文胸)"
#: 尺码改成18号, 穿18号; but the 号码 of a telephone is no size
_SIZE_BEFORE = re.compile(
    r"(?:(?:尺码|尺寸|鞋码|码数|大小|色号|(?<!电话)(?<!手机)(?<!联系)(?<!订单)(?<!快递)(?<!运单)号码)"
    r"[\s,:]*(?:是|为|要|选|改|换|写|填|买|拿|发)?(?:成|为|到|了)?|穿|脚是?)\s*$"
)
#: 尺码不对，换货改18号来: what is done on that day follows at once
_DAY_AFTER = re.compile(r"\s*(?:[上下]午|[早晚前后]|之[前后]|[送派发寄取来到打]|买的|下单|下的单|联系|回电|有空)")
#: 18号的鞋, 18号的白色运动鞋; but 18号的那双鞋 and 18号买的鞋 are of that day
_GOODS_AFTER = re.compile(rf"\s*的(?:(?![那这买下到送发寄付订收])[\u3400-\u9fff]){{0,4}}?{_GOODS}|\s*色")
#: 18号的鞋到哪了: ordered on the 18th, perhaps
_UNDER_WAY = re.compile(r"到哪|没到|没收|未到|还没|何时|什么时候|几时|发货|发了|送|物流|快递|寄")
#: 换成18号, 改成一双18号 and, with 的 behind it, 要18号的
_EXCHANGED_BEFORE = re.compile(r"[换改调](?:成|为|做)?(?:一?[双件条个只])?\s*$")
_WISHED_BEFORE = re.compile(r"[要拿选]一?[双件条个只]?\s*$")
_HAS_SIZES = re.compile(rf"{_GOODS}|尺码|尺寸|码数|[大小]一[码号]|[大小紧松]了|[偏太][大小紧松]|合脚")
_CLAUSE_BORDER = re.compile(r"[,。.!?;、]")
#: a delivery, a visit or a call is spoken of, so the number is the day of it
_OF_A_DAY = re.compile(
    r"送|派|收|发货|到货|寄|取|上门|(?<![起原本])来|时间|期|推迟|延|提前|约|电话|回电|联系|打给|(?<![一有])点|[上下]午|中午|"
    r"早上|晚上|那[单天]|订单|月"
)
_THINGS_OF_A_DAY = re.compile(r"\s*的(?:配送|派送|送货|时间|时段|日期|上门|快递|订单|那|单)")


def is_size(match: Match[str]) -> bool:
    """Whether `match`, a number with 号 or 日, is a size in normalised lower-case text."""
    text = match.string
    if not match.group().endswith("号"):
        return False
    before, after = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() :][:_NEAR]
    if _DAY_AFTER.match(after):
        return False
    if _SIZE_BEFORE.search(before):
        return True
    if _GOODS_AFTER.match(after):
        return not _UNDER_WAY.search(after)
    return bool(_HAS_SIZES.search(before + after)) and _is_wished(before, after)


def _is_wished(before: str, after: str) -> bool:
    """ "换成18号的" is a size where nothing in its clause is done on a day, "改成18号" where nothing nearby is."""
    if after.lstrip().startswith("的"):
        asked = _EXCHANGED_BEFORE.search(before) or _WISHED_BEFORE.search(before)
        clause = _CLAUSE_BORDER.split(before)[-1]
        return asked is not None and not _OF_A_DAY.search(clause) and not _THINGS_OF_A_DAY.match(after)
    return _EXCHANGED_BEFORE.search(before) is not None and not _OF_A_DAY.search(before + after)
