"""Several wishes in one message: its clauses, which of them ask for different things, and their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit import slot_text
from actions.kit.words import lexicon
from actions.kit.words.beside import CONNECTOR
from bot.hearing.message import denial
from bot.hearing.steps import confidence_of, entities_of, intent_of, is_wish
from crm_store.conversations import Parsed
from crm_store.text import closed_up, normalise

CLAUSES = 6
"""More clauses than these are a story, which is read as a whole."""
ANNOUNCED, ENDED, PAUSED = 0.45, 0.55, 0.8
"""Confidence of a clause that a connector announces as another wish, of one that a full stop or a question mark sets
apart, and of one that only a comma does."""
ASKED_TWICE = 0.55
"""Confidence of two questions for the shop's rules in one message."""
SURE, GUESSED = 0.85, 0.75
"""Confidence of parts that are wishes of their own beside a whole that sounds like a third and is a mere guess."""
LEAST_CHARACTERS = 2
NAME_CHARACTERS = 5
"""A piece of Chinese text shorter than this, with a connector right after it, names a thing and says nothing of it."""
FAQ = "ask_faq"
OF_A_THING = frozenset({"ask_product", "return_or_refund", "report_fault", "ask_parcel", "ask_order_status"})
"""Intents that two clauses may have about different things."""
THINGS = frozenset({"product", "order_number", "parcel_number"})
NOT_BESIDE = frozenset({"cancel", "help", "out_of_scope"})
"""Beside another wish these are none of their own: "先算了，我就想问…"."""

ORDERS = "ask_order_status"
_COUNTS_ORDERS = re.compile(
    r"第.{1,3}(?:单|次|回|张).{0,6}$"
    r"|\b(?:this|that|it)(?: s| is| was) (?:only |just |already )?(?:my|our) (?:\w+ )?order\b"
)
"""Words that tell how often somebody has ordered, and ask for no order: "this was my second order"."""

_STOP = re.compile(r"(?<!\d)[.](?!\d|(?:com|net|org|edu|cn|tw|hk|co|uk|io|me)\b)|(?<=\d)[.](?=\s|$)|[。！!？?；;…\n]+")
_PAUSE = re.compile(r"[，,、]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_ASKS_OF = re.compile(
    r"(?:(?:and|but|so|ok) )?(?:do|does|did|is|are|was|will|would|can|could|should|may|has|have)(?: [\w']+){1,3}",
    re.IGNORECASE,
)
"""The beginning of a question up to its "also": "does that also stop …" is one wish."""
_HAS_IT_DONE = re.compile(
    r"^(?:请|麻烦|唔该)?(?:帮我|替我|给我|帮|can you |could you |please )?(?:再)?|(?:一下|下|掉|吧|啦|please)$"
)
_MARKS = " ,，、"
_JOINT = re.compile(r"(?<=\S)(?:和|跟|与|與|同埋| and )(?=\S)", re.IGNORECASE)
_ASKS_ON = re.compile(
    r"(?<=\S)(?:, )? and (?=(?:how|what|when|where|which|who|why|can|could|do|does|is|are|will|would|may|should)"
    r"(?: [\w']+){2})",
    re.IGNORECASE,
)
"""An "and" that joins one question to another, also beside what a connector announces."""

_FAMILIES = (
    frozenset({"ask_parcel", "ask_order_status", "chase_promise", "make_complaint", "report_fault"}),
    frozenset(
        {"ask_points_balance", "ask_points_history", "ask_points_expiring", "ask_points_rules", "dispute_points"}
    ),
    frozenset({"return_or_refund", "ask_refund_status", "report_fault", "undo"}),
    frozenset({"ask_tier", "ask_tier_benefits"}),
    frozenset({"ask_product", "ask_recommendation", "ask_promotion"}),
    frozenset({"redeem_points", "ask_rewards", "ask_vouchers"}),
    frozenset({"opt_out", "opt_in"}),
)
"""Intents that often mean the same matter: side by side they are two wishes only where a connector says so."""
_SUBJECTS = (
    (re.compile(r"积分|点数|\bpoints?\b"), {"ask_points_balance", "ask_points_history", "ask_points_expiring"}),
    (re.compile(r"包裹|快递|\b(?:parcel|package)\b"), {"ask_parcel", "ask_order_status"}),
    (re.compile(r"券|\b(?:vouchers?|coupons?)\b"), {"ask_vouchers"}),
    (re.compile(r"退款|退钱|\brefund\b"), {"ask_refund_status"}),
)
"""Words by which a clause names what it asks about, and the intents that ask about it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message. `announced`: a connector stands before it ("另外", "also"); `sentence`: the place of the
    sentence it belongs to, which a full stop, a question mark or a connector ends."""

    text: str
    announced: bool = False
    sentence: int = 0


Heard = tuple[Clause, Parsed]


def clauses(text: str) -> list[Clause]:
    """The clauses of a message that say something; empty for a message of one clause, and for a story."""
    found: list[Clause] = []
    for place, sentence in enumerate(_sentences(text)):
        pieces = [piece for piece in _PAUSE.split(sentence.text) if piece]
        joint = _JOINT if sentence.is_whole else _ASKS_ON
        halves = [half for piece in pieces for half in joint.split(piece)]
        said = [half.strip() for half in halves if _says_something(half)]
        if not said and not found and not sentence.is_whole and normalise(sentence.text):
            # A bare yes before another matter is announced (对 然后…) is said all the same.
            said = [sentence.text.strip(_MARKS)]
        found += [Clause(half, sentence.announced and number == 0, place) for number, half in enumerate(said)]
    return found if 1 < len(found) <= CLAUSES else []


def sentences(text: str) -> list[Clause]:
    """The sentences of a message that hold several clauses, where it has several sentences: "running shoes, wide feet,
    about 400. also …" wishes for shoes by three clauses together."""
    parts = clauses(text)
    if len({part.sentence for part in parts}) < 2:
        return []
    return [
        Clause(sentence.text.strip(_MARKS), sentence.announced, place)
        for place, sentence in enumerate(_sentences(text))
        if sum(part.sentence == place for part in parts) > 1
    ]


def several(whole: Parsed, heard: Sequence[Heard], sentences: Sequence[Heard] = ()) -> list[tuple[str, Parsed]]:
    """The different wishes of a message, each with its words; empty when it holds one.

    What only asks comes first, in the order said; what opens a form or does something comes last.
    """
    found: list[Heard] = []
    for each in _wished(heard, sentences):
        if all(_is_another(each, other) for other in found):
            found.append(each)
    if len(found) < 2:
        return []
    is_plain = any(clause.announced for clause, _ in heard) or len({clause.sentence for clause, _ in found}) > 1
    sounds_otherwise = is_wish(whole) and intent_of(whole) not in {intent_of(parsed) for _, parsed in found}
    if not is_plain and sounds_otherwise and not _surely_apart(whole, found):
        # The parts sound like other things than the whole: then they are parts of one matter.
        return []
    told = [(clause.text, parsed) for clause, parsed in found]
    return sorted(told, key=lambda each: not asks(intent_of(each[1])))


def _surely_apart(whole: Parsed, found: Sequence[Heard]) -> bool:
    """Whether each part is surely heard and of another matter, and the whole is only a guess at both."""
    intents = [intent_of(parsed) for _, parsed in found]
    apart = not any(akin(one, other) for place, one in enumerate(intents) for other in intents[:place])
    return apart and confidence_of(whole) < GUESSED and min(confidence_of(parsed) for _, parsed in found) >= SURE


def _wished(heard: Sequence[Heard], sentences: Sequence[Heard]) -> list[Heard]:
    """What each sentence wishes: all of it together, or else its clauses one by one."""
    places = sorted({clause.sentence for clause, _ in heard})
    found: list[Heard] = []
    for place in places:
        parts = [each for each in heard if each[0].sentence == place]
        together = [each for each in sentences if each[0].sentence == place]
        alone = ENDED if len(places) > 1 else PAUSED
        wished = [each for each in together if is_wish_apart(*each, alone)]
        least = alone if len(parts) == 1 else PAUSED
        found += wished or [part for part in parts if is_wish_apart(*part, least)]
    return found


def is_wish_apart(clause: Clause, parsed: Parsed, least: float) -> bool:
    """Whether a clause asks for something of the shop's by itself, and does not only say of what stands beside it."""
    if clause.announced:
        least = ANNOUNCED
    elif intent_of(parsed) == FAQ and slot_text.is_question(clause.text):
        least = min(least, ASKED_TWICE)
    is_bare = not clause.announced and _is_a_bare_verb(clause.text, intent_of(parsed))
    if is_bare or denial.denies_cancelling(clause.text, intent_of(parsed)):
        return False
    if intent_of(parsed) == ORDERS and _COUNTS_ORDERS.search(normalise(clause.text)):
        return False
    return intent_of(parsed) not in NOT_BESIDE and is_wish(parsed, least)


def _is_a_bare_verb(text: str, intent: str) -> bool:
    """Whether a clause has what stands beside it done, and names nothing: 我生日登记错了 帮我改."""
    if intent not in lexicon.values(denial.VERB):
        return False
    act = _HAS_IT_DONE.sub("", closed_up(lexicon.without("courtesy", text)))
    names_nothing = len(act) == 1 or act.endswith((" it", " that"))
    return names_nothing and act in map(normalise, lexicon.words(denial.VERB, intent))


def _is_another(one: Heard, other: Heard) -> bool:
    """Whether a clause wishes something else than an earlier one."""
    (clause, parsed), (before, earlier) = one, other
    intent, least = intent_of(parsed), min(confidence_of(parsed), confidence_of(earlier))
    both_ask = slot_text.is_question(clause.text) and slot_text.is_question(before.text)
    if intent == intent_of(earlier):
        if intent == FAQ:
            return both_ask and least >= ASKED_TWICE
        apart = clause.announced or clause.sentence != before.sentence
        return apart and intent in OF_A_THING and not _things(parsed) <= _things(earlier)
    if not akin(intent, intent_of(earlier)) or clause.announced:
        return True
    return both_ask and asks(intent) and asks(intent_of(earlier)) and least >= PAUSED


def _things(parsed: Parsed) -> set[str]:
    """The goods and numbers that are named."""
    return {str(each.get("value")) for each in entities_of(parsed) if each.get("entity") in THINGS}


def asks(intent: str) -> bool:
    """Whether the intent only asks: nothing is opened or done."""
    return intent.startswith("ask_") and intent not in {"ask_invoice"}


def names_subject(text: str, parsed: Parsed) -> bool:
    """Whether a clause that may ask for something of ours names what it asks about, so that it stands by itself."""
    words = next((words for words, intents in _SUBJECTS if intent_of(parsed) in intents), None)
    return words is not None and is_wish(parsed, ANNOUNCED) and words.search(normalise(text)) is not None


def akin(one: str, other: str) -> bool:
    return any(one in family and other in family for family in _FAMILIES)


def same_road(one: str, other: str) -> bool:
    """Whether both are about what was ordered and its way to the customer, which one answer tells."""
    return {one, other} <= _FAMILIES[0]


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    announced: bool
    is_whole: bool
    """No connector parts it from a neighbour."""


def _sentences(text: str) -> list[_Sentence]:
    found: list[_Sentence] = []
    for part in _STOP.split(text):
        pieces = _pieces(part)
        for number, piece in enumerate(pieces):
            if piece.strip():
                announced = number > 0 or bool(CONNECTOR.match(part.lstrip()))
                found.append(_Sentence(piece, announced, len(pieces) == 1))
    return found


def _pieces(part: str) -> list[str]:
    """What connectors part. A thing that is only named before one ("风扇另外登记维修") belongs to what follows, and so
    does the beginning of a question ("does that also stop …")."""
    found: list[str] = []
    joint, ended = "", 0
    for connector in (*CONNECTOR.finditer(part), None):
        piece = part[ended : connector.start() if connector else len(part)]
        before = found[-1] if found else ""
        if _only_names(before):
            found[-1] += piece
        elif _ASKS_OF.fullmatch(before.strip()):
            found[-1] += joint + piece
        else:
            found.append(piece)
        if connector is not None:
            joint, ended = connector.group(), connector.end()
    return found


def _only_names(text: str) -> bool:
    """Whether a piece before a connector is so short that it can only name a thing."""
    is_short = not text.isascii() and len(normalise(text).replace(" ", "")) < NAME_CHARACTERS
    return bool(text.strip()) and text == text.rstrip(_MARKS) and is_short


def _says_something(text: str) -> bool:
    left = lexicon.without("courtesy", normalise(text)).replace(" ", "")
    return len(left) >= LEAST_CHARACTERS
