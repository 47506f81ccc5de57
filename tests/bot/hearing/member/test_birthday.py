"""How it stands with one's own birthday voucher is asked of the vouchers; the rule, the day and presents are not."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我生日的券去哪了", "ask_parcel"),
        ("生日券怎么还没收到", "ask_faq"),
        ("我今年生日的券过期了吗", "ask_points_expiring"),
        ("我嘅生日禮盒點解未到", "ask_parcel"),
        ("壽星券用過了嗎", "ask_faq"),
        ("has my b-day coupon expired yet", "ask_points_expiring"),
        ("my birthday voucher, does it work on clearance stuff", "ask_promotion"),
        ("my birthday present never came", "ask_parcel"),
    ],
)
def test_ones_own(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent), Context()).steps] == ["ask_vouchers"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("生日券有效期多久", "ask_faq"),
        ("我生日那天下单有双倍吗", "ask_points_rules"),
        ("给我妈买生日礼物推荐一下", "ask_recommendation"),
        ("a birthday gift for my mum please", "ask_recommendation"),
        ("what do members get, a birthday voucher?", "ask_tier_benefits"),
        ("我的券还有吗", "ask_promotion"),
    ],
)
def test_what_is_asked_in_general_or_of_something_else_is_not(text: str, intent: str) -> None:
    assert "ask_vouchers" not in [step.intent for step in hear(said(text, intent), Context()).steps]


def test_an_open_form_hears_its_answer() -> None:
    context = asked(form="complaint_form", slot="complaint_description")
    steps = hear(said("我的生日券没收到", "make_complaint"), context).steps
    assert "ask_vouchers" not in [step.intent for step in steps]
