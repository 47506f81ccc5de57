"""Asking an agent for what an act needs, in a dialog that says beside each field what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from nicegui import ui

from bot.console.screen import Screen, element
from crm_store.clock import FIRST_YEAR, LAST_YEAR, business_zone

TEXT_CHARACTERS = 2000
_MONEY = 100


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to fill in. `kind`: text (several lines), line, choice (a few, all seen), pick (many), number (whole,
    from 1), money (in the currency's unit; given back in minor units), moment (a day and time at the shop), yes (has to
    be ticked). `when`: shown and needed only while another field has that value."""

    name: str
    label: str
    kind: Literal["text", "line", "choice", "pick", "number", "money", "moment", "yes"] = "text"
    value: Any = None
    options: Mapping[Any, str] = field(default_factory=dict)
    required: bool = True
    hint: str = ""
    when: tuple[str, Any] | None = None


async def ask(
    screen: Screen,
    title: str,
    fields: Sequence[Field],
    verb: str,
    *,
    lead: str = "",
    check: Callable[[dict[str, Any]], str | None] = lambda _values: None,
) -> dict[str, Any] | None:
    """What was filled in, by name; None when the agent thought better of it. `check`: what is wrong with the whole,
    as a sentence."""
    with screen.client, ui.dialog() as dialog, element("div", "hk-dialog"):
        ui.label(title).classes("hk-dialog-title")
        if lead:
            ui.label(lead).classes("hk-dim")
        inputs = {each.name: _input(each) for each in fields}
        for each in fields:
            if each.when is not None:
                other, value = each.when
                inputs[each.name].bind_visibility_from(inputs[other], "value", value=value)
        wrong = ui.label("").classes("hk-dialog-wrong").props('role="alert"')
        wrong.set_visibility(False)

        def submit() -> None:
            values, problem = _read(screen, fields, inputs)
            problem = problem or check(values)
            wrong.set_text(problem or "")
            wrong.set_visibility(bool(problem))
            if problem is None:
                dialog.submit(values)

        with element("div", "hk-dialog-acts"):
            ui.button(screen.words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
            ui.button(verb, on_click=submit).props("unelevated no-caps")
    values: dict[str, Any] | None = await dialog
    if not dialog.is_deleted:  # with the page, when the agent has left it
        dialog.delete()
    return values


def _input(each: Field) -> Any:
    hint = f' hint="{each.hint}"' if each.hint else ""
    match each.kind:
        case "text":
            return ui.textarea(each.label, value=each.value or "").props(
                f'outlined autogrow maxlength="{TEXT_CHARACTERS}"{hint}'
            )
        case "choice":
            with element("fieldset", "hk-dialog-choice") as group:
                with element("legend"):
                    ui.label(each.label)
                ui.radio(dict(each.options), value=each.value).props(f'inline aria-label="{each.label}"')
            return group.default_slot.children[-1]
        case "pick":
            return ui.select(dict(each.options), label=each.label, value=each.value).props("outlined options-dense")
        case "number" | "money":
            step = "1" if each.kind == "number" else "0.01"
            return ui.input(each.label, value=each.value).props(
                f'outlined type="number" inputmode="decimal" min="0" step="{step}"{hint}'
            )
        case "moment":
            local = each.value.astimezone(business_zone()).strftime("%Y-%m-%dT%H:%M") if each.value else ""
            return ui.input(each.label, value=local).props(f'outlined type="datetime-local" stack-label{hint}')
        case "yes":
            return ui.checkbox(each.label, value=bool(each.value))
    return ui.input(each.label, value=each.value or "").props(f'outlined maxlength="200"{hint}')


def _read(screen: Screen, fields: Sequence[Field], inputs: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    values: dict[str, Any] = {}
    for each in fields:
        if each.when is not None and inputs[each.when[0]].value != each.when[1]:
            continue
        try:
            value = _value(each, inputs[each.name].value)
        except ValueError:
            return values, screen.words.work("field_wrong", field=each.label)
        if each.required and value in (None, "", False):
            return values, screen.words.work("field_missing", field=each.label)
        values[each.name] = value
    return values, None


def _value(each: Field, given: Any) -> Any:
    """Raises ValueError for what is no number, no amount or no moment."""
    if isinstance(given, str):
        given = given.strip()
    if given in (None, ""):
        return None if each.kind not in ("text", "line") else ""
    match each.kind:
        case "number" | "money":
            amount = float(given)
            minor = round(amount * (_MONEY if each.kind == "money" else 1))
            if minor <= 0 or abs(minor - amount * (_MONEY if each.kind == "money" else 1)) > 1e-6:
                raise ValueError(given)
            return minor
        case "moment":
            told = datetime.fromisoformat(given).replace(tzinfo=business_zone())
            if not FIRST_YEAR <= told.year <= LAST_YEAR:
                raise ValueError(given)
            return told
    return given
