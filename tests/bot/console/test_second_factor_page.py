"""Two-step sign-in over HTTP and in a real browser: setting up, signing in, the day the phone is lost."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
import segno
from playwright.async_api import Browser, expect

from bot.console import access
from bot.console.access import SignedOut
from bot.console.sign_in import mark_of
from bot.console.sign_in_limits import CODES_AT_ONCE, CODES_TO_ACCOUNT, OWN_PASSWORD, TO_ACCOUNT_FROM_NETWORK
from bot.desk import administration
from crm_store import agents, audit, clock, second_factor
from crm_store.agents import Role
from crm_store.audit import AuditEntry
from crm_store.language import Language
from crm_store.second_factor import RECOVERY_CODES
from tests.bot.console.conftest import PASSWORD, PATIENCE_MS, Shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.test_second_factor import set_up, shown_by

STEP = timedelta(seconds=30)
NEXT = 1
"""The code of the step after this one is taken too, and was never shown: a test need not wait for it."""


def next_code(secret: str, steps: int = NEXT) -> str:
    return shown_by(secret, at=clock.now() + steps * STEP)


async def with_factor(shop: Shop, agent_id: int) -> tuple[str, list[str]]:
    async with shop.services.database.transaction() as session:
        found = await set_up(session, agent_id)
        # The code that confirmed is of the step before, so that this one's and the next one's are left to a test.
        factor = await second_factor.standing(session, agent_id)
        assert factor is not None
        factor.last_step = (factor.last_step or 0) - 1
        return found


async def give_code(client: httpx.AsyncClient, code: str, next: str = "") -> str:
    answer = await client.post("/console/session/code", data={"code": code, "next": next})
    assert answer.status_code == 303
    return answer.headers["location"]


def refusal_of(location: str) -> tuple[str, str]:
    """Which page is led to, and what it is to tell."""
    return urlsplit(location).path, parse_qs(urlsplit(location).query).get("refused", [""])[0]


async def trail(shop: Shop, action: str) -> list[AuditEntry]:
    async with shop.services.database.reading() as session:
        return await audit.entries(session, action=action)


class TestSigningIn:
    async def test_the_password_alone_opens_nothing_and_the_code_the_page_that_was_asked_for(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        secret, _ = await with_factor(shop, agent_id)
        async with client_of(shop) as client:
            answer = await sign_in(client, next="/console/follow-ups")
            assert urlsplit(answer.headers["location"]).path == "/console/login/code"
            assert "huike_known_browser" not in str(answer.headers)
            for page in ("/console/", "/console/second-factor", "/console/password", "/console/search?q=a"):
                assert (await client.get(page)).status_code in (303, 401), page
            assert "输入验证码" in (await client.get(answer.headers["location"])).text
            assert await trail(shop, "sign_in") == []
            assert await give_code(client, next_code(secret, 0), "/console/follow-ups") == "/console/follow-ups"
            assert (await client.get("/console/follow-ups")).status_code == 200
        [entry] = await trail(shop, "sign_in")
        assert (entry.agent_id, entry.details) == (agent_id, {"factor": "app"})

    async def test_a_code_seen_over_the_shoulder_opens_nothing_after_it_was_used(self, shop: Shop) -> None:
        secret, codes = await with_factor(shop, await shop.agent())
        async with client_of(shop) as agent, client_of(shop) as thief:
            for code in (next_code(secret), codes[0]):
                await sign_in(agent)
                assert await give_code(agent, code) == "/console/"
                await agent.post("/console/session/end")
                await sign_in(thief)
                assert refusal_of(await give_code(thief, code)) == ("/console/login/code", "code")
                assert (await thief.get("/console/")).status_code == 303

    async def test_a_wrong_code_is_told_written_down_and_counted_like_a_wrong_password(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        secret, _ = await with_factor(shop, agent_id)
        async with client_of(shop) as client:
            await sign_in(client)
            for _ in range(TO_ACCOUNT_FROM_NETWORK.amount - 1):
                told = await give_code(client, "000000")
                assert refusal_of(told) == ("/console/login/code", "code")
            assert "这个码不对" in (await client.get(told)).text
            assert refusal_of(await give_code(client, next_code(secret)))[1] == "throttled"
            assert refusal_of((await sign_in(client)).headers["location"]) == ("/console/login", "throttled")
        entries = await trail(shop, "wrong_second_factor")
        assert len(entries) == TO_ACCOUNT_FROM_NETWORK.amount - 1
        assert {(each.agent_id, each.actor, each.subject) for each in entries} == {(None, "door", f"agent:{agent_id}")}

    async def test_whoever_knows_the_password_may_not_guess_codes_all_day_from_everywhere(self, shop: Shop) -> None:
        secret, _ = await with_factor(shop, await shop.agent())
        async with client_of(shop) as agent, client_of(shop) as thief:
            await sign_in(agent)
            assert await give_code(agent, next_code(secret, 0)) == "/console/"
            await agent.post("/console/session/end")
            for _ in range(CODES_TO_ACCOUNT.amount):
                await shop.services.rate_limits.allows(CODES_TO_ACCOUNT, mark_of("zhou@shop.example"))
            await sign_in(thief)
            assert refusal_of(await give_code(thief, next_code(secret)))[1] == "throttled"
            await sign_in(agent)  # from a browser the account knows
            assert await give_code(agent, next_code(secret)) == "/console/"

    async def test_wrong_codes_from_many_networks_are_counted_together_and_the_owner_still_gets_in(
        self, shop: Shop
    ) -> None:
        secret, _ = await with_factor(shop, await shop.agent())
        async with client_of(shop) as agent:
            await sign_in(agent)
            assert await give_code(agent, next_code(secret, 0)) == "/console/"
            await agent.post("/console/session/end")
            told = []
            for number in range(CODES_AT_ONCE.amount + 1):
                there = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{10 + number}")
                async with httpx.AsyncClient(base_url=shop.url, timeout=60, transport=there) as thief:
                    await sign_in(thief)
                    told.append(refusal_of(await give_code(thief, "000000"))[1])
            assert told == ["code"] * CODES_AT_ONCE.amount + ["throttled"]
            await sign_in(agent)  # from a browser the account knows
            assert await give_code(agent, next_code(secret)) == "/console/"
        assert len(await trail(shop, "wrong_second_factor")) == CODES_AT_ONCE.amount

    async def test_a_right_code_forgives_the_wrong_ones(self, shop: Shop) -> None:
        _, codes = await with_factor(shop, await shop.agent())
        async with client_of(shop) as client:
            for code in codes[:3]:
                await sign_in(client)
                for _ in range(TO_ACCOUNT_FROM_NETWORK.amount - 2):
                    await give_code(client, "000000")
                assert await give_code(client, code) == "/console/"
                await client.post("/console/session/end")

    @pytest.mark.parametrize("meanwhile", ["too long", "another password", "closed"])
    async def test_what_happens_between_password_and_code_ends_the_try(
        self, shop: Shop, meanwhile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent_id = await shop.agent()
        secret, _ = await with_factor(shop, agent_id)
        async with client_of(shop) as client:
            await sign_in(client)
            async with shop.services.database.transaction() as session:
                agent = await agents.get(session, agent_id)
                if meanwhile == "another password":
                    await agents.set_password(session, agent, agent.password_hash)
                elif meanwhile == "closed":
                    await agents.update_profile(session, agent, active=False)
                else:
                    monkeypatch.setattr(access, "CODE_WITHIN", timedelta(0))
            told = refusal_of(await give_code(client, next_code(secret)))
            assert told == ("/console/login", "late" if meanwhile == "too long" else "wrong")
            assert (await client.get("/console/")).status_code == 303

    async def test_a_wrong_password_says_the_same_with_and_without_a_factor(self, shop: Shop) -> None:
        await with_factor(shop, await shop.agent())
        async with client_of(shop) as client:
            answer = await sign_in(client, password="not the password")
            assert refusal_of(answer.headers["location"]) == ("/console/login", "wrong")
            assert refusal_of(await give_code(client, "000000")) == ("/console/login", "late")

    async def test_a_role_for_which_the_policy_has_none_is_not_asked(self, shop: Shop) -> None:
        await with_factor(shop, await shop.agent())
        with changed("sign_in: {second_factor: {agent: off}}"):
            async with client_of(shop) as client:
                assert (await sign_in(client)).headers["location"] == "/console/"
                assert "没有给您的角色开放" in markup(await client.get("/console/second-factor"))
                assert "两步验证" not in markup(await client.get("/console/password"))

    async def test_the_password_given_by_an_administrator_is_asked_for_a_code_as_well(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        secret, _ = await with_factor(shop, agent_id)
        async with shop.services.database.transaction() as session:
            agent = await agents.get(session, agent_id)
            await agents.set_password(session, agent, agent.password_hash, temporary=True)
        async with client_of(shop) as client:
            await sign_in(client)
            await give_code(client, next_code(secret))
            assert (await client.get("/console/")).headers["location"] == "/console/password"


PAGES = (
    "/console/", "/console/work", "/console/members", "/console/agents", "/console/audit", "/console/password",
    "/console/knowledge", "/console/phrases", "/console/nowhere", "/console/measures", "/console/risk",
)  # fmt: skip


class TestRequired:
    async def test_nothing_opens_before_it_is_set_up(self, real_shop: Shop) -> None:
        await real_shop.agent(role=Role.SUPERVISOR)
        await real_shop.member(phone="13800001234")
        async with client_of(real_shop) as client:
            await sign_in(client)
            for page in PAGES:
                answer = await client.get(page)
                assert (answer.status_code, answer.headers.get("location")) == (303, access.SECOND_FACTOR), page
            assert (await client.get("/console/search?q=晓雯")).status_code == 401
            for gone in ("/console/audit.csv", "/console/files/1/1/0"):
                assert (await client.get(gone)).status_code == 303, gone
            page = markup(await client.get(access.SECOND_FACTOR))
            assert "请先设置好" in page
            assert "/follow-ups" not in page  # no way leads on
            await client.post("/console/second-factor/begin")
            codes = await confirmed(client)
            assert len(codes) == RECOVERY_CODES
            assert (await client.get("/console/members")).status_code == 200

    async def test_ones_own_password_comes_first(self, real_shop: Shop) -> None:
        agent_id = await real_shop.agent(role=Role.ADMIN)
        async with real_shop.services.database.transaction() as session:
            agent = await agents.get(session, agent_id)
            await agents.set_password(session, agent, agent.password_hash, temporary=True)
        async with client_of(real_shop) as client:
            await sign_in(client)
            for page in ("/console/", access.SECOND_FACTOR):
                assert (await client.get(page)).headers["location"] == access.PASSWORD
            assert (await client.post("/console/second-factor/begin")).headers["location"] == access.PASSWORD

    async def test_an_agent_is_not_led_there_and_finds_it_beside_the_password(self, real_shop: Shop) -> None:
        await real_shop.agent()
        async with client_of(real_shop) as client:
            await sign_in(client)
            assert (await client.get("/console/")).status_code == 200
            assert "/second-factor" in markup(await client.get("/console/password"))

    async def test_a_demo_requires_nothing(self, shop: Shop) -> None:
        await shop.agent(role=Role.ADMIN)
        async with client_of(shop) as client:
            await sign_in(client)
            assert (await client.get("/console/agents")).status_code == 200

    async def test_it_is_not_turned_off(self, real_shop: Shop) -> None:
        secret, _ = await with_factor(real_shop, await real_shop.agent(role=Role.SUPERVISOR))
        async with client_of(real_shop) as client:
            await sign_in(client)
            await give_code(client, next_code(secret, 0))
            assert "关闭两步验证" not in markup(await client.get(access.SECOND_FACTOR))
            assert await told_by(client, "off", code=next_code(secret)) == "sign_in.factor_required"
            assert (await client.get("/console/agents")).status_code == 200

    async def test_a_socket_that_was_open_before_the_role_acts_no_more(self, real_shop: Shop) -> None:
        """What every act over a socket asks first."""
        agent_id = await real_shop.agent()
        seat = access.Seat(agent_id, "a session", clock.now())
        assert (await access.check(real_shop.services, seat)).id == agent_id
        boss = await real_shop.agent("主管", email="boss@shop.example", role=Role.ADMIN)
        await administration.change_role(real_shop.services.desk, boss, agent_id, Role.SUPERVISOR)
        with pytest.raises(SignedOut):
            await access.check(real_shop.services, seat)
        assert (await access.check(real_shop.services, seat, unready=True)).id == agent_id


async def told_by(client: httpx.AsyncClient, act: str, **typed: str) -> str:
    """What the page is asked to tell after an act."""
    answer = await client.post(f"/console/second-factor/{act}", data=typed)
    assert answer.status_code == 303, answer.text[:300]
    return parse_qs(urlsplit(answer.headers["location"]).query).get("told", [""])[0]


def secret_on(page: httpx.Response) -> str:
    found = re.search(r"hk-factor-secret..?>([A-Z2-7 ]+)<", markup(page).replace("\\u003C", "<").replace("\\", ""))
    assert found is not None
    return found.group(1).replace(" ", "")


async def confirmed(client: httpx.AsyncClient) -> list[str]:
    """Give the first code; the recovery codes of the page that answers."""
    secret = secret_on(await client.get(access.SECOND_FACTOR))
    answer = await client.post("/console/second-factor/confirm", data={"code": shown_by(secret), "password": PASSWORD})
    assert answer.status_code == 200, answer.headers.get("location")
    assert "no-store" in answer.headers["cache-control"]
    return recovery_codes_on(answer)


def recovery_codes_on(page: httpx.Response) -> list[str]:
    """The codes on the page, whose own id, a UUID, holds something alike."""
    return re.findall(r"(?<![\w-])[a-z2-9]{4}(?:-[a-z2-9]{4}){3}(?![\w-])", markup(page))[:RECOVERY_CODES]


class TestSettingUp:
    async def test_from_the_picture_to_the_next_sign_in(self, shop: Shop) -> None:
        agent_id = await shop.agent()
        async with client_of(shop) as here, client_of(shop) as elsewhere:
            await sign_in(here)
            await sign_in(elsewhere)
            assert "开始设置" in markup(await here.get(access.SECOND_FACTOR))
            await here.post("/console/second-factor/begin")
            page = await here.get(access.SECOND_FACTOR)
            secret = secret_on(page)
            address = pyotp.TOTP(secret).provisioning_uri(name="zhou@shop.example", issuer_name="Huike")
            drawn = re.findall(r'class="qrline"[^>]* d="([^"]+)"', segno.make(address, error="m").svg_inline(border=2))
            assert drawn
            assert drawn[0] in markup(page)
            codes = await confirmed(here)
            assert len(set(codes)) == RECOVERY_CODES
            again = markup(await here.get(access.SECOND_FACTOR))
            assert "恢复码还剩 10 个" in again
            assert secret not in again.replace(" ", "")
            assert not [code for code in codes if code in again]
            assert (await here.get("/console/")).status_code == 200
            assert (await elsewhere.get("/console/")).status_code == 303
            await sign_in(elsewhere)
            assert await give_code(elsewhere, codes[0]) == "/console/"
        [entry] = await trail(shop, "set_up_second_factor")
        assert (entry.agent_id, entry.subject, entry.details) == (agent_id, f"agent:{agent_id}", {})

    @pytest.mark.parametrize(
        ("typed", "told"), [({"code": "000000"}, "sign_in.code_refused"), ({"password": "not mine"}, "password_wrong")]
    )
    async def test_it_needs_the_code_and_the_own_password(self, shop: Shop, typed: dict[str, str], told: str) -> None:
        agent_id = await shop.agent()
        async with client_of(shop) as client:
            await sign_in(client)
            await client.post("/console/second-factor/begin")
            secret = secret_on(await client.get(access.SECOND_FACTOR))
            right = {"code": shown_by(secret), "password": PASSWORD}
            assert await told_by(client, "confirm", **{**right, **typed}) == told
            assert secret_on(await client.get(access.SECOND_FACTOR)) == secret
        async with shop.services.database.reading() as session:
            assert await second_factor.standing(session, agent_id) is None

    async def test_guesses_at_the_own_account_are_counted(self, shop: Shop) -> None:
        secret, codes = await with_factor(shop, await shop.agent())
        async with client_of(shop) as client:
            await sign_in(client)
            await give_code(client, codes[0])
            told = [await told_by(client, "off", code="000000") for _ in range(OWN_PASSWORD.amount + 1)]
            assert told == ["sign_in.code_refused"] * OWN_PASSWORD.amount + ["password_throttled"]
            assert await told_by(client, "codes", code=next_code(secret)) == "password_throttled"

    async def test_new_recovery_codes_take_the_place_of_the_old(self, shop: Shop) -> None:
        secret, old = await with_factor(shop, await shop.agent())
        async with client_of(shop) as client:
            await sign_in(client)
            await give_code(client, old[0])
            answer = await client.post("/console/second-factor/codes", data={"code": next_code(secret)})
            new = recovery_codes_on(answer)
            assert len(set(new)) == RECOVERY_CODES
            await client.post("/console/session/end")
            await sign_in(client)
            assert refusal_of(await give_code(client, old[1]))[1] == "code"
            assert await give_code(client, new[1]) == "/console/"

    async def test_turned_off_the_password_is_enough_again(self, shop: Shop) -> None:
        secret, codes = await with_factor(shop, await shop.agent())
        async with client_of(shop) as here, client_of(shop) as elsewhere:
            for client, code in ((here, codes[0]), (elsewhere, codes[1])):
                await sign_in(client)
                await give_code(client, code)
            assert await told_by(here, "off", code=next_code(secret)) == "sign_in.factor_is_off"
            assert (await here.get("/console/")).status_code == 200
            assert (await elsewhere.get("/console/")).status_code == 303
            assert (await sign_in(elsewhere)).headers["location"] == "/console/"
        assert len(await trail(shop, "turn_off_second_factor")) == 1

    @pytest.mark.parametrize("act", ["begin", "confirm", "codes", "off"])
    async def test_a_stranger_does_none_of_it(self, shop: Shop, act: str) -> None:
        async with client_of(shop) as client:
            answer = await client.post(f"/console/second-factor/{act}", data={"code": "000000", "password": PASSWORD})
            assert (answer.status_code, answer.headers["location"]) == (303, access.LOGIN)
            refused = await client.post(
                f"/console/second-factor/{act}", headers={"Origin": "https://elsewhere.example"}
            )
            assert refused.status_code == 403


@pytest.mark.browser
class TestInTheBrowser:
    @pytest.mark.parametrize(
        ("language", "begin", "code"),
        [
            (Language.ZH_HANS, "开始设置", "输入验证码"),
            (Language.ZH_HANT, "開始設定", "輸入驗證碼"),
            (Language.EN, "Set it up", "Enter the code"),
        ],
    )
    async def test_a_supervisor_sets_it_up_on_a_phone_and_signs_in_with_it(
        self, real_shop: Shop, browser: Browser, language: Language, begin: str, code: str
    ) -> None:
        await real_shop.agent(role=Role.SUPERVISOR, language=language)
        phone = await browser.new_context(viewport={"width": 380, "height": 800}, locale=language.value)
        phone.set_default_timeout(PATIENCE_MS)
        page = await phone.new_page()
        await page.goto(f"{real_shop.url}/console/members")
        await page.fill("#email", "zhou@shop.example")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{access.SECOND_FACTOR}")
        await page.get_by_role("button", name=begin).click()
        await expect(page.locator(".hk-factor-picture svg")).to_be_visible()
        secret = (await page.locator(".hk-factor-secret").inner_text()).replace(" ", "")
        await page.fill("#code", shown_by(secret))
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator(".hk-codes li")).to_have_count(RECOVERY_CODES)
        codes = await page.locator(".hk-codes li").all_inner_texts()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await page.locator(".hk-factor a.hk-primary").click()
        await page.wait_for_selector(".hk-desk")
        await page.locator("form[action$='/session/end'] button").click()
        await page.fill("#email", "zhou@shop.example")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text(code)
        await page.fill("#code", codes[0])
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".hk-desk")

    async def test_an_open_page_is_left_when_the_role_comes_to_need_it(self, real_shop: Shop, browser: Browser) -> None:
        agent_id = await real_shop.agent()
        boss = await real_shop.agent("主管", email="boss@shop.example", role=Role.ADMIN)
        page = await signed_in(browser, real_shop)
        await administration.change_role(real_shop.services.desk, boss, agent_id, Role.SUPERVISOR)
        await page.wait_for_url(f"**{access.SECOND_FACTOR}", timeout=PATIENCE_MS)

    async def test_an_administrator_lets_in_again_whose_phone_is_gone(self, shop: Shop, browser: Browser) -> None:
        await shop.agent(role=Role.ADMIN)
        lost = await shop.agent("林悦", email="lin@shop.example")
        await with_factor(shop, lost)
        page = await signed_in(browser, shop, size=(1440, 900))
        await page.goto(f"{shop.url}/console/agents")
        row = page.locator(f"[data-agent='{lost}']")
        await expect(row).to_contain_text("两步验证")
        await row.locator(".q-btn").click()
        await page.locator(".q-menu").get_by_text("重置两步验证", exact=True).click()
        await page.locator(".hk-form").get_by_role("button", name="重置两步验证").click()
        await expect(row).not_to_contain_text("两步验证")
        [entry] = await trail(shop, "reset_second_factor")
        assert (entry.subject, entry.details) == (f"agent:{lost}", {})
        await signed_in(browser, shop, email="lin@shop.example")
