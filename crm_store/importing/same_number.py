"""Two rows of a file under one member number: news of one person, or two people of whom one would be lost."""

from collections.abc import Mapping
from typing import Any

from crm_store import names
from crm_store.crypto import normalise_email
from crm_store.importing.errors import CellRefused
from crm_store.numbering import canonical
from crm_store.phones import phone_forms
from crm_store.text import closed_up

_TELLING = ("name", "family_name", "given_name", "phone", "email")

Told = tuple[Any, ...]
"""What is said of a person, in the order of `_TELLING`."""


class People:
    """Who stood under which number so far in one file."""

    def __init__(self) -> None:
        self._so_far: dict[str, tuple[int, tuple[Told, ...]]] = {}

    def require_one(self, line: int, values: Mapping[str, Any]) -> None:
        """Raises CellRefused where the earlier rows say another name and share neither phone nor e-mail address."""
        number = canonical(values["member_number"])
        told = told_of(values)
        first, before = self._so_far.setdefault(number, (line, (told,)))
        if told in before:
            return
        called = [each for each in before if _called(each)]
        shared = any(_contacts(each) & _contacts(told) for each in before)
        if called and not shared and all(are_two_people(each, told) for each in called):
            raise CellRefused("member_number", f"{values['member_number']} ({first})", "number_of_two_people")
        self._so_far[number] = first, (*before, told)


def told_of(values: Mapping[str, Any]) -> Told:
    return tuple(values.get(field) for field in _TELLING)


def are_two_people(one: Told, other: Told) -> bool:
    """Whether they have different names and share neither phone nor e-mail address. Where one of them has neither, a
    name that only says more (张三 and 张三丰, Mary and Mary Lee) or its other part is no different one."""
    first, second = _called(one), _called(other)
    if not (first and second) or first == second:
        return False
    before, now = _contacts(one), _contacts(other)
    if before and now:
        return not before & now
    if first in second or second in first:
        return False
    return any(a and b and a != b for a, b in zip(_parts(one), _parts(other), strict=True))


def _called(told: Told) -> str:
    return closed_up(" ".join(_parts(told)))


def _parts(told: Told) -> tuple[str, str]:
    name, family, given, *_ = told
    return names.split(name) if name and not (family or given) else (family or "", given or "")


def _contacts(told: Told) -> set[str]:
    *_, phone, email = told
    return {*(phone_forms(phone) if phone else ()), *((normalise_email(email),) if email else ())}
