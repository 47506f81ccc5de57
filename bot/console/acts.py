"""What an agent may do with a conversation: take over, join, transfer, hand back, close, reopen; only what is permitted
is shown. What keeps conversations in order stands in `ordering`."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.console import dialogs
from bot.console.ordering import OrderMenu
from bot.console.screen import Screen, element
from bot.console.work.closing import settle_open
from crm_store import availability, queue
from crm_store.availability import Colleague
from crm_store.conversations import MERGED, Conversation, ConversationState

OUTCOMES = ("resolved", "unresolved", "follow_up", "no_answer", "spam")
TO_QUEUE = 0

Opener = Callable[[str], Awaitable[None]]


class ActBar:
    """The buttons above a conversation. `on_taken` is called after this agent took it here, `on_next` with the
    conversation to go on with after closing one."""

    def __init__(
        self, screen: Screen, conversation_id: str, *, on_taken: Callable[[], Awaitable[None]], on_next: Opener
    ) -> None:
        self.screen, self.conversation_id = screen, conversation_id
        self._on_taken, self._on_next = on_taken, on_next
        self._holder: int | None = None
        words = screen.words
        with element("div", "hk-acts", f'role="toolbar" aria-label="{words("acts")}"'):
            self._take = ui.button(words("take"), on_click=self._do_take).props("unelevated no-caps")
            self._take.classes("hk-act-take")
            self._take_over = ui.button(words("take_over"), on_click=self._do_take_over).props("outline no-caps")
            self._join = ui.button(words("join"), on_click=self._do_join).props("outline no-caps")
            self._leave = ui.button(words("leave_conversation"), on_click=self._do_leave).props("outline no-caps")
            self._transfer = ui.button(words("transfer"), on_click=self._ask_transfer).props("outline no-caps")
            self._hand_back = ui.button(words("hand_back"), on_click=self._do_hand_back).props("outline no-caps")
            self._close = ui.button(words("close"), on_click=self._ask_close).props("outline no-caps")
            self._close.classes("hk-act-close")
            self._reopen = ui.button(words("reopen"), on_click=self._do_reopen).props("unelevated no-caps")
            self._order = OrderMenu(screen, conversation_id)

    def show(self, conversation: Conversation, labels: list[str]) -> None:
        """Offer what this agent may do now."""
        me, is_lead = self.screen.agent.id, self.screen.is_lead
        held = conversation.state == ConversationState.AGENT
        mine = held and conversation.agent_id == me
        joined = held and me in conversation.joined
        self._holder = conversation.agent_id if held else None
        self._take.set_visibility(conversation.state in (ConversationState.BOT, ConversationState.QUEUE))
        self._take_over.set_visibility(held and not mine and is_lead)
        self._join.set_visibility(held and not mine and not joined and is_lead)
        self._leave.set_visibility(joined)
        self._transfer.set_visibility(mine or (held and is_lead))
        self._hand_back.set_visibility(mine)
        self._close.set_visibility(mine)
        is_over = conversation.state == ConversationState.CLOSED and conversation.outcome != MERGED
        self._reopen.set_visibility(is_over)
        self._order.show(conversation, labels, mine=mine)

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

    async def _do_take_over(self) -> None:
        desk, me = self.screen.services.desk, self.screen.agent.id
        if await self._do(self._take_over, lambda: desk.reassign(self.conversation_id, me, to_agent_id=me)):
            await self._on_taken()

    async def _do_join(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        if await self._do(self._join, lambda: desk.join(self.conversation_id, agent_id)):
            self.screen.javascript("hkFocusComposer()")

    async def _do_leave(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(self._leave, lambda: desk.leave(self.conversation_id, agent_id))

    async def _do_hand_back(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        await self._do(self._hand_back, lambda: desk.hand_back(self.conversation_id, agent_id))

    async def _do_reopen(self) -> None:
        desk, agent_id = self.screen.services.desk, self.screen.agent.id
        if await self._do(self._reopen, lambda: desk.reopen(self.conversation_id, agent_id)):
            await self._on_taken()

    async def _ask_transfer(self) -> None:
        """To whom: who is there stands on top, with what they have in hand. What a colleague holds, only a supervisor
        may pass on."""
        words, me = self.screen.words, self.screen.agent.id
        async with self.screen.services.database.reading() as session:
            there = await availability.roster(session)
        colleagues = {each.agent.id: self._told(each) for each in there if each.agent.id not in (me, self._holder)}
        targets = {TO_QUEUE: words("transfer_to_queue"), **colleagues}
        title = words("transfer_title")
        chosen = await dialogs.choose(self.screen, title, words("transfer_to"), targets, words("transfer"))
        if chosen is None:
            return
        to, desk = int(chosen) or None, self.screen.services.desk
        pass_on = desk.transfer if self._holder == me else desk.reassign
        await self._do(self._transfer, lambda: pass_on(self.conversation_id, me, to_agent_id=to))

    def _told(self, colleague: Colleague) -> str:
        words = self.screen.words
        state = words.label("agent_presence", colleague.presence)
        return words("colleague_there", name=colleague.agent.name, state=state, count=colleague.in_hand)

    async def _ask_close(self) -> None:
        """How it ended, and whether to go on with the next customer at once."""
        words, services, agent_id = self.screen.words, self.screen.services, self.screen.agent.id
        if not await settle_open(self.screen, self.conversation_id):
            return
        outcomes = {outcome: words.label("conversation_outcome", outcome) for outcome in OUTCOMES}
        with dialogs.question(self.screen, words("close_title")) as dialog:
            choice = ui.radio(outcomes, value=OUTCOMES[0]).props(f'aria-label="{words("close_outcome")}"')
            dialogs.verbs(
                self.screen,
                dialog,
                (words("close_and_next"), lambda: (choice.value, True)),
                (words("close"), lambda: (choice.value, False)),
            )
        match await dialogs.answer(dialog):
            case (str(outcome), bool(go_on)):
                close = services.desk.close
                done = await self._do(self._close, lambda: close(self.conversation_id, agent_id, outcome=outcome))
                if done and go_on:
                    await self._next()

    async def _next(self) -> None:
        """The agent's own customer who has waited longest, else the head of the queue, who is taken."""
        services, agent_id = self.screen.services, self.screen.agent.id
        async with services.database.reading() as session:
            following = await queue.next_for(session, agent_id)
        if following is None:
            self.screen.tell(self.screen.words("nobody_waits"))
        elif await self.screen.act(lambda: services.desk.take(following, agent_id)):
            await self._on_next(following)
