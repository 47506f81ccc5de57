"""Where an agent writes: to the customer or for the staff, with standard sentences and articles at hand."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from html import escape

import structlog
from nicegui import events, ui

from bot.attachments import FILE_LIMIT_BYTES, MEBIBYTE, described
from bot.console import markup
from bot.console.screen import Screen, element
from bot.desk.phrases import facts
from crm_store import conversations, phrases
from crm_store.conversations import Conversation, ConversationState
from crm_store.messages import TEXT_LIMIT_CHARACTERS
from crm_store.text import clean

ARTICLES = 3
KEY_CHARACTERS = 60

log = structlog.get_logger(__name__)


class Composer:
    """The text field under a conversation. It belongs to that one conversation: words written for one customer can
    never reach another. What is written is a reply or a note by what the field itself says at that moment."""

    def __init__(
        self,
        screen: Screen,
        conversation: Conversation,
        *,
        on_writing: Callable[[], Awaitable[None]],
    ) -> None:
        self.screen, self.conversation_id, self._line_id = screen, conversation.id, conversation.id
        self._on_writing = on_writing
        self._speaks = conversation.speaks
        self._files_to = FILE_LIMIT_BYTES.get(conversation.channel, 0)
        self.may_reply = self._mine(conversation)
        self._hint: ui.label | None = None
        self._goes_to: ui.label | None = None
        mode = "reply" if self.may_reply else "note"
        with element("div", "hk-composer", f'data-mode="{mode}"') as self._box:
            self._build_tools()
            self._build_field(mode)

    def fits(self, conversation: Conversation) -> bool:
        """Whether this composer is still the right one."""
        return self.may_reply == self._mine(conversation)

    def follow(self, conversation: Conversation, *, line: Conversation, has_lines: bool) -> None:
        """The customer may have changed the language, or the channel of a merged conversation (`line`); and why there
        is no replying may be another reason now."""
        self._speaks, self._line_id = conversation.speaks, line.id
        self._files_to = FILE_LIMIT_BYTES.get(line.channel, 0)
        if self._goes_to is not None:
            channel = markup.channel(line.channel, self.screen.words)
            self._goes_to.set_text(self.screen.words("reply_goes_to", channel=channel))
            self._goes_to.set_visibility(has_lines)
        if self._hint is not None:
            self._hint.set_text(self._why_no_reply(conversation))

    def _why_no_reply(self, conversation: Conversation) -> str:
        words = self.screen.words
        if conversation.state == ConversationState.CLOSED:
            return words("closed_to_reply")
        if conversation.state == ConversationState.MERGED:
            return words("merged_to_reply")
        if conversation.state == ConversationState.AGENT:
            return words("colleague_replies", name=self.screen.name_of(conversation.agent_id))
        return words("take_to_reply")

    def _mine(self, conversation: Conversation) -> bool:
        """Whether this agent may speak: who holds it, or has joined."""
        speaking = (conversation.agent_id, *conversation.joined)
        return conversation.state == ConversationState.AGENT and self.screen.agent.id in speaking

    def _build_tools(self) -> None:
        words = self.screen.words
        with element("div", "hk-tools"):
            if self.may_reply:
                for mode in ("reply", "note"):
                    with element("button", f"hk-mode {mode}", f'type="button" data-to="{mode}"') as button:
                        ui.label(words(f"mode_{mode}"))
                    button.on("click", js_handler=f"() => hkMode('{self._box.html_id}', '{mode}')")
                opener = (
                    ui.button(words("canned"), icon="bolt").props("flat dense no-caps").classes("hk-phrases-button")
                )
                opener.on("click", js_handler=f"() => hkOpenPhrases('{self._box.html_id}')")
                self._build_attach()
                self._goes_to = ui.label().classes("hk-hint hk-goes-to").props('role="status"')
                self._goes_to.set_visibility(False)
            else:
                self._hint = ui.label().classes("hk-hint")
            self._articles = ui.element("div").classes("hk-articles")

    def _build_attach(self) -> None:
        """A button that sends a file at once, or says why this customer can be sent none."""
        words = self.screen.words
        button = ui.button(icon="attach_file").props("flat dense no-caps").classes("hk-attach")
        if not self._files_to:
            # In the reader's ear at once; for the eye when it is pressed.
            button.props["aria-label"] = words("attach_none")
            button.on_click(lambda: self.screen.tell(words("attach_none")))
            return
        upload = ui.upload(
            auto_upload=True, max_file_size=self._files_to, on_upload=self._send_file, on_rejected=self._too_large
        ).classes("hk-upload")
        button.props["aria-label"] = words("attach")
        button.on_click(lambda: upload.run_method("pickFiles"))

    def _too_large(self) -> None:
        limit = self._files_to // MEBIBYTE
        self.screen.tell(self.screen.words("attach_too_large", limit=limit), kind="warning")

    async def _send_file(self, event: events.UploadEventArguments) -> None:
        """Keep the file, then say it: a message never names a file that is not there."""
        size = event.file.size()
        if size > self._files_to:
            self._too_large()
            return
        if size == 0:
            self.screen.tell(self.screen.words("attach_empty"), kind="warning")
            return
        attachment = described(event.file.name, event.file.content_type, size)
        path = self.screen.services.settings.attachments / attachment["ref"]

        async def deed() -> None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            await event.file.save(path)
            key = f"console:{self.screen.agent.id}:{path.stem}"
            reply = self.screen.services.desk.reply
            await reply(self.conversation_id, self.screen.agent.id, text="", key=key, attachments=[attachment])

        if not await self.screen.act(deed):
            path.unlink(missing_ok=True)

    def _build_field(self, mode: str) -> None:
        words = self.screen.words
        props = f'hidden role="listbox" aria-label="{words("canned")}"'
        with element("div", "hk-phrases", props) as self._phrases:
            pass
        with element("div", "hk-write"):
            field = ui.element("textarea").classes("hk-field")
            field.props(
                f'rows="2" maxlength="{TEXT_LIMIT_CHARACTERS}" data-conversation="{self.conversation_id}" '
                f'data-mode="{mode}" data-said-reply="{words("write_reply")}" data-said-note="{words("write_note")}" '
                f'aria-label="{words("write_reply" if self.may_reply else "write_note")}" enterkeyhint="send"'
            )
            self._field = field
            field.on("keydown", self._send, js_handler="(e) => { if (hkIsSend(e)) hkSend(e.target, emit) }")
            field.on("input", self._typing, js_handler="(e) => emit(hkTyped(e.target))", throttle=1.0)
            send = ui.button(words("send")).props("unelevated no-caps").classes("hk-send")
            send.on("click", self._send, js_handler=f"() => hkSend(hkField('{field.html_id}'), emit)")
        self.screen.javascript(f"hkCompose('{field.html_id}')")

    def insert(self, text: str) -> None:
        """Put words into the field for the agent to finish; nothing is sent by itself."""
        self.screen.javascript(f"hkInsert('{self._field.html_id}', {json.dumps(text)})")

    async def _typing(self, event: events.GenericEventArguments) -> None:
        """Colleagues see that something is being written; the customer only when it is for them."""
        await self._on_writing()
        if event.args is True:
            await self.screen.services.desk.typing(self._line_id, "agent")

    async def _send(self, event: events.GenericEventArguments) -> None:
        """The browser names what it sends: the same key again, from a second Enter or a resend, is said once."""
        text, mode = str(event.args["text"]), str(event.args["mode"])
        key = f"console:{self.screen.agent.id}:{str(event.args['key'])[:KEY_CHARACTERS]}"
        desk = self.screen.services.desk
        say = desk.reply if mode == "reply" and self.may_reply else desk.note
        if mode == "reply" and not self.may_reply:
            self.screen.tell(self.screen.words("take_to_reply"), kind="warning")
            done = False
        else:
            done = await self.screen.act(
                lambda: say(self.conversation_id, self.screen.agent.id, text=clean(text).strip(), key=key)
            )
        self.screen.javascript(f"hkSent('{self._field.html_id}', {json.dumps(str(event.args['key']))}, {int(done)})")

    async def offer_phrases(self) -> None:
        """Behind "/" in the field: what can be said in the customer's language, found by code, title and words."""
        if not self.may_reply:
            return
        async with self.screen.services.database.reading() as session:
            found = await phrases.listing(session)
        language, words = self.screen.language, self.screen.words
        self._phrases.clear()
        with self._phrases:
            for phrase in found:
                text = phrase.texts.get(self._speaks)
                if text is None:
                    continue
                title = phrases.title(phrase, language)
                with element("button", "", 'type="button" role="option" tabindex="-1"') as row:
                    ui.html(
                        f"<b>{escape(title)}</b> <code>/{escape(phrase.code)}</code><span>{escape(text)}</span>",
                        sanitize=False,
                        tag="span",
                    )
                row.props["data-find"] = f"{phrase.code} {title} {text}".lower()
                row.on("click", partial(self._insert_phrase, phrase.id))
            ui.label(words("no_phrase")).classes("hk-none")

    async def _insert_phrase(self, phrase_id: int) -> None:
        """In place of what was typed behind the slash, with what is known of the customer now."""

        async def deed() -> None:
            async with self.screen.services.database.reading() as session:
                phrase = await phrases.get(session, phrase_id)
                conversation = await conversations.get(session, self.conversation_id)
                known = await facts(session, conversation, agent_name=self.screen.agent.name)
            text = phrases.filled(phrase.texts.get(self._speaks) or next(iter(phrase.texts.values())), known)
            self.screen.javascript(f"hkPhrase('{self._field.html_id}', {json.dumps(text)})")

        await self.screen.act(deed)

    async def suggest(self, asked: str | None) -> None:
        """Offer the articles nearest to what the customer asked."""
        self._articles.clear()
        if not asked or not self.may_reply:
            return
        try:
            hits = await self.screen.services.knowledge.search(asked, self._speaks, ARTICLES)
        except Exception:
            log.warning("console.no_suggestions", exc_info=True)
            return
        if self._articles.is_deleted:
            return  # another composer, or another customer, has taken its place meanwhile
        with self._articles:
            for place, hit in enumerate(hits, start=1):
                chip = ui.button(hit.title, icon="menu_book", on_click=lambda _, body=hit.body: self.insert(body))
                chip.props(f'outline dense no-caps aria-label="{self.screen.words("use_article")}"')
                chip.props(f'aria-keyshortcuts="Alt+{place}"')
                chip.tooltip(f"Alt {place} · {hit.body[:240]}")
