"""Words that sound like a wish and are none: who only has no account wishes to join nothing ("do you take visa, I have
no account"), and who changes the plan or the topic exchanges nothing (那换个方案)."""

import re
from dataclasses import replace

from actions.kit.words import lexicon, plainly
from bot.hearing.message.said import INFORM, JOIN, Said
from bot.hearing.message.wishes import FAQ
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up, normalise

OF_AN_EXCHANGE = frozenset({"redeem_points", "ask_rewards", "return_or_refund", "change_order", "ask_alternative"})
WHETHER_NEEDED = ("account_needed", "order_as_guest")
SEVERAL = 2
_ANOTHER_PLAN = re.compile(
    r"(?:那|咁|算了|要不|不如|还是)*(?:我们?|咱们?)?(?:就|再|先)?换(?:一)?个?(?:方案|思路|说法|讲法|话题|问题|问法|办法|方法|角度|主意|想法)(?:吧|好了|问|说|讲)*"
    r"|(?:(?:ok|okay|well|so|right|then|fine|let s|lets|let me|i ll) ?)*(?:try|change|switch|swap)(?: to)?"
    r" (?:the |a |an |another |my )*(?:different )?(?:plan|topic|subject|approach|question|idea)"
)
_WISHES = re.compile(r"想|要|帮我|怎么|点样|\b(?:want|like to|let me|sign me|join me|how do i)\b")


def as_meant(said: Said, context: Context) -> Said:
    """The message without such wishes, outside a form of the customer's own."""
    if context.expects.form is not None:
        return said
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    whole = _asked(said.text, said.whole) if len(clauses) < SEVERAL else said.whole
    return replace(said, whole=whole, clauses=clauses)


def _meant(text: str, heard: Parsed) -> Parsed:
    flat = normalise(text) if text.isascii() else closed_up(text)
    is_idle = intent_of(heard) in OF_AN_EXCHANGE and _ANOTHER_PLAN.fullmatch(flat) is not None
    asked = _asked(text, heard)
    has_none = lexicon.mentions("no_account", text) and _WISHES.search(normalise(text)) is None
    if is_idle or (intent_of(asked) == JOIN and has_none):
        return with_intent(heard, INFORM, confidence=confidence_of(heard))
    return asked


def _asked(text: str, heard: Parsed) -> Parsed:
    """Whether an account is needed is asked, and none wished."""
    needs = intent_of(heard) == JOIN and any(plainly.is_kind(kind, text) for kind in WHETHER_NEEDED)
    return with_intent(heard, FAQ, confidence=confidence_of(heard)) if needs else heard
