"""What was said, in a column: each message once, in its place, brought up to date when it has changed. Where
conversations were merged, the messages of all its lines stand together, each with its channel."""

from bisect import bisect
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import bubbles
from bot.console.screen import Screen, element
from bot.console.work.promises import record_from
from crm_store import messages
from crm_store.conversations import Conversation
from crm_store.messages import Message

FIRST_PAGE = 120
"""Messages shown when a conversation is opened; earlier ones on request."""
REREAD = 15
"""The latest messages of each line are read again each time: a customer may have edited one."""
_RECORD = """(event) => {
  const button = event.target.closest("[data-record]");
  if (button) emit(Number(button.dataset.record));
}"""
_BEGINNING = 0

Place = tuple[datetime, int]


class History:
    """The log of a conversation. `read` what may be new, then `show` it."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._lines: Sequence[Conversation] = ()
        self._places: list[Place] = []
        self._shown: dict[int, tuple[ui.html, str]] = {}
        self._where: dict[int, tuple[str, int]] = {}
        self._read_to: dict[str, int] = {}
        self._oldest: dict[str, int] = {}
        self._unsettled: dict[str, set[int]] = {}
        self._customer = ""
        self._earlier = ui.button(screen.words("earlier")).props("flat dense no-caps").classes("hk-earlier")
        self._earlier.set_visibility(False)
        props = f'role="log" aria-live="polite" tabindex="0" aria-label="{screen.words("messages")}"'
        with element("div", "hk-log", props) as self._log:
            pass
        self._log.on("click", self._record_promise, js_handler=_RECORD)
        self.html_id = self._log.html_id

    def when_earlier(self, wanted: Callable[[], Awaitable[None]]) -> None:
        """Whom to call when earlier messages are asked for."""
        self._earlier.on_click(wanted)

    def has_read(self, message: Message) -> bool:
        """Whether the message was there at the last look."""
        return message.seq <= self._read_to.get(message.conversation_id, _BEGINNING)

    async def read(self, session: AsyncSession, lines: Sequence[Conversation]) -> list[Message]:
        """What may have changed since the last look; at the first one, and when lines come or go, the newest page."""
        if {line.id for line in lines} != {line.id for line in self._lines}:
            self._begin_anew(lines)
            first = dict.fromkeys(self._read_to, _BEGINNING)
            return await messages.together(session, first, limit=FIRST_PAGE)
        self._lines = lines
        return await messages.together(session, {line.id: self._floor(line.id) for line in lines})

    def _begin_anew(self, lines: Sequence[Conversation]) -> None:
        self._log.clear()
        self._lines, self._places, self._shown, self._where = lines, [], {}, {}
        self._oldest, self._unsettled = {}, {line.id: set() for line in lines}
        self._read_to = {line.id: line.last_seq for line in lines}

    def _floor(self, line_id: str) -> int:
        """The `seq` above which a line is read again; never what is earlier than its first message shown."""
        read_to = self._read_to[line_id]
        if line_id not in self._oldest:
            return read_to
        return max(_BEGINNING, min([read_to - REREAD + 1, *self._unsettled[line_id]]) - 1, self._oldest[line_id] - 1)

    def show(self, found: Sequence[Message], customer: str) -> list[Message]:
        """Put messages in their places, or bring what stands there up to date; those that were new or different."""
        self._customer = customer
        changed = [message for message in found if self._show(message)]
        self._earlier.set_visibility(sum(line.last_seq for line in self._lines) > len(self._shown))
        return changed

    def _show(self, message: Message) -> bool:
        channel = message.channel if len(self._lines) > 1 else None
        content = bubbles.html(message, self.screen, self._customer, records=True, channel=channel)
        look = bubbles.classes(message)
        known = self._shown.get(message.id)
        if known is not None and known[1] == look + content:
            return False
        if known is None:
            bubble = self._put_in_place(message, content, look)
        else:
            bubble = known[0]
            bubble.set_content(content)
            bubble.classes(replace=look)
        self._shown[message.id] = (bubble, look + content)
        self._note_place(message)
        return True

    def _put_in_place(self, message: Message, content: str, look: str) -> ui.html:
        place = (message.created_at, message.id)
        at = bisect(self._places, place)
        with self._log:
            bubble = ui.html(content, sanitize=False, tag="article").classes(look)
            bubble.props(f'data-seq="{message.seq}"')
        if at < len(self._places):
            bubble.move(self._log, target_index=at)
        self._places.insert(at, place)
        return bubble

    def _note_place(self, message: Message) -> None:
        line, seq = message.conversation_id, message.seq
        self._where[message.id] = (line, seq)
        self._read_to[line] = max(self._read_to[line], seq)
        self._oldest[line] = min(self._oldest.get(line, seq), seq)
        unsettled = self._unsettled[line]
        (unsettled.add if message.status in bubbles.UNSETTLED else unsettled.discard)(seq)

    async def show_earlier(self, session: AsyncSession) -> None:
        """The page before the first message shown."""
        whole = dict.fromkeys(self._read_to, _BEGINNING)
        before = self._places[0] if self._places else None
        self.show(await messages.together(session, whole, before=before, limit=FIRST_PAGE), self._customer)

    async def _record_promise(self, event: GenericEventArguments) -> None:
        """The button of a message: what it promises is written down."""
        if (where := self._where.get(int(event.args))) is not None:
            async with self.screen.services.database.reading() as session:
                message = await messages.at(session, *where)
            await record_from(self.screen, message)
