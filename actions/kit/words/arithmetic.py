"""A sum that somebody writes out: 599 x 2, 218减89, 139+30+10, "what's 3 times 45"."""

import operator
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_SIGNS = {"times": ("×", operator.mul), "minus": ("−", operator.sub), "plus": ("+", operator.add)}
_SIGN_WORDS = {
    "times": r"[x×*]|乘以?|\btimes\b|\bmultiplied by\b",
    "minus": r"−|(?<=\s)[-–](?=\s)|[-–](?=\s*\d+\s*=)|减掉?去?|減掉?去?|\bminus\b|\bless\b|\btake away\b",
    "plus": r"\+|加上?|\bplus\b",
}
_SIGN = f"(?:{'|'.join(_SIGN_WORDS.values())})"
_MONEY = r"(?:元|块|塊|蚊|yuan|rmb)?"
_NO_MONEY = (
    r"(?!\s*(?:天|日|周|个|個|点|點|岁|歲|分|升|公斤|kg|days?|weeks?|months?|years?|hours?|points?|[ap]m|cm|mm|ml))"
)
_NEXT = rf"\s*{_MONEY}\s*{_SIGN}\s*[¥￥]?\s*{_NUMBER}"
_WRITTEN = re.compile(
    rf"(?<![A-Za-z0-9_.-])(?<!\d,)[¥￥]?\s*{_NUMBER}(?:{_NEXT})+(?![\d.-]*\d)\s*{_MONEY}{_NO_MONEY}", re.IGNORECASE
)
_PART = re.compile(rf"{_NUMBER}|{_SIGN}", re.IGNORECASE)
_ASKS = re.compile(
    r"[=＝?？]|等于|等於|是不是|对吗|對嗎|对不对|對不對|没错吧|沒錯吧|系咪|啱唔啱|多少|几多|幾多|吗|嗎"
    r"|\b(?:right|correct|is|what|makes|equals|so)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:例如|比如说?|比如說|比方说?|比方說|譬如"
    r"|\be\.?g\.?|\bfor example|\bfor instance|\bsuch as)\s*[,，:：]?\s*$",
    re.IGNORECASE,
)
"""Before a sum that only shows what a question of a rule means: 一单能用两张券吗，例如 100+20."""
_CLAIM = re.compile(
    rf"(?:=|＝|是不是|就是|等于|等於|应该是|應該是|\bis\b|\bmakes\b|\bequals\b)\s*[¥￥]?\s*(?P<n>{_NUMBER})"
)

_TOTAL = re.compile(
    r"(?:总共|總共|一共|总计|總計|合计|合計|加起来|加起來|全部|埋单|埋單"
    r"|\b(?:total|altogether|all in|comes to|come to|makes)\b(?: is)?)"
    rf"\s*(?:是|就是|要|付|=)*\s*[¥￥]?\s*(?P<n>{_NUMBER})(?![\d.]*\d)\s*{_MONEY}{_NO_MONEY}",
    re.IGNORECASE,
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
    if found is None or not _ASKS.search(flat) or _EXAMPLE.search(flat[: found.start()]):
        return None
    parts = _PART.findall(found.group())
    signs = [_sign(each) for each in parts[1::2]]
    result = _worked_out([Decimal(each) for each in parts[::2]], signs)
    claim = _CLAIM.search(flat, found.end())
    numbers = [_text(Decimal(each)) for each in parts[::2]]
    said = numbers[0] + "".join(f" {_SIGNS[sign][0]} {each}" for sign, each in zip(signs, numbers[1:], strict=True))
    written = f"{said} = {_text(result)}"
    return Sum(written, None if claim is None else Decimal(claim["n"]) == result)


def total_claimed(text: str) -> Decimal | None:
    """The total that is put forward and asked about (总共179对吗); None where none is."""
    flat = unicodedata.normalize("NFKC", text)
    found = _TOTAL.search(flat)
    return Decimal(found["n"]) if found and _ASKS.search(flat, found.end()) else None


def result_of(written: str) -> Decimal:
    """The result of a sum as it was told: 139 + 30 + 10 = 179."""
    return Decimal(written.rpartition("= ")[2].replace(",", ""))


def _sign(said: str) -> str:
    return next(name for name, words in _SIGN_WORDS.items() if re.search(words, f" {said} ", re.IGNORECASE))


def _worked_out(numbers: list[Decimal], signs: list[str]) -> Decimal:
    """The result, products first."""
    terms, left = [numbers[0]], []
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "times":
            terms[-1] *= number
        else:
            terms.append(number)
            left.append(sign)
    result = terms[0]
    for sign, term in zip(left, terms[1:], strict=True):
        result = _SIGNS[sign][1](result, term)
    return result


def _text(number: Decimal) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
