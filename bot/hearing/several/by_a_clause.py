"""A message that was not surely understood, while one of its clauses was."""

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.hearing.message import denial, wishes
from bot.hearing.message.said import SECOND_WISH, Said
from bot.hearing.returns.fault_told import REPORT_FAULT, RETURN
from bot.hearing.steps import FALLBACK, confidence_of, intent_of, is_wish, with_intent
from crm_store.conversations import Parsed

OF_A_PURCHASE = frozenset({REPORT_FAULT, RETURN})
"""What is wrong with a thing, and what is wished for it: one wish."""
NO_MATTER = frozenset({"cancel", "help"})
"""What a clause says beside a fault that is told: 点算呀, "what now"."""
SURELY_WRONG = 0.85
"""Confidence from which a clause tells what is wrong with a thing, whatever the whole was guessed to be."""


def heard(said: Said) -> Parsed:
    """The whole as the one question in it (我人在高雄，想买瑜伽垫，可以寄来吗), as the fault that is told in it, or as
    the act it was taken for on a guess."""
    guessed = intent_of(said.whole)
    if guessed != FALLBACK and confidence_of(said.whole) >= SECOND_WISH:
        return said.whole
    sure = [(clause, heard) for clause, heard in said.clauses if is_wish(heard, SECOND_WISH)]
    heard_so = {intent_of(heard) for _, heard in sure}
    if guessed in heard_so:
        return with_intent(said.whole, guessed)
    if told := _of_what_is_wrong(said, heard_so - NO_MATTER):
        return with_intent(said.whole, told)
    asked = [heard for clause, heard in sure if wishes.asks(intent_of(heard)) and slot_text.is_question(clause.text)]
    if guessed != FALLBACK or len(asked) != 1 or len(sure) != 1:
        return said.whole
    return with_intent(said.whole, intent_of(asked[0]), confidence=confidence_of(asked[0]))


def _of_what_is_wrong(said: Said, heard_so: set[str]) -> str | None:
    """The wish for the thing, or only what is wrong with it, where the clauses speak of nothing else: 昨天收到的包
    线头开了 这个我想退. A guess at an act that the words name stands."""
    guessed = intent_of(said.whole)
    surely = any(intent_of(heard) == REPORT_FAULT and confidence_of(heard) >= SURELY_WRONG for _, heard in said.clauses)
    if heard_so == OF_A_PURCHASE:
        return RETURN if guessed == FALLBACK or (surely and not _is_named(guessed, said.text)) else None
    if heard_so != {REPORT_FAULT} or not surely or wishes.asks(guessed) or _is_named(guessed, said.text):
        return None
    return REPORT_FAULT


def _is_named(act: str, text: str) -> bool:
    return lexicon.meant(denial.ACT, text) == act or (
        act == "make_complaint" and lexicon.mentions("complaint_wish", text)
    )
