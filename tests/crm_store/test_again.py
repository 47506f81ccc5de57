"""Transactions that wait for each other in a circle: the database ends one, and it is done again."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from crm_store import again, members
from crm_store.db import Database
from tests.crm_store.shop import make_member


async def crossing(database: Database) -> list[asyncio.Task[int]]:
    """Two transactions that each lock what the other locks next; each gives how often it was begun."""
    async with database.transaction() as session:
        one, two = [(await make_member(session)).id for _ in range(2)]
    both_hold_one = asyncio.Barrier(2)

    async def rename(first: int, second: int, name: str) -> int:
        begun = 0

        async def once() -> None:
            nonlocal begun
            begun += 1
            async with database.transaction() as session:
                await members.update_profile(session, await members.get(session, first), preferred_name=name)
                if begun == 1 and not database.is_sqlite:
                    await both_hold_one.wait()
                await members.update_profile(session, await members.get(session, second), preferred_name=name)

        await again.until_through(once)
        return begun

    return [asyncio.create_task(rename(one, two, "甲")), asyncio.create_task(rename(two, one, "乙"))]


async def test_both_go_through(database: Database) -> None:
    begun = sorted(await asyncio.gather(*await crossing(database)))
    assert begun == ([1, 1] if database.is_sqlite else [1, 2])


async def test_another_error_is_not_tried_again() -> None:
    tries = 0

    async def once() -> None:
        nonlocal tries
        tries += 1
        raise DBAPIError("SELECT", {}, Exception("the server is gone"))

    with pytest.raises(DBAPIError):
        await again.until_through(once)
    assert tries == 1
