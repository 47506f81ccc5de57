"""Mail to a real SMTP server on this machine, and what happens when there is none."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import pytest_asyncio

from bot.mail import DemoMailer, MailUrlInvalid, SmtpMailer, SmtpServer, build_mailer
from bot.settings import Settings
from crm_store.language import Language

LIFE = timedelta(minutes=10)
SECRET = "a secret that is long enough for these tests"


class Inbox:
    """A mail server that speaks just enough SMTP and keeps what it is given; `refuse_first` greetings fail, and
    `says` is what it says to a verb instead of what it should: nothing, and it hangs."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.greetings = 0
        self.refuse_first = 0
        self.says: dict[str, str] = {}
        self.let_go = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.greetings += 1
        if self.greetings <= self.refuse_first:
            writer.write(b"421 busy\r\n")
            writer.close()
            return
        if "GREETING" in self.says:
            await self.let_go.wait()
            writer.close()
            return
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                self.recipients.append(line)
            if verb in self.says and verb != "QUIT":
                writer.write(f"{self.says[verb]}\r\n".encode())
                continue
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                parsed = message_from_bytes(body.removesuffix(b".\r\n"), policy=policy.default)
                assert isinstance(parsed, EmailMessage)
                self.mails.append(parsed)
            goodbye = f"{self.says.get('QUIT', '221 bye')}\r\n".encode()
            writer.write(goodbye if verb == "QUIT" else b"250 ok\r\n")
            if verb == "QUIT":
                break
        writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def inbox() -> AsyncIterator[tuple[Inbox, str]]:
    kept = Inbox()
    server = await asyncio.start_server(kept.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield kept, f"smtp://127.0.0.1:{port}"
    kept.let_go.set()
    server.close()


def mailer(url: str, *, closing: timedelta = timedelta(seconds=5)) -> SmtpMailer:
    server = SmtpServer.of(url)
    return SmtpMailer(
        server.send, greet=server.greet, sender="Huike <noreply@example.com>", pause=timedelta(milliseconds=10),
        closing=closing,
    )  # fmt: skip


def send(sending: SmtpMailer, *, code: str = "402913", life: timedelta = LIFE) -> None:
    sending.send_code(to="lin@example.com", code=code, life=life, language=Language.EN)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the mailer has no event to wait for
            await asyncio.sleep(0.01)


class TestSending:
    async def test_a_code_arrives_in_the_language_of_the_customer(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        sending = mailer(url)
        sending.send_code(to="lin@example.com", code="402913", life=LIFE, language=Language.ZH_HANT)
        await sending.close()
        [mail] = kept.mails
        assert mail["To"] == "lin@example.com"
        assert mail["Subject"] == "回客良品驗證碼：402913"
        assert "402913" in mail.get_content()
        assert "10 分鐘" in mail.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"

    async def test_it_returns_before_the_mail_is_sent(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        sending = mailer(url)
        sending.send_code(to="lin@example.com", code="402913", life=LIFE, language=Language.EN)
        assert kept.mails == []
        await sending.close()
        assert len(kept.mails) == 1

    async def test_a_busy_server_is_tried_again(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        kept.refuse_first = 2
        sending = mailer(url)
        sending.send_code(to="lin@example.com", code="402913", life=LIFE, language=Language.EN)
        await sending.close()
        assert kept.greetings == 3
        assert len(kept.mails) == 1

    async def test_no_server_at_all_raises_nothing(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]
        sending = mailer(f"smtp://127.0.0.1:{free}", closing=timedelta(milliseconds=50))
        sending.send_code(to="lin@example.com", code="402913", life=LIFE, language=Language.EN)
        await sending.close()

    async def test_an_address_cannot_smuggle_in_a_header(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        sending = mailer(url)
        sending.send_code(to="a@b.c\r\nBcc: x@example.com", code="402913", life=LIFE, language=Language.EN)
        await sending.close()
        assert all("x@example.com" not in recipient for recipient in kept.recipients)


class TestTheServerIsAway:
    async def test_a_goodbye_that_goes_wrong_has_no_mail_sent_again(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        kept.says = {"QUIT": "421 closing"}
        sending = mailer(url)
        send(sending)
        await sending.close()
        assert len(kept.mails) == 1
        assert sending.delivers

    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    async def test_a_server_that_says_later_is_tried_again_and_is_not_away(
        self, inbox: tuple[Inbox, str], verb: str
    ) -> None:
        kept, url = inbox
        kept.says = {verb: "450 greylisted, try later"}
        sending = mailer(url)
        send(sending)
        await until(lambda: len(kept.recipients) >= 2)
        assert sending.delivers
        kept.says = {}
        await sending.close()
        assert len(kept.mails) == 1

    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    async def test_a_server_that_says_no_is_asked_once(self, inbox: tuple[Inbox, str], verb: str) -> None:
        kept, url = inbox
        kept.says = {verb: "550 no such person"}
        sending = mailer(url)
        send(sending)
        await sending.close()
        assert (kept.greetings, kept.mails) == (1, [])
        assert sending.delivers

    async def test_a_mail_goes_out_when_the_server_is_back_and_until_then_none_is_promised(
        self, inbox: tuple[Inbox, str]
    ) -> None:
        kept, url = inbox
        kept.refuse_first = 6
        sending = mailer(url)
        send(sending)
        await until(lambda: sending.is_away)
        assert not sending.delivers
        await until(lambda: len(kept.mails) == 1)
        await until(lambda: sending.delivers)
        await sending.close()

    async def test_an_address_that_is_nobody_s_finds_the_server_away_like_any_other(
        self, inbox: tuple[Inbox, str]
    ) -> None:
        kept, url = inbox
        kept.refuse_first = 2
        sending = mailer(url)
        sending.look(life=LIFE)
        await until(lambda: sending.is_away)
        await until(lambda: sending.delivers)
        await sending.close()
        assert kept.mails == []

    async def test_a_code_is_not_sent_when_it_is_over(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        kept.refuse_first = 1000
        sending = mailer(url)
        send(sending, life=timedelta(milliseconds=50))
        await sending.close()
        kept.refuse_first = 0
        assert (kept.greetings < 10, kept.mails) == (True, [])

    async def test_of_two_codes_that_wait_only_the_one_that_opens_arrives(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        kept.refuse_first = 4
        sending = mailer(url)
        send(sending, code="111111")
        await until(lambda: sending.is_away)
        send(sending, code="222222")
        await sending.close()
        assert ["222222" in mail["Subject"] for mail in kept.mails] == [True]

    async def test_a_server_that_hangs_holds_up_nothing_but_mail(self, inbox: tuple[Inbox, str]) -> None:
        kept, url = inbox
        kept.says = {"GREETING": ""}
        sending = mailer(url, closing=timedelta(milliseconds=50))
        for number in range(80):
            sending.send_code(to=f"a{number}@example.com", code="402913", life=LIFE, language=Language.EN)
        await until(lambda: kept.greetings >= 4)
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(lambda: "done") == "done"
            await sending.close()


class TestSettings:
    def test_user_and_password_are_decoded(self) -> None:
        server = SmtpServer.of("smtp+starttls://user%40shop:p%2Fw@mail.example.com")
        assert (server.host, server.port, server.user, server.password) == ("mail.example.com", 587, "user@shop", "p/w")

    def test_an_unreadable_url_is_refused_without_repeating_it(self) -> None:
        with pytest.raises(MailUrlInvalid) as refusal:
            SmtpServer.of("imap://user:hunter2@mail.example.com")
        assert "hunter2" not in str(refusal.value)

    def test_a_demo_without_a_server_writes_the_code_into_the_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        built = build_mailer(Settings(demo=True, _env_file=None))
        assert isinstance(built, DemoMailer)
        assert not built.delivers
        built.send_code(to="lin@example.com", code="402913", life=LIFE, language=Language.EN)
        told = capsys.readouterr()
        assert "demo_mail" in told.out + told.err
        assert "402913" in told.out + told.err

    def test_a_real_shop_without_a_server_sends_nothing(self) -> None:
        assert build_mailer(Settings(secret_key=SECRET, actions_secret=SECRET, _env_file=None)) is None

    @pytest.mark.parametrize("language", list(Language))
    async def test_every_language_names_code_and_minutes(self, inbox: tuple[Inbox, str], language: Language) -> None:
        kept, url = inbox
        sending = mailer(url)
        sending.send_code(to="b@example.com", code="000123", life=LIFE, language=language)
        await sending.close()
        assert "000123" in kept.mails[0].get_content()
        assert "10" in kept.mails[0].get_content()


class TestTranscript:
    @pytest.mark.parametrize("language", list(Language))
    async def test_the_lines_arrive_and_a_repeated_call_sends_none(
        self, inbox: tuple[Inbox, str], language: Language
    ) -> None:
        kept, url = inbox
        sending = mailer(url)
        for _ in range(2):
            sending.send_transcript(
                to="b@example.com", began=datetime(2026, 11, 26, 7, tzinfo=UTC), language=language,
                key="7:action_transcript",
                lines=["15:00 您：在吗", "15:01 回客：在"],
            )  # fmt: skip
        await sending.close()
        (mail,) = kept.mails
        assert "26" in mail["Subject"]
        assert "您：在吗" in mail.get_content()
