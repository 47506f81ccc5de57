"""A postal address that a text gives: a street with a number, with what stands beside it for whoever delivers (a floor,
a name, a telephone). A shop that is asked about by its address gives none."""

import re

_STREET_ZH = (
    r"[\u4e00-\u9fff]{1,20}?(?:路|街|巷|弄|道|里|村|园|園|苑|坊|小区|小區|花园|花園|广场|廣場|大厦|大廈)"
    r"[一二三四五六七八九十东南西北東中段\s]{0,6}"
    r"[\d０-９]+(?:[-之]\d+)?\s*(?:号|號|弄|巷|栋|棟|幢|楼|樓|室|座|单元|單元|期)"
)
_STREET_EN = (
    r"\b(?:(?:flat|apt|apartment|unit|room|suite) \w+,? )?\d{1,5}[a-z]?,? (?:[a-z'’]+ ){1,4}?"
    r"(?:road|rd|street|st|avenue|ave|lane|ln|drive|crescent|close|way|court|place|square|gardens?|terrace|mews)\b"
)
_ADDRESS = re.compile(f"{_STREET_ZH}|{_STREET_EN}", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"^.*(?:地址(?:就)?(?:[是为為係叫]|改成|[:：])?"
    r"|[寄送派改转轉发發](?:到|去|给|給|往|成|至)|[改转轉](?:寄|送|派)|[,，。;；!！?？\s](?:就)?[是在到去]|^[是在到去])\s*",
    re.DOTALL,
)
_CLAUSE_END = re.compile(r"[,，;；。!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_ENDS_EN = re.compile(
    r"[.?!;\n]|,? (?:please|pls|thanks|instead|is that|did you|can you|could you|ok)\b", re.IGNORECASE
)
_OF_IT = re.compile(
    r"\d{7}|\d{3,4}[- ]\d{3,4}|收件|收货|收貨|联系|聯絡|联络|电话|電話|手机|手機|姓名"
    r"|\d\s*(?:楼|樓|室|号|號|栋|棟|座|单元)"
    r"|\b(?:name|phone|tel|mobile|recipient)\b",
    re.IGNORECASE,
)
"""A clause that belongs to the address before it: a telephone, a recipient, a floor."""
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}(?:收|先生|小姐|女士)?")
_OF_A_SHOP = re.compile(
    r"(?:门店|門店|分店|专卖店|那家店|的店|你们店|你們店|营业|營業|几点开|幾點開)"
    r"|\b(?:your (?:shop|store|branch)|opening hours)\b",
    re.IGNORECASE,
)
_NO_SHOP = re.compile(
    r"(?:不是|没|沒|没有|唔系|唔係)(?:在|要)?(?:问|問|说|說|找)[^，。,]{0,4}(?:店)"
    r"|\bnot (?:asking )?(?:about )?(?:your )?(?:shop|store)"
)
_IS_TALK = re.compile(r"[吗嗎呢吧齁没沒]$|记|記|知道|看到|收到|可以|谢|謝|麻烦|麻煩|行不|好不")


def found(text: str) -> str | None:
    """The address as it was given; None where the text gives none."""
    street = _ADDRESS.search(text)
    if street is None or is_of_a_shop(text):
        return None
    if text[street.start() : street.end()].isascii():
        end = _ENDS_EN.search(text, street.end())
        return text[street.start() : end.start() if end else len(text)].strip(" ,")
    clauses = [each for each in _CLAUSE_END.split(text) if each.strip()]
    at = next((place for place, each in enumerate(clauses) if _ADDRESS.search(each)), None)
    if at is None:
        return None
    first = _without_lead_in(clauses[at])
    more = []
    for each in clauses[at + 1 :]:
        if _IS_TALK.search(each.strip()) or not (_OF_IT.search(each) or _NAME.fullmatch(each.strip())):
            break
        more.append(each.strip())
    return "，".join([first, *more])


def is_of_a_shop(text: str) -> bool:
    """Whether a shop is asked about, and not ruled out (不是问你们门店)."""
    return _OF_A_SHOP.search(text) is not None and _NO_SHOP.search(text) is None


def _without_lead_in(clause: str) -> str:
    """杭州西湖区文三路88号 of 改送到杭州西湖区文三路88号: what leads in stands before the street."""
    street = _ADDRESS.search(clause)
    before = clause[: street.end()] if street else clause
    lead = _LEAD_IN.match(before)
    cut = clause[lead.end() :] if lead and _ADDRESS.search(clause[lead.end() :]) else clause
    return cut.strip(" ，,：:")
