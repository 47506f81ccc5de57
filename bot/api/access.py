"""Who may call the REST interface: the shop's own systems, by the keys in HUIKE_API_KEYS."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from bot.api.errors import ApiRefusal
from bot.rate_limits import source_of
from bot.services import Services

_bearer = HTTPBearer(auto_error=False, description="A key from HUIKE_API_KEYS.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="A key from HUIKE_API_KEYS.")
DEMO_VISITOR = "demo"

Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
Key = Annotated[str | None, Security(_header)]


def name_of(key: str) -> str:
    """What a key is called in the audit trail: tells keys apart and gives none away."""
    return "api:" + hashlib.sha256(key.encode()).hexdigest()[:8]


def caller_of(
    services: Services, *, open_in_demo: bool = False
) -> Callable[[Request, Credentials, Key], Awaitable[str]]:
    """A dependency that gives the caller's name. It raises ApiRefusal: 403 where no keys are configured, 401 for a
    missing or wrong one, 429 after too many wrong ones. `open_in_demo`: in demo mode a caller without a key may pass.
    """
    settings, limits = services.settings, services.rate_limits
    wrong_keys = limits.rates.wrong_keys
    keys = [key.encode() for key in settings.api_key_list()]

    async def caller(request: Request, bearer: Credentials, key: Key) -> str:
        given = bearer.credentials if bearer else key
        if given is None and open_in_demo and settings.demo:
            return DEMO_VISITOR
        if not keys:
            raise ApiRefusal("api_keys_missing")
        source = source_of(request.client.host if request.client else "")
        # The right key has to wait too: otherwise guessing would go on, with every answer but one a refusal.
        if given is not None and (wait := await limits.wait(wrong_keys, source)):
            raise ApiRefusal("api_keys_guessed", retry_after=wait)
        # Every key is compared, each in constant time: the answer's delay says nothing about any of them.
        matches = [hmac.compare_digest(known, (given or "").encode()) for known in keys]
        if not any(matches):
            if given is not None:
                await limits.allows(wrong_keys, source)
            raise ApiRefusal("api_key_wrong")
        return name_of(given or "")

    return caller
