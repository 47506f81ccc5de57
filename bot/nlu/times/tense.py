"""Whether a time lies behind or ahead: "the order of the 15th" is past, "can it come on the 15th" is to come."""

from __future__ import annotations

import re

_PAST = re.compile(
    r"(?:下|买|付|发|收|送|签|退|说|答应|承诺|约|打|等)了|下的单|下单的|买的|那单|的订单|说好|说是|说过|本来|应该|答应|承诺|"
    r"\b(?:was|were|had|did|ordered|bought|paid|placed|promised|supposed|said|told|shipped|delivered|received|"
    r"since|order (?:of|from))\b"
)
_TO_COME = re.compile(
    r"[改约延推挪换](?:迟|后|期)?[到成在为约]|提前到|[能可][不否]|可以|可唔可以|得唔得|行吗|行不行|方便|希望|想|麻烦|"
    r"帮我|再[送打来派寄]|重新|请|能.{0,6}[吗么]|"
    r"\b(?:reschedule|instead|can (?:you|it|i|we)|could|please|pls|will|would|want|need)\b"
)
#: in a sentence that speaks of both, these words next to the time decide
_DONE_AFTER = re.compile(
    r"[^,，。.!?;]{0,8}?(?:买|下单|下|付|订|签收|收|到货|寄|发货|送来?到?)\S{0,2}?[了的过]|"
    r"的?那[单笔个张]|的?[订那]单|'s? order|\s+order\b"
)
_DONE_BEFORE = re.compile(
    r"(?:说好|讲好|答应|承诺|说是|说过|本来说?|应该)[^,，。.!?;]{0,6}$|"
    r"\b(?:ordered|bought|paid|placed|promised|supposed|said|told|shipped|delivered|received|got|since|was|were|"
    r"order (?:of|from))\b[^,，。.!?;]{0,20}$"
)
_NEAR = 30


class Tense:
    """The tense of one normalised, lower-case text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._past = bool(_PAST.search(text))
        self._both = self._past and bool(_TO_COME.search(text))

    def is_past(self, start: int, end: int) -> bool:
        """Whether the time at `text[start:end]` lies behind the customer."""
        if not self._both:
            return self._past
        before, after = self._text[max(0, start - _NEAR) : start], self._text[end : end + _NEAR]
        return bool(_DONE_AFTER.match(after) or _DONE_BEFORE.search(before))
