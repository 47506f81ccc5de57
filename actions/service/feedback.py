"""Suggestions, praise and ratings, kept in the customer's own words."""

import math
import re
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import choice
from actions.kit.forms import CrmForm, FixedQuestion, free_text, requested
from actions.kit.parsing import is_aside
from actions.kit.words import lexicon
from actions.service.trouble import open_trouble
from crm_store import agents, clock, feedback, low_scores, messages, risk, surveys
from crm_store.agents import Agent
from crm_store.feedback import FeedbackKind
from crm_store.policy import policy
from crm_store.surveys import SCALES, SurveyKind
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

LEAD_INS = Path(__file__).with_name("suggestion_lead_ins.yml")
ENOUGH_CHARACTERS = 4
"""Chinese characters that must remain beside the announcement for a suggestion to be one."""
ENOUGH_WORDS = 3
NO_ASIDES = ("give_praise", "rate_service", "out_of_scope")
"""What a suggestion may sound like."""
SCALE = SCALES[SurveyKind.CSAT]
PRAISED = "give_praise"
"""In the focus as the last act, so that it can be struck out where it was none."""
COMMENT = "comment"
"""The value of `choice` that hearing gives to words that follow a score."""
_SCORE_WORDS = re.compile(
    r"\d+|[零一二两三四五六七八九十]+(?:分|星|颗星)|分|星|颗星|满分|评价|评分|打分?|给(?:你们|您|个)?|客服|服务|这次|我|"
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|stars?|points?|out of|rate|rating|score|give|it|you|"
    r"i|d|would|say|service|a|an|the|your|for|of)\b"
)
TEN = 10
HUNDRED = 100
SURVEY = "survey"
"""In the focus: the kind of survey the last score was given in."""
_LOW = {
    SurveyKind.CSAT: "reply_rate_low",
    SurveyKind.CES: "reply_effort_low",
    SurveyKind.NPS: "reply_recommend_low",
}


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
        turn.focus(done=PRAISED)
        return []


async def strike_out_praise(turn: Turn) -> None:
    """What was kept as praise was none: it goes, and the customer is asked what is wrong."""
    async with turn.writing() as session:
        gone = await feedback.strike_out(session, turn.conversation.id, FeedbackKind.PRAISE)
    turn.say("reply_praise_struck_out" if gone else "reply_praise_not_kept")
    turn.done("praise_struck_out" if gone else "not_found", PRAISED)
    turn.focus(done=None)


class ActionRate(CrmAction):
    """Keeps the score at once; after a low one a form asks what went wrong. Words that follow are the comment to it."""

    action_name: ClassVar[str] = "action_rate"

    async def answer(self, turn: Turn) -> list[Event] | None:
        which = choice(turn)
        if which == COMMENT:
            return await self._comment(turn)
        kind = SurveyKind(which) if which in set(SurveyKind) else SurveyKind.CSAT
        said = turn.entity("score")
        if said is None:
            turn.say("reply_rate_ask")
            return []
        score = on_scale(said, _scale_said(turn)) if kind is SurveyKind.CSAT else on_own_scale(said, kind)
        if score is None:
            scale = SCALES[kind]
            asks = "reply_rate_not_on_scale" if kind is SurveyKind.CSAT else "reply_score_not_on_scale"
            turn.say(asks, low=scale.low, high=scale.high)
            return []
        return await self._kept(turn, kind, score)

    @staticmethod
    async def _kept(turn: Turn, kind: SurveyKind, score: int) -> list[Event]:
        reason, is_bad = _reason(turn), score <= SCALES[kind].bad
        await _record(turn, kind, score, key=turn.key(), comment=reason)
        turn.done("recorded", str(score), score=score, survey=kind.value)
        turn.focus(rated=None if is_bad or reason else score, **{SURVEY: kind.value})
        if not is_bad or reason:
            turn.say(_thanks_for(kind, score, reason), score=score)
            return RatingForm.left() if turn.form == RatingForm.form_name else []
        turn.say(_LOW[kind], score=score)
        return RatingForm.begun(rating_score=score, rating_key=turn.key())

    async def _comment(self, turn: Turn) -> list[Event] | None:
        rated = turn.spoken_of.get("rated")
        if rated is None:
            turn.say("reply_rate_ask")
            return []
        score, kind = int(rated), _kind_spoken_of(turn)
        await _record(turn, kind, score, key=turn.key(), comment=turn.text.strip())
        turn.focus(rated=None)
        turn.say("reply_rate_comment_kept" if score > SCALES[kind].bad else "reply_rating_comment_thanks")
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
        score, key = int(turn.slot("rating_score")), str(turn.slot("rating_key"))
        await _record(turn, _kind_spoken_of(turn), score, key=key, comment=comment)
        turn.focus(accepts={"time": "request_callback"})
        turn.say("reply_rating_comment_thanks")
        turn.done("recorded", comment, score=score)
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


def on_own_scale(score: Any, kind: SurveyKind) -> int | None:
    """A score of a survey that has its own scale, as it was said; None when there is no such score on it."""
    try:
        value = float(score)
    except (TypeError, ValueError):
        return None
    scale = SCALES[kind]
    return int(value) if value.is_integer() and scale.low <= value <= scale.high else None


async def _record(turn: Turn, kind: SurveyKind, score: int, *, key: str, comment: str | None) -> None:
    """Keep the score for what was asked about: the conversation, complaint or return, and the agent who spoke there."""
    since = turn.conversation.opened_at if kind is SurveyKind.CSAT else clock.now() - policy().surveys.rest
    member_id = turn.member.id if turn.member else None
    asked = await surveys.last_asked(turn.session, kind, member_id=member_id, identity_id=turn.identity.id, since=since)
    talk = asked.conversation_id if asked and asked.conversation_id else turn.conversation.id
    answer = await surveys.record_answer(
        turn.session,
        kind=kind,
        score=score,
        key=key,
        member_id=member_id,
        identity_id=turn.identity.id,
        conversation_id=talk,
        complaint_id=asked.complaint_id if asked else None,
        reference=asked.reference if asked else None,
        agent_id=await messages.last_agent(turn.session, talk),
        comment=comment,
        sentiment=turn.sentiment.get("label") if comment else None,
    )
    if turn.member:
        await risk.assess(turn.session, turn.member.id)
        await low_scores.follow_up(turn.session, answer)


def _kind_spoken_of(turn: Turn) -> SurveyKind:
    return SurveyKind(turn.spoken_of.get(SURVEY) or SurveyKind.CSAT)


def _reason(turn: Turn) -> str | None:
    """What was said beside the score ("2, you took too long"); None when it is only a score."""
    if turn.pressed:
        return None
    left = lexicon.without("courtesy", _SCORE_WORDS.sub(" ", normalise(turn.text)))
    says = len(left.split()) >= ENOUGH_WORDS if left.isascii() else len(left.replace(" ", "")) >= ENOUGH_CHARACTERS
    return turn.text.strip() if says else None


def _thanks_for(kind: SurveyKind, score: int, reason: str | None) -> str:
    if score <= SCALES[kind].bad:
        return "reply_rate_low_reason"
    if kind is not SurveyKind.CSAT:
        return "reply_score_high" if score >= SCALES[kind].good else "reply_score_thanks"
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
    words = read_yaml(LEAD_INS)["suggestion"]
    return sorted({normalise(word) for word in words}, key=len, reverse=True)
