"""A store opened with another secret than it was written with is refused before anything is read or written."""

from collections.abc import Iterator

import pytest

from crm_store import crypto, keys, members
from crm_store.db import Database
from tests.conftest import TEST_SECRET


@pytest.fixture(autouse=True)
def the_tests_secret_again() -> Iterator[None]:
    yield
    crypto.use_secret(TEST_SECRET)


async def test_the_secret_it_was_written_with(database: Database) -> None:
    await keys.check(database)
    async with database.transaction() as session:
        await members.create(session, given_name="甲", phone="13800138000")
    await keys.check(database)


@pytest.mark.parametrize("contact", [{"phone": "13800138000"}, {"email": "lin@example.com"}])
async def test_another_secret_is_refused(database: Database, contact: dict[str, str]) -> None:
    async with database.transaction() as session:
        await members.create(session, given_name="甲", **contact)
    crypto.use_secret("another secret than the one of these tests")
    with pytest.raises(keys.WrongKey):
        await keys.check(database)


async def test_a_store_without_tables_fits_every_secret(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('new') / 'huike.db'}")
    await keys.check(database)
    await database.close()
