"""Browsers an agent has signed in from before: a signed cookie of their own, which guessing strangers do not have."""

import hashlib
import uuid

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadData, URLSafeTimedSerializer

from bot.console.access import ROOT
from bot.settings import Settings

COOKIE = "huike_known_browser"
KNOWN_FOR_S = 180 * 24 * 3600
ACCOUNTS_REMEMBERED = 10
"""On one till several agents sign in; the latest are remembered."""


class KnownBrowsers:
    """Reads and writes that cookie. It opens nothing: it only sets its browser apart from strangers when tries to sign
    in are counted. An account is named by its mark, never by its address."""

    def __init__(self, settings: Settings) -> None:
        secret = f"huike known browser:{settings.secret_key.get_secret_value()}"
        self._signer = URLSafeTimedSerializer(hashlib.sha256(secret.encode()).hexdigest())
        self._secure = settings.public_url.startswith("https:")

    def name(self, request: Request, account: str) -> str | None:
        """The browser's own name when that account has signed in from it, else None."""
        browser, accounts = self._read(request)
        return browser if account in accounts else None

    def remember(self, request: Request, response: Response, account: str) -> None:
        """The account has signed in from this browser."""
        browser, accounts = self._read(request)
        accounts = [*(each for each in accounts if each != account), account][-ACCOUNTS_REMEMBERED:]
        response.set_cookie(
            COOKIE,
            self._signer.dumps([browser, accounts]),
            max_age=KNOWN_FOR_S,
            path=ROOT,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _read(self, request: Request) -> tuple[str, list[str]]:
        try:
            browser, accounts = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=KNOWN_FOR_S)
        except BadData:
            return uuid.uuid4().hex, []
        return str(browser), list(accounts)
