"""What asks for a rule, in three scripts, and what asks for one's own or wishes an act."""

import pytest

from actions.kit.words.rule_question import asks


@pytest.mark.parametrize(
    "text",
    [
        "does a coupon come back when I send the goods back",
        "how long do vouchers stay good after redeeming",
        "which coupons get used first",
        "is it ok to give a voucher away",
        "what happens to a voucher if the order is cancelled",
        "两张券能不能一起用",
        "用券买的退掉了，券还回来吗",
        "券换了以后放多久",
        "過期的券還可以補嗎",
        "誰可以用這種券",
        "唔用得嘅券可唔可以退",
    ],
)
def test_a_rule_is_asked(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "which coupons do I have",
        "when does my voucher expire",
        "show me my coupons",
        "can I get the 20 one",
        "how many points do I lose in december",
        "我有几张券",
        "我那张券几号到期",
        "能换一张五十的券吗",
        "我的券什麼時候到期",
        "有什麼券可以換",
        "把券碼發我",
    ],
)
def test_ones_own_and_acts_are_no_rule(text: str) -> None:
    assert not asks(text)
