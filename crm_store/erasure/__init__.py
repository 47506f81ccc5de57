"""Taking a person out of every table, and finishing that where the store cannot reach: files, Rasa, addresses."""

from crm_store.erasure.elsewhere import forget_trail
from crm_store.erasure.models import Erasure
from crm_store.erasure.service import (
    AT_REST,
    conversations_of,
    due,
    erase_chat,
    erase_member,
    files_of,
    finished,
    sweep,
)

__all__ = [
    "AT_REST", "Erasure", "conversations_of", "due", "erase_chat", "erase_member", "files_of", "finished",
    "forget_trail", "sweep",
]  # fmt: skip
