"""A customer who disputes what was just told, and says why ("¥8-12 from england?? really?", 不是吧，我20号才买的): the
answer is looked for once more, and where nothing decides it, it is said so. Never a menu."""

import re

from actions.kit.base import ANSWER_DOUBTED
from bot.hearing.message.mood import VENT
from bot.hearing.message.reference import FAQ
from bot.hearing.message.said import CHOICE, INFORM, Said, words
from bot.hearing.steps import FALLBACK, Heard, confidence_of, intent_of
from crm_store.conversations import Context
from crm_store.text import closed_up, normalise

MAY_BE_A_DOUBT = frozenset({FALLBACK, INFORM, VENT, FAQ, "affirm", "deny", "out_of_scope", "bot_challenge"})
"""What such words are taken for."""
SURELY_ASKED = 0.6
_DOUBTS = re.compile(
    r"不是吧|不会吧|唔系啩|真的假的|真的吗|真嘅|你确定|确定吗|你肯定|怎么可能|点会|不可能|不对吧|不对啊|唔啱|搞错|弄错|算错|说错|讲错"
    r"|才怪|哪有(?:这|那)|(?:这|那|咁)(?:样|还|也|都)*叫(?:什么)?|骗(?:人|谁)|说不通|没道理|冇理由|矛盾"
    r"|\b(?:really|seriously|are (?:you|u) (?:sure|certain)|you sure|u sure|no way|surely not|come off it"
    r"|pull the other one"
    r"|(?:that|thats|that s|this|it|its|it s) (?:can t be|cant be|cannot be|isn t|is not|not|doesn t|does not|makes no)"
    r" ?(?:right|true|correct|sense|add up|what)|can t be (?:right|true)|(?:you|u) (?:got|have got) (?:it|that) wrong"
    r"|that s wrong|thats wrong|doesn t add up|contradict\w*|how can that be|how come)\b"
)
_FILLS = re.compile(
    r"(?:你|您|吧|吗|嘛|么|啊|呀|呢|喔|哦|欸|诶|耶|啦|了|是|的|那|这|就|也|都|还|哈|嘅|喎)+"
    r"|\b(?:lol|lmao|omg|wtf|hm+|what|wait|um|and|but|so|the|a|an|is|it|that|this|you|u|are|about|of|then|though|huh|no|ok)\b"
)
REASON_SIGNS, REASON_WORDS = 4, 2
"""So much has to be left beside the doubt for it to be a reason."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of a doubt with its reason; None without an answer before, amid a form, or where words are surely
    something else."""
    if context.answered is None or context.expects.form is not None or not _gives_reason(said.text):
        return None
    whole = intent_of(said.whole)
    if whole not in MAY_BE_A_DOUBT or (whole == FAQ and confidence_of(said.whole) >= SURELY_ASKED):
        return None
    return Heard.of(words(said, FAQ, {CHOICE: ANSWER_DOUBTED}))


def _gives_reason(text: str) -> bool:
    """Whether the words doubt something, and say more than that they do."""
    flat = normalise(text) if text.isascii() else closed_up(text)
    if _DOUBTS.search(flat) is None:
        return False
    rest = _FILLS.sub(" ", _DOUBTS.sub(" ", flat))
    return len(rest.split()) >= REASON_WORDS if flat.isascii() else len(rest.replace(" ", "")) >= REASON_SIGNS
