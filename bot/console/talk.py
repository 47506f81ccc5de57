"""The conversation in the middle of the desk: its messages as they come, and who may do what with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape

from nicegui import ui
from nicegui.events import GenericEventArguments

from bot.console import bubbles, markup
from bot.console.acts import ActBar, Opener
from bot.console.company import KIND as COMPANY
from bot.console.company import Company
from bot.console.composer import Composer
from bot.console.screen import Screen, element
from bot.console.work.promises import record_from
from bot.desk.signals import Event
from crm_store import conversations, identities, members, messages
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import Identity
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.messages import Audience, Author, Message, MessageStatus

FIRST_PAGE = 120
"""Messages shown when a conversation is opened; earlier ones on request."""
REREAD = 15
"""The latest messages are read again each time: a customer may have edited one."""
TYPING_SECONDS = 6.0
_RECORD = """(event) => {
  const button = event.target.closest("[data-record]");
  if (button) emit(Number(button.dataset.record));
}"""


@dataclass(frozen=True)
class Party:
    """Whose conversation it is."""

    conversation: Conversation
    identity: Identity
    member: Member | None

    def name(self, screen: Screen) -> str:
        if self.member is not None:
            return markup.member_name(self.member, screen.words)
        return self.identity.display_name or screen.words("visitor", number=self.identity.id)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a look at the conversation brought. `to_answer`: the customer has spoken, or this agent may answer from now
    on, so articles are worth suggesting; `of_member`: what is known of the member may have changed."""

    to_answer: bool = False
    of_member: bool = False


def _tells_of_member(message: Message) -> bool:
    """The customer's words once they are understood, and what the bot answered: it may have done something."""
    return message.author in (Author.CUSTOMER, Author.BOT) and message.status != MessageStatus.RECEIVED


class Talk:
    """One conversation on the page. Build it, then `refresh` whenever something may have happened."""

    def __init__(
        self, screen: Screen, conversation_id: str, *, on_taken: Callable[[], Awaitable[None]], on_next: Opener
    ) -> None:
        self.screen, self.conversation_id = screen, conversation_id
        self.party: Party | None = None
        self._shown: dict[int, tuple[ui.html, str]] = {}
        self._unsettled: set[int] = set()
        self._labels: list[str] = []
        self._refreshing = asyncio.Lock()
        self._typing_until = 0.0
        self._composer: Composer | None = None
        with element("div", "hk-talk-head"):
            self._title = ui.html("", sanitize=False).classes("hk-talk-title")
            self._acts = ActBar(screen, conversation_id, on_taken=on_taken, on_next=on_next)
        self._earlier = ui.button(screen.words("earlier"), on_click=self._show_earlier).props("flat dense no-caps")
        self._earlier.classes("hk-earlier").set_visibility(False)
        props = f'role="log" aria-live="polite" tabindex="0" aria-label="{screen.words("messages")}"'
        with element("div", "hk-log", props) as self._log:
            pass
        self._log.on("click", self._record_promise, js_handler=_RECORD)
        self._typing = ui.label(screen.words("customer_types")).classes("hk-typing")
        self._typing.set_visibility(False)
        self.company = Company(screen, conversation_id)
        with element("div", "hk-composer-place") as self._composer_place:
            pass
        screen.javascript(f"hkStick('{self._log.html_id}')")

    async def refresh(self, events: list[Event]) -> Heard:
        """Show what is new; without events whatever is, otherwise what they tell of."""
        if events:
            await self.company.heard(events)
            events = [event for event in events if event.get("kind") != COMPANY]
            if not events:
                return Heard()
        if events and all(event.get("kind") == "typing" for event in events):
            self._show_typing(events, said=False)
            return Heard()
        async with self._refreshing:
            composer = self._composer
            said, of_member = await self._read()
            if self._composer is not None and self._composer is not composer:
                await self._composer.offer_phrases()
        self._show_typing(events, said=said)
        return Heard(to_answer=said or self._composer is not composer, of_member=of_member)

    async def _read(self) -> tuple[bool, bool]:
        """Whether the customer has spoken, and whether what is known of the member may have changed."""
        first = self.party is None
        async with self.screen.services.database.reading() as session:
            conversation = await conversations.get(session, self.conversation_id)
            identity = await identities.get(session, conversation.identity_id)
            member = await members.get(session, conversation.member_id) if conversation.member_id else None
            labels = await conversations.labels(session, self.conversation_id)
            newest = max(self._shown, default=0)
            floor = min([newest - REREAD + 1, *self._unsettled]) - 1
            found = await messages.history(
                session,
                self.conversation_id,
                after_seq=0 if first else max(0, floor, min(self._shown, default=1) - 1),
                audience=Audience.STAFF,
                limit=FIRST_PAGE if first else None,
                newest=first,
            )
        self.party = Party(conversation, identity, member)
        self._labels = labels
        changed = [message for message in found if self._show(message)]
        if first and found:
            self._earlier.set_visibility(found[0].seq > 1)
        self._show_state()
        await self._mark_read(conversation)
        said = any(message.seq > newest and message.author == Author.CUSTOMER for message in found)
        return said, any(map(_tells_of_member, changed))

    def _show(self, message: Message, *, at: int = -1) -> bool:
        """Put a message in its place, or bring the one that stands there up to date: never a second time. True when
        there was something to do."""
        assert self.party is not None
        content = bubbles.html(message, self.screen, self.party.name(self.screen), records=True)
        look = bubbles.classes(message)
        known = self._shown.get(message.seq)
        if known is None:
            with self._log:
                bubble = ui.html(content, sanitize=False, tag="article").classes(look)
                bubble.props(f'data-seq="{message.seq}"')
            if at >= 0:
                bubble.move(self._log, target_index=at)
        elif known[1] != look + content:
            bubble = known[0]
            bubble.set_content(content)
            bubble.classes(replace=look)
        else:
            bubble = known[0]
        self._shown[message.seq] = (bubble, look + content)
        (self._unsettled.add if message.status in bubbles.UNSETTLED else self._unsettled.discard)(message.seq)
        return known is None or known[1] != look + content

    async def _record_promise(self, event: GenericEventArguments) -> None:
        """The button of a message: what it promises is written down."""
        async with self.screen.services.database.reading() as session:
            message = await messages.get(session, int(event.args))
        if message.conversation_id == self.conversation_id:
            await record_from(self.screen, message)

    async def _show_earlier(self) -> None:
        oldest = min(self._shown, default=1)
        async with self._refreshing:
            async with self.screen.services.database.reading() as session:
                found = await messages.history(
                    session,
                    self.conversation_id,
                    after_seq=max(0, oldest - 1 - FIRST_PAGE),
                    audience=Audience.STAFF,
                    limit=min(FIRST_PAGE, oldest - 1),
                )
            for place, message in enumerate(each for each in found if each.seq < oldest):
                self._show(message, at=place)
        self._earlier.set_visibility(min(self._shown, default=1) > 1)

    def _show_state(self) -> None:
        assert self.party is not None
        conversation, words = self.party.conversation, self.screen.words
        state = words.label("conversation_state", conversation.state)
        if conversation.state == ConversationState.AGENT:
            mine = conversation.agent_id == self.screen.agent.id
            state = words("held_by_me") if mine else words("held_by", name=self.screen.name_of(conversation.agent_id))
        joined = [self.screen.name_of(each) for each in conversation.joined]
        chips = markup.chip(state, f"state-{conversation.state}")
        chips += markup.chip(markup.channel(conversation.channel, words), "plain")
        chips += markup.chip(words.label("language_name", conversation.speaks), "plain")
        chips += "".join(markup.chip(words("joined_by", name=name), "state-agent") for name in joined)
        if conversation.snoozed_until is not None and conversation.is_snoozed:
            until = format_moment(conversation.snoozed_until, words.language)
            chips += markup.chip(words("snoozed_until", when=until), "plain")
        chips += "".join(markup.chip(label, "label") for label in self._labels)
        name = escape(self.party.name(self.screen))
        self._title.set_content(f"<h2>{name}</h2><span>{chips}</span>")
        self._acts.show(conversation, self._labels)
        if self._composer is None or not self._composer.fits(conversation):
            self._composer_place.clear()
            with self._composer_place:
                self._composer = Composer(self.screen, conversation, on_writing=self.company.writes)
        self._composer.follow(conversation)

    async def _mark_read(self, conversation: Conversation) -> None:
        if conversation.agent_id == self.screen.agent.id and conversation.unread_for_agent:
            await self.screen.services.desk.mark_read(conversation.id, self.screen.agent.id)

    def _show_typing(self, events: list[Event], *, said: bool) -> None:
        if any(event.get("kind") == "typing" and event.get("author") == "customer" for event in events):
            self._typing_until = time.monotonic() + TYPING_SECONDS
            ui.timer(TYPING_SECONDS + 0.1, lambda: self._show_typing([], said=False), once=True)
        if said:
            self._typing_until = 0.0
        self._typing.set_visibility(time.monotonic() < self._typing_until)

    async def suggest(self) -> None:
        """Look for articles that answer the customer's latest words."""
        if self._composer is None:
            return
        async with self.screen.services.database.reading() as session:
            latest = await messages.history(session, self.conversation_id, limit=20, newest=True)
        asked = next((each.text for each in reversed(latest) if each.author == Author.CUSTOMER and each.text), None)
        await self._composer.suggest(asked)
