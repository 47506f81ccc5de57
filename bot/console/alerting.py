"""What an agent is told of at once, on whatever page: toast, sound and, if wished, the desktop's own notification."""

import json

from nicegui import background_tasks, ui

from bot.console.screen import Screen, element
from bot.desk import alerts
from bot.desk.alerts import ALERTS, AlertKind
from bot.desk.signals import Event

SWITCHES = ("sound", "desktop")


def build(screen: Screen) -> None:
    """The bell in the header, with its switches, which belong to the browser; and the ear behind it."""
    words = screen.words
    with element("details", "hk-bell"):
        with element("summary", "", f'aria-label="{words("alerts")}"'):
            ui.icon("notifications").props('aria-hidden="true"')
        with element("div", "hk-bell-menu"):
            for switch in SWITCHES:
                with element("label"):
                    ui.element("input").props(f'type="checkbox" data-alert="{switch}"')
                    ui.label(words(f"alerts_{switch}"))
            ui.label(words("alerts_refused")).classes("hk-bell-refused")
    screen.javascript("hkBell()")
    listening = background_tasks.create(_listen(screen), name="console alerts")

    def stop() -> None:
        listening.cancel()

    screen.on_left(stop)


async def _listen(screen: Screen) -> None:
    async with screen.services.signals.subscribe(ALERTS) as events:
        async for event in events:
            if screen.client.is_deleted:
                return
            if _concerns(screen, event):
                screen.javascript(f"hkAlert({json.dumps(told(screen, event))})")


def _concerns(screen: Screen, event: Event) -> bool:
    """A new customer in line is nothing for an agent who is away; what is addressed to them is."""
    if event.get("kind") != "alert" or not alerts.is_for(event, screen.agent.id, is_lead=screen.is_lead):
        return False
    return screen.is_there or event.get("what") != AlertKind.NEW_CASE


def told(screen: Screen, event: Event) -> dict[str, str]:
    """What the browser shows: title, a line below it, and where it leads."""
    words, conversation = screen.words, str(event["conversation"])
    reason = words.label("queue_reason", str(event.get("reason") or ""))
    by = screen.name_of(event["by"]) if event.get("by") else ""
    return {
        "key": f"{event['what']}:{conversation}",
        "title": words(f"alert_{event['what']}"),
        "text": by or reason,
        "conversation": conversation,
        "open": words("alert_open"),
        "dismiss": words("dismiss"),
    }
