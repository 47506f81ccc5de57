"""Whether words wish a delivery at another time: 周六再送, "can you bring it after six". A time alone says nothing of
the kind: it may be when something was ordered, or by when it has to be there."""

import re

from actions.kit.words import lexicon
from crm_store.text import closed_up

TIME = "time"
"""The choice of a change that is one of the delivery's time, and the word for it in the lexicon's `order_change`."""
_GIVEN = r"(?!人|给|礼|[我她他][妈爸]|妈|爸|老[公婆人师]|朋友|[男女]|同[事学]|长辈|客户|点|积分)"
"""What is given to somebody (是要送人的) is not brought by anybody."""
_DELIVER = re.compile(
    rf"(?:送|派(?!出))(?!达?到?了){_GIVEN}"
    r"|\b(?:deliver(?! ed)\w*|bring (?:it|them)|drop (?:it|them) off|hold (?:it|them|the (?:parcel|package)))\b"
)
_BY_THEN = re.compile(
    r"(?:一定|必须|务必|非得|最好|得|要|需要|能|可以|之?前|以前)+(?:在)?(?:给我)?(?:送|寄|派|收|拿|来)?得?到(?!付|家再|了再)"
    r"|(?:一定|必须|务必|得|要)(?:用|拿去|带去|送出去)"
    r"|\b(?:must|has to|have to|needs? to|need|needed|got to|gotta)\b.{0,30}\b(?:by|before|for|on)\b"
    r"|\b(?:arrive|arrives|be here|get here|be there|here) (?:by|before|in time)\b"
)
"""By when it has to be there: a question whether it will be, and no wish to move it."""


def delivers(text: str) -> bool:
    """Whether the words have it brought, not given away, nor tell that it was."""
    return _DELIVER.search(closed_up(text)) is not None


def has_to_be_there(text: str) -> bool:
    """Whether the words say by when it has to be there: 禮拜一一定要到, "I need it by Friday"."""
    return _BY_THEN.search(closed_up(text)) is not None


def wished(text: str) -> bool:
    """Whether the words, beside a time, wish the delivery at it."""
    if lexicon.meant("order_change", text) == TIME:
        return True
    return delivers(text) and not has_to_be_there(text)
