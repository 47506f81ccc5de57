"""Rasa's tracker store for Huike: trackers stay alive in memory, a turn writes one row, a long history is cut.

Rasa's own stores rebuild a tracker from all its events for every message and write all of them back. Here the live
tracker is handed out as it is; after the turn only its new events are written, together with the answer the channel
gives, in one transaction. A turn that failed is not written at all: its tracker is thrown away and read again, so that
the message can be tried once more as if nothing had happened.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.nlu.encoder.engines import EMBEDDING
from bot.nlu.rasa import lean
from bot.nlu.rasa.sessions import shortened
from bot.nlu.rasa.turn import Answer, turn_of
from bot.nlu.rasa.turn_rows import TurnRows, database_url
from bot.nlu.rasa.turn_seal import TurnSeal

logger = logging.getLogger(__name__)

SESSION_EVENTS = 60
"""A tracker longer than this begins a new session at the next place that allows it."""

CUT_AGAIN_AFTER = 15
"""Events to wait for when a long tracker had no place to cut, an open form for example: looking replays all events."""

LIVE_TRACKERS = 1000
"""Conversations kept in memory; the one unused for longest is read from the table when it speaks again."""

KEEP_DAYS = 30
"""Conversations silent for longer are removed when the store starts. The CRM keeps the history that people read."""

RANKING_KEPT = 5
"""Intents of a message's ranking that are kept once the turn is over."""

_POSTGRES_THREADS = 4

lean.apply()

Result = TypeVar("Result")


@dataclass
class _Live:
    """A tracker in memory. `seq`: its newest row; `saved`: its events in rows; `cut_at`: when to cut next."""

    tracker: DialogueStateTracker
    seq: int
    saved: int
    cut_at: int


class LiveTrackerStore(TrackerStore):
    """Set in endpoints.yml as `tracker_store.type`; see the module for what it does.

    Options there: `url` (default: `HUIKE_TRACKER_URL`, else a SQLite file), `session_events`, `live_trackers`,
    `keep_days`.
    """

    def __init__(  # noqa: PLR0917 - Rasa gives names and values as endpoints.yml has them
        self,
        domain: Domain | None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        session_events: int = SESSION_EVENTS,
        live_trackers: int = LIVE_TRACKERS,
        keep_days: float = KEEP_DAYS,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._rows = TurnRows(database_url(host), TurnSeal.of_environment())
        self._session_events = session_events
        self._live_limit = live_trackers
        self._live: OrderedDict[str, _Live] = OrderedDict()
        # SQLite has one writer anyway; one thread keeps its transactions in order.
        self._threads = ThreadPoolExecutor(1 if self._rows.is_sqlite else _POSTGRES_THREADS, "trackers")
        self._rows.forget_older(time.time() - keep_days * 86400)
        self._rows.forget_sealed_otherwise()
        self._rows.rewrite_others()

    @property
    def domain(self) -> Domain:
        """The domain of the loaded model; trackers of an earlier model are read again under the new one."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        self._live.clear()

    async def recall(self, sender_id: str, message_id: str | None = None) -> Answer | None:
        """Bring the live tracker up to date with the table, and give the answer `message_id` has had, if any.

        Raises `SQLAlchemyError` when the table cannot be read.
        """
        live = self._live.get(sender_id)
        opened = await self._read(
            partial(self._rows.open, sender_id, message_id, live.seq if live is not None else None)
        )
        if opened.events is not None:
            self._live.pop(sender_id, None)
            if opened.events:
                self._keep(sender_id, self._tracker_from(sender_id, self._readable(opened.events)), opened.seq)
        return opened.answer

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The live tracker itself, not a copy. Within a turn the channel has just brought it up to date."""
        if turn_of(sender_id) is None:
            await self.recall(sender_id)
        live = self._live.get(sender_id)
        if live is None:
            return None
        self._live.move_to_end(sender_id)
        return live.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what the turn has added, with its answer. A failed turn is dropped instead.

        Raises `SQLAlchemyError` outside a turn of the channel; within one, the turn is marked as failed.
        """
        sender_id = tracker.sender_id
        turn = turn_of(sender_id)
        if turn is not None and turn.failure is not None:
            self.discard(sender_id)
            return
        live = self._live.get(sender_id)
        known = live is not None and live.tracker is tracker
        new = list(islice(tracker.events, live.saved if live is not None and known else 0, None))
        if not new:
            return
        answer = turn.compose(tracker, turn.output.messages) if turn is not None else None
        _drop_what_only_the_turn_needed(new)
        # A tracker that did not come from here (the HTTP API replaces events) takes the place of what was known.
        seq = 1 + (live.seq if live is not None else await self._newest_row(sender_id))
        kept, cut_at = None, live.cut_at if live is not None and known else self._session_events
        if len(tracker.events) > cut_at:
            kept = shortened(tracker, self.init_tracker(sender_id), self._session_events)
            cut_at = self._session_events if kept else len(tracker.events) + CUT_AGAIN_AFTER
        snapshot = kept is not None or not known
        try:
            await self._in_thread(
                partial(
                    self._rows.append,
                    sender_id,
                    seq,
                    [event.as_dict() for event in (kept or (list(tracker.events) if snapshot else new))],
                    snapshot=snapshot,
                    message_id=turn.message_id if turn is not None else None,
                    answer=answer,
                )
            )
        except SQLAlchemyError as error:
            self.discard(sender_id)
            if turn is None:
                raise
            logger.error("A turn could not be written, it will count as not having happened: %s", error)
            turn.fail("tracker store", error)
            return
        self._keep(sender_id, self._tracker_from(sender_id, kept, like=tracker) if kept else tracker, seq, cut_at)
        if turn is not None:
            turn.answer = answer
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, sender_id)

    def discard(self, sender_id: str) -> None:
        """Forget the tracker in memory; the next turn reads what was last written."""
        self._live.pop(sender_id, None)

    async def forget(self, sender_id: str) -> int:
        """Remove a conversation from memory and table; gives the number of turns removed."""
        self.discard(sender_id)
        return await self._in_thread(partial(self._rows.forget, sender_id))

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations kept."""
        return await self._in_thread(self._rows.senders)

    def close(self) -> None:
        """Finish the writes under way and give back the connections."""
        self._threads.shutdown(wait=True)
        self._rows.close()

    async def _newest_row(self, sender_id: str) -> int:
        return (await self._read(partial(self._rows.open, sender_id, None, None))).seq

    def _keep(self, sender_id: str, tracker: DialogueStateTracker, seq: int, cut_at: int = 0) -> None:
        self._live[sender_id] = _Live(tracker, seq, len(tracker.events), cut_at or self._session_events)
        self._live.move_to_end(sender_id)
        while len(self._live) > self._live_limit:
            self._live.popitem(last=False)

    def _tracker_from(
        self, sender_id: str, events: list[Event], like: DialogueStateTracker | None = None
    ) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        # Event by event, as they happened: the tracker is then the same as the one that lived through them.
        for event in events:
            tracker.update(event)
        if like is not None:
            tracker.model_id, tracker.assistant_id = like.model_id, like.assistant_id
        return tracker

    def _readable(self, rows: list[dict[str, Any]]) -> list[Event]:
        """Events of an older model may set slots that this one no longer has."""
        names = {slot.name for slot in self.domain.slots}
        return [event for event in deserialise_events(rows) if not isinstance(event, SlotSet) or event.key in names]

    async def _read(self, work: Callable[[], Result]) -> Result:
        """On SQLite at once: no reader waits for a writer there, and the way to a thread costs more than the look."""
        return work() if self._rows.is_sqlite else await self._in_thread(work)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _drop_what_only_the_turn_needed(events: list[Event]) -> None:
    """Make room: a message's sentence vector and the tail of its ranking are of no use after the turn."""
    for event in events:
        if isinstance(event, UserUttered):
            ranking = event.parse_data.get("intent_ranking")
            if ranking:
                event.parse_data["intent_ranking"] = ranking[:RANKING_KEPT]
            event.parse_data.pop(EMBEDDING, None)  # type: ignore[misc]
            event.parse_data.pop("text_tokens", None)  # type: ignore[misc]
