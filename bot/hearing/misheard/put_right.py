"""What was just done was done to the wrong thing: "not the yoga mat. I said the coffee set. Undo that"."""

import re

from actions.kit.words import lexicon
from bot.hearing.message import reference
from bot.hearing.message.said import Said, words
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up, normalise

UNDO, RETURN, COMPLAINT = "undo", "return_or_refund", "make_complaint"
_TAKES_BACK = re.compile(
    r"撤|取消|作废|退回去|收回|改回|\b(?:undo|cancel|withdraw|take (?:it|that|this) back|reverse|scrap|revert)\b"
)
_NOT_THAT = re.compile(
    r"^(?:不+是?|别|错|no+\b|not\b)|(?:不是|唔系|并不是|搞错|弄错|错了|登记错|填错)"
    r"|\bnot (?:the|that|my|this)\b|\bwrong (?:one|thing|item)\b"
)
_THE_OTHER = re.compile(
    r"(?:我|是)(?:说|要|讲|指)?(?:的)?(?:是|系)|应该是|而是|要的是|说的是|讲的是|系"
    r"|\bi (?:said|meant|mean|wanted|want|asked (?:for|about))\b"
    r"|\bit(?: s| is| was)? (?:the|my)\b|\bshould (?:be|have been)\b"
)
_CLAUSE_END = re.compile(r"[，,。.;；!！?？\n]+|\s(?=but\b)")


def heard(said: Said, context: Context) -> Heard | None:
    """The act just done is taken back, and what was meant is begun in its place; None where no such thing is said.

    Taking back a return begins the other one. A complaint is taken back only with a yes: it is asked about after what
    was meant is done.
    """
    done = context.focus.get("done")
    if (
        context.expects.form is not None
        or done not in (RETURN, COMPLAINT)
        or not reference.was_done_lately(context.focus)
    ):
        return None
    meant = _meant(said)
    if meant is None:
        return None
    undo = words(said, UNDO, {"act": str(done)})
    if done == RETURN:
        return Heard.of(undo)
    waiting = dict(undo.heard or {})
    return Heard.of(Step(text=str(meant["text"]), heard=meant), kept=[{**waiting, "text": said.text}])


def _meant(said: Said) -> Parsed | None:
    """The part of the message that names what was meant, as a wish; None where the message corrects no thing."""
    parts = [part.strip() for part in _CLAUSE_END.split(said.text) if part.strip()]
    denying = [part for part in parts if _NOT_THAT.search(closed_up(part))]
    takes_back = any(_TAKES_BACK.search(closed_up(part)) for part in parts)
    naming = [part for part in parts if part not in denying and _names(part, said)]
    naming += [part for part in denying if _THE_OTHER.search(closed_up(part)) and len(_named(part, said)) > 1]
    told = [part for part in naming if takes_back or _THE_OTHER.search(closed_up(part))]
    if not denying or not told:
        return None
    return with_intent({**said.whole, "text": told[0], "entities": _named(told[0], said)[-1:]}, RETURN)


def _names(part: str, said: Said) -> bool:
    return bool(_named(part, said)) or lexicon.mentions("kind_sign", lexicon.without("no_kind_sign", part))


def _named(part: str, said: Said) -> list[dict[str, object]]:
    """The goods that are named in a part. What may be had for points as well is meant as bought."""
    goods = [each for each in entities_of(said.whole) if each.get("entity") in ("product", "reward")]
    return [{**each, "entity": "product"} for each in goods if normalise(str(each.get("value"))) in normalise(part)]
