"""The conversation as an e-mail: to the address on file of a verified member, never to one that is typed."""

from datetime import datetime
from typing import ClassVar

from actions.kit.base import Event, MemberAction, Turn
from actions.kit.mail import mailer
from actions.kit.quick_replies import wish
from crm_store import messages
from crm_store.clock import business_zone
from crm_store.labels import label
from crm_store.language import Language, mask_email
from crm_store.members import Member
from crm_store.messages import Author, Message


class ActionTranscript(MemberAction):
    """Mail what was said in this conversation, both sides, notes of the staff left out."""

    action_name: ClassVar[str] = "action_transcript"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        post = mailer()
        if not member.email:
            turn.say("reply_transcript_no_email", buttons=[wish(turn, "update_profile")])
            turn.done("refused", "no e-mail address on file")
            return []
        if post is None or not post.delivers:
            turn.say("reply_transcript_no_post", buttons=[wish(turn, "request_human")])
            turn.done("refused", "no mail server")
            return []
        said = await messages.history(turn.session, turn.conversation.id)
        lines = [line for message in said if (line := spoken(message, turn.language))]
        post.send_transcript(
            to=member.email, began=turn.conversation.opened_at, lines=lines, language=turn.language, key=turn.key()
        )
        turn.say("reply_transcript_sent", email=mask_email(member.email))
        turn.done("done", "transcript sent")
        return []


def spoken(message: Message, language: Language) -> str:
    """A message as a line: 11-26 15:04 客服：…; empty for one without words."""
    if not message.text:
        return ""
    who = label("transcript_author", Author(message.author), language)
    return label("transcript_line", "line", language, at=_moment(message.created_at), who=who, text=message.text)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(business_zone()):%m-%d %H:%M}"
