"""Whether it is asked what becomes of the voucher that an order was paid with, once the order is cancelled."""

import re

from crm_store.text import closed_up, normalise

_VOUCHER = re.compile(
    r"(?:优惠券?|代金券|折扣券|抵用券|券|红包).{0,8}(?:退|还|返|回来|作废|没了|浪费|怎么办)"
    r"|\b(?:voucher|coupon|discount code|promo code)\b.{0,30}\b(?:back|returned?|restored?|lost|lose|again|refunded)\b"
    r"|\b(?:back|lose|keep|return|refund|restore)\b.{0,16}\b(?:voucher|coupon|discount code|promo code)\b"
)


def asks_of_voucher(text: str) -> bool:
    return any(_VOUCHER.search(form) for form in (closed_up(text), normalise(text)))
