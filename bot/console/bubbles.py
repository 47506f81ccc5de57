"""One message of a conversation as the staff sees it: who said it, to whom, how it felt, whether it arrived."""

from html import escape

from actions.kit.settled import read_settled
from bot.attachments import is_picture
from bot.console import files, markup
from bot.console.screen import Screen
from bot.console.words import Words
from crm_store.language import format_moment, format_time
from crm_store.messages import Audience, Author, Message, MessageStatus

UNSETTLED = {MessageStatus.RECEIVED, MessageStatus.PENDING, MessageStatus.SENDING}
"""States a message will leave by itself."""


def classes(message: Message) -> str:
    """Who speaks and in which state, as CSS classes."""
    found = ["hk-msg", message.author]
    if message.audience == Audience.STAFF:
        found.append("note")
    if message.status in (MessageStatus.SUPPRESSED, MessageStatus.FAILED):
        found.append(message.status)
    return " ".join(found)


def html(message: Message, screen: Screen, customer: str, *, records: bool = False, channel: str | None = None) -> str:
    """The inside of a bubble. `records`: with a button that writes a promise down; `channel`: named beside the time."""
    words = screen.words
    when = f'<time title="{escape(format_moment(message.created_at, words.language))}">'
    head = f"<b>{escape(_author(message, screen, customer))}</b>{when}{format_time(message.created_at)}</time>"
    where = markup.chip(markup.channel(channel, words), "plain channel") if channel else ""
    parts = [f'<div class="hk-msg-head">{head}{where}{_marks(message, screen)}</div>']
    if message.text:
        parts.append(f'<div class="hk-text">{escape(message.text)}</div>')
    elif message.payload:
        parts.append(f'<div class="hk-text"><i>{escape(_pressed(message, screen))}</i></div>')
    parts += [_attachment(message, place, words) for place in range(len(message.attachments or []))]
    if message.buttons:
        titles = "".join(f"<span>{escape(str(button.get('title', '')))}</span>" for button in message.buttons)
        parts.append(f'<div class="hk-offered" aria-label="{escape(words("offered"))}">{titles}</div>')
    if message.original_text:
        parts.append(f'<div class="hk-edited">{escape(words("edited_from", text=message.original_text))}</div>')
    if message.status == MessageStatus.FAILED and message.error:
        parts.append(f'<div class="hk-error">{escape(message.error)}</div>')
    if records and message.text and message.audience == Audience.MEMBER:
        record = escape(words.work("record_promise"))
        parts.append(f'<button type="button" class="hk-record" data-record="{message.id}">{record}</button>')
    return "".join(parts)


def _attachment(message: Message, place: int, words: Words) -> str:
    """A picture to look at, a file to download, or the name of what could not be kept."""
    attachment = (message.attachments or [])[place]
    name = str(attachment.get("name") or attachment.get("kind") or "")
    ref = str(attachment.get("ref") or "")
    if not ref:
        return f'<div class="hk-file">📎 {escape(words("attachment_missing", name=name))}</div>'
    if ref.startswith(("https://", "http://")):
        return (
            f'<a class="hk-file" href="{escape(ref)}" target="_blank" rel="noopener noreferrer">📎 {escape(name)}</a>'
        )
    where = files.address(message, place)
    if is_picture(attachment):
        picture = f'<img src="{where}" alt="{escape(words("attachment", name=name))}" loading="lazy">'
        return f'<a class="hk-picture" href="{where}" target="_blank" rel="noopener">{picture}</a>'
    size = escape(words("file_size", size=f"{max(1, round(int(attachment.get('size') or 0) / 1024)):,}"))
    return f'<a class="hk-file" href="{where}" download>📎 {escape(name)} <small>{size}</small></a>'


def _author(message: Message, screen: Screen, customer: str) -> str:
    if message.author == Author.CUSTOMER:
        return customer
    if message.author == Author.AGENT:
        return screen.words("me") if message.agent_id == screen.agent.id else screen.name_of(message.agent_id)
    return screen.words.label("message_author", message.author)


def _pressed(message: Message, screen: Screen) -> str:
    """What a pressed button meant, in words."""
    if settled := read_settled(message.payload or ""):
        answer, number = settled
        return screen.words("pressed", what=f"{number} {screen.words.label('complaint_confirmation', answer)}")
    payload = (message.payload or "").lstrip("/").split("{")[0]
    return screen.words("pressed", what=screen.words.label("intent_title", payload.replace("desk:", "")))


def _marks(message: Message, screen: Screen) -> str:
    words = screen.words
    if message.author == Author.CUSTOMER:
        intent = words.label("intent_title", message.intent) if message.intent else ""
        return markup.mood(message, words) + (f'<span class="hk-intent">{escape(intent)}</span>' if intent else "")
    if message.audience == Audience.STAFF:
        return markup.chip(words("note_mark"), "note")
    if message.status == MessageStatus.SENT:
        label = escape(words.label("message_status", message.status))
        return f'<span class="hk-sent" role="img" aria-label="{label}" title="{label}">✓</span>'
    kind = "bad" if message.status == MessageStatus.FAILED else "plain"
    return markup.chip(words.label("message_status", message.status), kind)
