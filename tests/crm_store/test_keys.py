"""A store opened with another secret than it was written with is refused before anything is read or written."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from crm_store import api_calls, at_rest, crypto, keys, members, verification
from crm_store.clock import now
from crm_store.db import Database
from crm_store.orders import Order
from tests.conftest import TEST_SECRET
from tests.crm_store.shop import make_order


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


OLD, NEW = "the secret of the years before this one", "the secret that takes its place today"
MISTYPED = "the secret of the years before this own"


async def _people(database: Database, count: int) -> list[int]:
    crypto.use_secret(OLD)
    async with database.transaction() as session:
        await keys.remember(session)
        people = [
            await members.create(session, phone=f"1380013{n:04d}", email=f"m{n}@example.com") for n in range(count)
        ]
        order = await make_order(session, people[0], address="南京西路 1 号", recipient="王芳")
        await api_calls.once(session, caller="a", key="k", request={}, work=_answer)
    assert order.address == "南京西路 1 号"
    return [each.id for each in people]


async def _forget_the_key(database: Database) -> None:
    """As in a store that was filled by imports and never served."""
    async with database.transaction() as session:
        await session.delete(await session.get_one(keys.StoreKey, 1))


async def _answer() -> dict[str, str]:
    return {"refused": "13800130000"}


class TestRotation:
    async def test_everything_is_read_and_found_under_the_new_key_alone(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(at_rest, "AT_A_TIME", 3)
        ids = await _people(database, 7)
        seen: list[tuple[str, int, int]] = []
        written = await keys.rotate(
            database, crypto.Keys(OLD), crypto.Keys(NEW), on_progress=lambda *told: seen.append(told)
        )
        assert written == 7 + 1 + 1
        assert [told for told in seen if told[0] == "members"] == [
            ("members", 3, 7),
            ("members", 6, 7),
            ("members", 7, 7),
        ]
        with pytest.raises(keys.WrongKey):
            await keys.check(database)
        crypto.use_secret(NEW)
        await keys.check(database)
        async with database.reading() as session:
            for number, member_id in enumerate(ids):
                found = await members.by_phone(session, f"1380013{number:04d}")
                by_mail = await members.by_email(session, f"M{number}@example.com ")
                assert found is not None
                assert by_mail is not None
                assert (found.id, by_mail.id) == (member_id, member_id)
            assert (await session.scalar(select(Order))).address == "南京西路 1 号"
            assert "13800130000" in (await session.scalar(select(api_calls.ApiCall))).answer

    async def test_interrupted_it_goes_on_and_nobody_may_work_in_between(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(at_rest, "AT_A_TIME", 2)
        await _people(database, 5)

        def stop(table: str, done: int, _total: int) -> None:
            if (table, done) == ("members", 4):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW), on_progress=stop)
        for secret in (OLD, NEW):
            crypto.use_secret(secret)
            with pytest.raises(keys.RotationUnfinished):
                await keys.check(database)
        await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW))
        await keys.check(database)
        async with database.reading() as session:
            assert [
                each.phone for each in await session.scalars(select(members.Member).order_by(members.Member.id))
            ] == [f"1380013{number:04d}" for number in range(5)]

    async def test_with_an_old_key_that_is_not_the_stores_nothing_is_written(self, database: Database) -> None:
        await _people(database, 1)
        with pytest.raises(keys.WrongKey):
            await keys.rotate(database, crypto.Keys("some other secret of long ago"), crypto.Keys(NEW))
        await keys.check(database)

    async def test_a_mistyped_old_secret_notes_nothing_where_no_key_is_noted_yet(self, database: Database) -> None:
        await _people(database, 2)
        await _forget_the_key(database)
        with pytest.raises(keys.WrongKey):
            await keys.rotate(database, crypto.Keys(MISTYPED), crypto.Keys(NEW))
        async with database.reading() as session:
            assert await session.get(keys.StoreKey, 1) is None
        await keys.check(database)
        await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW))
        crypto.use_secret(NEW)
        await keys.check(database)

    async def test_one_row_under_another_key_is_found_before_anything_is_noted(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(at_rest, "AT_A_TIME", 2)
        await _people(database, 5)
        await _forget_the_key(database)
        crypto.use_secret(MISTYPED)
        async with database.transaction() as session:
            await members.create(session, phone="13900139000")
        with pytest.raises(keys.WrongKey):
            await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW))
        async with database.reading() as session:
            assert await session.get(keys.StoreKey, 1) is None
        crypto.use_secret(OLD)
        await keys.check(database)

    async def test_a_store_that_noted_a_mistyped_one_is_opened_by_the_right_ones(self, database: Database) -> None:
        await _people(database, 2)
        async with database.transaction() as session:
            row = await session.get_one(keys.StoreKey, 1)
            row.proof, row.rotating_since = crypto.Keys(MISTYPED).encrypt("huike"), now()
        with pytest.raises(keys.WrongKey):
            await keys.rotate(database, crypto.Keys(NEW), crypto.Keys("a secret that was never in use here"))
        assert await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW)) == 2 + 1 + 1
        crypto.use_secret(NEW)
        await keys.check(database)

    async def test_a_store_that_holds_nothing_encrypted_has_nothing_to_prove(self, database: Database) -> None:
        assert await keys.rotate(database, crypto.Keys(MISTYPED), crypto.Keys(NEW)) == 0
        crypto.use_secret(NEW)
        await keys.check(database)

    async def test_codes_and_links_that_were_sent_are_void(self, database: Database) -> None:
        [member_id] = await _people(database, 1)
        async with database.transaction() as session:
            await verification.create_link_token(session, await members.get(session, member_id))
        await keys.rotate(database, crypto.Keys(OLD), crypto.Keys(NEW))
        async with database.reading() as session:
            assert await session.scalar(select(verification.LinkToken.id)) is None

    async def test_a_store_without_members_knows_its_key_too(self, database: Database) -> None:
        crypto.use_secret(OLD)
        async with database.transaction() as session:
            await keys.remember(session)
            await keys.remember(session)
        crypto.use_secret(NEW)
        with pytest.raises(keys.WrongKey):
            await keys.check(database)
