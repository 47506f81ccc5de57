"""Another plan is no swap. Amid a return 换 is another piece of the thing in hand; a reward is meant only where points
or rewards are named."""

import re
from dataclasses import replace

from actions.kit.words import alternatives
from bot.hearing.message.said import INFORM, RETURN, Said
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

RETURN_FORM = "return_form"
OF_REWARDS = frozenset({"ask_rewards", "redeem_points", "ask_vouchers"})
_OF_POINTS = re.compile(
    r"积分|点数|分数|\d\s*[分点]|用[分点]|券|礼品|赠品|兑|奖|\b(?:points?|rewards?|vouchers?|coupons?|gifts?|redeem\w*)\b"
)

_CHANGES_PLAN = re.compile(
    r"换(?:一)?(?:个|下|种)?(?:方案|话题|说法|问法|思路|办法|方法|方式|问题|主意|想法)"
    r"|\b(?:change|different|another|new|switch) (?:of )?(?:plans?|idea|approach|topic|subject|question|tack)\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message with such words heard as about the return that is open."""
    read = _heard if context.expects.form == RETURN_FORM else _of_something_else
    clauses = [(clause, read(clause.text, heard)) for clause, heard in said.clauses]
    sentences = [(sentence, read(sentence.text, heard)) for sentence, heard in said.sentences]
    return replace(said, whole=read(said.text, said.whole), clauses=clauses, sentences=sentences)


def _of_something_else(text: str, heard: Parsed) -> Parsed:
    """换个方案 and "change of plan" swap nothing that is to be had for points."""
    changes = intent_of(heard) in OF_REWARDS and _CHANGES_PLAN.search(normalise(text)) is not None
    return with_intent(heard, INFORM, confidence=confidence_of(heard)) if changes else heard


def _heard(text: str, heard: Parsed) -> Parsed:
    names_way = bool(alternatives.wished(alternatives.WAYS, text))
    if intent_of(heard) not in OF_REWARDS or not names_way or _OF_POINTS.search(normalise(text)):
        return heard
    return with_intent(heard, RETURN, confidence=confidence_of(heard))
