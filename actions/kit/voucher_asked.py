"""What is asked of a voucher or of points with a yes or a no for an answer: whether the points of one that lapsed come
back, and whether it still counts on its last day."""

import re

from crm_store.text import closed_up

VOUCHER = re.compile(
    r"券|(?:[这那]|呢|𠮶)?张?(?<!\d)(?:20|50|100|二十|五十|一百)(?:元|块|蚊)?(?:的|嘅)(?!货|单)|\b(?:vouchers?|coupons?)\b"
)
_POINTS = r"(?:积分|点数|分(?!期|钟|开)|点(?!钟|半|样|解))"
_LAPSES = (
    r"(?:过期|过了期|过咗期|到期|作废|失效|逾期"
    r"|\b(?:expires?|expired|expiring|lapses?|lapsed|runs? out|ran out|run out|goes out of date)\b)"
)
_LAPSED = re.compile(_LAPSES)
_BACK = re.compile(
    rf"(?:退|还|返|补|赔|拿|攞)(?:给|回|返|还|俾)*(?:我|我的|咱)?(?:的)?(?:那些)?\d*个?{_POINTS}"
    rf"|{_POINTS}(?:\S{{0,4}}?)(?:退|还给|还我|还回|返还|返给|补|拿回|拿得回|要回|回来|还在|在不在|仲系度|仲喺度|白花|没了|没有了|冇咗|攞返|攞得返)"
    r"|\bpoints\b.{0,24}\b(?:back|refunded|returned|restored|come back|lost|gone|re ?credited)\b"
    r"|\b(?:get|give|refund|return|restore|lose|lost|got)\b.{0,16}\b(?:my |the |those )?(?:\d+ )?points\b"
)
_OF_ORDERS = re.compile(
    r"退货|退款|订单|那单|这单|退单|下单|取消|运费"
    r"|\b(?:orders?|refund (?:my|the) (?:order|money)|parcel|cancel\w*|return (?:it|them|the))\b"
)
"""A voucher or points of an order that goes back are another matter."""
_POINTS_LAPSE = re.compile(
    rf"{_LAPSES}(?:掉)?(?:的|了的|嘅|咗嘅){_POINTS}|(?<!退)(?<!还)(?<!给){_POINTS}(?:要是|如果|会|都|就|已经|全)*{_LAPSES}"
    r"|\bpoints\b (?:\w+ ){0,2}(?:expire|expires|expired|lapse|lapsed|run out)\b|\bexpired points\b"
)
"""Points that end by themselves: none were spent."""
_GOES_ON = re.compile(
    rf"(?:没用|没用掉|没使|冇用|未用|没用完|\bunused\b|\bnot used\b).{{0,8}}?{_POINTS}.{{0,4}}?(?:还在|在不在|退|还|仲)"
)
_THAT_DAY = re.compile(
    r"(?:当日|当天|那天|那日|𠮶日|嗰日|最后一天|最后一日|尾日|那一天|号|日)(?:晚上|夜晚)?(?:积分|点数|券|优惠券|啲分)?(?:还|仲|都|也|是不是|系咪)*"
    r"(?:能不能|可不可以|可唔可以|能|可以|得|算不算)?(?:用唔用得|用得|用不用得|使得|用|换|兑|有效|算数)"
    r"|(?:能|可以|得)(?:用|换|使)到(?:最后一天|当天|当日)"
    r"|\b(?:on|until|till|through|including) (?:the )?(?:last|final|very|expiry|same) (?:day|date)\b"
    r"|\bon the day (?:itself|they expire|it expires)\b"
    r"|\b(?:still )?(?:use|spend|redeem|valid|good|usable)\b.{0,24}\b(?:on|for) (?:the )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}(?:st|nd|rd|th)?)(?: itself)?\b"
)
_THE_DAY_ITSELF = re.compile(
    r"当日|当天|最后一天|最后一日|尾日|到期那|过期那"
    r"|\b(?:itself|last day|final day|expiry (?:day|date)|very day|day (?:they|it) expires?)\b"
)
_OF_OTHER_DAYS = re.compile(r"生日|送到|上班|客服|\b(?:birthday|deliver\w*|same day)\b")
_USABLE_OF = re.compile(rf"{_POINTS}|券|\b(?:points?|vouchers?|coupons?)\b|\d几(?:分|点)|万")
_ASKS = re.compile(
    r"吗|么|没|不$|不能|㗎|咩|呀$|仲|还(?:能|可以|有|在)|能不能|会不会|会唔会|是不是|系咪|可不可以|可唔可以|用唔用得|得唔得|要是|如果|也给|到底|在不在"
    r"|\b(?:can|could|do|does|will|would|are|is|what if|if)\b"
)


def asks_lapsed(text: str, *, of_voucher: bool = False) -> bool:
    """Whether it is asked if the points of a voucher come back once it has lapsed: 过期没用积分退给我不.

    `of_voucher`: a voucher is what was spoken of, and need not be named."""
    said = closed_up(text)
    names = of_voucher or VOUCHER.search(said)
    if not names or not _ASKS.search(said) or not _LAPSED.search(said) or _OF_ORDERS.search(said):
        return False
    goes_on = of_voucher and _GOES_ON.search(said)
    return bool(goes_on or (_BACK.search(said) and not _POINTS_LAPSE.search(said)))


def speaks_of_points_back(text: str) -> bool:
    """Whether a clause says of points that they come back, or do not."""
    return bool(_BACK.search(closed_up(text)))


def asks_last_day(text: str, *, of_voucher: bool = False) -> bool:
    """Whether it is asked if a voucher or points still count on their last day: 12月31号当日仲用唔用得."""
    said = closed_up(text)
    if not _ASKS.search(said) or _OF_ORDERS.search(said) or _OF_OTHER_DAYS.search(said):
        return False
    names = of_voucher or _USABLE_OF.search(said)
    return bool(names and _THAT_DAY.search(said) and _THE_DAY_ITSELF.search(said))


def names_points(text: str) -> bool:
    """Whether the last day is asked of points, and of no voucher: 年底那一万几分."""
    said = closed_up(text)
    return not VOUCHER.search(said) and bool(re.search(rf"{_POINTS}|\bpoints?\b", said))
