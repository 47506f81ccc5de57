"""The menu that keeps conversations in order: labels, priority, snoozing."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from nicegui import ui

from bot.console import dialogs
from bot.console.screen import Screen, element
from crm_store import conversations
from crm_store.clock import business_zone, now
from crm_store.conversations import LABEL_CHARACTERS, Conversation, ConversationState, Urgency
from crm_store.language import format_moment

EVENING_HOUR, MORNING_HOUR = 18, 9


class OrderMenu:
    """The last button above a conversation."""

    def __init__(self, screen: Screen, conversation_id: str) -> None:
        self.screen, self.conversation_id = screen, conversation_id
        self._labels: list[str] = []
        words = screen.words
        self._button = ui.button(icon="more_horiz").props(f'outline no-caps aria-label="{words("more")}"')
        with self._button, ui.menu().props("auto-close") as self._menu:
            self._snooze = ui.menu_item(words("snooze"), on_click=self._ask_snooze)
            self._wake = ui.menu_item(words("wake"), on_click=self._do_wake)
            self._priority = ui.menu_item(words("priority"), on_click=self._ask_priority)
            ui.menu_item(words("labels"), on_click=self._ask_labels)
        self._urgency = Urgency.NORMAL

    def show(self, conversation: Conversation, labels: list[str], *, mine: bool) -> None:
        """Offer what this agent may do now."""
        self._labels = labels
        self._urgency = Urgency(max(Urgency.NORMAL, min(Urgency.CRITICAL, conversation.urgency)))
        self._snooze.set_visibility(mine and not conversation.is_snoozed)
        self._wake.set_visibility(mine and conversation.is_snoozed)
        with_people = conversation.state in (ConversationState.QUEUE, ConversationState.AGENT)
        self._priority.set_visibility(with_people)

    async def _do(self, deed: Callable[[], Awaitable[object]]) -> bool:
        return await self.screen.act(deed)

    async def _do_wake(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(lambda: desk.wake(self.conversation_id, agent_id))

    async def _ask_snooze(self) -> None:
        """Until when; the customer's next words end it in any case."""
        words, desk, agent_id = self.screen.words, self.screen.services.desk, self.screen.agent.id
        moments = {moment.isoformat(): format_moment(moment, words.language) for moment in snooze_times(now())}
        chosen = await dialogs.choose(self.screen, words("snooze_title"), words("snooze"), moments, words("snooze"))
        if chosen is not None:
            until = datetime.fromisoformat(chosen)
            await self._do(lambda: desk.snooze(self.conversation_id, agent_id, until=until))

    async def _ask_priority(self) -> None:
        words, desk, agent_id = self.screen.words, self.screen.services.desk, self.screen.agent.id
        levels = {int(each): words.label("urgency", str(int(each))) for each in reversed(Urgency)}
        with dialogs.question(self.screen, words("priority")) as dialog:
            choice = ui.radio(levels, value=int(self._urgency)).props(f'aria-label="{words("priority")}"')
            dialogs.verbs(self.screen, dialog, (words("save"), lambda: choice.value))
        chosen = await dialogs.answer(dialog)
        if isinstance(chosen, int):
            await self._do(lambda: desk.set_urgency(self.conversation_id, agent_id, Urgency(chosen)))

    async def _ask_labels(self) -> None:
        """Labels it has, each to be taken off; a field for another, with those the staff uses already."""
        words = self.screen.words
        async with self.screen.services.database.reading() as session:
            known = await conversations.known_labels(session)
        with dialogs.question(self.screen, words("labels")) as dialog:
            with element("div", "hk-labels") as place:
                self._draw_labels(place)
            field = ui.input(words("label_new"), autocomplete=known).props(
                f"outlined dense maxlength={LABEL_CHARACTERS}"
            )
            add = partial(self._add_label, field, place)
            field.on("keydown.enter", add)
            with element("div", "hk-dialog-acts"):
                ui.button(words("label_add"), on_click=add).props("outline no-caps")
                ui.button(words("done"), on_click=lambda: dialog.submit(None)).props("unelevated no-caps")
        await dialogs.answer(dialog)

    def _draw_labels(self, place: ui.element) -> None:
        words = self.screen.words
        place.clear()
        with place:
            for name in self._labels:
                with element("button", "hk-label", 'type="button"') as button:
                    ui.label(f"{name} ✕")
                button.props["aria-label"] = words("label_remove", name=name)
                button.on("click", partial(self._remove_label, name, place))
            if not self._labels:
                ui.label(words("none")).classes("hk-none")

    async def _add_label(self, field: ui.input, place: ui.element) -> None:
        desk, agent_id, name = self.screen.services.desk, self.screen.agent.id, str(field.value or "")

        async def deed() -> None:
            self._labels = await desk.add_label(self.conversation_id, agent_id, name)

        if await self._do(deed):
            field.set_value("")
            self._draw_labels(place)

    async def _remove_label(self, name: str, place: ui.element) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id

        async def deed() -> None:
            self._labels = await desk.remove_label(self.conversation_id, agent_id, name)

        if await self._do(deed):
            self._draw_labels(place)


def snooze_times(at: datetime) -> list[datetime]:
    """In an hour, in three, this evening, tomorrow morning, in a week; at the shop, in order, each once."""
    local = at.astimezone(business_zone())
    evening = local.replace(hour=EVENING_HOUR, minute=0, second=0, microsecond=0)
    morning = (local + timedelta(days=1)).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    times = {at + timedelta(hours=1), at + timedelta(hours=3), morning, morning + timedelta(days=6)}
    if evening > local + timedelta(hours=1):
        times.add(evening)
    return sorted(times)
