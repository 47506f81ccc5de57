"""The app's REST interface on each database, called as a shop's system would."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot import api
from bot.services import Services, build_services
from bot.settings import Settings
from crm_store import crypto, tiers
from crm_store.db import Database
from tests.conftest import TEST_SECRET

KEY = "a key of the shop that only these tests know".replace(" ", "-")
OTHER_KEY = "another key of the shop that only these tests know".replace(" ", "-")

MakeServices = Callable[..., Services]


@pytest.fixture
def services_of(database: Database, tmp_path: Path) -> MakeServices:
    def make(**changed: Any) -> Services:
        chosen: dict[str, Any] = {
            "_env_file": None,
            "data_dir": tmp_path,
            "database_url": database.url.render_as_string(hide_password=False),
            "secret_key": "an application secret only these tests know",
            "actions_secret": "an actions' secret that only these tests know",
            "api_keys": f"{KEY}, {OTHER_KEY}",
            "telegram_bot_name": "huike_demo_bot",
        }
        services = build_services(Settings(**(chosen | changed)))
        crypto.use_secret(TEST_SECRET)
        return services

    return make


@pytest_asyncio.fixture
async def call(services_of: MakeServices) -> AsyncIterator[Callable[..., Any]]:
    """`await call("GET", "/members/HK1")` against the app; `with_key=None` sends no key; settings can be changed."""
    opened: list[tuple[httpx.AsyncClient, Services]] = []

    async def make(
        method: str, path: str, *, with_key: str | None = KEY, settings: dict[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        if not opened or settings:
            services = services_of(**(settings or {}))
            async with services.database.transaction() as session:
                await tiers.ensure_defaults(session)
            app = FastAPI()
            app.include_router(api.build_router(services))
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
            opened.insert(0, (client, services))
        headers = dict(more.pop("headers", {}))
        if with_key is not None:
            headers["Authorization"] = f"Bearer {with_key}"
        return await opened[0][0].request(method, f"/api/v1{path}", headers=headers, **more)

    yield make
    for client, services in opened:
        await client.aclose()
        await services.dialogue.close()
        await services.database.close()
