"""A dialog that asks an agent for a few things and stays open until they are done or called off."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from types import TracebackType
from typing import Any
from uuid import uuid4

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from bot.console.member_refusals import FormIncomplete
from bot.console.screen import Screen
from crm_store.clock import LAST_YEAR, business_zone, now

TEXT_LIMIT_CHARACTERS = 1000


class Form:
    """Fields are made inside its `with` block; then `run` asks. `key` is the idempotency key of what will be done: a
    second press of the button does it once."""

    def __init__(self, screen: Screen, title: str, verb: str) -> None:
        self.key = f"console:{uuid4().hex}"
        self._screen = screen
        self._deed: Callable[[], Awaitable[object]] | None = None
        with screen.client, ui.dialog() as self._dialog, ui.element("div").classes("hk-dialog hk-form") as box:
            box.props(f'role="dialog" aria-label="{title}"')
            ui.label(title).classes("hk-dialog-title")
            self._fields = ui.element("div").classes("hk-fields")
            with ui.element("div").classes("hk-dialog-acts"):
                ui.button(screen.words("cancel"), on_click=lambda: self._dialog.submit(False)).props("flat no-caps")
                self._button = ui.button(verb, on_click=self._submit).props("unelevated no-caps")

    def __enter__(self) -> "Form":
        self._fields.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fields.__exit__(kind, error, trace)

    async def run(self, deed: Callable[[], Awaitable[object]]) -> bool:
        """Ask; whether `deed` was done. What it refuses is told, and the form stays as it is."""
        self._deed = deed
        done = await self._dialog
        if not self._dialog.is_deleted:  # with the page, when the agent has left it
            self._dialog.delete()
        return bool(done)

    async def _submit(self) -> None:
        assert self._deed is not None
        self._button.disable()
        try:
            done = await self._screen.act(self._deed)
        finally:
            self._button.enable()
        if done:
            self._dialog.submit(True)

    # Fields

    def text(self, name: str, value: str = "", *, limit: int = TEXT_LIMIT_CHARACTERS, hint: str = "") -> ui.input:
        return ui.input(name, value=value, placeholder=hint).props(f'outlined dense maxlength="{limit}"')

    def words(self, name: str) -> ui.textarea:
        field = ui.textarea(name).props(f'outlined dense autogrow maxlength="{TEXT_LIMIT_CHARACTERS}"')
        return field.classes("hk-words")

    def choice[K: (int, str)](self, name: str, options: dict[K, str], value: K | None = None) -> ui.select:
        return ui.select(options, label=name, value=value).props("outlined dense options-dense")

    def amount(
        self, name: str, value: float | None = None, *, least: float | None = 1, most: float | None = None
    ) -> ui.number:
        return ui.number(name, value=value, min=least, max=most).props('outlined dense inputmode="decimal"')

    def day(self, name: str, value: date | None = None) -> ui.input:
        field = ui.input(name, value=value.isoformat() if value else "")
        return field.props('outlined dense type="date" stack-label')

    def moment(self, name: str, value: datetime) -> ui.input:
        """`value` is shown, and read, at the shop's time."""
        local = value.astimezone(business_zone())
        return ui.input(name, value=f"{local:%Y-%m-%dT%H:%M}").props('outlined dense type="datetime-local" stack-label')

    def note(self, text: str) -> ui.label:
        return ui.label(text).classes("hk-dim")


def moment_of(field: ValueElement[Any]) -> datetime:
    """What stands in a `moment` field. Raises FormIncomplete: no_moment, past_moment."""
    try:
        told = datetime.fromisoformat(str(field.value)).replace(tzinfo=business_zone())
    except ValueError:
        raise FormIncomplete("moment") from None
    if told <= now():
        raise FormIncomplete("future")
    if told.year > LAST_YEAR:
        raise FormIncomplete("moment")
    return told


def day_of(field: ValueElement[Any]) -> date | None:
    """What stands in a `day` field; None for nothing. Raises FormIncomplete."""
    if not field.value:
        return None
    try:
        return date.fromisoformat(str(field.value))
    except ValueError:
        raise FormIncomplete("day") from None


def text_of(field: ValueElement[Any]) -> str:
    """Words that must be there. Raises FormIncomplete."""
    text = str(field.value or "").strip()
    if not text:
        raise FormIncomplete("words")
    return text


def whole_of(field: ValueElement[Any]) -> int:
    """A whole number. Raises FormIncomplete."""
    if field.value is None or float(field.value) != int(field.value):
        raise FormIncomplete("whole")
    return int(field.value)


def minor_of(field: ValueElement[Any]) -> int:
    """Money as minor units; below one hundredth nothing is counted. Raises FormIncomplete."""
    if field.value is None:
        raise FormIncomplete("money")
    return round(float(field.value) * 100)
