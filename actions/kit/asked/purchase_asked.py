"""Whether words ask how many points a purchase brings, or what it comes to with a voucher and shipping."""

import re

from crm_store.text import normalise

_GAIN = re.compile(
    r"(?:拿|得|攒|赚|收|送|返|给|[能会]有)(?:到|返|回|我|俾我)? ?(?:多少|几多|几)(?:个)?"
    r"(?:积分|点数|分(?!期|钟)|点(?!钟|半|到|送))"
    r"|(?:多少|几多|几)(?:个)?(?:积分|点数|分|点)(?:返|可以拿|可以得|能拿|能得|入账|到手)"
    r"|(?:积分|点数)(?:能|会|可以)?(?:拿|得|有|给|送)(?:多少|几)"
    r"|\bhow many (?:\w+ )?points\b.{0,60}\b(?:get|earn|bring|brings|make|collect)\b(?! (?:me )?to\b)"
    r"|\b(?:what|which) points\b.{0,30}\b(?:get|earn)\b|\bhow much (?:do|would|will|can) i earn\b"
    r"|\bpoints (?:do|would|will|did|can) (?:i|that|it|this|they) (?:get|earn|bring|be)\b"
)
_NO_GAIN = re.compile(
    r"(?:送|收|开|做|营业)到 ?几点|几点(?:送|到|收|开|关|钟)"
    r"|换|兑|差|不够|够不够|过期|到期|退|投诉|上次|之前|以前|怎么只|为什么|为啥|点解"
    r"|\b(?:need|cost|costs|short|missing|left|expire|redeem|why|review|refer|referring|with my|for my|should have"
    r"|return)\b"
)
_SUM = re.compile(
    r"实付|到手价|(?:要|得|总共|一共|最后)付(?:多少|几)|付多少|就是 ?\d|(?:邮费|运费) ?\d+ ?(?:元|块|蚊)?"
    r"|\b(?:do|would|will|should) i (?:have to )?pay\b|\bcomes? to\b|\bthat(?: s| is) \d+|\bto pay\b"
)
_WITH_VOUCHER = re.compile(r"券|[减抵扣] ?\d|\b(?:vouchers?|coupons?|off|minus|less)\b")
_LEVEL = re.compile(
    r"(?:够不够|够|能不能|能|可以|会不会|会|可唔可以|得唔得|就|刚好)(?:直接|马上|我)?(?:升(?!级的)|到(?:下一级|银|金|白金))"
    r"|升(?:级|等|银|金|白金)?(?:卡|会员)?(?:够不够|够|得了|得到|得唔得|不升|没|未)|升得了|够不够(?:下一级|银|金|白金)"
    r"|\b(?:enough|do it|take me|get me|bring me|push me|bump me|reach|make)\b.{0,24}"
    r"\b(?:silver|gold|platinum|next (?:level|tier)|level up|upgraded?)\b"
    r"|\b(?:be|become|am i|i d be|will i be|would i be) (?:silver|gold|platinum)\b"
)

_LEVEL_WORD = re.compile(
    r"白金|金卡|银卡|普卡|铜卡|会员|等级|打折|折扣|\b(?:platinum|gold|silver|bronze|members?|level|discount)\b"
)
_MEMBERS_PRICE = re.compile(
    r"(?:会员|金卡|银卡|白金|普卡|铜卡)(?:的)?价|\b(?:member|members|gold|silver|platinum|bronze)s? prices?\b"
)
_PRICE = re.compile(
    r"(?:要|得|该|应|实|需要)付(?:多少|几)|付(?:多少|几)钱?|(?:多少|几多|几)钱|(?:多少|几多)[块元蚊]|卖多少"
    r"|\b(?:do|would|will|should) i (?:have to )?pay\b|\bhow much (?:is|are|would|does|do|for)\b"
    r"|\bwhat does .{1,30} cost\b"
)
_OF_A_LEVEL = re.compile(
    r"(?:金卡|银卡|白金|普卡|铜卡|会员|等级).{0,14}(?:买|付|价|拿|要|多少)"
    r"|(?:作为|我是|我系|身为)(?:金卡|银卡|白金|普卡|铜卡|会员)"
    r"|\b(?:as|for|with|being) (?:a |an |my )?(?:gold|silver|platinum|bronze)? ?"
    r"(?:members?|membership|level|gold|silver|platinum)\b"
    r"|\bi m (?:a )?(?:gold|silver|platinum|bronze)\b"
)
_FOR_A_THING = re.compile(
    r"\b(?:pay for|how much (?:is|are|for|would)|price (?:of|for)|cost of) (?:the|a|an|your|those|these) \w+"
    r"|买.{1,12}(?:付|要|多少)"
)
_NOT_A_PRICE = re.compile(
    r"积分|点数|年费|会费|升(?:级|到|等)?|还差|才能|(?:成为|当|入)会员|退"
    r"|\b(?:points?|fee|upgrade|reach|become|join|paid|get to|refund)\b"
)

_BOUGHT = re.compile(
    r"买的|买过|买[^，。]{0,6}(?:那|嗰)(?:一)?(?:单|笔|次|张单)|(?:那|这|嗰|呢)(?:一)?(?:单|笔|张单)|订单|\b(?:bought|ordered|order|purchase)\b"
)
_CREDITED = re.compile(
    r"(?:加|给|送|得|拿|攒|返|记|有)(?:到|上)?(?:了|咗)(?:我)?(?:多少|几|几多)(?:个)?(?:积分|点数|分(?!期|钟)|点(?!钟|半))"
    r"|(?:积分|点数|分)(?:都|已经|有)?(?:没有|有没有|有冇)?(?:到账|入账|入帐|到|加上|记上|给)(?:了|咗)?(?:没|吗|么|未|㗎)"
    r"|(?:到账|入账|入帐|加上|记上)(?:了|咗)?(?:没|吗|么|未)"
    r"|\bpoints\b.{0,40}\b(?:credited|arrived?|come (?:in|through)|added|in yet|there yet)\b"
    r"|\bhow many points (?:did|have)\b|\bpoints (?:did|have) i\b|\bdid i get (?:any |the |my )?points\b"
)
_POINTS = re.compile(r"积分|点数|[几少多]分(?!期|钟)|[几少多]点|\bpoints?\b")


def asks_level_price(text: str) -> bool:
    """Whether it is asked what a member of a level pays for goods: 金卡买要付多少, "what do I pay as a gold member"."""
    flat = normalise(text)
    said = flat if flat.isascii() else flat.replace(" ", "")
    if _NOT_A_PRICE.search(said):
        return False
    return bool(_MEMBERS_PRICE.search(said) or (_PRICE.search(said) and _OF_A_LEVEL.search(said)))


def names_level(text: str) -> bool:
    """Whether a level of membership, its price or its discount stands in the words."""
    return bool(_LEVEL_WORD.search(normalise(text)))


def names_goods(text: str) -> bool:
    """Whether a price is asked of a thing that is named, whatever it is: "what do I pay for the cabin case"."""
    return bool(_FOR_A_THING.search(normalise(text)))


def asks_credited(text: str, *, of_points: bool = False) -> bool:
    """Whether it is asked what something that was bought brought, or whether its points have come. `of_points`: points
    were spoken of, so that 到账了没 means them and no refund."""
    flat = normalise(text)
    said = flat if flat.isascii() else flat.replace(" ", "")
    return bool(_BOUGHT.search(said) and _CREDITED.search(said) and (of_points or _POINTS.search(said)))


def asks_level(text: str) -> bool:
    """Whether it is asked if something lifts the customer to a level: 够不够升金卡, "would that take me to gold"."""
    return bool(_LEVEL.search(normalise(text)))


def asks_gain(text: str) -> bool:
    """Whether it is asked how many points come of something bought: 能拿多少积分, "how many points would I get"."""
    flat = normalise(text)
    return bool(_GAIN.search(flat)) and not _NO_GAIN.search(flat)


def asks_sum(text: str) -> bool:
    """Whether it is asked what is to be paid with a voucher off: 减50就是78 邮费8块对不对, "what do I pay after it"."""
    flat = normalise(text)
    return bool(_SUM.search(flat) and _WITH_VOUCHER.search(flat))
