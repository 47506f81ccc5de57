"""A score is asked for once, after a conversation with the bot that ended well, and never where something was wrong."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.desk.desk import Desk
from bot.jobs.ratings import ask_for_ratings
from crm_store import complaints, conversations
from crm_store.clock import FrozenClock
from crm_store.conversations import Context, Conversation
from crm_store.messages import Message, Reply
from crm_store.policy import policy
from tests.bot.desk.test_desk import current, says, told

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def talked(desk: Desk, intents: Sequence[str], *, anger: float = 0.0) -> Conversation:
    """A conversation whose messages were understood as these intents."""
    for number, intent in enumerate(intents):
        conversation = await says(desk, f"第{number}句")
        async with desk.database.transaction() as session:
            last = (await told(desk, conversation))[-2]
            await session.execute(update(Message).where(Message.id == last.id).values(intent=intent, anger=anger))
    return conversation


async def test_it_is_asked_once_after_the_silence(desk: Desk, frozen_clock: FrozenClock) -> None:
    conversation = await talked(desk, ["ask_faq", "thank"])
    assert await ask_for_ratings(desk) == 0
    frozen_clock.move(policy().surveys.ask_after)
    assert await ask_for_ratings(desk) == 1
    expects = Context.read((await current(desk, conversation.id)).context).expects
    assert [option["title"] for option in expects.options] == ["5 分", "4 分", "3 分", "2 分", "1 分"]
    frozen_clock.move(policy().surveys.ask_after)
    assert await ask_for_ratings(desk) == 0


@pytest.mark.parametrize(
    ("intents", "anger"),
    [
        (["ask_faq", "ask_faq"], 0.0),
        (["thank"], 0.0),
        (["report_danger", "thank"], 0.0),
        (["make_complaint", "thank"], 0.0),
        (["vent", "goodbye"], 0.0),
        (["ask_faq", "thank"], 0.95),
    ],
)
async def test_not_where_it_did_not_end_well(
    desk: Desk, frozen_clock: FrozenClock, intents: list[str], anger: float
) -> None:
    await talked(desk, intents, anger=anger)
    frozen_clock.move(policy().surveys.ask_after)
    assert await ask_for_ratings(desk) == 0


async def test_news_sent_hours_later_begin_no_talk_anew(desk: Desk, frozen_clock: FrozenClock) -> None:
    conversation = await talked(desk, ["ask_faq", "thank"])
    frozen_clock.move(timedelta(hours=3))
    async with desk.database.transaction() as session:
        held = await conversations.locked(session, conversation.id)
        await conversations.say(session, held, Reply(text="您的包裹正在派送"))
    frozen_clock.move(policy().surveys.ask_after)
    assert await ask_for_ratings(desk) == 0


async def test_not_amid_a_complaint(desk: Desk, frozen_clock: FrozenClock) -> None:
    conversation = await talked(desk, ["ask_faq", "thank"])
    async with desk.database.transaction() as session:
        await complaints.file(
            session, member_id=None, identity_id=conversation.identity_id, conversation_id=conversation.id,
            category="staff", description="态度差", key="k",
        )  # fmt: skip
    frozen_clock.move(policy().surveys.ask_after)
    assert await ask_for_ratings(desk) == 0
