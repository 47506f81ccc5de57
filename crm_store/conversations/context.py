"""What a conversation stands at: what was asked last, what was spoken of, which wishes wait. Written with each turn."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from crm_store.clock import now

Option = dict[str, Any]
"""`{"title": what the customer reads, "payload": what it means}`; `answer`: yes or no to a question that names an
act."""
Focus = dict[str, Any]
"""What was spoken of, by kind; see docs/dialogue.md."""
Parsed = dict[str, Any]
"""A text as it was understood: text, intent, intent_ranking, entities, sentiment, language."""

ASKED_FOR = timedelta(days=1)
"""A question older than this is not what the customer answers."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the customer was asked last: `options` in the order shown; `form` and `slot` that wait for an answer;
    `accepts`: kinds of free answers and the intent each stands for."""

    options: list[Option] = field(default_factory=list)
    form: str | None = None
    slot: str | None = None
    accepts: dict[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything was asked, and lately."""
        lately = self.asked_at is None or now() - self.asked_at <= ASKED_FOR
        return lately and bool(self.options or self.form or self.accepts)


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The bot's last answer, and the message it was given to, as digests; `times`: how often running it came up;
    `asked`: whether that message was a question."""

    answer: str
    to: str
    times: int = 1
    asked: bool = False

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "LastAnswer":
        """From the column; what a newer release beside this one has added is left out."""
        return cls(**{name: value for name, value in stored.items() if name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Context:
    """The context of a conversation. As JSON it stands in `Conversation.context`."""

    expects: Expectation = Expectation()
    focus: Focus = field(default_factory=dict)
    kept: list[Parsed] = field(default_factory=list)
    answered: LastAnswer | None = None

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> "Context":
        """From the column; what an older release wrote and this one does not know is left out."""
        stored = stored or {}
        expects = stored.get("expects") or {}
        asked_at = expects.get("asked_at")
        return cls(
            Expectation(
                options=list(expects.get("options") or []),
                form=expects.get("form"),
                slot=expects.get("slot"),
                accepts=dict(expects.get("accepts") or {}),
                asked_at=datetime.fromisoformat(asked_at) if asked_at else None,
            ),
            focus=dict(stored.get("focus") or {}),
            kept=list(stored.get("kept") or []),
            answered=LastAnswer.read(stored["answered"]) if stored.get("answered") else None,
        )

    def stored(self) -> dict[str, Any] | None:
        """For the column; None when there is nothing to keep."""
        expects = self.expects
        written: dict[str, Any] = {}
        if expects.options or expects.form or expects.accepts:
            asked_at = expects.asked_at.isoformat() if expects.asked_at else None
            parts = {"options": expects.options, "form": expects.form, "slot": expects.slot, "accepts": expects.accepts}
            written["expects"] = {name: value for name, value in parts.items() if value} | {"asked_at": asked_at}
        if self.focus:
            written["focus"] = self.focus
        if self.kept:
            written["kept"] = self.kept
        if self.answered is not None:
            written["answered"] = asdict(self.answered)
        return written or None

    def told(self, kind: str, thing: str, *, at: int) -> "Context":
        """The same after a message at this `seq` that speaks of a thing of a kind."""
        places = {**(self.focus.get("at") or {}), kind: at}
        return replace(self, focus={**self.focus, kind: thing, "at": places})

    def asked(self, options: list[Option]) -> "Context":
        """The same after a notice of the system that offers `options`; an open form still waits behind them."""
        return replace(self, expects=replace(self.expects, options=options, asked_at=now()))
