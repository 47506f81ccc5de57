"""Signing in to the console: nobody waits for a password, guessing is slow, and no stranger locks an agent out."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import Response
from pydantic import SecretStr

from bot.console import sign_in as signing_in
from bot.console.sign_in import PasswordUnchanged, SignIn, SignInBusy
from bot.console.sign_in_limits import (
    FROM_BROWSER,
    FROM_NETWORK,
    OWN_PASSWORD,
    TO_ACCOUNT,
    TO_ACCOUNT_FROM_NETWORK,
    LoginThrottled,
    SignInLimits,
)
from bot.rate_limits import RateLimits, Rates
from bot.services import Services, build_services
from bot.settings import Settings
from crm_store import agents, audit, clock, passwords
from crm_store.agents import Agent, OneTimePasswordOver, WrongCredentials
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.policy import policy
from tests.conftest import TEST_SECRET
from tests.crm_store.inbox import inbound

EMAIL, PASSWORD, WRONG = "wang@example.com", "correct horse battery", "a wrong guess"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return asyncio.run(passwords.hashed(PASSWORD))


@pytest.fixture
async def services(database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    settings = Settings(
        demo=True, data_dir=tmp_path, secret_key=SecretStr(TEST_SECRET), actions_secret=SecretStr(TEST_SECRET)
    )
    built = build_services(settings)
    await built.database.close()
    built.desk.database = database
    yield replace(built, database=database)
    await built.dialogue.close()


@pytest.fixture
async def wang(services: Services, password_hash: str) -> Agent:
    async with services.database.transaction() as session:
        return await agents.create(session, email=EMAIL, name="王珊", password_hash=password_hash)


@pytest.fixture
def sign_in(services: Services) -> SignIn:
    return SignIn(services)


def asking(address: str = "192.0.2.1", cookie: str = "") -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": [(b"cookie", cookie.encode())]})


async def known(sign_in: SignIn, agent: Agent) -> str:
    """The cookie of a browser the agent has signed in from."""
    answer = Response()
    sign_in.remember(asking(), answer, agent)
    return answer.headers["set-cookie"].partition(";")[0]


async def tried(sign_in: SignIn, request: Request, email: str = EMAIL, password: str = WRONG) -> str:
    """What came of a try: a code, or `in`."""
    try:
        await sign_in.enter(request, email, password)
    except (WrongCredentials, OneTimePasswordOver, LoginThrottled, SignInBusy) as refusal:
        return refusal.code
    return "in"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every look at a password lasts until the event is set."""
    go_on = threading.Event()

    def looked_at(_hash: str, _password: str) -> bool:
        return go_on.wait(20) and False

    monkeypatch.setattr(passwords, "_verify", looked_at)
    yield go_on
    go_on.set()


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tries in a row without their processor time."""
    monkeypatch.setattr(passwords, "_verify", lambda _hash, password: password == PASSWORD)


class TestNobodyWaits:
    async def test_while_passwords_are_looked_at_a_customers_message_is_stored(
        self, services: Services, sign_in: SignIn, wang: Agent, slow: threading.Event
    ) -> None:
        guesses = [asyncio.create_task(tried(sign_in, asking(f"192.0.2.{number}"))) for number in range(4)]
        async with asyncio.timeout(10):
            while not sign_in._strangers:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.01)
            await services.desk.receive(inbound("在吗"))
        assert not any(guess.done() for guess in guesses)
        slow.set()
        assert await asyncio.gather(*guesses) == ["wrong_credentials"] * 4

    async def test_a_crowd_of_strangers_is_turned_away_and_a_known_browser_is_not(
        self, sign_in: SignIn, wang: Agent, slow: threading.Event
    ) -> None:
        crowd = [
            asyncio.create_task(tried(sign_in, asking(f"192.0.2.{number}"), email=f"{number}@example.com"))
            for number in range(signing_in.STRANGERS_AT_ONCE)
        ]
        async with asyncio.timeout(10):
            while sign_in._strangers < signing_in.STRANGERS_AT_ONCE:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert await tried(sign_in, asking("203.0.113.1")) == "sign_in_busy"
            agent = asyncio.create_task(tried(sign_in, asking("203.0.113.1", await known(sign_in, wang))))
            slow.set()
            assert await agent == "wrong_credentials"
            await asyncio.gather(*crowd)
        assert sign_in._strangers == 0


class TestEnter:
    async def test_the_right_password_in_any_case_of_the_address_is_written_down(
        self, services: Services, sign_in: SignIn, wang: Agent
    ) -> None:
        agent = await sign_in.enter(asking(), " WANG@example.com ", PASSWORD)
        assert agent.last_login_at is not None
        async with services.database.reading() as session:
            [entry] = await audit.entries(session, action="sign_in")
        assert (entry.agent_id, entry.subject) == (wang.id, f"agent:{wang.id}")

    @pytest.mark.parametrize("email", [EMAIL, "nobody@example.com", "closed@example.com", "no address\x00"])
    async def test_wrong_unknown_and_closed_are_refused_alike_and_cost_one_look_each(
        self, services: Services, sign_in: SignIn, wang: Agent, email: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = wang.password_hash
        async with services.database.transaction() as session:
            closed = await agents.create(session, email="closed@example.com", name="王", password_hash=kept)
            await agents.update_profile(session, closed, active=False)
        looks: list[str] = []
        verify = passwords._verify

        def counted(looked_at: str, password: str) -> bool:
            looks.append(looked_at)
            return verify(looked_at, password)

        monkeypatch.setattr(passwords, "_verify", counted)
        assert await tried(sign_in, asking(), email, WRONG if email == EMAIL else PASSWORD) == "wrong_credentials"
        assert [each.rsplit("$", 2)[0] for each in looks] == [kept.rsplit("$", 2)[0]]

    async def test_a_password_changed_while_the_old_one_was_looked_at_lets_nobody_in(
        self, services: Services, sign_in: SignIn, wang: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def matches(_hash: str | None, _password: str) -> bool:
            async with services.database.transaction() as session:
                await agents.set_password(session, await agents.get(session, wang.id), "another")
            return True

        monkeypatch.setattr(passwords, "matches", matches)
        assert await tried(sign_in, asking(), password=PASSWORD) == "wrong_credentials"


class TestGuessing:
    async def test_five_tries_close_the_door_to_that_network_for_that_account(
        self, sign_in: SignIn, wang: Agent
    ) -> None:
        tries = TO_ACCOUNT_FROM_NETWORK.amount
        assert [await tried(sign_in, asking()) for _ in range(tries)] == ["wrong_credentials"] * tries
        with pytest.raises(LoginThrottled) as refusal:
            await sign_in.enter(asking(), EMAIL, PASSWORD)
        assert timedelta(minutes=14) < refusal.value.retry_at - clock.now() <= timedelta(minutes=15)
        assert await tried(sign_in, asking("203.0.113.9"), password=PASSWORD) == "in"

    async def test_an_unknown_account_is_closed_as_soon(self, sign_in: SignIn) -> None:
        tries = TO_ACCOUNT_FROM_NETWORK.amount
        outcomes = [await tried(sign_in, asking(), "nobody@example.com") for _ in range(tries + 1)]
        assert outcomes == ["wrong_credentials"] * tries + ["login_throttled"]

    async def test_many_guesses_at_once_are_counted_one_by_one(self, sign_in: SignIn, wang: Agent) -> None:
        outcomes = await asyncio.gather(*(tried(sign_in, asking()) for _ in range(12)))
        assert outcomes.count("wrong_credentials") == TO_ACCOUNT_FROM_NETWORK.amount
        assert outcomes.count("login_throttled") == 12 - TO_ACCOUNT_FROM_NETWORK.amount

    async def test_the_right_password_forgives_the_wrong_ones(self, sign_in: SignIn, wang: Agent) -> None:
        for _ in range(2):
            for _ in range(TO_ACCOUNT_FROM_NETWORK.amount - 1):
                await tried(sign_in, asking())
            assert await tried(sign_in, asking(), password=PASSWORD) == "in"

    @pytest.mark.usefixtures("cheap")
    async def test_one_network_may_not_go_through_the_accounts(self, sign_in: SignIn) -> None:
        """Of IPv6 a network is 64 bits: the addresses in it cost a guesser nothing."""
        outcomes = [
            await tried(sign_in, asking(f"2001:db8::{number:x}"), f"{number}@example.com")
            for number in range(FROM_NETWORK.amount + 1)
        ]
        assert outcomes[-2:] == ["wrong_credentials", "login_throttled"]
        assert await tried(sign_in, asking("2001:db8:0:1::1"), "1@example.com") == "wrong_credentials"

    @pytest.mark.usefixtures("cheap")
    async def test_an_account_of_the_guessers_own_clears_nothing_but_itself(self, sign_in: SignIn, wang: Agent) -> None:
        for number in range(FROM_NETWORK.amount - 1):
            await tried(sign_in, asking(), f"{number}@example.com")
        assert await tried(sign_in, asking(), password=PASSWORD) == "in"
        assert await tried(sign_in, asking(), "last@example.com") == "login_throttled"


class TestKnownBrowser:
    @pytest.mark.usefixtures("cheap")
    async def test_strangers_from_many_networks_close_the_door_only_to_browsers_that_are_new(
        self, sign_in: SignIn, wang: Agent
    ) -> None:
        browser = await known(sign_in, wang)
        for number in range(TO_ACCOUNT.amount):
            assert await tried(sign_in, asking(f"198.51.100.{number}")) == "wrong_credentials"
        assert await tried(sign_in, asking("203.0.113.1"), password=PASSWORD) == "login_throttled"
        assert await tried(sign_in, asking("198.51.100.1", browser), password=PASSWORD) == "in"

    @pytest.mark.usefixtures("cheap")
    async def test_it_has_a_limit_of_its_own(self, sign_in: SignIn, wang: Agent) -> None:
        browser = await known(sign_in, wang)
        outcomes = [await tried(sign_in, asking(cookie=browser)) for _ in range(FROM_BROWSER.amount + 1)]
        assert outcomes[-2:] == ["wrong_credentials", "login_throttled"]

    @pytest.mark.usefixtures("cheap")
    @pytest.mark.parametrize("cookie", ["huike_known_browser=made.up.mark", "another account's"])
    async def test_a_made_up_mark_and_that_of_another_account_are_a_strangers(
        self, sign_in: SignIn, wang: Agent, cookie: str
    ) -> None:
        if cookie == "another account's":
            cookie = await known(sign_in, Agent(email="guesser@example.com"))
        for _ in range(TO_ACCOUNT_FROM_NETWORK.amount):
            await tried(sign_in, asking())
        assert await tried(sign_in, asking(cookie=cookie), password=PASSWORD) == "login_throttled"

    async def test_a_browser_that_several_agents_use_knows_each(self, sign_in: SignIn, wang: Agent) -> None:
        answer = Response()
        sign_in.remember(asking(cookie=await known(sign_in, Agent(email="lin@example.com"))), answer, wang)
        shared = answer.headers["set-cookie"].partition(";")[0]
        for email in (EMAIL, "lin@example.com"):
            assert sign_in._browsers.name(asking(cookie=shared), signing_in.mark_of(email))
        assert sign_in._browsers.name(asking(cookie=shared), signing_in.mark_of("else@example.com")) is None


class TestChangePassword:
    async def test_the_old_one_is_asked_for_and_guesses_at_it_are_counted(self, sign_in: SignIn, wang: Agent) -> None:
        for _ in range(OWN_PASSWORD.amount):
            with pytest.raises(WrongCredentials):
                await sign_in.change_password(wang, old=WRONG, new="another good password")
        with pytest.raises(LoginThrottled):
            await sign_in.change_password(wang, old=PASSWORD, new="another good password")

    async def test_the_new_one_opens_from_then_on(self, sign_in: SignIn, wang: Agent) -> None:
        with pytest.raises(PasswordUnchanged):
            await sign_in.change_password(wang, old=PASSWORD, new=PASSWORD)
        await sign_in.change_password(wang, old=PASSWORD, new="another good password")
        assert await tried(sign_in, asking(), password=PASSWORD) == "wrong_credentials"
        assert await tried(sign_in, asking(), password="another good password") == "in"


class TestSharedCounts:
    async def test_two_processes_count_together_over_redis(self, redis_url: str) -> None:
        one, other = (SignInLimits(RateLimits(Rates(), redis_url)) for _ in range(2))
        who = {"account": f"{clock.now().timestamp()}", "address": "192.0.2.77", "browser": "b1"}
        for _ in range(FROM_BROWSER.amount):
            await one.count_try(**who)
        with pytest.raises(LoginThrottled):
            await other.count_try(**who)
        await other.forgive(**who)
        await one.count_try(**who)

    async def test_without_the_server_each_counts_for_itself(self) -> None:
        alone = SignInLimits(RateLimits(Rates(), "redis://127.0.0.1:1/0"))
        for _ in range(FROM_BROWSER.amount):
            await alone.count_try("a", address="192.0.2.77", browser="b1")
        with pytest.raises(LoginThrottled):
            await alone.count_try("a", address="192.0.2.77", browser="b1")
        await alone.forgive("a", address="192.0.2.77", browser="b1")
        await alone.count_try("a", address="192.0.2.77", browser="b1")


class TestOneTimePassword:
    async def test_it_opens_nothing_once_its_time_is_over_and_says_so_only_to_who_knows_it(
        self, services: Services, sign_in: SignIn, wang: Agent, password_hash: str, frozen_clock: FrozenClock
    ) -> None:
        async with services.database.transaction() as session:
            given = await agents.set_password(
                session, await agents.get(session, wang.id), password_hash, temporary=True
            )
        frozen_clock.move(policy().desk.one_time_password_valid - timedelta(seconds=1))
        assert await tried(sign_in, asking(), password=PASSWORD) == "in"
        frozen_clock.move(timedelta(seconds=1))
        assert await tried(sign_in, asking(), password=PASSWORD) == "one_time_password_over"
        assert await tried(sign_in, asking()) == "wrong_credentials"
        with pytest.raises(OneTimePasswordOver):
            await sign_in.change_password(given, old=PASSWORD, new="another long password")

    async def test_ones_own_password_never_ends(self, sign_in: SignIn, wang: Agent, frozen_clock: FrozenClock) -> None:
        frozen_clock.move(timedelta(days=400))
        assert await tried(sign_in, asking(), password=PASSWORD) == "in"
