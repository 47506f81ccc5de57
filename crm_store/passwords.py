"""Passwords as Argon2 hashes. Hashing takes tens of milliseconds of every core: it is done in a thread, a few at once,
and never while a transaction is open, where everybody else would wait for it."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from crm_store.errors import CrmError

LEAST_CHARACTERS = 10
ONE_TIME_GROUPS, ONE_TIME_GROUP = 4, 4
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""For passwords that are read aloud or copied by hand: nothing that looks like something else."""
AT_ONCE = 2
"""Hashes computed at the same time; the others wait in line."""

_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$zkfto6wDZnNkbvDokI+McQ$CylpdjuqVEgs+mxqB0mYpoQxGkSsfH+XeBtCN3BMi4g"
"""What the password of an unknown account is compared with, so that it costs the same as that of a known one."""

_few = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")


class PasswordTooShort(CrmError):
    """A new password needs LEAST_CHARACTERS."""

    code = "password_too_short"

    def __init__(self) -> None:
        super().__init__(least=LEAST_CHARACTERS)


def check_length(password: str) -> None:
    """Raises PasswordTooShort."""
    if len(password) < LEAST_CHARACTERS:
        raise PasswordTooShort


def one_time() -> str:
    """A new password to be given to somebody who will change it: k7mq-x2vd-9rtp-4hwn, 79 bits of chance."""
    groups = ("".join(secrets.choice(_LEGIBLE) for _ in range(ONE_TIME_GROUP)) for _ in range(ONE_TIME_GROUPS))
    return "-".join(groups)


async def hashed(password: str) -> str:
    """What to keep of a new password. Call it outside any transaction. Raises PasswordTooShort."""
    check_length(password)
    return await _computed(lambda: _hasher().hash(password))


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; None (there is no such account) is never matched and takes as long. Call it outside
    any transaction."""
    return await _computed(lambda: _verify(password_hash or _NOBODYS, password)) and password_hash is not None


async def renewed(password_hash: str, password: str) -> str | None:
    """The hash that replaces one made with weaker parameters than today's; None when it is good as it is."""
    if not _hasher().check_needs_rehash(password_hash):
        return None
    return await _computed(lambda: _hasher().hash(password))


async def _computed[T](work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_few, work)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
