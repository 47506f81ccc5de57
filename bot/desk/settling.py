"""The customer's word on a solution: it closes the complaint, or takes it up again."""

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.settled import SOLVED, UNSOLVED, read_settled
from bot.desk.notices import HUMAN
from bot.hearing.answers import settled
from bot.hearing.danger import danger
from bot.wording import wording
from crm_store import complaints, conversations, risk
from crm_store.complaints import Complaint, ComplaintNotReopenable
from crm_store.conversations import Context, Conversation
from crm_store.db import Database
from crm_store.language import Language, format_moment
from crm_store.messages import Message, Reply


async def answer_of(database: Database, conversation: Conversation, message: Message) -> tuple[str, str] | None:
    """SOLVED or UNSOLVED and the complaint's number, pressed or said. "Not solved" is heard at any later time as well,
    about the complaint that was settled last; None when the message is about nothing of the kind."""
    if message.payload:
        return read_settled(message.payload)
    context = Context.read(conversation.context)
    if not message.text or context.expects.form is not None or danger.heard(message.text) is not None:
        return None
    if (answered := settled.answers(message.text, context)) is not None:
        return answered
    if settled.said(message.text) != UNSOLVED:
        return None
    async with database.reading() as session:
        complaint = await complaints.last_settled(
            session,
            member_id=conversation.member_id,
            identity_id=conversation.identity_id,
            conversation_id=conversation.id,
        )
    return (UNSOLVED, complaint.number) if complaint is not None else None


async def settle(
    session: AsyncSession, conversation: Conversation, message: Message, answered: tuple[str, str]
) -> Complaint | None:
    """Do what the customer said and tell them. The complaint, when it changed; None when it is not theirs, or there is
    nothing to change."""
    answer, number = answered
    complaint = await complaints.by_number(session, number)
    if complaint is None or not _is_theirs(complaint, conversation):
        return None
    language, key = conversation.speaks, f"message:{message.id}:settled"
    if complaint.is_open:
        await _say(session, conversation, "complaint_open_already", complaint, language)
        return None
    if answer == SOLVED:
        complaint = await complaints.confirm(session, complaint, key=key, message_id=message.id)
        await _say(session, conversation, "complaint_confirmed", complaint, language)
    else:
        try:
            complaint = await complaints.reopen(
                session, complaint, reason=message.text or "", key=key, language=language
            )
        except ComplaintNotReopenable:
            await _say(session, conversation, "complaint_too_long_ago", complaint, language, offers_person=True)
            return None
        await _say(session, conversation, "complaint_not_solved", complaint, language, offers_person=True)
    if complaint.member_id is not None:
        await risk.assess(session, complaint.member_id)
    return complaint


def _is_theirs(complaint: Complaint, conversation: Conversation) -> bool:
    own = complaint.member_id is not None and complaint.member_id == conversation.member_id
    same_place = conversation.id == complaint.conversation_id or conversation.identity_id == complaint.identity_id
    return own or (complaint.member_id is None and same_place)


async def _say(
    session: AsyncSession,
    conversation: Conversation,
    key: str,
    complaint: Complaint,
    language: Language,
    *,
    offers_person: bool = False,
) -> None:
    text = wording(f"casework.{key}", language, number=complaint.number, due=format_moment(complaint.due_at, language))
    person = {"title": wording("casework.button_human", language), "payload": HUMAN}
    await conversations.say(session, conversation, Reply(text=text, buttons=[person] if offers_person else []))
