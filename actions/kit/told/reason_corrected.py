"""Whether words put right why something goes back that is registered already: "the reason is different", 原因写错了,
其实是漏水. What asks which reason it was put down with corrects nothing."""

import re

from actions.kit import slot_text
from actions.kit.words import lexicon
from actions.kit.words.amending import amends
from crm_store.text import normalise

CHOICE = "reason:"
"""What the `choice` of such words begins with. From hearing the reason that was heard follows, if any (reason:quality);
on a button the request and the reason (reason:R-2026-0001:not_wanted)."""
ASKED = "reason_asked"
"""In the focus, after it was asked what the reason is then."""
_REASON = re.compile(r"原因|理由|\breasons?\b")
_PUT_RIGHT = re.compile(
    r"改|更正|(?:写|选|填|记|登|弄|搞|揀|拣)错|错了|其实|应该是|实际|另有|不对|唔啱|换成|不是"
    r"|\b(?:wrong|different|actually|changed?|correct|mistake|instead|should (?:be|have been)|really|put right|update"
    r"|not the|isn t|wasn t)\b"
)


_ADDS = re.compile(r"补充|补一|再补|还有|也|另外|顺便|\b(?:also|too|as well|to add|one more|another|by the way|btw)\b")


def corrects(text: str) -> bool:
    """Whether the text says that the reason is another one, or tells one as a correction."""
    if slot_text.is_question(text) or lexicon.mentions("reason_used", text):
        return False
    flat = normalise(text)
    if _REASON.search(flat) and _PUT_RIGHT.search(flat):
        return True
    return tells_another(text)


def tells_another(text: str, *, faulty: bool = False) -> bool:
    """Whether a reason is told as a correction of what was said. What only adds to it (补充一下，右边也有杂音) corrects
    nothing. `faulty`: a fault was heard in the words."""
    tells = faulty or lexicon.meant("return_reason", text) is not None
    return tells and amends(text) and _ADDS.search(normalise(text)) is None


def names_reason(text: str) -> bool:
    """Whether the reason is called so, beside which 退货 names the request and wishes nothing."""
    return _REASON.search(normalise(text)) is not None


def written(reason: str | None = None) -> str:
    return CHOICE + (reason or "")


def read(choice: object) -> str | None:
    """What stands behind the sign of such a `choice`; None where it is none."""
    said = str(choice or "")
    return said.removeprefix(CHOICE) if said.startswith(CHOICE) else None
