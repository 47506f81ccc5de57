"""What points are for, whatever a file calls it: 购物, 購物, Purchase and 消費 are one reason."""

from crm_store.points import EarnReason
from crm_store.text import normalise

TAKEN_BACK = frozenset({"return", "order_cancelled"})
"""Reasons that take back what an order brought, also when it was spent: the member owes the rest."""
OF_AN_ORDER = (EarnReason.PURCHASE, EarnReason.BIRTHDAY)
"""What an order brings once, whichever way it is told."""

_CALLED = {
    EarnReason.PURCHASE: (
        "购物", "消费", "购买", "下单", "订单", "交易", "购物积分", "消费积分", "订单积分", "购物奖励", "消费奖励",
        "购物赠送", "消费赠送", "购物返积分", "消费返积分", "订单完成", "purchases", "order", "orders", "shopping",
        "sale", "sales", "bought", "order completed", "purchase points",
    ),
    EarnReason.BIRTHDAY: ("生日", "生日礼", "生日积分", "生日双倍", "birthday bonus"),
    EarnReason.REVIEW: ("评价", "评论", "晒单", "商品评价", "评价奖励", "reviews"),
    EarnReason.WELCOME: ("入会", "注册", "新会员", "注册送积分", "入会礼", "sign up", "signup", "registration"),
    EarnReason.REFERRAL: ("推荐", "推荐好友", "邀请好友", "refer a friend", "referrals"),
    EarnReason.SURVEY: ("问卷", "调查"),
    EarnReason.CAMPAIGN: ("活动", "促销", "促销活动", "promotion", "promo"),
    EarnReason.GOODWILL: ("补偿", "赔偿", "compensation"),
    EarnReason.IMPORT: ("历史积分", "期初积分", "导入", "opening balance"),
    "redeem": ("兑换", "积分兑换", "redeemed", "redemption"),
    "return": ("退货", "退款", "退货退款", "退单", "退换货", "returned", "returns", "refund", "refunded"),
    "order_cancelled": ("取消", "订单取消", "取消订单", "cancelled", "canceled", "cancellation", "order canceled"),
}  # fmt: skip
_KNOWN = {normalise(word): str(reason) for reason, words in _CALLED.items() for word in (reason, *words)}


def reading(said: str) -> str:
    """The reason that a word stands for; one that nobody knows here is its own."""
    return _KNOWN.get(normalise(said), said)


def slot(reason: str) -> str | None:
    """Which of the two things an order brings once these points may be; None for points of another kind. What is in no
    word we know may be what the purchase brought."""
    known = reading(reason)
    if known in OF_AN_ORDER:
        return known
    if known == EarnReason.IMPORT or normalise(reason) not in _KNOWN:
        return EarnReason.PURCHASE
    return None


def clash(reason: str, earlier: str) -> str | None:
    """Why an order that brought points for `earlier` brings none for `reason`: a value of the labels `import_refusal`,
    or None where it may. Two words nobody knows may be two things; beside a purchase such a word may be the same."""
    told, before = reading(reason), reading(earlier)
    if told in OF_AN_ORDER and told == before:
        return "order_earned_before"
    purchase = EarnReason.PURCHASE
    if purchase in (told, before) and slot(reason) == slot(earlier) == purchase:
        return "order_earned_otherwise"
    return None
