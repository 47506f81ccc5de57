"""A conversation at its own address, and the pages around it, as the server builds them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from bot.console.ordering import snooze_times
from bot.jobs.archive import archive_old
from crm_store import conversations, messages
from crm_store.clock import FrozenClock, now
from crm_store.language import Language
from crm_store.messages import MessageStatus
from tests.bot.console.conftest import PASSWORD, Shop


@asynccontextmanager
async def entered(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A client that has signed in."""
    async with httpx.AsyncClient(base_url=shop.url, follow_redirects=True, timeout=60) as client:
        await client.post("/console/session", data={"email": "zhou@shop.example", "password": PASSWORD})
        yield client


async def test_a_conversation_has_an_address_of_its_own_and_the_old_one_still_leads_to_it(shop: Shop) -> None:
    await shop.agent()
    waiting = await shop.waits("我的包裹呢", user="u1")
    async with entered(shop) as client:
        for address in (f"/console/c/{waiting.id}", f"/console/?conversation={waiting.id}"):
            page = (await client.get(address)).text
            assert page.count("我的包裹呢") >= 2, address
        assert "从左边选一位客户" in (await client.get("/console/c/nothing")).text


@pytest.mark.parametrize(
    ("language", "chip"), [(Language.ZH_HANS, "已归档"), (Language.ZH_HANT, "已封存"), (Language.EN, "Archived")]
)
async def test_an_archived_conversation_is_shown_whole_and_says_so(
    shop: Shop, frozen_clock: FrozenClock, language: Language, chip: str
) -> None:
    await shop.agent(language=language)
    talk = await shop.waits("我的包裹呢", user="u1")
    async with shop.services.database.transaction() as session:
        for message in await messages.history(session, talk.id, audience=messages.Audience.STAFF):
            message.status = MessageStatus.HANDLED
        (await conversations.get(session, talk.id)).work_due_at = None
        await conversations.close(session, talk.id, outcome="resolved")
    frozen_clock.move(timedelta(days=184))
    await shop.waits("今天的话", user="u2")
    async with entered(shop) as client:
        before = (await client.get(f"/console/c/{talk.id}")).text
        assert await archive_old(shop.services.database) == 1
        after = (await client.get(f"/console/c/{talk.id}")).text
    told = chip.encode("unicode_escape").decode()
    assert "我的包裹呢" in after
    assert not {told, chip} & {word for word in (told, chip) if word in before}
    assert told in after or chip in after


async def test_a_stranger_who_signs_in_comes_to_the_conversation_that_was_asked_for(shop: Shop) -> None:
    await shop.agent()
    waiting = await shop.waits("我的包裹呢", user="u1")
    async with httpx.AsyncClient(base_url=shop.url, timeout=60) as client:
        refused = await client.get(f"/console/c/{waiting.id}")
        assert refused.status_code == 303
        wanted = f"/console/c/{waiting.id}"
        signed_in = await client.post(
            "/console/session", data={"email": "zhou@shop.example", "password": PASSWORD, "next": wanted}
        )
        assert signed_in.headers["location"] == wanted


@pytest.mark.parametrize(
    ("language", "lost"),
    [(Language.ZH_HANS, "连接断开了"), (Language.ZH_HANT, "連線中斷了"), (Language.EN, "The connection is lost")],
)
async def test_a_lost_connection_is_told_in_the_agents_language(shop: Shop, language: Language, lost: str) -> None:
    await shop.agent(language=language)
    async with entered(shop) as client:
        page = (await client.get("/console/")).text
    assert lost.encode("unicode_escape").decode() in page or lost in page


async def test_the_phrases_of_a_new_installation_are_there(shop: Shop) -> None:
    await shop.agent()
    async with entered(shop) as client:
        page = (await client.get("/console/phrases")).text
    assert page.count("hk-phrase") >= 7 or "sorry_late" in page


async def test_a_member_with_two_open_conversations_is_marked_as_such(shop: Shop) -> None:
    await shop.agent()
    member = await shop.member()
    first = await shop.waits("第一段", user="u1", member=member)
    async with shop.services.database.transaction() as session:
        (await conversations.get(session, first.id)).channel = "telegram"
    second = await shop.waits("第二段", user="u2", member=member)
    assert first.id != second.id
    async with entered(shop) as client:
        page = (await client.get(f"/console/c/{second.id}")).text
    assert "这位会员还有别的会话没结束" in page
    assert f"/console/c/{first.id}" in page


async def test_signing_out_gives_back_what_waits(shop: Shop) -> None:
    agent_id = await shop.agent()
    waiting = await shop.waits("在吗", user="u1")
    await shop.services.desk.take(waiting.id, agent_id)
    async with entered(shop) as client:
        await client.post("/console/session/end")
    returned = await shop.now(waiting)
    assert (returned.state, returned.queue_reason) == ("queue", "returned")


def test_the_times_to_snooze_until_lie_ahead_in_order(frozen_clock: FrozenClock) -> None:
    found = snooze_times(now())
    assert found == sorted(set(found))
    assert [round((each - now()).total_seconds() / 3600) for each in found] == [1, 3, 8, 23, 167]
