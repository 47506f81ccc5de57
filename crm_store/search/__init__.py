"""Finding anything by what a person has at hand: a name, a number as printed, words that were said."""

from crm_store.search.conversations import Saying, saying
from crm_store.search.members import members_like
from crm_store.search.models import MessageWords
from crm_store.search.numbers import CaseKind, NumberedCase, cases_numbered
from crm_store.search.service import Found, find
from crm_store.search.words import forget_words, index_messages, reindex

__all__ = [
    "CaseKind",
    "Found",
    "MessageWords",
    "NumberedCase",
    "Saying",
    "cases_numbered",
    "find",
    "forget_words",
    "index_messages",
    "members_like",
    "reindex",
    "saying",
]
