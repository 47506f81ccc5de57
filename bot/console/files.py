"""Files of messages, for signed-in agents alone: pictures to look at, everything else to download.

Each look is written to the audit trail.
"""

from fastapi import Request
from fastapi.responses import Response
from nicegui import core
from sqlalchemy.ext.asyncio import AsyncSession

from bot.attachments import served, stored
from bot.console import access
from bot.console.access import ROOT
from bot.services import Services
from crm_store import audit, messages
from crm_store.agents import Agent
from crm_store.conversations import Conversation
from crm_store.errors import NotFound
from crm_store.messages import Message

ROUTE = "/files/{conversation_id}/{seq}/{place}"


def address(message: Message, place: int) -> str:
    """Where the attachment at that place (from 0) of the message is fetched."""
    return f"{ROOT}/files/{message.conversation_id}/{message.seq}/{place}"


def register(services: Services) -> None:
    """The route behind `address`."""
    folder = services.settings.attachments
    core.app.remove_route(ROUTE)

    @core.app.get(ROUTE, include_in_schema=False)
    async def file(request: Request, conversation_id: str, seq: int, place: int) -> Response:
        entered = await access.enter(services, request)
        if entered is None:
            return access.to_login(request)
        _, agent = entered
        async with services.database.reading() as session:
            message = await _there(session, conversation_id, seq)
        attachments = (message.attachments if message else None) or []
        attachment = attachments[place] if 0 <= place < len(attachments) else {}
        path = stored(folder, attachment.get("ref"))
        if message is None or path is None:
            return Response(status_code=404)
        await _note_look(services, agent, message, place)
        return served(path, attachment)


async def _there(session: AsyncSession, conversation_id: str, seq: int) -> Message | None:
    try:
        return await messages.at(session, conversation_id, seq)
    except NotFound:
        return None


async def _note_look(services: Services, agent: Agent, message: Message, place: int) -> None:
    async with services.database.transaction() as session:
        conversation = await session.get_one(Conversation, message.conversation_id)
        member_id = conversation.member_id
        await audit.record(
            session,
            agent_id=agent.id,
            action="view_file",
            subject=f"member:{member_id}" if member_id else f"conversation:{conversation.id}",
            details={"conversation": conversation.id, "message": message.id, "place": place},
        )
