"""Money taken twice for one purchase (重复扣款, 扣了兩次款, "billed twice") is no question of an order's state and no
dispute about points, whatever it sounds like."""

import re
from dataclasses import replace

from actions.kit.order_marks import CHARGED_TWICE
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

ASK_ORDER = "ask_order_status"
_TWICE = r"(?:两次|两遍|两回|两笔|二次|双份|双倍|多次|三次)"
_MONEY = r"(?:钱|款|费|账|帐|卡|银行|支付宝|微信)"
_TOLD = re.compile(
    rf"(?:重复|重覆|双重)(?:地)?(?:扣|收|付)(?:了|咗)?{_MONEY}|{_MONEY}.{{0,8}}?(?:被)?(?:扣|收|付|划|碌|刷)(?:了|咗|走|掉)*(?:我)?{_TWICE}"
    rf"|(?:扣|收|划|碌|刷)(?:了|咗|走|掉)*(?:我)?{_TWICE}(?:的)?(?:{_MONEY}|$|[，,。！!？?啊呀吧])"
    r"|\b(?:charged|billed|debited|invoiced|paid)\b.{0,24}\b(?:twice|two times|2x|double)\b"
    r"|\b(?:double|duplicate|two|second|extra) (?:charges?|billing|payments?|debits?|transactions?)\b"
    r"|\b(?:took|taken|deducted|charging)\b.{0,30}\b(?:money|payment|amount|card|it)?\b.{0,16}\btwice\b"
)
_OF_ELSE = re.compile(
    r"积分|点数|分数|券|如果|要是|会不会|会唔会|分期|每月|两个月|退款退了"
    r"|\b(?:points?|vouchers?|if|would|could it|instal?ments?|monthly|happily|refunded twice)\b"
)
"""Points that were taken twice, and what is only supposed."""


def as_meant(said: Said) -> Said:
    """The message, and those of its clauses that say so, as what they tell."""
    if not is_told(said.text):
        return said
    clauses = [(clause, _meant(heard) if is_told(clause.text) else heard) for clause, heard in said.clauses]
    told = [part for part in clauses if is_told(part[0].text)]
    return replace(said, whole=_meant(said.whole), clauses=clauses if told else [])


def is_told(text: str) -> bool:
    flat = closed_up(text)
    return bool(_TOLD.search(flat)) and not _OF_ELSE.search(flat)


def _meant(heard: Parsed) -> Parsed:
    return with_intent(heard, ASK_ORDER, {CHOICE: CHARGED_TWICE})
