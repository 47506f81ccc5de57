"""Whether a text asks until when a thing may go back: the last day, what is lost by waiting, whether a day it names is
in time (12月2号前还能退吧)."""

import re

from actions.kit import slot_text
from actions.kit.words import consent, lexicon
from crm_store.text import normalise

DEADLINE = "deadline"
"""`choice` of words that ask for the last day of a return."""
REASON, NEXT, OLD_BACK, NEW_ONE = "reason", "next", "old_back", "new_one"
"""`choice` of words that ask with which reason a return was registered, how it goes on, whether the thing itself has to
come back, and what would be if the new one were wrong as well."""
ASKED = frozenset({REASON, NEXT, OLD_BACK, NEW_ONE})
_GOES_BACK = re.compile(
    r"退|换货|换新|换码|反悔|后悔|无理由"
    r"|\b(?:returns?|returned|returning|refund|send (?:\w+ ){1,4}back|bring (?:\w+ ){1,4}back"
    r"|take (?:\w+ ){1,4}back|exchanges?|swap|change my mind)\b"
)
_DAY = re.compile(
    r"\d{1,2}月\d{1,2}|(?<![\d第])\d{1,2}[号日](?!码)|(?:周|星期|礼拜)[一二三四五六日天]|月底|下周|明天|后天"
    r"|\b(?:until|till|by|before|on|wait for) (?:the )?(?:\d{1,2}(?:st|nd|rd|th)?\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|tomorrow|next week|the end of|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}\b"
)
_CLAUSE_END = re.compile(r"(?<=[?？])|[，,。;；！!\n]+|\.\s+")
_STILL_CAN = re.compile(
    r"(?:还|仲|都|就)?(?:能|可以|可唔可以|来得及|赶得上)[^，。]{0,6}(?:退|换|反悔)|退得了|退得掉|(?:退|换)还?(?:来得及|行|可以)"
    r"|\b(?:can|could|may) i (?:still )?(?:\w+ ){0,2}?(?:return|send|bring|take|exchange|swap|change)"
    r"|\b(?:still|be able to) (?:return|send (?:it|them) back|bring (?:it|them) back|exchange)"
)


def asked(text: str, *, of_a_return: bool = False) -> bool:
    """Whether the text asks it. `of_a_return`: a return is what is spoken of, so that the text need not name it."""
    flat = normalise(text)
    if lexicon.mentions("return_deadline_of_another", text) or not (of_a_return or _GOES_BACK.search(flat)):
        return False
    if lexicon.mentions("return_deadline", text):
        return True
    # The day and what may be done stand in one clause: "can I swap? I need them by Friday" asks for none.
    return any(_asks_of_a_day(clause) for clause in _CLAUSE_END.split(text) if clause)


def _asks_of_a_day(text: str) -> bool:
    flat = normalise(text)
    asks = slot_text.is_question(text) or consent.asks_back(text) or flat.rstrip().endswith("吧")
    return asks and _DAY.search(flat) is not None and _STILL_CAN.search(flat) is not None


def asks_today(text: str) -> bool:
    """Whether the day of today is asked."""
    return lexicon.mentions("todays_date", text)
