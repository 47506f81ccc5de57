"""Keys for some subjects only, as the shop's systems and whoever gives them out meet them."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import select

from bot.api.scopes import needed
from bot.operate import api_keys as command
from bot.settings import Settings
from crm_store import api_keys, audit
from crm_store.api_keys import ApiKey, ApiKeyInvalid
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.bot.api.test_api import LIN
from tests.conftest import TEST_SECRET

Call = Callable[..., Awaitable[httpx.Response]]


async def key_for(database: Database, *scopes: str, life: timedelta | None = None, clock: FrozenClock) -> str:
    async with database.transaction() as session:
        made = await api_keys.add(
            session, name="ERP", scopes=scopes, expires_at=clock.moment + life if life is not None else None
        )
    return made.key


class TestCalling:
    async def test_a_key_opens_what_it_is_for_and_nothing_else(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        key = await key_for(database, "members:write", "orders:read", clock=frozen_clock)
        assert (await call("POST", "/members", with_key=key, json={"rows": [LIN]})).status_code == 200
        assert (await call("GET", "/members/HK200001/orders", with_key=key)).status_code == 200
        for method, path, scope in (
            ("GET", "/members/HK200001", "members:read"),
            ("GET", "/members/HK200001/points", "points:read"),
            ("POST", "/orders", "orders:write"),
        ):
            refused = await call(method, path, with_key=key, **({"json": {"rows": []}} if method == "POST" else {}))
            assert refused.status_code == 403
            assert (refused.json()["code"], refused.json()["details"]["scope"]) == ("api_scope_missing", scope)

    async def test_one_that_only_writes_learns_of_no_phone_whether_it_is_a_members(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "members:write", "orders:write", clock=frozen_clock)
        both = await key_for(database, "members:write", "members:read", clock=frozen_clock)
        await call("POST", "/members", json={"rows": [LIN | {"email": "lin@example.com"}]})
        other = {"member_number": "HK900001", "name": "A", "email": "LIN@example.com"}
        order = {"order_number": "1", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}

        async def reason(path: str, row: dict[str, object], key: str) -> str:
            answer = (await call("POST", path, with_key=key, json={"rows": [row]})).json()
            return str(answer["refused"][0]["reason"])

        assert await reason("/members", other, writing) == "contact_not_taken"
        assert await reason("/members", other, both) == "belongs_to_another_member"
        assert await reason("/orders", order | {"member_phone": "13700001111"}, writing) == "contact_not_taken"
        assert await reason("/orders", order | {"member_number": "NOBODY"}, writing) == "no_such_member"

    async def test_nor_by_what_is_refused_after_it_was_looked_up(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "orders:write", clock=frozen_clock)
        other = {"member_number": "HK900001", "name": "A", "phone": "13900000009"}
        await call("POST", "/members", json={"rows": [LIN | {"phone": "13911110001"}, other]})
        cup = {"placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        await call("POST", "/orders", json={"rows": [cup | {"order_number": "L14", "member_number": "HK900001"}]})
        tries = (
            [cup | {"order_number": "L14"}],
            [cup | {"order_number": "L15"}, cup | {"order_number": "L15", "member_number": "HK900001"}],
            [
                cup | {"order_number": "L16", "currency": "USD"},
                cup | {"order_number": "L16", "price": "€9", "sku": "T"},
            ],
            [{**cup, "order_number": "L17", "product_name": ""}],
        )
        for rows in tries:
            told = []
            for phone in ("13911110001", "13700001111"):
                sent = [row if "member_number" in row else row | {"member_phone": phone} for row in rows]
                answer = (await call("POST", "/orders", with_key=writing, json={"rows": sent})).json()
                assert "HK200001" not in str(answer)
                told.append(str(answer).replace(phone, "…"))
            assert told[0] == told[1], rows

    async def test_nor_by_what_is_unchanged(self, call: Call, database: Database, frozen_clock: FrozenClock) -> None:
        writing = await key_for(database, "members:write", "orders:write", clock=frozen_clock)
        await call("POST", "/members", json={"rows": [LIN | {"phone": "13911110001"}]})
        order = {"order_number": "L20", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        bought = order | {"member_number": "HK200001", "recipient_phone": "13911110001", "address": "南京路 1 号"}
        await call("POST", "/orders", json={"rows": [bought]})

        async def told(path: str, row: dict[str, object]) -> dict[str, object]:
            answer = (await call("POST", path, with_key=writing, json={"rows": [row]})).json()
            return {name: answer[name] for name in ("created", "updated", "unchanged", "refused")}

        for first, second in (
            (order | {"member_phone": "13911110001"}, order | {"member_phone": "13700001111"}),
            (order | {"member_email": LIN["email"]}, order | {"member_email": "x@example.com"}),
            (bought, bought | {"recipient_phone": "13911110002"}),
            (bought, bought | {"address": "南京路 2 号"}),
        ):
            assert await told("/orders", first) == await told("/orders", second), second
        member = {"member_number": "HK200001"}
        known = LIN | {"phone": "13911110001"}
        for field in ("phone", "email", "birthday", "name", "gender"):
            right = await told("/members", member | {field: known[field]})
            assert (right["updated"], right["unchanged"]) == (1, 0), field

    async def test_nor_that_another_name_stood_there(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        reads = await key_for(database, "members:write", "members:read", clock=frozen_clock)
        writes = await key_for(database, "members:write", clock=frozen_clock)
        first = {"member_number": "VN1", "name": "张三", "phone": "13912340005"}

        async def noted(key: str, *names: str) -> list[str]:
            rows = [{"member_number": "VN1", "name": name} for name in names]
            report = (await call("POST", "/members", json={"rows": rows}, with_key=key)).json()
            return [each["reason"] for each in report["notes"] + report["refused"]]

        await call("POST", "/members", json={"rows": [first]}, with_key=reads)
        assert await noted(reads, "李四") == ["another_name"]
        assert not await noted(writes, "王二")
        assert await noted(writes, "王二", "赵五") == ["number_of_two_people"]

    @pytest.mark.parametrize(
        ("more", "told"), [((), (False, False)), (("points:read",), (True, False)), (("members:read",), (True, True))]
    )
    async def test_points_are_given_without_telling_how_many_there_are(
        self, call: Call, database: Database, frozen_clock: FrozenClock, more: tuple[str, ...], told: tuple[bool, bool]
    ) -> None:
        key = await key_for(database, "points:write", *more, clock=frozen_clock)
        await call("POST", "/members", json={"rows": [LIN]})
        order = {"order_number": "S1", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        delivered = order | {"member_number": "HK200001", "status": "delivered", "delivered_at": "2025-11-03"}
        await call("POST", "/orders", json={"rows": [delivered]})
        for path in ("/points/review", "/points/earn"):
            answer = (await call("POST", path, with_key=key, json={"order_number": "S1"})).json()
            assert (answer["balance"] is not None, answer["tier"] is not None) == told, path
            assert answer["points"] > 0

    async def test_a_step_is_told_without_learning_the_others(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "parcels:write", clock=frozen_clock)
        both = await key_for(database, "parcels:write", "parcels:read", clock=frozen_clock)
        await call("POST", "/members", json={"rows": [LIN]})
        order = {"order_number": "S2", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        await call("POST", "/orders", json={"rows": [order | {"member_number": "HK200001"}]})
        parcel = {"parcel_number": "P2", "order_number": "S2", "carrier": "SF", "event_code": "picked_up"}
        await call("POST", "/parcels", json={"rows": [parcel | {"event_at": "2025-11-02", "event_place": "杭州"}]})
        step = {"code": "arrived_hub", "at": "2025-11-03T08:00:00+08:00", "place": "南京"}
        answer = (await call("POST", "/parcels/P2/events", with_key=writing, json=step)).json()
        assert [each["place"] for each in answer.pop("steps")] == ["南京"]
        assert {name for name, value in answer.items() if value is not None} == {"number", "changed"}
        answer = (await call("POST", "/parcels/P2/events", with_key=both, json=step)).json()
        assert ([each["place"] for each in answer["steps"]], answer["order_number"]) == (["杭州", "南京"], "S2")

    async def test_its_own_words_again_are_unchanged(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "members:write", "orders:write", clock=frozen_clock)
        other = await key_for(database, "members:write", clock=frozen_clock)
        order = {"order_number": "L21", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        sent = (("/members", LIN), ("/orders", order | {"member_email": LIN["email"]}))
        for expected in ("created", "unchanged", "unchanged"):
            for path, row in sent:
                answer = (await call("POST", path, with_key=writing, json={"rows": [row]})).json()
                assert answer[expected] == 1, (path, answer)
        answers = [
            (await call("POST", "/members", with_key=key, json={"rows": [row]})).json()
            for key, row in ((other, LIN), (writing, LIN | {"gender": "男"}), (writing, LIN | {"gender": "男"}))
        ]
        assert [(each["updated"], each["unchanged"]) for each in answers] == [(1, 0), (1, 0), (0, 1)]
        # What tells nothing of anybody is said as before, and so is everything to who may read.
        moved = order | {"member_number": "HK200001"}
        assert (await call("POST", "/orders", with_key=writing, json={"rows": [moved]})).json()["unchanged"] == 1
        assert (await call("POST", "/members", json={"rows": [LIN | {"gender": "男"}]})).json()["unchanged"] == 1

    async def test_said_many_times_at_once_it_is_written_once(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "members:write", clock=frozen_clock)
        await call("POST", "/members", with_key=writing, json={"rows": [LIN]})
        rows = [LIN, {"member_number": "HK200002", "name": "李雷", "phone": "13900000002"}]
        answers = await asyncio.gather(
            *(call("POST", "/members", with_key=writing, json={"rows": rows}) for _ in range(6))
        )
        assert [answer.status_code for answer in answers] == [200] * 6
        told = [answer.json() for answer in answers]
        assert sum(each["created"] for each in told) == 1
        assert all(each["refused"] == [] for each in told)

    async def test_another_order_of_that_number_is_not_written_over(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        writing = await key_for(database, "orders:write", clock=frozen_clock)
        await call("POST", "/members", json={"rows": [LIN | {"phone": "13911110001"}]})
        order = {"order_number": "L22", "placed_at": "2025-11-01", "sku": "S", "product_name": "Cup", "price": 9}
        await call("POST", "/orders", json={"rows": [order | {"member_number": "HK200001"}]})
        for phone in ("13911110001", "13700001111"):
            row = order | {"placed_at": "2025-11-02", "member_phone": phone, "price": 5}
            answer = (await call("POST", "/orders", with_key=writing, json={"rows": [row]})).json()
            assert [each["reason"] for each in answer["refused"]] == ["contact_not_taken"]

    async def test_the_keys_of_the_settings_open_everything_as_before(self, call: Call) -> None:
        assert (await call("POST", "/members", json={"rows": [LIN]})).status_code == 200
        assert (await call("GET", "/members/HK200001")).status_code == 200

    async def test_revoked_or_over_it_opens_nothing(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        lasting = await key_for(database, "members:write", clock=frozen_clock)
        short = await key_for(database, "members:write", life=timedelta(days=1), clock=frozen_clock)
        frozen_clock.move(timedelta(days=1) - timedelta(seconds=1))
        assert (await call("POST", "/members", with_key=short, json={"rows": [LIN]})).status_code == 200
        frozen_clock.move(timedelta(seconds=1))
        assert (await call("POST", "/members", with_key=short, json={"rows": [LIN]})).status_code == 401
        async with database.transaction() as session:
            row = await api_keys.holder(session, lasting)
            assert row is not None
            await api_keys.revoke(session, row.id)
        assert (await call("POST", "/members", with_key=lasting, json={"rows": [LIN]})).status_code == 401

    async def test_a_key_of_the_store_is_enough_without_any_in_the_settings(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        key = await key_for(database, "members:write", clock=frozen_clock)
        answer = await call("POST", "/members", with_key=key, settings={"api_keys": ""}, json={"rows": [LIN]})
        assert answer.status_code == 200

    async def test_only_a_hash_is_kept_and_the_use_is_noted(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        key = await key_for(database, "members:write", clock=frozen_clock)
        await call("POST", "/members", with_key=key, json={"rows": [LIN]})
        async with database.reading() as session:
            row = await session.scalar(select(ApiKey))
            assert row is not None
            assert row.used_at == frozen_clock.moment
            assert key not in str([getattr(row, column.name) for column in ApiKey.__table__.columns])
            assert key.startswith(row.hint)
            [entry] = await audit.entries(session, action="add_api_key")
            assert entry.details == {"scopes": ["members:write"]}


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "members", "members:write"),
        ("GET", "members/HK1", "members:read"),
        ("GET", "members/HK1/parcels", "parcels:read"),
        ("GET", "members/HK1/referral", "points:read"),
        ("POST", "members/HK1/referral", "points:write"),
        ("POST", "points/earn", "points:write"),
        ("POST", "parcels/SF1/events", "parcels:write"),
        ("POST", "identity-links", "members:write"),
        ("POST", "knowledge/search", "knowledge:read"),
        ("GET", "something-new", None),
        ("GET", "members/HK1/something-new", None),
        ("GET", "members/C%2F7", "members:read"),
        ("GET", "members/C%2F7/points", "points:read"),
        ("GET", "members/C%2Forders", "orders:read"),
        ("GET", "members/C/x%2Fparcels", "parcels:read"),
        ("GET", "%6Dembers/HK1", None),
    ],
)
def test_every_call_needs_the_scope_of_its_subject(method: str, path: str, scope: str | None) -> None:
    assert needed(method, path.split("/")) == scope


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"scopes": []}, {"scopes": ["everything"]}, {"expires_at": "the past"}]
)
async def test_a_key_for_nothing_or_of_the_past_is_not_made(
    database: Database, frozen_clock: FrozenClock, wrong: dict[str, object]
) -> None:
    wanted = {"name": "ERP", "scopes": ["orders:read"], "expires_at": None} | wrong
    if wanted["expires_at"]:
        wanted["expires_at"] = frozen_clock.moment
    async with database.transaction() as session:
        with pytest.raises(ApiKeyInvalid):
            await api_keys.add(session, **wanted)  # type: ignore[arg-type]


async def test_on_the_command_line_a_key_is_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    settings = Settings(demo=True, data_dir=tmp_path, secret_key=SecretStr(TEST_SECRET))

    async def said(work: Callable[[Console], Awaitable[int]]) -> tuple[int, str]:
        told = io.StringIO()
        return await work(Console(file=told, width=300)), told.getvalue()

    status, made = await said(lambda on: command.add(settings, on, name="ERP", scopes=["orders:write"], days=90))
    assert status == 0
    key = made.splitlines()[-1].strip()
    assert key.startswith(api_keys.PREFIX)
    _, listed = await said(lambda on: command.show(settings, on))
    assert "ERP" in listed
    assert "open until" in listed
    assert key not in listed
    assert (await said(lambda on: command.revoke(settings, on, 1)))[0] == 0
    assert "revoked" in (await said(lambda on: command.show(settings, on)))[1]
    for number in (99, 0, -1, 2**31, 10**30):
        assert (await said(partial(command.revoke, settings, number=number)))[0] == 2
    assert (await said(lambda on: command.add(settings, on, name="ERP", scopes=["all"], days=None)))[0] == 2


async def test_made_again_under_the_same_idempotency_key_it_is_the_same(database: Database) -> None:
    async def made(key: str) -> api_keys.Made:
        async with database.transaction() as session:
            return await api_keys.add(session, name="ERP", scopes=["orders:read"], idempotency_key=key)

    first, again, other = await made("one press"), await made("one press"), await made("another press")
    assert (first.key, first.row.id) == (again.key, again.row.id)
    assert first.key != other.key
    async with database.reading() as session:
        assert len(await api_keys.listing(session)) == 2
        assert len(await audit.entries(session, action="add_api_key")) == 2
