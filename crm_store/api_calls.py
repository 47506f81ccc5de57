"""Calls of the REST interface that carried an idempotency key: the same call again gets the same answer."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, locks
from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.errors import KeyReused

ANSWERS_LIVE = timedelta(days=30)
KEY_CHARACTERS = 120

Answer = dict[str, Any]


class ApiCall(Base):
    """An answered call. `caller` names the API key; `key` is a digest of that of the call, in which a system may
    have put anything; `answer` is JSON and encrypted, because refused rows are in it."""

    __tablename__ = "api_calls"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(KEY_CHARACTERS))
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


@dataclass(frozen=True)
class Answered:
    """`repeated`: the work was done by an earlier call, and this is that call's answer."""

    answer: Answer
    repeated: bool


async def once(
    session: AsyncSession,
    *,
    caller: str,
    key: str | None,
    request: Mapping[str, object],
    work: Callable[[], Awaitable[Answer]],
) -> Answered:
    """Do `work`, or give its answer of the earlier call of `caller` under `key` within ANSWERS_LIVE.

    Work and answer are written in one transaction: a call that failed leaves no answer and can be tried again. Two
    calls at the same moment wait for each other. Without a key the work is simply done. Raises KeyReused when `request`
    is not that of the earlier call.
    """
    if key is None:
        return Answered(await work(), repeated=False)
    digest = hashlib.sha256(key.encode()).hexdigest()
    await locks.hold(session, f"api_call:{caller}:{digest}")
    await session.execute(delete(ApiCall).where(ApiCall.at < clock.now() - ANSWERS_LIVE))
    # The key itself stands in rows that an earlier version wrote, until they are over.
    known = select(ApiCall).where(ApiCall.caller == caller, ApiCall.key.in_((digest, key)))
    earlier = await session.scalar(known)
    request_hash = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    if earlier is not None:
        if earlier.request_hash != request_hash:
            raise KeyReused(key)
        return Answered(json.loads(earlier.answer), repeated=True)
    answer = await work()
    session.add(ApiCall(caller=caller, key=digest, request_hash=request_hash, answer=json.dumps(answer)))
    await session.flush()
    return Answered(answer, repeated=False)
