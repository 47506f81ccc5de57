"""Who says that they want to join wishes that, whatever name they give with it: 那我要加入 叫我雅婷就好."""

import re
from dataclasses import replace

from bot.hearing.message.said import JOIN, Said, parts
from bot.hearing.steps import intent_of, with_intent
from crm_store.text import closed_up

TAKEN_FOR = frozenset({"update_profile", "bind_account", "inform"})
"""What a name beside the wish makes of it."""
_JOINS = re.compile(
    r"^(?:好|那|就|行|嗯|ok|可以|我还是|还是)*我(?:还是|就|也|现在)*(?:要|想|来)"
    r"(?:加入|入会|注册|办会员|加会员|当会员)(?:会员|你们)?(?:吧|了|啦|好了)?$"
    r"|^(?:(?:ok|okay|fine|then|well|good|so|and|yes|great) ?)*"
    r"(?:i (?:want|d like|would like) to|let me|i ll) ?(?:join|sign up)"
)


def as_meant(said: Said) -> Said:
    """The message as the wish to join, where one of its parts plainly is; as it is otherwise."""
    if intent_of(said.whole) not in TAKEN_FOR or not any(_joins(part) for part in parts(said)):
        return said
    return replace(said, whole=with_intent(said.whole, JOIN), clauses=(), sentences=())


def _joins(part: str) -> bool:
    flat = closed_up(part)
    # What is asked to be called stands behind a blank, which parts no clause.
    return any(_JOINS.search(closed_up(each)) for each in part.split()) or _JOINS.search(flat) is not None
