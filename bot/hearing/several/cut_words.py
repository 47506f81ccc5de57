"""Words that are cut in the wrong place: in 多少钱包邮 there is no 钱包. What is asked is from what amount on goods are
sent free."""

import re
from dataclasses import replace

from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of, intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

FAQ, ASK_PRODUCT, PRODUCT = "ask_faq", "ask_product", "product"
_FREE_FROM = re.compile(r"(?:多少|几多|几|[\d一二三四五六七八九十百两])(?:块|元|蚊)?钱包邮")
"""An amount, asked or named, and what it is asked about."""
_WALLET = "钱包"


def as_meant(said: Said) -> Said:
    """The message with such words heard as the question they are."""
    clauses = [(clause, _heard(clause.text, heard)) for clause, heard in said.clauses]
    sentences = [(sentence, _heard(sentence.text, heard)) for sentence, heard in said.sentences]
    return replace(said, whole=_heard(said.text, said.whole), clauses=clauses, sentences=sentences)


def _heard(text: str, heard: Parsed) -> Parsed:
    if not _FREE_FROM.search(closed_up(text)):
        return heard
    kept = [each for each in entities_of(heard) if not _is_wallet(each.get("entity"), each.get("value"))]
    is_cut = len(kept) < len(entities_of(heard)) or intent_of(heard) == ASK_PRODUCT
    return with_intent({**heard, "entities": kept}, FAQ) if is_cut else heard


def _is_wallet(entity: object, value: object) -> bool:
    return entity == PRODUCT and closed_up(str(value)).endswith(_WALLET)
