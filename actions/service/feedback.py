"""Suggestions, praise and ratings, kept in the customer's own words."""

import math
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from sqlalchemy import select

from actions.kit.base import CrmAction, Event, Turn
from actions.kit.forms import CrmForm, FixedQuestion, free_text, requested
from actions.kit.parsing import is_aside
from crm_store import agents, feedback, risk, surveys
from crm_store.agents import Agent
from crm_store.feedback import FeedbackKind
from crm_store.messages import Author, Message
from crm_store.surveys import SCALES, SurveyKind
from crm_store.text import normalise

LEAD_INS = Path(__file__).with_name("suggestion_lead_ins.yml")
ENOUGH_CHARACTERS = 4
"""Chinese characters that must remain beside the announcement for a suggestion to be one."""
ENOUGH_WORDS = 3
NO_ASIDES = ("give_praise", "rate_service", "out_of_scope")
"""What a suggestion may sound like."""
SCALE = SCALES[SurveyKind.CSAT]
TEN = 10
HUNDRED = 100


class SuggestionForm(CrmForm):
    """One question at most: what the suggestion is, when the message only announced it."""

    form_name: ClassVar[str] = "suggestion_form"
    slots: ClassVar[tuple[str, ...]] = ("suggestion_text",)

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.intent == "give_suggestion":
            says = not turn.pressed and holds_a_suggestion(turn.text)
            return {"suggestion_text": turn.text.strip()} if says else {}
        return {} if is_aside(turn, but=NO_ASIDES) else free_text(turn, "suggestion_text")


class AskSuggestion(FixedQuestion):
    def name(self) -> str:
        return "action_ask_suggestion_form_suggestion_text"


class ActionSuggestionFormSubmit(CrmAction):
    action_name: ClassVar[str] = "action_suggestion_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        text = str(turn.slot("suggestion_text"))
        await _keep(turn, FeedbackKind.SUGGESTION, text)
        turn.say("reply_suggestion_thanks")
        turn.done("recorded", text)
        return SuggestionForm.cleared()


class ActionPraise(CrmAction):
    action_name: ClassVar[str] = "action_praise"

    async def answer(self, turn: Turn) -> list[Event] | None:
        praised = await _praised(turn)
        if not turn.pressed:
            await _keep(turn, FeedbackKind.PRAISE, turn.text, agent_id=praised.id if praised else None)
        if praised:
            turn.say("reply_praise_agent", name=praised.name)
        else:
            turn.say("reply_praise_thanks")
        turn.done("recorded", turn.text)
        return []


class ActionRate(CrmAction):
    """Keeps the score at once; after a low one a form asks what went wrong."""

    action_name: ClassVar[str] = "action_rate"

    async def answer(self, turn: Turn) -> list[Event] | None:
        said = turn.entity("score")
        if said is None:
            turn.say("reply_rate_ask")
            return []
        score = on_scale(said, _scale_said(turn))
        if score is None:
            turn.say("reply_rate_not_on_scale")
            return []
        await surveys.record_answer(
            turn.session,
            kind=SurveyKind.CSAT,
            score=score,
            key=turn.key(),
            member_id=turn.member.id if turn.member else None,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            agent_id=await _last_agent(turn),
        )
        if turn.member:
            await risk.assess(turn.session, turn.member.id)
        turn.done("recorded", str(score), score=score)
        if score > SCALE.bad:
            turn.say("reply_rate_high" if score >= SCALE.good else "reply_rate_thanks", score=score)
            return RatingForm.left() if turn.form == RatingForm.form_name else []
        turn.say("reply_rate_low", score=score)
        return RatingForm.begun(rating_score=score, rating_key=turn.key())


class RatingForm(CrmForm):
    """After a low score: what went wrong. Only `action_rate` begins it."""

    form_name: ClassVar[str] = "rating_form"
    slots: ClassVar[tuple[str, ...]] = ("rating_comment", "rating_score", "rating_key")
    takes_feelings: ClassVar[bool] = True

    async def required(self, turn: Turn) -> list[str]:
        return ["rating_comment"]

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if requested(turn, "rating_comment") and turn.intent == "deny":
            return {"rating_comment": ""}
        another_score = turn.intent == "rate_service" and turn.entity("score") is not None
        return {} if another_score else free_text(turn, "rating_comment")


class AskRatingComment(FixedQuestion):
    def name(self) -> str:
        return "action_ask_rating_form_rating_comment"


class ActionRatingFormSubmit(CrmAction):
    action_name: ClassVar[str] = "action_rating_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        comment = str(turn.slot("rating_comment") or "")
        if not comment:
            turn.say("reply_rating_no_comment")
            return RatingForm.cleared()
        await surveys.record_answer(
            turn.session,
            kind=SurveyKind.CSAT,
            score=int(turn.slot("rating_score")),
            key=str(turn.slot("rating_key")),
            member_id=turn.member.id if turn.member else None,
            comment=comment,
        )
        turn.say("reply_rating_comment_thanks")
        turn.done("recorded", comment, score=int(turn.slot("rating_score")))
        return RatingForm.cleared()


def holds_a_suggestion(text: str) -> bool:
    """Whether something remains of the text when the words that only announce a suggestion are taken out."""
    rest = normalise(text)
    for lead_in in _lead_ins():
        rest = rest.replace(lead_in, " ")
    characters = sum(not ch.isascii() for ch in rest)
    return characters >= ENOUGH_CHARACTERS or len(rest.split()) >= ENOUGH_WORDS


def on_scale(score: Any, scale: int | None) -> int | None:
    """A score as customers say it on our scale of 1 to 5: 8/10 is 4, 三星 is 3. None when it fits no scale."""
    try:
        value = float(score)
    except (TypeError, ValueError):
        return None
    if scale is None:
        scale = SCALE.high if value <= SCALE.high else TEN if value <= TEN else HUNDRED
    if not 0 <= value <= scale:
        return None
    return max(SCALE.low, math.ceil(value * SCALE.high / scale))


def _scale_said(turn: Turn) -> int | None:
    """The scale the customer named with the score ("8 out of 10"), as the extractor gives it."""
    for entity in turn.tracker.latest_message.get("entities") or []:
        if entity.get("entity") == "score" and entity.get("scale"):
            return int(entity["scale"])
    return None


async def _keep(turn: Turn, kind: FeedbackKind, text: str, *, agent_id: int | None = None) -> None:
    await feedback.record(
        turn.session,
        kind=kind,
        text=text,
        key=turn.key(),
        member_id=turn.member.id if turn.member else None,
        identity_id=turn.identity.id,
        conversation_id=turn.conversation.id,
        agent_id=agent_id,
    )


async def _praised(turn: Turn) -> Agent | None:
    """The agent whose name is said, else the one who spoke in this conversation."""
    for agent in await agents.listing(turn.session):
        if normalise(agent.name) in normalise(turn.text):
            return agent
    last = await _last_agent(turn)
    return await agents.get(turn.session, last) if last is not None else None


async def _last_agent(turn: Turn) -> int | None:
    found: int | None = await turn.session.scalar(
        select(Message.agent_id)
        .where(Message.conversation_id == turn.conversation.id, Message.author == Author.AGENT)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return found


@cache
def _lead_ins() -> list[str]:
    """The longest first, so that a part never breaks up the whole."""
    words = yaml.safe_load(LEAD_INS.read_text(encoding="utf-8"))["suggestion"]
    return sorted({normalise(word) for word in words}, key=len, reverse=True)
