"""Whether a text asks about an airline's own limit for what is taken on board: "fine for ryanair", 亚航能带上去吗."""

import re

from crm_store.text import normalise

AIRLINE = "airline"
_NAMED = re.compile(
    r"航空|廉航|(?:国|东|南|海|亚|厦|深|川|春秋|吉祥|长荣|华|星宇|虎|酷|全日空|日|泰|新)航(?![班线程行运拍海天母])"
    r"|国泰|长荣|乐桃"
    r"|\b(?:(?:ryan|finn|korean |eva )airs?|air ?(?:asia|china|france|canada|india)|\w*jets?2?"
    r"|wizz|vueling|lufthansa|klm|delta|emirates|cathay|scoot|transavia|aer lingus|qantas|qatar|etihad|iberia"
    r"|eurowings|\w+ (?:airlines?|airways))\b"
)
_LIMIT = re.compile(
    r"(?:航司|每家).{0,8}(?:限|规定|要求|尺寸)"
    r"|\b(?:airlines?|carriers?)(?: s|s)? (?:\w+ )?(?:limits?|rules?|sizes?|allowance)\b"
)


def asked(text: str) -> bool:
    """Whether an airline is named, or the limit of one."""
    flat = normalise(text)
    return _NAMED.search(flat) is not None or _LIMIT.search(flat) is not None
