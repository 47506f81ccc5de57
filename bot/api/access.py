"""Who may call the REST interface: the shop's own systems, by keys of `huike keys add`, each for its scopes, or by
those in HUIKE_API_KEYS, which open everything."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from bot.api.errors import ApiRefusal
from bot.api.scopes import needed
from bot.rate_limits import source_of
from bot.services import Services
from crm_store import api_keys
from crm_store.api_keys import ApiKey
from crm_store.clock import now

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
    """A dependency that gives the caller's name. It raises ApiRefusal: 403 where no keys are configured or the key is
    not for this call, 401 for a missing or wrong one, 429 after too many wrong ones. `open_in_demo`: in demo mode a
    caller without a key may pass.
    """
    settings, limits = services.settings, services.rate_limits
    wrong_keys = limits.rates.wrong_keys
    keys = [key.encode() for key in settings.api_key_list()]

    async def caller(request: Request, bearer: Credentials, key: Key) -> str:
        given = bearer.credentials if bearer else key
        if given is None and open_in_demo and settings.demo:
            return DEMO_VISITOR
        if not keys and not await _are_there(services):
            raise ApiRefusal("api_keys_missing")
        source = source_of(request.client.host if request.client else "")
        # The right key has to wait too: otherwise guessing would go on, with every answer but one a refusal.
        if given is not None and (wait := await limits.wait(wrong_keys, source)):
            raise ApiRefusal("api_keys_guessed", retry_after=wait)
        # Every key is compared, each in constant time: the answer's delay says nothing about any of them.
        matches = [hmac.compare_digest(known, (given or "").encode()) for known in keys]
        if any(matches):
            return name_of(given or "")
        if given is not None and (scoped := await _scoped(services, given)) is not None:
            _check_scope(scoped, request)
            request.state.scopes = frozenset(scoped.scopes)
            return f"api:key-{scoped.id}"
        if given is not None:
            await limits.allows(wrong_keys, source)
        raise ApiRefusal("api_key_wrong")

    return caller


def may_read_members(request: Request) -> bool:
    """Whether the caller, who was let in, may be told of members what it did not tell itself."""
    return may_read(request, "members")


def may_read(request: Request, *subjects: str) -> bool:
    """Whether the caller, who was let in, may read one of these subjects."""
    scopes: frozenset[str] | None = getattr(request.state, "scopes", None)
    return scopes is None or any(f"{subject}:read" in scopes for subject in subjects)


def _check_scope(scoped: ApiKey, request: Request) -> None:
    """Raises ApiRefusal."""
    # Below /api/v1; the prefix is the app's, which this module does not know.
    sent: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    scope = needed(request.method, sent.decode("latin-1").removeprefix("/").split("/")[2:])
    if scope not in scoped.scopes:
        raise ApiRefusal("api_scope_missing", scope=scope or "all")


async def _scoped(services: Services, given: str) -> ApiKey | None:
    """The key's row, its use noted now and then."""
    if not given.startswith(api_keys.PREFIX):
        return None
    async with services.database.reading() as session:
        found = await api_keys.holder(session, given)
    if found is not None and (found.used_at is None or found.used_at + api_keys.USE_NOTED_EVERY < now()):
        async with services.database.transaction() as session:
            await api_keys.note_use(session, found.id)
    return found


async def _are_there(services: Services) -> bool:
    async with services.database.reading() as session:
        return await api_keys.are_there(session)
