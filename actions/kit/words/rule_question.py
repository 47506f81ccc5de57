"""Whether words ask for a rule: whether a thing may be, goes on or ends, how, how long, by whom. What is asked so is
weighed against the shop's articles before one's own vouchers, points or goods are shown for a word that stands in it.

No question of a rule is what asks for one's own ("which vouchers do I have", 我那张券什么时候到期), for figures and
lists (有哪些特价), or wishes an act ("can I get the tote").
"""

import re

from crm_store.text import normalise

_ASKS = re.compile(
    r"能不能|可不可以|可唔可以|得唔得|会不会|会唔会|是不是|系咪|要不要|用不用"
    r"|(?:能|可以|会|还能|还可以|仲可以|可).{0,14}(?:吗|么|嘛|不|没|㗎|咩|呀)$"
    r"|(?:能|可以|会).{0,14}(?:吗|么|㗎|不(?:能|可以|会|行))|行不行|得不得|(?:回来|退|还|过期|到期|有效|提醒|通知我?)(?:吗|么|嘛|不|没|㗎)$|多久|多长|几天|几耐|怎么|怎样|如何|点样|谁|边个|先(?:扣|用)"
    r"|\b(?:can|could|may|does|do|will|would|is|are|am) (?:i|you|we|they|it|that|this|there|the|a|an|my|your|any ?\w+"
    r"|some\w+|points?|vouchers?"
    r"|coupons?)\b"
    r"|\bwhich \w+ (?:\w+ )?(?:gets?|goes|go|are) used\b|\bhow (?:long|do|does|can|is|are|soon)\b|\bwho\b"
    r"|\bwhat (?:happens|if|becomes)\b"
)
_OWN = re.compile(
    r"我(?:现在|这里|账户|手上|那|这|嗰|的)?(?:张|些|个)?(?:还|仲)?有(?:没有|冇|多少|几|哪|什么)?|我(?:那|这|嗰|呢)?(?:张|些)?(?:的)?"
    r"(?:券|优惠券|积分|点数|分|码)[^，。]{0,6}(?:什么时候|几时|几号|哪天|多少|是多少)|我哪些|哪些分"
    r"|有(?:没有)?(?:什么|哪些|啥|咩)|(?:多少|几多)(?:钱|分|点)"
    r"|发我|给我看|看看|查一下|查下|查查|够换|换什么"
    r"|\b(?:do|have) i (?:still )?(?:have|got|hold|own)\b|\bi (?:still )?have left\b|\bi ve got\b"
    r"|\bwhen (?:do|does|will|is|are) (?:my|mine|it|they|this|that|those|these)\b"
    r"|\bwhich of (?:my|mine)\b|\bhow (?:many|much)\b"
    r"|\bwhat s? ?(?:is|are)? ?(?:my|the code|this|on sale|reduced)\b"
    r"|\b(?:show|list|see|tell me) (?:me )?(?:my|the|all|which|what)\b"
)
_ACT = re.compile(
    r"(?:能|可以|可唔可以|能不能|可不可以|帮我|想|要)(?:用(?:积分|点数|分))?(?:再)?(?:换|兑换?|攞|领)(?:一|两|个|张|到|走)?"
    r"[^，。]{0,6}(?:券|罐|杯|灯|包|套|礼)"
    r"|\b(?:can|could|may) (?:i|we) (?:please |also |still )?"
    r"(?:get|have|redeem|swap|claim|buy|see|take|exchange) (?!.*\bback\b)"
)


def asks(text: str) -> bool:
    """Whether the words ask for a rule, and for nothing of the customer's own."""
    flat = normalise(text)
    said = flat if flat.isascii() else flat.replace(" ", "")
    return bool(_ASKS.search(said)) and not _OWN.search(said) and not _ACT.search(said)
