"""One answer to one subject, in however many clauses it is asked: how many points there are and when they expire; a
wish for goods with clauses that only say who and what they are for (her feet are wide, for walks, 预算五百)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked.rewards_asked import WITH_BALANCE
from actions.kit.words import consent, lexicon, plainly
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said
from bot.hearing.message.wishes import FAQ, Clause
from bot.hearing.steps import FALLBACK, Heard, Step, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Parsed
from crm_store.text import closed_up

BALANCE, EXPIRING = "ask_points_balance", "ask_points_expiring"
RECOMMEND, PRODUCT = "ask_recommendation", "ask_product"
OF_A_WISH = frozenset({RECOMMEND, PRODUCT, FAQ, FALLBACK, "inform", "vent", "out_of_scope", "give_praise"})
"""What a clause that only describes a wish for goods may be taken for."""
_NO_USE = re.compile(
    r"(?:就|便)(?:没|沒|冇|无|無)(?:什么|什麼|啥)?(?:必要|意思|意义|用)|(?:就|便)(?:不用|不必|唔使)(?:再)?(?:换|退|改|等|修)了"
    r"|\b(?:no (?:point|use|sense) (?:in )?\w+ing|not worth \w+ing|(?:wouldn t|won t) bother)\b"
)
"""That an act would be of no use then: 没必要换了, "no point in swapping"."""
_OF_A_BODY = ("wide_feet",)
"""Of plainly.yml: what is a question of a rule when it is asked, and a purpose when it is only told beside a wish."""
_OTHER_MATTERS = ("fault", "points_word", "redemption", "goods_shipping")
"""A clause with words of these says more than what the goods are for."""


def once(said: Said, heard: Heard) -> Heard:
    """The steps of a message without those whose subject another one answers as a whole."""
    steps = _wish_with_its_purpose(said, _points_together(said, _without_conditions(heard.steps)))
    return heard if steps == heard.steps else replace(heard, steps=Heard.of(*steps).steps)


def _without_conditions(steps: Sequence[Step]) -> list[Step]:
    """The steps without a clause that only says on what an answer to the others decides: 等太久就没必要换了."""
    told = [step for step in steps if not _only_decides(step)]
    return told or list(steps)


def _only_decides(step: Step) -> bool:
    is_clause = step.payload is None and len(consent.clauses(step.text)) == 1
    asks = slot_text.is_question(step.text) or consent.asks_back(step.text)
    return is_clause and not asks and _NO_USE.search(closed_up(step.text)) is not None


def _points_together(said: Said, steps: Sequence[Step]) -> list[Step]:
    """How many points and when they expire, told by the one that tells both."""
    balance = [step for step in steps if _asks_plainly(step, BALANCE)]
    expiring = next((step for step in steps if _asks_plainly(step, EXPIRING)), None)
    told = [Step(clause.text, parsed) for clause, parsed in said.clauses if confidence_of(parsed) >= SURE_OF_ANOTHER]
    if not balance and not any(_asks_plainly(each, BALANCE) for each in told):
        return list(steps)
    if expiring is None or expiring.heard is None:
        return list(steps)
    both = replace(expiring, heard=with_intent(expiring.heard, EXPIRING, {CHOICE: WITH_BALANCE}))
    first = min(steps.index(step) for step in (*balance, expiring))
    others = [step for step in steps if step not in (*balance, expiring)]
    return [*others[:first], both, *others[first:]]


def _asks_plainly(step: Step, intent: str) -> bool:
    """Whether a step asks for the figure alone, and neither what it is worth nor something of an order."""
    entities = {str(each.get("entity")) for each in entities_of(step.heard or {})}
    says_more = any(
        lexicon.mentions(group, step.text) for group in ("points_question", "order_pointing", "come_back_points")
    )
    return step.intent == intent and not entities & {CHOICE, "order_number"} and (intent == EXPIRING or not says_more)


def _wish_with_its_purpose(said: Said, steps: Sequence[Step]) -> list[Step]:
    """The wish for goods with the clauses that describe it, which are no steps of their own."""
    wish = next((step for step in steps if step.intent in (RECOMMEND, PRODUCT) and step.payload is None), None)
    if wish is None or wish.heard is None:
        return list(steps)
    described = [clause.text for clause, parsed in said.clauses if _describes(clause, parsed, said.text)]
    idle = [step for step in steps if step is not wish and step.payload is None and step.text in described]
    others = [step for step in steps if step not in idle]
    outside = [text for text in described if not any(text in step.text for step in others)]
    if wish.intent == PRODUCT or not outside:
        return others
    text = _in_order(said, [wish.text, *outside])
    whole: Parsed = {**wish.heard, "text": text}
    return [replace(step, text=text, heard=whole) if step is wish else step for step in others]


def _in_order(said: Said, texts: Sequence[str]) -> str:
    return ", ".join(sorted(texts, key=said.text.find))


def _describes(clause: Clause, parsed: Parsed, text: str) -> bool:
    """Whether a clause only says who or what a wished thing is for: it asks nothing, and wishes nothing by itself."""
    asks = slot_text.is_question(clause.text) or consent.asks_back(clause.text) or _is_marked(clause.text, text)
    names = any(each.get("entity") in ("product", "order_number", "parcel_number") for each in entities_of(parsed))
    intent = intent_of(parsed)
    is_sure = intent in (RECOMMEND, PRODUCT, FAQ) and confidence_of(parsed) >= SURE_OF_ANOTHER
    if asks or names or clause.announced or is_sure or intent not in OF_A_WISH:
        return False
    says_more = any(lexicon.mentions(group, clause.text) for group in _OTHER_MATTERS)
    buys = any(plainly.is_kind(kind, clause.text) for kind in ("wish_to_buy", "how_to_order"))
    return not says_more and not buys and plainly.heard_as(clause.text) in (None, *_OF_A_BODY)


def _is_marked(clause: str, text: str) -> bool:
    behind = text[text.find(clause) + len(clause) :].lstrip()
    return behind[:1] in ("?", "？")
