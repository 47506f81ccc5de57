"""Visitors of the website at the running app's socket: who signs out is forgotten, who floods is slowed down."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot import identity_token
from crm_store.conversations import Conversation, ConversationState
from crm_store.messages import Direction, Message
from tests.bot.console.conftest import Shop, shop
from tests.e2e.visitor import Visitor

__all__ = ["shop"]


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(shop: Shop) -> AsyncIterator[Visitor]:
    """A browser that is not open yet."""
    visitor = Visitor(shop.url)
    yield visitor
    await visitor.stop()


async def reload(visitor: Visitor, *, identity: str | None) -> None:
    """The next page of the shop, with what the shop says about who is signed in there."""
    await visitor.stop()
    visitor.identity = identity
    await visitor.start()


class TestSigningOut:
    @pytest.fixture
    def key(self, shop: Shop) -> str:
        """What the shop signs its word with."""
        return shop.services.settings.identity_secret.get_secret_value()

    async def test_who_signs_out_of_the_shop_is_a_stranger_who_reads_nothing(
        self, shop: Shop, visitor: Visitor, key: str
    ) -> None:
        member = await shop.member()
        visitor.identity = identity_token.issue(member.number, key)
        await visitor.start()
        await visitor.answer_to("c1", "我的积分")
        before = visitor.conversation
        async with shop.services.database.reading() as session:
            assert (await session.get_one(Conversation, before)).member_id == member.id

        await reload(visitor, identity=None)
        await visitor.answer_to("c2", "在吗")

        assert visitor.conversation not in (None, before)
        async with shop.services.database.reading() as session:
            assert (await session.get_one(Conversation, before)).state == ConversationState.CLOSED
            assert (await session.get_one(Conversation, visitor.conversation)).member_id is None

    async def test_who_stays_signed_in_goes_on(self, shop: Shop, visitor: Visitor, key: str) -> None:
        member = await shop.member()
        visitor.identity = identity_token.issue(member.number, key)
        await visitor.start()
        await visitor.answer_to("c1", "我的积分")
        before = visitor.conversation
        await reload(visitor, identity=identity_token.issue(member.number, key))
        await visitor.answer_to("c2", "在吗")
        assert visitor.conversation == before


class TestFlood:
    async def test_a_tab_that_floods_is_told_so_and_most_is_not_taken(self, shop: Shop, visitor: Visitor) -> None:
        await visitor.start()
        for number in range(80):
            await visitor.say(f"c{number}", f"第{number}句")

        async def told() -> bool:
            return any(error["code"] == "too_fast" for error in visitor.errors)

        await shop.until(told)
        async with shop.services.database.reading() as session:
            query = select(func.count()).select_from(Message).where(Message.direction == Direction.IN)
            taken = await session.scalar(query)
        assert 10 <= (taken or 0) < 40
