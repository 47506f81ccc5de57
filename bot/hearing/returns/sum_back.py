"""What a return would bring back, or cost in points, is asked of one's own purchase: it is told before anything begins,
amid a return as well, and going on with the sum told last ("and with the lunch box too?")."""

import re

from actions.kit.asked import sum_back
from bot.hearing.message import expectation
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context
from crm_store.text import normalise

RETURN, RETURN_FORM = "return_or_refund", "return_form"
REWARD = "reward"
LATELY = 2
"""Messages without a subject of their own that may have come between."""


_COUNTED = re.compile(
    r"[一二两三四五六七八九\d](?:个|件|双|瓶|只|条|盒|罐|支|把|台|套|张)|\b(?:one|two|three|four|five)\b"
)
"""So many of the thing reckoned last."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, or amid another form."""
    if context.expects.form not in (None, RETURN_FORM) or expectation.option_said(said.text, context.expects):
        return None
    going_on = _told_last(context)
    asked = sum_back.asked(said.text, going_on=going_on or context.expects.form == RETURN_FORM)
    if not asked and going_on and sum_back.goes_on(said.text) and _names_goods(said):
        asked = [sum_back.SumBack(each) for each in context.focus[sum_back.FOCUS]["asked"]]
    if not asked:
        return None
    # What may be had for points as well is meant as bought.
    named = [
        {**each, "entity": "product"} if each.get("entity") == REWARD else each for each in entities_of(said.whole)
    ]
    whole = {**said.whole, "entities": named}
    return Heard.of(Step(text=said.text, heard=with_intent(whole, RETURN, {CHOICE: sum_back.written(asked)})))


def is_step(step: Step) -> bool:
    return any(str(each.get("value")).startswith(sum_back.CHOICE) for each in entities_of(step.heard or {}))


def covers(text: str) -> bool:
    """Whether a clause asks for no more than such a sum."""
    return bool(sum_back.asked(text, going_on=True))


def _told_last(context: Context) -> bool:
    """Whether such a sum is what was told last."""
    focus = context.focus
    if sum_back.FOCUS not in focus or int(focus.get("age") or 0) > LATELY:
        return False
    places: dict[str, int] = focus.get("at") or {}
    since = {kind for kind, place in places.items() if place > places.get(sum_back.FOCUS, 0)}
    return not since & {"done", "reward", "parcel", "complaint", "callback", "article"}


def _names_goods(said: Said) -> bool:
    named = any(each.get("entity") in ("product", REWARD) for each in entities_of(said.whole))
    return named or sum_back.says_all(said.text) or _COUNTED.search(normalise(said.text)) is not None
