"""What is asked of an act that was just done: when, what it costs, who, what now. A question is read by its words, and
only where nothing is left beside them that names another thing."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from actions.kit import slot_text
from actions.kit.words import lexicon
from crm_store.text import closed_up, normalise
from crm_store.yaml_files import read_yaml

CHOICE = "asked_of_act:"
"""What the `choice` of such a message begins with; the kinds that are asked follow: asked_of_act:when,cost."""
GIVEN_BACK = "undo_redemption"


class Asked(StrEnum):
    """The kinds of questions, in the order in which they are looked for."""

    PHOTO = "photo"
    """Whether a picture can be added."""
    INSTEAD = "instead"
    """A message in place of a call."""
    MISSED = "missed"
    """What happens when a call is not answered."""
    VALID = "valid"
    """From when on, and until when, a code counts."""
    WRONG = "wrong"
    """It was done to the wrong thing, and the right one is not named."""
    NUMBER = "number"
    REACH = "reach"
    """How the shop is reached about it."""
    OTHERS = "others"
    """The other things of the same order."""
    WORTH = "worth"
    """What becomes of points, vouchers and money."""
    WHEN = "when"
    COST = "cost"
    TODO = "todo"
    """What the customer has to do now."""
    TOLD = "told"
    """How the customer hears of it."""
    DONE = "done"
    """Whether it was done, and only once."""
    WHO = "who"
    UNDO = "undo"
    REFUND = "refund"
    """Whether a complaint may end with money back."""
    MORE = "more"
    """How something is added to it."""


_CLAUSES = re.compile(r"[，,、。.;；!！?？~～\n]+")
_ASK_BY_THEMSELVES = frozenset(
    {Asked.WHEN, Asked.WHO, Asked.NUMBER, Asked.REACH, Asked.WRONG, Asked.MORE, Asked.INSTEAD}
)
_COVERED = {
    Asked.WORTH: {Asked.OTHERS},
    Asked.TODO: frozenset(Asked) - {Asked.TODO},
    Asked.DONE: {Asked.NUMBER},
    Asked.UNDO: {Asked.WHEN, Asked.COST},
    Asked.MORE: {Asked.PHOTO},
    Asked.TOLD: {Asked.INSTEAD},
}
"""Kinds that are only part of another one of the same clause: "do I have to pay" asks what it costs."""
_TAG = re.compile(
    r"(?:吧|对吧|是吧|呢|哈)$|还是|怎么|怎样|如何|点样|\b(?:or|how|what|which)\b|\b(?:right|correct|yeah|yes)$"
)
_ASKS_TO_DO = re.compile(
    r"帮|请你|麻烦|[给畀还]我|^(?:please|pls|just)\b|\b(?:please|pls|for me)\b|^(?:can|could|will|would) (?:you|u)\b"
)
"""Words that have it undone; those that ask whether it could be are none."""
_WHETHER = re.compile(r"[能可]|来得及|有得|\b(?:can|could|may|possible|late)\b")
"""Who only regrets an act takes it back; who asks whether that goes is told."""
_SUPPOSED = re.compile(
    r"^(?:如果|要是|假如|假设|万一|倘若)|的话|^(?:and |but )?(?:if|suppose|say)\b|\bif i (?:had|were|did)\b"
)
_OWN_POINTS = re.compile(
    r"(?:有|剩)(?:多少|几多)(?:个)?(?:积分|点数|点|分)|(?:积分|点数)(?:还|仲)?(?:有|剩)?(?:下)?(?:多少|几多)"
    r"|(?:积分|点数)[^，。]{0,4}(?:过期|到期)"
)
"""How many points somebody has and how long is asked of the account, and of the act only where that spent some."""
BREATH = 1
"""So many Chinese characters that no list holds may stand beside a question: a mere particle."""


def asked(text: str, act: str) -> list[Asked]:
    """What the words ask of the act, in the order said; empty where they ask nothing of it, or of something else as
    well. `act`: the intent that began it, as `done` in the focus names it."""
    if (
        act not in _words()["acts"]
        or lexicon.mentions("in_general", text)
        or (act != "redeem_points" and _OWN_POINTS.search(_flat(text)))
        or (_SUPPOSED.search(normalise(text)) and not _is_missed(text, act))
    ):
        return []
    found: list[Asked] = []
    for clause in (piece for piece in _CLAUSES.split(text) if piece.strip()):
        kinds = _of_clause(clause, act)
        if kinds is None:
            return []
        found += [kind for kind in kinds if kind not in found and not (kind is Asked.WORTH and Asked.OTHERS in found)]
    if found == [Asked.UNDO] and not _WHETHER.search(_flat(text)):
        return []
    return found if _ASK_BY_THEMSELVES & set(found) or _is_asked(text) else []


def names(text: str, act: str) -> bool:
    """Whether the words call the act by its own name."""
    return any_of(_words()["acts"][act]).search(_flat(text)) is not None


def read(choice: object) -> list[Asked]:
    """What a `choice` says to be asked."""
    kinds = str(choice or "")
    return [Asked(kind) for kind in kinds.removeprefix(CHOICE).split(",")] if kinds.startswith(CHOICE) else []


def written(kinds: Sequence[Asked]) -> str:
    return CHOICE + ",".join(kinds)


def _is_missed(text: str, act: str) -> bool:
    return act == "request_callback" and _pattern(Asked.MISSED).search(_flat(text)) is not None


def _is_asked(text: str) -> bool:
    return slot_text.is_question(text) or _TAG.search(_flat(text).rstrip()) is not None


def _of_clause(clause: str, act: str) -> list[Asked] | None:
    """What a clause asks; None where more stands in it than the question, the act and mere form."""
    flat = _flat(clause)
    if act in _words()["act_first"]:
        flat = any_of(_words()["acts"][act]).sub(" ", flat)
    kinds: list[Asked] = []
    for kind in Asked:
        if act not in _words()["only"].get(kind.value, [act]):
            continue
        if kind in (Asked.UNDO, Asked.WORTH) and _ASKS_TO_DO.search(normalise(clause)):
            continue
        bare = _pattern(kind).sub(" ", flat)
        if bare != flat:
            kinds.append(kind)
            flat = bare
    left = _of_act(act).sub(" ", flat)
    if says_more(_form().sub(" ", left)):
        return None
    return [kind for kind in kinds if not _COVERED.get(kind, frozenset()) & set(kinds)]


def without_form(flat: str) -> str:
    """A closed-up text without the words of whatever act and mere form."""
    return _form().sub(" ", any_of(_words()["every_act"]).sub(" ", flat))


def says_more(left: str) -> bool:
    """Whether what is left of a clause says anything: more than a mere particle."""
    if not left.strip():
        return False
    return any(sign.isascii() for sign in left if not sign.isspace()) or len(left.replace(" ", "")) > BREATH


def _flat(text: str) -> str:
    return closed_up(text)


@cache
def _pattern(kind: Asked) -> re.Pattern[str]:
    return any_of(_words()["asked"][kind.value])


@cache
def _of_act(act: str) -> re.Pattern[str]:
    return any_of([*_words()["acts"][act], *_words()["every_act"]])


@cache
def _form() -> re.Pattern[str]:
    return any_of(_words()["form"])


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """Any of these, the longest first; those of Latin letters as whole words."""
    longest_first = sorted(map(str, patterns), key=len, reverse=True)
    return re.compile("|".join(rf"\b(?:{each})\b" if each.isascii() else each for each in longest_first))


@cache
def _words() -> dict[str, Any]:
    return dict(read_yaml(files("actions.kit.asked").joinpath("act_asked.yml")))
