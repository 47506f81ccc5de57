"""Things that a message names only to leave them out: "not the mug, the pan", 台灯没坏，是风扇, "keeping the tea, the
backpack goes back". What is meant is named by the other words."""

import re

from crm_store.text import normalise

CHARACTERS, WORDS = 14, 7
"""A clause of more says more than which thing is not meant."""
_PARTS = re.compile(
    r"[，,。;；!！?？\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff])(?<![是系係要就我倒])(?=不是|唔[係系是])"
    r"|(?<=留[着著下返])(?![吧了啊用的])"
    r"|\s+(?=(?:and |but )?not (?:the|my)\b)|\s+(?=but\b)"
    r"|\s+and\s+(?=(?:i'?m |i'?d like to |want to )?(?:return|send|sending|returning|swap|exchange)\w*\b)",
    re.IGNORECASE,
)
_IS_NOT = re.compile(
    r"^(?:啊|哎|诶|呃|抱歉|对不起|不好意思|我说的|我要的|要的|退的|换的)*(?:不是|不系|唔系|唔是|并不是)"
    r"(?:说|讲|指|要|退|换)?(?P<thing>[^吗么]+)$"
    r"|^(?:(?:no|nah|sorry|oh|well|wait|and|but|it s|its|it is|that s|i said|i meant|i mean) )*"
    r"not (?:the|my|that|those|these) "
    r"(?!(?:right|same|best|first|last|case|point|issue|problem|way|time|only)\b)(?P<named>.+)$"
)
"""A clause that rules a thing out."""
_IS_KEPT = re.compile(
    r"^(?!(?:还是|那|就|先|我|都|算|也|真的|暂时)*[不唔])(?!.{0,3}(?:退货|换货)).{1,12}?(?:我)?(?:就|要|都|先|自己|想)*(?:留[着著下返住]|保留|不退|唔退|不用退|不换|唔换)(?:了|吧|啦|喇|用|来用)*$"
    r"|^(?:but |and |so |i )*(?:(?:m|am|ll be) )?"
    r"(?:keep|keeping|will keep|ll keep|d like to keep|want to keep|hold(?:ing)? on to) "
    r"(?!it\b|them\b|that$|this$|going|trying|asking)\w+.*$"
    r"|^(?:the|my) [\w ]{2,30} (?:stays?|is staying|are staying)(?: with me| here)?$"
)
"""A clause that names what stays with the customer."""
_IS_FINE = re.compile(
    r"^.{1,10}?(?:没毛病|没问题|没坏|没事|好好的|是好的|冇事|冇坏)(?:的|啊|呀|啦)*$"
    r"|^(?:but |and |no )*(?:the|my) [\w ]{2,24} (?:is|are|works?) (?:fine|ok|okay|good|alright|all right)$"
)
_SAYS_IT_IS = re.compile(
    r"^(?:而)?(?:是|系|应该是|而是|我(?:说|讲|要|想退|想换|退|换)?的?(?:是|系))"
    r"|^(?:but )?(?:it s |it is |i meant |i mean |i said |i want )?(?:the|my)\b"
)
"""How a clause goes on that names the thing in its place."""
_SAYS_NOTHING = re.compile(r"(?:(?:this|it|that|they|these|those|which|is|are|was|s|and|but|so|no|sorry|oh) ?)+$")
"""What is left of "this is not the mug I ordered": nothing stands in its place."""


def meant(text: str) -> str | None:
    """The words of the message that name what is meant; None where it leaves nothing out, or says nothing else."""
    left, out = _parted(text)
    return " ".join(left) if out and left else None


def corrects(text: str) -> bool:
    """Whether one thing is put in the place of another: 不是杯子，是锅; "the mug is fine, it's the pan"."""
    left, out = _parted(text)
    denied = any(_IS_NOT.search(each) for each in out)
    return bool(left and out) and (denied or any(_SAYS_IT_IS.search(each) for each in left))


def keeps(text: str) -> str | None:
    """What is told of other things beside one that is kept: "the mug goes back" of "I'm keeping the tea"."""
    left, out = _parted(text)
    return " ".join(left) if left and any(_IS_KEPT.search(each) for each in out) else None


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The clauses that name what is meant, and those that leave a thing out, normalised."""
    clauses = [flat for part in _PARTS.split(text) if part and (flat := normalise(part).strip())]
    out = [each for each in clauses if _leaves_out(each)]
    left = [each for each in clauses if each not in out]
    return [each for each in left if not _SAYS_NOTHING.match(each)], out


def _leaves_out(clause: str) -> bool:
    is_short = len(clause.split()) <= WORDS if clause.isascii() else len(clause) <= CHARACTERS
    return is_short and any(pattern.search(clause) for pattern in (_IS_NOT, _IS_KEPT, _IS_FINE))
