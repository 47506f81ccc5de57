"""The list of keys that `?` opens, on every page; what the keys do stands in static/desk.js."""

from nicegui import ui

from bot.console.screen import Screen, element

KEYS = (
    ("keys_list", "?"),
    ("keys_search", "Ctrl K"),
    ("keys_phrases", "/"),
    ("keys_suggestions", "Alt 1 – 3"),
    ("keys_send", "Enter"),
    ("keys_line", "Shift Enter"),
    ("keys_take", "Alt T"),
    ("keys_note", "Alt N"),
    ("keys_close", "Alt X"),
    ("keys_step", "Alt ↑ ↓"),
)


def build(screen: Screen) -> None:
    """The button in the header and the list."""
    words = screen.words
    with element(
        "button", "hk-quiet hk-keys-button", f'type="button" data-opens-keys aria-label="{words("keys_title")}"'
    ):
        ui.label("?")
    with element("dialog", "hk-keys", f'aria-label="{words("keys_title")}"'):
        ui.label(words("keys_title")).classes("hk-dialog-title")
        with element("dl"):
            for key, pressed in KEYS:
                with element("dt"):
                    ui.html(pressed, sanitize=False, tag="kbd")
                with element("dd"):
                    ui.label(words(key))
        with element("div", "hk-dialog-acts"), element("button", "hk-act", 'type="button"'):
            ui.label(words("dismiss"))
