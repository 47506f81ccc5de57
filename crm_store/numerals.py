"""Whole numbers as customers type them, in digits of any width and both Chinese scripts: 1,500, 一千五, 兩百, 3万."""

import re

_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "兩": 2,
    "俩": 2,
    "倆": 2,
}
_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)) | {"貳": 2, "參": 3, "叄": 3, "陸": 6}
_TEN_THOUSANDS = "万萬"
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000} | dict.fromkeys(_TEN_THOUSANDS, 10_000)
_SHORT = {"廿": "二十", "卅": "三十"}

# No numeral is longer; a run without an end would cost its square to search. 万一 is no number, but "in case".
CHINESE = rf"(?![{_TEN_THOUSANDS}])[{''.join([*_DIGITS, *_UNITS, *_SHORT])}]{{1,16}}"
"""A numeral in Chinese characters, as a regular expression."""

NUMERAL = rf"(?:\d+|{CHINESE})"
"""A whole number in digits of any width or in Chinese characters, as a regular expression; `value` reads it."""

_CHINESE = re.compile(CHINESE)
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_MIXED = re.compile(rf"(\d+(?:[.．]\d+)?)([{''.join(_UNITS)}])(?![{''.join([*_DIGITS, *_UNITS])}])")
_WHOLE = re.compile(r"\d+")


def value(numeral: str) -> int | None:
    """What a numeral in digits or in Chinese characters is worth; None when it is none."""
    return int(numeral) if numeral.isdecimal() else from_chinese(numeral)


def from_chinese(numeral: str) -> int | None:
    """一千五 is 1500, 一千零五 1005, 廿三 23, 一九九二 1992; None when `numeral` is no number in Chinese characters."""
    characters = "".join(_SHORT.get(character, character) for character in numeral)
    if not characters or any(character not in _DIGITS and character not in _UNITS for character in characters):
        return None
    if not any(character in _UNITS for character in characters):
        return int("".join(str(_DIGITS[character]) for character in characters))
    total = section = digit = 0
    last_unit, after_zero = 1, False
    for character in characters:
        if character in _DIGITS:
            digit = _DIGITS[character]
            after_zero = digit == 0 or after_zero
            continue
        unit = _UNITS[character]
        if unit == 10_000:
            total, section = (total + section + digit) * unit, 0
        else:
            section += (digit or 1) * unit
        digit, last_unit, after_zero = 0, unit, False
    # The last digit counts the next smaller unit, unless a zero stands before it.
    return total + section + digit * (1 if after_zero or last_unit == 10 else max(1, last_unit // 10))


def western_digits(text: str) -> str:
    """The text with digits of any width or script as 0 to 9."""
    return "".join(str(int(character)) if character.isdecimal() else character for character in text)


def in_digits(text: str) -> str:
    """The text with every numeral in digits: 一九九二年三月十二 is 1992年3月12."""
    return _CHINESE.sub(lambda found: str(from_chinese(found.group())), western_digits(text))


def numbers(text: str) -> set[int]:
    """Whole numbers in a text: 五十元 and ５０元 hold 50, 1,500 and 一千五 1500, 1.5万 15000."""
    flat = _MIXED.sub(_multiplied, _THOUSANDS.sub("", western_digits(text)))
    return {int(digits) for digits in _WHOLE.findall(in_digits(flat))}


def _multiplied(found: "re.Match[str]") -> str:
    amount, unit = found.groups()
    whole, _, fraction = amount.replace("．", ".").partition(".")
    # In whole numbers all the way: a fraction finer than the unit is cut off.
    worth = int(whole) * _UNITS[unit] + int(fraction or 0) * _UNITS[unit] // 10 ** len(fraction)
    return f" {worth} "
