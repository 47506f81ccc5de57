"""The customer does not understand what was just said: "I don't get it", 你说的我不懂, "could you be clearer". That
is no goodbye, no hesitation and no yes: what was told is opened up, and a person offered."""

import re

from actions.kit.words import lexicon
from bot.hearing.message import agreed, language
from bot.hearing.message.said import Said
from bot.hearing.misheard.bare import puzzled
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from crm_store.text import normalise

_TALK = re.compile(
    r"能不能|可不可以|可唔可以|有没有|你们|我们|还是|这个|那个|到底|完全|根本|什么|意思|答案|回答|麻烦|一下|一点|上面|刚才|有点|真的"
    r"|[你您我说讲写的这那些话啥咩嘅啲系点再都也还请能可以吗呢啊呀吧唉嗯哦但是先又很太好仲]"
    r"|\b(?:i|me|m|am|is|it|s|was|that|this|you|your|said|say|just|what|to|the|an?|any|of|at|all|so|no|hmm|sorry|but|still|really"
    r"|can|could|would|please|bit|more|answer|one|again|either|honestly|and|yes|ok|here|even|quite|not|be)\b",
)
"""Words beside it that name no matter of their own."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message after an answer; None for one that says what it is about, and where a question of a
    form or of yes or no stands."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects) or not context.focus.get("topic"):
        return None
    if not lexicon.mentions("not_clear", said.text) or language.is_foreign(said.text):
        return None
    left = lexicon.without("courtesy", lexicon.without("not_clear", normalise(said.text)))
    return puzzled(said) if not _TALK.sub("", left).strip() else None
