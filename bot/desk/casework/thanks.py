"""Thanking the most valuable members, by a message, a call or a card."""

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import acting
from bot.desk.casework.winback import write
from bot.desk.news_texts import addressed
from crm_store import proactive, thanks
from crm_store.members import Member
from crm_store.proactive import News
from crm_store.thanks import ThankedBy
from crm_store.work import Kind


async def thank(desk: AgentSide, member_id: int, agent_id: int, *, how: ThankedBy, text: str = "", key: str) -> None:
    """Tick that the member was thanked; a message goes out now, as other news without asking. Raises NotOnTheList,
    NotSent, MessageEmpty, TextTooLong."""
    async with acting(desk, agent_id, "thank_member", f"member:{member_id}", kind=Kind.WIN_BACK) as act:
        act.details["how"] = how.value
        await thanks.thank(act.session, member_id, how=how, agent_id=agent_id, key=key)
        if how is ThankedBy.MESSAGE:
            await write(act, News(kind=proactive.Kind.THANK_YOU, thing=f"best:{key}", member_id=member_id), text)


def suggested(member: Member) -> str:
    """Words of thanks in the member's language, for the agent to make their own."""
    return addressed("winback.thanks", member)
