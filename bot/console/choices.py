"""A plain drop-down, as browsers and phones know it."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape

from nicegui import events, ui

from bot.console.screen import element

Chosen = Callable[[str], Awaitable[None]]


def drop_down(name: str, options: Mapping[str, str], *, value: str, then: Chosen, classes: str = "") -> ui.element:
    """`options`: what each value is called. `then` is given what was chosen."""
    with element("select", f"hk-choice {classes}") as choice:
        choice.props["aria-label"] = choice.props["title"] = name
        for key, told in options.items():
            option = ui.html(escape(told), sanitize=False, tag="option")
            option.props["value"] = key
            if key == value:
                option.props["selected"] = True

    async def changed(event: events.GenericEventArguments) -> None:
        await then(str(event.args))

    choice.on("change", changed, js_handler="(e) => emit(e.target.value)")
    return choice
