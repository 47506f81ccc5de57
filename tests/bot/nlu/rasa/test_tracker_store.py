"""Trackers live in memory, survive a restart, stay short, and never forget what matters."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from rasa.shared.core.events import UserUttered

from bot.nlu.rasa import turn_rows
from bot.nlu.rasa.tracker_store import CUT_AGAIN_AFTER, SESSION_EVENTS
from bot.nlu.rasa.turn import TurnFailed
from bot.nlu.rasa.turn_rows import ANSWERS_KEPT, TurnRows, database_url, rasa_turns
from bot.nlu.rasa.turn_seal import SealedOtherwise, TurnSeal
from tests.bot.nlu.actions_of_the_shop import ShopActions
from tests.bot.nlu.shop import Shop

CHAT = ["hello there", "how many points do I have", "opening hours please", "thank you", "brumm"]
FORM = ["I have to complain", "20260110-0044", "Both cups broken"]
LONGEST_TURN = 20
"""Events that one turn of the small shop may add, the form's last one included."""


async def events_of(shop: Shop, sender: str = "a") -> list[Any]:
    tracker = await shop.store.retrieve(sender)
    return list(tracker.events) if tracker else []


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trackers.sqlite3'}"
        return
    name = f"huike_trackers_{uuid.uuid4().hex[:10]}"
    admin = psycopg2.connect("postgresql://postgres@127.0.0.1:5432/postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"postgresql+psycopg://postgres@127.0.0.1:5432/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


class TestRestart:
    async def test_a_form_goes_on_where_it_stood(self, model: Path, actions: ShopActions, database: str) -> None:
        before = await Shop(model, actions, database).open()
        await before.said("hello there", "I have to complain", "20260110-0044")
        await before.close()
        after = await Shop(model, actions, database).open()
        answer = await after.say("Both cups broken", message_id="later")
        assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups broken"
        await after.close()

    async def test_a_message_answered_before_is_not_answered_anew(
        self, model: Path, actions: ShopActions, database: str
    ) -> None:
        before = await Shop(model, actions, database).open()
        first = await before.say("how many points do I have", message_id="m1")
        await before.close()
        after = await Shop(model, actions, database).open()
        assert await after.say("how many points do I have", message_id="m1") == first
        assert len(actions.calls) == 1
        await after.close()

    async def test_what_is_read_equals_what_was_live(self, model: Path, actions: ShopActions, database: str) -> None:
        before = await Shop(model, actions, database).open()
        for _ in range(6):
            await before.said(*CHAT, *FORM)
        live = await before.store.retrieve("a")
        await before.close()
        after = await Shop(model, actions, database).open()
        read = await after.store.retrieve("a")
        assert live is not None
        assert read is not None
        assert [event.as_dict() for event in read.events] == [event.as_dict() for event in live.events]
        assert read.current_state() == live.current_state()
        await after.close()

    async def test_slots_of_an_older_model_are_left_out(self, shop: Shop) -> None:
        await shop.say("hello there")
        rows: TurnRows = shop.store._rows
        rows.append("a", 2, [{"event": "slot", "name": "gone", "value": 1, "timestamp": 1.0}], snapshot=False)
        answer = await shop.say("thank you")
        assert answer["understanding"]["intent"] == "thank"


class TestReplicas:
    async def test_a_turn_taken_elsewhere_is_seen(self, model: Path, actions: ShopActions, database: str) -> None:
        one = await Shop(model, actions, database).open()
        other = await Shop(model, actions, database).open()
        await one.say("I have to complain", message_id="1")
        await other.say("20260110-0044", message_id="2")
        answer = await one.say("Both cups broken", message_id="3")
        assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups broken"
        assert await other.say("Both cups broken", message_id="3") == answer
        await one.close()
        await other.close()

    async def test_of_two_turns_at_once_one_fails(self, shop: Shop) -> None:
        await shop.say("hello there")
        shop.actions.delay = 0.0
        recall = shop.store.recall

        async def overtaken(sender_id: str, message_id: Any = None) -> Any:
            known = await recall(sender_id, message_id)
            shop.store._rows.append(sender_id, 2, [], snapshot=False, message_id="elsewhere")
            return known

        shop.store.recall = overtaken  # type: ignore[method-assign]
        with pytest.raises(TurnFailed, match="tracker store"):
            await shop.say("thank you", message_id="here")
        shop.store.recall = recall  # type: ignore[method-assign]
        answer = await shop.say("thank you", message_id="here")
        assert answer["messages"][0]["text"] == "You are welcome."


class TestLongConversation:
    async def test_of_300_turns_costs_no_more_at_its_end(self, shop: Shop) -> None:
        mix = [*CHAT, *FORM]
        lengths, rows = [], []
        for number in range(300):
            await shop.say(mix[number % len(mix)])
            lengths.append(len(await events_of(shop)))
            rows.append(_stored(shop))
        assert max(lengths) <= SESSION_EVENTS + CUT_AGAIN_AFTER + LONGEST_TURN
        # A turn's cost is the events it works on: the end must be like the beginning.
        assert sum(lengths[-50:]) <= 1.3 * sum(lengths[10:60])
        assert max(count for count, _ in rows) <= ANSWERS_KEPT + SESSION_EVENTS
        assert max(size for _, size in rows[250:]) <= 1.3 * max(size for _, size in rows[:60])

    async def test_answers_the_same_as_a_short_one(self, shop: Shop) -> None:
        mix = [*CHAT, *FORM]
        first = [(await shop.say(text, sender="short"))["messages"] for text in mix]
        for _ in range(12):
            assert [(await shop.say(text, sender="long"))["messages"] for text in mix] == first

    async def test_keeps_slots_when_a_new_session_begins(self, shop: Shop) -> None:
        await shop.say("I bought it, 20260110-0044")
        for _ in range(30):
            await shop.said(*CHAT)
        events = await events_of(shop)
        assert not any(isinstance(event, UserUttered) and "20260110" in (event.text or "") for event in events)
        tracker = await shop.store.retrieve("a")
        assert tracker is not None
        assert tracker.get_slot("order_number") == "20260110-0044"
        answer = await shop.say("I have to complain")
        assert answer["requested_slot"] == "description"

    async def test_never_cuts_into_a_form_of_usual_length(self, shop: Shop) -> None:
        for number in range(40):
            await shop.say(CHAT[number % 4])
            if number % 5 == 4:
                await shop.said("I have to complain", "hello there", "20260110-0044")
                answer = await shop.say("Both cups broken")
                assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups broken"

    async def test_even_a_form_that_is_never_finished_stays_bounded(self, shop: Shop) -> None:
        await shop.say("I have to complain")
        lengths = []
        for number in range(160):
            answer = await shop.say(CHAT[number % 4])
            assert answer["active_form"] == "complaint_form"
            lengths.append(len(await events_of(shop)))
        assert max(lengths) <= 4 * SESSION_EVENTS + CUT_AGAIN_AFTER + LONGEST_TURN
        assert lengths[-1] < max(lengths)
        await shop.say("20260110-0044")
        answer = await shop.say("Both cups broken")
        assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups broken"

    async def test_counts_misunderstandings_across_a_cut(self, shop: Shop) -> None:
        for number in range(60):
            assert (await shop.say("brumm"))["fallbacks"] >= min(number + 1, 2)


class TestMemory:
    async def test_the_conversation_unused_for_longest_makes_room(self, shop: Shop) -> None:
        shop.store._live_limit = 3
        for number in range(6):
            await shop.say("I have to complain", sender=f"s{number}")
        assert list(shop.store._live) == ["s3", "s4", "s5"]
        assert (await shop.say("20260110-0044", sender="s0"))["requested_slot"] == "description"


class TestTrouble:
    async def test_a_turn_that_cannot_be_written_did_not_happen(self, shop: Shop) -> None:
        await shop.say("I have to complain")
        _table(shop, "ALTER TABLE rasa_turns RENAME TO hidden")
        with pytest.raises(TurnFailed, match="tracker store"):
            await shop.say("20260110-0044", message_id="x")
        _table(shop, "ALTER TABLE hidden RENAME TO rasa_turns")
        assert (await shop.say("20260110-0044", message_id="x"))["requested_slot"] == "description"

    async def test_text_no_database_likes_is_kept(self, model: Path, actions: ShopActions, database: str) -> None:
        opened = await Shop(model, actions, database).open()
        await opened.say("hello there \x00 \ud83d 😡 𠮷")
        await opened.say("thank you")
        opened.store.discard("a")
        texts = [event.text for event in await events_of(opened) if isinstance(event, UserUttered)]
        assert texts == ["hello there \x00 \ufffd 😡 𠮷", "thank you"]
        await opened.close()


class TestOpening:
    def test_processes_that_start_at_once_do_not_get_in_each_others_way(self, database: str) -> None:
        url = database_url(database)
        together = threading.Barrier(6)

        def start() -> TurnRows:
            together.wait()
            return TurnRows(url)

        with ThreadPoolExecutor(6) as threads:
            opened = [started.result() for started in [threads.submit(start) for _ in range(6)]]
        for rows in opened:
            assert rows.open("a", None, None).seq == 0
            rows.close()

    def test_a_file_that_stays_busy_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turn_rows, "BUSY_TIMEOUT_MS", 100)
        file = tmp_path / "trackers.sqlite3"
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("CREATE TABLE half_made (id INTEGER)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM half_made").fetchall()
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            TurnRows(f"sqlite:///{file}")
        other.close()


class TestForget:
    async def test_removes_a_conversation_everywhere(self, shop: Shop) -> None:
        await shop.said("hello there", "thank you")
        await shop.say("hello there", sender="b")
        assert await shop.store.forget("a") == 2
        assert list(await shop.store.keys()) == ["b"]
        assert await shop.store.retrieve("a") is None

    def test_removes_only_conversations_that_are_silent(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = TurnRows(f"sqlite:///{tmp_path / 'x.sqlite3'}")
        monkeypatch.setattr(turn_rows.time, "time", lambda: 1000.0)
        rows.append("old", 1, [], snapshot=True)
        rows.append("lively", 1, [], snapshot=True)
        monkeypatch.setattr(turn_rows.time, "time", lambda: 2000.0)
        rows.append("lively", 2, [], snapshot=False)
        assert rows.forget_older(1500.0) == 1
        assert rows.senders() == ["lively"]


def said(text: str) -> list[dict[str, Any]]:
    return [{"event": "user", "text": text}]


class TestSealed:
    def rows(self, database: str, key: str = "a", *, sealing: bool = True) -> TurnRows:
        return TurnRows(database_url(database), TurnSeal(key * 64 if key else "", sealing=sealing))

    def standing(self, rows: TurnRows) -> str:
        with rows._engine.connect() as connection:
            found = connection.execute(sa.select(rasa_turns.c.events, rasa_turns.c.answer)).all()
        return str(found)

    def test_what_was_said_is_in_no_row_and_read_as_ever(self, database: str) -> None:
        rows = self.rows(database)
        rows.append("a", 1, said("my narwhal lamp"), snapshot=True, message_id="m1", answer={"text": "narwhal"})
        rows.append("a", 2, said("independence"), snapshot=False)
        assert not any(word in self.standing(rows) for word in ("narwhal", "independence"))
        opened = rows.open("a", "m1", None)
        assert [each["text"] for each in opened.events or []] == ["my narwhal lamp", "independence"]
        assert opened.answer == {"text": "narwhal"}
        rows.close()

    def test_rows_of_before_are_rewritten_as_it_is_wished_now(
        self, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turn_rows, "REWRITTEN_AT_A_TIME", 2)
        rows = self.rows(database, sealing=False)
        for seq in range(1, 6):
            rows.append("a", seq, said(f"narwhal {seq}"), snapshot=False)
        rows.append("b", 1, [], snapshot=False)
        before = self.standing(rows)
        rows.close()
        sealed = self.rows(database)
        assert (sealed.rewrite_others(), sealed.rewrite_others()) == (5, 0)
        assert "narwhal" not in self.standing(sealed)
        sealed.close()
        clear = self.rows(database, sealing=False)
        assert len(clear.open("a", None, None).events or []) == 5
        assert clear.rewrite_others() == 5
        assert sorted(self.standing(clear)) == sorted(before)
        clear.close()

    def test_after_another_secret_conversations_begin_anew_and_those_in_clear_go_on(self, database: str) -> None:
        old = self.rows(database)
        old.append("a", 1, said("narwhal"), snapshot=True)
        old.close()
        plain = self.rows(database, "")
        plain.append("b", 1, said("whale"), snapshot=True)
        with pytest.raises(SealedOtherwise):
            plain.open("a", None, None)
        assert plain.forget_sealed_otherwise() == plain.rewrite_others() == 0
        plain.close()
        new = self.rows(database, "b")
        with pytest.raises(SealedOtherwise):
            new.open("a", None, None)
        assert new.forget_sealed_otherwise() == 1
        assert new.senders() == ["b"]
        new.close()


class TestAddress:
    def test_the_apps_drivers_are_read_as_rasas(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert database_url("postgresql+psycopg://u:p@db/x") == "postgresql+psycopg2://u:p@db/x"
        assert database_url("sqlite+aiosqlite:////d/x.db") == "sqlite:////d/x.db"
        monkeypatch.delenv("HUIKE_TRACKER_URL", raising=False)
        monkeypatch.setenv("HUIKE_DATA_DIR", str(tmp_path / "new"))
        assert database_url(None) == f"sqlite:///{tmp_path}/new/trackers.sqlite3"


def _stored(shop: Shop) -> Any:
    """Rows of the conversation, and the bytes of events that a restart would read."""
    with shop.store._rows._engine.connect() as connection:
        statement = sa.select(sa.func.count(), sa.func.sum(sa.func.length(rasa_turns.c.events)))
        return tuple(connection.execute(statement).one())


def _table(shop: Shop, statement: str) -> None:
    with shop.store._rows._engine.begin() as connection:
        connection.execute(sa.text(statement))


class TestForgetting:
    """In the files themselves while the store is open, as a thief of the disk reads them."""

    MARK = "标记 Zq7x"

    @staticmethod
    def said(rows: TurnRows, sender: str, *, turns: int = 30) -> None:
        for seq in range(1, turns + 1):
            events = [{"event": "user", "text": TestForgetting.MARK, "parse_data": {"filler": "x" * 3000}}]
            rows.append(sender, seq, events, snapshot=seq % 10 == 0, message_id=f"m{seq}", answer=None)

    @classmethod
    def standing(cls, folder: Path) -> dict[str, int]:
        mark = cls.MARK.encode("ascii", "backslashreplace")
        found = {file.name: file.read_bytes().count(mark) for file in folder.glob("trackers.sqlite3*")}
        return {name: count for name, count in found.items() if count}

    def test_leaves_no_word_in_the_file_or_beside_it(self, tmp_path: Path) -> None:
        rows = TurnRows(f"sqlite:///{tmp_path / 'trackers.sqlite3'}")
        rows.append("other", 1, [{"event": "user", "text": "stays"}], snapshot=False)
        self.said(rows, "gone")
        assert self.standing(tmp_path).keys() >= {"trackers.sqlite3-wal"}
        assert rows.forget("gone") > 0
        assert (tmp_path / "trackers.sqlite3-wal").exists()
        assert self.standing(tmp_path) == {}
        assert rows.open("other", None, None).events == [{"event": "user", "text": "stays"}]
        rows.close()

    def test_one_whose_log_is_read_is_tried_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turn_rows, "BUSY_TIMEOUT_MS", 100)
        file = tmp_path / "trackers.sqlite3"
        rows = TurnRows(f"sqlite:///{file}")
        self.said(rows, "gone")
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM rasa_turns").fetchall()
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            rows.forget("gone")
        other.execute("ROLLBACK")
        assert rows.forget("gone") == 0
        assert self.standing(tmp_path) == {}
        other.close()
        rows.close()
