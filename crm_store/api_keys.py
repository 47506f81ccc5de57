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


async def add(session: AsyncSession, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> Made:
    """Raises ApiKeyInvalid."""
    if not name.strip() or len(name.strip()) > NAME_CHARACTERS:
        raise ApiKeyInvalid("name")
    if not scopes or not set(scopes) <= SCOPES:
        raise ApiKeyInvalid("scopes")
    if expires_at is not None and expires_at <= now():
        raise ApiKeyInvalid("expires")
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        name=name.strip(), hint=key[:HINT_CHARACTERS], key_hash=_hash(key), scopes=sorted(set(scopes)),
        created_at=now(), expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    details = {"scopes": row.scopes}
    await audit.record(session, actor=audit.COMMAND, action="add_api_key", subject=f"api_key:{row.id}", details=details)
    return Made(row, key)


async def listing(session: AsyncSession) -> Sequence[ApiKey]:
    """All there ever were, in the order they were made."""
    return (await session.scalars(select(ApiKey).order_by(ApiKey.id))).all()


async def revoke(session: AsyncSession, key_id: int) -> ApiKey:
    """It opens nothing from now on; done already: nothing happens. Raises NotFound."""
    row = await session.get(ApiKey, key_id)
    if row is None:
        raise NotFound("api key", key_id)
    if row.revoked_at is None:
        row.revoked_at = now()
        await session.flush()
        await audit.record(session, actor=audit.COMMAND, action="revoke_api_key", subject=f"api_key:{row.id}")
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


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
