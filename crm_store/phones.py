"""Phone numbers: one normal form for the ways a number is written, and the forms it may be kept in."""

import unicodedata

MAINLAND = "86"
MAINLAND_DIGITS = 11
COUNTRIES_WITH_TRUNK_ZERO = ("86", "886")
"""Mainland landlines and all of Taiwan: the 0 in front at home falls away behind the country's number."""
COUNTRIES_WITHOUT = ("852", "853")
"""Hong Kong and Macau: eight digits at home."""
HOME_DIGITS = 8


def normalise_phone(phone: str) -> str:
    """Plain digits, without the 00 of calls abroad and without 86 before a mainland number: 0086 138 0013 8000,
    +86 138-0013-8000 and １３８００１３８０００ are 13800138000."""
    plain = phone.isascii() and phone.isdecimal()
    digits = phone if plain else "".join(sign for sign in unicodedata.normalize("NFKC", phone) if sign.isdecimal())
    digits = digits.removeprefix("00")
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
    for country in COUNTRIES_WITHOUT:
        if digits.startswith(country) and len(digits) == len(country) + HOME_DIGITS:
            forms.append(digits.removeprefix(country))
        elif len(digits) == HOME_DIGITS:
            forms.append(f"{country}{digits}")
    return [form for form in dict.fromkeys(forms) if form]
