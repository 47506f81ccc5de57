"""A question about the parcel or order that is spoken of, or one that names a parcel, besides where it is: 能放门口吗,
"is everything in this parcel", "what if nobody's home". Nothing else that was told last is meant, and no goods."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked import parcel_asked, whereabouts
from actions.kit.asked.parcel_asked import Aspect
from actions.kit.told import handing_on
from actions.kit.words import lexicon, plainly
from bot.hearing.message import agreed, expectation
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus, Parsed

COMPLAINT = "make_complaint"
PARCEL, CHANGE_ORDER = "ask_parcel", "change_order"
CHANGE_FORM = "change_order_form"
WHERE_IT_IS = frozenset({PARCEL, "ask_order_status"})
MAY_BE_MEANT = WHERE_IT_IS | {CHANGE_ORDER, "ask_faq", "ask_callback", "ask_product", "inform", "help", "out_of_scope"}
"""What such a question is heard as however surely."""
OF_ELSE = ("product", "reward", "callback", "return", "complaint", "tier", "bill")
"""What may have been told of since: then a parcel is not what bare words go on with."""
BARE_ONLY_OF_PARCELS = frozenset({Aspect.CODE, Aspect.WEEKEND, Aspect.BY_WHEN, Aspect.CALLS, Aspect.ANOTHER_DAY})
"""Where nothing of one's own is spoken of, these are questions of the shop, or of something else."""
WISHES = frozenset({Aspect.ANOTHER_DAY, Aspect.LEFT})
"""What the form that changes a delivery hears itself."""
NUMBERS = frozenset({"order_number", "parcel_number"})


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such questions; None amid a form or another question, and beside what is surely another wish."""
    if not _may_ask(context) or expectation.option_said(said.text, context.expects) is not None:
        return None
    if intent_of(said.whole) == COMPLAINT and not slot_text.is_question(said.text):
        # How the courier behaved is told, and nothing asked.
        return None
    pieces = [(clause.text, parsed) for clause, parsed in said.clauses] or [(said.text, said.whole)]
    if len(pieces) > 1 and parcel_asked.asked(said.text) and not any(parcel_asked.asked(text) for text, _ in pieces):
        pieces = [(said.text, said.whole)]
    asking = {aspect: each for each in reversed(pieces) if (aspect := _asked(each[0], context, said.text))}
    rest = [each for each in pieces if parcel_asked.asked(each[0]) is None]
    if not asking or any(_is_another(*each) for each in rest):
        return None
    if context.expects.form is not None and not asking.keys().isdisjoint(WISHES):
        return None
    first = [Step(text=text, heard=with_intent(parsed, PARCEL)) for text, parsed in rest if _asks_where(text, parsed)]
    first = first[:1]
    is_all = len(asking) == 1 and not first
    steps = [
        _beside(_step(said.text if is_all else text, said.whole if is_all else parsed, aspect, context.focus), first)
        for aspect, (text, parsed) in reversed(asking.items())
    ]
    return Heard.of(*first, *steps)


def is_step(step: Step) -> bool:
    """Whether a step answers such a question, or changes what was asked about."""
    choices = [str(each.get("value")) for each in entities_of(step.heard or {}) if each.get("entity") == CHOICE]
    own = any(each.startswith(f"{parcel_asked.CHOICE}:") for each in choices)
    return own or (step.intent == CHANGE_ORDER and parcel_asked.asked(step.text) is Aspect.ANOTHER_DAY)


def _may_ask(context: Context) -> bool:
    """Whether nothing is open that the words may answer: the question whether to hand something on stays as it is."""
    if context.expects.form is not None:
        return context.expects.form == CHANGE_FORM
    return not agreed.asks_yes_or_no(context.expects) or bool(context.focus.get(handing_on.WAITING))


def _asked(text: str, context: Context, whole: str) -> Aspect | None:
    aspect = parcel_asked.asked(text)
    if aspect is None or _is_spoken_of(context.focus):
        return aspect
    names = parcel_asked.names_parcel(whole)
    if aspect is Aspect.BY_WHEN:
        # 我訂的咖啡組到哪了，禮拜一一定要到: of the one that is asked after in the same breath, or is one's own.
        is_own = names and lexicon.mentions("own_thing", whole)
        return aspect if is_own or (text != whole and whereabouts.asked(whole)) else None
    return aspect if names and aspect not in BARE_ONLY_OF_PARCELS else None


def _is_spoken_of(focus: Focus) -> bool:
    """Whether a parcel or an order, or several, are what was told of last, but for rules of the shop."""
    at: Mapping[str, int] = focus.get("at") or {}
    kinds = ["parcel", "order"] + (["listed"] if focus.get("topic") in WHERE_IT_IS else [])
    own = max((at.get(kind, 0) for kind in kinds if focus.get(kind)), default=0)
    return own > 0 and own >= max((at.get(kind, 0) for kind in OF_ELSE if focus.get(kind)), default=0)


def _is_another(text: str, parsed: Parsed) -> bool:
    return is_wish(parsed, SURE_OF_ANOTHER) and intent_of(parsed) not in MAY_BE_MEANT


def _asks_where(text: str, parsed: Parsed) -> bool:
    """Whether it is asked where it is as well; "what then" only goes on with the clause before it."""
    if plainly.names_nothing(text) or slot_text.supposes(text) or _only_repeats(text):
        return False
    return whereabouts.asked(text) or (intent_of(parsed) in WHERE_IT_IS and is_wish(parsed, SURE_OF_ANOTHER))


def _beside(step: Step, first: Sequence[Step]) -> Step:
    """The step with what is asked after in the same breath: it is about that parcel, whose way was just told."""
    if not first or step.heard is None:
        return step
    goods = [each for each in entities_of(first[0].heard or {}) if each.get("entity") == "product"]
    heard = {**step.heard, "entities": [*entities_of(step.heard), *goods]}
    return replace(step, heard=with_intent(heard, step.intent, {CHOICE: parcel_asked.WAY_TOLD}))


def _only_repeats(text: str) -> bool:
    """Whether a clause says what was told and asks nothing: 显示运输中."""
    return not slot_text.is_question(text) and not whereabouts.asked(text)


def _step(text: str, parsed: Parsed, aspect: Aspect, focus: Focus) -> Step:
    thing = _thing(parsed, focus)
    if aspect is Aspect.ANOTHER_DAY:
        return Step(text=text, heard=with_intent(parsed, CHANGE_ORDER, thing))
    # What was taken for a product is in the parcel, and no goods that are asked for.
    kept = [each for each in entities_of(parsed) if aspect is Aspect.TOGETHER or each.get("entity") != "product"]
    choice = f"{parcel_asked.CHOICE}:{aspect}"
    return Step(text=text, heard=with_intent({**parsed, "entities": kept}, PARCEL, {CHOICE: choice, **thing}))


def _thing(parsed: Parsed, focus: Focus) -> Mapping[str, str]:
    """The parcel or order spoken of last, where the words name none."""
    if _named(entities_of(parsed)) or not _is_spoken_of(focus):
        return {}
    at: Mapping[str, int] = focus.get("at") or {}
    kinds = [kind for kind in ("parcel", "order") if focus.get(kind)]
    kind = max(kinds, key=lambda each: at.get(each, 0), default=None)
    return {f"{kind}_number": str(focus[kind])} if kind is not None else {}


def _named(entities: Sequence[Mapping[str, object]]) -> bool:
    return any(each.get("entity") in NUMBERS for each in entities)
