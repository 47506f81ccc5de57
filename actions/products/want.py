"""One reading of a want for goods over a whole message: the kind of thing, or the nearest that is sold; size, colour,
price and the properties it is to have; what is ruled out. It filters and ranks what is sold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from actions.kit.asked import aspects_asked, shapes, want_said
from actions.kit.base import RULED_OUT, Turn
from actions.kit.goods import canonical
from actions.kit.words import budget, lexicon
from actions.products import aspects, uses
from actions.products.kinds import called_of, kin, kinds_said, of_kind, plainly_of_kind
from actions.products.listed import goods_listed
from actions.products.to_be_had import SHADES
from actions.products.wording import on_offer
from crm_store import products
from crm_store.language import Language
from crm_store.products import Product
from crm_store.text import normalise

RECOMMEND = "ask_recommendation"
_OF_A_KIND_THAT_IS = re.compile(r"\bthe (?:\w+ ){0,2}$")
"""Right before its kind: the one that was told."""


@dataclass(frozen=True, slots=True)
class Want:
    """`goods` of the kind that is wanted, `kin` of the wider one; `named`: the kind as it is told back; `not_sold`: the
    kind that was named and of which nothing is sold; `spoken_of`: none was named, and any of the last is meant."""

    goods: Sequence[Product]
    kin: Sequence[Product] = ()
    named: str = ""
    not_sold: str = ""
    sizes: Sequence[str] = ()
    colours: Sequence[str] = ()
    money: budget.Budget | None = None
    topics: Sequence[str] = ()
    use: str = ""
    question: str = ""
    spoken_of: bool = False

    def has_size(self, product: Product) -> bool:
        """Whether it comes in the size; what comes in none is no answer to a size."""
        return not self.sizes or any(size in _listed(product, "sizes") for size in self.sizes)

    def has_colour(self, product: Product) -> bool:
        """Whether it comes in one of the colours, or in one that may be called so."""
        like = {shade for code in self.colours for shade in (code, *SHADES.get(code, ()))}
        return not like or bool(like & set(_listed(product, "colours")))

    def has_price(self, product: Product) -> bool:
        """Whether its price lies where it is to lie."""
        money = self.money
        return money is None or money.least <= product.price_minor <= money.limit + money.over

    def fits(self, product: Product) -> bool:
        """Whether it comes in all that cannot be otherwise."""
        return self.has_size(product) and self.has_colour(product) and self.has_price(product)

    def told(self, product: Product, language: Language) -> Mapping[str, aspects.Fact | None]:
        """What is written of each property that is wanted."""
        return {topic: aspects.fact(product, topic, language, self.question) for topic in self.topics}

    def denied(self, product: Product, language: Language) -> bool:
        """Whether it is written to lack a property that is wanted."""
        return any(fact is not None and not aspects.grants(fact) for fact in self.told(product, language).values())


@dataclass(frozen=True, slots=True)
class Found:
    """`goods` as they are shown; `how`: why these and no others."""

    goods: Sequence[Product]
    how: str = "fits"
    of: Sequence[Product] = field(default_factory=tuple)


async def read(turn: Turn, before: Mapping[str, Any]) -> Want | None:
    """The want that a message tells; None where it tells none, or nothing by which goods could be chosen."""
    if turn.pressed or want_said.is_of_another(turn.text):
        return None
    every = [product for product in await on_offer(turn.session) if product.in_stock]
    kind = await _kind(turn, every, before)
    if kind is None:
        return None
    wanted = shapes.asked(turn.text)
    sized = any(product.attributes.get("sizes") for product in (*kind.goods, *kind.kin))
    coloured = any(product.attributes.get("colours") for product in (*kind.goods, *kind.kin))
    want = replace(
        kind,
        sizes=wanted.sizes if sized and not wanted.how_many else (),
        colours=wanted.colours if coloured else (),
        money=budget.said(turn.text),
        topics=want_said.topics(turn.text),
        use=uses.told(turn.text),
        question=turn.text,
    )
    told = bool(want.sizes or want.colours or want.money or want.topics)
    # Who names what is not sold is told so, and shown what comes near.
    if not (told or want.not_sold):
        return None
    if want.money is not None or want.not_sold or not before:
        return want
    return _going_on(turn, want, before)


def is_told_otherwise(turn: Turn, want: Want, found: Found) -> bool:
    """Whether a mere size or colour is asked of a kind: what comes so is told with its stock (`to_be_had`)."""
    only_so = not (want.topics or want.money or want.not_sold) and bool(want.named)
    return turn.intent != RECOMMEND and only_so and not want.spoken_of and found.how != "no_size"


def chosen(want: Want, near: Mapping[str, float], language: Language) -> Found:
    """What fits, the best first; else what lacks one thing only, and how that is to be told."""
    fitting = [product for product in want.goods if want.fits(product)]
    if fitting:
        return _without_denied(want, fitting, near, language)
    if kindred := [product for product in want.kin if want.fits(product)]:
        found = _without_denied(want, kindred, near, language)
        return replace(found, how="kin") if found.how == "fits" else found
    every = [*want.goods, *want.kin]
    if want.sizes and not any(want.has_size(product) for product in every):
        return Found([product for product in every if product.attributes.get("sizes")], "no_size")
    in_size = [product for product in every if want.has_size(product)]
    if want.colours and (other := [product for product in in_size if want.has_price(product)]):
        return Found(_ranked(want, other, near, language), "no_colour")
    dearer = sorted(in_size, key=lambda product: _apart(want, product))
    return Found(dearer, "no_price")


def _without_denied(want: Want, goods: Sequence[Product], near: Mapping[str, float], language: Language) -> Found:
    ranked = _ranked(want, goods, near, language)
    left = [product for product in ranked if not want.denied(product, language)]
    granted = [product for product in left if any(want.told(product, language).values())]
    if not want.topics or granted:
        # What is told to have it; where the page of another says nothing, that is told beside.
        return Found(granted or left, "fits", left)
    return Found([*left, *(product for product in ranked if product not in left)], "not_told", ranked)


def _ranked(want: Want, goods: Sequence[Product], near: Mapping[str, float], language: Language) -> list[Product]:
    """What is told of most first, then what serves the use, then by money, then by what is meant."""
    serving = uses.serving(want.use, goods) if want.use else []

    def rank(product: Product) -> tuple[int, int, int, float]:
        told = sum(fact is not None and aspects.grants(fact) for fact in want.told(product, language).values())
        place = serving.index(product) if product in serving else len(serving)
        return -told, place, _apart(want, product), -near.get(product.sku, 0.0)

    return sorted(goods, key=rank)


def _apart(want: Want, product: Product) -> int:
    """How far a price lies from the amount that was said to be about it; no matter where only a limit was told and
    kept."""
    if want.money is None:
        return 0
    if want.money.about or not want.has_price(product):
        return abs(product.price_minor - want.money.limit)
    return 0


async def _kind(turn: Turn, every: Sequence[Product], before: Mapping[str, Any]) -> Want | None:
    """The kind that is named, or the nearest one; else the one spoken of, where any of it is asked for."""
    text = _of_goods(turn)
    if (nearest := _nearest(turn.text, every)) is not None:
        return _allowed(turn, nearest)
    pieces = await _pieces(turn, text)
    if not pieces:
        return await _spoken_of(turn, every, before)
    goods = _of_all(pieces, every)
    if not goods:
        return None
    wider = [product for product in _of_all(pieces[-1:], every) or kin(goods[0], every) if product not in goods]
    wider = wider or [product for product in kin(goods[0], every) if product not in goods]
    # One thing alone is asked about, and not looked for.
    if (len(goods) == 1 and turn.intent != RECOMMEND) or _OF_A_KIND_THAT_IS.search(
        normalise(text).partition(pieces[0])[0]
    ):
        return None
    return _allowed(turn, Want(goods, wider, _told_back(pieces)))


async def _pieces(turn: Turn, text: str) -> list[str]:
    """The words that name a kind; for whom it is names one only where nothing else does. A single sign is a kind at the
    end of names: 包 of 防水的包."""
    found = await kinds_said(turn.session, lexicon.without("want_whom", text)) or await kinds_said(turn.session, text)
    if found or turn.entities("product") == []:
        return found or lexicon.said("kind_sign", lexicon.without("no_kind_sign", text))[-1:]
    return lexicon.said("kind_sign", " ".join(map(str, turn.entities("product"))))[-1:]


def _of_all(pieces: Sequence[str], every: Sequence[Product]) -> list[Product]:
    """The goods that all the pieces name; nothing where they name things apart."""
    found: list[Product] = []
    for piece in pieces:
        called = _called(piece, every)
        if not called:
            continue
        both = [product for product in found if product in called]
        if found and not both:
            return []
        found = both or called
    return found or [product for product in every if any(of_kind(product, piece) for piece in pieces)]


def _called(piece: str, every: Sequence[Product]) -> list[Product]:
    """What is called so; a single sign, which ends other words as well (床包), by the category it stands in."""
    called = [product for product in every if plainly_of_kind(product, piece)]
    if len(piece) > 1:
        return called
    own = [product for product in called if any(piece in name for name in products.category_names(product.category))]
    return own or called


def _nearest(text: str, every: Sequence[Product]) -> Want | None:
    """What comes nearest to a kind that is not sold: shoes, where boots are wanted."""
    flat = normalise(text)
    for found in lexicon.heard("near_kind", text):
        said = flat[found.start : found.end]
        if any(said in normalise(name) for product in every for name in called_of(product)):
            continue
        goods: list[Product] = []
        for kind in found.value.split():
            goods += [product for product in every if plainly_of_kind(product, kind) and product not in goods]
        if goods:
            return Want(goods, (), not_sold=said)
    return None


async def _spoken_of(turn: Turn, every: Sequence[Product], before: Mapping[str, Any]) -> Want | None:
    """The kind spoken of, where any of it is asked for ("anything in a 44?"), or a list of it goes on."""
    if turn.entities("product") or not want_said.any_of_kind(turn.text):
        return None
    told = [product for product in every if product.sku == turn.spoken_of.get("product")]
    listed = await goods_listed(turn)
    one = next(iter(told or listed), None)
    if one is None or len({product.category for product in listed or [one]}) != 1:
        return None
    goods = [one, *kin(one, every)]
    return _allowed(turn, Want(goods, (), products.category_name(one.category, turn.language).lower(), spoken_of=True))


def _allowed(turn: Turn, want: Want) -> Want | None:
    """The want without what was ruled out; None where nothing is left of it."""
    out = [str(thing) for thing in turn.entities(RULED_OUT)]
    useless = uses.denied(turn.text)

    def stays(product: Product) -> bool:
        return not any(of_kind(product, kind) for kind in out) and not any(
            plainly_of_kind(product, kind) for kind in useless
        )

    goods = [product for product in want.goods if stays(product)]
    others = [product for product in want.kin if stays(product)]
    return replace(want, goods=goods or others, kin=others if goods else ()) if goods or others else None


def _of_goods(turn: Turn) -> str:
    """The words that may name a kind: without money, talk, properties, and what somebody does not do."""
    left = aspects_asked.without(budget.without(canonical(turn.text)))
    for group in ("use_denied", "want_aspect", "recommend_talk"):
        left = lexicon.without(group, left)
    return left


def _going_on(turn: Turn, want: Want, before: Mapping[str, Any]) -> Want:
    """The want with the money told before, where the same kind is spoken of still."""
    limit = before.get("limit")
    if not limit or lexicon.mentions("any_price", turn.text) or not want.named:
        return want
    if str(before.get("words") or "") not in (want.named, ""):
        return want
    return replace(want, money=budget.Budget(int(limit), int(before.get("over") or 0)))


def _told_back(pieces: Sequence[str]) -> str:
    ascii_only = all(piece.isascii() for piece in pieces)
    return " ".join(pieces) if ascii_only else pieces[-1]


def _listed(product: Product, name: str) -> list[str]:
    return [str(each) for each in product.attributes.get(name) or []]
