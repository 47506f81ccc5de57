"""What is asked of the store for one member or one message, by the operations that console, bot and desk call."""

import hashlib
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.capacity.shop import AGENTS, member_number, phone_of
from bot.console import cases
from bot.console.cases import Shown, Tab
from bot.console.history import FIRST_PAGE
from bot.console.members import facts
from crm_store import (
    conversations,
    identities,
    interactions,
    members,
    messages,
    orders,
    points,
    privacy,
    queue,
    risk,
    search,
    tiers,
    turns,
    work,
)
from crm_store.conversations import Bid, Conversation
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Inbound, Reply, Understanding
from crm_store.policy import policy
from crm_store.work import Kind

EARLIER = 6
"""Conversations at one address that the console lists beside the present one, and one to see whether there are more."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody who is looked at or who writes. `identity_id`, `channel` and `address`: where they write from;
    `conversation_id`: what they said last, or of who never wrote somebody else's."""

    member_id: int
    family_name: str
    identity_id: int
    channel: str
    address: str
    conversation_id: str
    agent_id: int


Asked = Callable[[AsyncSession, Subject], Awaitable[object]]
Done = Callable[[Database, Subject], Awaitable[object]]


async def drawn(session: AsyncSession, many: int, *, seed: int) -> list[Subject]:
    """Half by lot among the members, half among what was said: who writes much comes often there, as they do live."""
    chance = random.Random(seed)
    people = await session.scalar(select(func.max(Member.id))) or 0
    # Those made by `shop`, by their number; what receiving adds has other ids, and is not drawn.
    talks = await session.scalar(select(func.count()).select_from(Conversation)) or 0
    found: list[Subject] = []
    while len(found) < many:
        talk = await session.get(Conversation, talk_id(chance.randint(1, int(talks * 0.95))))
        if talk is None or talk.member_id is None:
            continue
        member_id = talk.member_id if len(found) % 2 else chance.randint(1, people)
        member = await members.get(session, member_id)
        identity = await session.get_one(Identity, member_id)  # each member's browser has the member's number
        theirs = await conversations.for_member(session, member_id, limit=1)
        last = theirs[0].id if theirs else talk.id
        found.append(
            Subject(
                member_id, member.family_name, identity.id, identity.channel, identity.channel_user_id, last,
                chance.randint(1, AGENTS),
            )
        )  # fmt: skip
    return found


def talk_id(number: int) -> str:
    """The id `rows.sql` gives its conversation of that number."""
    return hashlib.md5(f"talk{number}".encode(), usedforsecurity=False).hexdigest()


async def member_page(session: AsyncSession, who: Subject) -> None:
    await facts.load(session, who.member_id, whole=True, agent_id=who.agent_id)


async def member_panel(session: AsyncSession, who: Subject) -> None:
    await facts.load(session, who.member_id, agent_id=who.agent_id)


async def conversation(session: AsyncSession, who: Subject) -> None:
    lines = await conversations.lines(session, who.conversation_id)
    await identities.get(session, lines[0].identity_id)
    await conversations.labels(session, who.conversation_id)
    await messages.together(session, {line.id: 0 for line in lines}, limit=FIRST_PAGE)


async def history_of_member(session: AsyncSession, who: Subject) -> None:
    await conversations.for_member(session, who.member_id)
    await interactions.timeline(session, who.member_id)


async def earlier_there(session: AsyncSession, who: Subject) -> None:
    await conversations.for_identity(session, who.identity_id, limit=EARLIER)


async def balance(session: AsyncSession, who: Subject) -> None:
    await points.balance_and_owed(session, who.member_id)
    await points.expiring(session, who.member_id, within=policy().points.expiring_soon)


async def statement(session: AsyncSession, who: Subject) -> None:
    await points.history(session, who.member_id)


async def level(session: AsyncSession, who: Subject) -> None:
    await tiers.progress(session, await members.get(session, who.member_id))


async def last_orders(session: AsyncSession, who: Subject) -> None:
    await orders.recent(session, who.member_id)


async def by_address(session: AsyncSession, who: Subject) -> None:
    assert await identities.known(session, channel=who.channel, channel_user_id=who.address)


async def by_phone(session: AsyncSession, who: Subject) -> None:
    assert await members.by_phone(session, f"+86 {phone_of(who.member_id)}")


async def by_number(session: AsyncSession, who: Subject) -> None:
    assert await members.by_number(session, member_number(who.member_id))


async def search_name(session: AsyncSession, who: Subject) -> None:
    await search.members_like(session, f"{who.family_name}雨", limit=6)


async def search_words(session: AsyncSession, _who: Subject) -> None:
    await search.saying(session, "投诉", limit=6)


async def search_rare_words(session: AsyncSession, who: Subject) -> None:
    await search.saying(session, f"找不到的话{who.member_id}", limit=6)


async def counts(session: AsyncSession, _who: Subject) -> None:
    await queue.counts(session)


def _list(tab: Tab) -> Asked:
    async def shown(session: AsyncSession, who: Subject) -> None:
        await cases.load(session, Shown.of(tab, who.agent_id))

    return shown


async def place_in_line(session: AsyncSession, _who: Subject) -> None:
    head = await queue.waiting(session, limit=1)
    position = await queue.queue_position(session, head[0].conversation.id) if head else None
    await queue.expected_wait(session, position or 1)


async def work_counts(session: AsyncSession, who: Subject) -> None:
    await work.counts(session, who.agent_id, list(Kind))


async def my_day(session: AsyncSession, who: Subject) -> None:
    await work.my_day(session, who.agent_id, list(Kind))


READING: Mapping[str, Asked] = {
    "the member's page": member_page,
    "the member beside a conversation": member_panel,
    "a conversation's history": conversation,
    "a member's conversations and contacts": history_of_member,
    "what was said at an address before": earlier_there,
    "the balance, and what expires": balance,
    "the statement of points": statement,
    "the level": level,
    "the last orders": last_orders,
    "recognised by address": by_address,
    "recognised by phone number": by_phone,
    "recognised by member number": by_number,
    "the desk's counts": counts,
    "the queue": _list(Tab.QUEUE),
    "an agent's own list": _list(Tab.MINE),
    "the colleagues' list": _list(Tab.TEAM),
    "the bot's list": _list(Tab.BOT),
    "the list of all": _list(Tab.ALL),
    "the closed": _list(Tab.CLOSED),
    "a place in the queue": place_in_line,
    "the work desk's counts": work_counts,
    "an agent's day": my_day,
}
"""Reads of people who wait, by what they are called."""


async def turn(database: Database, who: Subject) -> None:
    """A message comes in and is leased at once, as to a worker with a free hand; then the bot's reply and the record of
    the contact are written and the lease is given back: both writing transactions of a message's road."""
    inbound = Inbound(who.channel, who.address, uuid.uuid4().hex, text="我有多少积分")
    async with database.transaction() as session:
        received = await conversations.receive(session, inbound, bid=Bid("benchmark"))
    assert received.lease is not None
    said = Understanding(intent="ask_points_balance", confidence=0.97, language="zh-Hans", sentiment="neutral")
    async with database.transaction() as session:
        ended = await turns.complete_turn(
            session, received.lease, received.message.id, replies=[Reply("您现在有 2380 积分。")], understanding=said,
            fallbacks=0, release=True,
        )  # fmt: skip
        await interactions.record_unless_known(
            session, member_id=who.member_id, identity_id=ended.conversation.identity_id,
            conversation_id=ended.conversation.id, message_id=ended.message.id, channel=who.channel,
            intent=said.intent, sentiment=said.sentiment, sentiment_confidence=0.9, anger=0.0, outcome="answered",
            key=f"message:{ended.message.id}",
        )  # fmt: skip


async def look_for_work(database: Database, _who: Subject) -> None:
    async with database.reading() as session:
        await turns.is_due(session)
    async with database.transaction() as session:
        await turns.claim(session, "benchmark")


async def assess(database: Database, who: Subject) -> None:
    async with database.transaction() as session:
        await risk.assess(session, who.member_id)


async def export(session: AsyncSession, who: Subject) -> None:
    await privacy.export_data(session, who.member_id)


async def erase(database: Database, who: Subject) -> None:
    """All that is done in the transaction of the wish; taken back, so that the next look finds the member there."""
    async with database.transaction() as session:
        await privacy.erase(session, who.member_id, by="benchmark")
        await session.rollback()


def reads(asked: Asked) -> Done:
    """The operation in a session of its own."""

    async def done(database: Database, who: Subject) -> None:
        async with database.reading() as session:
            await asked(session, who)

    return done


OPERATIONS: Mapping[str, Done] = {
    **{name: reads(asked) for name, asked in READING.items()},
    "a look for work": look_for_work,
    "a message that opens a conversation, received to ended": turn,
    "a message in an open conversation, received to ended": turn,
    "a member's risk anew": assess,
}
"""All that has to be quick, in the order in which each subject goes through it."""

SELDOM: Mapping[str, Done] = {
    "a copy of a member's data": reads(export),
    "a member's data erased": erase,
    "search: part of a name": reads(search_name),
    "search: a word that many said": reads(search_words),
    "search: words nobody said": reads(search_rare_words),
}
"""Measured, and not promised to be as quick: what is rare, and searches, which read through whole tables."""
