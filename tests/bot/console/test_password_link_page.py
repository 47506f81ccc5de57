"""A forgotten password, from the question on the sign-in page over a real mail server to the new one."""

import asyncio
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from pydantic import SecretStr
from sqlalchemy import update

from bot.console.sign_in_limits import LINKS_FROM_NETWORK, LINKS_TO_ACCOUNT
from crm_store import agents, audit, clock
from crm_store.language import Language
from crm_store.password_links import PasswordLink
from tests.bot.console.conftest import PASSWORD, PATIENCE_MS, Shop, running_shop, signed_in
from tests.bot.console.test_access import client_of, markup, sign_in
from tests.bot.console.test_second_factor_page import give_code, next_code, with_factor
from tests.bot.test_mail import Inbox, inbox

EMAIL, NEW = "zhou@shop.example", "another one of ten or more"
__all__ = ["inbox"]


@pytest_asyncio.fixture(loop_scope="session")
async def mailing(tmp_path: Path, inbox: tuple[Inbox, str]) -> AsyncIterator[tuple[Shop, Inbox]]:
    """A shop that is no demo, with a mail server."""
    kept, url = inbox
    async with running_shop(tmp_path, demo=False, smtp_url=SecretStr(url)) as shop:
        yield shop, kept


async def ask(client: httpx.AsyncClient, email: str = EMAIL) -> dict[str, list[str]]:
    """What the page is asked to tell."""
    answer = await client.post("/console/forgot/ask", data={"email": email})
    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/console/forgot")
    return parse_qs(urlsplit(answer.headers["location"]).query)


async def mails(inbox: Inbox, count: int) -> list[EmailMessage]:
    async with asyncio.timeout(20):
        while len(inbox.mails) < count:  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.02)
    return inbox.mails


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def token_in(mail: EmailMessage) -> str:
    [token] = set(re.findall(r"/console/reset/([\w-]+)", text_of(mail)))
    return token


async def choose(client: httpx.AsyncClient, token: str, new: str = NEW, repeat: str | None = None) -> str:
    """Where the answer leads."""
    typed = {"token": token, "new": new, "repeat": new if repeat is None else repeat}
    return (await client.post("/console/reset", data=typed)).headers["location"]


async def settled(shop: Shop) -> None:
    """What is done after the answers is done."""
    async with client_of(shop) as client:
        await client.get("/healthz")
    await shop.services.mailer.close()  # type: ignore[union-attr]


class TestAsking:
    @pytest.mark.parametrize(
        ("language", "words", "button"),
        [
            (Language.ZH_HANS, "换一个新密码", "设置新密码"),
            (Language.ZH_HANT, "換一組新密碼", "設定新密碼"),
            (Language.EN, "choose a new one", "Choose a new password"),
        ],
    )
    async def test_the_mail_is_text_and_page_in_the_agents_language(
        self, mailing: tuple[Shop, Inbox], language: Language, words: str, button: str
    ) -> None:
        shop, inbox = mailing
        agent_id = await shop.agent("周 <晴>", language=language)
        async with client_of(shop) as client:
            assert await ask(client, " Zhou@shop.example") == {"told": ["sent"]}
        [mail] = await mails(inbox, 1)
        assert mail["To"] == EMAIL
        assert button in mail["Subject"]
        text, page = text_of(mail), text_of(mail, "html")
        link = f"{shop.url}/console/reset/{token_in(mail)}"
        for told in (text, page):
            assert words in told
            assert link in told
            assert "30" in told
        assert "周 <晴>" in text
        assert "周 &lt;晴&gt;" in page
        assert f'href="{link}"' in page
        assert f'lang="{language.value}"' in page
        assert set(re.findall(r'(?:src|href)="([^"]+)', page)) == {link}
        async with shop.services.database.reading() as session:
            [entry] = await audit.entries(session, action="ask_password_link")
        assert (entry.agent_id, entry.actor, entry.subject) == (None, "door", f"agent:{agent_id}")
        assert entry.address == "127.0.0.1"

    async def test_the_answer_is_the_same_for_everybody_and_only_open_accounts_get_mail(
        self, mailing: tuple[Shop, Inbox]
    ) -> None:
        shop, inbox = mailing
        await shop.agent()
        gone = await shop.agent("走了", email="gone@shop.example")
        async with shop.services.database.transaction() as session:
            await agents.update_profile(session, await agents.get(session, gone), active=False)
        pages = []
        async with client_of(shop) as client:
            for email in ("nobody@shop.example", "gone@shop.example", "no address\x00", "", EMAIL):
                assert await ask(client, email) == {"told": ["sent"]}
                pages.append(markup(await client.get("/console/forgot?told=sent")))
        await mails(inbox, 1)
        await settled(shop)
        assert [mail["To"] for mail in inbox.mails] == [EMAIL]
        assert "如果这个邮箱有账号" in pages[0]
        assert all(EMAIL not in page for page in pages)

    @pytest.mark.parametrize("email", [EMAIL, "nobody@shop.example"])
    async def test_while_the_mail_server_is_away_everybody_is_told_so(
        self, mailing: tuple[Shop, Inbox], email: str
    ) -> None:
        shop, inbox = mailing
        await shop.agent()
        inbox.refuse_first = 1000
        async with client_of(shop) as client:
            assert await ask(client, email) == {"told": ["sent"]}
            async with asyncio.timeout(20):
                while not shop.services.mailer.is_away:  # noqa: ASYNC110 - the mailer has no event to wait for
                    await asyncio.sleep(0.05)
            assert "邮件服务器现在没有回应" in markup(await client.get("/console/forgot"))
        inbox.refuse_first = 0

    async def test_an_account_gets_a_few_mails_in_an_hour_and_nobody_sees_that(
        self, mailing: tuple[Shop, Inbox]
    ) -> None:
        shop, inbox = mailing
        await shop.agent()
        async with client_of(shop) as client:
            told = [await ask(client) for _ in range(LINKS_TO_ACCOUNT.amount + 2)]
        assert told == [{"told": ["sent"]}] * len(told)
        await mails(inbox, LINKS_TO_ACCOUNT.amount)
        await settled(shop)
        assert len(inbox.mails) == LINKS_TO_ACCOUNT.amount

    async def test_one_network_may_not_go_through_the_addresses(self, mailing: tuple[Shop, Inbox]) -> None:
        shop, _ = mailing
        async with client_of(shop) as client:
            told = [await ask(client, f"{number}@shop.example") for number in range(LINKS_FROM_NETWORK.amount + 1)]
            assert [each["told"] for each in told] == [["sent"]] * LINKS_FROM_NETWORK.amount + [["throttled"]]
            page = await client.get(f"/console/forgot?told=throttled&until={told[-1]['until'][0]}")
            assert told[-1]["until"][0] in page.text

    async def test_without_a_mail_server_the_page_says_whom_to_ask(self, real_shop: Shop) -> None:
        agent_id = await real_shop.agent()
        async with client_of(real_shop) as client:
            assert "管理员可以给您一个一次性密码" in markup(await client.get("/console/forgot"))
            assert await ask(client) == {}
        async with real_shop.services.database.reading() as session:
            assert await audit.entries(session, subject=f"agent:{agent_id}") == []


class TestChoosing:
    async def test_it_opens_once_ends_every_session_and_is_written_down(self, mailing: tuple[Shop, Inbox]) -> None:
        shop, inbox = mailing
        agent_id = await shop.agent()
        async with client_of(shop) as client, client_of(shop) as elsewhere:
            await sign_in(elsewhere)
            await ask(client)
            token = token_in((await mails(inbox, 1))[0])
            for _ in range(2):  # a program that looks at links ahead opens none
                assert "设置新密码" in markup(await client.get(f"/console/reset/{token}"))
            assert (await elsewhere.get("/console/")).status_code == 200
            assert await choose(client, token) == "/console/login?changed=1"
            assert "密码已经换好了" in markup(await client.get("/console/login?changed=1"))
            assert (await elsewhere.get("/console/")).status_code == 303
            assert (await client.get("/console/")).status_code == 303  # the link signs nobody in
            assert "用过了" in markup(await client.get(f"/console/reset/{token}"))
            assert urlsplit(await choose(client, token, "yet another password")).path == f"/console/reset/{token}"
            await sign_in(client)
            assert (await client.get("/console/")).status_code == 303
            await sign_in(client, password=NEW)
            assert (await client.get("/console/")).status_code == 200
        async with shop.services.database.reading() as session:
            [entry] = await audit.entries(session, action="use_password_link")
        assert (entry.agent_id, entry.subject) == (agent_id, f"agent:{agent_id}")

    @pytest.mark.parametrize(
        ("new", "repeat", "words"), [("short", "short", "太短"), (NEW, "something else", "两次输入的新密码不一样")]
    )
    async def test_a_password_that_cannot_be_is_told_and_the_link_stays(
        self, mailing: tuple[Shop, Inbox], new: str, repeat: str, words: str
    ) -> None:
        shop, inbox = mailing
        await shop.agent()
        async with client_of(shop) as client:
            await ask(client)
            token = token_in((await mails(inbox, 1))[0])
            assert words in markup(await client.get(await choose(client, token, new, repeat)))
            assert await choose(client, token) == "/console/login?changed=1"

    async def test_the_second_factor_stays(self, mailing: tuple[Shop, Inbox]) -> None:
        shop, inbox = mailing
        secret, _ = await with_factor(shop, await shop.agent())
        async with client_of(shop) as client:
            await ask(client)
            await choose(client, token_in((await mails(inbox, 1))[0]))
            await sign_in(client, password=NEW)
            assert (await client.get("/console/")).status_code == 303
            assert await give_code(client, next_code(secret)) == "/console/"

    async def test_when_its_time_is_over_it_opens_nothing(self, mailing: tuple[Shop, Inbox]) -> None:
        shop, inbox = mailing
        await shop.agent()
        async with client_of(shop) as client:
            await ask(client)
            token = token_in((await mails(inbox, 1))[0])
            async with shop.services.database.transaction() as session:
                await session.execute(update(PasswordLink).values(expires_at=clock.now()))
            assert "过期了" in markup(await client.get(f"/console/reset/{token}"))
            await choose(client, token)
            await sign_in(client)
            assert (await client.get("/console/")).status_code == 200

    @pytest.mark.parametrize("token", ["made-up", "..%2Flogin", "x" * 200])
    async def test_a_made_up_link_is_told_like_an_old_one(self, real_shop: Shop, token: str) -> None:
        async with client_of(real_shop) as client:
            location = urlsplit(await choose(client, token))
            assert location.path.startswith("/console/reset/")
            assert location.netloc == ""


@pytest.mark.browser
async def test_from_the_question_to_the_desk(mailing: tuple[Shop, Inbox], browser: Browser) -> None:
    shop, inbox = mailing
    await shop.agent()
    left_open = await signed_in(browser, shop)
    page = await (await browser.new_context(locale="zh-CN", viewport={"width": 380, "height": 800})).new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{shop.url}/console/")
    await page.get_by_text("忘记密码？").click()
    await page.fill("#email", EMAIL)
    await page.keyboard.press("Enter")
    await expect(page.locator(".hk-login")).to_contain_text("如果这个邮箱有账号")
    await page.goto(f"{shop.url}/console/reset/{token_in((await mails(inbox, 1))[0])}")
    await page.fill("#new", NEW)
    await page.fill("#repeat", NEW)
    await page.keyboard.press("Enter")
    await expect(page.locator(".hk-done")).to_contain_text("密码已经换好了")
    await left_open.wait_for_url("**/console/login*", timeout=PATIENCE_MS)
    await page.fill("#email", EMAIL)
    await page.fill("#password", NEW)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-desk")
    assert NEW != PASSWORD
