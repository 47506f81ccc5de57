"""What is asked of a voucher or of points with a yes or a no for an answer: whether the points of one that lapsed come
back, and whether it still counts on its last day."""

import re
import unicodedata

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

_USED_ON = re.compile(
    r"券(?:是不是|系咪|都|也|又)*(?:能不能|可不可以|可唔可以|得唔得|能|可以|得)"
    r"(?:用来|用嚟|拿来|攞来|攞嚟|用)?(?:买|用在|用于|用到|用喺)"
    r"(?!什么|啥|咩|乜|吗|么|到|东西|哪|边)\S"
    r"|(?:买|用在|用喺)\S{1,12}?(?:能不能|可不可以|可唔可以|能|可以)(?:用|使)(?:这|那|呢|𠮶)?张?(?:\d{2,3}(?:元|块|蚊)?的?)?(?:优惠)?券"
    r"|\b(?:can|could|may) (?:i|we) (?:use|put|spend|apply) (?:this|the|my|that|a) (?:\d+ )?(?:yuan )?"
    r"(?:voucher|coupon) (?:on|for|towards|to buy|to get) (?:the|that|those|a|some|it|them)\b"
    r"|\b(?:does|do|will|would|can) (?:this|the|my|that|a) (?:\d+ )?(?:yuan )?(?:voucher|coupon)s?"
    r" (?:work|count|apply|be used|buy|cover)(?: on| for| with| to buy)?\b (?:the|that|those|a|some|it|them)\b"
)
_PAID = re.compile(
    r"实付|付多少|付几|最后(?:是|要|得|系)?(?:多少|几多?)|到手(?:多少|价)|(?:要|就|是|得)(?:多少|几多?)钱|几多钱"
    r"|就(?:是)?\d{2,}(?:对|啱|是|没错)"
    r"|\b(?:how much|what) (?:do|would|will|should) i (?:have to )?pay\b"
    r"|\bhow much (?:is|are) (?:it|that|they) (?:then|with)\b"
    r"|\bcomes? to\b|\bto pay\b|\bfinal price\b|\bhow much in the end\b"
)
_MINUS = r"\d{2,}(?:\.\d+)? ?[-−－–] ?(?:20|50|100)(?!\d)"
_WITH_ONE = re.compile(rf"券|(?:用|换|拿|攞|来)[了咗]?[一1]?张(?:20|50|100)|{_MINUS}|\b(?:vouchers?|coupons?)\b")
_IN_A_SUM = re.compile(
    r"会员价|打折|折扣|折上折|一起用|叠加|叠用|用在|会员|白金|金卡|银卡"
    r"|\b(?:members?|discount|together|stack|platinum|gold|silver)\b"
)


def asks_use_on(text: str) -> bool:
    """Whether it is asked if a voucher may be used for goods that are named: 这券能买防晒吗."""
    return bool(_USED_ON.search(closed_up(text)))


def asks_paid(text: str) -> bool:
    """Whether it is asked what goods come to with a voucher off: 用在那双 实付多少, 569-100就469对吧."""
    said = closed_up(text)
    plain = unicodedata.normalize("NFKC", text)
    with_one = _WITH_ONE.search(said) or re.search(_MINUS, plain)
    return bool(with_one and _PAID.search(said) and not _OF_ORDERS.search(said))


def is_of_a_sum(text: str) -> bool:
    """Whether a clause tells what goes into such a sum, or asks for it: 用在那双, 会员价不会更低."""
    said = closed_up(text)
    return bool(_WITH_ONE.search(said) or _PAID.search(said) or _IN_A_SUM.search(said))


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
