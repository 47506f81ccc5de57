"""Times that are named only to be ruled out: 周三不行, "any time except Friday", 不是明天."""

from __future__ import annotations

import re

_NEAR = 24
_BEFORE = re.compile(
    r"(?<!为什么)(?<!为啥)(?<!怎么)(?<!怎)(?:除了|除开|除去|除|不要|不想要?|不想在|不能|没法|别|别在|别约|别放|别安排|不是|不在|唔要|唔好|唔系|唔得|避开)\s*$"
    r"|(?<!why )(?<!if )(?<!it )\b(?:not|never|except(?: for| on)?|excluding|apart from|other than|besides|avoid|"
    r"any ?(?:time|day) but|anything but|"
    r"can't (?:do|make)(?: it)?|cannot (?:do|make)(?: it)?|cant (?:do|make)(?: it)?|can't|cant|cannot|won't do|"
    r"don't (?:call|ring|phone)(?: me)?|dont (?:call|ring|phone)(?: me)?|"
    r"busy|unavailable|not free|not available|not in|not around)(?: on| at| in| this)?(?: the)?\s*$",
    re.ASCII,
)
_AFTER = re.compile(
    r"\s*(?:我|我们|那天|都|也|可能|恐怕|真的|实在|就|整天|全天|一天|白天)*\s*"
    r"(?:不行|不可以|不方便|不合适|不太行|不太方便|不得空|不成|没空|没时间|没有空|没有时间|没法接|不能接|接不了|别打|不要打|别来电|不在|有事|有约|要开会|"
    r"在开会|要上班|很忙|太忙|除外|以外|之外|冇空|唔得闲|唔得|唔方便|唔喺)(?![^,，。.!?;]{0,3}(?:吗|么|嘛|吧\?|\?))"
    r"|,?\s*(?:is|s|'s|are)?\s*(?:no good|not good|not great|bad|out|not possible|impossible|"
    r"(?:i(?:'m| am|m)? )?(?:busy|not free|not available|unavailable|not around|at work)|"
    r"i (?:can't|cant|cannot)|(?:do|does|wo|is|are)n'?t (?:really )?(?:work|suit|good|possible)\w*)\b",
    re.ASCII,
)


def ruled_out(said: str, start: int, end: int) -> bool:
    """Whether the time at `said[start:end]` of a lower-case text is one that the customer does not want."""
    return bool(_BEFORE.search(said[max(0, start - _NEAR) : start]) or _AFTER.match(said, end))
