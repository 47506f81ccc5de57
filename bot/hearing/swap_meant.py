"""Amid a return 换 is another piece of the thing in hand; a reward is meant only where points or rewards are named."""

import re
from dataclasses import replace

from actions.kit import alternatives
from bot.hearing.said import RETURN, Said
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

RETURN_FORM = "return_form"
OF_REWARDS = frozenset({"ask_rewards", "redeem_points", "ask_vouchers"})
_OF_POINTS = re.compile(
    r"积分|点数|分数|\d\s*[分点]|用[分点]|券|礼品|赠品|兑|奖|\b(?:points?|rewards?|vouchers?|coupons?|gifts?|redeem\w*)\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message with such words heard as about the return that is open."""
    if context.expects.form != RETURN_FORM:
        return said
    clauses = [(clause, _heard(clause.text, heard)) for clause, heard in said.clauses]
    sentences = [(sentence, _heard(sentence.text, heard)) for sentence, heard in said.sentences]
    return replace(said, whole=_heard(said.text, said.whole), clauses=clauses, sentences=sentences)


def _heard(text: str, heard: Parsed) -> Parsed:
    names_way = bool(alternatives.wished(alternatives.WAYS, text))
    if intent_of(heard) not in OF_REWARDS or not names_way or _OF_POINTS.search(normalise(text)):
        return heard
    return with_intent(heard, RETURN, confidence=confidence_of(heard))
