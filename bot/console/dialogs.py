"""Small questions to the agent: one choice among a few, or a few fields, and a verb."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from bot.console.screen import Screen, element


@contextmanager
def question(screen: Screen, title: str) -> Iterator[ui.dialog]:
    """A dialog with a title; its content goes into the block. What is awaited is what `submit` gives it."""
    with screen.client, ui.dialog() as dialog, element("div", "hk-dialog"):
        ui.label(title).classes("hk-dialog-title")
        yield dialog


def verbs(screen: Screen, dialog: ui.dialog, *choices: tuple[str, Callable[[], object]]) -> None:
    """The row of buttons: cancel, then each verb with what it gives; the last one is the usual one."""
    with element("div", "hk-dialog-acts"):
        ui.button(screen.words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
        for place, (verb, value) in enumerate(choices, start=1):
            look = "unelevated no-caps" if place == len(choices) else "outline no-caps"
            ui.button(verb, on_click=lambda _, value=value: dialog.submit(value())).props(look)


async def answer(dialog: ui.dialog) -> object:
    """What the agent chose; None when they thought better of it."""
    chosen = await dialog
    if not dialog.is_deleted:  # with the page, when the agent has left it
        dialog.delete()
    return chosen


async def choose[K: (int, str)](screen: Screen, title: str, name: str, options: dict[K, str], verb: str) -> K | None:
    """One choice among a few."""
    with question(screen, title) as dialog:
        choice = ui.radio(options, value=next(iter(options))).props(f'aria-label="{name}"')
        verbs(screen, dialog, (verb, lambda: choice.value))
    chosen: K | None = await answer(dialog)  # type: ignore[assignment]
    return chosen
