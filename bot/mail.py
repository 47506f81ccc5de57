"""E-mail that leaves the house over SMTP, or into the log while a demo has no mail server: codes, conversations."""

import asyncio
import smtplib
import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
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
TRIES = 3
PAUSE_BETWEEN_TRIES = timedelta(seconds=5)
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
        """Hand one mail to the server; blocks. Raises smtplib.SMTPException, OSError."""
        with self._signed_in() as connection:
            connection.send_message(message)

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
    """Sends in the background, with a few tries; a mail that cannot be sent is told to the log, never to the visitor,
    who must not learn from it whether an address is known."""

    delivers = True

    def __init__(
        self, send: Callable[[EmailMessage], None], *, sender: str, pause: timedelta = PAUSE_BETWEEN_TRIES
    ) -> None:
        self._send, self._sender, self._pause = send, sender, pause
        self._running: set[asyncio.Task[None]] = set()
        self._sent: OrderedDict[str, None] = OrderedDict()

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        body = wording("mail.code_body", language, code=code, minutes=_minutes(life))
        self._take(to, wording("mail.code_subject", language, code=code), body)

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
        self._take(to, wording("mail.password_subject", language), body, html=html)

    def _take(self, to: str, subject: str, body: str, *, html: str = "") -> None:
        try:
            message = mail(sender=self._sender, to=to, subject=subject, body=body, html=html)
        except (ValueError, IndexError, MessageError) as error:
            log.warning("mail_address_unusable", to=to, error=type(error).__name__)
            return
        task = asyncio.create_task(self._deliver(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Wait for what is still being sent."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _deliver(self, message: EmailMessage) -> None:
        for tries in range(1, TRIES + 1):
            try:
                await asyncio.to_thread(self._send, message)
                log.info("mail_sent", to=str(message["To"]))
                return
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPAuthenticationError) as refusal:
                log.error("mail_refused", to=str(message["To"]), error=type(refusal).__name__)
                return
            except (smtplib.SMTPException, OSError) as error:
                log.warning("mail_not_sent", to=str(message["To"]), error=repr(error), tries=tries)
                if tries < TRIES:
                    await asyncio.sleep(self._pause.total_seconds() * tries)


class DemoMailer:
    """A demo without a mail server: whoever runs it reads the code in the log; the visitor never sees it."""

    delivers = False

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
        return SmtpMailer(SmtpServer.of(url).send, sender=settings.mail_from)
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
