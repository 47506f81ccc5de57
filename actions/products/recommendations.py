"""Something to recommend: by kind, keyword and use, within a budget, without what is not wanted; and more of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit import lexicon
from actions.kit.base import FOCUS_SLOT, CrmAction, Event, Turn, button
from actions.kit.goods import Fit, bare, canonical, fit
from actions.kit.quick_replies import wish
from actions.products.listed import keep, tell_by_order
from actions.products.needs import Nearness, nearness, tells_a_need
from actions.products.texts import choices, line
from crm_store import complaints, products, recommendations
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import Language, format_money, format_span
from crm_store.numerals import CHINESE, NUMERAL, value
from crm_store.products import Product
from crm_store.recommendations import Recommendation
from crm_store.text import normalise

Reasons = Mapping[str, Recommendation]
SHOWN = 3
POOL = 60
"""Products looked through for the next ones."""
WORDS_SHOWN = 20
KINDS_ASKED = 3

_BUDGET = re.compile(
    rf"(?P<before>{NUMERAL})\s*(?:块|元|塊|蚊|rmb|yuan)?\s*(?:钱|錢)?"
    r"\s*(?:以内|以內|以下|之内|之內|内|內|左右|封顶|封頂|or less\b|max(?:imum)?\b|at most\b|tops\b)"
    r"|(?:(?:预算|預算)(?:大概|大約|大约|差不多|約|约|是|在|有)*|budget(?: of| is)?(?: about| around)?|under|below"
    r"|up to|less than|not? more than|at most|\bmax(?:imum)?(?: of)?|不超过|不超過|最多|最高|顶多|頂多|上限)"
    r"\s*[:：]?\s*[¥￥$]?"
    rf"\s*(?P<after>\d+|{CHINESE})",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?:以外|之外|外)?(?:的|了|吧|啊|呢|啦)*$")


@dataclass
class Wanted:
    """What somebody looks for: `words` of a kind, at most `limit` (minor units), nothing of the kinds `without`, for
    what is told in `need`; `shown`: SKUs they have seen; `asked_of`: the complaint that was mentioned beside. It stays
    in the focus as `suggested`."""

    words: str = ""
    limit: int | None = None
    without: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    need: str = ""
    asked_of: str = ""

    def fits(self, product: Product) -> bool:
        within = self.limit is None or product.price_minor <= self.limit
        return within and product.sku not in self.shown and not any(is_of_kind(product, kind) for kind in self.without)


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
        if await tell_by_order(turn):
            return []
        before = Wanted(**(turn.spoken_of.get("suggested") or {}))
        wanted = await _wanted(turn, before)
        await self._recommend(turn, wanted, before)
        await _mention_complaint(turn, wanted)
        return []

    async def _recommend(self, turn: Turn, wanted: Wanted, before: Wanted) -> None:
        response, pool, reasons = await _pool(turn, wanted)
        found = [product for product in pool if wanted.fits(product)][:SHOWN]
        if not found and wanted.need and not wanted.words and not wanted.shown:
            await _ask(turn, wanted)
            return
        if not found:
            _tell_none(turn, wanted, response)
            return
        listed = choices(turn, found)
        values = {"words": _words_of(turn, wanted), "without": "、".join(wanted.without)}
        turn.say(_response(response, wanted, before), list=_lines(turn, found, reasons), buttons=listed, **values)
        wanted.shown += [product.sku for product in found]
        turn.focus(listed=listed, suggested=vars(wanted), product=None)
        if len(found) == 1:
            keep(turn, found[0])
        turn.done("answered", products=[product.sku for product in found])


def budget(text: str) -> int | None:
    """The most the customer wants to spend, in minor units: 300块以内, 两百以内, under 300."""
    found = _BUDGET.search(text)
    amount = value(found["before"] or found["after"]) if found else None
    return None if amount is None else amount * 100


def is_of_kind(product: Product, kind: str) -> bool:
    """Whether a product is one of what a customer calls so: a backpack of bags, a tote of 包."""
    category = products.category_names(product.category)
    if fit(kind, [*product.names.values(), *product.keywords, *category]) is Fit.CALLED:
        return True
    return len(bare(kind)) == 1 and any(bare(kind) in canonical(name) for name in category)


def kinds_not_wanted(text: str) -> list[str]:
    """What follows "other than", 不要, 除了, or stands before it (包不要), as it is named."""
    flat = normalise(text)
    found = []
    for heard in lexicon.heard("not_of_kind", flat):
        behind = _ENDS.sub("", flat[heard.end :].split(" 有")[0].strip())
        named = behind if bare(behind) else flat[: heard.start].strip()
        if bare(named) and len(named) <= WORDS_SHOWN:
            found.append(named)
            break
    return found


async def _wanted(turn: Turn, before: Wanted) -> Wanted:
    """What is wanted now: a wish goes on from the one before in what it does not say anew."""
    if turn.pressed:
        return Wanted(str(turn.entity("product") or ""), asked_of=before.asked_of)
    wanted = await _told(turn, before)
    wanted.asked_of = before.asked_of
    return wanted


async def _told(turn: Turn, before: Wanted) -> Wanted:
    limit, need = budget(turn.text), _need(turn.text, before)
    without = await _sold(turn, kinds_not_wanted(turn.text))
    words = "" if without else await _kind_said(turn)
    goes_on = bool(before.shown) and (bool(without) or lexicon.mentions("more_of_it", turn.text)) and not words
    if goes_on:
        kept = "" if any(bare(kind) == bare(before.words) for kind in without) else before.words
        return Wanted(kept, limit or before.limit, [*before.without, *without], list(before.shown), before.need)
    if words or limit is not None:
        kind = words or ("" if tells_a_need(turn.text) else before.words)
        return Wanted(kind, limit or before.limit, list(before.without), need=need)
    return Wanted(without=without, need=need if tells_a_need(turn.text) and not without else "")


def _need(text: str, before: Wanted) -> str:
    """What is told of a need; where a message tells none, or only what is not wanted, the one told before."""
    return text if tells_a_need(_BUDGET.sub(" ", text)) and not kinds_not_wanted(text) else before.need


async def _sold(turn: Turn, kinds: Sequence[str]) -> list[str]:
    """Those of the kinds that the shop has something of."""
    every = await products.bestsellers(turn.session, limit=products.CANDIDATES) if kinds else []
    return [kind for kind in kinds if any(is_of_kind(product, kind) for product in every)]


async def _kind_said(turn: Turn) -> str:
    """The kind or use that the words name: as it was understood, else what is left of them and the shop sells."""
    named = " ".join(str(value) for value in turn.entities("product"))
    if named:
        return named
    left = lexicon.without("recommend_talk", _BUDGET.sub(" ", turn.text))
    left = " ".join(word for word in left.split() if not word.isdigit())
    return left if left and await products.meant(turn.session, left, limit=1) else ""


async def _mention_complaint(turn: Turn, wanted: Wanted) -> None:
    """An open complaint is mentioned once, after what was asked: it is not as if we owed them no answer."""
    opened = await complaints.open_for_member(turn.session, turn.member.id) if turn.member is not None else []
    if not opened or wanted.asked_of == opened[0].number:
        return
    wanted.asked_of = opened[0].number
    category = label("complaint_category", opened[0].category, turn.language)
    turn.say("reply_recommend_complaint_beside", number=opened[0].number, category=category)
    turn.focus(suggested=vars(wanted))


async def _pool(turn: Turn, wanted: Wanted) -> tuple[str, Sequence[Product], Reasons]:
    """Which response, the goods, and by SKU why a good is recommended."""
    near: Nearness = turn.prepared or Nearness()
    best = await products.bestsellers(turn.session, limit=POOL)
    if wanted.words:
        found = await products.search(turn.session, canonical(wanted.words), limit=POOL, in_stock_only=True)
        kin = await products.meant(turn.session, canonical(wanted.words), limit=POOL)
        both = [*found, *(each for each in kin if each.in_stock and each not in found)]
        return "reply_recommend_for", near.ranked(both) if _names_kind(turn) else _with_needed(near, both, best), {}
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
    return "reply_recommend_best", best, {}


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
    ago = format_span(now() - why.bought_at, language)
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
    turn.focus(suggested=vars(wanted))
    turn.done("not_found", turn.text)


def _response(response: str, wanted: Wanted, before: Wanted) -> str:
    if wanted.shown:
        return "reply_recommend_without" if len(wanted.without) > len(before.without) else "reply_recommend_more"
    return response


def _tell_none(turn: Turn, wanted: Wanted, response: str) -> None:
    buttons = [wish(turn, "ask_promotion"), wish(turn, "request_human")]
    if wanted.shown:
        turn.say("reply_recommend_no_more", buttons=buttons)
    else:
        turn.say("reply_recommend_none", buttons=buttons)
    turn.done("not_found", turn.text)


def _words_of(turn: Turn, wanted: Wanted) -> str:
    words: Any = wanted.words[:WORDS_SHOWN]
    if wanted.limit is None or not words:
        return str(words)
    return label("product_text", "within", turn.language, words=words, limit=format_money(wanted.limit, "CNY"))
