"""The shop's word for who its visitor is: a signed token (JWT) that its own site passes to the widget."""

from datetime import datetime, timedelta

import jwt

from crm_store.clock import now

LONGEST_LIFE = timedelta(hours=12)
_REQUIRED = ["sub", "exp", "iat"]


class IdentityTokenRefused(Exception):
    """The token proves nothing; `reason` is one of not_configured, expired, malformed, lives_too_long."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def member_number(token: str, key: str) -> str:
    """The member number that `token` vouches for. `key`: an HS256 secret or an RS256 public key in PEM.

    The algorithm follows from the key, never from the token, so that a public key cannot be used as an HS256 secret.
    Raises IdentityTokenRefused.
    """
    if not key:
        raise IdentityTokenRefused("not_configured")
    algorithm = "RS256" if "BEGIN" in key and "KEY" in key else "HS256"
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], options={"require": _REQUIRED}, leeway=5)
    except jwt.ExpiredSignatureError:
        raise IdentityTokenRefused("expired") from None
    except jwt.PyJWTError:
        raise IdentityTokenRefused("malformed") from None
    if claims["exp"] - claims["iat"] > LONGEST_LIFE.total_seconds():
        raise IdentityTokenRefused("lives_too_long")
    return str(claims["sub"])


def issue(number: str, key: str, *, life: timedelta = timedelta(minutes=10), at: datetime | None = None) -> str:
    """A token as the shop's own server would make it; used by the demo shop."""
    issued = at or now()
    return jwt.encode({"sub": number, "iat": issued, "exp": issued + life}, key, algorithm="HS256")
