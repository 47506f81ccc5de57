"""The REST interface as a shop's systems meet it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from bot import api
from bot.api.errors import BODY_LIMIT_BYTES
from bot.rate_limits import Rates
from crm_store import audit, identities, knowledge, members, verification
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.orders import OrderStatus
from crm_store.points import Account, Entry
from tests.bot.api.conftest import OTHER_KEY
from tests.crm_store.shop import make_order

Call = Callable[..., Awaitable[httpx.Response]]
LIN = {
    "member_number": "HK200001",
    "name": "林晓月",
    "gender": "女",
    "phone": "138 1234 5678",
    "email": "xiaoyue@example.com",
    "birthday": "1990-03-08",
}
SHOES = {
    "order_number": "20261101-0001",
    "member_number": "HK200001",
    "placed_at": "2026-11-01 10:00",
    "status": "delivered",
    "sku": "RUN-01",
    "product_name": "Light shoes",
    "price": "399.00",
    "delivered_at": "2026-11-04 15:20",
}
PARCEL = {
    "parcel_number": "SF1029384756",
    "order_number": "20261102-0002",
    "carrier": "SF Express",
    "promised_at": "2026-11-21",
}


async def send(call: Call, kind: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await call("POST", f"/{kind}", json={"rows": rows}, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.usefixtures("frozen_clock")
class TestKeys:
    async def test_without_a_key_nothing_is_told(self, call: Call) -> None:
        answer = await call("GET", "/members/HK200001", with_key=None)
        assert answer.status_code == 401
        assert answer.json()["code"] == "api_key_wrong"
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("key", ["wrong", "", "a-key-of-the-sho", "密钥".encode().decode("latin-1")])
    async def test_a_wrong_key(self, call: Call, key: str) -> None:
        headers = {b"X-API-Key": key.encode("latin-1")}
        assert (await call("GET", "/members/HK200001", with_key=None, headers=headers)).status_code == 401

    async def test_either_header_and_every_key(self, call: Call) -> None:
        assert (await call("GET", "/members/HK1", with_key=OTHER_KEY)).status_code == 404
        answer = await call("GET", "/members/HK1", with_key=None, headers={"X-API-Key": OTHER_KEY})
        assert answer.status_code == 404

    async def test_who_tries_keys_has_to_wait_even_with_the_right_one(self, call: Call) -> None:
        for number in range(Rates().wrong_keys.amount):
            assert (await call("GET", "/members/HK1", with_key=f"guess {number}")).status_code == 401
        answer = await call("GET", "/members/HK1", headers={"Accept-Language": "zh-TW"})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert answer.json()["code"] == "api_keys_guessed"
        assert f"{answer.headers['retry-after']} 秒" in answer.json()["message"]
        assert (await call("GET", "/members/HK1", with_key=None)).status_code == 401

    async def test_without_configured_keys_it_says_what_to_do(self, call: Call) -> None:
        answer = await call("POST", "/members", settings={"api_keys": ""}, json={"rows": [LIN]})
        assert answer.status_code == 403
        assert "HUIKE_API_KEYS" in answer.json()["message"]

    async def test_in_the_callers_language(self, call: Call) -> None:
        answer = await call("GET", "/members/HK1", with_key=None, headers={"Accept-Language": "zh-TW,zh;q=0.8"})
        assert "金鑰" in answer.json()["message"]


@pytest.mark.usefixtures("frozen_clock")
class TestBatches:
    async def test_a_shop_brings_its_members_orders_parcels_and_points(self, call: Call) -> None:
        assert (await send(call, "members", LIN))["created"] == 1
        assert (await send(call, "orders", SHOES))["created"] == 1
        parcel = PARCEL | {"order_number": SHOES["order_number"]}
        assert (await send(call, "parcels", parcel))["created"] == 1
        earned = {"external_id": "T-1", "member_number": "HK200001", "points": 420, "reason": "购物"}
        assert (await send(call, "points", earned, earned))["unchanged"] == 1

        profile = (await call("GET", "/members/HK200001")).json()
        assert (profile["family_name"], profile["given_name"]) == ("林", "晓月")
        assert (profile["phone"], profile["email"]) == ("138 1234 5678", "xiaoyue@example.com")
        assert profile["points_balance"] == 420
        orders = (await call("GET", "/members/HK200001/orders")).json()
        assert [(order["number"], order["total_minor"]) for order in orders["items"]] == [("20261101-0001", 39900)]
        assert orders["next_offset"] is None
        assert (await call("GET", "/members/HK200001/parcels")).json()["items"][0]["number"] == "SF1029384756"

    async def test_refused_rows_are_named_and_stop_no_other(self, call: Call) -> None:
        report = await send(call, "members", {"name": "Nobody"}, LIN, {"member_number": "HK2", "phone": "call me"})
        assert report["created"] == 1
        assert [(row["row"], row["column"], row["reason"]) for row in report["refused"]] == [
            (1, "member_number", "required"),
            (3, "phone", "not_a_phone"),
        ]
        assert report["refused"][1]["message"] == "Not a phone number"

    @pytest.mark.parametrize(
        ("kind", "row"),
        [
            ("orders", SHOES | {"price": "1e999999"}),
            ("members", LIN | {"phone": "1e999999"}),
            ("members", LIN | {"name": "\ud800"}),
            ("members", LIN | {"interests": "a\x00b", "phone": "x"}),
            ("points", {"external_id": "1", "member_number": "HK200001", "points": "9" * 5000}),
            ("points", {"external_id": "\x00", "member_number": "HK200001", "points": 1}),
        ],
    )
    async def test_absurd_cells_are_refused(self, call: Call, kind: str, row: dict[str, Any]) -> None:
        await send(call, "members", LIN)
        answer = await call(
            "POST", f"/{kind}", content=json.dumps({"rows": [row]}), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["refused"]) == 1

    async def test_the_same_key_and_body_get_the_first_answer(self, call: Call, database: Database) -> None:
        headers = {"Idempotency-Key": "night-1"}
        first = await send(call, "members", LIN, headers=headers)
        again = await send(call, "members", LIN, headers=headers)
        assert again == first
        assert again["created"] == 1
        other = await call("POST", "/members", json={"rows": [LIN | {"name": "李雷"}]}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        assert other.json()["details"] == {"key": "night-1"}
        # A key belongs to the caller that used it: another system may happen to choose the same.
        elsewhere = await send(call, "members", LIN, headers=headers, with_key=OTHER_KEY)
        assert elsewhere["unchanged"] == 1
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(members.Member)) == 1

    async def test_two_calls_at_once_do_the_work_once(self, call: Call) -> None:
        await send(call, "members", LIN)
        row = {"external_id": "T-9", "member_number": "HK200001", "points": 10}
        headers = {"Idempotency-Key": "k"}
        answers = await asyncio.gather(*(send(call, "points", row, headers=headers) for _ in range(4)))
        assert all(answer == answers[0] for answer in answers)
        assert answers[0]["created"] == 1

    async def test_too_large_a_body(self, call: Call) -> None:
        async def endless() -> Any:
            for _ in range(BODY_LIMIT_BYTES // 65536 + 2):
                yield b" " * 65536

        answer = await call("POST", "/members", content=endless(), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    @pytest.mark.parametrize("body", ["{", "[]", '{"rows": []}', '{"rows": [3]}', '{"rows": [{}], "more": 1}', ""])
    async def test_what_is_no_batch(self, call: Call, body: str) -> None:
        answer = await call("POST", "/members", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
        assert answer.json()["details"]["problems"]


async def test_without_a_database_it_says_to_try_again(services_of: Callable[..., Any]) -> None:
    services = services_of(database_url="postgresql+psycopg://postgres@127.0.0.1:1/nothing")
    app = FastAPI()
    app.include_router(api.build_router(services))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        answer = await client.post("/api/v1/members", json={"rows": [LIN]}, headers={"X-API-Key": OTHER_KEY})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    await services.dialogue.close()
    await services.database.close()


class TestReading:
    async def test_every_look_at_a_member_is_written_down(self, call: Call, database: Database) -> None:
        await send(call, "members", LIN)
        for path in ("", "/points", "/orders", "/parcels"):
            assert (await call("GET", f"/members/hk200001{path}")).status_code == 200
        async with database.reading() as session:
            member = await members.by_number(session, "HK200001")
            assert member is not None
            looks = await audit.entries(session, subject=f"member:{member.id}", action="api_view")
        assert [look.details["what"] for look in reversed(looks)] == ["profile", "points", "orders", "parcels"]
        assert all(look.actor.startswith("api:") and "a-key" not in look.actor for look in looks)

    async def test_a_long_history_comes_in_pages(self, call: Call) -> None:
        await send(call, "members", LIN)
        rows = [
            {"external_id": f"T-{day}", "member_number": "HK200001", "points": day, "at": f"2026-10-{day:02}"}
            for day in range(1, 6)
        ]
        await send(call, "points", *rows)
        seen: list[int] = []
        offset: int | None = 0
        while offset is not None:
            page = (await call("GET", f"/members/HK200001/points?limit=2&offset={offset}")).json()
            assert page["balance"] == 15
            seen += [entry["points"] for entry in page["items"]]
            offset = page["next_offset"]
        assert seen == [5, 4, 3, 2, 1]

    async def test_nobody(self, call: Call) -> None:
        answer = await call("GET", "/members/HK9/points")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await call("GET", "/parcels/SF0")).status_code == 404

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "limit=x"])
    async def test_limits_of_a_page(self, call: Call, query: str) -> None:
        assert (await call("GET", f"/members/HK9/points?{query}")).status_code == 422


class TestNoJson:
    @pytest.mark.parametrize("sent", ["NaN", "Infinity", "-Infinity", "1e400"])
    @pytest.mark.parametrize("field", ["name", "preferred_name", "member_number", "of no column"])
    async def test_what_stands_for_nothing_is_no_text(self, call: Call, sent: str, field: str) -> None:
        row = json.dumps({"member_number": "NA1", "name": "A"} | {field: "@@"}).replace('"@@"', sent)
        body = f'{{"rows": [{json.dumps(LIN)}, {row}]}}'
        answer = await call("POST", "/members", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
        told = answer.json()["details"]["problems"]
        assert [each["where"].startswith("body.rows.1") and field in str(each) for each in told] == [True]
        assert (await call("GET", "/members/HK200001")).status_code == 404

    @pytest.mark.parametrize("field", ["total", "shipping"])
    @pytest.mark.parametrize("sent", [True, False])
    async def test_true_is_no_amount(self, call: Call, field: str, sent: bool) -> None:
        body = {"order_number": "X1", "member_number": "HK200001", "total": 100} | {field: sent}
        answer = await call("POST", "/points/earn", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
        assert f"body.{field}" in str(answer.json()["details"])


class TestParcelEvents:
    async def test_a_carrier_tells_step_by_step(self, call: Call, frozen_clock: FrozenClock) -> None:
        await send(call, "members", LIN)
        order = {key: value for key, value in SHOES.items() if key != "delivered_at"}
        await send(call, "orders", order | {"order_number": PARCEL["order_number"], "status": "paid"})
        await send(call, "parcels", PARCEL)
        picked_up = {"code": "picked_up", "at": "2026-11-20T18:00:00+08:00", "place": "杭州"}
        delivered = {"code": "delivered", "at": "2026-11-21T19:00:00"}
        for step in (picked_up, picked_up, delivered):
            answer = await call("POST", "/parcels/SF1029384756/events", json=step)
            assert answer.status_code == 200, answer.text
        parcel = answer.json()
        assert parcel["status"] == "delivered"
        assert parcel["delivered_at"] == "2026-11-21T11:00:00Z"
        assert [(step["code"], step["place"]) for step in parcel["steps"]] == [("picked_up", "杭州"), ("delivered", "")]
        orders = (await call("GET", "/members/HK200001/orders")).json()
        assert orders["items"][0]["status"] == "delivered"

    @pytest.mark.parametrize(
        "step",
        [
            {"code": "teleported", "at": "2026-11-20T18:00:00Z"},
            {"code": "picked_up", "at": "2027-01-01T00:00:00Z"},
            {"code": "picked_up", "at": "0001-01-01T00:00:00+14:00"},
            {"code": "picked_up", "at": "2026-11-20T18:00:00Z", "place": "a\x00b"},
            {"code": "picked_up"},
        ],
    )
    async def test_a_step_that_cannot_be(self, call: Call, frozen_clock: FrozenClock, step: dict[str, str]) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": PARCEL["order_number"]})
        await send(call, "parcels", PARCEL)
        answer = await call("POST", "/parcels/SF1029384756/events", json=step)
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
        assert (await call("GET", "/parcels/SF1029384756")).json()["steps"] == []

    async def test_steps_stand_by_their_moment_however_they_come(self, call: Call, frozen_clock: FrozenClock) -> None:
        await send(call, "members", LIN)
        order = {key: value for key, value in SHOES.items() if key != "delivered_at"}
        await send(call, "orders", order | {"order_number": PARCEL["order_number"], "status": "paid"})
        await send(call, "parcels", PARCEL)
        told = (
            ("delivered", "2026-11-21T19:00:00+08:00", "delivered", True),
            ("picked_up", "2026-11-20T10:00:00Z", "delivered", True),
            ("out_for_delivery", "2026-11-21T09:00:00", "delivered", True),
            ("delivered", "2026-11-21T11:00:00Z", "delivered", False),
            ("picked_up", "2026-11-20T18:00:00+08:00", "delivered", False),
        )
        for code, at, status, changed in told:
            answer = (await call("POST", "/parcels/SF1029384756/events", json={"code": code, "at": at})).json()
            assert (answer["status"], answer["changed"]) == (status, changed), (code, at)
        assert [step["code"] for step in answer["steps"]] == ["picked_up", "out_for_delivery", "delivered"]
        [item] = (await call("GET", "/members/HK200001/orders")).json()["items"]
        assert (item["status"], item["delivered_at"]) == ("delivered", "2026-11-21T11:00:00Z")

    @pytest.mark.parametrize(
        ("at", "reason", "words"),
        [
            ("2027-01-01T00:00:00Z", "in_the_future", "还没到这个时间"),
            ("2026-10-31T15:59:59Z", "before_the_order", "早于下单的日子"),
            ("1066-10-14T00:00:00Z", "not_a_time", "不是能用的时间"),
        ],
    )
    async def test_a_moment_that_cannot_be_is_refused_with_words(
        self, call: Call, frozen_clock: FrozenClock, at: str, reason: str, words: str
    ) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": PARCEL["order_number"]})
        await send(call, "parcels", PARCEL)
        told = {"code": "picked_up", "at": at}
        answer = await call("POST", "/parcels/SF1029384756/events", json=told, headers={"Accept-Language": "zh-CN"})
        assert (answer.status_code, answer.json()["details"]["reason"]) == (422, reason)
        assert words in answer.json()["message"]

    @pytest.mark.parametrize(("seconds", "status"), [(300, 200), (301, 422)])
    async def test_a_clock_may_be_a_little_fast(
        self, call: Call, frozen_clock: FrozenClock, seconds: int, status: int
    ) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": PARCEL["order_number"]})
        await send(call, "parcels", PARCEL)
        at = (frozen_clock.moment + timedelta(seconds=seconds)).isoformat()
        answer = await call("POST", "/parcels/SF1029384756/events", json={"code": "picked_up", "at": at})
        assert answer.status_code == status

    async def test_no_step_is_written_to_somebody_erased(
        self, call: Call, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": PARCEL["order_number"]})
        await send(call, "parcels", PARCEL)
        async with database.transaction() as session:
            lin = await members.by_number(session, LIN["member_number"])
            assert lin is not None
            await members.erase(session, lin)
        step = {"code": "picked_up", "at": "2026-11-20T18:00:00Z", "place": "静安区一号 王三"}
        answer = await call("POST", "/parcels/SF1029384756/events", json=step)
        assert (answer.status_code, answer.json()["code"]) == (409, "member_not_active")
        assert (await call("GET", "/parcels/SF1029384756")).json()["steps"] == []


@pytest.mark.usefixtures("frozen_clock")
class TestEarn:
    async def test_an_order_earns_once(self, call: Call, database: Database) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES)
        first = (await call("POST", "/points/earn", json={"order_number": SHOES["order_number"]})).json()
        again = (await call("POST", "/points/earn", json={"order_number": SHOES["order_number"]})).json()
        assert first == again
        async with database.reading() as session:
            entries = (await session.scalars(select(Entry))).all()
        assert [(entry.points, entry.reference) for entry in entries] == [(first["points"], SHOES["order_number"])]
        assert first["balance"] == first["points"] == 399

    @pytest.mark.parametrize(("imported", "told"), [("BO3", "bo3"), ("bo3", "BO3"), ("BO3", "Bo3")])
    async def test_in_capitals_or_not_it_is_one_order(self, call: Call, imported: str, told: str) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": imported})
        first = (await call("POST", "/points/earn", json={"order_number": imported})).json()
        body = {"order_number": told, "member_number": "HK200001", "total": 99_900}
        assert (await call("POST", "/points/earn", json=body)).json() == first
        reviews = [
            (await call("POST", "/points/review", json={"order_number": each})).json() for each in (told, imported)
        ]
        assert reviews[0] == reviews[1]

    @pytest.mark.parametrize("told", ["POS-7", "pos-7", "Pos-7", "ｐｏｓ-7"])
    async def test_nor_does_one_that_stays_in_the_shops_system_earn_twice(self, call: Call, told: str) -> None:
        await send(call, "members", LIN)
        body = {"order_number": told, "member_number": "HK200001", "total": 12_850}
        first = (await call("POST", "/points/earn", json=body)).json()
        for form in ("POS-7", "pos-7", "PoS-7", "ＰＯＳ-7"):
            assert (await call("POST", "/points/earn", json=body | {"order_number": form})).json() == first
        await send(call, "orders", SHOES | {"order_number": "POS-7"})
        assert (await call("POST", "/points/earn", json={"order_number": "pos-7"})).json() == first

    async def test_more_points_than_anybody_means_are_refused_in_words(self, call: Call, database: Database) -> None:
        await send(call, "members", LIN)
        rows = [
            {"external_id": f"o{number}", "member_number": "HK200001", "points": amount, "reason": "goodwill"}
            for number, amount in enumerate([2_147_483_647, 10_000_000, -2_147_483_647, *[10_000_000] * 10])
        ]
        refused = (await send(call, "points", *rows))["refused"]
        assert [(each["row"], each["reason"]) for each in refused] == [
            (1, "points_above_limit"), (3, "insufficient_points"), (13, "balance_above_limit"),
        ]  # fmt: skip
        assert "points.most" in refused[0]["message"]
        body = {"order_number": "POS-7", "member_number": "HK200001", "total": 12_850}
        for total, code in ((12_850, "balance_above_limit"), (2**31 - 1, "points_above_limit")):
            answer = await call("POST", "/points/earn", json=body | {"total": total})
            assert (answer.status_code, answer.json()["code"]) == (409, code)
            assert "shop.yml" in answer.json()["message"]
        async with database.transaction() as session:  # as some were before there was a limit
            await session.execute(update(Account).values(balance=2**31 - 1))
        answer = await call("POST", "/points/earn", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "balance_above_limit")

    async def test_letters_that_only_look_like_a_case_are_no_other_case(self, call: Call) -> None:
        """ß is no SS and ı no I: the second row would be another member's."""
        for first, second in (("ß", "ss"), ("kad\u0131r", "kadir"), ("\ufb06r", "str"), ("\u00b5", "\u03bc")):
            told = await send(call, "members", {"member_number": first, "name": "林晓月"})
            assert told["created"] == 1
            told = await send(call, "members", {"member_number": second, "name": "王大明"})
            assert (told["created"], told["updated"]) == (1, 0)
            for number, name in ((first, "林"), (second, "王")):
                profile = (await call("GET", f"/members/{quote(number)}")).json()
                assert profile["family_name"] == name

    @pytest.mark.parametrize(
        ("written", "asked"),
        [("ＲＢ９", "rb9"), ("RB9", "ｒｂ９"), ("r\u0301b", "\u0154B"), ("\u0154B", "r\u0301b"), ("\u212a9", "k9")],
    )
    async def test_a_number_is_found_in_every_writing_that_is_read_as_it(
        self, call: Call, written: str, asked: str
    ) -> None:
        await send(call, "members", {"member_number": written, "name": "林晓月"})
        numbers = []
        for number in (written, asked):
            answer = await call("GET", f"/members/{quote(number)}")
            assert answer.status_code == 200
            numbers.append(answer.json()["number"])
        assert numbers[0] == numbers[1]
        assert (await send(call, "members", {"member_number": asked, "name": "林晓月"}))["unchanged"] == 1
        order = SHOES | {"member_number": asked}
        assert (await send(call, "orders", order))["created"] == 1
        body = {"order_number": SHOES["order_number"], "member_number": asked}
        assert (await call("POST", "/points/earn", json=body)).status_code == 200

    @pytest.mark.parametrize(
        "number", ["RB1\ufe0f", "B1\U000e0100", "R\u034fB1", "RB1\u200b", "=1+1", "@SUM(1)", "＝1+1"]
    )
    async def test_what_nobody_sees_or_a_spreadsheet_works_out_is_no_number(self, call: Call, number: str) -> None:
        told = await send(call, "members", {"member_number": number, "name": "林晓月"})
        assert (told["created"], [each["column"] for each in told["refused"]]) == (0, ["member_number"])

    async def test_two_that_were_kept_apart_earn_as_one_and_a_third_form_means_neither(
        self, call: Call, database: Database
    ) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES | {"order_number": "BO3"})
        async with database.transaction() as session:  # as some are from before numbers had one form
            lin = await members.by_number(session, LIN["member_number"])
            assert lin is not None
            await make_order(session, lin, number="bo3", status=OrderStatus.DELIVERED)
        for number in ("BO3", "bo3"):
            earned = (await call("POST", "/points/earn", json={"order_number": number})).json()
            assert {entry["reference"] for entry in earned["entries"]} == {"BO3"}
        body = {"order_number": "Bo3", "member_number": "HK200001"}
        assert (await call("POST", "/points/earn", json=body)).json()["code"] == "total_needed"

    async def test_an_order_that_stays_in_the_shops_system(self, call: Call) -> None:
        await send(call, "members", LIN)
        missing = await call("POST", "/points/earn", json={"order_number": "POS-7"})
        assert (missing.status_code, missing.json()["code"]) == (422, "total_needed")
        body = {"order_number": "POS-7", "member_number": "HK200001", "total": 12_850}
        assert (await call("POST", "/points/earn", json=body)).json()["points"] == 128

    @pytest.mark.parametrize("number", ["POS1.0", "20261101.0", "2.0261101E12", "20261101."])
    async def test_a_number_that_lost_digits_names_no_order(self, call: Call, number: str) -> None:
        await send(call, "members", LIN)
        body = {"order_number": number, "member_number": "HK200001", "total": 12_850}
        expected = 200 if number.startswith("POS") else 422
        assert (await call("POST", "/points/earn", json=body)).status_code == expected
        assert (await call("POST", "/points/review", json={"order_number": number})).status_code in (404, 422)
        row = {"external_id": "T-1", "member_number": "HK200001", "points": 5, "reason": "review", "reference": number}
        assert len((await send(call, "points", row))["refused"]) == (expected == 422)

    @pytest.mark.parametrize("reference", [2.0261101e12, 20261101.0, True, ["A"]])
    async def test_nor_does_a_number_of_json(self, call: Call, reference: object) -> None:
        await send(call, "members", LIN)
        row = {"external_id": "T-1", "member_number": "HK200001", "points": 5, "reference": reference}
        assert [each["column"] for each in (await send(call, "points", row))["refused"]] == ["reference"]

    @pytest.mark.parametrize("currency", ["QQQ", "XXX"])
    async def test_a_currency_that_there_is_not_earns_nothing(self, call: Call, currency: str) -> None:
        await send(call, "members", LIN)
        body = {"order_number": "POS-9", "member_number": "HK200001", "total": 12_850, "currency": currency}
        assert (await call("POST", "/points/earn", json=body)).status_code == 422
        assert (await call("POST", "/points/earn", json=body | {"currency": "RMB"})).json()["points"] == 128

    async def test_an_order_in_two_currencies_is_refused(self, call: Call) -> None:
        await send(call, "members", LIN)
        cup = SHOES | {"sku": "CUP", "product_name": "Cup", "currency": "JPY"}
        report = await send(call, "orders", SHOES | {"currency": "EUR"}, cup)
        assert [(each["column"], each["reason"]) for each in report["refused"]] == [
            ("currency", "order_rows_differ")
        ] * 2

    async def test_orders_that_earn_nothing(self, call: Call) -> None:
        await send(call, "members", LIN, {"member_number": "HK200002"})
        await send(call, "orders", SHOES, SHOES | {"order_number": "20261103-0003", "status": "cancelled"})
        cancelled = await call("POST", "/points/earn", json={"order_number": "20261103-0003"})
        assert (cancelled.status_code, cancelled.json()["code"]) == (409, "order_not_completed")
        foreign = {"order_number": SHOES["order_number"], "member_number": "HK200002"}
        assert (await call("POST", "/points/earn", json=foreign)).json()["code"] == "order_of_another_member"
        await send(call, "members", {"member_number": "HK200002", "status": "left"})
        left = {"order_number": "POS-8", "member_number": "HK200002", "total": 100}
        assert (await call("POST", "/points/earn", json=left)).json()["code"] == "member_not_active"


@pytest.mark.usefixtures("frozen_clock")
class TestOtherEarnings:
    async def test_shipping_brings_nothing_and_foreign_money_is_refused(self, call: Call) -> None:
        await send(call, "members", LIN)
        body = {"order_number": "POS-7", "member_number": "HK200001", "total": 10_800, "shipping": 800}
        assert (await call("POST", "/points/earn", json=body)).json()["points"] == 100
        yen = await call("POST", "/points/earn", json=body | {"order_number": "POS-8", "currency": "JPY"})
        assert (yen.status_code, yen.json()["code"]) == (409, "currency_earns_nothing")

    async def test_an_order_told_here_is_complete_and_earns_by_no_other_way(self, call: Call) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", SHOES)
        await call("POST", "/points/earn", json={"order_number": SHOES["order_number"]})
        orders = (await call("GET", "/members/HK200001/orders")).json()
        assert orders["items"][0]["status"] == "completed"
        row = {"external_id": "T-1", "member_number": "HK200001", "points": 399, "reason": "purchase"}
        report = await send(call, "points", row | {"reference": SHOES["order_number"]})
        assert [refused["reason"] for refused in report["refused"]] == ["order_earned_before"]

    async def test_a_review_brings_its_points_once_when_the_goods_have_arrived(self, call: Call) -> None:
        await send(call, "members", LIN)
        await send(call, "orders", {name: SHOES[name] for name in SHOES if name not in ("status", "delivered_at")})
        body = {"order_number": SHOES["order_number"]}
        early = await call("POST", "/points/review", json=body)
        assert (early.status_code, early.json()["code"]) == (409, "order_not_completed")
        await call("POST", "/points/earn", json=body)
        for _ in range(2):
            answer = (await call("POST", "/points/review", json=body)).json()
            assert (answer["points"], answer["balance"]) == (40, 439)
        assert (await call("POST", "/points/review", json={"order_number": "X-1"})).status_code == 404

    async def test_a_friend_names_the_code_and_both_get_points(self, call: Call) -> None:
        await send(call, "members", LIN, {"member_number": "HK200002"})
        code = (await call("GET", "/members/HK200001/referral")).json()["code"]
        own = await call("POST", "/members/HK200001/referral", json={"code": code})
        assert (own.status_code, own.json()["code"], own.json()["details"]["problem"]) == (
            409, "referral_refused", "own_code",
        )  # fmt: skip
        await call("POST", "/members/HK200002/referral", json={"code": code})
        await send(call, "orders", SHOES | {"member_number": "HK200002"})
        await call("POST", "/points/earn", json={"order_number": SHOES["order_number"]})
        assert (await call("GET", "/members/HK200001/referral")).json() == {"code": code, "named": 1, "rewarded": 1}
        assert (await call("GET", "/members/HK200001/points")).json()["balance"] == 200
        assert (await call("GET", "/members/HK200002/points")).json()["balance"] == 100 + 399


class TestIdentityLinks:
    async def test_the_link_binds_who_opens_it(self, call: Call, database: Database) -> None:
        await send(call, "members", LIN)
        answer = await call("POST", "/identity-links", json={"member_number": "HK200001"})
        assert answer.status_code == 201
        link = answer.json()
        assert link["url"] == f"https://t.me/huike_demo_bot?start={link['token']}"
        async with database.transaction() as session:
            chat = await identities.find_or_create(session, channel="telegram", channel_user_id="77")
            assert (await verification.redeem_link_token(session, chat, link["token"])).number == "HK200001"

    async def test_without_a_telegram_bot(self, call: Call) -> None:
        answer = await call(
            "POST", "/identity-links", json={"member_number": "HK1"}, settings={"telegram_bot_name": ""}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "telegram_not_configured")


class TestKnowledgeSearch:
    async def test_best_first_and_empty_below_the_threshold(self, call: Call, database: Database) -> None:
        async with database.transaction() as session:
            await knowledge.upsert(
                session,
                slug="shipping_cost",
                titles={"zh-Hans": "运费怎么算", "zh-Hant": "運費怎麼算", "en": "What does shipping cost?"},
                bodies={"zh-Hans": "满 99 元免运费。", "zh-Hant": "滿 99 元免運費。", "en": "Free from ¥99 on."},
            )
            await knowledge.upsert(
                session,
                slug="store_hours",
                titles={"zh-Hans": "门店几点开门", "zh-Hant": "門市幾點開門", "en": "When are the shops open?"},
                bodies={"zh-Hans": "每天 10 点到 22 点。", "zh-Hant": "每天 10 點到 22 點。", "en": "10 to 22 daily."},
            )
        asked = {"question": "so what does shipping cost here", "language": "en"}
        refused = await call("POST", "/knowledge/search", json=asked, with_key=None)
        assert refused.status_code == 401
        found = (await call("POST", "/knowledge/search", json=asked)).json()
        assert found[0]["slug"] == "shipping_cost"
        assert (found[0]["title"], found[0]["language"]) == ("What does shipping cost?", "en")
        assert 0 < found[0]["score"] <= 1
        assert (await call("POST", "/knowledge/search", json={"question": "我的猫会弹钢琴"})).json() == []

    async def test_open_to_everyone_in_the_demo_only(self, call: Call, services_of: Callable[..., Any]) -> None:
        demo = {"demo": True, "api_keys": ""}
        answer = await call("POST", "/knowledge/search", json={"question": "hi"}, with_key=None, settings=demo)
        assert (answer.status_code, answer.json()) == (200, [])
        assert (await call("GET", "/members/HK1", with_key=None)).status_code == 403


class TestOtherNumbers:
    @pytest.mark.parametrize("number", ["TB小雨", "C/7", "C#7", "C?7", "C%7", "C+7", "C/points", "老客户:9"])
    async def test_a_member_is_read_under_the_number_it_was_imported_with(self, call: Call, number: str) -> None:
        row = {"member_number": number, "name": "林晓月"}
        assert (await call("POST", "/members", json={"rows": [row]})).json()["created"] == 1
        sent = quote(number, safe="")
        for part in ("/points", "/orders", "/parcels", "/referral"):
            assert (await call("GET", f"/members/{sent}{part}")).status_code == 200
        if not number.endswith("/points"):
            answer = await call("GET", f"/members/{sent}")
            assert (answer.status_code, answer.json().get("number")) == (200, number.upper())

    async def test_points_are_given_for_it_too(self, call: Call) -> None:
        await call("POST", "/members", json={"rows": [{"member_number": "TB小雨", "name": "A"}]})
        done = {"order_number": "淘宝/1", "member_number": "TB小雨", "total": 10_000}
        assert (await call("POST", "/points/earn", json=done)).status_code == 200
        assert (await call("POST", "/points/earn", json=done | {"order_number": "a b"})).status_code == 422


class TestOutsideTheRoutes:
    @pytest.mark.parametrize("path", ["/", "/nothing", "/nothing/at/all", "/a%0Ab"])
    async def test_an_address_of_nothing(self, call: Call, path: str) -> None:
        answer = await call("GET", path, headers={"Accept-Language": "zh-CN"})
        assert (answer.status_code, set(answer.json())) == (404, {"code", "message", "details"})
        assert answer.json()["code"] == "no_such_call"
        assert answer.json()["message"].startswith("没有")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [("DELETE", "/members/HK1", "GET"), ("GET", "/orders", "POST"), ("PUT", "/members/HK1/referral", "GET, POST")],
    )
    async def test_a_method_that_is_not_taken(self, call: Call, method: str, path: str, allowed: str) -> None:
        answer = await call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "body",
    [
        '{"rows": [{"member_number": "HK1", "name": "A", "name": "B"}]}',
        '{"rows": [{"member_number": "HK1", "name": "A"}], "rows": [{"member_number": "HK2", "name": "B"}]}',
        '{"rows": [{"member_number": "HK1", "interests": [{"a": 1, "a": 2}]}]}',
    ],
)
async def test_a_field_that_stands_twice_is_refused(call: Call, body: str) -> None:
    answer = await call("POST", "/members", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert "stands twice" in answer.json()["details"]["problems"][0]["what"]
    assert (await call("GET", "/members/HK1")).status_code == 404
