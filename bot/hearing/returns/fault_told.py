"""A fault of a thing, or the wish to have it mended, in the customer's own words, where something else was heard.

"那台加湿器在帮我家地板洗澡" names no fault that a classifier knows, but tells of one: of a thing somebody has, as
something that has happened. Whether goods could leak, asked before buying, is a question about goods and stays one.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from actions.kit import slot_text
from actions.kit.words import alternatives, lexicon
from bot.hearing.message import agreed
from bot.hearing.message.said import Said
from bot.hearing.message.wishes import Clause
from bot.hearing.steps import FALLBACK, NO_WISH, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Focus, Parsed
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

REPORT_FAULT, RETURN, REFUND_STATUS = "report_fault", "return_or_refund", "ask_refund_status"
MAY_BE_A_FAULT = NO_WISH - {"affirm", "deny", "thank", "hesitate"} | {
    "ask_product", "ask_recommendation", "ask_parcel", "ask_order_status", "ask_faq", "ask_rewards",
}  # fmt: skip
"""What a fault told in own words is taken for, however surely."""
MAY_BE_A_REPAIR = MAY_BE_A_FAULT | {
    "affirm", "make_complaint", "ask_refund_status", "change_order", "undo", "cancel", "deny_act", "request_callback",
    "cancel_order",
}  # fmt: skip
IRONY = NO_WISH | {"chase_promise", "give_praise", "give_suggestion", "dispute_points", "bot_challenge"}
"""What irony about a fault is taken for, on a guess."""
UNSURE = 0.75
REPAIR = "repair_wish"
LATELY = 3
"""Messages without a subject of their own that may have come between."""
_ASKS_RULE = ("how_long", "who_pays", "price_question", "warranty_term")
"""Groups of the lexicon beside which a repair is asked about and not wished."""
_BOUGHT = re.compile(r"[买订]|\b(?:bought|ordered|arrived)\b")
_NEW_ONE = re.compile(
    r"换(?:[一1]?(?:个|件|台|只|双|条|把|口))?(?:(?:同款|全新|一模一样|一样|新)的?)+|换货"
    r"|\b(?:swap|exchange|replace|change)\b.{0,24}\b(?:new|same|identical) (?:one|model|pan|pair|item)\b"
)
"""Another piece of what somebody has, which no points buy: 换一个同款新的, 要换货."""
OF_REWARDS = frozenset({"ask_rewards", "redeem_points"})
SURE = 0.6
"""Confidence from which a clause tells of a purchase, so that an exchange beside it is one of goods."""
_STATUS = re.compile(
    r"修(?:得|到)(?:怎|哪|几|边)|修好(?:了)?(?:没|吗|么|未)|(?:维修|送修|报修).{0,4}(?:进度|进展|到哪|哪一步|怎么样了)"
    r"|\b(?:is|has) (?:my|the|it)\b.{0,24}\b(?:repaired|fixed|mended)(?: yet)?$|\brepair (?:status|progress)\b"
    r"|\b(?:how is|hows|how s|where is|where s) (?:my|the) repair\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message with what its words tell of a thing. A form of the customer's own hears them itself."""
    offered = agreed.is_offer(context.expects)
    if context.expects.form is not None and not offered:
        return said
    if _swaps_for_new(said.text, said.whole, context.focus):
        # What its parts sound like is points once more.
        return replace(said, whole=_exchange(said.whole), clauses=[], sentences=[])
    clauses = [
        (clause, _meant(clause.text, _named(clause.text, heard), context.focus, offered=offered))
        for clause, heard in said.clauses
    ]
    swapped = False
    if _happened_so(said.text, clauses):
        swapped = any(_swaps_what_is_wrong(clause.text, heard) for clause, heard in clauses)
        clauses = [
            (clause, _exchange(heard) if _swaps_what_is_wrong(clause.text, heard) else heard)
            for clause, heard in clauses
        ]
    whole = _by_what_is_told(_meant(said.text, said.whole, context.focus, offered=offered), clauses)
    sentences = [
        (sentence, _meant(sentence.text, heard, context.focus, offered=offered)) for sentence, heard in said.sentences
    ]
    if swapped and intent_of(whole) in OF_REWARDS and confidence_of(whole) < UNSURE:
        whole = _exchange(whole)
    if intent_of(whole) == REPORT_FAULT:
        # "Lol great lamp you sell": praise beside a fault is none.
        clauses, sentences = _without_praise(clauses), _without_praise(sentences)
    return replace(said, whole=whole, clauses=clauses, sentences=sentences)


def _happened_so(text: str, clauses: Sequence[tuple[Clause, Parsed]]) -> bool:
    """Whether a message of several clauses tells what is wrong with a purchase."""
    heard_so = any(intent_of(heard) in (REPORT_FAULT, RETURN) and is_wish(heard, SURE) for _, heard in clauses)
    return heard_so or any(_happened(clause.text) for clause, _ in clauses)


def _exchange(heard: Parsed) -> Parsed:
    """An exchange of what was bought, though a reward is called so as well."""
    named = [{**each, "entity": "product"} if each.get("entity") == "reward" else each for each in entities_of(heard)]
    return with_intent({**heard, "entities": named}, RETURN)


def _without_praise(parts: Sequence[tuple[Clause, Parsed]]) -> list[tuple[Clause, Parsed]]:
    return [
        (part, with_intent(heard, "inform") if intent_of(heard) in ("give_praise", "thank") else heard)
        for part, heard in parts
    ]


def _by_what_is_told(whole: Parsed, clauses: Sequence[tuple[Clause, Parsed]]) -> Parsed:
    """A whole that is a mere guess at talk or a promise, where a clause surely tells what is wrong with a thing that is
    named: irony (护眼？护了个寂寞) hides it."""
    told = any(intent_of(heard) == REPORT_FAULT and is_wish(heard, SURE) for _, heard in clauses)
    names = any(each.get("entity") in ("product", "order_number") for each in entities_of(whole))
    is_guess = intent_of(whole) in IRONY and confidence_of(whole) < SURE
    asks = any(slot_text.is_question(clause.text) and is_wish(heard, SURE) for clause, heard in clauses)
    return with_intent(whole, REPORT_FAULT) if told and names and is_guess and not asks else whole


def _named(text: str, heard: Parsed) -> Parsed:
    is_name = intent_of(heard) == REPORT_FAULT and _names_only(text, heard)
    return with_intent(heard, "inform", confidence=confidence_of(heard)) if is_name else heard


def _names_only(text: str, heard: Parsed) -> bool:
    """Whether words are nothing but the name of a thing, which the classifier alone takes for a fault: 瑜伽垫."""
    named = sum(
        int(each.get("end") or 0) - int(each.get("start") or 0)
        for each in entities_of(heard)
        if each.get("entity") == "product"
    )
    return named > 0 and named >= len(text.strip())


def _swaps_what_is_wrong(text: str, heard: Parsed) -> bool:
    """Whether a clause asks about an exchange, and of no points, beside one that tells what is wrong with a purchase:
    买来才发现不合用，还能换吗."""
    of_points = lexicon.mentions("points_word", text) or any(
        each.get("entity") == "reward" and not _may_be_had(str(each.get("value") or "")) for each in entities_of(heard)
    )
    return intent_of(heard) in OF_REWARDS | {FALLBACK} and lexicon.mentions("exchange", text) and not of_points


def _may_be_had(reward: str) -> bool:
    """Whether a reward is a thing that is sold as well; a voucher is none."""
    return re.search(r"券|\bvoucher\b|\bcoupon\b", normalise(reward)) is None


def _swaps_what_was_told(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether an exchange that was taken for one of points is of a thing that the words name and that was spoken of as
    bought: 换台灯 after the lamp was told to flicker."""
    names = any(each.get("entity") == "product" for each in entities_of(heard))
    spoken_of = bool(focus.get("order") or focus.get("faults")) and int(focus.get("age") or 0) <= LATELY
    return names and spoken_of and confidence_of(heard) < UNSURE and _swaps_what_is_wrong(text, heard)


def _swaps_for_new(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether a new one is wished of the purchase that was spoken of, where the words were taken for points: 换一个同款
    新的给我, 谁说积分了，锅坏了要换货."""
    if intent_of(heard) not in OF_REWARDS | {"dispute_points"} or _NEW_ONE.search(_flat(text)) is None:
        return False
    of_points = lexicon.mentions("points_word", text) and not _happened(text)
    return not of_points and bool(focus.get("order") or focus.get("faults")) and int(focus.get("age") or 0) <= LATELY


def _meant(text: str, heard: Parsed, focus: Focus, *, offered: bool) -> Parsed:
    if _swaps_what_was_told(text, heard, focus):
        return with_intent(heard, RETURN)
    if asks_how_far_a_repair_is(text):
        return with_intent(heard, REFUND_STATUS)
    if wishes_repair(text, heard, focus) or (offered and _wishes_of_another(text, heard)):
        return with_intent(heard, RETURN)
    may_be = intent_of(heard) != "redeem_points" and _may_be(heard, MAY_BE_A_FAULT)
    if not offered and may_be and tells_fault(text, heard, focus):
        return with_intent(heard, REPORT_FAULT)
    return heard


def tells_fault(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether one part of a text says that something has happened to a thing that somebody has."""
    parts = [part for part in re.split(r"[，,。;；!！?？\n~～…]+", text) if part.strip()]
    told = [part for part in parts if _happened(part)]
    return bool(told) and _is_had(text, told, heard, focus)


def _happened(part: str) -> bool:
    flat = _flat(part)
    if any(pattern.search(flat) for pattern in _patterns()["only_asked"]):
        return False
    found = [match for pattern in _patterns()["fault"] for match in pattern.finditer(flat)]
    return any(
        not any(denied.search(flat[: match.start()].rstrip()) for denied in _patterns()["denied"]) for match in found
    )


def _is_had(text: str, told: Sequence[str], heard: Parsed, focus: Focus) -> bool:
    """Whether the thing is one that somebody has: named with words of having, a part of one, or the one spoken of."""
    has = any(pattern.search(_flat(text)) for pattern in _patterns()["had"])
    names = any(each.get("entity") in ("product", "order_number") for each in entities_of(heard))
    bare = lexicon.without("no_kind_sign", text)
    names = names or lexicon.mentions("part_of_goods", text) or lexicon.mentions("kind_sign", bare)
    spoken_of = bool(focus.get("order") or focus.get("product")) and int(focus.get("age") or 0) <= LATELY
    bought = has and _BOUGHT.search(_flat(text)) is not None
    says = any(not slot_text.is_question(part) for part in told)
    return (names and (has or says)) or bought or spoken_of


def wishes_repair(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether a thing is to be mended: 修吧, "I'd like it repaired". A rule that is asked about is no wish, unless the
    thing was spoken of."""
    if alternatives.way_wished(text) != REPAIR or not _may_be(heard, MAY_BE_A_REPAIR):
        return False
    if any(lexicon.mentions(group, text) for group in _ASKS_RULE):
        return False
    spoken_of = bool(focus.get("order") or focus.get("product"))
    if alternatives.weighs(text) or slot_text.is_question(text):
        return spoken_of
    plain = lexicon.mentions("repair_act", text)
    return plain or spoken_of or any(each.get("entity") == "product" for each in entities_of(heard))


def asks_how_far_a_repair_is(text: str) -> bool:
    """Whether somebody asks for a repair that is under way: 修好了没, "is my lamp repaired yet"."""
    return _STATUS.search(_flat(text)) is not None


def _wishes_of_another(text: str, heard: Parsed) -> bool:
    """Whether words to something we only offered wish money or a new one of a thing that they name."""
    names = any(each.get("entity") == "product" for each in entities_of(heard))
    return names and alternatives.way_wished(text) is not None and not slot_text.is_question(text)


def _may_be(heard: Parsed, intents: frozenset[str]) -> bool:
    return intent_of(heard) in intents or confidence_of(heard) < UNSURE


def _flat(text: str) -> str:
    flat = normalise(text)
    return flat if flat.isascii() else re.sub(r"(?<=[^a-z0-9]) | (?=[^a-z0-9])", "", flat)


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    content = read_yaml(files("bot.hearing.returns").joinpath("fault_told.yml"))
    return {name: [re.compile(each) for each in patterns] for name, patterns in content.items()}
