"""What the pages before signing in have in common: plain forms on a quiet ground, in the browser's language."""

from html import escape

from fastapi import Request
from nicegui import ui

from bot.console.screen import dress
from bot.console.words import Words
from crm_store.language import Language


def asked_words(request: Request) -> Words:
    """The browser's language: before signing in nobody's own is known."""
    return Words(Language.of(request.headers.get("accept-language", "").split(",")[0].split(";")[0]))


def show(words: Words, title: str, form: str) -> None:
    """The page around a form, which is HTML."""
    dress(words.language, title)
    ui.html(form, sanitize=False, tag="main").classes("hk-login-page")


def refusal(text: str) -> str:
    return f'<p class="hk-refusal" role="alert">{escape(text)}</p>'


def done(text: str) -> str:
    return f'<p class="hk-done" role="status">{escape(text)}</p>'
