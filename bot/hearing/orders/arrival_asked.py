"""When something that is not bought yet would be there: "is xmas doable if I order today", 圣诞前能到吗, "and when
would it arrive" right after a reward was told of. It is a question of the road to the place that was named, and of no
parcel."""

import re

from actions.kit.asked import sent_abroad
from actions.kit.words import arithmetic, lexicon, places
from bot.hearing.message import agreed
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Focus, Parsed
from crm_store.text import normalise

PRODUCT, ARRIVAL = "ask_product", "arrival"
OWN = frozenset({"order", "parcel"})
NUMBERS = frozenset({"order_number", "parcel_number"})
GOODS = frozenset({"reward", "product", "listed", "bill", sent_abroad.FOCUS})
"""What stands in the focus after something that is not bought was told of."""
NOT_OF_THE_ROAD = ("points_word", "points_cleared", "can_be_used")
"""Beside these a day is one on which something ends."""
SHORT = 16
"""A clause of so many signs names a day by which, and nothing else."""
_NOT_THAT = re.compile(r"不是|不系|唔系|唔是|没说|没问|\bnot\b|\bforget\b")


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a question; None where none is asked, amid a form, beside a question of yes or no, or where
    one's own parcel is meant."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    told = [(text, parsed) for text, parsed in _clauses(said) if not _denies_a_parcel(text)]
    if not told or any(_of_ones_own(text, parsed) for text, parsed in told):
        return None
    asked = next((each for each in told if _asks(*each, said, context.focus)), None)
    if asked is None:
        return None
    text, parsed = asked
    others = [each for _, other in told if other is not parsed for each in entities_of(other)]
    names = [each for each in others if each.get("entity") in ("reward", "time")]
    about = {**parsed, "text": text, "entities": [*entities_of(parsed), *names]}
    sums = [(each, other) for each, other in told if arithmetic.read(each) is not None and each != text]
    before = [Step(text=each, heard=with_intent(other, PRODUCT) | {"text": each}) for each, other in sums]
    return Heard.of(*before[:1], Step(text=text, heard=with_intent(about, PRODUCT, {CHOICE: ARRIVAL})))


def _clauses(said: Said) -> list[tuple[str, Parsed]]:
    """The clauses; a short message as a whole, its day by the words it is about."""
    return [(clause.text, parsed) for clause, parsed in said.clauses] or [(said.text, said.whole)]


def _asks(text: str, parsed: Parsed, said: Said, focus: Focus) -> bool:
    """Whether a clause asks by which day something would be there, or when at all."""
    to_place = places.place(said.text) is not None or sent_abroad.FOCUS in focus
    named = any(each.get("entity") == "reward" for each in entities_of(said.whole))
    reward = named or "reward" in focus
    if _by_day(text, parsed):
        return named or ((to_place or reward) and not _spoken_last(OWN, focus))
    if not lexicon.mentions("when_arrives", text):
        return False
    return (reward and _spoken_last({"reward"}, focus)) or (to_place and _spoken_last(GOODS, focus))


def _by_day(text: str, parsed: Parsed) -> bool:
    """Whether a clause names a day, and that something be there by then: "doable by xmas", "before 25 dec?"."""
    days = [each.get("value") for each in entities_of(parsed) if each.get("entity") == "time"]
    named = any(isinstance(day, dict) and day.get("grain") == "day" for day in days)
    if not named and not lexicon.mentions("festival", text):
        return False
    if any(lexicon.mentions(group, text) for group in NOT_OF_THE_ROAD) or lexicon.heard("act", text):
        return False
    is_all = len(normalise(text).replace(" ", "")) <= SHORT and lexicon.mentions("by_then", text)
    return lexicon.mentions("arrives", text) or is_all


def _of_ones_own(text: str, parsed: Parsed) -> bool:
    numbered = any(each.get("entity") in NUMBERS for each in entities_of(parsed))
    own = lexicon.mentions("own_thing", text) and lexicon.mentions("parcel_word", text)
    return numbered or own or lexicon.mentions("already_ordered", text) or lexicon.mentions("waits_long", text)


def _denies_a_parcel(text: str) -> bool:
    """ "Not that old parcel": what is denied is not meant."""
    return _NOT_THAT.search(normalise(text)) is not None and lexicon.mentions("parcel_word", text)


def _spoken_last(kinds: frozenset[str] | set[str], focus: Focus) -> bool:
    """Whether nothing of another kind was told of since one of these was."""
    at: dict[str, int] = focus.get("at") or {}
    last = max((place for kind, place in at.items() if kind in GOODS | OWN), default=0)
    return any(kind in focus and at.get(kind, 0) >= last for kind in kinds)
