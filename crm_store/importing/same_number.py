"""Two rows of a file under one member number: news of one person, or two people of whom one would be lost."""

from collections.abc import Mapping
from typing import Any

from crm_store import names
from crm_store.crypto import normalise_email
from crm_store.importing.errors import CellRefused
from crm_store.phones import phone_forms
from crm_store.text import closed_up

_TELLING = ("name", "family_name", "given_name", "phone", "email")

Told = tuple[Any, ...]
"""What is said of a person, in the order of `_TELLING`."""


class People:
    """Who stood under which number so far in one file."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, Told]] = {}

    def require_one(self, line: int, values: Mapping[str, Any]) -> None:
        """Raises CellRefused where an earlier row says another name and shares neither phone nor e-mail address."""
        number = values["member_number"].upper()
        told = told_of(values)
        first = self._first.setdefault(number, (line, told))
        if first[1] != told and are_two_people(first[1], told):
            raise CellRefused("member_number", f"{values['member_number']} ({first[0]})", "number_of_two_people")


def told_of(values: Mapping[str, Any]) -> Told:
    return tuple(values.get(field) for field in _TELLING)


def are_two_people(one: Told, other: Told) -> bool:
    """Whether both have a name and a phone or an e-mail address, and share none of them."""
    if not (_called(one) and _called(other)) or _called(one) == _called(other):
        return False
    before, now = _contacts(one), _contacts(other)
    return bool(before and now and not before & now)


def _called(told: Told) -> str:
    name, family, given, *_ = told
    parts = names.split(name) if name and not (family or given) else (family or "", given or "")
    return closed_up(" ".join(parts))


def _contacts(told: Told) -> set[str]:
    *_, phone, email = told
    return {*(phone_forms(phone) if phone else ()), *((normalise_email(email),) if email else ())}
