"""Small readers of what a customer typed, for what forms ask: an address, a code, a choice, a birthday."""

import re
from collections.abc import Sequence
from datetime import date

from actions.kit.base import Turn
from crm_store.members import is_email, is_phone
from crm_store.numerals import NUMERAL, in_digits, value, western_digits

SURE = 0.6
"""From this confidence on, another wish said in the midst of a form is taken for one."""

_ASIDES = frozenset(
    {
        "greet", "goodbye", "thank", "cancel", "request_human", "request_callback", "help", "bot_challenge",
        "make_complaint", "chase_promise",
        "opt_out", "privacy_request", "give_suggestion", "give_praise", "rate_service", "out_of_scope",
        "cancel_order", "change_order", "return_or_refund", "join_membership", "cancel_membership", "update_profile",
        "redeem_points", "dispute_points", "bind_account",
    }
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PHONE = re.compile(r"\+?\d[\d ()-]{6,18}\d")
_CODE = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")
# "one first" wants one of something before more of it; it chooses no place.
_ORDINAL = re.compile(
    rf"第 ?(?P<n>{NUMERAL})|(?:选|選|option|number|no\.?) ?(?P<of>{NUMERAL})\b|\b(?P<th>\d+)(?:st|nd|rd|th)\b"
    r"|(?P<head>头一个|頭一個)|(?<!\bone )(?<!\btwo )\b(?P<word>first|second|third|fourth)\b",
    re.IGNORECASE,
)
_ORDINAL_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_LAST = re.compile(r"最后|最後|\blast\b", re.IGNORECASE)
_MONTHS = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)
_ROC_OFFSET = 1911
_DATES: Sequence[re.Pattern[str]] = (
    re.compile(r"(?P<roc>民[国國])?\s*(?P<y>\d{2,4})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)"),
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<mon>[a-z]{3})[a-z]*\.?,? (?P<y>\d{4})"),
    re.compile(r"(?P<mon>[a-z]{3})[a-z]*\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})"),
)

_YEAR = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?!\d)|民[国國]\s*(?P<roc>\d{2,3})(?!\d)")
_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*(?:月|/)\s*(?P<d>\d{1,2})(?!\d|\s*[元塊块張张點点分折個个])")
_DAY_EN = re.compile(
    r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<mon>[a-z]{3})[a-z]*\b"
    r"|\b(?P<mon2>[a-z]{3})[a-z]* (?P<d2>\d{1,2})(?:st|nd|rd|th)?\b"
)
_OLD_DAY = re.compile(
    r"(?:原来|原來|原本|本来|本來|之前|先前|不是|(?:登记|登記|登|写|寫|填|错|錯|弄|记|記|当|當)成)[^，,。;；\d]{0,8}"
    r"(?:(?:19|20)\d\d\s*[年/.-]\s*)?\d{1,2}\s*[月/.-]\s*\d{1,2}\s*[日号號]?"
    r"|\b(?:not|instead of|(?:you (?:have|had|put)|it (?:says|said|was|is)|entered|typed|put)"
    r"(?: it)?(?: as| down as)?)\b[^,.;\d]{0,12}"
    r"(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?)\b(?:,? (?:19|20)\d\d)?"
)
"""A day that is told as the wrong one, for the right one that stands beside it."""


def is_aside(turn: Turn, *, but: Sequence[str] = ()) -> bool:
    """Whether the message is clearly about something else than the open question of a form.

    `but`: intents that belong to the form itself. A button pressed has full confidence.
    """
    if turn.intent in but:
        return False
    confidence = float((turn.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)
    return confidence >= SURE and (turn.intent in _ASIDES or turn.intent.startswith("ask_"))


def email_in(turn: Turn) -> str | None:
    """The e-mail address in the message."""
    said = str(turn.entity("email") or "")
    if not said and not turn.pressed:
        found = _EMAIL.search(turn.text)
        said = found.group() if found else ""
    return said.strip().lower() if is_email(said) else None


def phone_in(turn: Turn) -> str | None:
    """The phone number in the message."""
    said = str(turn.entity("phone") or "")
    if not said and not turn.pressed:
        found = _PHONE.search(turn.text)
        said = found.group() if found else ""
    return western_digits(said.strip()) if is_phone(said) else None


def code_in(turn: Turn) -> str | None:
    """The six digits of a one-time code in the message."""
    said = str(turn.entity("code") or "")
    if not said and not turn.pressed:
        found = _CODE.search(turn.text)
        said = found.group() if found else ""
    digits = "".join(character for character in western_digits(said) if character.isdecimal())
    return digits or None


def choice_in(text: str, options: int) -> int | None:
    """Which of `options` things told in order is meant by "the second one" or "最后一个": its index from 0."""
    for found in _ORDINAL.finditer(text):
        place = _place(found)
        if 1 <= place <= options:
            return place - 1
    return options - 1 if options and _LAST.search(text) else None


def _place(found: "re.Match[str]") -> int:
    if found["head"]:
        return 1
    if found["word"]:
        return _ORDINAL_WORDS[found["word"].lower()]
    return value(found["n"] or found["of"] or found["th"]) or 0


def birthday_in(text: str, known: Sequence[date] = ()) -> date | None:
    """A date with its year, in digits or Chinese characters, also of the Taiwanese calendar; else None.

    `known`: dates spoken of, newest first. With them the day or the year alone is enough ("1976 is right, but 9
    December"), and two figures mean the Taiwanese year that is that of a known date."""
    flat = in_digits(text.lower())
    right = _OLD_DAY.sub(" ", flat)
    flat = right if _whole_date(right, known) or days_named(right) else flat
    whole = _whole_date(flat, known)
    if whole is not None or not known:
        return whole
    years, days = _years(flat), days_named(flat)
    if not years and not days:
        return None
    month, day = days[-1] if days else (known[0].month, known[0].day)
    try:
        return date(years[-1] if years else known[0].year, month, day)
    except ValueError:
        return None


def _years(flat: str) -> list[int]:
    return [int(found["y"]) if found["y"] else int(found["roc"]) + _ROC_OFFSET for found in _YEAR.finditer(flat)]


def days_named(flat: str) -> list[tuple[int, int]]:
    """The months and days that a text names: 12 月 31 号, "31 december"."""
    """Month and day without a year, as often as they are said."""
    found = [(int(each["m"]), int(each["d"])) for each in _DAY.finditer(flat)]
    named = [
        (_MONTHS.get(each["mon"] or each["mon2"], 0), int(each["d"] or each["d2"])) for each in _DAY_EN.finditer(flat)
    ]
    return found + [each for each in named if each[0]]


def _whole_date(flat: str, known: Sequence[date]) -> date | None:
    for pattern in _DATES:
        found = pattern.search(flat)
        if found is None:
            continue
        parts = found.groupdict()
        month = _MONTHS.get(parts["mon"]) if "mon" in parts else int(parts["m"])
        year = int(parts["y"])
        if parts.get("roc") or year + _ROC_OFFSET in {each.year for each in known}:
            year += _ROC_OFFSET
        try:
            return date(year if year > 99 else 1900 + year, month or 0, int(parts["d"]))
        except ValueError:
            continue
    return None
