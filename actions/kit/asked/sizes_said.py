"""Sizes in a text: in figures, letters or words, half ones, and those that are ruled out (40, not 38)."""

import re

from actions.kit.replies import is_shoe_size
from crm_store.text import normalise

_TENS_EN = {"thirty": 30, "forty": 40, "fourty": 40}
_ONES_EN = {
    name: at for at, name in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_ONES_ZH = {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
_ENGLISH = re.compile(
    rf"\b({'|'.join(_TENS_EN)})(?:[ -]?({'|'.join(_ONES_EN)}))?\b"
    r"(?! ?(?:yuan|kuai|rmb|bucks|days?|minutes?|%|percent|degrees))",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?<![一二三四五六七八九十百\d])([三四])十([一二三四五六七八九])?(?=半?[码碼号號]|半(?![年个個天]))"
)
_HALF = re.compile(
    r"(?<![\d.])(\d{2})(?:\s*(?:码|碼|号|號)?半(?![年个個天])|\s+and a half\b|\s*1/2(?!\d))", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\d.])(\d{2}(?:\.5)?)(?![\d.]\d|\d)")
_LETTERS = re.compile(r"(?<![A-Za-z'’])(XXXL|XXL|XXS|XL|XS|[SML])(?![A-Za-z'’])", re.IGNORECASE)
_DENIED_BEFORE = re.compile(
    r"(?:(?<!是)不是(?:再[来來]?)?|不要|不用|别要?|別要?|唔要|唔系|唔係|而非|并非|不是说|不换|不換|取代)\s*(?:再?[来來]?一?[件双雙条條个個])?\s*$"
    r"|\b(?:not|isn'?t|instead of|rather than|don'?t want|no longer)(?: (?:an?|the|size|in|another|my))*\s*$",
    re.IGNORECASE,
)

_USUAL_BEFORE = re.compile(
    r"(?:平时|平時|平常|一般|通常|往常|以前|之前|一向|向来|向來)(?:都|就|是|会|會|我)*(?:穿|着|著)(?:的|的是|是)?\s*$"
    r"|\b(?:usually|normally|generally|always)(?: (?:wear|take|buy|am|get|go for|in|wears|takes|need))?"
    r"(?: (?:a|an|size|in))*\s*$"
    r"|\b(?:usual|normal|regular) size (?:is|being|would be)(?: an?)?\s*$",
    re.IGNORECASE,
)


def in_figures(text: str) -> str:
    """The text with sizes in words as figures, half ones as x.5: forty → 40, 四十二码 → 42 码, 38 半 → 38.5."""
    text = _ENGLISH.sub(lambda found: str(_TENS_EN[found[1].lower()] + _ONES_EN.get((found[2] or "").lower(), 0)), text)
    text = _CHINESE.sub(lambda found: str(_ONES_ZH[found[1]] * 10 + _ONES_ZH.get(found[2] or "", 0)), text)
    return _HALF.sub(r"\1.5", text)


def named(text: str) -> list[str]:
    """Every size that stands in a text, in the order said: of shoes, else letters."""
    return [size for size, _ in _places(text)]


def wished(text: str) -> list[str]:
    """The sizes that stand in a text and are not ruled out."""
    out = denied(text)
    return [size for size in named(text) if size not in out]


def denied(text: str) -> set[str]:
    """The sizes that are ruled out: 40 not 38, 不要38, "instead of 38"."""
    figures = in_figures(text)
    return {size for size, start in _places(text) if _DENIED_BEFORE.search(figures[:start])}


def usual(text: str) -> set[str]:
    """The sizes that are only told to be worn as a rule, beside another one: 平时穿36，37有吗, "I'm usually a 36"."""
    places = _places(text)
    figures = in_figures(text)
    told = {size for size, start in places if _USUAL_BEFORE.search(figures[:start])}
    return told if {size for size, _ in places} - told else set()


def corrects(text: str) -> bool:
    """Whether a size is put in the place of another: "40 not 38", 改成XL."""
    return bool(wished(text)) and (bool(denied(text)) or _PUTS_RIGHT.search(normalise(text)) is not None)


_PUTS_RIGHT = re.compile(
    r"改成|改为|改要|改换|换成|还是要|我要的是|我说的是|说错|错了|重新(?:登记|换|办|弄)|再登记"
    r"|\b(?:i meant|i mean|i said|make (?:it|that)|change (?:it|that) to|actually|sorry|no no|wrong size|should be)\b"
)


def _places(text: str) -> list[tuple[str, int]]:
    figures = in_figures(text)
    numbers = [(found[1], found.start()) for found in _NUMBER.finditer(figures) if is_shoe_size(found[1])]
    return numbers or [(found[1].upper(), found.start()) for found in _LETTERS.finditer(figures)]
