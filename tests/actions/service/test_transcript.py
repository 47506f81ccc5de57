"""The conversation by e-mail: to the address on file, both sides, and never to a visitor nobody knows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from actions.kit.mail import use_mailer
from actions.service.transcript import ActionTranscript
from crm_store import conversations, members
from crm_store.language import Language
from crm_store.messages import Reply
from tests.actions.conftest import Customer
from tests.crm_store.inbox import make_agent


@dataclass
class Post:
    """Keeps the conversations it was given."""

    delivers: bool = True
    sent: list[tuple[str, list[str]]] = field(default_factory=list)

    def look(self, *, life: timedelta) -> None:
        """There is no server to look for."""

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        raise AssertionError("no code is asked for")

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        self.sent.append((to, list(lines)))


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()
    use_mailer(kept)
    yield kept
    use_mailer(None)


async def with_email(customer: Customer, email: str | None) -> None:
    async with customer.database.transaction() as session:
        assert customer.member is not None
        (await members.get(session, customer.member.id)).email = email


async def test_a_member_gets_both_sides_at_the_address_on_file(member: Customer, post: Post) -> None:
    await with_email(member, "lin@example.com")
    async with member.database.transaction() as session:
        conversation = await conversations.locked(session, member.conversation_id)
        await conversations.say(session, conversation, Reply(text="您好，我是回客。"))
        agent = await make_agent(session, "林悦")
        await conversations.note(session, member.conversation_id, agent_id=agent, text="只给同事看", key="n")
    ran = await member.run(ActionTranscript, "聊天记录发我邮箱 别的邮箱 x@evil.example", "ask_transcript")
    ((to, lines),) = post.sent
    assert to == "lin@example.com"
    assert any(line.endswith("回客：您好，我是回客。") for line in lines)
    assert any("您：聊天记录发我邮箱" in line for line in lines)
    assert not any("只给同事看" in line for line in lines)
    assert ran.responses == ["reply_transcript_sent"]
    assert "lin@example.com" not in ran.only.text


async def test_a_visitor_nobody_knows_is_asked_to_verify_first(customer: Customer, post: Post) -> None:
    ran = await customer.run(ActionTranscript, "email me this chat", "ask_transcript", language="en")
    assert ran.responses == ["reply_verify_first"]
    assert post.sent == []


async def test_without_an_address_on_file_nothing_is_sent(member: Customer, post: Post) -> None:
    await with_email(member, None)
    ran = await member.run(ActionTranscript, "聊天记录发我邮箱", "ask_transcript")
    assert ran.responses == ["reply_transcript_no_email"]
    assert post.sent == []


async def test_where_no_mail_leaves_the_house_it_is_said(member: Customer, post: Post) -> None:
    await with_email(member, "lin@example.com")
    post.delivers = False
    ran = await member.run(ActionTranscript, "聊天记录发我邮箱", "ask_transcript")
    assert ran.responses == ["reply_transcript_no_post"]
    assert post.sent == []
