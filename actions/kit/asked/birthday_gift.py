"""Whether words ask how it stands with the birthday voucher or gift of whoever asks: 我生日那张券用掉了吗."""

import re

from crm_store.text import normalise

_GIFT = re.compile(
    r"生日(?:那张|那个|的|送的|给的|发的|月的?|礼)*(?:优惠|现金)?(?:券|礼盒|礼(?!物|服|品店))|寿星券|我(?:自己)?(?:的|嘅)?生日礼物"
    r"|\b(?:birthday|bday|b day) (?:vouchers?|coupons?|box)\b"
    r"|\bmy (?:own )?(?:birthday|bday|b day) (?:gift|present|treat)\b"
)
_OWN = re.compile(
    r"(?:我|俺)(?:自己)?(?:的|嘅)?(?:今年|去年|上个月|这个月)?(?:的|嘅)?生日(?!那天|当天)"
    r"|没收到|没有收到|未收到|冇收到|收唔到|还没(?:到|来|发|收)|怎么(?:还)?没|点解(?:仲)?未|去哪|哪去|边度|不见|没了|冇咗"
    r"|还(?:会)?(?:给|送)(?:吧|吗|不|么|我)|仲(?:会)?(?:送|俾|畀)|照样(?:给|送)|照送|\bstill (?:get|give|send)\b"
    r"|(?:领|拿|发|收|攞)(?:过|了|到|咗)(?:没|吗|么|未|了没)|有没有(?:领|拿|发|收)|有冇(?:领|攞|派)|到底(?:领|拿|发)"
    r"|用掉|用过|用咗|用了吗|使了吗|过期了|过咗期|失效了|作废了|还有吗|仲有冇|还在吗|还能用吗|仲用得"
    r"|\bmy (?:own )?(?:\w+ )?(?:birthday|bday|b day)\b"
    r"|\b(?:where s|where is|where has|gone|did i (?:already |ever )?(?:use|get|have|claim)"
    r"|have i (?:already |ever )?(?:had|got|claimed|been given)|have i used|already used"
    r"|has (?:it|\w+ ){1,4}expired|haven t got"
    r"|hasn t|didn t (?:get|receive|come|arrive)|never (?:got|came|arrived)|still (?:valid|there|good))\b"
)
_RULE = re.compile(
    r"一般|规定|会员都|有效期|多久|几天|几时发|什么时候发|满多少|送多少|怎么领|要买够|提前|改生日"
    r"|\b(?:members|generally|how long|how many|minimum|what do|when do you|policy)\b"
)
_REDUCED = re.compile(
    r"打折|特价|折扣|促销|清仓|减价|降价|优惠的|活动(?:商品|价)|\bsale\b|discounted|\breduced\b|clearance|on offer"
)


def asks_own(text: str) -> bool:
    """Whether it is asked of one's own, and not how it is for everybody."""
    flat = normalise(text)
    return bool(_GIFT.search(flat) and _OWN.search(flat)) and not _RULE.search(flat)


def asks_of_reduced(text: str) -> bool:
    """Whether it is asked if it counts for reduced goods."""
    return _REDUCED.search(normalise(text)) is not None


def is_called_so(*names: str) -> bool:
    """Whether a reward with these names is one for the birthday."""
    return any("生日" in (flat := normalise(name)) or "birthday" in flat for name in names)
