"""Joining, with and without a proved address."""

from collections.abc import Iterator
from typing import Any

import pytest

from actions.kit.mail import use_mailer
from actions.member.binding import ActionBindStart
from actions.member.membership import ActionJoinStart, JoinForm
from crm_store import identities, members
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.members import Member
from tests.actions.conftest import Customer, make_member
from tests.actions.member.test_binding import Post, wrong
from tests.actions.playing import Step, play


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()
    use_mailer(kept)
    yield kept
    use_mailer(None)


async def join(customer: Customer, text: str = "我要入会", **more: Any) -> Step:
    started = await customer.run(ActionJoinStart, text, "join_membership", **more)
    assert started.followup == "join_form"
    return await play(customer, JoinForm, text, "join_membership", start=True, message_id=started.message_id, **more)


async def the_member(database: Database, customer: Customer) -> Member:
    async with database.reading() as session:
        identity = await identities.get(session, customer.identity_id)
        assert identity.member_id is not None
        return await members.get(session, identity.member_id)


class TestWithACode:
    async def test_name_address_code_and_consent_make_a_member(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        step = await join(customer)
        assert step.form.asks == "join_name"
        step = await play(customer, JoinForm, "小林")
        assert step.form.asks == "join_contact"
        step = await play(customer, JoinForm, "xiaolin@example.com")
        assert step.form.asks == "join_code"
        assert post.codes[-1][0] == "xiaolin@example.com"
        step = await play(customer, JoinForm, post.code)
        assert step.form.asks == "join_consent"
        step = await play(customer, JoinForm, "不用", "deny")
        member = await the_member(database, customer)
        assert step.last.text == f"欢迎您，小林。会员号是 {member.number}，从下一单开始积分。"
        assert (member.preferred_name, member.email) == ("小林", "xiaolin@example.com")
        assert not member.marketing_consent
        assert await customer.outcomes() == ["joined"]

    async def test_consent_is_kept_when_given(self, database: Database, customer: Customer, post: Post) -> None:
        await join(customer)
        await play(customer, JoinForm, "call me Jo, jo@example.com", entities={"preferred_name": "Jo"}, language="en")
        await play(customer, JoinForm, post.code)
        await play(customer, JoinForm, "sure", "affirm")
        member = await the_member(database, customer)
        assert member.marketing_consent
        assert member.language == "en"

    async def test_a_known_address_looks_the_same_until_it_is_proved(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        known = await make_member(database, email="lin@example.com")
        await join(customer)
        await play(customer, JoinForm, "小林")
        step = await play(customer, JoinForm, "lin@example.com")
        assert step.last.response == "reply_code_sent"
        step = await play(customer, JoinForm, wrong(post.code))
        assert step.last.response == "reply_code_wrong"
        await play(customer, JoinForm, post.code)
        step = await play(customer, JoinForm, "可以", "affirm")
        assert step.last.response == "reply_join_known_after_all"
        assert (await the_member(database, customer)).id == known.id

    async def test_a_code_for_one_address_proves_no_other(
        self, database: Database, customer: Customer, post: Post, frozen_clock: FrozenClock
    ) -> None:
        await make_member(database, email="lin@example.com")
        await join(customer)
        await play(customer, JoinForm, "小林")
        await play(customer, JoinForm, "mine@example.com")
        mine = post.code
        # Too soon for another code, so the form has none for this address and must not take the first one.
        await play(customer, JoinForm, "lin@example.com")
        step = await play(customer, JoinForm, mine)
        assert step.form.asks == "join_code"
        assert step.last.response == "reply_code_expired"


class TestWithoutACode:
    async def test_a_phone_number_is_enough(self, database: Database, customer: Customer) -> None:
        await join(customer)
        await play(customer, JoinForm, "小林")
        step = await play(customer, JoinForm, "13900001234", entities={"phone": "13900001234"})
        assert step.form.asks == "join_consent"
        step = await play(customer, JoinForm, "可以", "affirm")
        assert step.last.response == "reply_joined_unproved"
        member = await the_member(database, customer)
        assert member.phone == "13900001234"

    async def test_the_phone_of_another_member_is_not_given_away(self, database: Database, customer: Customer) -> None:
        known = await make_member(database, phone="13900001234")
        await join(customer)
        await play(customer, JoinForm, "小林")
        await play(customer, JoinForm, "13900001234", entities={"phone": "13900001234"})
        step = await play(customer, JoinForm, "可以", "affirm")
        # Outwardly the same as for a new number; staff see the clash on the timeline.
        assert step.last.response == "reply_joined_unproved"
        member = await the_member(database, customer)
        assert member.id != known.id
        assert member.phone is None
        [written] = await customer.interactions()
        assert written.references["contact_taken"] == "phone"
        assert written.references["owner"] == known.number

    async def test_the_same_answer_twice_makes_one_member(self, database: Database, customer: Customer) -> None:
        await join(customer)
        await play(customer, JoinForm, "小林")
        await play(customer, JoinForm, "13900001234")
        slots = dict(customer.slots)
        first = await play(customer, JoinForm, "可以", "affirm")
        member = await the_member(database, customer)
        customer.slots.update({name: value for name, value in slots.items() if name.startswith("join_")})
        again = await play(customer, JoinForm, "可以", "affirm", message_id=first.form.message_id)
        assert again.last.response == "reply_joined"
        assert (await the_member(database, customer)).id == member.id


class TestMembers:
    async def test_a_member_is_told_so(self, member: Customer) -> None:
        ran = await member.run(ActionJoinStart, "我要入会", "join_membership")
        assert ran.responses == ["reply_already_member"]
        assert ran.followup is None

    async def test_what_is_no_contact_is_asked_again(self, customer: Customer) -> None:
        await join(customer)
        await play(customer, JoinForm, "小林")
        step = await play(customer, JoinForm, "12345")
        assert step.responses == ["reply_join_contact_unreadable", "reply_ask_join_form_join_contact"]
        assert step.form.asks == "join_contact"


class TestQuestionsAmidJoining:
    @pytest.mark.parametrize(
        ("text", "intent", "response"),
        [
            ("会员要收费吗", "ask_faq", "reply_join_is_free"),
            ("does it cost anything?", "nlu_fallback", "reply_join_is_free"),
            ("有咩著數", "nlu_fallback", "reply_join_gives"),
            ("what are the benefits", "nlu_fallback", "reply_join_gives"),
            ("要俾咩資料你哋", "inform", "reply_join_needs"),
            ("需要提供什么资料", "ask_faq", "reply_join_needs"),
            ("我只有手机行不行", "bind_account", "reply_join_phone_will_do"),
            ("i dont have an email", "deny", "reply_join_phone_will_do"),
        ],
    )
    async def test_are_answered_and_the_question_stands(
        self, customer: Customer, text: str, intent: str, response: str
    ) -> None:
        ran = await customer.run(
            JoinForm, text, intent, active_loop="join_form", requested_slot="join_contact", slots={"join_name": "阿岚"}
        )
        assert ran.responses == [response]
        assert ran.asks == "join_contact"

    async def test_a_phone_with_the_words_is_the_contact(self, customer: Customer) -> None:
        ran = await customer.run(
            JoinForm, "没邮箱，手机 13812340001", "inform", active_loop="join_form", requested_slot="join_contact"
        )
        assert ran.slots["join_phone"] == "13812340001"


class TestWithoutAnAccount:
    async def test_hears_how_an_order_is_looked_up_and_may_join(self, customer: Customer) -> None:
        ran = await customer.run(ActionJoinStart, "i never signed up for an account", "join_membership", language="en")
        assert ran.responses == ["reply_no_account"]
        assert ran.followup is None

    async def test_the_form_that_asks_for_the_proof_is_left(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionBindStart, "我不是会员啊", "bind_account", active_loop="bind_form", requested_slot="bind_email"
        )
        assert (ran.responses, ran.leaves_form, ran.followup) == (["reply_no_account"], True, None)

    async def test_asked_for_the_data_it_is_the_chat_that_we_hold(self, customer: Customer) -> None:
        asked = {"action": "action_privacy_request", "message": {}}
        ran = await customer.run(ActionBindStart, "没注册过", "bind_account", slots={"pending_action": asked})
        assert ran.only.response == "reply_no_account_privacy"
        assert ran.only.payloads == ['/privacy_request{"choice":"delete_chat"}']
