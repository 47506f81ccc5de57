"""Goods in a text, each with how many of it: 两把刀跟一台风扇, "two bottles and the blocks", 60 个保温杯."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.base import Turn
from actions.kit.goods import Fit, fit
from actions.kit.replies import is_shoe_size
from actions.kit.words import lexicon
from actions.products.kinds import called_of, chinese_pieces
from actions.products.listed import goods_listed
from actions.products.wording import best_of, kind_of, known_by, on_offer
from crm_store import products
from crm_store.numerals import CHINESE, value
from crm_store.products import Product
from crm_store.text import normalise

MOST = 999
LOOKED_BACK = 4
"""So many of the customer's messages before may tell which one of a kind is meant."""
NAMED_AT_ONCE = 4
"""A part of a sentence names no more goods than this: "shoes mat and box"."""

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "sixty": 60, "a couple of": 2,
    "half a dozen": 6, "a dozen": 12, "a hundred": 100,
}  # fmt: skip
_MEASURE = r"[套条條双雙对對个個件只隻瓶盒把台臺张張罐包本支口床枚顶頂样樣款]"
_ASKS_RIGHT = r"(?!\s*[对對](?:[吗嗎嘛么吧咩]|不[对對]))"
"""Behind a figure: 179对吗 asks whether it is right, and counts no pairs."""
_CHINESE = re.compile(rf"(?<![\d.])(?P<n>\d{{1,3}}{_ASKS_RIGHT}|{CHINESE})\s*{_MEASURE}(?![装裝入组組码碼])")
_ENGLISH = re.compile(
    r"(?<![\d.,¥$£€-])(?<!\bafter )(?<!\bwithin )"
    rf"\b(?P<n>{'|'.join(sorted(_WORDS, key=len, reverse=True))}|\d{{1,3}})\b\s*(?:[x×*]\s*)?"
    r"(?!\s*(?:cm|mm|ml|mah|kg|kilos?|g|l|in|inch|pieces|hours?|days?|weeks?|months?|years?|people|points?|yuan|kuai|rmb"
    r"|o'?clock|am|pm|instal+ments?|payments?|parts|times|percent"
    r"|uses|washes|wears|goes|charges|tries|colou?rs?|sizes?|of (?:us|them)|bucks|dollars)\b"
    r"|[.,]?\d|%)(?=\s*[a-z])",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?<!\w)[x×*]\s*(?P<n>\d{1,3})(?!\d)", re.IGNORECASE)
_ALL_OF_THEM = re.compile(
    r"\b(?:all|both|those|these|any) (?:of (?:the |them )?)?(?:two|three|four|five|2|3|4|5)\b|\bboth\b"
    r"|\b(?:size|in) \d+\b"
    rf"|(?:这|這|那|全部|所有)[两兩三四五2345]{_MEASURE}|[两兩三四2-4]{_MEASURE}(?:都|一起|加起来|加起來|合计|一共)",
    re.IGNORECASE,
)
"""Numbers that count what is named, and say not how many of each."""
_BETWEEN = re.compile(
    r"配上?|搭|加上?|再加|和|跟|与|與|同埋|同|连着|，|、|。|；|,|;|\+|[?？!！]|\b(?:with|and|plus|also|as well as)\b"
    rf"|(?=(?<![\d.零一二两兩三四五六七八九十百])(?:\d{{1,3}}|{CHINESE})\s*{_MEASURE}(?![装裝入组組码碼]))",
    re.IGNORECASE,
)


_MONEY = re.compile(r"[¥￥]\s*\d[\d.]*|\d[\d.]*\s*(?:元|[块塊蚊](?=[钱錢对對吗嗎吧么嘛咩呀啊，,。.；;？?！!\s]|$))")
"""An amount, of which 60 塊 is no part of a name (櫸木積木 60 塊)."""
_RIGHT_BEFORE = re.compile(r"[\u4e00-\u9fff]{2}$")


@dataclass(slots=True)
class Counted:
    """A product with how many of it are spoken of; `said`: whether a number was said."""

    product: Product
    pieces: int = 1
    said: bool = False


async def counted(turn: Turn, text: str) -> list[Counted]:
    """The goods that the text names, in their order. Where it names only a kind (鞋), the one of that kind that was
    spoken of or named last; a kind of which none was is left out."""
    every = await on_offer(turn.session)
    found: list[Counted] = []
    for part in _BETWEEN.split(_ALL_OF_THEM.sub(" ", _MONEY.sub(" ", text))):
        pieces = pieces_of(part)
        goods = await _goods(turn, part, every)
        for product in goods:
            known = next((each for each in found if each.product.sku == product.sku), None)
            if known is None:
                found.append(Counted(product, pieces or 1, pieces is not None))
            elif pieces is not None and not known.said:
                known.pieces, known.said = pieces, True
        if not goods and pieces is not None and found and not found[-1].said and _says_no_more(part):
            # 保温杯两个: the number comes behind.
            found[-1].pieces, found[-1].said = pieces, True
    return found


def pieces_of(part: str) -> int | None:
    """How many pieces a part of a sentence speaks of; None where it says no number of them."""
    match = _CHINESE.search(part) or _BEHIND.search(part) or _ENGLISH.search(part)
    if match is None:
        return None
    said = match["n"].lower()
    number = _WORDS[said] if said in _WORDS else value(said)
    bare_size = match.re is _ENGLISH and said.isdigit() and is_shoe_size(said) and "shoe" in part.lower()
    return None if number is None or not 0 < number <= MOST or bare_size else number


def _says_no_more(part: str) -> bool:
    left = _CHINESE.sub(" ", _BEHIND.sub(" ", part))
    return not any(lexicon.mentions(group, left) for group in ("level_word", "points_word"))


async def _goods(turn: Turn, part: str, every: Sequence[Product]) -> list[Product]:
    """What a part of a sentence names: one thing after the other, its words taken out."""
    whole = await products.named(turn.session, part)
    found, left = list(whole), part
    for product in whole:
        left = _without(left, product, every)
    while len(found) < NAMED_AT_ONCE:
        kin = [each for each in every if each not in found]
        best = best_of(kin, every, left)
        if best is None:
            break
        found.append(best)
        left = _without(left, best, every)
    kind = kind_of(every, left)
    for kin in [kind] if kind else _by_signs(left, every):
        others = [each for each in kin if each not in found]
        told = others[0] if len(others) == 1 else await _told_of(turn, others)
        found += [told] if told is not None else []
    return found


def _by_signs(text: str, every: Sequence[Product]) -> list[list[Product]]:
    """What is meant by each Chinese piece that something is called by, also one of a single sign (刀)."""
    pieces = chinese_pieces(text, [name for product in every for name in called_of(product)])
    return [
        [each for each in every if fit(piece, [*each.names.values(), *each.keywords]) is Fit.CALLED] for piece in pieces
    ]


def _without(text: str, product: Product, every: Sequence[Product]) -> str:
    """The text without the words that name the product, and without a sign or two right before them that only say more
    of it: 手提行李箱 names no 手提袋 besides."""
    flat = normalise(text)
    called = {normalise(name) for each in every for name in called_of(each)}
    for word in known_by(product, flat):
        for before in _RIGHT_BEFORE.findall(flat.partition(word)[0]):
            if not any(name.endswith(before) or before.endswith(name) for name in called):
                flat = flat.replace(before + word, " ")
        flat = flat.replace(word, " ")
    return flat


async def _told_of(turn: Turn, kin: Sequence[Product]) -> Product | None:
    """The one of a kind that was spoken of last, else the one that the customer named some messages before."""
    for kind in ("product", "product_before"):
        if (sku := turn.spoken_of.get(kind)) and (one := next((each for each in kin if each.sku == sku), None)):
            return one
    listed = [each for each in await goods_listed(turn) if each in kin]
    if len(listed) == 1:
        return listed[0]
    said = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    for text in reversed(said[-LOOKED_BACK - 1 : -1]):
        if not text.startswith("/") and (named := best_of(kin, kin, text)) is not None:
            return named
    return None
