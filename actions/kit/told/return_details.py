"""What a customer tells of a return for those who see to it: where the new one goes, whom it may be handed to, that the
box is gone. It wishes nothing and changes neither what comes back nor why."""

import re

from actions.kit import slot_text
from actions.kit.words import alternatives, consent, lexicon
from actions.kit.words.consent import Answer
from crm_store.text import closed_up, normalise

MORE, NO_NOTE, NOTED = "more", "no_note", "noted"
"""`choice` of words for the return that was just registered; that the last of them was no note; and whether it is
written down."""
SENT = "sent"
"""`choice` of words that say that the goods are on their way back."""
ONE_MORE = "one_more"
"""`choice` of words that only name one more thing that goes back; it comes up after the one in hand."""
LINE = "line"
"""`choice`, with a colon and its id, of a line of an order that was chosen in the same breath as one before it."""
_CLAUSE_END = re.compile(r"[，,。；;！!\n]+|(?<=[?？])|\.\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_REGISTERED = re.compile(
    r"(?:刚才?|刚刚|已经)?(?:登记|申请|办)(?:好|了)?的(?:那个|那单)?(?:换货|退货|维修|换新)"
    r"|\b(?:exchange|replacement|repair|return) (?:\w+ ){0,2}?(?:registered|filed|booked)\b"
)
"""The request that is on record, named and not wished for."""
_BUT = re.compile(
    r"^(?:不过|不過|但是?|可是|只是|就是)[，,]?\s*|^(?:but|only|though|although|just)\b,?\s*", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"[路街道巷弄村苑园區区鎮镇鄉乡里大厦廈楼樓][^，。,?？]{0,8}\d+\s*[号號室楼樓座栋棟弄巷之]"
    r"|\b\d+[a-z]? (?:\w+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|square|way)\b",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"(?:我|东西|货|件|包裹|(?:那|这)[个件双])*(?:已经|今天|昨天|刚刚|刚才|刚|就|都|今日|琴日|啱啱)*(?:把(?:它|东西|货|鞋子?|衣服))?"
    r"(?:已经)?(?:给你们|畀你哋)?(?:寄|发|邮|交)(?:出去|回去|出|返|回|走)*(?:给你们|畀你哋)?(?:了|咗)(?:喇|啦|哦|啊|呀|喔|的)*"
    r"|(?:ok |well |just so you know |btw |by the way )?(?:i|we)(?: have| ve| d| had)?(?: already| just)*"
    r" (?:sent|posted|shipped|mailed|dropped) (?:it|them|that|this|the (?:parcel|package|goods|item|thing)|everything)"
    r"(?: (?:back|off|already|today|yesterday|this morning|to you|in the post|just now))*"
    r"|(?:it|they)(?: s| is| are| re)?(?: already)? (?:in the post|on (?:its|the|their) way(?: back)?(?: to you)?)"
)
"""That the goods were sent back: 我寄咗喇, "I've posted it"."""
_WHEN_COLLECTED = re.compile(
    r"(?:点|半|上午|下午|早上|中午|晚上|周.|星期.|明天|后天|平日|假日).{0,4}(?:前|后|之前|之后|以前|以后)?.{0,3}"
    r"(?:别|不要|唔好|先别|再|才)?(?:来|嚟|上门|过来)(?:取|拿|收|攞|一趟)?(?:件|货)?(?:了|啊|吧|哦|喔|啦)*$"
    r"|\b(?:come|collect|call round|ring|knock|pick (?:(?:it|them|that|the \w+) )?up)\b(?: \w+){0,3}? ?"
    r"\b(?:before|after|until|till|between|on|in the)\b"
)
"""When somebody is to come for it, or not: 下午三点前别来取, "don't come before 3"."""
_WORN = re.compile(
    r"(?:(?<!没)(?<!没有)(?<!未)(?<!冇)(?:试穿|穿|着|试|洗|下水|戴)(?:了|过|咗)(?!的尺|吗|没|\S{0,2}尺码)"
    r"|(?:在|喺)?(?:室内|家里|屋里|屋企|家)(?:试|穿|着|走)(?:了|过|咗)"
    r"|(?:外面|出门|出街)(?:穿|着|走)(?:了|过|咗))"
    r"|\b(?:i|we|he|she|ive|weve|id|shes|hes|ve|s|had|have|has|only|just|already)"
    r" (?:\w+ ){0,2}?(?:worn|wore|tried|washed|walked)"
    r""
    r" (?:\w+ ){0,2}?(?:it|them|em|these|those|on|indoors|inside|outside|once|twice|around|round)\b"
    r"|\b(?:had|have|had got) (?:it|them|em|these) on\b"
    r"|\bworn (?:indoors|inside|outside|outdoors|once|twice|a few times)\b"
)
"""A thing that was put on, or washed."""
_OUTSIDE = re.compile(
    r"(?<!没)(?<!没有)(?<!未)(?<!冇)(?<!不)(?:(?:穿|着|著|戴)(?:着|住|咗|了)?(?:它|佢)?(?:们|哋)?(?:出去|出门|出街|上街|去上班|去公司|去学校)"
    r"|(?:在|喺)?(?:外面|户外|街上|路上|室外)(?:穿|着|著|走|跑|戴)(?:了|过|咗)"
    r"|(?:穿|着)(?:了|过|咗)?(?:它)?(?:在|喺)(?:外面|户外|街上|室外)|外穿(?:了|过|咗)|(?:洗|下水)(?:了|过|咗))"
    r"|\b(?:worn|wore|walked|ran|used|had|been|took|taken)\b(?: (?!never|not)\w+){0,4}?"
    r" (?:outside|outdoors|out(?: and about)?|on the street|in the street|to work|to school|to the office"
    r"|down the road|round the block)\b(?! of)"
    r"|\b(?:washed|been through the wash)\b"
)
_NOT_DONE = re.compile(
    r"(?:没|没有|未|冇|从来?没有?)(?:有)?(?:怎么)?(?:在)?(?:外面|户外)?(?:穿|着|著|洗|下水|戴)"
    r"|(?:如果|要是|万一|假如|能不能|可以|可不可以)(?:我)?(?:先)?(?:穿|着|洗)"
    r"|\b(?:never|not|haven t|hasn t|havent|didn t|didnt|without|wasn t|weren t|before i|if i|if you|can i|could i"
    r"|may i|don t)\b(?: \w+){0,3}? (?:worn|wore|wear|wearing|walk|walked|wash|washed|washing|outside|outdoors|used"
    r"|taken|run)\b|\b(?:courier|driver|parcel|box)\b"
)
"""Nothing of it was done, it is only asked whether it may be, or it was the parcel that stood outside."""
_TAGS_OFF = re.compile(
    r"(?<!没)(?<!没有)(?<!未)(?<!冇)(?:剪|拆|撕|扯|摘)(?:了|掉|咗|下).{0,4}(?:吊牌|标签|牌)|(?:吊牌|标签"
    r"|牌).{0,6}(?<!没)(?<!没有)(?<!未)(?<!冇)"
    r"(?:剪|拆|撕|扯|摘|扔|丢|冇|唔见|不见|没)(?:了|掉|咗|有)"
    r"|\b(?:cut|took|taken|ripped|pulled|torn|tore|removed|snipped|lost|binned) (?:\w+ ){0,2}?(?:tags?|labels?)\b"
    r"|\b(?:tags?|labels?)(?: \w+){0,2}? (?:off|gone|removed|cut|lost)\b|\b(?:without|no) (?:the )?tags?\b"
)
_I_COME = re.compile(
    r"我.{0,8}[来嚟](?:吧|了|啊|啦)*$|\bi (?:ll|will|can|may|might) (?:\w+ )?(?:come|call|ring|pick)\b"
)
"""The customer comes back to it later: 我明天再来."""


def told(text: str) -> bool:
    """Whether some clause tells such a detail, and none is about another matter."""
    bare = _REGISTERED.sub(" ", normalise(text))
    if lexicon.mentions("not_of_the_return", text) or alternatives.wished(alternatives.WAYS, bare):
        return False
    telling = [clause for clause in _clauses(text) if not _asks(clause)]
    return any(_is_detail(clause) for clause in telling)


def says_sent(text: str) -> bool:
    """Whether nothing is said but that the goods are on their way back."""
    return _SENT.fullmatch(closed_up(text)) is not None


def wishes_a_way(text: str) -> bool:
    """Whether the words wish money, another piece or a repair, and do not only name the request that is on record."""
    return any(
        not each.denied for each in alternatives.wished(alternatives.WAYS, _REGISTERED.sub(" ", normalise(text)))
    )


def denies_note(text: str) -> bool:
    """Whether the words say that what was noted was meant as something else: 不是备注, "that was no note"."""
    return lexicon.mentions("no_note", text)


def asks_whether_noted(text: str) -> bool:
    """Whether it is asked if a detail was written down: 上门取件写进去了没."""
    return lexicon.mentions("whether_noted", text)


def _is_detail(clause: str) -> bool:
    # That it is to be collected is told in the words in which it is asked about.
    of_the_way = lexicon.mentions("return_detail", clause) or lexicon.meant("return_aside", clause) == "pickup"
    flat = normalise(clause)
    return of_the_way or _ADDRESS.search(flat) is not None or bool(_says_when(flat))


def told_beside_yes(text: str) -> bool:
    """Whether words behind a yes only tell a detail: they neither take it back nor put it off."""
    bare = _BUT.sub("", text).strip()
    denies = consent.read(bare).answer in (Answer.NO, Answer.NOT_YET)
    takes_back = (denies and not _says_when(normalise(bare))) or lexicon.heard("supposing", bare)
    return not takes_back and told(bare) and lexicon.meant("return_reason", bare) is None


def _says_when(flat: str) -> bool:
    return _WHEN_COLLECTED.search(flat) is not None and _I_COME.search(flat) is None


def asks_of_condition(text: str) -> bool:
    """Whether it is asked if something may come back as it is now: without its box, tried on, worn."""
    return asks_of_packaging(text) or asks_of_wear(text)


def asks_of_wear(text: str) -> bool:
    """Whether it is asked if something that was put on, or washed, may come back: "I've had them on indoors, is that
    ok"."""
    worn = _WORN.search(normalise(text)) is not None or worn_outside(text)
    return worn and _asks_whether(text)


def worn_outside(text: str) -> bool:
    """Whether it is told that something was worn outside, or washed: what is not faulty cannot come back then."""
    flats = [closed_up(clause) for clause in _clauses(text)]
    return any(_OUTSIDE.search(flat) and not _NOT_DONE.search(flat) for flat in flats)


def _asks_whether(text: str) -> bool:
    return slot_text.is_question(text) or consent.asks_back(text) or lexicon.mentions("matters", text)


def asks_of_packaging(text: str) -> bool:
    """Whether it is asked if something may come back without its box, tag or gift."""
    if not lexicon.mentions("packaging", text):
        return False
    asks = _asks_whether(text)
    return lexicon.mentions("not_answered", text) or (asks and lexicon.mentions("gone", text))


def tags_are_off(text: str) -> bool:
    """Whether it is told that the tags are off, and asked whether that matters: without them nothing comes back that is
    not faulty."""
    return asks_of_packaging(text) and any(_TAGS_OFF.search(normalise(clause)) for clause in _clauses(text))


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE_END.split(text) if clause and clause.strip()]


def _asks(text: str) -> bool:
    return slot_text.is_question(text) or consent.asks_back(text)
