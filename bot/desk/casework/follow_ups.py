"""Working on follow-ups: taken, given back to all, ended with what came of it."""

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from crm_store import followups
from crm_store.followups import FollowUpOutcome
from crm_store.work import Kind

_KIND = Kind.FOLLOW_UPS


async def claim(desk: AgentSide, follow_up_id: int, agent_id: int) -> None:
    """Take it as one's own. Raises FollowUpTaken, FollowUpDone, NotFound."""
    async with acting(desk, agent_id, "claim_follow_up", f"follow_up:{follow_up_id}", kind=_KIND) as act:
        await followups.claim(act.session, await followups.get(act.session, follow_up_id), agent_id=agent_id)


async def release(desk: AgentSide, follow_up_id: int, agent_id: int) -> None:
    """Give it back to all. Raises FollowUpDone, NotFound."""
    async with acting(desk, agent_id, "release_follow_up", f"follow_up:{follow_up_id}", kind=_KIND) as act:
        await followups.release(act.session, await followups.get(act.session, follow_up_id))


async def finish(
    desk: AgentSide, follow_up_id: int, agent_id: int, *, outcome: FollowUpOutcome | str, note: str | None = None
) -> None:
    """Write down what came of it. Raises FollowUpDone, NotFound."""
    async with acting(desk, agent_id, "record_follow_up_outcome", f"follow_up:{follow_up_id}", kind=_KIND) as act:
        found = await followups.get(act.session, follow_up_id)
        act.details["outcome"] = str(outcome)
        await followups.record_outcome(act.session, found, outcome=outcome, agent_id=agent_id, note=note)
