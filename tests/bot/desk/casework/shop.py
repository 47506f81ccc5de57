"""A member in a chat, agents, and short ways to look at what came of an act."""

from bot.desk.desk import Desk
from crm_store import agents, complaints, conversations, identities, members, messages
from crm_store.agents import Role
from crm_store.complaints import Complaint
from crm_store.conversations import Conversation
from crm_store.members import Member
from crm_store.messages import Message
from tests.crm_store.inbox import inbound, make_agent


async def staff(desk: Desk, name: str = "周晴", role: Role = Role.AGENT) -> int:
    async with desk.database.transaction() as session:
        agent_id = await make_agent(session, name)
        await agents.update_profile(session, await agents.get(session, agent_id), role=role)
        return agent_id


async def member_in_chat(
    desk: Desk, *, user: str = "u1", language: str = "zh-Hans", given_name: str = "晓雯"
) -> tuple[Member, Conversation]:
    async with desk.database.transaction() as session:
        member = await members.create(session, family_name="林", given_name=given_name, language=language)
        identity = await identities.find_or_create(session, channel="test", channel_user_id=user, language=language)
        await identities.bind(session, identity, member, by="email_code")
    received = await desk.receive(inbound("你好", user=user))
    await work_off(desk)
    return member, await now(desk, received.conversation.id)


async def work_off(desk: Desk) -> None:
    while (work := await desk.claim("w")) is not None:
        await desk.handle(work)


async def says(desk: Desk, text: str | None = None, *, user: str = "u1", payload: str | None = None) -> Conversation:
    received = await desk.receive(inbound(text, user=user, payload=payload))
    await work_off(desk)
    return await now(desk, received.conversation.id)


async def complained(
    desk: Desk, member: Member | None, conversation: Conversation | None, *, key: str = "c1", category: str = "quality"
) -> Complaint:
    async with desk.database.transaction() as session:
        return await complaints.file(
            session,
            member_id=member.id if member else None,
            conversation_id=conversation.id if conversation else None,
            identity_id=conversation.identity_id if conversation else None,
            category=category,
            description="坏了",
            key=key,
        )


async def state(desk: Desk, number: str) -> Complaint:
    async with desk.database.reading() as session:
        found = await complaints.by_number(session, number)
    assert found is not None
    return found


async def now(desk: Desk, conversation_id: str) -> Conversation:
    async with desk.database.reading() as session:
        return await conversations.get(session, conversation_id)


async def read_by_customer(desk: Desk, conversation_id: str) -> list[Message]:
    async with desk.database.reading() as session:
        return await messages.history(session, conversation_id)
