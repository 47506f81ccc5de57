"""A sum that somebody writes out: 599 x 2, 218减89, "what's 3 times 45"."""

import operator
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_SIGNS = {"times": ("×", operator.mul), "minus": ("−", operator.sub), "plus": ("+", operator.add)}
_SIGN = (
    r"(?:(?P<times>[x×*]|乘以?|\btimes\b|\bmultiplied by\b)"
    r"|(?P<minus>−|(?<=\s)[-–](?=\s)|[-–](?=\s*\d+\s*=)|减掉?去?|減掉?去?|\bminus\b|\bless\b|\btake away\b)"
    r"|(?P<plus>\+|加上?|\bplus\b))"
)
_MONEY = r"(?:元|块|塊|蚊|yuan|rmb)?"
_NO_MONEY = (
    r"(?!\s*(?:天|日|周|个|個|点|點|岁|歲|分|升|公斤|kg|days?|weeks?|months?|years?|hours?|points?|[ap]m|cm|mm|ml))"
)
_WRITTEN = re.compile(
    rf"(?<![\w.-])(?<!\d,)[¥￥]?\s*(?P<one>{_NUMBER})\s*{_MONEY}\s*{_SIGN}\s*[¥￥]?\s*(?P<other>{_NUMBER})"
    rf"(?![\d.-]*\d)\s*{_MONEY}{_NO_MONEY}",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[=＝?？]|等于|等於|是不是|对吗|對嗎|对不对|對不對|没错吧|沒錯吧|系咪|啱唔啱|多少|几多|幾多|吗|嗎"
    r"|\b(?:right|correct|is|what|makes|equals|so)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    rf"(?:=|＝|是不是|就是|等于|等於|应该是|應該是|\bis\b|\bmakes\b|\bequals\b)\s*[¥￥]?\s*(?P<n>{_NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """`written`: 599 × 2 = 1,198; `claimed`: whether the result that was put forward is right, None where none was."""

    written: str
    claimed: bool | None


def read(text: str) -> Sum | None:
    """The sum in a text that asks for its result; None where none is written, or nothing is asked."""
    flat = unicodedata.normalize("NFKC", text)
    found = _WRITTEN.search(flat)
    if found is None or not _ASKS.search(flat):
        return None
    sign, work = next(meant for name, meant in _SIGNS.items() if found[name])
    result = work(Decimal(found["one"]), Decimal(found["other"]))
    claim = _CLAIM.search(flat, found.end())
    written = f"{_text(Decimal(found['one']))} {sign} {_text(Decimal(found['other']))} = {_text(result)}"
    return Sum(written, None if claim is None else Decimal(claim["n"]) == result)


def _text(number: Decimal) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
