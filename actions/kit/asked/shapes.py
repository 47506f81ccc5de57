"""What a text says of goods beside what they are: a size, a colour, how many there are or are wanted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.asked import sizes_said
from actions.kit.words import lexicon
from crm_store.numerals import CHINESE, value

_NO_SIZE = re.compile(
    r"[¥￥$]\s*\d+|\d+(?:\.\d+)?\s*(?:块|元|塊|蚊|分|点|點|克|g\b|寸|吋|厘米|公分|cm\b|天|日|岁|歲|%|yuan\b|kuai\b|rmb\b"
    r"|days?\b|years?\b|points?\b|[ml]\b(?!\s*(?:码|碼|号|號|size)))",
    re.IGNORECASE,
)
_WIDTH = re.compile(
    r"(?<![\d.])(?P<metres>[12]\.\d|[12](?=\s?(?:m\b|米(?![2358](?!\d))|公尺)))(?![\d.])(?!\s*(?:折|倍|公斤|kg|g\b|斤|升|公升|l\b|寸|吋|%|万|萬|块|元))"
    r"|(?<![\d.])(?P<centimetres>(?:1[0-9]|2[0-2])0)\s?(?:cm\b|厘米|公分)"
    r"|(?P<spoken>[一两兩12]?)米(?P<tenths>[二三五八2358])(?![十百千])|(?P<two>[两兩]米)(?!\d|[一三四六七九])",
    re.IGNORECASE,
)
"""The width of a bed, in metres or centimetres: 1.8, 一米五, 180cm."""
_BED = re.compile(
    r"\b(?:super ?king|california king|king|queen|twin)\b(?!['’]s| of\b)|(?:双人|雙人|单人|單人)(?=加大|床|的|尺寸)",
    re.IGNORECASE,
)
_TENTHS = {"二": 2, "三": 3, "五": 5, "八": 8, "2": 2, "3": 3, "5": 5, "8": 8}
_HOW_MANY = re.compile(
    r"how many\b.{0,40}\b(?:left|in stock|have you got|do you (?:still )?have)\b"
    r"|(?:还|還|仲)(?:有|剩)(?:几|幾|多少|几多|幾多)[件条條双雙对對个個台台张張只隻把]",
    re.IGNORECASE,
)
_ONES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "a couple of": 2, "half a dozen": 6, "a dozen": 12,
}  # fmt: skip
_PIECES = re.compile(
    rf"(?<!\d)(?P<chinese>[2-9]|[1-9]\d{{1,2}}|{CHINESE})\s*[套条條双雙对對个個件只隻瓶盒把台张張罐包本支口床枚](?![装裝入组組码碼])"
    rf"|(?<!of )(?<!\d)\b(?P<english>{'|'.join(_ONES)}|[2-9]|1\d)\b"
    r"(?!\s*(?:cm|mm|ml|kg|g|l|inch|pieces|hours?|days?|weeks?|months?|years?|people|points?|yuan|o'?clock|am|pm"
    r"|instalments?|installments?|payments?|parts|times|percent|colou?rs?|sizes?|of (?:us|them))\b|[.,]?\d|%)"
    r"(?=\s+[a-z])",
    re.IGNORECASE,
)
_COUNTS = {
    "俩": 2,
    "倆": 2,
    "两": 2,
    "兩": 2,
    "仨": 3,
    "三": 3,
    "一双": 1,
    "一對": 1,
    "一对": 1,
    "一雙": 1,
    "a couple": 2,
    "a pair": 1,
    **_ONES,
}
_COUNT_ONLY = re.compile(
    r"(?:那|要|来|來|买|買|拿|就|如果|我|想|给我|給我|攞|俾|整|呢)*"
    rf"(俩|倆|仨|一[双雙对對]|(?:[1-9]|1\d|{CHINESE})(?=\s*[套条條双雙對对個个件只隻瓶盒把台张張罐包本支口床枚]))"
    r"\s*[套条條双雙對对個个件只隻瓶盒把台张張罐包本支口床枚]?"
    r"(?:的话|的話|呢|吧|多少钱|多少錢|多少|几钱|幾錢|幾多錢|啊|呀|啦|一共|总共|[?？。!！~～\s])*"
    r"|(?:(?:and|for|what about|how about|what if|if|i (?:order|buy|get|take|bought|ordered|got|took)|i d like|i'd like"
    r"|i want|i ll take|i'll take|make it|just|ok|so)\s+)*"
    r"(a couple|a pair|two|three|four|five|six|[2-9])(?:\s+of\s+(?:them|those|it|these))?"
    r"(?:\s+(?:then|please|thanks))*\s*[?.!]*",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"(?:脚|腳)(?:长|長|板|掌|的长度)?(?:是|有|大概|大約|大约|差不多)*\s*(?:2\d|30|1[5-9])(?:\.\d)?"
    r"|(?<!\d)(?:2\d|30)(?:\.\d)?\s*(?:cm(?![a-z])|厘米|公分)"
    r"|\b(?:foot|feet)\b.{0,20}\b(?:2\d|30)(?:\.\d)?\s*(?:cm|centimet)",
    re.IGNORECASE,
)
_OF_FEET = re.compile(r"脚|腳|鞋|码|碼|\b(?:foot|feet|shoes?|size)\b", re.IGNORECASE)
_TALL = re.compile(
    r"(?<![\d.])1[4-9]\d\s*(?:cm(?![a-z])|厘米|公分|的个子|的個子|个子|身高)?(?:[\s,，/、和跟的高重體体]|\band\b)*"
    r"(?:(?:体重|體重|重)?\s*\d{2,3}\s*(?:斤|公斤|kgs?(?![a-z])|kilos?(?![a-z]))|[/\s]\s*\d{2,3}(?!\d))"
    r"|身高|\b1[4-9]\d\s*cm (?:tall|high)\b|\b(?:i m|he s|she s|i am|is) 1[4-9]\d\b|(?<![\d.])1[.米m][4-9]\d"
    r"|\b[4-6]\s?(?:ft|foot|')\s?\d{0,2}",
    re.IGNORECASE,
)
_ASKS_SIZE = re.compile(
    r"(?:几|幾|哪个|哪個|哪一?|什么|什麼|啥|多大|多少|咩)\s*(?:的)?(?:码|碼|号|號|尺|size)|码|碼|尺寸"
    r"|[穿拿選选買买](?:哪|什|啥|多大)"
    r"|(?<![A-Za-z])[SMLX]{1,3}\s*(?:够|夠|行|可以|还是|還是|ok|或|or)|\bsizes?\b|\bfits?\b|对应|對應|合不合身|身材",
    re.IGNORECASE,
)
_HALF = re.compile(r"半[码碼号號](?!大|小)|\bhalf[- ]?sizes?\b", re.IGNORECASE)
_NO_COLOUR = re.compile(
    r"black friday|white day|green tea|红包|紅包|白色情人|[白大]白|白天|明白|白[跑等费費忙]|黑名单|黑名單|黑心",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a product: sizes, colours (codes of the lexicon), and how many there are. `beds`: sizes of
    beds, which only count of goods that are sold by them: widths in metres ("1.8"), or names ("queen")."""

    sizes: Sequence[str]
    colours: Sequence[str]
    how_many: bool
    beds: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.sizes or self.colours or self.how_many or self.beds)


def asked(text: str) -> Asked:
    """What a text asks of whatever is spoken of."""
    usual = sizes_said.usual(text)
    sizes = [size for size in dict.fromkeys(sizes_named(_NO_SIZE.sub(" ", text))) if size not in usual]
    colours = list(dict.fromkeys(found.value for found in lexicon.heard("goods_colour", _NO_COLOUR.sub(" ", text))))
    how_many = lexicon.mentions("how_many_left", text) or _HOW_MANY.search(text) is not None
    beds = (*widths(text), *(found.lower() for found in _BED.findall(text)))
    return Asked(sizes, colours, how_many, beds)


def widths(text: str) -> list[str]:
    """The widths of beds that stand in a text, in metres as a catalogue writes them: 1.8, 2."""
    found = []
    for match in _WIDTH.finditer(text):
        if match["tenths"]:
            whole = 2 if match["spoken"] in ("两", "兩", "2") else 1
            metres = whole + _TENTHS[match["tenths"]] / 10
        elif match["two"]:
            metres = 2.0
        else:
            metres = float(match["metres"]) if match["metres"] else int(match["centimetres"]) / 100
        found.append(f"{metres:g}")
    return list(dict.fromkeys(found))


def is_width(size: str) -> bool:
    """Whether goods of this size are sold by the width of a bed in metres."""
    return size in widths(f"{size} m")


def pieces(text: str) -> int | None:
    """How many of a thing are spoken of, from two on: 三套毛巾, "two backpacks"; None where no number of it is said."""
    found = _PIECES.search(text)
    if found is None:
        return None
    count = _ONES.get(found["english"].lower()) if found["english"] else None
    count = count or value(found["chinese"] or found["english"])
    return count if count is not None and count > 1 else None


def count_only(text: str) -> int | None:
    """The number where a text says how many of a thing, and nothing else: 俩呢, 一双, "a couple then"."""
    found = _COUNT_ONLY.fullmatch(text.strip())
    if found is None:
        return None
    said = next(each for each in found.groups() if each).lower()
    return _COUNTS.get(said) or value(said)


def sizes_named(text: str) -> list[str]:
    """Every size that stands in a text, in the order said: of shoes, else letters."""
    return sizes_said.named(text)


def asks_half(text: str) -> bool:
    """Whether sizes between two whole ones are spoken of: 有半码吗, "any half sizes?"."""
    return _HALF.search(text) is not None


def body_said(text: str) -> str | None:
    """By which figures of a body a size is asked for: `foot` or `body`; None where it is not asked by any."""
    if not _ASKS_SIZE.search(text):
        return None
    if _TALL.search(text):
        return "body"
    return "foot" if _FOOT.search(text) and _OF_FEET.search(text) else None
