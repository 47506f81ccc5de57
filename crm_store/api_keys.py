"""Keys by which the shop's own systems call the REST interface: named, for some subjects only, until a day."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import audit
from crm_store.clock import now
from crm_store.crypto import blind_index
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound

PREFIX = "hk_"
SUBJECTS = ("members", "orders", "parcels", "points", "knowledge")
SCOPES = frozenset(f"{subject}:{act}" for subject in SUBJECTS for act in ("read", "write")) - {"knowledge:write"}
NAME_CHARACTERS = 60
HINT_CHARACTERS = 8
USE_NOTED_EVERY = timedelta(hours=1)


class ApiKey(Base):
    """One key. Of the key itself only a hash is kept (it has 256 bits of chance, so that needs no salt), and its first
    characters, by which people tell keys apart."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    hint: Mapped[str] = mapped_column(String(HINT_CHARACTERS))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """Noted at most once an hour."""

    @property
    def opens(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now())


class ApiKeyInvalid(CrmError):
    """A new key cannot be like that. `field`: name, scopes or expires."""

    code = "api_key_invalid"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field=field)


class Made(NamedTuple):
    """A new key's row, and the `key` itself, readable only here."""

    row: ApiKey
    key: str


async def add(
    session: AsyncSession,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    agent_id: int | None = None,
    idempotency_key: str | None = None,
) -> Made:
    """`agent_id`: the administrator who makes it; None: somebody at the command line. The same idempotency key, which
    has to be random, gives the same key again: it is made of that and the application's secret. Raises
    ApiKeyInvalid."""
    if not name.strip() or len(name.strip()) > NAME_CHARACTERS:
        raise ApiKeyInvalid("name")
    if not scopes or not set(scopes) <= SCOPES:
        raise ApiKeyInvalid("scopes")
    if expires_at is not None and expires_at <= now():
        raise ApiKeyInvalid("expires")
    chance = blind_index(idempotency_key, "api-key") if idempotency_key else secrets.token_urlsafe(32)
    key = PREFIX + chance
    known = await session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(key)))
    if known is not None:
        return Made(known, key)
    row = ApiKey(
        name=name.strip(), hint=key[:HINT_CHARACTERS], key_hash=_hash(key), scopes=sorted(set(scopes)),
        created_at=now(), expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await _note(session, "add_api_key", row, agent_id, scopes=row.scopes)
    return Made(row, key)


async def listing(session: AsyncSession) -> Sequence[ApiKey]:
    """All there ever were, in the order they were made."""
    return (await session.scalars(select(ApiKey).order_by(ApiKey.id))).all()


async def revoke(session: AsyncSession, key_id: int, *, agent_id: int | None = None) -> ApiKey:
    """It opens nothing from now on; done already: nothing happens. `agent_id`: as for `add`. Raises NotFound."""
    row = await session.get(ApiKey, key_id) if 0 < key_id < 2**31 else None  # databases raise at larger ones
    if row is None:
        raise NotFound("api key", key_id)
    if row.revoked_at is None:
        row.revoked_at = now()
        await session.flush()
        await _note(session, "revoke_api_key", row, agent_id)
    return row


async def holder(session: AsyncSession, key: str) -> ApiKey | None:
    """The key's row while it opens anything; None for any other."""
    row = await session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(key)))
    return row if row is not None and row.opens else None


async def note_use(session: AsyncSession, key_id: int) -> None:
    """The key was used just now."""
    row = await session.get(ApiKey, key_id)
    if row is not None:
        row.used_at = now()
        await session.flush()


async def are_there(session: AsyncSession) -> bool:
    """Whether any key opens anything."""
    return any(each.opens for each in await listing(session))


async def _note(session: AsyncSession, action: str, row: ApiKey, agent_id: int | None, **details: object) -> None:
    await audit.record(
        session, agent_id=agent_id, actor="" if agent_id else audit.COMMAND, action=action,
        subject=f"api_key:{row.id}", details=details,
    )  # fmt: skip


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
