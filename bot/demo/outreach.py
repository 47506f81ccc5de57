"""News that demo members got without asking in the last weeks, what they like to hear of, and what came of it."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo.people import SEED
from bot.desk.news_texts import reply_to
from crm_store import clock, identities
from crm_store.conversations import IDLE, Conversation, ConversationState
from crm_store.identities import VerifiedBy
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import Author, Direction, Message, MessageStatus
from crm_store.orders import Order
from crm_store.parcels import Parcel, ParcelCode, lateness
from crm_store.policy import policy
from crm_store.proactive import MARKETING, Kind, News, ProactiveSend, StockWatch, Topic, TopicStop, rules
from crm_store.products import Product
from crm_store.yaml_files import read_yaml

WEEKS = 7
INTERESTED = 0.45
"""The part of the members who have chosen what they like to hear of."""
TOLD = 0.45
"""The part of the parcels that their owners were told of."""
WISHED = 90
"""Messages about goods, points and birthdays."""
ANSWERED = {Kind.PARCEL_LATE: 0.55, Kind.POINTS_EXPIRING: 0.4, Kind.NEW_GOODS: 0.25}
USUALLY_ANSWERED = 0.1
PRESSED = 0.6
"""Of the answers to a message with a button."""
STOPPED = 0.06
"""Of marketing messages."""
FAILED = 0.03


@cache
def _answers() -> dict[str, list[str]]:
    content: dict[str, list[str]] = read_yaml(files("bot.demo").joinpath("outreach.yml"))
    return content


@dataclass
class Past:
    """Writes what was sent. `chance`: the same every time."""

    session: AsyncSession
    chance: random.Random

    async def tell(self, member: Member, news: News, at: datetime) -> None:
        """One message at `at` in a conversation that has ended, answered or not."""
        while rules.is_quiet(at, member.zone, policy().proactive):
            at += timedelta(minutes=20)
        channel = self.chance.choice(("web", "telegram"))
        identity = await identities.find_or_create(
            self.session, channel=channel, channel_user_id=f"demo-{member.number}", language=member.language
        )
        await identities.bind(self.session, identity, member, by=VerifiedBy.IMPORT)
        answers = self.chance.random() < ANSWERED.get(news.kind, USUALLY_ANSWERED)
        conversation = Conversation(
            id=uuid.uuid5(uuid.NAMESPACE_OID, news.key).hex,
            channel=channel,
            identity_id=identity.id,
            member_id=member.id,
            state=ConversationState.CLOSED,
            language=member.language,
            opened_at=at,
            last_message_at=at,
            closed_at=at + policy().conversations.close_after,
            outcome=IDLE,
            last_seq=1 + answers,
        )
        self.session.add(conversation)
        await self.session.flush()
        message = self._say(conversation, member, news, at)
        if answers:
            self._answer(conversation, member, message, at + timedelta(minutes=self.chance.randrange(2, 600)))
        await self.session.flush()
        self.session.add(
            ProactiveSend(
                key=news.key,
                kind=news.kind,
                topic=news.topic,
                member_id=member.id,
                conversation_id=conversation.id,
                message_id=message.id,
                channel=channel,
                week=rules.week_of(at, clock.business_zone()),
                sent_at=at,
                counts_until=at + policy().proactive.effect_within,
                stopped_at=await self._stop(member, news, at),
            )
        )

    def _say(self, conversation: Conversation, member: Member, news: News, at: datetime) -> Message:
        with clock.frozen(at):
            reply = reply_to(news, member, Language.of(member.language))
        fails = conversation.channel == "telegram" and self.chance.random() < FAILED
        message = Message(
            conversation_id=conversation.id,
            seq=1,
            channel=conversation.channel,
            direction=Direction.OUT,
            author=Author.SYSTEM,
            status=MessageStatus.FAILED if fails else MessageStatus.SENT,
            text=reply.text,
            buttons=reply.buttons or None,
            created_at=at,
            sent_at=None if fails else at,
            # Long given up: the work desk asks nobody to try again.
            given_up_at=at + timedelta(hours=2) if fails else None,
            error="chat not found" if fails else None,
        )
        self.session.add(message)
        return message

    def _answer(self, conversation: Conversation, member: Member, told: Message, at: datetime) -> None:
        """In words, or by a button where there is one."""
        button = told.buttons[0] if told.buttons and self.chance.random() < PRESSED else None
        words = self.chance.choice(_answers()[Language.of(member.language)])
        self.session.add(
            Message(
                conversation_id=conversation.id,
                seq=2,
                channel=conversation.channel,
                direction=Direction.IN,
                author=Author.CUSTOMER,
                status=MessageStatus.HANDLED,
                text=button["title"] if button else words,
                payload=button["payload"] if button else None,
                language=member.language,
                created_at=at,
                handled_at=at,
            )
        )
        conversation.last_customer_at = conversation.last_message_at = at

    async def _stop(self, member: Member, news: News, at: datetime) -> datetime | None:
        """Now and then a marketing message costs its topic."""
        if news.topic not in MARKETING or self.chance.random() > STOPPED:
            return None
        stopped_at = at + timedelta(minutes=self.chance.randrange(1, 90))
        if await self.session.get(TopicStop, (member.id, news.topic)) is None:
            self.session.add(TopicStop(member_id=member.id, topic=news.topic, stopped_at=stopped_at))
        return stopped_at


async def write(session: AsyncSession, *, but: Sequence[str]) -> None:
    """Interests, goods waited for, and what was sent in the last weeks. `but`: numbers of members with stories of their
    own, who got nothing."""
    chance = random.Random(SEED)
    active = select(Member).where(Member.status == MemberStatus.ACTIVE, Member.number.not_in(but))
    everybody = list(await session.scalars(active.order_by(Member.id)))
    goods = list(await session.scalars(select(Product).order_by(Product.id)))
    if not everybody:
        return
    kinds = sorted({product.category for product in goods})
    for member in everybody:
        if chance.random() < INTERESTED:
            member.interests = sorted(chance.sample(kinds, chance.choice((1, 1, 2, 3))))
        if chance.random() < 0.02:
            session.add(TopicStop(member_id=member.id, topic=Topic.SURVEYS, stopped_at=clock.now()))
    past = Past(session, chance)
    await _parcels(past, {member.id: member for member in everybody})
    await _wished(past, everybody, goods)
    for product in (goods[0], goods[-1]):
        product.released_at = clock.now() - timedelta(days=1)
    # What is sold out by now, and who waits for it.
    sold_out = goods[len(goods) // 2]
    sold_out.stock = 0
    for member in chance.sample(everybody, min(6, len(everybody))):
        session.add(StockWatch(member_id=member.id, product_id=sold_out.id, asked_at=clock.now() - timedelta(days=2)))
    await session.flush()


async def _parcels(past: Past, by_id: dict[int, Member]) -> None:
    since = clock.now() - timedelta(weeks=WEEKS)
    rows = select(Parcel).join(Order).where(Parcel.delivered_at > since, Order.member_id.in_(by_id))
    for parcel in await past.session.scalars(rows.order_by(Parcel.id)):
        if past.chance.random() > TOLD:
            continue
        member = by_id[parcel.order.member_id]
        step = next((each for each in parcel.events if each.code == ParcelCode.OUT_FOR_DELIVERY), None)
        if step is None or step.at is None or parcel.promised_at is None:
            continue
        moved = News(
            kind=Kind.PARCEL_MOVED, thing=str(step.id), member_id=member.id, facts={"event": step, "parcel": parcel}
        )
        await past.tell(member, moved, step.at + timedelta(minutes=1))
        if lateness(parcel) is not None:
            late = News(
                kind=Kind.PARCEL_LATE,
                thing=f"{parcel.id}:{parcel.promised_at:%Y%m%d%H%M}",
                member_id=member.id,
                facts={"parcel": parcel},
            )
            await past.tell(member, late, parcel.promised_at + policy().proactive.late_after)


async def _wished(past: Past, everybody: Sequence[Member], goods: Sequence[Product]) -> None:
    chance = past.chance
    for number in range(min(WISHED, len(everybody))):
        member = chance.choice(everybody)
        at = clock.now() - timedelta(days=chance.randrange(1, WEEKS * 7), minutes=chance.randrange(600))
        kind = chance.choice((Kind.POINTS_EXPIRING, Kind.NEW_GOODS, Kind.NEW_GOODS, Kind.BIRTHDAY))
        if kind is not Kind.POINTS_EXPIRING and not member.marketing_consent:
            continue
        facts: dict[str, object] = {}
        if kind is Kind.POINTS_EXPIRING:
            facts = {"points": 20 * chance.randrange(5, 60), "day": (at + timedelta(days=30)).date()}
        elif kind is Kind.NEW_GOODS:
            facts = {"products": chance.sample(goods, chance.choice((1, 2)))}
        await past.tell(member, News(kind=kind, thing=f"demo:{number}", member_id=member.id, facts=facts), at)
