"""Suggestions, praise and ratings, kept in the customer's own words."""

import math
import re
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml

from actions.kit import lexicon
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import choice
from actions.kit.forms import CrmForm, FixedQuestion, free_text, requested
from actions.kit.parsing import is_aside
from actions.service.trouble import open_trouble
from crm_store import agents, feedback, messages, risk, surveys
from crm_store.agents import Agent
from crm_store.feedback import FeedbackKind
from crm_store.surveys import SCALES, SurveyKind
from crm_store.text import normalise

LEAD_INS = Path(__file__).with_name("suggestion_lead_ins.yml")
ENOUGH_CHARACTERS = 4
"""Chinese characters that must remain beside the announcement for a suggestion to be one."""
ENOUGH_WORDS = 3
NO_ASIDES = ("give_praise", "rate_service", "out_of_scope")
"""What a suggestion may sound like."""
SCALE = SCALES[SurveyKind.CSAT]
COMMENT = "comment"
"""The value of `choice` that hearing gives to words that follow a score."""
_SCORE_WORDS = re.compile(
    r"\d+|[零一二两三四五六七八九十]+(?:分|星|颗星)|分|星|颗星|满分|评价|评分|打分?|给(?:你们|您|个)?|客服|服务|这次|我|"
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|stars?|points?|out of|rate|rating|score|give|it|you|"
    r"i|d|would|say|service|a|an|the|your|for|of)\b"
)
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
    """Thanks, unless something that went wrong is still open: then that is named, and nothing is booked as praise."""

    action_name: ClassVar[str] = "action_praise"

    async def answer(self, turn: Turn) -> list[Event] | None:
        praised = await _praised(turn)
        trouble = None if praised else await open_trouble(turn)
        if trouble is not None:
            turn.say(f"reply_praise_{trouble.kind}", buttons=[] if turn.form else trouble.buttons, **trouble.facts)
            turn.done("answered", turn.text)
            return []
        if not turn.pressed:
            await _keep(turn, FeedbackKind.PRAISE, turn.text, agent_id=praised.id if praised else None)
        if praised:
            turn.say("reply_praise_agent", name=praised.name)
        else:
            turn.say("reply_praise_thanks")
        turn.done("recorded", turn.text)
        return []


class ActionRate(CrmAction):
    """Keeps the score at once; after a low one a form asks what went wrong. Words that follow are the comment to it."""

    action_name: ClassVar[str] = "action_rate"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if choice(turn) == COMMENT:
            return await self._comment(turn)
        said = turn.entity("score")
        if said is None:
            turn.say("reply_rate_ask")
            return []
        score = on_scale(said, _scale_said(turn))
        if score is None:
            turn.say("reply_rate_not_on_scale")
            return []
        reason = _reason(turn)
        await _record(turn, score, key=turn.key(), comment=reason)
        turn.done("recorded", str(score), score=score)
        turn.focus(rated=score if score > SCALE.bad and not reason else None)
        if score > SCALE.bad or reason:
            turn.say(_thanks_for(score, reason), score=score)
            return RatingForm.left() if turn.form == RatingForm.form_name else []
        turn.say("reply_rate_low", score=score)
        return RatingForm.begun(rating_score=score, rating_key=turn.key())

    async def _comment(self, turn: Turn) -> list[Event] | None:
        score = int(turn.spoken_of.get("rated") or 0)
        if not score:
            turn.say("reply_rate_ask")
            return []
        await _record(turn, score, key=turn.key(), comment=turn.text.strip())
        turn.focus(rated=None)
        turn.say("reply_rate_comment_kept" if score > SCALE.bad else "reply_rating_comment_thanks")
        turn.done("recorded", turn.text, score=score)
        return []


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
        await _record(turn, int(turn.slot("rating_score")), key=str(turn.slot("rating_key")), comment=comment)
        turn.focus(accepts={"time": "request_callback"})
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


async def _record(turn: Turn, score: int, *, key: str, comment: str | None) -> None:
    await surveys.record_answer(
        turn.session,
        kind=SurveyKind.CSAT,
        score=score,
        key=key,
        member_id=turn.member.id if turn.member else None,
        identity_id=turn.identity.id,
        conversation_id=turn.conversation.id,
        agent_id=await messages.last_agent(turn.session, turn.conversation.id),
        comment=comment,
    )
    if turn.member:
        await risk.assess(turn.session, turn.member.id)


def _reason(turn: Turn) -> str | None:
    """What was said beside the score ("2, you took too long"); None when it is only a score."""
    if turn.pressed:
        return None
    left = lexicon.without("courtesy", _SCORE_WORDS.sub(" ", normalise(turn.text)))
    says = len(left.split()) >= ENOUGH_WORDS if left.isascii() else len(left.replace(" ", "")) >= ENOUGH_CHARACTERS
    return turn.text.strip() if says else None


def _thanks_for(score: int, reason: str | None) -> str:
    if score <= SCALE.bad:
        return "reply_rate_low_reason"
    if score >= SCALE.good:
        return "reply_rate_high"
    return "reply_rate_thanks_reason" if reason else "reply_rate_thanks"


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
    last = await messages.last_agent(turn.session, turn.conversation.id)
    return await agents.get(turn.session, last) if last is not None else None


@cache
def _lead_ins() -> list[str]:
    """The longest first, so that a part never breaks up the whole."""
    words = yaml.safe_load(LEAD_INS.read_text(encoding="utf-8"))["suggestion"]
    return sorted({normalise(word) for word in words}, key=len, reverse=True)
