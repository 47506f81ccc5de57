"""Numbers as customers write them: 500, 1,500, 一千五, 两百, 1.5k, five hundred."""

from __future__ import annotations

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "壹": 1, "二": 2, "两": 2, "俩": 2, "贰": 2, "三": 3, "叁": 3, "四": 4, "肆": 4}
_DIGITS.update({"五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9})
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000}

#: a whole Chinese numeral on normalised text; no numeral is longer, and a search without an end costs its square
CHINESE = r"[零〇一壹二两俩贰三叁四肆五伍六陆七柒八捌九玖十拾廿卅百佰千仟万]{1,16}"

_ENGLISH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_ENGLISH_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}

_WORD = "|".join([*sorted(_ENGLISH, key=len, reverse=True), *_ENGLISH_SCALES])
#: an English number in words; "a hundred" included
ENGLISH = rf"(?:a\s+)?(?:{_WORD})(?:(?:\s+and\s+|[\s-]+)(?:{_WORD}))*"

_ARABIC = re.compile(r"^\d{1,3}(?:,\d{3})+$|^\d+$")


#: 廿八 is 28
_TENS = {"廿": "二十", "卅": "三十"}


def from_chinese(text: str) -> int | None:
    """一千五 gives 1500, 二十 and 廿 20, 一二三 123; None when `text` is no numeral."""
    text = "".join(_TENS.get(character, character) for character in text)
    if not text or any(character not in _DIGITS and character not in _UNITS for character in text):
        return None
    if not any(character in _UNITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, section, digit, last_unit = 0, 0, 0, 1
    after_zero = False
    for character in text:
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
    # 一千五 is 1500, 一千零五 is 1005
    return total + section + digit * (1 if after_zero or last_unit == 10 else max(1, last_unit // 10))


def from_english(text: str) -> int | None:
    """ "two thousand five hundred" gives 2500, "a hundred" 100; None when `text` is no number in words."""
    words = [word for word in re.split(r"[\s-]+", text.lower().strip()) if word not in {"", "and", "a"}]
    if not words or any(word not in _ENGLISH and word not in _ENGLISH_SCALES for word in words):
        return None
    total = current = 0
    for word in words:
        if word in _ENGLISH:
            current += _ENGLISH[word]
        elif word == "hundred":
            current = (current or 1) * 100
        else:
            total, current = total + (current or 1) * 1000, 0
    return total + current


def parse(text: str) -> int | None:
    """A whole number in digits (with or without thousands commas), Chinese or English; None when it is none."""
    compact = text.replace(" ", "")
    if _ARABIC.match(compact):
        return int(compact.replace(",", ""))
    return from_chinese(compact) if not compact.isascii() else from_english(text)
