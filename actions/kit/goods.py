"""What goods a customer's words name, and whether a thing that was bought, or is sold, is called so.

One character or one word in common is no name: 手表 is no 手冲咖啡套装, a phone case no cabin case. Such a thing is not
found rather than found wrongly; what comes near is offered.
"""

import re
from collections.abc import Sequence
from enum import IntEnum

from actions.kit.base import Turn
from actions.kit.words import lexicon
from crm_store.text import normalise, terms

SHOWN_CHARACTERS = 20

_MEASURES = "个件双条张台把只盒套包瓶本顶款块支部罐箱对"
_POINTING = re.compile(rf"^(?:(?:那|这|哪|我|一|两|几)[{_MEASURES}]|那|这|我|的)+(?=.)")
_PARTICLES = re.compile(r"(?<=.)(?:的|呢|吗|啊|吧|呀|了|么|子|儿)+$")


class Fit(IntEnum):
    """How well a name answers to what was said."""

    NONE = 0
    NEAR = 1
    """Something is in common, but another thing may well be meant."""
    CALLED = 2


def things_said(turn: Turn) -> list[str]:
    """The goods that the message names, as the customer wrote them; empty when it names none, or is a button."""
    if turn.pressed:
        return []
    return [said for value in turn.entities("product") if bare(said := str(value))]


def fit(said: str, called: Sequence[str]) -> Fit:
    """Whether a thing that is `called` so is what was `said`."""
    wanted = bare(said)
    if not wanted:
        return Fit.NONE
    names = [canonical(name) for name in called if name]
    if any(_is_called(wanted, name) for name in names) or _words_hold(wanted, names):
        return Fit.CALLED
    return Fit.NEAR if any(_shares(wanted, name) for name in names) else Fit.NONE


def bare(said: str) -> str:
    """A name in its one form, without what only points at it: 那双鞋子 is 鞋; empty when it names nothing."""
    flat = _without_colour(canonical(lexicon.without("no_goods", said)))
    if flat.isascii():
        words = " ".join(word for word in flat.split() if len(word) > 1 or word.isdigit())
        return "" if words in _alone() else words
    flat = flat.replace(" ", "")
    shorter = _PARTICLES.sub("", _POINTING.sub("", flat))
    if shorter in _alone() or not shorter:
        return ""
    return shorter[:1] if len(shorter) == 2 and shorter[0] == shorter[1] else shorter


def _without_colour(flat: str) -> str:
    """Colours tell pieces of one product apart, not products: 黑色双肩包. A colour alone stays."""
    colours = [word for value in lexicon.values("colour") for word in lexicon.words("colour", value)]
    for colour in colours:
        if colour.endswith("色"):
            flat = flat.replace(colour, "") or flat
        elif colour.isascii() and f" {flat} " != f" {colour} ":
            flat = f" {flat} ".replace(f" {colour} ", " ").strip()
    return flat


def core(text: str) -> str:
    """What a text says beside the talk around the name of a reward: 包 of 换那个包."""
    left = text
    for group in ("courtesy", "choosing", "pointing", "redeem_talk"):
        left = lexicon.without(group, left)
    return left


def canonical(text: str) -> str:
    """Normalised, with everyday words for the same thing in one form: 行動電源 and power bank."""
    return lexicon.in_one_form("same_goods", text)


def is_short_for(said: str, name: str) -> bool:
    """Whether a word is the end of what a thing is called, and shorter: 锅 of the 电饭锅 that 电饭煲 is, "cooker"."""
    short, called = normalise(said), _also_called(name)
    ends = f" {short}" if short.isascii() else short
    return bool(short) and any(each != short and each.endswith(ends) for each in called)


def _also_called(name: str) -> set[str]:
    """A name, and everyday words for the same thing."""
    same = {value for value in lexicon.values("same_goods") if normalise(value) in canonical(name)}
    return {normalise(name)} | {normalise(word) for value in same for word in lexicon.words("same_goods", value)}


def as_written(turn: Turn, said: str) -> str:
    """A name as it stands in the customer's text, short enough for a reply."""
    text = turn.text
    flat = "".join(normalise(sign)[:1] or " " for sign in text)
    at = flat.casefold().find(normalise(said))
    found = text[at : at + len(normalise(said))] if at >= 0 and len(flat) == len(text) else said
    return found.strip()[:SHOWN_CHARACTERS]


def _is_called(wanted: str, name: str) -> bool:
    """The whole name is said, or what is said is a part of the name that can stand for it."""
    if wanted.isascii() != name.isascii():
        return False
    if wanted.isascii():
        return f" {wanted} " in f" {name} " or f" {name} " in f" {wanted} "
    name = name.replace(" ", "")
    if len(wanted) == 1:
        # A kind by its one sign is a name's head: 鞋 of 轻跑鞋, not 手 of 手冲.
        return name.endswith(wanted)
    return name in wanted or wanted in name or (wanted[-1] == name[-1] and _pairs(wanted) <= _pairs(name))


def _words_hold(wanted: str, names: Sequence[str]) -> bool:
    """Whether every word, or pair of characters, that is said stands in the names."""
    if wanted.isascii():
        offered = set[str]().union(*(terms(name) for name in names))
        return terms(wanted) <= offered
    return len(wanted) > 1 and any(_pairs(wanted) <= _pairs(name.replace(" ", "")) for name in names)


def _shares(wanted: str, name: str) -> bool:
    if wanted.isascii() or name.isascii():
        return bool({word for word in terms(wanted) & terms(name) if not word.isdigit()})
    name = name.replace(" ", "")
    return bool(_pairs(wanted) & _pairs(name)) or wanted[-1] == name[-1]


def _alone() -> set[str]:
    return {normalise(word) for word in lexicon.words("no_goods_alone")}


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
