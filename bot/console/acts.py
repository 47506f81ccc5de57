"""What an agent may do with a conversation: take over, transfer, hand back, close; only what is permitted is shown."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.console.screen import Screen, element
from bot.console.work.closing import settle_open
from crm_store.conversations import Conversation, ConversationState

OUTCOMES = ("resolved", "unresolved", "follow_up", "no_answer", "spam")
TO_QUEUE = 0


class ActBar:
    """The buttons above a conversation. `on_taken` is called after this agent took it here."""

    def __init__(self, screen: Screen, conversation_id: str, *, on_taken: Callable[[], Awaitable[None]]) -> None:
        self.screen, self.conversation_id, self._on_taken = screen, conversation_id, on_taken
        words = screen.words
        with element("div", "hk-acts", f'role="toolbar" aria-label="{words("acts")}"'):
            self._take = ui.button(words("take"), on_click=self._do_take).props("unelevated no-caps")
            self._transfer = ui.button(words("transfer"), on_click=self._ask_transfer).props("outline no-caps")
            self._hand_back = ui.button(words("hand_back"), on_click=self._do_hand_back).props("outline no-caps")
            self._close = ui.button(words("close"), on_click=self._ask_close).props("outline no-caps")

    def show(self, conversation: Conversation) -> None:
        """Offer what this agent may do now."""
        mine = conversation.state == ConversationState.AGENT and conversation.agent_id == self.screen.agent.id
        self._take.set_visibility(conversation.state in (ConversationState.BOT, ConversationState.QUEUE))
        for button in (self._transfer, self._hand_back, self._close):
            button.set_visibility(mine)

    async def _do(self, button: ui.button, deed: Callable[[], Awaitable[object]]) -> bool:
        """One act at a time: the button rests until the answer is there."""
        button.disable()
        try:
            return await self.screen.act(deed)
        finally:
            button.enable()

    async def _do_take(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        if await self._do(self._take, lambda: desk.take(self.conversation_id, agent_id)):
            await self._on_taken()

    async def _do_hand_back(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(self._hand_back, lambda: desk.hand_back(self.conversation_id, agent_id))

    async def _ask_transfer(self) -> None:
        words = self.screen.words
        targets = {TO_QUEUE: words("transfer_to_queue"), **self.screen.colleagues()}
        chosen = await self._choose(words("transfer_title"), words("transfer_to"), targets, words("transfer"))
        if chosen is None:
            return
        to_agent_id = int(chosen) or None
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(self._transfer, lambda: desk.transfer(self.conversation_id, agent_id, to_agent_id=to_agent_id))

    async def _ask_close(self) -> None:
        words = self.screen.words
        if not await settle_open(self.screen, self.conversation_id):
            return
        outcomes = {outcome: words.label("conversation_outcome", outcome) for outcome in OUTCOMES}
        outcome = await self._choose(words("close_title"), words("close_outcome"), outcomes, words("close"))
        if outcome is None:
            return
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(self._close, lambda: desk.close(self.conversation_id, agent_id, outcome=str(outcome)))

    async def _choose[K: (int, str)](self, title: str, name: str, options: dict[K, str], verb: str) -> K | None:
        """One choice among a few; None when the agent thought better of it."""
        with self.screen.client, ui.dialog() as dialog, element("div", "hk-dialog"):
            ui.label(title).classes("hk-dialog-title")
            choice = ui.radio(options, value=next(iter(options))).props(f'aria-label="{name}"')
            with element("div", "hk-dialog-acts"):
                ui.button(self.screen.words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button(verb, on_click=lambda: dialog.submit(choice.value)).props("unelevated no-caps")
        chosen: K | None = await dialog
        if not dialog.is_deleted:  # with the page, when the agent has left it
            dialog.delete()
        return chosen
