"""How far the next level is, and what the one above brings, by words that leave no doubt, whatever was heard."""

import re
from dataclasses import replace

from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

ASK_TIER, BENEFITS, ABOVE, INFORM = "ask_tier", "ask_tier_benefits", "above", "inform"
_LEVEL = r"(?:下一级|下一个等级|下个等级|下一等级|下一个级别|下个级别|下一阶|上一级|再上一级|升级|升等)"
_DISTANCE = re.compile(
    rf"(?:离|距|距离|到|升到?){_LEVEL}.{{0,6}}(?:差|多少|几多|多远|要)|{_LEVEL}.{{0,4}}(?:还差|还要|仲差|仲要|差多少|差几多|多远)"
    r"|\bhow (?:far|many|much)\b.{0,40}\b(?:next|another) (?:level|tier)\b"
    r"|\b(?:next|another) (?:level|tier)\b.{0,16}\bhow (?:far|many|much)\b"
)
_NAMED = r"(?:普卡|银卡|金卡|白金|铜卡|钻石)(?:会员|卡)?"
_NAMED_EN = r"(?:bronze|silver|gold|platinum)"
_THRESHOLD = re.compile(
    rf"{_NAMED}(?:的话|呢)?(?:要|需要|需|得要|门槛)(?:是|攒|储|累积|满|到)?(?:多少|几多|几)(?:积分|点数|分|点)"
    rf"|(?:多少|几多|几)(?:积分|点数|分|点)(?:才|就|可以|能|先|先至)*(?:升到?|到|变成?|成为|当|系|是){_NAMED}"
    rf"|(?:升到?|到|成为|拿到?){_NAMED}(?:要|需要|得|还要|还差|仲差|差)(?:多少|几多|几)"
    rf"|\bhow many (?:more )?points\b(?: \w+){{0,4}}? (?:for|to reach|to get|to be|to become|until|before|to)"
    rf" (?:\w+ )?{_NAMED_EN}\b"
    rf"|\bhow many (?:more )?points (?:does|do|is|are) {_NAMED_EN}\b"
    rf"|\bpoints (?:needed|required|to go) (?:for|to reach|to get|until) {_NAMED_EN}\b"
)
"""What a level that is named takes, and not what it brings for each coin."""
_OTHER_THAN_THRESHOLD = re.compile(
    r"[\d一1]元|一块|每元|每消费|赚|换|兑|\b(?:per|each|earn|spend|redeem|voucher|cost|lose)\b"
)
_ABOVE = re.compile(
    r"(?:金卡|银卡|铜卡|白金|普卡|金牌|银牌|普通会员|会员)(?:会员)?(?:的)?(?:上面|再上去|再往上|往上|之上|再上一级|再高一级)(?:是|有|叫|系)?(?:什么|啥|咩|乜|哪)"
    r"|(?:下一级|下一个等级|下个等级)(?:是|有|叫|系|会有)(?:什么|啥|咩|乜|哪)"
    r"|\bwhat(?: s| is| comes| do i get| does)?\b.{0,12}\b(?:above|beyond|after|over) (?:gold|silver|bronze|platinum)\b"
    r"|\bwhat (?:does|do|would) the next (?:level|tier) (?:bring|give|have|get)\b"
)


_MISSING = re.compile(r"(?:还|仲)?(?:差|爭|欠)(?:多少|几|多远)|\bhow (?:far|many|much)\b")
_OWN = re.compile(
    r"我(?:现在|目前|而家)?(?:是|系|属于|算)\S{0,6}(?:卡|会员|级)|(?:什么|咩|啥|哪个|哪一)(?:会员)?(?:等级|级别|级|卡|会员)"
    r"|(?:等级|级别)(?:现在|而家)?(?:是|系)(?:什么|咩|啥|哪)|\bwhat (?:level|tier|status)\b|\bwhich (?:level|tier)\b"
    rf"|\b(?:am i|i m|i am)(?: \w+){{0,3}} {_NAMED_EN}\b"
)
_KEPT = re.compile(
    r"\b(?:hang|hold|cling) on ?to (?:it|that|my|gold|silver|platinum)\b"
    r"|\b(?:keep|hold|stay|remain) (?:it|that|my level|my tier|gold|silver|platinum)\b"
    r"|(?:保住|守住|留住|维持|保得住|保级)"
)
_FALLS = re.compile(
    rf"\b(?:straight|right|directly|all the way) (?:down )?to {_NAMED_EN}\b|\bskip(?:ping|s)? {_NAMED_EN}\b"
    rf"|\bnot {_NAMED_EN} first\b"
    rf"|\b(?:if|when) i (?:drop|fall|go down|get knocked down|lose it)\b.{{0,30}}\b{_NAMED_EN}\b"
    rf"|(?:直接|一下子?|一路)(?:就)?(?:掉|降|跌|变)(?:到|成|回|去)?{_NAMED}"
    rf"|(?:跳过|略过|先(?:降|掉|跌)?(?:到|成|回|变)?){_NAMED}"
    rf"|(?:掉|降|跌)(?:到|成|回|级|等|下去|下来).{{0,8}}{_NAMED}"
)
"""Where one falls to when the level is lost."""
_MORE = re.compile(r"(?:升|还差|仲差|几多积分|多少分)|\b(?:reach|get to|points (?:for|to))\b")
DROP, KEEP = "drop", "keep"
"""The choice of words that ask where one falls to; what keeps the level."""


def as_meant(said: Said, context: Context) -> Said:
    """The message, and those of its clauses that ask so, as what they ask."""
    asked = _of_losing(said.text, context) if context.expects.form is None else None
    if asked is not None:
        # "Straight to bronze?? not silver first": told in parts, one question.
        return replace(said, whole=with_intent(said.whole, ASK_TIER, asked), clauses=[], sentences=[])
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    if any(intent_of(heard) == ASK_TIER and _MISSING.search(closed_up(clause.text)) for clause, heard in clauses):
        # How far another level is is told with the own one, which needs no answer besides.
        clauses = [(clause, _only_own(clause.text, heard)) for clause, heard in clauses]
    return replace(said, whole=said.whole if clauses else _meant(said.text, said.whole), clauses=clauses)


def _of_losing(text: str, context: Context) -> dict[str, str] | None:
    """What it takes to keep the level, or where one falls to, asked after a level was told or with its name."""
    flat = closed_up(text)
    spoken_of = context.focus.get("topic") == ASK_TIER
    if _FALLS.search(flat) and not _MORE.search(flat):
        return {CHOICE: DROP}
    return {CHOICE: KEEP} if spoken_of and _KEPT.search(flat) else None


def _only_own(text: str, heard: Parsed) -> Parsed:
    flat = closed_up(text)
    is_own = intent_of(heard) == ASK_TIER and _OWN.search(flat) is not None and _MISSING.search(flat) is None
    return with_intent(heard, INFORM) if is_own else heard


def _meant(text: str, heard: Parsed) -> Parsed:
    flat = closed_up(text)
    if _DISTANCE.search(flat) and intent_of(heard) != ASK_TIER:
        return with_intent(heard, ASK_TIER)
    if _THRESHOLD.search(flat) and not _OTHER_THAN_THRESHOLD.search(flat):
        # Also where it was heard so on a guess: an article in its place would not tell what is missing.
        return with_intent(heard, ASK_TIER)
    if _ABOVE.search(flat):
        return with_intent(heard, BENEFITS, {CHOICE: ABOVE})
    return heard
