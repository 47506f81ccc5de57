"""A purchase reckoned up before it is made: goods named or spoken of, so many of each, a voucher off, shipping at the
member's level, and the points it brings: "two of those with the 50 voucher, how many points", 减50就是78 对不对."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from actions.kit.asked import purchase_asked
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Turn
from actions.kit.goods import Fit, fit
from actions.kit.phrases import listed
from actions.kit.policy_facts import FREE_SHIPPING
from actions.kit.words import lexicon
from actions.knowledge import figures, rules
from actions.products import bill
from actions.products.wording import named_best
from crm_store import earning_rules, products, rewards, tiers
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import format_limit, format_money, format_number
from crm_store.numerals import in_digits
from crm_store.policy import policy
from crm_store.products import Product
from crm_store.rewards import Reward, RewardKind

FOCUS = "purchase"
"""In the focus: `{"goods": [[sku, pieces]], "amount", "off"}` of the purchase reckoned up last, in minor units."""
OF_GOODS = frozenset({RewardAsked.USED_ON, RewardAsked.PAID})
"""Choices of `ask_vouchers` that put a voucher to goods, whatever the words sound like."""
MOST_PIECES, SEARCHED = 50, 20

_VOUCHER = re.compile(r"券|\b(?:vouchers?|coupons?)\b|(?:张|用)[一1]?百?\d*嗰张|[减抵扣]\s*\d|\d\s*off\b")
_WORTH = re.compile(
    r"(?<!\d)(?P<before>\d{2,3})\s*(?:元|块钱|块|蚊|yuan|quid)?\s*(?:的|嘅)?\s*(?:优惠|折价|抵用|生日)?"
    r"(?:券|嗰张|那张|vouchers?|coupons?|off\b)"
    r"|(?:减|扣|抵|(?:用|换|拿|攞|来)[了咗]?[一1]?张|(?<=\d)\s*[-−–]"
    r"|(?:voucher|coupon) (?:of|for)|minus|less)\s*(?P<after>\d{2,3})(?!\d)"
)
_PIECES_ZH = (
    r"(?P<n>\d{1,2})\s*(?:口|双|把|瓶|盒|条|件|个|套|台|支|张|只|罐|包|份|袋|样|款|对|x)?\s*(?:这个|那个|这种|那种)?"
)
_PIECES_EN = r"(?P<n>\d{1,2})\s*(?:x\s*)?(?:(?:pairs?|sets?|boxes|tins) of |of )?(?:the |those |these |your )?(?:\w+ )?"
_IN_WORDS = {"a couple of": "2", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_SIZE = re.compile(r"\d{2}(?:\.5)?\s*(?:号|码)|\bsize \d+")
_THEM = re.compile(
    r"(?P<n>\d{1,2})\s*(?:口|双|把|瓶|盒|条|件|个|套|台|支|只|罐|包|份|袋|对|of (?:them|those|these|it)\b)"
)
_I_HOLD = re.compile(r"我(?:有|手上|账上|帐上|帐户|账户|名下)|\b(?:i have|my account|do i have)\b")
_GOES_ON = re.compile(r"券|\bvouchers?\b|\bcoupons?\b|不是|唔系|不系|\bnot\b|付[了咗]?\s*\d|畀咗|俾咗|\bpaid\b")
_IT = re.compile(r"[这那嗰呢](?:双|个|件|瓶|条|盒|款|罐|口|把|套)|它|\b(?:it|them|those|that|these)\b")
_TOGETHER = re.compile(r"加起来|加上|一起|一共|合计|\b(?:together|altogether|in total|both|as well)\b")
_ASKS_SUM = re.compile(
    r"实付|到手价|付多少|付几|要多少钱|多少钱|几多钱|几钱|一共|加起来|总共|邮费|运费|包邮|免运|就是\d"
    r"|\b(?:altogether|in total|total|all in|to pay|do i pay|would i pay|postage|shipping|come to|comes to)\b"
)
_ASKS_POINTS = re.compile(r"积分|点数|[几少多]分|[几少多]点|\bpoints?\b|\bearn\b")
_ASKS_RIGHT = re.compile(r"对不对|对吗|对吧|是不是|没错吧|系咪|啱唔啱|\b(?:right|correct|is that it)\b")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d{1,2})?(?![\d.])")


@dataclass(frozen=True, slots=True)
class Purchase:
    """`goods` with how many of each, what they come to (minor units), and the voucher that is wished with them."""

    goods: Sequence[tuple[Product, int]]
    amount: int
    voucher: Reward | None = None
    off: int = 0

    @property
    def too_little(self) -> bool:
        """Whether the goods do not reach the least that the voucher asks for."""
        return self.voucher is not None and self.amount < self.voucher.min_spend_minor

    @property
    def paid(self) -> int:
        """What is paid for the goods."""
        return self.amount if self.too_little else max(0, self.amount - self.off)


async def tell(turn: Turn) -> bool:
    """Says what the purchase comes to and brings; False where the words tell none, or ask neither."""
    if turn.pressed:
        return False
    flat = in_one_form(turn.text)
    wished = str(turn.entity("choice") or "")
    asked = (False, True) if wished in OF_GOODS else _asked(turn, flat)
    purchase = await meant(turn, flat) if asked else None
    if purchase is None or asked is None:
        return False
    asks_points, asks_sum = asked
    if turn.member is None and (asks_points or not asks_sum or purchase_asked.asks_level(turn.text)):
        # On a birthday, of goods that go back …: the article tells that, with its own sums.
        is_plain = asks_points and not asks_sum and not lexicon.mentions("points_circumstance", turn.text)
        return is_plain and await _said_by_level(turn, purchase)
    lines = [_goods_line(turn, purchase)]
    if wished in OF_GOODS:
        lines += _level_price(turn, purchase)
    lines += _voucher_lines(turn, purchase)
    if wished in OF_GOODS and not purchase.off:
        lines.append(label("purchase_line", "no_voucher", turn.language))
    shipping = wrapping = 0
    if (fee := await bill.wrapping_fee(turn, purchase.paid, _pieces_in(purchase))) is not None:
        wrapping = fee
        lines.append(bill.wrapping_line(turn, fee))
        asks_sum = True
    if asks_sum:
        free = turn.member is not None and await tiers.has_benefit(turn.session, turn.member, FREE_SHIPPING)
        shipping = 0 if free else rules.shipping_at_home(purchase.paid)
        lines.append(_shipping_line(turn, purchase, shipping, wrapping, free=free))
    if asks_points:
        lines.append(await _points_line(turn, purchase))
    if purchase_asked.asks_level(turn.text):
        lines.append(await _level_line(turn, purchase))
    verdict = _verdict(flat, purchase, shipping, wrapping) if _ASKS_RIGHT.search(flat) and asks_sum else "none"
    if wished == RewardAsked.USED_ON and purchase.off:
        verdict = "short" if purchase.too_little else "usable"
    turn.say(f"reply_purchase_{verdict}", lines="\n".join(lines), missing=_missing(purchase))
    kept = {"goods": [[product.sku, pieces] for product, pieces in purchase.goods], "amount": purchase.amount,
            "off": purchase.off, "points": asks_points, "sum": asks_sum}  # fmt: skip
    turn.focus(**{FOCUS: kept})
    if wished in OF_GOODS and len(purchase.goods) == 1:
        turn.focus(product=purchase.goods[0][0].sku)
    turn.done("answered", f"purchase of {purchase.paid}")
    return True


async def _said_by_level(turn: Turn, purchase: Purchase) -> bool:
    """What the purchase brings at each level, to whoever has none yet."""
    brings = [
        label(
            "points_line",
            "tier_rate",
            turn.language,
            tier=tiers.name(tier.code, turn.language),
            rate=format_number(each),
        )
        for tier in await tiers.all_tiers(turn.session)
        for each in [earning_rules.points_for(_counted(purchase), tier)]
    ]
    turn.say("reply_points_by_level", amount=format_money(purchase.paid), rates=listed(brings, turn.language))
    turn.done("answered", f"purchase of {purchase.paid}")
    return True


def _pieces_in(purchase: Purchase) -> int:
    return sum(pieces for _, pieces in purchase.goods) or 1


def _missing(purchase: Purchase) -> str:
    """What the goods lack to reach the least that the voucher asks for."""
    least = purchase.voucher.min_spend_minor if purchase.voucher is not None else 0
    return format_money(max(0, least - purchase.amount))


def _level_price(turn: Turn, purchase: Purchase) -> list[str]:
    """That the level changes no price, where it is asked about: the catalogue keeps one price for everybody."""
    if turn.member is None or not purchase.goods or not purchase_asked.names_level(turn.text):
        return []
    tier = tiers.name(turn.member.tier_code, turn.language)
    return [label("purchase_line", "one_price", turn.language, tier=tier)]


def _asked(turn: Turn, flat: str) -> tuple[bool, bool] | None:
    """Whether the points of a purchase are asked for, and whether what it comes to; None where neither is."""
    gains = purchase_asked.asks_gain(turn.text) or purchase_asked.asks_level(turn.text)
    sums = purchase_asked.asks_sum(turn.text)
    before = turn.spoken_of.get(FOCUS) or {}
    goes_on = before and (lexicon.mentions("birthday_word", turn.text) or _GOES_ON.search(flat))
    if not (gains or sums or goes_on):
        return None
    points = gains or bool(_ASKS_POINTS.search(flat)) or (not sums and bool(before.get("points")))
    total = sums or bool(_ASKS_SUM.search(flat)) or (not points and bool(before.get("sum")))
    return (points, total) if points or total else None


async def meant(turn: Turn, flat: str) -> Purchase | None:
    """The purchase that the words tell: goods by name, an amount, else what was reckoned up or told of last."""
    voucher, off = await _named_voucher(turn, flat)
    goods = await _goods(turn, flat)
    if not goods and turn.entity("choice") == RewardAsked.USED_ON and not _IT.search(flat):
        # "Does it buy formula?" is asked of that, whatever was spoken of before.
        called = await named_best(turn.session, _without_voucher(flat))
        if called is None:
            return None
        goods = [(called, 1)]
    amount = sum(product.price_minor * pieces for product, pieces in goods)
    before: dict[str, Any] = turn.spoken_of.get(FOCUS) or {}
    if len(goods) == 1 and _TOGETHER.search(flat):
        # "The cream as well, how much together": with the thing spoken of.
        with_it = await _by_sku(turn, turn.spoken_of.get("product"))
        goods = [(with_it, 1), *goods] if with_it is not None and with_it.sku != goods[0][0].sku else goods
        amount = sum(product.price_minor * pieces for product, pieces in goods)
    if not goods:
        told = {off, policy().shipping.free_from}
        said = [each for each in figures.amounts(_without_voucher(flat), bare=True) if each not in told]
        spoken = await _by_sku(turn, turn.spoken_of.get("product")) if said else None
        if spoken is not None and spoken.price_minor in said:
            # "On the pair for 569": the one spoken of.
            goods, said = [(spoken, 1)], [spoken.price_minor]
        amount = said[-1] if said else 0
    if not amount and before:
        goods = [(product, pieces) for sku, pieces in before.get("goods", []) if (product := await _by_sku(turn, sku))]
        amount = int(before["amount"])
    if not amount and (product := await _by_sku(turn, turn.spoken_of.get("product"))) is not None:
        pieces = int(found["n"]) if (found := _THEM.search(flat)) else 1
        goods, amount = [(product, pieces)], product.price_minor * pieces
    if not off:
        voucher, off = await _own_voucher(turn, flat, amount)
    if not off and before and not _says_other(flat):
        off = int(before.get("off") or 0)
    return Purchase(goods, amount, voucher, off) if amount else None


def in_one_form(text: str) -> str:
    """One script and width, every numeral in digits."""
    flat = figures.flat(text).lower()
    for word, digit in _IN_WORDS.items():
        flat = re.sub(rf"\b{word}\b", digit, flat)
    # 两口 counts, 一共 and 一起 do not.
    return in_digits(re.sub(r"一(?=[共起样般点些])", "〡", flat)).replace("〡", "一")


def _says_other(flat: str) -> bool:
    return bool(_NUMBER.search(flat)) and not _VOUCHER.search(flat)


def _without_voucher(flat: str) -> str:
    return _SIZE.sub(" ", _WORTH.sub(" ", flat))


async def _named_voucher(turn: Turn, flat: str) -> tuple[Reward | None, int]:
    """The voucher that is named by its worth, and what it takes off."""
    found = _WORTH.search(flat)
    if found is None:
        return None, 0
    off = int(found["before"] or found["after"]) * 100
    return next((each for each in await _vouchers(turn) if each.value_minor == off), None), off


async def _own_voucher(turn: Turn, flat: str, amount: int) -> tuple[Reward | None, int]:
    """The voucher spoken of, else of those held the one that takes most off this amount, where one is spoken of."""
    if not _VOUCHER.search(flat) or turn.member is None:
        return None, 0
    held = [
        reward for _, reward in await rewards.held(turn.session, turn.member.id) if reward.kind == RewardKind.COUPON
    ]
    code = turn.spoken_of.get("reward")
    spoken = [] if _I_HOLD.search(flat) else [each for each in await _vouchers(turn) if each.code == code]
    held.sort(key=lambda each: (each.min_spend_minor > amount, -each.value_minor))
    one = next(iter(spoken or held), None)
    return one, one.value_minor if one is not None else 0


async def _vouchers(turn: Turn) -> list[Reward]:
    return [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]


async def _goods(turn: Turn, flat: str) -> list[tuple[Product, int]]:
    found: list[tuple[Product, int]] = []
    for name in (*turn.entities("product"), *turn.entities("reward")):
        words = in_one_form(str(name))
        if words not in flat:
            # Filled in from what was spoken of.
            continue
        bare = re.sub(r"^\d+\s*(?:口|双|把|瓶|盒|条|件|个|套|台|支|张|只|罐|包|份|袋|对)?", "", words).strip()
        if not bare or _VOUCHER.search(words):
            continue
        best = await _called(turn, bare)
        found += [(each, _pieces(flat, bare)) for each in best if each not in [known for known, _ in found]]
    return found


async def _called(turn: Turn, name: str) -> list[Product]:
    """The product that a name means; of several of one kind (两口锅) the one spoken of."""
    found = await products.search(turn.session, name, limit=SEARCHED)
    called = [each for each in found if fit(name, list(each.names.values())) is Fit.CALLED]
    spoken = [each for each in called if each.sku == turn.spoken_of.get("product")]
    return (spoken or await products.meant(turn.session, name) or called)[:1]


def _pieces(flat: str, name: str) -> int:
    """How many of a thing the words say right before its name; one where they say none."""
    pattern = _PIECES_EN if name.isascii() else _PIECES_ZH
    said = re.search(rf"(?<![\d¥.]){pattern}{re.escape(name)}", flat)
    pieces = int(said["n"]) if said else 1
    return pieces if 0 < pieces <= MOST_PIECES else 1


async def _by_sku(turn: Turn, sku: object) -> Product | None:
    try:
        return await products.by_sku(turn.session, str(sku)) if sku else None
    except NotFound:
        return None


def _goods_line(turn: Turn, purchase: Purchase) -> str:
    named = [
        (f"{pieces} × " if pieces > 1 else "")
        + f"{product.names[turn.language]} {format_money(product.price_minor * pieces)}"
        for product, pieces in purchase.goods
    ]
    total = format_money(purchase.amount)
    if not named:
        return label("purchase_line", "amount", turn.language, total=total)
    kind = "goods" if len(named) > 1 else "one"
    return label("purchase_line", kind, turn.language, goods=" + ".join(named), total=total)


def _voucher_lines(turn: Turn, purchase: Purchase) -> list[str]:
    if not purchase.off:
        return []
    least = purchase.voucher.min_spend_minor if purchase.voucher is not None else 0
    kind = "too_little" if purchase.too_little else "voucher"
    off, left, minimum = (format_money(each) for each in (purchase.off, purchase.paid, least))
    return [label("purchase_line", kind, turn.language, off=off, left=left, minimum=minimum)]


def _shipping_line(turn: Turn, purchase: Purchase, shipping: int, wrapping: int, *, free: bool) -> str:
    kind = "free_level" if free else "shipping" if shipping else "free"
    return label(
        "purchase_line",
        kind,
        turn.language,
        tier=tiers.name(turn.member.tier_code, turn.language) if turn.member is not None else "",
        fee=format_money(shipping),
        free_from=format_money(policy().shipping.free_from),
        total=format_money(purchase.paid + wrapping + shipping),
    )


async def _points_line(turn: Turn, purchase: Purchase) -> str:
    assert turn.member is not None
    # A level that is to be reached is not the one at which this purchase is made.
    named = None if purchase_asked.asks_level(turn.text) else turn.entity("tier")
    tier = await tiers.get(turn.session, str(named or turn.member.tier_code))
    birthday = lexicon.mentions("birthday_word", turn.text)
    times = policy().points.birthday_times if birthday else 1
    brought = earning_rules.points_for(_counted(purchase), tier) * times
    return label(
        "purchase_line",
        "points_birthday" if birthday else "points",
        turn.language,
        points=format_number(brought),
        tier=tiers.name(tier.code, turn.language),
        rate=format_number(tier.earn_rate),
        times=format_number(times),
        after=format_limit(policy().points.arrive_after, turn.language),
    )


async def _level_line(turn: Turn, purchase: Purchase) -> str:
    """Whether what it brings is enough for the level that is named, else for the next one."""
    assert turn.member is not None
    progress = await tiers.progress(turn.session, turn.member)
    named = [tier for tier in await tiers.all_tiers(turn.session) if tier.code == turn.entity("tier")]
    wanted = next((tier for tier in named if tier.rank > progress.current.rank), progress.next)
    if wanted is None:
        return label("purchase_line", "highest", turn.language, tier=tiers.name(progress.current.code, turn.language))
    brought = earning_rules.points_for(_counted(purchase), progress.current)
    missing = wanted.threshold_points - progress.earned
    return label(
        "purchase_line",
        "level" if brought >= missing else "no_level",
        turn.language,
        tier=tiers.name(wanted.code, turn.language),
        points=format_number(brought),
        missing=format_number(missing),
        left=format_number(max(0, missing - brought)),
    )


def _counted(purchase: Purchase) -> Fraction:
    """What counts for points: the goods as paid, those of a category as many times as the policy says."""
    times = policy().points.categories
    if not purchase.goods or not purchase.amount:
        return Fraction(purchase.paid)
    weighted = sum(
        (product.price_minor * pieces * Fraction(str(times.get(product.category or "", 1)))
         for product, pieces in purchase.goods),
        Fraction(0),
    )  # fmt: skip
    return weighted * purchase.paid / purchase.amount


def _verdict(flat: str, purchase: Purchase, shipping: int, wrapping: int) -> str:
    """Whether every amount that the words name is one of the sum's."""
    prices = {product.price_minor for product, _ in purchase.goods}
    prices |= {product.price_minor * pieces for product, pieces in purchase.goods}
    right = prices | {purchase.amount, purchase.off, purchase.paid, shipping, purchase.paid + shipping}
    right |= {wrapping, purchase.paid + wrapping, purchase.paid + wrapping + shipping}
    said = {round(float(each) * 100) for each in _NUMBER.findall(flat)}
    return "right" if {each for each in said if each >= 500} <= right else "wrong"
