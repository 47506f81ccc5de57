"""What the words of a complaint say: whether they tell what happened, and whether they order that it be filed."""

import re

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.told import not_in_parcel
from actions.kit.words import consent, lexicon
from actions.kit.words.amending import is_question
from crm_store.complaints import ComplaintCategory
from crm_store.text import normalise

SUBSTANCE_CHARACTERS = 4
"""Fewer characters than these, bare words of complaint left out, say nothing of what happened."""
FACTS_CHARACTERS = 8
"""So many, the order to file left out, tell what happened even where no word says of what kind it is."""
OF_A_THING = frozenset({ComplaintCategory.QUALITY, ComplaintCategory.DAMAGED, ComplaintCategory.WRONG_ITEM})
GOODS = OF_A_THING | {ComplaintCategory.MISSING}
"""Complaints about the thing itself: never about a parcel's being late."""

_ORDERED = re.compile(
    r"(?:希望|要求|请|麻烦|必须|务必|尽快|限你们?).{0,12}(?:答复|回复|处理|解决|说法|跟进|登记|立案|记录|受理|交代)"
    r"|[\d一二三四五六七两几](?:个)?(?:工作)?(?:天|日|小时)(?:之)?内.{0,4}(?:答复|回复|处理|解决|回覆|回我)"
    r"|(?:帮|给|替)我.{0,4}(?:登记|立案|记录|投诉|反映)"
    r"|(?:登记|立案|记)(?:一下|一个|一条|一笔|下来|个)?(?:投诉|客诉)|正式投诉|提交投诉|投诉(?:一下|这|如下|内容)"
    r"|\b(?:please )?(?:file|log|register|lodge|raise|record|submit)\b.{0,16}\b(?:complaint|this)\b|formal complaint"
    r"|(?:expect|want|need|demand) (?:a |an )?(?:written )?(?:reply|answer|response|explanation)"
    r"|within (?:\d+|two|three|five|seven) (?:working |business )?(?:days?|hours?)"
)
_SHOUTS = re.compile(r"[!！]{2,}")


def says_something(text: str) -> bool:
    """Whether the words tell anything beside that somebody complains."""
    left = lexicon.without("complaint_bare", text)
    return len(left.replace(" ", "")) >= SUBSTANCE_CHARACTERS


def category_said(text: str) -> str | None:
    """The kind of a complaint by its words. How somebody behaved comes before what they were bringing: a rude courier
    is no late parcel."""
    if lexicon.mentions("conduct", text):
        return ComplaintCategory.STAFF
    if not_in_parcel.told(text):
        return ComplaintCategory.MISSING
    told = lexicon.meant("return_reason", text)
    of_the_thing = told if told in OF_A_THING else None
    return lexicon.meant("complaint_category", text) or of_the_thing


def put_right_by(category: str) -> ComplaintCategory | None:
    """The kind that a complaint is wrongly taken for where words only name what somebody was bringing."""
    return ComplaintCategory.LATE_DELIVERY if category == ComplaintCategory.STAFF else None


def adds_facts(text: str) -> bool:
    """Whether the words tell of what kind the matter is."""
    return says_something(text) and category_said(text) is not None


def is_outcry(text: str) -> bool:
    """Whether anger names the complaint once more, which is no order to file it."""
    return bool(_SHOUTS.search(text))


def orders_filing(text: str) -> bool:
    """Whether the words themselves order that a complaint be filed and tell why; no outcry, no question."""
    flat = normalise(text)
    rest = lexicon.without("complaint_bare", _ORDERED.sub(" ", flat))
    names_kind = says_something(text) and lexicon.meant("complaint_category", rest) is not None
    told = names_kind or len(rest.replace(" ", "")) >= FACTS_CHARACTERS
    ordered = lexicon.mentions("file", text) and _ORDERED.search(flat) is not None
    unclear = is_question(text) or consent.hesitates(text) or is_outcry(text) or lexicon.mentions("how", text)
    return told and ordered and not unclear


def say_who_decides(turn: Turn) -> None:
    """Where compensation is asked for: that a colleague decides on it, and nothing is promised here."""
    text = words(turn)
    if lexicon.mentions("compensation", text) and not lexicon.mentions("compensation_declined", text):
        turn.say("reply_compensation_decided")
