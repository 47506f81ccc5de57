"""Questions about the act just done: when, what it costs, who, what now, the number, whether it can be undone. They are
answered from what was done, and not by the rules, as long as nothing else was spoken of since."""

import re

from actions.kit.asked import act_asked, voucher_asked
from actions.kit.asked.act_asked import Asked
from actions.kit.told import handing_on
from actions.kit.words import consent, lexicon
from bot.hearing.answers import told_more
from bot.hearing.message import agreed, expectation, reference
from bot.hearing.message.said import CHOICE, INFORM, Said
from bot.hearing.returns import after_return, registered
from bot.hearing.steps import Heard, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Focus
from crm_store.text import normalise

RETURN, CANCEL_ORDER, REDEEM = "return_or_refund", "cancel_order", "redeem_points"
POINTS = "ask_points"
"""What intents about one's own points begin with."""
_VOUCHER = re.compile(r"券|\b(?:voucher|coupon)")
OF_OTHERS = frozenset({"product", "parcel_number", "order_number", "tier"})
"""What names a thing of its own."""
_TIMES = re.compile(r"重复|[几两一二]次|[几两]份|\b(?:twice|once|two times|double)")
"""Whether it was done once only, which nobody tells who tells how far a return is."""
_TERM = re.compile(r"期限|时限|\bdeadline\b")
"""Of a return it may be the term of the rule, or until when the goods are to be sent."""
RULES = frozenset({"article", "question", "answer", "case"})
"""What is kept of an article that was told."""
ITS_OWN = {
    "make_complaint": ("complaint",),
    "return_or_refund": ("return", "order", "product"),
    "request_callback": ("callback",),
    "change_callback": ("callback",),
}
"""What is spoken of again where an act is told of; the first is the act's own."""
STILL_CLEAR = frozenset({Asked.DONE, Asked.TOLD, Asked.NUMBER, Asked.WHO})
"""What can be asked of nothing but an act, so that an article told in between takes it nowhere else."""


def heard(said: Said, context: Context) -> Heard | None:
    """The question as a step about the last act; None where none is asked, or of something else."""
    focus = context.focus
    if context.expects.form is not None or expectation.option_said(said.text, context.expects) is not None:
        return None
    asked = act_asked.asked(said.text, str(focus.get("done") or ""))
    if (
        not asked
        or not _of_the_act(said.text, asked, focus)
        or _names_another(said, focus)
        or _known_better(said, context, asked)
    ):
        return None
    if agreed.asks_yes_or_no(context.expects) and (Asked.UNDO in asked or not consent.asks_back(said.text)):
        # The question that is open may be that very one.
        return None
    whole = {**said.whole, "entities": []}
    if Asked.WORTH in asked and _is_the_articles(said, focus):
        # What was paid with points or a voucher is no fact of the order.
        if not intent_of(said.whole).startswith(POINTS):
            return None
        return Heard.of(Step(text=said.text, heard=with_intent(whole, reference.FAQ)))
    return Heard.of(Step(text=said.text, heard=with_intent(whole, INFORM, {CHOICE: act_asked.written(asked)})))


def _is_the_articles(said: Said, focus: Focus) -> bool:
    return focus["done"] == CANCEL_ORDER or (
        focus["done"] == RETURN and _VOUCHER.search(normalise(said.text)) is not None
    )


def _known_better(said: Said, context: Context, asked: list[Asked]) -> bool:
    """Whether those who know that act by its own words answer: the hour of a call, how a return goes on, a number."""
    focus, text = context.focus, said.text
    if focus.get("done") == REDEEM and voucher_asked.asks_lapsed(text, of_voucher=True):
        return True
    if reference.about_what_was_done(text, said.whole, focus) or after_return.heard(said, context):
        return True
    counts = Asked.DONE in asked and _TIMES.search(normalise(text))
    if not counts and registered.heard(said, context):
        return True
    if Asked.NUMBER in asked and told_more.OTHER_NUMBER.search(normalise(text)):
        return True
    if Asked.NUMBER in asked and told_more.asks_number(text):
        return focus.get("done") == "make_complaint"
    if asked == [Asked.DONE] and focus.get("done") == handing_on.DONE and handing_on.asks_told(text):
        return True
    is_of_rules = lexicon.mentions("return_aside", text) or _TERM.search(normalise(text))
    return focus.get("done") == RETURN and bool(is_of_rules)


def _of_the_act(text: str, asked: list[Asked], focus: Focus) -> bool:
    """Whether nothing was spoken of since the act but itself, and articles, which take away only what the rules could
    be asked as well."""
    places: dict[str, int] = focus.get("at") or {}
    since = {kind for kind, place in places.items() if place > places.get("done", 0)}
    own = ITS_OWN.get(str(focus.get("done")), ())
    if since & set(own) and own[0] in since:
        since -= set(own)
    is_clear = set(asked) <= STILL_CLEAR or act_asked.names(text, str(focus["done"]))
    if since & RULES and is_clear and reference.was_done_lately(focus):
        since -= RULES
    return not since


def _names_another(said: Said, focus: Focus) -> bool:
    """Whether the words name a thing other than the one the act was about."""
    known = {str(focus.get(kind)) for kind in ("order", "return", "complaint")}
    return any(
        each.get("entity") in OF_OTHERS and str(each.get("value")) not in known for each in entities_of(said.whole)
    )
