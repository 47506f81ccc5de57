"""The conversation in the middle of the desk: its messages as they come, and who may do what with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape

from nicegui import ui

from bot.console import links, markup
from bot.console.acts import ActBar, Opener
from bot.console.company import KIND as COMPANY
from bot.console.company import Company
from bot.console.composer import Composer
from bot.console.history import History
from bot.console.screen import Screen, element
from bot.desk.signals import Event, conversation_topic
from crm_store import conversations, identities, members, messages
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import Identity
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.messages import Author, Message, MessageStatus

TYPING_SECONDS = 6.0


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
    on, so articles are worth suggesting; `of_member`: what is known of the member may have changed; `of_lines`: other
    conversations are to be followed from now on."""

    to_answer: bool = False
    of_member: bool = False
    of_lines: bool = False


def _tells_of_member(message: Message) -> bool:
    """The customer's words once they are understood, and what the bot answered: it may have done something."""
    return message.author in (Author.CUSTOMER, Author.BOT) and message.status != MessageStatus.RECEIVED


def _holder(conversation: Conversation) -> tuple[str, int | None]:
    """What decides who may do what beside the conversation, such as merging the member's others into it."""
    return conversation.state, conversation.agent_id


class Talk:
    """One conversation on the page. Build it, then `refresh` whenever something may have happened."""

    def __init__(
        self, screen: Screen, conversation_id: str, *, on_taken: Callable[[], Awaitable[None]], on_next: Opener
    ) -> None:
        self.screen, self.conversation_id = screen, conversation_id
        self.party: Party | None = None
        self.lines: Sequence[Conversation] = ()
        self._labels: list[str] = []
        self._refreshing = asyncio.Lock()
        self._typing_until = 0.0
        self._composer: Composer | None = None
        with element("div", "hk-talk-head"):
            self._title = ui.html("", sanitize=False).classes("hk-talk-title")
            self._acts = ActBar(screen, conversation_id, on_taken=on_taken, on_next=on_next)
        self._merged = ui.html("", sanitize=False).classes("hk-merged").props('role="note"')
        self._merged.set_visibility(False)
        self._history = History(screen)
        self._history.when_earlier(self._show_earlier)
        self._typing = ui.label(screen.words("customer_types")).classes("hk-typing")
        self._typing.set_visibility(False)
        self.company = Company(screen, conversation_id)
        with element("div", "hk-composer-place") as self._composer_place:
            pass
        screen.javascript(f"hkStick('{self._history.html_id}')")

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
            composer, followed = self._composer, self.topics
            said, of_member = await self._read()
            if self._composer is not None and self._composer is not composer:
                await self._composer.offer_phrases()
        self._show_typing(events, said=said)
        return Heard(said or self._composer is not composer, of_member, of_lines=self.topics != followed)

    @property
    def topics(self) -> list[str]:
        """Where it is told of what happens here: of the conversation and of those that were merged into it."""
        ids = {self.conversation_id, *(line.id for line in self.lines)}
        return [*map(conversation_topic, sorted(ids)), self.company.topic]

    async def _read(self) -> tuple[bool, bool]:
        """Whether the customer has spoken, and whether what is known of the member may have changed."""
        async with self.screen.services.database.reading() as session:
            self.lines = await conversations.lines(session, self.conversation_id)
            [conversation] = [line for line in self.lines if line.id == self.conversation_id]
            identity = await identities.get(session, conversation.identity_id)
            member = await members.get(session, conversation.member_id) if conversation.member_id else None
            self._labels = await conversations.labels(session, self.conversation_id)
            found = await self._history.read(session, self.lines)
        before, self.party = self.party, Party(conversation, identity, member)
        said = any(each.author == Author.CUSTOMER and not self._history.has_read(each) for each in found)
        changed = self._history.show(found, self.party.name(self.screen))
        self._show_state()
        await self._mark_read(conversation)
        passed_on = before is not None and _holder(before.conversation) != _holder(conversation)
        return said, passed_on or any(map(_tells_of_member, changed))

    async def _show_earlier(self) -> None:
        async with self._refreshing, self.screen.services.database.reading() as session:
            await self._history.show_earlier(session)

    @property
    def _written_in(self) -> Conversation:
        """The line in which the customer is answered."""
        assert self.party is not None
        conversation = self.party.conversation
        wanted = conversation.written_in_id or conversation.id
        return next((line for line in self.lines if line.id == wanted), conversation)

    def _show_state(self) -> None:
        assert self.party is not None
        conversation, words = self.party.conversation, self.screen.words
        state = words.label("conversation_state", conversation.state)
        if conversation.state == ConversationState.AGENT:
            mine = conversation.agent_id == self.screen.agent.id
            state = words("held_by_me") if mine else words("held_by", name=self.screen.name_of(conversation.agent_id))
        joined = [self.screen.name_of(each) for each in conversation.joined]
        chips = markup.chip(state, f"state-{conversation.state}")
        channels = dict.fromkeys(line.channel for line in (conversation, *self.lines))
        chips += "".join(markup.chip(markup.channel(each, words), "plain") for each in channels)
        chips += markup.chip(words.label("language_name", conversation.speaks), "plain")
        chips += "".join(markup.chip(words("joined_by", name=name), "state-agent") for name in joined)
        if conversation.snoozed_until is not None and conversation.is_snoozed:
            until = format_moment(conversation.snoozed_until, words.language)
            chips += markup.chip(words("snoozed_until", when=until), "plain")
        if conversation.archived_at is not None:
            chips += markup.chip(words("archived"), "plain")
        chips += "".join(markup.chip(label, "label") for label in self._labels)
        name = escape(self.party.name(self.screen))
        self._title.set_content(f"<h2>{name}</h2><span>{chips}</span>")
        self._show_merged(conversation)
        self._acts.show(conversation, self._labels)
        if self._composer is None or not self._composer.fits(conversation):
            self._composer_place.clear()
            with self._composer_place:
                self._composer = Composer(self.screen, conversation, on_writing=self.company.writes)
        self._composer.follow(conversation, line=self._written_in, has_lines=len(self.lines) > 1)

    def _show_merged(self, conversation: Conversation) -> None:
        """In a conversation that was merged: the way to the one that is gone on with."""
        into = conversation.merged_into_id
        if into is not None:
            told, go = escape(self.screen.words("merged_here")), escape(self.screen.words("merged_open"))
            self._merged.set_content(f'{told} <a href="{links.conversation(into)}">{go}</a>')
        self._merged.set_visibility(into is not None)

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
        if self._composer is None or self.party is None:
            return
        async with self.screen.services.database.reading() as session:
            latest = await messages.history(session, self._written_in.id, limit=20, newest=True)
        asked = next((each.text for each in reversed(latest) if each.author == Author.CUSTOMER and each.text), None)
        await self._composer.suggest(asked)
