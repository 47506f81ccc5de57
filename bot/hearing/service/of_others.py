"""What somebody else does not like is no complaint: "he hates surprise fees", 我叔最讨厌额外收费."""

import re
from dataclasses import replace

from actions.kit.words import lexicon
from bot.hearing.message.said import Said
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

COMPLAINT, INFORM = "make_complaint", "inform"
_KIN = (
    r"(?:爸|妈|爹|娘|叔|舅|姑|姨|爷|奶|公公|婆婆|外公|外婆|老公|老婆|老爸|老妈|老豆|阿妈|朋友|儿子|女儿|仔|女|男友|女友|男朋友|女朋友"
    r"|同事|老板|老师|哥|弟|姐|妹)"
)
_DISLIKES = re.compile(
    rf"(?:他|她|佢|对方|人家|收礼的人?|(?:我|俺)?{_KIN}{{1,2}})(?:们|哋)?(?:这个?人|呢个?人)?"
    r"(?:很|最|特别|超|一直|比较|就|也|真的|都|平时|好)*"
    r"(?:讨厌|不喜欢|唔钟意|憎|嫌|烦|怕|受不了|不爱|唔中意)"
    r"|\b(?:he|she|they|my (?:\w+ )?\w+|(?:the )?(?:recipient|birthday (?:boy|girl)))"
    r"(?: (?:really|just|absolutely|always|also|kinda))*"
    r" (?:hates?|dislikes?|can t stand|cannot stand|doesn t (?:really )?like|does not like|don t like"
    r"|isn t (?:a fan of|into)"
    r"|is (?:picky|fussy|allergic|not a fan|not into)|loathes?|is scared of)\b"
)
_OF_US = re.compile(
    r"你们|您们|你哋|客服|司机|快递员|店员|店长|送货|态度|配送员|骑手|\b(?:you|your|driver|courier|agent|staff|rider)\b"
)


def as_meant(said: Said) -> Said:
    """The message without such words taken for a complaint."""
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    return replace(said, whole=_meant(said.text, said.whole), clauses=clauses)


def _meant(text: str, heard: Parsed) -> Parsed:
    if intent_of(heard) != COMPLAINT or lexicon.mentions("complaint_wish", text):
        return heard
    flat = closed_up(text)
    is_taste = _DISLIKES.search(flat) is not None and not _OF_US.search(flat)
    tells_trouble = lexicon.meant("return_reason", text) not in (None, "not_wanted") or lexicon.mentions(
        "conduct", text
    )
    return with_intent(heard, INFORM, confidence=confidence_of(heard)) if is_taste and not tells_trouble else heard
