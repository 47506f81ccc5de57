"""Changing one's profile, kindly and with care for what identifies."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from actions.kit.mail import use_mailer
from actions.member.profile import ActionProfileStart, ProfileForm
from crm_store import members
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.members import Member
from tests.actions.conftest import Customer, Ran, make_member
from tests.actions.member.test_binding import Post
from tests.actions.playing import Step, play


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()
    use_mailer(kept)
    yield kept
    use_mailer(None)


async def begin(customer: Customer, text: str, **more: Any) -> Step:
    started = await customer.run(ActionProfileStart, text, "update_profile", **more)
    assert started.followup == "profile_form"
    return await play(customer, ProfileForm, text, "update_profile", start=True, message_id=started.message_id, **more)


async def stored(database: Database, customer: Customer) -> Member:
    assert customer.member is not None
    async with database.reading() as session:
        return await members.get(session, customer.member.id)


def at_once(ran: Ran) -> None:
    assert ran.followup is None


class TestName:
    async def test_a_name_is_taken_at_once(self, database: Database, member: Customer) -> None:
        ran = await member.run(
            ActionProfileStart, "以后叫我阿珍", "update_profile", entities={"preferred_name": "阿珍"}
        )
        at_once(ran)
        assert ran.only.text == "好的，阿珍，以后就这么称呼您。"
        assert (await stored(database, member)).preferred_name == "阿珍"
        assert await member.outcomes() == ["profile_changed"]

    async def test_without_a_name_it_is_asked(self, database: Database, member: Customer) -> None:
        step = await begin(member, "我想换个称呼")
        assert step.last.response == "reply_ask_profile_value_preferred_name"
        step = await play(member, ProfileForm, "阿珍")
        assert step.last.response == "reply_profile_name_changed"
        assert (await stored(database, member)).preferred_name == "阿珍"


class TestPhone:
    async def test_a_new_phone_is_shown_before_it_is_written(self, database: Database, member: Customer) -> None:
        step = await begin(member, "换手机号了 13900001234", entities={"phone": "13900001234"})
        assert step.last.text == "把手机号改成 13900001234，对吗？"
        assert (await stored(database, member)).phone != "13900001234"
        await play(member, ProfileForm, "对", "affirm")
        assert (await stored(database, member)).phone == "13900001234"

    async def test_no_it_is_another_number(self, database: Database, member: Customer) -> None:
        await begin(member, "换手机号了 13900001234", entities={"phone": "13900001234"})
        step = await play(member, ProfileForm, "不对，是13900005678", "deny", entities={"phone": "13900005678"})
        assert step.last.text == "把手机号改成 13900005678，对吗？"
        await play(member, ProfileForm, "对", "affirm")
        assert (await stored(database, member)).phone == "13900005678"

    async def test_a_plain_no_changes_nothing(self, database: Database, member: Customer) -> None:
        before = (await stored(database, member)).phone
        await begin(member, "换手机号了 13900001234", entities={"phone": "13900001234"})
        step = await play(member, ProfileForm, "算了不改", "deny")
        assert step.responses == ["reply_profile_not_changed"]
        assert (await stored(database, member)).phone == before

    async def test_an_incomplete_number_is_asked_for_kindly(self, member: Customer) -> None:
        await begin(member, "我要改手机号")
        step = await play(member, ProfileForm, "1390000")
        assert step.last.response == "reply_profile_unreadable_phone"

    async def test_the_number_of_another_member_is_refused_without_a_name(
        self, database: Database, member: Customer
    ) -> None:
        await make_member(database, phone="13900001234")
        await begin(member, "换手机号了 13900001234", entities={"phone": "13900001234"})
        step = await play(member, ProfileForm, "对", "affirm")
        assert step.responses == ["reply_profile_contact_taken"]


class TestEmail:
    async def test_a_new_address_needs_the_code_sent_there(
        self, database: Database, member: Customer, post: Post
    ) -> None:
        step = await begin(member, "change my email to new@example.com", language="en")
        assert step.last.response == "reply_code_sent"
        assert post.codes[-1][0] == "new@example.com"
        assert (await stored(database, member)).email != "new@example.com"
        step = await play(member, ProfileForm, post.code)
        assert step.last.text == "Done. Your e-mail is now new@example.com."
        assert (await stored(database, member)).email == "new@example.com"

    async def test_right_after_another_code_it_says_when_the_next_can_go(
        self, member: Customer, post: Post, frozen_clock: FrozenClock
    ) -> None:
        await begin(member, "换邮箱 one@example.com")
        step = await play(member, ProfileForm, "打错了，是 two@example.com")
        assert step.last.text == "10:01 后才能再发验证码，到时候点一下重新发送。"
        frozen_clock.move(timedelta(seconds=61))
        step = await play(member, ProfileForm, "/bind_account", "bind_account")
        assert step.last.response == "reply_code_sent"
        assert post.codes[-1][0] == "two@example.com"

    async def test_without_mail_the_address_stays(self, member: Customer) -> None:
        use_mailer(None)
        ran = await member.run(ActionProfileStart, "换邮箱", "update_profile")
        at_once(ran)
        assert ran.responses == ["reply_profile_no_mail"]


class TestBirthday:
    async def test_a_birthday_is_read_confirmed_and_written(self, database: Database, member: Customer) -> None:
        step = await begin(member, "我要填生日")
        step = await play(member, ProfileForm, "5月20日")
        assert step.last.response == "reply_profile_unreadable_birthday"
        step = await play(member, ProfileForm, "1990年5月20日")
        assert step.last.text == "把生日改成 1990 年 5 月 20 日，对吗？"
        await play(member, ProfileForm, "对", "affirm")
        assert (await stored(database, member)).birthday == date(1990, 5, 20)

    @pytest.mark.parametrize("text", ["登記錯了 幫我改12月24 年份一樣", "it's wrong, should be dec 24, same year"])
    async def test_the_day_alone_is_enough_where_the_year_stays(
        self, database: Database, member: Customer, text: str
    ) -> None:
        assert member.member is not None
        async with database.transaction() as session:
            (await members.get(session, member.member.id)).birthday = date(1976, 2, 6)
        step = await begin(member, text)
        assert step.last.response == "reply_profile_confirm"
        assert "1976" in step.last.text

    async def test_a_new_number_costs_no_points(self, member: Customer) -> None:
        await begin(member, "我要换手机号")
        step = await play(member, ProfileForm, "0933 456 781 買的東西跟點數會不會不見")
        assert step.responses[0] == "reply_profile_keeps_all"

    async def test_a_day_in_the_future_is_refused_with_the_reason(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        await begin(member, "我要填生日")
        step = await play(member, ProfileForm, "2030年5月20日")
        assert step.last.text == "生日不能晚于今天，再看一下好吗？"

    async def test_it_is_changed_once_a_year(
        self, database: Database, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        await begin(member, "生日1990年5月20日")
        await play(member, ProfileForm, "对", "affirm")
        frozen_clock.move(timedelta(days=30))
        ran = await member.run(ActionProfileStart, "生日改成1991年5月20日", "update_profile")
        assert ran.responses == ["reply_profile_birthday_once"]
        frozen_clock.move(timedelta(days=340))
        await begin(member, "生日改成1991年5月20日")
        await play(member, ProfileForm, "对", "affirm")
        assert (await stored(database, member)).birthday == date(1991, 5, 20)


class TestOther:
    async def test_what_to_change_is_asked_with_buttons(self, member: Customer) -> None:
        step = await begin(member, "我要改资料")
        assert step.last.titles == ["称呼", "手机号", "邮箱", "生日"]
        step = await play(
            member, ProfileForm, '/update_profile{"reason": "phone"}', "update_profile", entities={"reason": "phone"}
        )
        assert step.last.response == "reply_ask_profile_value_phone"

    async def test_a_language_is_changed_at_once(self, database: Database, member: Customer) -> None:
        ran = await member.run(ActionProfileStart, "以后请用英文", "update_profile")
        at_once(ran)
        assert (await stored(database, member)).language == "en"

    async def test_an_address_belongs_to_orders(self, member: Customer) -> None:
        ran = await member.run(ActionProfileStart, "改一下收货地址", "update_profile")
        assert ran.responses == ["reply_profile_address"]

    async def test_a_stranger_is_asked_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionProfileStart, "改手机号", "update_profile")
        assert ran.responses == ["reply_verify_first"]


class TestWithoutMail:
    """Where no mail leaves the house, nobody waits for a code: plain words, and a person."""

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("邮箱换成 new@example.org", "zh-Hans"),
            ("會員電郵換成 new@example.org", "zh-Hant"),
            ("new e-mail: new@example.org", "en"),
        ],
    )
    async def test_it_is_said_at_once(self, member: Customer, post: Post, text: str, language: str) -> None:
        post.delivers = False
        ran = await member.run(ActionProfileStart, text, "update_profile", language=language)
        assert ran.responses == ["reply_profile_no_mail"]
        at_once(ran)
        assert not post.codes

    async def test_chosen_from_the_list_it_is_said_as_well(self, member: Customer, post: Post) -> None:
        post.delivers = False
        await begin(member, "改资料")
        step = await play(member, ProfileForm, "邮箱", "update_profile")
        assert step.last.response == "reply_profile_no_mail"
