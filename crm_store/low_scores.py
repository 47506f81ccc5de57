"""A low score is put in front of a person: one follow-up for one event, whatever the member's risk is otherwise."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import followups, locks, service_hours
from crm_store.clock import now
from crm_store.followups import Approach, FollowUp, FollowUpStatus
from crm_store.policy import policy
from crm_store.risk import ReasonCode
from crm_store.surveys import SCALES, SurveyAnswer, SurveyKind


async def follow_up(session: AsyncSession, answer: SurveyAnswer, *, at: datetime | None = None) -> FollowUp | None:
    """Ask a person to find out what went wrong, when the score is as low as the policy's `follow_up_at_most`.

    Two scores about one event (satisfaction and effort of the same complaint) open one; a member who is followed up
    already gets no second one. None when nothing is opened; visitors nobody knows cannot be followed up.
    """
    at = at or now()
    if answer.member_id is None or answer.score > policy().surveys.follow_up_at_most[answer.kind]:
        return None
    await locks.hold(session, f"risk:{answer.member_id}")
    cause = f"{ReasonCode.SCORE_LOW}:{_event(answer)}"
    known = select(FollowUp.id).where(
        FollowUp.member_id == answer.member_id,
        (FollowUp.status == FollowUpStatus.OPEN) | (FollowUp.cause == cause),
    )
    if await session.scalar(known.limit(1)) is not None:
        return None
    weight = policy().risk.weights[ReasonCode.SCORE_LOW] * SCALES[answer.kind].badness(answer.score)
    facts = {"about": answer.id, "survey_kind": SurveyKind(answer.kind).value, "score": answer.score}
    reason = {
        "code": ReasonCode.SCORE_LOW.value,
        "weight": round(weight, 4),
        # As the assessment of risk names the same reason, so that it opens no second one after this has ended.
        "cause": f"{ReasonCode.SCORE_LOW}:{answer.id}",
        "facts": facts | {"of": SCALES[answer.kind].high},
    }
    return await followups.open(
        session,
        member_id=answer.member_id,
        cause=cause,
        reasons=[reason],
        score=round(weight, 4),
        suggested_approach=Approach.ASK_WHAT_WENT_WRONG,
        due_at=service_hours.after(at, service_hours.length(policy().risk.follow_up_usual)),
        at=at,
    )


def _event(answer: SurveyAnswer) -> str:
    """What the score is about: the complaint or return, else the conversation, else the answer itself."""
    return answer.reference or answer.conversation_id or str(answer.id)
