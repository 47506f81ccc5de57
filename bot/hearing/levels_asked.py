"""How far the next level is, and what the one above brings, by words that leave no doubt, whatever was heard."""

import re
from dataclasses import replace

from bot.hearing.said import CHOICE, Said
from bot.hearing.steps import intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

ASK_TIER, BENEFITS, ABOVE = "ask_tier", "ask_tier_benefits", "above"
_LEVEL = r"(?:下一级|下一个等级|下个等级|下一等级|下一个级别|下个级别|下一阶|上一级|再上一级|升级|升等)"
_DISTANCE = re.compile(
    rf"(?:离|距|距离|到|升到?){_LEVEL}.{{0,6}}(?:差|多少|几多|多远|要)|{_LEVEL}.{{0,4}}(?:还差|还要|仲差|仲要|差多少|差几多|多远)"
    r"|\bhow (?:far|many|much)\b.{0,40}\b(?:next|another) (?:level|tier)\b"
    r"|\b(?:next|another) (?:level|tier)\b.{0,16}\bhow (?:far|many|much)\b"
)
_ABOVE = re.compile(
    r"(?:金卡|银卡|铜卡|白金|普卡|金牌|银牌|普通会员|会员)(?:会员)?(?:的)?(?:上面|再上去|再往上|往上|之上|再上一级|再高一级)(?:是|有|叫|系)?(?:什么|啥|咩|乜|哪)"
    r"|(?:下一级|下一个等级|下个等级)(?:是|有|叫|系|会有)(?:什么|啥|咩|乜|哪)"
    r"|\bwhat(?: s| is| comes| do i get| does)?\b.{0,12}\b(?:above|beyond|after|over) (?:gold|silver|bronze|platinum)\b"
    r"|\bwhat (?:does|do|would) the next (?:level|tier) (?:bring|give|have|get)\b"
)


def as_meant(said: Said) -> Said:
    """The message, and those of its clauses that ask so, as what they ask."""
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    return replace(said, whole=said.whole if clauses else _meant(said.text, said.whole), clauses=clauses)


def _meant(text: str, heard: Parsed) -> Parsed:
    flat = closed_up(text)
    if _DISTANCE.search(flat) and intent_of(heard) != ASK_TIER:
        return with_intent(heard, ASK_TIER)
    if _ABOVE.search(flat):
        return with_intent(heard, BENEFITS, {CHOICE: ABOVE})
    return heard
