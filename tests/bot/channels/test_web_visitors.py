"""Who sits at the browser: tokens that end, the shop's word, and signing out for every tab and process."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.channels.web import lookout, visitors
from bot.desk.dialogue import Dialogue
from crm_store import clock, conversations, identities, messages
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import Identity, VerifiedBy
from crm_store.members import Member
from crm_store.messages import Message
from crm_store.sealing import raw
from tests.bot.channels.web_tab import Tab, make_member, make_services, tab, word_for


@pytest_asyncio.fixture
async def services(database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    return make_services(database, dialogue, tmp_path)


@pytest_asyncio.fixture
async def member(services: Any) -> Member:
    return await make_member(services)


async def identity_of(services: Any) -> Identity:
    async with services.database.reading() as session:
        return (await session.scalars(select(Identity))).one()


async def signed_in(visitor: Tab, services: Any, member: Member) -> str:
    """The member has signed in and said something; the visitor's token."""
    welcome = await visitor.greets(identity=word_for(services, member), locale="en")
    assert welcome["member"]
    await visitor.writes("m1", "a secret of mine")
    await visitor.gets("state")
    return str(welcome["visitor"])


async def test_whom_nobody_has_seen_is_no_member_and_is_shown_nothing(services: Any, member: Member) -> None:
    async with tab(services) as visitor:
        welcome = await visitor.greets(locale="en")
        assert (welcome["member"], welcome["conversation"]) == (False, None)


async def test_a_member_s_browser_tells_where_they_are_and_a_visitor_s_nothing(services: Any, member: Member) -> None:
    async with tab(services) as visitor:
        await visitor.greets(zone="Europe/London")
    async with tab(services) as visitor:
        for zone in ("Asia/Taipei", "Mars/Olympus"):
            await visitor.greets(identity=word_for(services, member), zone=zone)
    async with services.database.reading() as session:
        assert [each.time_zone for each in await session.scalars(select(Member))] == ["Asia/Taipei"]


class TestToken:
    async def test_it_ends_180_days_after_the_last_hello(self, services: Any, frozen_clock: FrozenClock) -> None:
        async with tab(services) as visitor:
            token = (await visitor.greets())["visitor"]
            await visitor.writes("c1", "hello")
        conversation = (await visitor.gets("welcome"))["conversation"]
        frozen_clock.move(timedelta(days=179))
        async with tab(services) as visitor:
            welcome = await visitor.greets(visitor=token)
            assert welcome["conversation"] == conversation
        frozen_clock.move(timedelta(days=179))
        async with tab(services) as visitor:
            assert (await visitor.greets(visitor=token))["conversation"] is None
            assert (await visitor.greets(visitor=welcome["visitor"]))["conversation"] == conversation

    @pytest.mark.parametrize("token", ["", "made up", "a.b.c", "\ud800", "x" * 5000, "InYxIg.aRkq0w.made-up"])
    async def test_one_that_is_none_of_ours_makes_a_new_visitor(self, services: Any, token: str) -> None:
        async with tab(services) as visitor:
            welcome = await visitor.greets(visitor=token)
            assert welcome["conversation"] is None
            assert welcome["visitor"] != token


class TestRefused:
    async def _refusals(self, services: Any, member: Member) -> dict[str, str]:
        return {
            "expired": word_for(services, member, life=timedelta(minutes=-1)),
            "lives_too_long": word_for(services, member, life=timedelta(days=2)),
            "malformed": word_for(services, member) + "x",
        }

    @pytest.mark.parametrize("reason", ["expired", "lives_too_long", "malformed"])
    async def test_the_earlier_member_is_signed_out_and_told(self, services: Any, member: Member, reason: str) -> None:
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
        refused = (await self._refusals(services, member))[reason]
        async with tab(services) as again:
            welcome = await again.greets(visitor=token, identity=refused, locale="en")
            assert (welcome["member"], welcome["conversation"], welcome["refused"]) == (False, None, reason)
            told = await again.gets("error")
            assert told["code"] == f"identity_{reason}"
            assert "sign in" in told["text"].lower()
            await again.writes("c2", "who am I?")
            assert again.all("message") == []
        assert (await identity_of(services)).member_id is None
        async with services.database.reading() as session:
            last = await conversations.get(session, (await again.gets("welcome"))["conversation"])
        assert last.member_id is None

    async def test_who_proved_it_by_a_code_is_signed_out_by_a_refused_token_as_well(
        self, services: Any, member: Member
    ) -> None:
        async with tab(services) as visitor:
            token = (await visitor.greets())["visitor"]
            await visitor.writes("c1", "hello")
            await bind_by_code(services, member)
            assert (await visitor.greets(visitor=token))["member"]
            assert not (await visitor.greets(visitor=token, identity="nonsense"))["member"]

    async def test_a_token_for_nobody(self, services: Any, member: Member) -> None:
        async with tab(services) as visitor:
            nobody = word_for(services, Member(number="HK999999"))
            assert (await visitor.greets(identity=nobody))["refused"] == "unknown_member"

    async def test_a_conversation_that_was_closed_before_is_not_shown_either(
        self, services: Any, member: Member
    ) -> None:
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
            conversation = (await visitor.gets("welcome"))["conversation"]
        async with services.database.transaction() as session:
            await conversations.close(session, conversation, outcome="resolved")
        async with tab(services) as again:
            assert (await again.greets(visitor=token, identity="nonsense"))["conversation"] is None
            assert (await again.greets(visitor=token))["conversation"] is None


async def bind_by_code(services: Any, member: Member) -> None:
    async with services.database.transaction() as session:
        identity = (await session.scalars(select(Identity))).one()
        await identities.bind(session, identity, member, by=VerifiedBy.EMAIL_CODE)


class TestSignOut:
    async def test_it_holds_in_the_other_tab_and_against_the_token_of_before(
        self, services: Any, member: Member, frozen_clock: FrozenClock
    ) -> None:
        word = word_for(services, member)
        frozen_clock.move(timedelta(seconds=30))
        async with tab(services) as other:
            token = await signed_in(other, services, member)
            async with tab(services) as here:
                await here.greets(visitor=token, identity=word)
                frozen_clock.move(timedelta(seconds=30))
                assert not (await here.greets(visitor=token, sign_out=True))["member"]
            secret = other.all("welcome")[-1]["conversation"]
            left = await other.gets("welcome", conversation=None, member=False)
            assert left["after"] == 0
            await other.writes("m2", "who reads this?")
            refused = await other.greets(visitor=token, identity=word)
            assert (refused["member"], refused["refused"]) == (False, "signed_out")
            fresh = await other.greets(visitor=token, identity=word_for(services, member))
            assert fresh["member"]
        async with services.database.reading() as session:
            rows = await session.scalars(select(Message).where(raw(Message.text) == "who reads this?"))
            later = await conversations.get(session, rows.one().conversation_id)
        # It was nobody's until the member came back and went on in it.
        assert later.id != secret

    async def test_it_holds_in_another_process_that_no_signal_reaches(
        self, services: Any, member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.1)
        elsewhere = make_services(services.database, services.desk.dialogue, tmp_path)
        async with tab(elsewhere) as other, tab(services) as here:
            token = await signed_in(other, services, member)
            await here.greets(visitor=token, sign_out=True)
            await other.gets("welcome", conversation=None, member=False)

    async def test_a_page_that_vouches_for_nobody_signs_out_and_one_that_was_slow_may_vouch_after_that(
        self, services: Any, member: Member, frozen_clock: FrozenClock
    ) -> None:
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
            word = word_for(services, member)
            frozen_clock.move(timedelta(seconds=5))
            gone = await visitor.greets(visitor=token)
            assert (gone["member"], gone["conversation"]) == (False, None)
            assert (await visitor.greets(visitor=token, identity=word))["member"]

    async def test_one_member_out_and_another_in_with_one_hello(self, services: Any, member: Member) -> None:
        second = await make_member(services)
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
            word = word_for(services, second, at=clock.now() - timedelta(seconds=30))
            welcome = await visitor.greets(visitor=token, sign_out=True, identity=word)
            assert (welcome["member"], welcome["conversation"]) == (True, None)
        assert (await identity_of(services)).member_id == second.id

    async def test_it_ends_what_was_proved_by_a_code_but_a_plain_hello_does_not(
        self, services: Any, member: Member
    ) -> None:
        async with tab(services) as visitor:
            token = (await visitor.greets())["visitor"]
            await visitor.writes("c1", "hello")
            await bind_by_code(services, member)
            assert (await visitor.greets(visitor=token))["member"]
            assert not (await visitor.greets(visitor=token, sign_out=True))["member"]

    async def test_the_members_conversation_is_closed_for_the_desk_too(self, services: Any, member: Member) -> None:
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
            conversation_id = (await visitor.gets("welcome"))["conversation"]
            async with services.signals.subscribe("desk") as events:
                await visitor.greets(visitor=token, sign_out=True)
                told = await events.next(within_s=5)
        assert told is not None
        assert (told["conversation"], told["state"]) == (conversation_id, ConversationState.CLOSED)


class TestSessions:
    @pytest.fixture
    def later(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
        """Moves the clock for tabs that are open already."""
        return lambda step: monkeypatch.setattr(visitors, "now", lambda: clock.now() + step)

    async def test_an_open_line_is_a_members_for_12_hours_and_then_asks_to_sign_in_again(
        self, services: Any, member: Member, later: Callable[[timedelta], None]
    ) -> None:
        async with tab(services) as visitor:
            await signed_in(visitor, services, member)
            conversation = (await visitor.gets("welcome"))["conversation"]
            later(timedelta(hours=11, minutes=59))
            await visitor.writes("m2", "still me")
            assert visitor.all("error") == []
            later(timedelta(hours=12, minutes=1))
            await visitor.writes("m3", "my points?")
            assert "sign in" in (await visitor.gets("error", code="identity_session_over"))["text"]
            assert (await visitor.gets("welcome"))["conversation"] != conversation
        assert (await identity_of(services)).member_id is None

    async def test_a_silent_one_is_looked_at_now_and_then(
        self, services: Any, member: Member, later: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.1)
        async with tab(services) as visitor:
            await signed_in(visitor, services, member)
            later(timedelta(hours=12, minutes=1))
            await visitor.gets("welcome", conversation=None, member=False)
            await visitor.gets("error", code="identity_session_over")

    async def test_a_fresh_word_in_another_tab_prolongs_it(
        self, services: Any, member: Member, later: Callable[[timedelta], None], frozen_clock: FrozenClock
    ) -> None:
        async with tab(services) as visitor:
            token = await signed_in(visitor, services, member)
            frozen_clock.move(timedelta(hours=11))
            async with tab(services) as other:
                await other.greets(visitor=token, identity=word_for(services, member))
            later(timedelta(hours=12, minutes=1))
            await visitor.writes("m2", "still me")
            assert visitor.all("error") == []
            assert (await visitor.gets("welcome"))["member"]
        assert (await identity_of(services)).member_id == member.id


class TestSignedInAmidAConversation:
    async def ask(self, services: Any, visitor: Tab, *, pending: bool) -> str:
        """Something only a member is told was asked; the visitor's token."""
        token = str((await visitor.greets(locale="en"))["visitor"])
        await visitor.writes("q1", "where is my parcel")
        async with services.database.transaction() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            conversation.language = "en"
            conversation.context = {"focus": {"pending": "action_parcel"}} if pending else None
        return token

    async def told(self, services: Any) -> list[tuple[str | None, str | None]]:
        async with services.database.reading() as session:
            stored = await session.scalars(select(Message).order_by(Message.id))
            return [(message.text, message.payload) for message in stored]

    async def test_what_waited_for_it_is_taken_up_by_itself(self, services: Any, member: Member) -> None:
        async with tab(services) as visitor:
            token = await self.ask(services, visitor, pending=True)
            await visitor.greets(visitor=token, identity=word_for(services, member), locale="en")
        assert (await self.told(services))[1:] == [("I have signed in", '/bind_account{"reason":"signed_in"}')]

    async def test_once_and_not_with_every_hello(self, services: Any, member: Member) -> None:
        async with tab(services) as visitor:
            token = await self.ask(services, visitor, pending=True)
            for _ in range(2):
                await visitor.greets(visitor=token, identity=word_for(services, member), locale="en")
        assert len(await self.told(services)) == 2

    async def test_nothing_is_said_where_nothing_waited(self, services: Any, member: Member) -> None:
        async with tab(services) as visitor:
            token = await self.ask(services, visitor, pending=False)
            await visitor.greets(visitor=token, identity=word_for(services, member), locale="en")
        assert len(await self.told(services)) == 1


class TestSecondDevice:
    @pytest.fixture(autouse=True)
    def browsers_fetch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(messages, "_fetched", {"web"})

    async def test_a_member_sees_the_conversation_so_far_and_goes_on_with_it(
        self, services: Any, member: Member
    ) -> None:
        async with tab(services) as laptop, tab(services) as phone:
            await signed_in(laptop, services, member)
            welcome = await phone.greets(identity=word_for(services, member), locale="en")
            assert (await phone.gets("message"))["text"] == "a secret of mine"
            await phone.writes("p1", "and from here")
        async with services.database.reading() as session:
            (conversation,) = (await session.scalars(select(Conversation))).all()
            assert (conversation.id, conversation.last_seq) == (welcome["conversation"], 2)

    async def test_a_stranger_beside_sees_nothing(self, services: Any, member: Member) -> None:
        async with tab(services) as laptop, tab(services) as phone:
            await signed_in(laptop, services, member)
            assert (await phone.greets(locale="en"))["conversation"] is None

    async def test_another_member_sees_nothing(self, services: Any, member: Member) -> None:
        other = await make_member(services)
        async with tab(services) as laptop, tab(services) as phone:
            await signed_in(laptop, services, member)
            assert (await phone.greets(identity=word_for(services, other), locale="en"))["conversation"] is None

    async def test_signed_out_there_it_is_not_shown_any_more(self, services: Any, member: Member) -> None:
        async with tab(services) as laptop, tab(services) as phone:
            await signed_in(laptop, services, member)
            token = (await phone.greets(identity=word_for(services, member), locale="en"))["visitor"]
            assert (await phone.greets(visitor=token, sign_out=True, locale="en"))["conversation"] is None

    async def test_who_only_joined_here_unproved_is_shown_nothing_of_another_device(
        self, services: Any, member: Member
    ) -> None:
        async with tab(services) as laptop, tab(services) as phone:
            await signed_in(laptop, services, member)
            token = (await phone.greets(locale="en"))["visitor"]
            visitor = visitors._visitor_id(services, token)
            async with services.database.transaction() as session:
                identity = await identities.find_or_create(session, channel="web", channel_user_id=visitor)
                await identities.bind(session, identity, member, by=VerifiedBy.JOINED)
            assert (await phone.greets(visitor=token, locale="en"))["conversation"] is None
