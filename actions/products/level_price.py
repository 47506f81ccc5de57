"""What a member of a level pays for a product: the price that the catalogue keeps, for it keeps no other for members;
that is said, with the shipping and the points of the level."""

from actions.kit.asked import purchase_asked
from actions.kit.base import Turn
from actions.kit.policy_facts import FREE_SHIPPING
from actions.knowledge import rules
from actions.products.facts_asked import meant
from actions.products.listed import keep
from actions.products.texts import name_of, price_of
from crm_store import earning_rules, tiers
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.products import Product
from crm_store.tiers import Tier

PURCHASE = "purchase"
"""In the focus: the purchase reckoned up last, into which a voucher may be put next."""


async def tell(turn: Turn) -> bool:
    """Tells it; False where no level's price is asked, or no product is meant."""
    if turn.pressed or not purchase_asked.asks_level_price(turn.text):
        return False
    product = await meant(turn)
    if product is None:
        return False
    tier = await _tier(turn)
    free = await tiers.gives(turn.session, tier.code, FREE_SHIPPING)
    fee = 0 if free else rules.shipping_at_home(product.price_minor)
    kind = "free_level" if free else "fee" if fee else "free"
    turn.say(
        "reply_product_level_price",
        name=name_of(product, turn.language),
        price=price_of(product, turn.language),
        tier=tiers.name(tier.code, turn.language),
        shipping=label("level_shipping", kind, turn.language, fee=format_money(fee)),
        points=format_number(earning_rules.points_for(product.price_minor, tier)),
    )
    keep(turn, product)
    turn.focus(**{PURCHASE: _purchase(product)})
    turn.done("answered", f"{product.sku}: price for {tier.code}", product=product.sku)
    return True


async def _tier(turn: Turn) -> Tier:
    """The level that is named, else the member's own, else the first."""
    every = await tiers.all_tiers(turn.session)
    code = str(turn.entity("tier") or (turn.member.tier_code if turn.member is not None else ""))
    return next((tier for tier in every if tier.code == code), every[0])


def _purchase(product: Product) -> dict[str, object]:
    goods = [[product.sku, 1]]
    return {"goods": goods, "amount": product.price_minor, "off": 0, "points": False, "sum": True}
