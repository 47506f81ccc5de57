"""The interface keeps what its OpenAPI description promises, whatever is sent to it: the real app on a free port."""

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.engine import make_url

from bot.app import build_app
from bot.settings import Settings
from crm_store import crypto
from tests.bot.api.conftest import KEY
from tests.conftest import POSTGRES_URL, TEST_SECRET
from tests.stack import free_port

HEADERS = {"Authorization": f"Bearer {KEY}"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    if request.param == "sqlite":
        yield from _serving(
            Settings(_env_file=None, database_url=f"sqlite:///{folder / 'huike.db'}", **_chosen(folder))
        )
        return
    server, name = make_url(POSTGRES_URL), f"huike_api_{uuid.uuid4().hex[:8]}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        url = server.set(database=name).render_as_string(hide_password=False)
        yield from _serving(Settings(_env_file=None, database_url=url, **_chosen(folder)))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _chosen(folder: Path) -> dict[str, Any]:
    return {
        "data_dir": folder,
        "secret_key": "an application secret only these tests know",
        "actions_secret": "an actions' secret that only these tests know",
        "api_keys": KEY,
        "telegram_bot_name": "huike_demo_bot",
    }


def _serving(chosen: Settings) -> Iterator[str]:
    """The app in a thread of its own, with one member and one order in it."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(build_app(chosen, with_worker=False), port=port, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.1)
        member = {"member_number": "HK1", "name": "林晓月"}
        order = {"order_number": "1", "member_number": "HK1", "placed_at": "2025-11-01", "sku": "S", "price": 9}
        parcel = {"parcel_number": "1", "order_number": "1", "carrier": "SF"}
        for kind, row in (
            ("members", member),
            ("orders", order | {"product_name": "Shoes"}),
            ("parcels", parcel),
            ("points", {"external_id": "1", "member_number": "HK1", "points": 9}),
        ):
            answer = httpx.post(f"{url}/api/v1/{kind}", json={"rows": [row]}, headers=HEADERS, timeout=30)
            assert answer.json()["created"] == 1, answer.text
        yield url
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        crypto.use_secret(TEST_SECRET)


def test_every_answer_is_as_described(app_url: str) -> None:
    described = schemathesis.openapi.from_url(f"{app_url}/openapi.json").include(path_regex="^/api/v1/")
    operations = [operation.ok() for operation in described.get_all_operations()]
    assert len(operations) == 16
    for operation in operations:
        for mode in GenerationMode:
            _play(operation.as_strategy(generation_mode=mode))


def _play(cases: st.SearchStrategy[schemathesis.Case]) -> None:
    @given(case=cases)
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def play(case: schemathesis.Case) -> None:
        # Every operation also meets what is there, not only what it makes up.
        number = str((case.path_parameters or {}).get("number", ""))
        if len(number) % 2:
            case.path_parameters["number"] = "1" if "parcels/{" in case.path else "HK1"
        case.call_and_validate(headers=HEADERS, checks=CHECKS, timeout=60)

    play()


def test_it_describes_every_operation(app_url: str) -> None:
    spec = httpx.get(f"{app_url}/openapi.json", timeout=30).json()
    paths = {path.removeprefix("/api/v1") for path in spec["paths"] if path.startswith("/api/v1")}
    assert paths == {
        "/members",
        "/orders",
        "/parcels",
        "/points",
        "/points/earn",
        "/points/review",
        "/parcels/{number}",
        "/parcels/{number}/events",
        "/members/{number}",
        "/members/{number}/points",
        "/members/{number}/referral",
        "/members/{number}/orders",
        "/members/{number}/parcels",
        "/identity-links",
        "/knowledge/search",
    }
    assert "member_number" in spec["components"]["schemas"]["MembersRow"]["properties"]
    assert spec["components"]["securitySchemes"]
