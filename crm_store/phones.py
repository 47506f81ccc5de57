"""Phone numbers: one normal form for the ways a number is written, and the forms it may be kept in.

The normal form, under which a number is looked for: a mainland number is its digits at home (13800138000), one of
Taiwan, Hong Kong or Macau its digits as written, at home or with its country. A number of any other country that was
written as such, with + or 00, keeps its + where its digits alone could be a number here: +1 310 555 1234 is not the
mainland mobile 131 0555 1234. Longer ones are their digits. What was kept before that + is put under it by migration
0030.
"""

import re
import unicodedata

MAINLAND = "86"
MAINLAND_DIGITS = 11
TAIWAN = "886"
HOME_DIGITS_WITHOUT_ZERO = {MAINLAND: (10, 11), TAIWAN: (8, 9)}
"""Mainland landlines and all of Taiwan: the 0 in front at home falls away behind the country's number. How many digits
are left tells which of the two a number at home is."""
COUNTRIES_WITHOUT = ("852", "853")
"""Hong Kong and Macau: eight digits at home."""
HOME_DIGITS = 8


_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_TRUNK_ZERO = re.compile(r"(27|3[123]|4[013469]|6[0-46]|8[124]|9[01])0(?=\d{7})")
"""Countries, beside those below, whose home numbers have a 0 in front that is not dialled from abroad."""
_PLUS = re.compile(r"\D*\+")
LOST_ZERO_DIGITS = (9, 10)
"""Of numbers at home in Taiwan and of landlines, without the 0 that spreadsheets take away."""


def normalise_phone(phone: str) -> str:
    """Plain digits 0 to 9, without the 00 of calls abroad and without 86 before a mainland number: 0086 138 0013 8000,
    +86 138-0013-8000 and １３８００１３８０００ are 13800138000; +44 (0)20 … is 4420 …. Some keep a +: see above."""
    if phone.isascii() and phone.isdecimal():
        digits, abroad = phone, phone.startswith("00")
    else:
        flat = unicodedata.normalize("NFKC", phone)
        digits = _digits(flat)
        abroad = bool(_PLUS.match(flat)) or digits.startswith("00")
        if abroad:
            digits = _digits(_TRUNK_IN_BRACKETS.sub("", flat))
    digits = digits.removeprefix("00")
    if abroad:
        digits = _TRUNK_ZERO.sub(r"\1", digits, count=1) if _TRUNK_ZERO.match(digits) else digits
    if digits.startswith(MAINLAND * 2) and len(digits) == 2 * len(MAINLAND) + MAINLAND_DIGITS:
        digits = digits.removeprefix(MAINLAND)
    for country in HOME_DIGITS_WITHOUT_ZERO:
        if digits.startswith(f"{country}0") and len(digits) > MAINLAND_DIGITS:
            digits = country + digits.removeprefix(f"{country}0")
    if abroad and _could_be_a_number_here(digits):
        return f"+{digits}"
    return digits[2:] if len(digits) == 2 + MAINLAND_DIGITS and digits.startswith(MAINLAND) else digits


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def _could_be_a_number_here(digits: str) -> bool:
    """Of a number with its country in front: another country's, and short enough for one at home."""
    here = (*HOME_DIGITS_WITHOUT_ZERO, *COUNTRIES_WITHOUT, "0")
    return len(digits) <= MAINLAND_DIGITS and not digits.startswith(here)


def phone_forms(text: str) -> list[str]:
    """Every normalised form a number may be kept in: 0912-345-678 and +886 912 345 678 give the same set. A number with
    a + in its normal form is kept in no other.

    The form as written comes first.
    """
    digits = normalise_phone(text)
    if digits.startswith("+"):
        return [digits]
    forms = [digits]
    for country, lengths in HOME_DIGITS_WITHOUT_ZERO.items():
        home = digits.removeprefix(country).removeprefix("0")
        if digits.startswith(country) and len(home) in lengths:
            forms += [f"0{home}", home, f"{country}{home}"]
        elif digits.startswith("0") and len(digits) - 1 in lengths:
            forms.append(f"{country}{digits[1:]}")
    if digits.startswith("0") and len(digits) - 1 in LOST_ZERO_DIGITS:
        forms.append(digits[1:])
    elif len(digits) in LOST_ZERO_DIGITS and not digits.startswith(tuple(HOME_DIGITS_WITHOUT_ZERO)):
        country = next(each for each, lengths in HOME_DIGITS_WITHOUT_ZERO.items() if len(digits) in lengths)
        forms += [f"0{digits}", f"{country}{digits}"]
    for country in COUNTRIES_WITHOUT:
        if digits.startswith(country) and len(digits) == len(country) + HOME_DIGITS:
            forms.append(digits.removeprefix(country))
        elif len(digits) == HOME_DIGITS:
            forms.append(f"{country}{digits}")
    return [form for form in dict.fromkeys(forms) if form]
