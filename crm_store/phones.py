"""Phone numbers: one normal form for the ways a number is written, and the forms it may be kept in."""

import re
import unicodedata

MAINLAND = "86"
MAINLAND_DIGITS = 11
COUNTRIES_WITH_TRUNK_ZERO = ("86", "886")
"""Mainland landlines and all of Taiwan: the 0 in front at home falls away behind the country's number."""
COUNTRIES_WITHOUT = ("852", "853")
"""Hong Kong and Macau: eight digits at home."""
HOME_DIGITS = 8


_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_TRUNK_ZERO = re.compile(r"(27|3[123]|4[013469]|6[0-46]|8[124]|9[01])0(?=\d{7})")
"""Countries, beside those below, whose home numbers have a 0 in front that is not dialled from abroad."""
LOST_ZERO_DIGITS = (9, 10)
"""Of numbers at home in Taiwan and of landlines, without the 0 that spreadsheets take away."""


def normalise_phone(phone: str) -> str:
    """Plain digits 0 to 9, without the 00 of calls abroad and without 86 before a mainland number: 0086 138 0013 8000,
    +86 138-0013-8000 and １３８００１３８０００ are 13800138000; +44 (0)20 … is +44 20 …."""
    if phone.isascii() and phone.isdecimal():
        digits, abroad = phone, phone.startswith("00")
    else:
        flat = unicodedata.normalize("NFKC", phone).strip()
        digits = "".join(str(unicodedata.decimal(sign)) for sign in flat if sign.isdecimal())
        abroad = flat.startswith("+") or digits.startswith("00")
        if abroad and (bare := _TRUNK_IN_BRACKETS.sub("", flat)) != flat:
            digits = "".join(str(unicodedata.decimal(sign)) for sign in bare if sign.isdecimal())
    digits = digits.removeprefix("00")
    if abroad:
        digits = _TRUNK_ZERO.sub(r"\1", digits, count=1) if _TRUNK_ZERO.match(digits) else digits
    if digits.startswith(MAINLAND * 2) and len(digits) == 2 * len(MAINLAND) + MAINLAND_DIGITS:
        digits = digits.removeprefix(MAINLAND)
    for country in COUNTRIES_WITH_TRUNK_ZERO:
        if digits.startswith(f"{country}0") and len(digits) > MAINLAND_DIGITS:
            digits = country + digits.removeprefix(f"{country}0")
    return digits[2:] if len(digits) == 2 + MAINLAND_DIGITS and digits.startswith(MAINLAND) else digits


def phone_forms(text: str) -> list[str]:
    """Every normalised form a number may be kept in: 0912-345-678 and +886 912 345 678 give the same set.

    The form as written comes first.
    """
    digits = normalise_phone(text)
    forms = [digits]
    for country in COUNTRIES_WITH_TRUNK_ZERO:
        if digits.startswith(country):
            home = digits.removeprefix(country).removeprefix("0")
            forms += [f"0{home}", home, f"{country}{home}"]
        elif digits.startswith("0"):
            forms.append(f"{country}{digits[1:]}")
    if digits.startswith("0") and len(digits) - 1 in LOST_ZERO_DIGITS:
        forms.append(digits[1:])
    elif len(digits) in LOST_ZERO_DIGITS and not digits.startswith(COUNTRIES_WITH_TRUNK_ZERO):
        forms += [f"0{digits}", *(f"{country}{digits}" for country in COUNTRIES_WITH_TRUNK_ZERO)]
    for country in COUNTRIES_WITHOUT:
        if digits.startswith(country) and len(digits) == len(country) + HOME_DIGITS:
            forms.append(digits.removeprefix(country))
        elif len(digits) == HOME_DIGITS:
            forms.append(f"{country}{digits}")
    return [form for form in dict.fromkeys(forms) if form]
