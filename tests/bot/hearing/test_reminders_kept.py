"""The ads are to stop and a reminder to stay; and whether points are reminded of, asked without a sale."""

import pytest

from actions.kit.asked.rewards_asked import RewardAsked, asked
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "turn off the promos but still remind me about my points",
        "no more ads please, just the points reminders",
        "广告别发了，积分到期还是要提醒我",
        "廣告不要再傳，點數到期提醒留著",
    ],
)
def test_the_ads_are_what_is_to_stop(text: str) -> None:
    assert [step.intent for step in hear(said(text, "ask_points_expiring", 0.7), Context()).steps] == ["opt_out"]


@pytest.mark.parametrize("text", ["when do my points expire", "广告上那个杯子还有吗", "remind me of my points"])
def test_what_stops_nothing_is_left(text: str) -> None:
    assert "opt_out" not in [step.intent for step in hear(said(text, "ask_points_expiring", 0.7), Context()).steps]


@pytest.mark.parametrize(
    "text", ["does anyone warn me before my points lapse", "積分快到期會不會提醒我", "积分过期前会通知我吗"]
)
def test_whether_it_is_reminded_of(text: str) -> None:
    assert asked(text) is RewardAsked.REMINDED


@pytest.mark.parametrize("text", ["提醒一下客服", "which points expire", "提醒我明天买", "积分什么时候到期"])
def test_no_reminder_is_asked_about(text: str) -> None:
    assert asked(text) is not RewardAsked.REMINDED


@pytest.mark.parametrize(
    "text", ["how long is a coupon good for once I get it", "券换完能放几天", "優惠券兌了之後效期多長"]
)
def test_for_how_long_a_voucher_counts(text: str) -> None:
    assert asked(text) is RewardAsked.VALID


@pytest.mark.parametrize("text", ["我那张券能用多久", "换货后多久到", "how long does delivery take"])
def test_ones_own_voucher_and_goods_are_other_matters(text: str) -> None:
    assert asked(text) is not RewardAsked.VALID
