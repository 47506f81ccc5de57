"""Wishes that wait until what is open is done: which may, and when they are let go. What comes up later by itself must
have been surely heard, and be wanted still."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from actions.kit.told.return_details import LINE
from bot.hearing.message import agreed
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of
from crm_store.conversations import Parsed

SURE, SURE_OF_GOODS = 0.9, 0.75
"""Confidence from which a wish may wait that names its act by no word we know; and one whose form asks of which
purchase, and for a yes before anything is done."""
OF_GOODS = frozenset({"report_fault", "return_or_refund", "ask_invoice"})
LASTS = 8
"""Places of a conversation, both sides' messages, after which a wish that waited is let go."""
LASTS_BESIDE = 24
"""Places after which a thing is let go that was chosen beside another, whose form comes first."""
BESIDE = "beside"
"""In a wish that waits: another thing was in hand when it was wished, whose form comes first."""
SINCE = "since"
"""In a wish that waits: the place of the conversation at which it began to."""
COMPLAINT, BIND, UNDO = "make_complaint", "bind_account", "undo"
NEVER = frozenset({"give_praise", "thank", "rate_service", "out_of_scope", "cancel", "deny_act", "report_danger"})
"""What is of the moment: said later it would be about something else."""
LETS_GO = frozenset({"cancel", "deny_act", "report_danger", "request_human", UNDO})
"""Whoever says so has gone on: what waited is not begun behind it."""


def may_wait(step: Step) -> bool:
    """Whether a wish was surely heard, so that it may come up by itself: its act is named, or there is no doubt."""
    intent = step.intent
    if step.heard is None or intent in NEVER:
        return False
    if intent == UNDO:
        # Taken back is what was done by then; only where it is known what that is.
        return any(each.get("entity") == "act" for each in entities_of(step.heard))
    named = agreed.names_act(step.text, {intent})
    least = SURE_OF_GOODS if intent in OF_GOODS else SURE
    return named or (intent != COMPLAINT and confidence_of(step.heard) >= least)


def still(kept: Sequence[Parsed], heard: Heard, *, at: int, is_member: bool) -> list[Parsed]:
    """The wishes that wait on, with those that are new. `at`: the place of the conversation; `is_member`: it is known
    who the customer is, so that proving it waits for nothing."""
    intents = {step.intent for step in heard.steps}
    if intents & LETS_GO:
        old: list[Parsed] = []
    else:
        old = [each for each in kept if _waits_on(each, intents, at)]
    fresh = [{**each, SINCE: at} for each in heard.kept]
    return [each for each in (*old, *fresh) if not (is_member and intent_of(each) == BIND)]


def _waits_on(wish: Parsed, intents: AbstractSet[str], at: int) -> bool:
    """Whether a wish of an earlier message waits still. A thing chosen beside another (2和3都要) waits for the end of
    the other's form, however that is spoken of."""
    age = at - int(wish.get(SINCE) or at)
    if wish.get(BESIDE) or any(str(each.get("value")).startswith(f"{LINE}:") for each in entities_of(wish)):
        return age <= LASTS_BESIDE
    return age <= LASTS and intent_of(wish) not in intents
