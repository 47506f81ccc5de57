"""Whether words ask where something is that was ordered, whatever else they name: 我昨天訂的咖啡組到哪了."""

import re

from crm_store.text import closed_up

_ASKED = re.compile(
    r"到(?:了|咗)?(?:哪|边度)(?!家|个店)|(?:走|寄|送|运|派|去)到?(?:了|咗)?(?:哪|边度)(?:里|儿|去)?(?:了|啦|咗)"
    r"|(?:发|寄|出|送)(?:货|出)?(?:了|咗)(?:没|吗|未)|(?:什么时候|几时|啥时候|哪天|多久)(?:能|会|才|可以|先)*(?:送|寄|派)?到(?!期|账|货)"
    r"|\bwhere (?:is|are|s|has|have) (?:it|they|my|the|that|those)\b"
    r"|\bwhen (?:will|does|do|is|are) (?:it|they|my \w+|the \w+) (?:arriv\w+|com\w+|get here|be here)"
    r"|\b(?:has|have) (?:it|they|my \w+) (?:shipped|been sent|left)\b"
)


def asked(text: str) -> bool:
    return _ASKED.search(closed_up(text)) is not None
