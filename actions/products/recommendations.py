"""Something to recommend: by kind, keyword and use, within a budget, without what is not wanted; and more of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit.asked import sent_abroad
from actions.kit.base import FOCUS_SLOT, RULED_OUT, CrmAction, Event, Turn, button
from actions.kit.goods import Fit, bare, canonical, fit
from actions.kit.quick_replies import wish
from actions.kit.replies import joined
from actions.kit.words import budget as spending
from actions.kit.words import lexicon
from actions.knowledge import rules
from actions.products import listed_sizes, others, together, uses, want_told
from actions.products.kinds import kinds_said, plainly_of_kind
from actions.products.listed import keep, tell_by_order
from actions.products.needs import Nearness, nearness, tells_a_need
from actions.products.sizes import sizes_named
from actions.products.texts import choices, line
from crm_store import complaints, products, recommendations
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import Language, format_ago, format_money
from crm_store.products import Product
from crm_store.recommendations import Recommendation
from crm_store.text import normalise

Reasons = Mapping[str, Recommendation]
SHOWN = 3
POOL = 60
"""Products looked through for the next ones."""
WORDS_SHOWN = 20
KINDS_ASKED = 3

_CLAUSE = re.compile(r"[，,、。！!？?；;\n]+")
_ENDS = re.compile(r"(?:以外|之外|外)?(?:的|了|吧|啊|呢|啦)*$")


@dataclass
class Wanted:
    """What somebody looks for: `words` of a kind, at most `limit` (minor units), nothing of the kinds `without`, for
    what is told in `need`; `shown`: SKUs they have seen; `asked_of`: the complaint that was mentioned beside;
    `over`: how far a price may pass the limit; `size`: the size it has to come in; `asks`: we asked what it
    shall be; `use`: what it is for; `useless`: kinds for what they do not do; `modest`: it is to be not dear. It stays
    in the focus as `suggested`."""

    words: str = ""
    limit: int | None = None
    without: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    need: str = ""
    asked_of: str = ""
    over: int = 0
    size: str = ""
    asks: bool = False
    use: str = ""
    modest: bool = False
    useless: list[str] = field(default_factory=list)

    def fits(self, product: Product) -> bool:
        within = self.limit is None or product.price_minor <= self.limit + self.over
        sizes = product.attributes.get("sizes") or []
        fits = not self.size or not sizes or self.size in map(str, sizes)
        return (
            within
            and fits
            and product.sku not in self.shown
            and not any(is_of_kind(product, kind) for kind in self.without)
            and not any(plainly_of_kind(product, kind) for kind in self.useless)
        )


class ActionRecommend(CrmAction):
    """A kind that was named; else what answers the need that was told, or a question where nothing does; else what goes
    with the member's own purchases, each with its reason; else what others buy most. Whoever has a complaint open is
    told once, after the answer, that it is not forgotten."""

    action_name: ClassVar[str] = "action_recommend"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Nearness:
        before = Wanted(**((tracker.get_slot(FOCUS_SLOT) or {}).get("suggested") or {}))
        return await nearness(_need(str(tracker.latest_message.get("text") or ""), before))

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await tell_by_order(turn) or await together.tell(turn):
            return []
        near = turn.prepared if isinstance(turn.prepared, Nearness) else None
        if await want_told.tell(turn, near):
            await _mention_complaint(turn, Wanted(**turn.focused[want_told.SUGGESTED]))
            return []
        if await others.tell(turn):
            return []
        before = Wanted(**(turn.spoken_of.get("suggested") or {}))
        wanted = await _wanted(turn, before)
        await self._recommend(turn, wanted, before)
        await _mention_complaint(turn, wanted)
        return []

    async def _recommend(self, turn: Turn, wanted: Wanted, before: Wanted) -> None:
        response, pool, reasons = await _pool(turn, wanted)
        fitting = [product for product in pool if wanted.fits(product)]
        found = (uses.not_dear(fitting) if wanted.modest else fitting)[:SHOWN]
        asks = not found and wanted.need and not wanted.words and not wanted.shown
        if asks and wanted.limit is not None:
            # What it may cost is told: what others buy for that, rather than only a question.
            response, pool = "reply_recommend_within", await products.bestsellers(turn.session, limit=POOL)
            found = [product for product in pool if wanted.fits(product)][:SHOWN]
        if asks and not found:
            await _ask(turn, wanted)
            return
        if not found:
            _tell_none(turn, wanted, pool)
            return
        if spending.is_foreign(turn.text) and spending.said(turn.text) is None:
            turn.say("reply_prices_in_yuan")
        listed = choices(turn, found)
        values = {"words": _words_of(turn, wanted), "without": joined(wanted.without, turn.language)}
        if wanted.limit is not None:
            values["limit"] = format_money(wanted.limit)
        turn.say(_response(response, wanted, before), list=_lines(turn, found, reasons), buttons=listed, **values)
        wanted.shown += [product.sku for product in found]
        wanted.asks = response in ("reply_recommend_best", "reply_recommend_within")
        turn.focus(listed=listed, suggested=vars(wanted), product=None)
        if len(found) == 1:
            keep(turn, found[0])
        turn.done("answered", products=[product.sku for product in found])


def budget(text: str) -> int | None:
    """The most the customer wants to spend, in minor units: 300块以内, 两百以内, under 300."""
    said = spending.said(text)
    return said.limit if said else None


def is_of_kind(product: Product, kind: str) -> bool:
    """Whether a product is one of what a customer calls so: a backpack of bags, a tote of 包."""
    category = products.category_names(product.category)
    if fit(kind, [*product.names.values(), *product.keywords, *category]) is Fit.CALLED:
        return True
    return len(bare(kind)) == 1 and any(bare(kind) in canonical(name) for name in category)


def kinds_not_wanted(text: str) -> list[str]:
    """What follows "other than", 不要, 除了, or stands before it (包不要), as it is named."""
    for flat in map(normalise, [text, *_CLAUSE.split(text)]):
        for heard in lexicon.heard("not_of_kind", flat):
            behind = _ENDS.sub("", flat[heard.end :].split(" 有")[0].strip())
            named = behind if bare(behind) else flat[: heard.start].strip()
            if bare(named) and len(named) <= WORDS_SHOWN:
                return [named]
    return []


async def _wanted(turn: Turn, before: Wanted) -> Wanted:
    """What is wanted now: a wish goes on from the one before in what it does not say anew."""
    if turn.pressed:
        kind = str(turn.entity("product") or "")
        return Wanted(kind, before.limit, list(before.without), asked_of=before.asked_of, over=before.over)
    wanted = await _told(turn, before)
    wanted.asked_of = before.asked_of
    wanted.use = uses.told(turn.text) or (before.use if wanted.shown or not wanted.words else "")
    wanted.useless = [*before.useless, *uses.denied(turn.text)]
    wanted.modest = uses.is_modest(turn.text) or (wanted.shown != [] and before.modest)
    return wanted


async def _told(turn: Turn, before: Wanted) -> Wanted:
    limit, need = _less_postage(turn, spending.said(turn.text)), _need(turn.text, before)
    if limit is None and before.limit is not None and not lexicon.mentions("any_price", turn.text):
        limit = spending.Budget(before.limit, before.over)
    out = [*kinds_not_wanted(turn.text), *map(str, turn.entities(RULED_OUT))]
    without = await _sold(turn, out)
    words = await _kind_said(turn, _without_what_is_not(turn.text) if without else turn.text)
    size = _size_said(turn) or before.size
    most, over = (limit.limit, limit.over) if limit else (None, 0)
    goes_on = (
        bool(before.shown)
        and (bool(without) or bool(uses.denied(turn.text)) or lexicon.mentions("more_of_it", turn.text))
        and not words
    )
    if goes_on:
        kept = "" if any(bare(kind) == bare(before.words) for kind in without) else before.words
        out = [*before.without, *without]
        need = need if tells_a_need(_without_what_is_not(turn.text)) else before.need
        return Wanted(kept, most, out, list(before.shown), need, size=size, over=over)
    if words or budget(turn.text) is not None or _size_said(turn):
        kind = words or ("" if tells_a_need(spending.without(turn.text)) and not _size_said(turn) else before.words)
        return Wanted(kind, most, [*before.without, *without], need=need, size=size, over=over)
    need = need if tells_a_need(_without_what_is_not(turn.text)) else ""
    return Wanted(limit=most, without=without, need=need, over=over)


def _less_postage(turn: Turn, limit: spending.Budget | None) -> spending.Budget | None:
    """What is left for goods of an amount that is to cover the postage to the place told before; that is said."""
    code = str(turn.spoken_of.get(sent_abroad.FOCUS) or "")
    zone = rules.zone_of(code) if code else None
    covers = any(lexicon.mentions(group, turn.text) for group in ("all_in", "with_postage"))
    if limit is None or zone is None or not covers or limit.limit <= zone.first_kilogram:
        return limit
    left = limit.limit - zone.first_kilogram
    turn.say(
        "reply_budget_less_postage",
        limit=format_money(limit.limit),
        fee=format_money(zone.first_kilogram),
        place=label("place", code, turn.language),
        left=format_money(left),
    )
    return spending.Budget(left, limit.over)


def _size_said(turn: Turn) -> str:
    """The size it has to come in: size 44, 44 码."""
    named = sizes_named(turn.text) if lexicon.mentions("size_word", turn.text) else []
    return named[0] if named else ""


def _need(text: str, before: Wanted) -> str:
    """What is told of a need; where a message tells none, or only what is not wanted, the one told before."""
    told = _without_what_is_not(text)
    return told if tells_a_need(told) else before.need


def _without_what_is_not(text: str) -> str:
    """What is left of the words beside money, and the kinds that are not wanted."""
    left = spending.without(text)
    if not kinds_not_wanted(text):
        return left
    return "，".join(part for part in _CLAUSE.split(left) if part and not kinds_not_wanted(part))


async def _sold(turn: Turn, kinds: Sequence[str]) -> list[str]:
    """Those of the kinds that the shop has something of."""
    every = await products.bestsellers(turn.session, limit=products.CANDIDATES) if kinds else []
    sold = [kind for kind in kinds if any(is_of_kind(product, kind) for product in every)]
    return list({bare(kind): kind for kind in sold}.values())


async def _kind_said(turn: Turn, text: str) -> str:
    """The kind or use that a text names: as it was understood, else in words by which the shop calls its goods."""
    flat = normalise(text)
    named = [each for value in turn.entities("product") if normalise(each := str(value)) in flat]
    sold = [each for each in named if await products.meant(turn.session, canonical(each), limit=1)]
    if named:
        return " ".join(sold or named[:1])
    return " ".join(await kinds_said(turn.session, lexicon.without("recommend_talk", spending.without(text))))


async def _mention_complaint(turn: Turn, wanted: Wanted) -> None:
    """An open complaint is mentioned once, to who asks for nothing in particular: it is not as if we owed them no
    answer. Below a wish with a purpose, beside other answers and amid a form it is in the way."""
    asks_more = bool(wanted.words or wanted.need or wanted.use or wanted.limit is not None)
    if asks_more or turn.is_part or turn.form is not None or turn.spoken_of.get("complaint"):
        return
    opened = await complaints.open_for_member(turn.session, turn.member.id) if turn.member is not None else []
    if not opened or wanted.asked_of == opened[0].number:
        return
    wanted.asked_of = opened[0].number
    category = label("complaint_category", opened[0].category, turn.language)
    turn.say("reply_recommend_complaint_beside", number=opened[0].number, category=category)
    turn.focus(suggested=vars(wanted))


async def _pool(turn: Turn, wanted: Wanted) -> tuple[str, Sequence[Product], Reasons]:
    """Which response, the goods, and by SKU why a good is recommended."""
    # Another action that leads here has looked for something else.
    near = turn.prepared if isinstance(turn.prepared, Nearness) else Nearness()
    best = await products.bestsellers(turn.session, limit=POOL)
    if wanted.words:
        found = await products.search(turn.session, canonical(wanted.words), limit=POOL, in_stock_only=True)
        kin = await products.meant(turn.session, canonical(wanted.words), limit=POOL)
        both = [*found, *(each for each in kin if each.in_stock and each not in found)]
        pool = near.ranked(both) if _names_kind(turn) else _with_needed(near, both, best)
        return "reply_recommend_for", uses.serving(wanted.use, pool) or pool, {}
    serving = uses.serving(wanted.use, best)
    if any(wanted.fits(product) for product in serving):
        return "reply_recommend_need", serving, {}
    if not turn.pressed and (category := lexicon.meant("kind_by_use", turn.text)) is not None:
        kin = await products.in_category(turn.session, category, limit=POOL)
        return "reply_recommend_need", near.ranked([each for each in kin if each.in_stock]), {}
    if wanted.need:
        return "reply_recommend_need", near.chosen(best), {}
    if turn.member is not None and (
        own := [
            each
            for each in await recommendations.for_member(turn.session, turn.member.id, limit=POOL)
            if wanted.fits(each.product)
        ]
    ):
        return "reply_recommend_own", [each.product for each in own], {each.product.sku: each for each in own}
    return "reply_recommend_best" if wanted.limit is None else "reply_recommend_within", best, {}


def _lines(turn: Turn, found: Sequence[Product], reasons: Reasons) -> str:
    """One line for each of the goods, and below it why, where that is known."""
    told = []
    for product in found:
        told.append(line(product, turn.language, "line"))
        if (why := reasons.get(product.sku)) is not None:
            told.append(_reason(why, turn.language))
    return "\n".join(told)


def _reason(why: Recommendation, language: Language) -> str:
    name = why.bought.get(language) or next(iter(why.bought.values()))
    ago = format_ago(now() - why.bought_at, language)
    return label("recommendation_reason", why.reason, language, name=name, count=why.together, ago=ago)


def _names_kind(turn: Turn) -> bool:
    return bool(turn.pressed or turn.entities("product"))


def _with_needed(near: Nearness, found: Sequence[Product], best: Sequence[Product]) -> list[Product]:
    """What only shares words with the message, beside what answers the need told in it, the nearest first."""
    needed = near.chosen(best)
    return near.ranked([*found, *(each for each in needed if each not in found)])


async def _ask(turn: Turn, wanted: Wanted) -> None:
    """Where nothing answers the need: which kind of thing it may be, rather than what others buy."""
    best = await products.bestsellers(turn.session, limit=POOL)
    kinds = list(dict.fromkeys(product.category for product in best if wanted.fits(product)))[:KINDS_ASKED]
    names = [products.category_name(kind, turn.language) for kind in kinds]
    turn.say("reply_recommend_ask", buttons=[button(name, "ask_recommendation", product=name) for name in names])
    wanted.asks = True
    turn.focus(suggested=vars(wanted))
    turn.done("not_found", turn.text)


def _response(response: str, wanted: Wanted, before: Wanted) -> str:
    if wanted.shown:
        return "reply_recommend_without" if len(wanted.without) > len(before.without) else "reply_recommend_more"
    return response


def _tell_none(turn: Turn, wanted: Wanted, pool: Sequence[Product]) -> None:
    """Nothing fits: in that size, within that budget, or at all."""
    buttons = [wish(turn, "ask_promotion"), wish(turn, "request_human")]
    sized = [each for each in pool if wanted.size and each.attributes.get("sizes")]
    dearer = [
        each for each in pool if wanted.words and wanted.limit is not None and replace(wanted, limit=None).fits(each)
    ]
    if wanted.shown:
        turn.say("reply_recommend_no_more", buttons=buttons)
    elif sized and not dearer:
        told = listed_sizes.size_lines(sized[:SHOWN], turn.language)
        turn.say("reply_recommend_no_size", size=wanted.size, list=told, buttons=choices(turn, sized[:SHOWN]))
    elif dearer:
        shown = sorted(dearer, key=lambda product: product.price_minor)[:SHOWN]
        lines = _lines(turn, shown, {})
        limit = format_money(wanted.limit or 0, "CNY")
        turn.say("reply_recommend_dearer", limit=limit, list=lines, buttons=choices(turn, shown))
        turn.focus(listed=choices(turn, shown))
    else:
        turn.say("reply_recommend_none", buttons=buttons)
        wanted.asks = True
    turn.focus(suggested=vars(wanted))
    turn.done("not_found", turn.text)


def _words_of(turn: Turn, wanted: Wanted) -> str:
    words: Any = wanted.words[:WORDS_SHOWN]
    if wanted.limit is None or not words:
        return str(words)
    kind = "about" if wanted.over else "within"
    return label("product_text", kind, turn.language, words=words, limit=format_money(wanted.limit, "CNY"))
