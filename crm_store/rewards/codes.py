"""The codes of rewards: made so that they are hard to guess and easy to read out."""

import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.rewards.models import Redemption

CODE_ALPHABET = "2346789ACDEFGHJKMNPQRTVWXY"
"""Without characters mistaken for each other: neither 0 nor O, 1 I L, 5 S, U; of B 8 and Z 2 only the digit."""
CODE_CHARACTERS = 6


def normalise_code(text: str) -> str:
    """HK-7Q2M-9D from any way of typing it."""
    characters = "".join(ch for ch in text.upper() if ch.isalnum())
    if len(characters) > CODE_CHARACTERS:
        characters = characters.removeprefix("HK")
    return f"HK-{characters[:4]}-{characters[4:]}"


async def fresh_code(session: AsyncSession) -> str:
    """An unused code; of 300 million, so that guessing one that is valid is hopeless."""
    while True:
        characters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        code = normalise_code(characters)
        if await session.scalar(select(Redemption.id).where(Redemption.coupon_code == code)) is None:
            return code
