"""Who may enter the console, seen over HTTP."""

from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from bot.console import access
from bot.console.sign_in_limits import TO_ACCOUNT_FROM_NETWORK
from crm_store import agents, audit, passwords
from crm_store.clock import now
from crm_store.ended_sessions import EndedSession
from tests.bot.console.conftest import PASSWORD, Shop

PAGES = ("/console/", "/console/follow-ups", "/console/members", "/console/members/HK100001")


async def sign_in(client: httpx.AsyncClient, *, password: str = PASSWORD, next: str = "") -> httpx.Response:
    return await client.post(
        "/console/session", data={"email": "zhou@shop.example", "password": password, "next": next}
    )


def client_of(shop: Shop) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=shop.url, timeout=60)


def known_browser_cookie(answer: httpx.Response) -> list[str]:
    """How the browser is asked to keep the mark that sets it apart from strangers."""
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("huike_known_browser=")]
    return cookie.lower().split("; ")


def markup(page: httpx.Response) -> str:
    """The page's elements as they were written, out of the script that carries them."""
    return unescape(page.text).replace('\\"', '"')


class TestStrangers:
    async def test_every_page_sends_a_stranger_to_the_sign_in_and_shows_nothing(self, shop: Shop) -> None:
        await shop.member(phone="13800001234")
        async with client_of(shop) as client:
            for page in PAGES:
                answer = await client.get(page)
                assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, access.LOGIN), page
                assert "晓雯" not in answer.text

    async def test_a_forged_cookie_is_no_session(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            client.cookies.set("huike_console", "eyJhZ2VudCI6IDEsICJpZCI6ICJ4IiwgInNpbmNlIjogOTk5OTk5OTk5OX0=.x.y")
            assert (await client.get("/console/")).status_code == 303


class TestSignIn:
    async def test_the_right_password_opens_the_page_that_was_asked_for_and_is_written_down(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        async with client_of(shop) as client:
            answer = await sign_in(client, next="/console/follow-ups")
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/follow-ups")
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "path=/console" in cookie
            page = await client.get("/console/follow-ups")
            assert (page.status_code, page.headers["x-frame-options"]) == (200, "DENY")
        async with shop.services.database.reading() as session:
            [entry] = await audit.entries(session, action="sign_in")
        assert entry.agent_id == agent_id

    async def test_a_wrong_password_is_refused_and_opens_nothing(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            answer = await sign_in(client, password="not the password")
            assert parse_qs(urlsplit(answer.headers["location"]).query)["refused"] == ["wrong"]
            assert "邮箱或密码不对" in (await client.get(answer.headers["location"])).text
            assert (await client.get("/console/")).status_code == 303

    async def test_after_a_wrong_password_the_address_need_not_be_typed_again(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            assert 'value="zhou@shop.example"' not in markup(await client.get("/console/login"))
            refused = (await sign_in(client, password="not the password")).headers["location"]
            assert "zhou" not in refused
            page = markup(await client.get(refused))
            assert 'value="zhou@shop.example"' in page
            assert page.count("autofocus") == 1
            assert "autofocus" in page.partition('id="password"')[2].partition(">")[0]
            assert 'value="zhou@shop.example"' not in markup(await client.get("/console/login"))
            assert (await sign_in(client)).headers["location"] == "/console/"

    async def test_too_many_tries_are_told_with_the_time_from_which_it_works_again(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            for _ in range(TO_ACCOUNT_FROM_NETWORK.amount):
                await sign_in(client, password="not the password")
            answer = await sign_in(client)
            asked = parse_qs(urlsplit(answer.headers["location"]).query)
            assert asked["refused"] == ["throttled"]
            told = (await client.get(answer.headers["location"])).text
            assert asked["until"][0] in told
            assert "先停一停" in told

    async def test_an_agent_signs_in_where_they_did_before_while_a_stranger_at_the_same_address_guesses(
        self, shop: Shop
    ) -> None:
        await shop.agent()
        async with client_of(shop) as agent, client_of(shop) as stranger:
            await sign_in(agent)
            await agent.post("/console/session/end")
            for _ in range(TO_ACCOUNT_FROM_NETWORK.amount + 1):
                refused = await sign_in(stranger, password="not the password")
            assert "refused=throttled" in refused.headers["location"]
            assert (await sign_in(agent)).headers["location"] == "/console/"
            assert {"httponly", "path=/console", "samesite=lax"} <= set(known_browser_cookie(await sign_in(agent)))

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/console\\evil", "/", ""])
    async def test_nobody_is_led_away_from_the_console(self, target: str) -> None:
        assert access.safe_target(target) == "/console/"


class TestSigningOut:
    async def test_the_cookie_opens_nothing_more_in_any_process_nor_after_a_restart(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client, client_of(shop) as thief:
            await sign_in(client)
            thief.cookies.update(client.cookies)
            assert (await thief.get("/console/")).status_code == 200
            await client.post("/console/session/end")
            assert (await thief.get("/console/")).status_code == 303
            assert (await thief.get("/console/search", params={"q": "HK1"})).status_code != 200
            seat = access.Seat(1, "an id that was never signed out".ljust(32)[:32], now())
        # What another process, or this one after a restart, knows is the store.
        async with shop.services.database.reading() as session:
            [ended] = await session.scalars(select(EndedSession))
        signed_out = access.Seat(ended.agent_id, ended.session_id, now())
        with pytest.raises(access.SignedOut):
            await access.check(shop.services, signed_out)
        assert (await access.check(shop.services, replace(seat, agent_id=ended.agent_id))).id == ended.agent_id

    async def test_signing_out_twice_is_the_same(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            cookies = dict(client.cookies)
            for _ in range(2):
                answer = await client.post("/console/session/end")
                assert (answer.status_code, answer.headers["location"]) == (303, access.LOGIN)
                client.cookies.update(cookies)
        async with shop.services.database.reading() as session:
            assert len((await session.scalars(select(EndedSession))).all()) == 1


class TestUnknownAddress:
    @pytest.mark.parametrize(
        ("language", "said", "back"),
        [
            ("zh-Hans", "这里没有页面", "回工作台"),
            ("zh-Hant", "這裡沒有頁面", "回工作台"),
            ("en", "There is no page here", "Back to the desk"),
        ],
    )
    async def test_says_so_in_the_agents_language_and_leads_back_to_the_desk(
        self, shop: Shop, language: str, said: str, back: str
    ) -> None:
        await shop.agent(language=language)
        async with client_of(shop) as client:
            await sign_in(client)
            page = await client.get("/console/quene")
        assert page.status_code == 404
        assert said in page.text
        assert back in page.text
        assert '"href":"/console/"' in markup(page)
        assert "doesn't exist" not in page.text
        assert page.headers["x-frame-options"] == "DENY"

    async def test_a_stranger_is_asked_to_sign_in_there_too(self, shop: Shop) -> None:
        async with client_of(shop) as client:
            answer = await client.get("/console/quene/1")
        assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, access.LOGIN)

    async def test_a_file_that_is_not_there_gets_no_page(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            answer = await client.get("/console/static/none.css")
        assert (answer.status_code, "<html" in answer.text) == (404, False)


class TestSignOut:
    async def test_the_same_cookie_opens_nothing_afterwards(self, shop: Shop) -> None:
        await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            kept = dict(client.cookies)
            await client.post("/console/session/end")
            assert (await client.get("/console/")).status_code == 303
            again = await client.get("/console/", headers={"cookie": f"huike_console={kept['huike_console']}"})
            assert again.status_code == 303

    async def test_a_new_password_or_a_closed_account_ends_every_session(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            fresh = await passwords.hashed(f"{PASSWORD} new")
            async with shop.services.database.transaction() as session:
                await agents.set_password(session, await agents.get(session, agent_id), fresh)
            assert (await client.get("/console/")).status_code == 303
            await sign_in(client, password=f"{PASSWORD} new")
            assert (await client.get("/console/")).status_code == 200
            async with shop.services.database.transaction() as session:
                await agents.update_profile(session, await agents.get(session, agent_id), active=False)
            assert (await client.get("/console/")).status_code == 303
