"""Binding a visitor: the code by e-mail, its limits, and the question that was asked before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.kit.mail import use_mailer
from actions.member.binding import ActionAskBindCode, ActionBindStart, BindForm, UnbindForm
from actions.points.balance import ActionPointsBalance
from actions.points.redemption import ActionRedeemStart
from crm_store import conversations, identities
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.identities import IdentityBinding
from crm_store.language import Language
from tests.actions.conftest import Customer, make_member
from tests.actions.playing import Step, play
from tests.actions.shelf import give, stock


@dataclass
class Post:
    """Keeps the codes it was given; `delivers` as a real mailer does unless told otherwise."""

    delivers: bool = True
    codes: list[tuple[str, str]] = field(default_factory=list)

    looks: int = 0

    def look(self, *, life: timedelta) -> None:
        self.looks += 1

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        self.codes.append((to, code))

    @property
    def code(self) -> str:
        return self.codes[-1][1]


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()
    use_mailer(kept)
    yield kept
    use_mailer(None)


async def asked_for_code(customer: Customer, address: str) -> Step:
    started = await customer.run(ActionBindStart, "/bind_account", "bind_account")
    assert started.followup == "bind_form"
    step = await play(customer, BindForm, "/bind_account", "bind_account", start=True, message_id=started.message_id)
    assert step.responses == ["reply_ask_bind_email"]
    return await play(customer, BindForm, address, entities={"email": address})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def bound_member(database: Database, customer: Customer) -> int | None:
    async with database.reading() as session:
        return (await identities.get(session, customer.identity_id)).member_id


class TestDialogueOne:
    async def test_a_stranger_asks_is_bound_and_is_answered(
        self, database: Database, customer: Customer, post: Post, frozen_clock: FrozenClock
    ) -> None:
        lin = await make_member(database, email="lin@example.com")
        await give(database, lin, 2380)
        await customer.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        step = await asked_for_code(customer, "lin@example.com")
        assert step.last.text.startswith(
            "如果 li***@example.com 是您登记的邮箱，6 位验证码已经发过去了，10 分钟内有效。"
        )

        step = await play(customer, BindForm, post.code, entities={"code": post.code})
        assert [each.text for each in step.said] == ["林女士，您好。", "您现在有 2,380 积分，最近没有要到期的。"]
        assert await bound_member(database, customer) == lin.id
        assert await customer.outcomes() == ["verification_needed", "bound", "answered"]
        # What the visitor asked before belongs to the member's timeline now.
        assert {interaction.member_id for interaction in await customer.interactions()} == {lin.id}
        async with database.reading() as session:
            assert (await conversations.get(session, customer.conversation_id)).member_id == lin.id

    async def test_a_wish_said_before_is_taken_up_with_its_words(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await stock(database)
        lin = await make_member(database, email="lin@example.com")
        await give(database, lin, 1000)
        await customer.run(ActionRedeemStart, "换茶叶罐", "redeem_points", entities={"reward": "茶叶罐"})
        await asked_for_code(customer, "lin@example.com")
        step = await play(customer, BindForm, post.code, entities={"code": post.code})
        assert step.reply is not None
        assert step.reply.followup == "redeem_form"
        assert customer.slots["redeem_reward"] == "tea_tin"
        assert customer.slots["pending_action"] is None


class TestCode:
    async def test_a_code_typed_in_full_width_digits_is_the_same_code(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        lin = await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        full_width = post.code.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
        await play(customer, BindForm, full_width)
        assert await bound_member(database, customer) == lin.id

    async def test_a_wrong_code_says_how_many_tries_are_left(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        step = await play(customer, BindForm, wrong(post.code))
        assert step.last.text == "验证码不对，还可以试 4 次。"
        assert await bound_member(database, customer) is None
        step = await play(customer, BindForm, post.code)
        assert step.last.response == "reply_bound"

    async def test_after_five_wrong_tries_even_the_right_code_is_void(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        for _ in range(5):
            step = await play(customer, BindForm, wrong(post.code))
        assert step.last.response == "reply_code_void"
        step = await play(customer, BindForm, post.code)
        assert step.last.response == "reply_code_void"
        assert await bound_member(database, customer) is None

    async def test_an_old_code_is_refused_and_another_can_be_sent(
        self, database: Database, customer: Customer, post: Post, frozen_clock: FrozenClock
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        frozen_clock.move(timedelta(minutes=11))
        step = await play(customer, BindForm, post.code)
        assert step.last.response == "reply_code_expired"
        step = await play(customer, BindForm, "/bind_account", "bind_account")
        assert step.last.response == "reply_code_sent_if_known"
        assert len(post.codes) == 2
        step = await play(customer, BindForm, post.code)
        assert step.last.response == "reply_bound"

    async def test_asking_again_at_once_sends_no_second_mail(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        step = await play(customer, BindForm, "没收到", "bind_account")
        assert step.last.response == "reply_code_too_soon"
        assert len(post.codes) == 1

    async def test_a_stranger_s_address_looks_the_same_and_gets_no_mail(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        step = await asked_for_code(customer, "nobody@example.com")
        assert step.last.text.startswith("如果 no***@example.com 是您登记的邮箱")
        assert (post.codes, post.looks) == ([], 1)
        step = await play(customer, BindForm, "123456")
        assert step.last.text == "验证码不对，还可以试 4 次。"

    async def test_another_address_replaces_the_first(
        self, database: Database, customer: Customer, post: Post, frozen_clock: FrozenClock
    ) -> None:
        lin = await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lim@example.com")
        frozen_clock.move(timedelta(minutes=2))
        step = await play(customer, BindForm, "打错了，是 lin@example.com")
        assert step.last.response == "reply_code_sent_if_known"
        await play(customer, BindForm, post.code)
        assert await bound_member(database, customer) == lin.id

    async def test_what_is_no_address_is_asked_again(self, customer: Customer, post: Post) -> None:
        step = await asked_for_code(customer, "lin@@example")
        assert step.responses == ["reply_email_unreadable", "reply_ask_bind_email"]

    async def test_another_question_is_left_to_the_rules(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await asked_for_code(customer, "lin@example.com")
        step = await play(customer, BindForm, "运费多少", "ask_faq")
        assert not step.taken


class TestWithoutMail:
    async def test_without_a_mail_server_the_shop_s_sign_in_is_offered(self, customer: Customer) -> None:
        use_mailer(None)
        ran = await customer.run(ActionBindStart, "登录", "bind_account")
        assert ran.responses == ["reply_bind_by_sign_in"]
        assert ran.only.payloads == ["action:sign_in", "/request_human"]
        assert ran.followup is None

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_where_mail_reaches_nobody_no_code_is_asked_for(
        self, customer: Customer, post: Post, language: str
    ) -> None:
        post.delivers = False
        ran = await customer.run(ActionBindStart, "/bind_account", "bind_account", language=language)
        assert ran.responses == ["reply_bind_by_sign_in"]
        assert ran.only.payloads == ["action:sign_in", "/request_human"]
        assert ran.followup is None
        assert post.codes == []

    async def test_nor_is_it_offered_to_who_is_asked_who_they_are(self, customer: Customer, post: Post) -> None:
        post.delivers = False
        for response in ("reply_verify_first_no_mail", "reply_verify_again_no_mail", "reply_verify_or_person_no_mail"):
            ran = await customer.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
            assert ran.responses == [response]
            assert ran.only.payloads == ["action:sign_in", "/request_human"]

    async def test_mail_that_stops_amid_the_form_is_told_once_and_for_all(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        post.delivers = False
        step = await play(customer, BindForm, "hm", "nlu_fallback")
        asked = await customer.run(ActionAskBindCode, "hm", "nlu_fallback")
        assert asked.responses == ["reply_code_not_sent"]
        assert not step.taken
        left = await customer.run(ActionBindStart, "/bind_account", "bind_account", active_loop="bind_form")
        assert left.responses == ["reply_bind_by_sign_in"]
        assert any(event["event"] == "active_loop" and event["name"] is None for event in left.events)


class TestAskedOfTheWay:
    @pytest.mark.parametrize("delivers", [True, False])
    async def test_a_telephone_number_does_not_do(self, customer: Customer, post: Post, delivers: bool) -> None:
        post.delivers = delivers
        ran = await customer.run(
            ActionBindStart, "可以報手機嗎 0912154168", "bind_account", entities={"choice": "by_phone"},
            language="zh-Hant",
        )  # fmt: skip
        assert ran.responses == ["reply_bind_by_phone" if delivers else "reply_bind_by_phone_no_mail"]
        assert "手機號碼不能用來驗證" in ran.only.text
        assert ("驗證碼" in ran.only.text) is delivers

    async def test_where_to_sign_in_is_told_amid_the_form_and_sends_no_code(
        self, database: Database, customer: Customer, post: Post
    ) -> None:
        await make_member(database, email="lin@example.com")
        await asked_for_code(customer, "lin@example.com")
        sent = len(post.codes)
        words, entities = "登入商城帳號要去哪裡登 我忘記密碼了", {"choice": "sign_in_how"}
        step = await play(customer, BindForm, words, "bind_account", entities=entities)
        assert not step.taken
        ran = await customer.run(ActionBindStart, words, "bind_account", entities=entities, active_loop="bind_form")
        assert ran.responses == ["reply_sign_in_how"]
        assert len(post.codes) == sent


class TestAnotherMember:
    async def test_a_member_hears_nothing_of_the_number_of_another(self, member: Customer) -> None:
        ran = await member.run(ActionBindStart, "看看HK199999", "bind_account", entities={"member_number": "HK199999"})
        assert ran.responses == ["reply_of_another_member"]


class TestAlreadyBound:
    async def test_a_member_hears_as_whom_masked(self, member: Customer) -> None:
        ran = await member.run(ActionBindStart, "登录", "bind_account")
        assert ran.responses == ["reply_already_bound"]
        assert member.member is not None
        assert member.member.email is not None
        assert member.member.email not in ran.only.text
        assert "li***@example.com" in ran.only.text

    async def test_unlinking_is_asked_and_done(self, database: Database, member: Customer) -> None:
        ran = await member.run(ActionBindStart, "绑错账号了，绑成我老公的了", "bind_account")
        assert ran.followup == "unbind_form"
        await play(member, UnbindForm, "绑错账号了，绑成我老公的了", "bind_account", start=True)
        step = await play(member, UnbindForm, "解除", "affirm")
        assert step.responses == ["reply_unbound"]
        assert await bound_member(database, member) is None
        async with database.reading() as session:
            binding = (await session.scalars(select(IdentityBinding))).one()
        assert binding.unbound_by == "member"

    async def test_no_keeps_the_link(self, database: Database, member: Customer) -> None:
        await play(member, UnbindForm, "unlink", "bind_account", start=True)
        step = await play(member, UnbindForm, "no", "deny")
        assert step.responses == ["reply_unbind_not_done"]
        assert await bound_member(database, member) is not None


class TestSignedInAtTheShop:
    async def test_what_was_asked_before_is_answered_at_once_and_the_form_is_left(self, customer: Customer) -> None:
        asked = await customer.run(ActionPointsBalance, "我有多少积分", "ask_points_balance")
        assert asked.slots["focus"]["pending"] == "action_points_balance"
        await customer.become(await make_member(customer.database))
        ran = await customer.run(
            ActionBindStart, '/bind_account{"reason":"signed_in"}', "bind_account", entities={"reason": "signed_in"},
            active_loop="bind_form", requested_slot="bind_email",
        )  # fmt: skip
        assert ran.responses[0] == "reply_bound_go_on"
        assert ran.responses[1].startswith("reply_points")
        assert (ran.leaves_form, ran.followup, customer.slots["pending_action"]) == (True, None, None)
        assert ran.slots["focus"].get("pending") is None

    async def test_who_only_says_so_is_asked_to_prove_it(self, customer: Customer, post: Post) -> None:
        ran = await customer.run(
            ActionBindStart, '/bind_account{"reason":"signed_in"}', "bind_account", entities={"reason": "signed_in"}
        )
        assert ran.followup == "bind_form"
