"""What a member's profile may hold: plain rules without a database, used by operations, forms and imports alike."""

import unicodedata
from datetime import date
from enum import StrEnum

from crm_store import clock, names
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.phones import normalise_phone

NAME_LIMIT_CHARACTERS = 80
EMAIL_LIMIT_CHARACTERS = 254


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"


class ProfileInvalid(CrmError):
    """A profile value cannot be right. `reason`: not_an_email, not_a_phone, future_birthday, too_old, too_long, …"""

    code = "profile_invalid"

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}", field=field, reason=reason)


def is_phone(text: str) -> bool:
    """Could be a phone number: 8 to 15 digits, with the usual punctuation between them."""
    if not 8 <= len(normalise_phone(text)) <= 15:
        return False
    if any(sign.isdigit() and not sign.isdecimal() for sign in text):
        return False  # ²5
    return text.isdecimal() or all(
        sign.isdecimal() or sign in " +-()." for sign in unicodedata.normalize("NFKC", text.strip())
    )


def is_email(text: str) -> bool:
    """Could be an e-mail address; only sending to it proves it."""
    name, at, domain = text.strip().rpartition("@")
    labels = domain.split(".")
    return bool(
        at
        and name
        and "@" not in name
        and len(labels) > 1
        and all(labels)
        and len(text) <= EMAIL_LIMIT_CHARACTERS
        and not any(ch.isspace() or ch in "<>,;" for ch in text.strip())
    )


def check_profile(field: str, value: object) -> None:
    """Raises ProfileInvalid when `value` cannot be right for `field`; empty values are always right."""
    reason = None
    if not value:
        return
    if field == "email" and not is_email(str(value)):
        reason = "not_an_email"
    elif field == "phone" and not is_phone(str(value)):
        reason = "not_a_phone"
    elif field == "gender" and value not in set(Gender):
        reason = "unknown_gender"
    elif field == "language" and value not in set(Language):
        reason = "unknown_language"
    elif field == "birthday" and isinstance(value, date):
        reason = "future_birthday" if value > clock.today() else "too_old" if value.year < 1900 else None
    elif isinstance(value, str) and field.endswith("_name"):
        reason = (
            "too_long" if len(value) > NAME_LIMIT_CHARACTERS else None if names.is_writable(value) else "not_printable"
        )
    if reason:
        raise ProfileInvalid(field, reason)
