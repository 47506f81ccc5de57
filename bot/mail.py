"""E-mail that leaves the house over SMTP, or into the log while a demo has no mail server: codes, conversations."""

import asyncio
import smtplib
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from html import escape
from typing import Self
from urllib.parse import unquote, urlsplit

import structlog

from bot.settings import Settings
from bot.wording import wording
from crm_store.language import Language, format_date, format_moment

SMTP_PATIENCE_SECONDS = 20
AT_ONCE = 4
"""Mails that are with the server at the same time, in threads of their own: a server that hangs holds up mail alone."""
PAUSE_BETWEEN_TRIES = timedelta(seconds=5)
"""Before the second try; twice as long before each further one."""
LONGEST_PAUSE = timedelta(minutes=1)
KEPT_FOR = timedelta(hours=1)
"""So long a mail is tried again that has no shorter life of its own."""
TROUBLE_HOLDS = timedelta(minutes=1)
"""After the server has failed us, nobody is promised a mail for so long, unless it takes one before."""
CLOSING_PATIENCE = timedelta(seconds=10)
FINAL_CODES = 500
KEYS_KEPT = 1000
"""Conversations sent lately, so that a repeated call of the action sends no second mail."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

_PAGE = (
    "margin:24px;max-width:560px;color:#1d2b28;"
    "font:16px/1.6 system-ui,'PingFang SC','PingFang TC','Microsoft YaHei',sans-serif"
)
_BUTTON = "display:inline-block;background:#0f7a5f;color:#fff;padding:10px 22px;border-radius:10px;text-decoration:none"

log = structlog.get_logger(__name__)


class MailUrlInvalid(ValueError):
    """HUIKE_SMTP_URL cannot be read; its text may hold a password and is not repeated here."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes out: `smtp://`, `smtp+starttls://` or `smtps://user:pass@host:port`."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises MailUrlInvalid."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise MailUrlInvalid(f"HUIKE_SMTP_URL must begin with one of {', '.join(PORTS)} and name a host")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def send(self, message: EmailMessage) -> None:
        """Hand one mail to the server; blocks. Raises smtplib.SMTPException, OSError, but not when the server has taken
        the mail and only its goodbye goes wrong: it would be sent again."""
        taken = False
        try:
            with self._signed_in() as connection:
                connection.send_message(message)
                taken = True
        except (smtplib.SMTPException, OSError):
            if not taken:
                raise

    def greet(self) -> None:
        """Sign in and leave again; blocks. Raises smtplib.SMTPException, OSError."""
        with self._signed_in() as connection:
            connection.noop()

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SMTP_PATIENCE_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=SMTP_PATIENCE_SECONDS)
        with connection:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=context)
            if self.user is not None:
                connection.login(self.user, self.password or "")
            yield connection


class SmtpMailer:
    """Sends in the background, again and again while the server is away; a mail that cannot be sent is told to the log,
    never to the visitor, who must not learn from it whether an address is known. That the server is away everybody may
    learn (`delivers`), since it is the same for every address: `look` sees to that for those that get no mail."""

    def __init__(
        self,
        send: Callable[[EmailMessage], None],
        *,
        sender: str,
        greet: Callable[[], None] | None = None,
        pause: timedelta = PAUSE_BETWEEN_TRIES,
        closing: timedelta = CLOSING_PATIENCE,
    ) -> None:
        self._send, self._greet, self._sender = send, greet, sender
        self._pause, self._closing = pause, closing
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")
        self._running: set[asyncio.Task[None]] = set()
        self._codes: dict[str, asyncio.Task[None]] = {}
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._away_until = 0.0

    @property
    def delivers(self) -> bool:
        """False while the server was found away a moment ago; then nobody waits for a mail that does not come."""
        return time.monotonic() >= self._away_until

    @property
    def is_away(self) -> bool:
        return not self.delivers

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        body = wording("mail.code_body", language, code=code, minutes=_minutes(life))
        if (void := self._codes.pop(to, None)) is not None:
            void.cancel()  # an older code that still waits for the server would arrive after this one, and open nothing
        task = self._take(to, wording("mail.code_subject", language, code=code), body, life=life)
        if task is not None:
            self._codes[to] = task
            task.add_done_callback(lambda over: self._codes.pop(to) if self._codes.get(to) is over else None)

    def look(self, *, life: timedelta) -> None:
        """In place of a mail to an address that is nobody's: whether the server is there is found out all the same."""
        if self._greet is not None:
            self._begin(self._greet, "", life)

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        if key in self._sent:
            return
        self._sent[key] = None
        if len(self._sent) > KEYS_KEPT:
            self._sent.popitem(last=False)
        day = format_date(began, language)
        body = wording("mail.transcript_body", language, lines="\n\n".join(lines))
        self._take(to, wording("mail.transcript_subject", language, day=day), body)

    def send_reminder(self, *, to: str, promise: str, due: str, link: str, language: Language) -> None:
        """To the agent who keeps a promise. `due`: as the agent reads it."""
        body = wording("mail.reminder_body", language, promise=promise, due=due, link=link)
        self._take(to, wording("mail.reminder_subject", language, due=due), body)

    def send_data_link(self, *, to: str, link: str, until: datetime, language: Language) -> None:
        """To a member who asked for a copy of their data."""
        body = wording("mail.data_link_body", language, link=link, until=format_moment(until, language))
        self._take(to, wording("mail.data_link_subject", language), body)

    def send_password_link(self, *, to: str, name: str, link: str, life: timedelta, language: Language) -> None:
        """To an agent who has forgotten the password. `link`: opens once, for `life`."""
        facts = {"name": name, "link": link, "minutes": _minutes(life)}
        body = wording("mail.password_body", language, **facts)
        html = as_page(body, link=link, button=wording("mail.password_button", language), language=language)
        self._take(to, wording("mail.password_subject", language), body, html=html, life=life)

    def _take(
        self, to: str, subject: str, body: str, *, html: str = "", life: timedelta = KEPT_FOR
    ) -> asyncio.Task[None] | None:
        try:
            message = mail(sender=self._sender, to=to, subject=subject, body=body, html=html)
        except (ValueError, IndexError, MessageError) as error:
            log.warning("mail_address_unusable", to=to, error=type(error).__name__)
            return None
        return self._begin(lambda: self._send(message), str(message["To"]), life)

    def _begin(self, work: Callable[[], None], to: str, life: timedelta) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(work, to, life))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def close(self) -> None:
        """Wait a moment for what is still being sent; what cannot be sent by then is lost, which the log says."""
        if self._running:
            await asyncio.wait(self._running, timeout=self._closing.total_seconds())
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if left:
            log.error("mails_lost", mails=len(left))
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _deliver(self, work: Callable[[], None], to: str, life: timedelta) -> None:
        over, pause = time.monotonic() + life.total_seconds(), self._pause.total_seconds()
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, work)
            except (smtplib.SMTPException, OSError) as error:
                self._away_until = (
                    0.0 if _is_about_the_mail(error) else time.monotonic() + TROUBLE_HOLDS.total_seconds()
                )
                if _is_final(error) or time.monotonic() + pause >= over:
                    log.error("mail_given_up", to=to, error=repr(error))
                    return
                log.warning("mail_not_sent", to=to, error=repr(error), again_in_s=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE.total_seconds())
            else:
                self._away_until = 0.0
                if to:
                    log.info("mail_sent", to=to)
                return


def _is_about_the_mail(error: Exception) -> bool:
    """Whether the server is there and says something of this one mail: its recipient, its content."""
    return isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)


def _is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the server said no (5…) and not "later" (4…), which also a server says that
    lets every stranger wait."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= FINAL_CODES for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= FINAL_CODES
    return isinstance(error, smtplib.SMTPNotSupportedError)


class DemoMailer:
    """A demo without a mail server: whoever runs it reads the code in the log; the visitor never sees it."""

    delivers = False
    is_away = False

    def look(self, *, life: timedelta) -> None:
        """There is no server to look for."""

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        log.info("demo_mail", to=to, code=code, minutes=_minutes(life))

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        log.info("demo_mail", to=to, transcript_lines=len(lines))

    def send_reminder(self, *, to: str, promise: str, due: str, link: str, language: Language) -> None:
        log.info("demo_mail", to=to, link=link)

    def send_data_link(self, *, to: str, link: str, until: datetime, language: Language) -> None:
        log.info("demo_mail", to=to, link=link)

    def send_password_link(self, *, to: str, name: str, link: str, life: timedelta, language: Language) -> None:
        log.info("demo_mail", to=to, link=link, minutes=_minutes(life))

    async def close(self) -> None:
        """Nothing is on its way."""


def build_mailer(settings: Settings) -> SmtpMailer | DemoMailer | None:
    """What sends mail here; None outside the demo without HUIKE_SMTP_URL. Raises MailUrlInvalid."""
    url = settings.smtp_url.get_secret_value()
    if url:
        server = SmtpServer.of(url)
        return SmtpMailer(server.send, sender=settings.mail_from, greet=server.greet)
    return DemoMailer() if settings.demo else None


def mail(*, sender: str, to: str, subject: str, body: str, html: str = "") -> EmailMessage:
    """A mail of ours, marked so that no automatic reply comes back; `html`: the same for programs that show pages.

    Raises ValueError, IndexError or MessageError for an address that cannot stand in a header.
    """
    message = EmailMessage()
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_address(sender).domain or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def as_page(body: str, *, link: str, button: str, language: Language) -> str:
    """A mail's text as HTML: its paragraphs, and in place of the one that is the link a button, with the link below it
    for who would rather copy it. Nothing is loaded from elsewhere."""
    parts = []
    for paragraph in body.strip().split("\n\n"):
        if paragraph.strip() == link:
            parts.append(
                f'<p><a href="{escape(link)}" style="{_BUTTON}">{escape(button)}</a></p>'
                f'<p style="font-size:13px;color:#4d615b;word-break:break-all">{escape(link)}</p>'
            )
        else:
            parts.append(f"<p>{escape(paragraph.strip())}</p>")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head>'
        f'<body style="{_PAGE}">{"".join(parts)}</body></html>'
    )


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)


def _minutes(life: timedelta) -> int:
    return int(life.total_seconds() // 60)
