"""Why a member leaves, in the finer codes of the exit interview: from the reason given and the member's own words."""

from crm_store.departures import ExitCause
from crm_store.text import normalise

_PHRASES: dict[ExitCause, tuple[str, ...]] = {
    ExitCause.PRICE: ("贵", "价格", "便宜", "优惠少", "折扣", "积分没用", "price", "expensive", "cheaper", "pricey"),
    ExitCause.QUALITY: (
        "质量", "坏", "破了", "起球", "掉色", "不耐用", "假货", "quality", "broke", "fell apart", "defect", "faulty",
    ),
    ExitCause.DELIVERY: (
        "快递", "物流", "送货", "发货", "配送", "太慢", "等太久", "delivery", "shipping", "parcel", "arrive", "late",
    ),
    ExitCause.SERVICE: (
        "服务", "态度", "客服", "投诉", "没人理", "不理人", "service", "rude", "support", "ignored", "complain",
    ),
    ExitCause.COMPETITOR: (
        "别家", "别的店", "其他店", "换了一家", "淘宝", "京东", "拼多多", "elsewhere", "another shop", "other shop",
        "competitor", "amazon",
    ),
    ExitCause.MOVED: ("搬家", "搬走", "搬到", "出国", "移民", "moved", "moving", "abroad", "relocat"),
    ExitCause.UNUSED: (
        "用不上", "用不到", "用不着", "不需要", "很少买", "很少用", "不常", "don't need", "never use", "rarely",
        "not using",
    ),
    ExitCause.MESSAGES: (
        "消息", "短信", "骚扰", "广告", "推送", "简讯", "讯息", "spam", "messages", "emails", "text me",
    ),
    ExitCause.PRIVACY: ("隐私", "个人信息", "泄露", "个资", "privacy", "my data", "personal data"),
}  # fmt: skip
"""What gives each cause away, in normalised words (Simplified, lower case)."""


def causes_of(reason: str, words: str) -> list[ExitCause]:
    """Every cause the words name, in the order they name them; else the `reason` that was chosen."""
    flat = normalise(words).replace(" ", "") + " " + words.lower()
    named = {
        cause: min(flat.find(phrase) for phrase in phrases if phrase in flat)
        for cause, phrases in _PHRASES.items()
        if any(phrase in flat for phrase in phrases)
    }
    return sorted(named, key=lambda cause: named[cause]) or [ExitCause(reason)]
