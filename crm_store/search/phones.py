"""The ways one phone number is written, at home and from abroad."""

from crm_store.crypto import normalise_phone

COUNTRIES_WITH_TRUNK_ZERO = ("86", "886")
"""Mainland landlines and all of Taiwan: the 0 in front at home falls away behind the country's number."""
COUNTRIES_WITHOUT = ("852", "853")
"""Hong Kong and Macau: eight digits at home."""
HOME_DIGITS = 8


def phone_forms(text: str) -> list[str]:
    """Every normalised form a number may be kept in: 0912-345-678 and +886 912 345 678 give the same set.

    The form as written comes first.
    """
    written = normalise_phone(text)
    forms = [written]
    digits = normalise_phone(written.removeprefix("00"))
    forms.append(digits)
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
