"""News that members get without asking: what is due, who wants it, when it may go out, and what came of it."""

from crm_store.proactive.consent import (
    may_tell,
    stop,
    stop_marketing,
    want,
    want_marketing,
    want_only,
    wanted,
    wanted_by,
)
from crm_store.proactive.effects import Effect, answered_now, audience, by_week, last_sends
from crm_store.proactive.models import (
    MARKETING,
    TOPIC_OF,
    HeldBack,
    Kind,
    News,
    ProactiveSend,
    StockWatch,
    Topic,
    TopicStop,
)
from crm_store.proactive.service import NEWS, Words, held_back, is_busy, language_of, send
from crm_store.proactive.watches import waited_for, watch

__all__ = [
    "MARKETING",
    "NEWS",
    "TOPIC_OF",
    "Effect",
    "HeldBack",
    "Kind",
    "News",
    "ProactiveSend",
    "StockWatch",
    "Topic",
    "TopicStop",
    "Words",
    "answered_now",
    "audience",
    "by_week",
    "held_back",
    "is_busy",
    "language_of",
    "last_sends",
    "may_tell",
    "send",
    "stop",
    "stop_marketing",
    "waited_for",
    "want",
    "want_marketing",
    "want_only",
    "wanted",
    "wanted_by",
    "watch",
]  # fmt: skip
