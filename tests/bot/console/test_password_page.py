"""An agent changes the own password."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser

from bot.console.sign_in_limits import OWN_PASSWORD
from crm_store import audit
from crm_store.language import Language
from tests.bot.console.conftest import PASSWORD, Shop, signed_in
from tests.bot.console.test_access import client_of, sign_in

NEW = "another one of ten or more"


async def change(client: httpx.AsyncClient, *, old: str = PASSWORD, new: str = NEW, repeat: str | None = None) -> str:
    """What the page is asked to tell."""
    answer = await client.post(
        "/console/password/change", data={"old": old, "new": new, "repeat": new if repeat is None else repeat}
    )
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["told"][0]


class TestChange:
    async def test_the_new_password_counts_from_then_on_and_other_devices_are_signed_out(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        async with client_of(shop) as here, client_of(shop) as elsewhere, client_of(shop) as later:
            await sign_in(here)
            await sign_in(elsewhere)
            assert await change(here) == "done"
            assert (await here.get("/console/password")).status_code == 200
            assert (await elsewhere.get("/console/password")).status_code == 303
            await sign_in(later)
            assert (await later.get("/console/")).status_code == 303
            await sign_in(later, password=NEW)
            assert (await later.get("/console/")).status_code == 200
        async with shop.services.database.reading() as session:
            [entry] = await audit.entries(session, action="change_password")
        assert (entry.agent_id, entry.subject, entry.details) == (agent_id, f"agent:{agent_id}", {})

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"old": "not the password"}, "wrong"),
            ({"new": "short"}, "short"),
            ({"new": PASSWORD}, "unchanged"),
            ({"repeat": "something else"}, "mismatch"),
        ],
    )
    async def test_a_refusal_says_why_and_changes_nothing(self, shop: Shop, typed: dict[str, str], told: str) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            assert await change(client, **typed) == told
            await sign_in(client)
            assert (await client.get("/console/")).status_code == 200
        async with shop.services.database.reading() as session:
            assert await audit.entries(session, action="change_password") == []

    async def test_who_guesses_the_old_password_is_stopped_as_at_the_door(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            told = [await change(client, old=f"guess {number}") for number in range(OWN_PASSWORD.amount + 1)]
            assert told == ["wrong"] * OWN_PASSWORD.amount + ["throttled"]
            assert await change(client) == "throttled"

    async def test_a_stranger_changes_nothing(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            answer = await client.post("/console/password/change", data={"old": PASSWORD, "new": NEW, "repeat": NEW})
            assert urlsplit(answer.headers["location"]).path == "/console/login"
            assert urlsplit((await client.get("/console/password")).headers["location"]).path == "/console/login"
            await sign_in(client)
            assert (await client.get("/console/")).status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "refusal", "done"),
    [
        (Language.ZH_HANS, "两次输入的新密码不一样", "密码已经改好了"),
        (Language.ZH_HANT, "兩次輸入的新密碼不同", "密碼已經變更"),
        (Language.EN, "The two new passwords are not the same", "Your password is changed"),
    ],
)
async def test_the_page_is_found_from_the_name_and_speaks_the_agents_language(
    shop: Shop, browser: Browser, language: Language, refusal: str, done: str
) -> None:
    await shop.agent(language=language)
    page = await signed_in(browser, shop)
    await page.click(".hk-me-name")
    for repeat, words in (("something else", refusal), (NEW, done)):
        await page.fill("#old", PASSWORD)
        await page.fill("#new", NEW)
        await page.fill("#repeat", repeat)
        await page.keyboard.press("Enter")
        await page.locator(".hk-password p", has_text=words).wait_for()
