"""Who says that they never asked for what was done just now ("I didn't ask anyone to look into it", 我没让你们登记)."""

import re

from actions.kit import slot_text
from actions.kit.words import consent, lexicon
from bot.hearing.message import denial, reference
from crm_store.conversations import Focus
from crm_store.text import closed_up

_ACT = (
    r"(?:查|核|登记|登|投诉|申诉|上报|报|记|立案|办|处理|换|兑|退|修|申请|提交|预约|约|取消|停)"
    r"|(?:check|look|file|log|raise|open|write|note|complain|register|report|redeem|swap|exchange|return|refund|book"
    r"|call|cancel|do|submit|start)"
)
_NEVER_ASKED = re.compile(
    rf"(?:没有?|冇|从来没|又没|何时|什么时候|几时)(?:让|叫|请|喊|要)(?:你们?|您|人|谁|任何人|同事|客服|佢哋|他们)*(?:去|来|帮我|给我|替我)*(?:{_ACT})"
    rf"|(?:没有?|冇)(?:说|讲|话)(?:过)?(?:我)?要(?:你们?|人)?(?:去|来|帮我|给我)*(?:{_ACT})"
    rf"|(?:谁|边个)(?:让|叫|要|话要)(?:你们?|您)?(?:去|来|帮我|给我)*(?:{_ACT})"
    r"|\b(?:didn t|did not|never|don t remember|haven t) (?:ask(?:ed|ing)?|tell|told|want(?:ed)?|request(?:ed)?)"
    rf" (?:for )?(?:you|anyone|anybody|someone|somebody|any of you|a colleague|them|people)(?: guys)? to (?:{_ACT})\b"
    r"|\b(?:didn t|did not|never) (?:ask(?:ed)? for|want(?:ed)?|request(?:ed)?)"
    r" (?:a |any |this |that |the )?(?:check|case|complaint|ticket|that|this|it|any of (?:that|this|it))(?: at all)?$"
    r"|\b(?:didn t|did not|never) ask(?:ed)? (?:to have|for) (?:it|this|that|them|anything) (?:to be )?"
    rf"(?:{_ACT})(?:ed|d)?\b"
    rf"|\bwho (?:asked|told) (?:you|anyone|anybody) to (?:{_ACT})\b"
)


def disowns(text: str, focus: Focus) -> bool:
    """Whether a clause says that what was done just now was never asked for. One that names another act, or asks for
    something, disowns nothing of it."""
    done = str(focus.get("done") or "")
    if not done or reference.takes_back_lately(focus) is None:
        return False
    return any(
        _NEVER_ASKED.search(closed_up(clause)) is not None and _may_be_of(clause, done)
        for clause in consent.clauses(text)
    )


def _may_be_of(clause: str, done: str) -> bool:
    named = {each.value for each in lexicon.heard(denial.ACT, clause)}
    return not slot_text.supposes(clause) and (not named or done in named)
