"""What every action shares: who asks and in which language, the transaction, and the record each one leaves."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.asking_who import ask_who, wants_what_is_theirs
from actions.kit.in_hand import Contact, TurnInHand, turn_in_hand
from actions.kit.policy_facts import facts
from actions.kit.rule_first import Rule, rule_for, wants_own_case
from crm_store import conversations, interactions
from crm_store.conversations import Conversation, Focus
from crm_store.db import Database
from crm_store.errors import CrmError
from crm_store.identities import Identity
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member

Event = dict[str, Any]
Button = dict[str, str]
"""`{"title": what the customer reads, "payload": "/intent{...}"}`."""

PENDING_ACTION_SLOT = "pending_action"
"""`{"action", "message"}`: the action that could not answer an unverified visitor and the message it was asked with; it
runs as soon as the visitor is bound to a member."""
PENDING = "pending"
"""In the focus: the action that waits so, for the channel that learns by itself who the visitor is."""
BIND_FORM = "bind_form"
FROM_FOCUS = "focus"
"""The extractor of entities that were not said, but spoken of before (docs/dialogue.md)."""
FOCUS_SLOT = "focus"
"""What was spoken of, by kind; it comes back to the app with each turn and stands in the conversation's context."""

RULED_OUT = "ruled_out"
"""The entity, taken out of the message, that names what the customer does not mean; the choice, of `inform`, of a
message that says no more."""

ALONGSIDE = "alongside"
"""The entity, of a question that stands beside what a message is answered for, that holds the rest of the message."""
IF_KNOWN = "if_known"
"""The choice, of such a question, that it is passed over where nothing answers it well: it may have asked nothing."""
ASKED_AGAIN, ANSWER_MISSED, ANSWER_DOUBTED = "asked_again", "answer_missed", "answer_doubted"
"""Choices, of a question of the shop: the last answer missed it and is not given again; that is all that is said; what
was told is disputed with a reason."""

ASIDES_SLOT = "asides"
"""How many messages in a row were about something else than the open form."""
ASIDES_BORNE = 1
"""So many asides in a row a form asks its question after; with the next one it is set aside without a word."""
OFFERS = frozenset({"complaint_consent", "dispute_file"})
"""Questions that we put forward unasked: whatever else is answered after one lets it go, without a button to go on; who
says so ("接着办") still takes it up."""
STAYS = "stays"
"""Choice of a denied return that is of another thing than the one in hand: it stays, and nothing else changes."""
SET_ASIDE = "set_aside"
"""In the focus: the form that was set aside, with its answers; see `actions.talk.courtesies`."""
PUT_OFF = "put_off"
"""In the focus: the form that the customer declined or put off, with its answers; only their own words take it up."""
GO_ON = "go_on"
"""The choice, of `inform`, that takes up what was set aside or put off."""

log = structlog.get_logger(__name__)

_database: list[Database] = []


def button(title: str, intent: str, **entities: object) -> Button:
    """A button that, pressed, counts as `intent` with these entities."""
    said = json.dumps(entities, ensure_ascii=False, separators=(",", ":")) if entities else ""
    return {"title": title, "payload": f"/{intent}{said}"}


def consent_buttons(yes: Button, no: Button) -> list[Button]:
    """The two buttons below a question that names an act: a yes in the customer's own words presses the first, a no the
    second; hesitation presses none."""
    return [yes | {"answer": "yes"}, no | {"answer": "no"}]


def go_on_button(language: Language) -> Button:
    """Takes up the form that was set aside."""
    return button(label("form_button", GO_ON, language), "inform", choice=GO_ON)


def use_database(database: Database) -> None:
    """Set the database that actions work on; called once when the app is built."""
    _database[:] = [database]


def database() -> Database:
    if not _database:
        raise RuntimeError("actions.kit.base.use_database() was not called")
    return _database[0]


@dataclass
class Turn:
    """One message of a customer as an action sees it."""

    session: AsyncSession
    dispatcher: CollectingDispatcher
    tracker: Tracker
    action: str
    language: Language
    message_id: str
    conversation: Conversation
    identity: Identity
    member: Member | None
    writes: bool = True
    """Whether `session` may write; see `writing`."""
    in_hand: TurnInHand | None = None
    """The desk's turn on this message, when it is at work in this process."""
    prepared: Any = None
    """What `CrmAction.prepare` gave."""
    rule: Rule | None = None
    """What `CrmAction.look_up` gave."""
    outcome: str = ""
    summary: str = ""
    references: dict[str, Any] = field(default_factory=dict)
    focused: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.tracker.latest_message.get("text") or "")

    @property
    def intent(self) -> str:
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def sentiment(self) -> dict[str, Any]:
        """`{"label", "confidence", "anger"}` of the message; empty for a pressed button."""
        return dict(self.tracker.latest_message.get("sentiment") or {})

    @property
    def anger(self) -> float:
        return float(self.sentiment.get("anger") or 0.0)

    @property
    def form(self) -> str | None:
        """The form in whose midst the message came."""
        name: str | None = self.tracker.active_loop_name
        return name

    @property
    def pressed(self) -> bool:
        """Whether the message is a pressed button, so that its text is not the customer's words."""
        return self.text.startswith("/")

    @property
    def is_part(self) -> bool:
        """Whether the words are one of several things in the customer's message, so that an answer says to which."""
        resumes = (self.tracker.latest_message.get("metadata") or {}).get("resumes")
        return "." in self.message_id or resumes is False

    @property
    def stored_message(self) -> int | None:
        """The store's number of the message; its steps (12.2) share it."""
        number = self.message_id.partition(".")[0]
        return int(number) if number.isdigit() else None

    @property
    def spoken_of(self) -> Focus:
        """What was spoken of so far, by kind; see docs/dialogue.md."""
        return dict(self.tracker.get_slot(FOCUS_SLOT) or {})

    def focus(self, **things: object) -> None:
        """Keep what is spoken of now, for words that only point at it: `order="20261119-9004"`, `listed=[buttons]`.

        None forgets a kind.
        """
        self.focused.update(things)

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    def entities(self, name: str) -> list[Any]:
        """Values of the entities called `name` in this message, in the order said."""
        found = self.tracker.latest_message.get("entities") or []
        return [entity["value"] for entity in found if entity.get("entity") == name]

    @property
    def follows(self) -> bool:
        """Whether the words go on with the subject of the last answer: 新疆呢, "and the second one?"."""
        return bool((self.tracker.latest_message.get("metadata") or {}).get("follows"))

    @property
    def has_entities(self) -> bool:
        """Whether the words name anything; what hearing filled in from the focus was not said."""
        found = self.tracker.latest_message.get("entities") or []
        return any(entity.get("extractor") != FROM_FOCUS for entity in found)

    def has_entity_said(self, name: str) -> bool:
        """Whether the words themselves hold such an entity."""
        found = self.tracker.latest_message.get("entities") or []
        return any(each.get("entity") == name and each.get("extractor") != FROM_FOCUS for each in found)

    def entity(self, name: str) -> Any | None:
        """The first value of the entity called `name` in this message."""
        return next(iter(self.entities(name)), None)

    def key(self, part: str = "") -> str:
        """An idempotency key: the same for every try of this action on this message."""
        return f"{self.message_id}:{self.action}" + (f":{part}" if part else "")

    def say(self, response: str, *, buttons: Sequence[Button] | None = None, **values: object) -> None:
        """Reply with a response of nlu_data/responses; `values` come already formatted for the reader.

        Every response may name a fact of the shop's policy (`actions.kit.policy_facts`) as well.
        """
        extra: dict[str, Any] = {"buttons": list(buttons)} if buttons else {}
        self.dispatcher.utter_message(response=response, **extra, **{**facts(self.language), **values})

    def done(self, outcome: str, summary: str = "", **references: object) -> None:
        """What came of the message; it becomes the member's interaction when the action ends."""
        self.outcome, self.summary = outcome, summary
        self.references.update(references)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Where to write: the own transaction, or, of an action that usually only reads, one for this write alone."""
        if self.writes:
            yield self.session
            return
        async with database().transaction() as session:
            yield session
        if self.in_hand is not None:
            self.in_hand.fresh = False

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, dispatcher: CollectingDispatcher, tracker: Tracker, action: str, *, writes: bool = True
    ) -> AsyncIterator["Turn"]:
        """One transaction around one action: committed at the end, undone when the action raises.

        Without `writes` it only reads, and the conversation and its owner are the desk's, when it has them in hand.
        """
        metadata = tracker.latest_message.get("metadata") or {}
        message_id = str(metadata.get("message_id") or tracker.latest_message.get("message_id") or "")
        in_hand = turn_in_hand(tracker.sender_id, message_id)
        async with database().transaction() if writes else database().reading() as session:
            if in_hand is not None and in_hand.fresh and not writes:
                conversation, identity, member = in_hand.conversation, in_hand.identity, in_hand.member
            else:
                conversation, identity, member = await conversations.with_owner(session, tracker.sender_id)
            language = tracker.latest_message.get("language") or metadata.get("language") or conversation.language
            yield cls(
                session=session,
                dispatcher=dispatcher,
                tracker=tracker,
                action=action,
                language=Language.of(language),
                message_id=message_id,
                conversation=conversation,
                identity=identity,
                member=member,
                writes=writes,
                in_hand=in_hand,
            )
            if in_hand is not None and writes:
                in_hand.fresh = False


class CrmAction(Action, ABC):
    """An action that answers one message from the CRM and leaves an interaction behind.

    A subclass sets `action_name` and writes `answer`, which calls `turn.say` for words and `turn.done` for what came
    of it.
    """

    action_name: ClassVar[str]
    writes: ClassVar[bool] = True
    """False for an action that only reads: it takes no write lock, and its record is written as the turn ends."""
    resumes_form: ClassVar[bool] = True
    """After answering in the midst of a form, the form asks its open question again."""
    is_aside: ClassVar[bool] = True
    """False for an action that only says that the form's question was not answered: the form stays open after it."""

    def name(self) -> str:
        return self.action_name

    async def prepare(self, tracker: Tracker) -> Any:
        """Slow work before the transaction begins, which on SQLite keeps every other writer waiting."""

    async def look_up(self, tracker: Tracker) -> Rule | None:
        """A rule of the shop to be told before the answer; looked up before the transaction begins."""
        return None

    @abstractmethod
    async def answer(self, turn: Turn) -> list[Event] | None:
        """Do the work. Returns Rasa events, or nothing."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        prepared = await self.prepare(tracker)
        rule = await self.look_up(tracker)
        focused: dict[str, Any] = {}
        place = 0
        try:
            async with Turn.opened(dispatcher, tracker, self.action_name, writes=self.writes) as turn:
                turn.prepared, turn.rule = prepared, rule
                turn.focused, place = focused, turn.conversation.last_seq
                events = list(await self.answer(turn) or [])
                if self.writes:
                    await _record(turn.session, turn)
            if not self.writes:
                await _leave_record(turn)
        except CrmError as error:
            # A refusal the action did not foresee: nothing was written, the customer is told so and can reach a person.
            log.warning("action_refused", action=self.action_name, code=error.code, conversation=tracker.sender_id)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="reply_could_not_do")
            events = self._answers_forgotten(domain)
        events += focus_kept(tracker, focused, place)
        if self._resumes(tracker) and not any(event["event"] in ("active_loop", "followup") for event in events):
            events += self._form_again(dispatcher, tracker, place)
        return events

    def _form_again(self, dispatcher: CollectingDispatcher, tracker: Tracker, place: int) -> list[Event]:
        """The form asks its question again; after several asides in a row it is set aside and can be taken up again."""
        form, asides = tracker.active_loop_name, int(tracker.get_slot(ASIDES_SLOT) or 0)
        # Where nothing was said, the form's question is the answer.
        counts = self.is_aside and bool(dispatcher.messages)
        is_let_go = counts and tracker.get_slot("requested_slot") in OFFERS
        if not is_let_go and (not counts or asides < ASIDES_BORNE):
            return [SlotSet(ASIDES_SLOT, asides + int(counts)), FollowupAction(form)]
        if not is_let_go:
            language = Language.of(tracker.latest_message.get("language"))
            buttons = dispatcher.messages[-1].get("buttons") or []
            dispatcher.messages[-1]["buttons"] = [*buttons, go_on_button(language)]
        left = [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet(ASIDES_SLOT, None)]
        return [*left, *focus_kept(tracker, {SET_ASIDE: form}, place)]

    def _resumes(self, tracker: Tracker) -> bool:
        """An action that asks the form's own question must not start the form again: it would ask without end."""
        form = tracker.active_loop_name
        if (tracker.latest_message.get("metadata") or {}).get("resumes") is False:
            # Another step of the same message follows, and the form asks after that.
            return False
        return self.resumes_form and form is not None and not self.action_name.startswith(f"action_ask_{form}_")

    def _answers_forgotten(self, domain: dict[str, Any]) -> list[Event]:
        """After a refused submission the form starts afresh; with its old answers it would submit them again."""
        form = self.action_name.removeprefix("action_").removesuffix("_submit")
        slots = ((domain.get("forms") or {}).get(form) or {}).get("required_slots") or []
        return [SlotSet(slot, None) for slot in slots]


class MemberAction(CrmAction, ABC):
    """An action about personal matters. A visitor who is not verified learns the shop's rule, where the words ask for
    one, and how to be verified; a member learns the rule named by `rule_beside` and then their own case, and another
    rule that surely answers in place of it."""

    rule_beside: ClassVar[str] = ""
    """The article whose rule is told to a member beside their own case."""

    async def look_up(self, tracker: Tracker) -> Rule | None:
        if tracker.active_loop_name not in (None, BIND_FORM) or names_own(tracker):
            return None
        return await rule_for(tracker, of_visitor=not is_member(tracker))

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            if turn.rule is not None:
                turn.rule.tell(turn)
                if not wants_what_is_theirs(turn.text):
                    # Everybody may ask for a rule; nothing of anybody's is left to be told.
                    turn.done("answered", turn.text, article=turn.rule.slug)
                    return []
            # In the form its open question is asked again, which says it all.
            if turn.form != BIND_FORM:
                ask_who(turn)
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        if turn.rule is not None and turn.rule.slug == self.rule_beside:
            turn.rule.tell(turn)
        elif turn.rule is not None and turn.rule.slug and not wants_own_case(turn.tracker):
            turn.rule.tell(turn)
            turn.done("answered", turn.text, article=turn.rule.slug)
            return []
        return await self.answer_member(turn, turn.member)

    @abstractmethod
    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        """Do the work for a verified member."""


def is_member(tracker: Tracker) -> bool:
    """Whether the desk knows the writer of the message as a member."""
    in_hand = turn_in_hand(tracker.sender_id, str((tracker.latest_message.get("metadata") or {}).get("message_id")))
    return in_hand is not None and in_hand.member is not None


def names_own(tracker: Tracker) -> bool:
    """Whether the message names an order or a parcel, so that no rule is asked for but a case."""
    entities = tracker.latest_message.get("entities") or []
    return any(entity.get("entity") in ("order_number", "parcel_number") for entity in entities)


def kept_for_later(turn: Turn) -> Event:
    """Has the action run again, on the same message, as soon as the visitor is bound to a member."""
    turn.focus(**{PENDING: turn.action})
    message = {part: turn.tracker.latest_message.get(part) for part in ("text", "intent", "entities")}
    event: Event = SlotSet(PENDING_ACTION_SLOT, {"action": turn.action, "message": message})
    return event


def focus_kept(tracker: Tracker, focused: Mapping[str, Any], place: int) -> list[Event]:
    """The slot with what was spoken of now, at this place of the conversation, beside what was spoken of before."""
    if not focused:
        return []
    before = tracker.get_slot(FOCUS_SLOT) or {}
    known = {**before, **focused, "at": {**before.get("at", {}), **dict.fromkeys(focused, place)}}
    known = {kind: thing for kind, thing in known.items() if thing is not None}
    tracker.slots[FOCUS_SLOT] = known
    return [SlotSet(FOCUS_SLOT, known)]


async def _leave_record(turn: Turn) -> None:
    """An action that only read has its interaction written with the turn, or at once where nothing is in hand."""
    if turn.outcome and turn.in_hand is not None:
        turn.in_hand.contacts.append(_contact(turn))
    elif turn.outcome:
        async with database().transaction() as session:
            await _record(session, turn)


async def _record(session: AsyncSession, turn: Turn) -> None:
    if turn.outcome:
        await interactions.record(session, **_contact(turn))


def _contact(turn: Turn) -> Contact:
    return {
        "member_id": turn.member.id if turn.member else None,
        "identity_id": turn.identity.id,
        "conversation_id": turn.conversation.id,
        "message_id": turn.stored_message,
        "channel": turn.conversation.channel,
        "intent": turn.intent,
        "sentiment": turn.sentiment.get("label"),
        "sentiment_confidence": turn.sentiment.get("confidence"),
        "anger": turn.sentiment.get("anger"),
        "outcome": turn.outcome,
        "summary": turn.summary,
        "references": turn.references,
        "key": turn.key("interaction"),
    }
