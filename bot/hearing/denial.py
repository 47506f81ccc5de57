"""Acts that are denied: "不要退订", "please don't call me", "我不是要投诉". Nothing is done that is denied."""

import re

from actions.kit import lexicon
from crm_store.text import normalise

ACT = "act"
"""The lexicon's group of words that name acts, by the intent that begins each."""

_NEGATOR = re.compile(
    r"(?P<why>为什么|为啥|怎么|干嘛|凭什么|为何|why )?(?P<no>"
    r"不想要|不想|不要(?!了)|不用|不必|不需要|无需|没必要|没有要|没要|没想|没打算|没说要|没让你们?|不打算|不是要|不是想|不是来|不是说要|不准备"
    r"|先不要|先不用|先别|先不|暂时不|暂时别|别再|千万别|别(?!忘|的|人|处|家)|唔使|唔想|唔好|唔系要|咪"
    r"|(?:please )?(?:don t|do not|dont|never)"
    r"(?! forget| hesitate| you| have| see| know| understand| think)"
    r"|didn t|did not|no need to|no need for|not going to|won t|wouldn t|not trying to|not asking to|not asking for"
    r"|not here to|i m not|am not|no longer|rather not|without)"
)
_BETWEEN = re.compile(
    r"(?: ?(?:再|给我|帮我|把|真的|现在|马上|就|要|想|急着"
    r"|the|to|want|wanted|ask|asked|need|really|me|my|you|please|it)){0,4} ?"
)
_ENDED = re.compile(r"不(?P<act>\S{1,6}?)了$")


def denied(text: str) -> str | None:
    """The intent of the act that the text says is not to be done; None when it denies none."""
    flat = normalise(text)
    for act in lexicon.heard(ACT, flat):
        if _is_denied(flat, act.start):
            return act.value
    ended = _ENDED.search(flat.replace(" ", ""))
    if ended is not None and not flat.startswith(("为什么", "怎么", "为啥")):
        return lexicon.meant(ACT, ended["act"])
    return None


def _is_denied(flat: str, at: int) -> bool:
    for negator in _NEGATOR.finditer(flat, 0, at):
        between = _BETWEEN.match(flat, negator.end(), at)
        reaches = between is not None and between.end() == at
        if reaches and not negator["why"]:
            return True
    return False
