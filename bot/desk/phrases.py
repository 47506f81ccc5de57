"""Phrases of the agents: those an installation begins with, and what is known of a customer to fill them with."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.wording import section
from crm_store import members, orders, points
from crm_store.conversations import Conversation
from crm_store.language import Language, format_number
from crm_store.phrases import Standard

_TEXT, _TITLE = "canned_", "about_"


def standard() -> list[Standard]:
    """From the console's messages: `canned_*` with their names, `about_*`."""
    texts = section("console")
    codes = [key.removeprefix(_TEXT) for key in texts if key.startswith(_TEXT)]
    return [
        Standard(
            code,
            titles={each.value: texts[f"{_TITLE}{code}"].text(each) for each in Language},
            texts={each.value: texts[f"{_TEXT}{code}"].text(each) for each in Language},
        )
        for code in codes
    ]


async def facts(session: AsyncSession, conversation: Conversation, *, agent_name: str) -> dict[str, str]:
    """What is known, by variable: of a visitor only who speaks to them. Points in figures, the latest order by its
    number."""
    known = {"agent": agent_name}
    if conversation.member_id is None:
        return known
    language = conversation.speaks
    member = await members.get(session, conversation.member_id)
    known["points"] = format_number(await points.balance(session, member.id))
    if called := members.addressed_as(member, language):
        known["name"] = called
        known["called"] = f"{called}{', ' if language is Language.EN else '，'}"
    latest = await orders.recent(session, member.id, limit=1)
    if latest:
        known["order"] = latest[0].number
    return known
