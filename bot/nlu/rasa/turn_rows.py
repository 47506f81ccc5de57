"""The table behind the tracker store: one row per turn, with the events it added and the answer it gave."""

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine.url import make_url

from bot.nlu.rasa.turn import Answer
from bot.nlu.rasa.turn_seal import SIGN, TurnSeal

ANSWERS_KEPT = 50
"""Turns of a conversation whose answers stay after their events are dropped, for a message that is sent again."""
BUSY_TIMEOUT_MS = 5_000
REWRITTEN_AT_A_TIME = 500
_NOTHING = "[]"
"""Events of rows that a snapshot has taken the place of; never encrypted."""
_WAL_RETRY_SECONDS = 0.02

_tables = sa.MetaData()

rasa_turns = sa.Table(
    "rasa_turns",
    _tables,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.String(255)),
    sa.Column("at", sa.Float(53), nullable=False, index=True),
    sa.Column("snapshot", sa.Boolean, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("answer", sa.Text),
    sa.UniqueConstraint("sender_id", "message_id", name="uq_rasa_turns_message"),
)

# Written once: SQLAlchemy takes longer to put such a statement together than SQLite to run it (0.5 ms a look, now 0.2).
_sender, _message = sa.bindparam("sender"), sa.bindparam("message")
_STATE = sa.select(
    sa.select(sa.func.max(rasa_turns.c.seq)).where(rasa_turns.c.sender_id == _sender).scalar_subquery(),
    sa.select(rasa_turns.c.answer)
    .where(rasa_turns.c.sender_id == _sender, rasa_turns.c.message_id == _message)
    .scalar_subquery(),
)
_EVENTS = (
    sa.select(rasa_turns.c.snapshot, rasa_turns.c.events)
    .where(rasa_turns.c.sender_id == _sender)
    .order_by(rasa_turns.c.seq)
)
_INSERT = rasa_turns.insert()
_SAID = (rasa_turns.c.events, rasa_turns.c.answer)
"""Columns that hold what was said."""


class Opened(NamedTuple):
    """State of a conversation on disk. `events` is None when the caller's `known_seq` is still the newest."""

    seq: int
    events: list[dict[str, Any]] | None
    answer: Answer | None


def database_url(url: str | None) -> str:
    """Address of the table: the argument, `HUIKE_TRACKER_URL`, or a file in `HUIKE_DATA_DIR` (default `./data`).

    The app's addresses name drivers that Rasa's environment does not hold; they are read as its own.
    """
    url = url or os.environ.get("HUIKE_TRACKER_URL")
    if not url:
        folder = Path(os.environ.get("HUIKE_DATA_DIR") or "data").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'trackers.sqlite3'}"
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    return parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=False)


class TurnRows:
    """Blocking reads and writes; the tracker store calls them from a thread of its own."""

    def __init__(self, url: str, seal: TurnSeal | None = None) -> None:
        self._seal = seal or TurnSeal()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        # Without a pool SQLAlchemy would open the file anew for each turn, and with the last connection closed SQLite
        # folds its journal back into the file: 17 ms a turn instead of 0.4.
        arguments = {"connect_args": {"check_same_thread": False}} if self.is_sqlite else {"pool_pre_ping": True}
        self._engine = sa.create_engine(url, future=True, poolclass=sa.pool.QueuePool, **arguments)
        if self.is_sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        try:
            _tables.create_all(self._engine)
        except sa.exc.DBAPIError:
            # Another process that starts at the same moment may have made them between the look and the making.
            _tables.create_all(self._engine)

    def open(self, sender_id: str, message_id: str | None, known_seq: int | None) -> Opened:
        """Newest state of a conversation, and the answer already given to `message_id`, if any."""
        with self._engine.connect() as connection:
            seq, answer = connection.execute(_STATE, {"sender": sender_id, "message": message_id}).one()
            seq = seq or 0
            events = None if seq == known_seq else self._events_of(connection, sender_id)
        return Opened(seq, events, json.loads(self._seal.read(answer)) if answer else None)

    def append(
        self,
        sender_id: str,
        seq: int,
        events: list[dict[str, Any]],
        *,
        snapshot: bool,
        message_id: str | None = None,
        answer: Answer | None = None,
    ) -> None:
        """Keep one turn. A `snapshot` holds the whole session, so that earlier rows lose their events.

        Raises `sqlalchemy.exc.IntegrityError` when another process has written the same `seq` or `message_id`.
        """
        turns = rasa_turns.c
        row = {
            "sender_id": sender_id,
            "seq": seq,
            "message_id": message_id,
            "at": time.time(),
            "snapshot": snapshot,
            "events": self._seal.written(_to_json(events)),
            "answer": self._seal.written(_to_json(answer)) if answer is not None else None,
        }
        with self._engine.begin() as connection:
            connection.execute(_INSERT, row)
            if snapshot and seq > 1:
                mine = sa.and_(turns.sender_id == sender_id, turns.seq < seq)
                connection.execute(rasa_turns.delete().where(mine, turns.seq <= seq - ANSWERS_KEPT))
                connection.execute(rasa_turns.update().where(mine).values(events=_NOTHING, snapshot=False))

    def senders(self) -> list[str]:
        """Ids of all conversations kept."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(rasa_turns.c.sender_id).distinct()).scalars())

    def forget(self, sender_id: str) -> int:
        """Remove a conversation for good, also out of SQLite's log; gives the number of turns removed.

        Raises `sqlalchemy.exc.OperationalError` when somebody reads the log for so long that it cannot be emptied: the
        words may stand there still, and it has to be tried again.
        """
        with self._engine.begin() as connection:
            gone = int(connection.execute(rasa_turns.delete().where(rasa_turns.c.sender_id == sender_id)).rowcount)
        if self.is_sqlite:
            self._empty_log()
        return gone

    def forget_older(self, than: float) -> int:
        """Remove conversations silent since the Unix time `than`; gives the number of turns removed."""
        turns = rasa_turns.c
        silent = sa.select(turns.sender_id).group_by(turns.sender_id).having(sa.func.max(turns.at) < than)
        with self._engine.begin() as connection:
            return int(connection.execute(rasa_turns.delete().where(turns.sender_id.in_(silent))).rowcount)

    def forget_sealed_otherwise(self) -> int:
        """Remove conversations that another key has encrypted: after a rotation nobody can read them. Gives the number
        of turns removed."""
        if not self._seal.own_sign:
            return 0
        foreign = sa.or_(*(_begins(column, SIGN) & ~_begins(column, self._seal.own_sign) for column in _SAID))
        whose = sa.select(rasa_turns.c.sender_id).where(foreign)
        with self._engine.begin() as connection:
            return int(connection.execute(rasa_turns.delete().where(rasa_turns.c.sender_id.in_(whose))).rowcount)

    def rewrite_others(self) -> int:
        """Encrypt what stands in clear, or the other way round, as it is wished now; gives the number of turns."""
        if not self._seal.own_sign:
            return 0
        sealed = [_begins(column, SIGN) for column in _SAID]
        clear = [column.is_not(None) & (column != _NOTHING) & ~_begins(column, SIGN) for column in _SAID]
        others = sa.select(rasa_turns).where(sa.or_(*(clear if self._seal.sealing else sealed)))
        done = 0
        while True:
            with self._engine.begin() as connection:
                rows = connection.execute(others.limit(REWRITTEN_AT_A_TIME)).mappings().all()
                for row in rows:
                    which = (rasa_turns.c.sender_id == row["sender_id"]) & (rasa_turns.c.seq == row["seq"])
                    connection.execute(rasa_turns.update().where(which).values(**self._as_wished(row)))
            done += len(rows)
            if len(rows) < REWRITTEN_AT_A_TIME:
                return done

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def _empty_log(self) -> None:
        """What was written lately stands in the log as well, however much of it was deleted since, until it is begun
        anew: which with few turns may take days."""
        with self._engine.connect() as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        if busy:
            error = sqlite3.OperationalError("database is locked: the log could not be emptied")
            raise sa.exc.OperationalError("PRAGMA wal_checkpoint(TRUNCATE)", {}, error)

    def _events_of(self, connection: Any, sender_id: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        for snapshot, standing in connection.execute(_EVENTS, {"sender": sender_id}):
            own = json.loads(self._seal.read(standing))
            events = own if snapshot else events + own
        return events

    def _as_wished(self, row: Any) -> dict[str, str]:
        said = {column.name: self._seal.read(row[column.name]) for column in _SAID if row[column.name] is not None}
        return {name: text if text == _NOTHING else self._seal.written(text) for name, text in said.items()}


def _begins(column: Any, sign: str) -> Any:
    return column.startswith(sign, autoescape=True)


def _to_json(value: Any) -> str:
    # ASCII only: neither a stray surrogate nor a NUL in a customer's text can then be refused by the database.
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    """Numbers and vectors of numpy as Python's own."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot be kept as JSON: {type(value).__name__}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    # What is deleted is overwritten; not every build of SQLite does so by itself.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch the file to its write-ahead log, as `crm_store.db` does: the busy timeout does not hold for this one
    statement, so that two processes that open a new file at once would get "database is locked"."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_WAL_RETRY_SECONDS)
        else:
            return
