"""The shop's word for who its visitor is: a signed token (JWT) that its own site passes to the widget."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from crm_store.clock import now
from crm_store.text import clean

LONGEST_LIFE = timedelta(hours=12)
LATE = timedelta(seconds=5)
AHEAD = timedelta(minutes=5)
"""How far the shop's clock may run behind and ahead of ours."""

NUMBER_LIMIT_CHARACTERS = 64
_LAST_SECOND = 10**11
"""Beyond any moment that a calendar can name."""

_SIGNATURE_ONLY: dict[str, Any] = {
    "require": ["sub", "exp", "iat"],
    # Judged below: the library meets numbers that are no moment with exceptions of every kind.
    **{f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "sub")},
}


class IdentityTokenRefused(Exception):
    """The token proves nothing. `reason`: not_configured, expired, not_yet_valid, malformed or lives_too_long."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Vouched:
    """The member number a token vouches for, and since when."""

    number: str
    issued_at: datetime


def read(token: str, key: str) -> Vouched:
    """What `token` vouches for. `key`: an HS256 secret or an RS256 public key in PEM.

    The algorithm follows from the key, never from the token, so that a public key cannot be used as an HS256 secret.
    Raises IdentityTokenRefused.
    """
    if not key:
        raise IdentityTokenRefused("not_configured")
    algorithm = "RS256" if "BEGIN" in key and "KEY" in key else "HS256"
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], options=_SIGNATURE_ONLY)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise IdentityTokenRefused("malformed") from None
    issued, ends = _second(claims["iat"]), _second(claims["exp"])
    begins = _second(claims.get("nbf", claims["iat"]))
    at = now().timestamp()
    if ends <= at - LATE.total_seconds():
        raise IdentityTokenRefused("expired")
    if max(issued, begins) > at + AHEAD.total_seconds():
        raise IdentityTokenRefused("not_yet_valid")
    if ends - issued > LONGEST_LIFE.total_seconds():
        raise IdentityTokenRefused("lives_too_long")
    return Vouched(_number(claims["sub"]), datetime.fromtimestamp(issued, UTC))


def issue(number: str, key: str, *, life: timedelta = timedelta(minutes=10), at: datetime | None = None) -> str:
    """A token as the shop's own server would make it; used by the demo shop."""
    issued = at or now()
    return jwt.encode({"sub": number, "iat": issued, "exp": issued + life}, key, algorithm="HS256")


def _second(claim: object) -> float:
    """A moment as JSON may give it: a number of seconds since 1970."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim < _LAST_SECOND:
        raise IdentityTokenRefused("malformed")
    return claim


def _number(claim: object) -> str:
    """A member number, which a shop may give as a number as well."""
    if isinstance(claim, bool) or not isinstance(claim, int | str):
        raise IdentityTokenRefused("malformed")
    # Digits without end have no text: Python refuses to write them.
    number = clean(claim) if isinstance(claim, str) else str(claim) if abs(claim) < _LAST_SECOND else ""
    if not 0 < len(number) <= NUMBER_LIMIT_CHARACTERS:
        raise IdentityTokenRefused("malformed")
    return number
