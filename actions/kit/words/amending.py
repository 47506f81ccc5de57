"""Words that correct what was said before or add to it: 不对，是右边; "it was the strap, not the zip"."""

import re

from crm_store.text import normalise

_AMENDS = re.compile(
    r"^(?:啊|哦|噢|欸|诶)? ?(?:不对|不是|错了|说错|打错|写错|更正|改一下|改下|修正|补充|补一句|补一下|再补"
    r"|还有一点|忘了说|忘记说|对了|应该是|我是说)"
    r"|不是.{1,12}(?:而)?是.|是.{1,14}不是.|说错了|写错了|打错了"
    r"|^(?:no |wait |sorry |oh |actually|correction|i mean|i meant|to add|also |and also|one more|forgot to"
    r"|by the way|btw)"
    r"|\bnot (?:the |a |an )?\w+(?: \w+)? (?:but|it s|it was|i mean)\b|\b(?:it was|it s"
    r"|i mean) .{1,30} not (?:the |a |an |on )?\w+"
)
_MARKS = re.compile(
    r"不对|不是|错了|说错了?|打错了?|写错了?|更正|改一下|改下|修正|补充(?:一下)?|补一[句下]|还有一点"
    r"|忘[了记]说|对了|\b(?:no|wait|sorry|oh|actually|correction|i mean|i meant)\b"
)
_QUESTION = re.compile(r"[?？]\s*$|(?<!什)[吗嗎麼呢]\s*[?？]?\s*$")


def amends(text: str) -> bool:
    """Whether the words correct what was said before, or add to it; not a bare 不对."""
    flat = normalise(text)
    return bool(_AMENDS.search(flat)) and bool(_MARKS.sub("", flat).strip(" 的了吧啊"))


def is_question(text: str) -> bool:
    """Whether a text ends as a question."""
    return bool(_QUESTION.search(text))
