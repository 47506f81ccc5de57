"""Passwords: kept as Argon2, compared at the same cost whether or not there is an account."""

import pytest

from crm_store import passwords
from crm_store.passwords import PasswordTooShort

PASSWORD = "correct horse battery"


async def test_a_password_is_kept_as_argon2_and_recognised() -> None:
    kept = await passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert await passwords.matches(kept, PASSWORD)
    assert not await passwords.matches(kept, PASSWORD + "!")
    assert await passwords.renewed(kept, PASSWORD) is None


async def test_nine_characters_are_too_few() -> None:
    with pytest.raises(PasswordTooShort):
        await passwords.hashed("a" * (passwords.LEAST_CHARACTERS - 1))


async def test_nobodys_password_is_compared_with_todays_parameters_and_never_right() -> None:
    assert not passwords._hasher().check_needs_rehash(passwords._NOBODYS)
    assert not await passwords.matches(None, PASSWORD)


async def test_what_is_no_hash_is_never_matched() -> None:
    assert not await passwords.matches("unusable", PASSWORD)


async def test_a_hash_of_weaker_days_is_renewed() -> None:
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c2l4dGVlbiBieXRlcyEh"
    renewed = await passwords.renewed(weak, PASSWORD)
    assert renewed is not None
    assert await passwords.matches(renewed, PASSWORD)
