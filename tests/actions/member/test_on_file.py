"""What is on file about the member who asks, and nobody else's."""

from datetime import date

import pytest

from actions.kit.base import use_database
from actions.member.on_file import ActionProfileOnFile
from crm_store.db import Database
from tests.actions.conftest import Customer, make_customer, make_member


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("你知道我叫啥名字不", "zh-Hans", "林悦"),
        ("登记的手机是哪个", "zh-Hans", "139****0099"),
        ("which e-mail do you have", "en", "yu***@example.com"),
        ("我生日你們記的是哪天", "zh-Hant", "5 月 3 日"),
        ("what language am I down for", "en", "Simplified Chinese"),
    ],
)
async def test_one_thing_asked_is_the_one_told(database: Database, text: str, language: str, shown: str) -> None:
    use_database(database)
    customer = await make_customer(database)
    await customer.become(
        await make_member(database, phone="13900000099", email="yuelin@example.com", birthday=date(1990, 5, 3))
    )
    ran = await customer.run(ActionProfileOnFile, text, "ask_profile", language=language)
    assert shown in ran.only.text
    assert "13900000099" not in ran.only.text


async def test_what_is_not_there_can_be_added(member: Customer) -> None:
    ran = await member.run(ActionProfileOnFile, "我生日填了吗", "ask_profile")
    assert ran.only.response == "reply_profile_not_on_file"
    assert ran.only.payloads == ['/update_profile{"reason":"birthday"}']


async def test_asked_for_all_it_is_all(member: Customer) -> None:
    assert member.member is not None
    ran = await member.run(ActionProfileOnFile, "看看我的资料", "ask_profile")
    assert member.member.number in ran.only.text
    assert "138****" in ran.only.text


async def test_a_stranger_is_told_nothing(customer: Customer) -> None:
    ran = await customer.run(ActionProfileOnFile, "我叫什么", "ask_profile")
    assert ran.responses == ["reply_verify_first"]
