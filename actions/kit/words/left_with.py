"""Whom or where a parcel shall be left with, in the customer's own words: 写：给前台小刘代收, "tell them to leave it
with Tom at reception". What is dictated goes into the note as it was said."""

import re
import unicodedata
from collections.abc import Sequence

from crm_store.text import closed_up

LONGEST = 120
_DICTATES = re.compile(
    r"(?:[写寫]上?|备注|備註|註明|注明|[记記]上?)\s*[:：,，「“\"]\s*(?P<marked>.+)"
    r"|(?:[写寫]上?|备注|備註|註明|注明)(?!了|没|沒|给|給|下来|下來|进|進|一下|吧)(?P<bare>[\u4e00-\u9fff].+)"
    r"|(?:告诉|告訴|跟|和|同)(?:他们|他們|快递员?|快遞員?|物流|小哥|同事|佢哋)(?:说|說|讲|講|话)?"
    r"(?:一声|一聲|一下)?[,，:：]?(?P<told>.+)"
    r"|\b(?:write|put|note)(?: down| in)?\s*[:：\"“]\s*(?P<en_marked>.+)"
    r"|\b(?:tell|ask) (?:them|the (?:courier|driver))(?: that| to)? (?P<en>.+)"
    r"|\b(?:say|write|put|note)(?: that)? (?P<en_bare>(?:leave|give|hand|it can|they can|my |the ).+)",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(r"^(?:可以|能|就|请|請|that\s+|please\s+|they can\s+|it can (?:be )?)+", re.IGNORECASE)
_ENDS = " \t\n.。!！~～,，;；\"”」』'吧啦哦喔哈"
_ASKS_WHETHER = re.compile(
    r"^(?:那|那个|嗰个|刚才(?:的|说的)?|我说的)*(?P<what>\S{2,20}?)(?:有)?(?:写|(?<!登)记|加(?=进|上))"
    r"(?:进去?|上去?|下来?|好)?(?:了|咗)?(?:没有?|吗|嘛|么|冇|未)"
    r"|\b(?:did|have) (?:you|u) (?:write|written|put|note|noted|add|added) (?:down |in )?"
    r"(?P<en>(?!it\b|that\b|this\b)[^?]{3,40})"
)
_NAMES_PLACE = re.compile(
    r"代收|代签|代拿|放|留|交给|给|\b(?:leave|left|door|desk|reception|concierge|neighbou?r|locker|porch|colleague|give)\b"
)


def dictated(text: str) -> str | None:
    """What is to be written, as it was said; None where nothing is dictated."""
    found = _DICTATES.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    said = next(value for value in found.groups() if value)
    return _LEADS_IN.sub("", said.strip(_ENDS)).strip(_ENDS)[:LONGEST] or None


def asked_whether(text: str) -> str | None:
    """What somebody asks to be in the note, in normalised words: 小刘代收写进去没."""
    found = _ASKS_WHETHER.search(closed_up(text))
    return next((value.strip() for value in found.groups() if value), None) if found else None


def holds(note: str, text: str) -> bool:
    """Whether a note holds what is asked to be in it."""
    asked = asked_whether(text)
    return asked is not None and closed_up(asked) in closed_up(note)


def missing(text: str, notes: Sequence[str]) -> str | None:
    """Whom or where to leave it with, where that is asked to be in one of the notes and is in none."""
    asked = asked_whether(text)
    is_place = asked is not None and _NAMES_PLACE.search(asked) is not None
    return asked if is_place and not any(holds(note, text) for note in notes) else None
