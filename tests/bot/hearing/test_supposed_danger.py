"""What is supposed, or was never ordered, rings no alarm; neither does a guess without words of what happened."""

import pytest

from bot.hearing.danger import after_danger, danger
from bot.hearing.danger.danger import Danger
from tests.bot.hearing.words import heard


@pytest.mark.parametrize(
    "text",
    [
        "60天里我没下单咋办,积分退不",
        "要是我兩個月都沒下單，點數會退嗎",
        "这个月我没下单会掉级吗",
        "我没下单",
        "如果我的账号被盗了怎么办",
        "萬一點數被人盜用，你們會處理嗎",
        "what happens if my account gets hacked",
        "不是我下的单，是我老公下的",
        "I didn't place the order, my husband did",
        "为什么叫我报警",
        "剛才那個報警是什麼意思",
        "why did you say police",
        "不用报警",
    ],
)
def test_no_alarm(text: str) -> None:
    assert danger.heard(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我没下过单怎么有订单", Danger.FRAUD),
        ("不是我下的单，怎么扣了我的钱", Danger.FRAUD),
        ("我沒下單，帳單上卻有你們扣的錢", Danger.FRAUD),
        ("I never placed this order", Danger.FRAUD),
        ("我卡被盗刷了，怎么办，如果追不回来呢", Danger.FRAUD),
        ("我要报警", Danger.THREAT),
        ("怎么还不退钱，我要报警", Danger.THREAT),
    ],
)
def test_what_did_happen_is_heard(text: str, kind: Danger) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    "text", ["60天里我没下单咋办,积分退不", "期限內沒買東西的話呢", "what then if I buy none", "到时候咋整"]
)
def test_a_guess_without_words_of_what_happened_is_none(text: str) -> None:
    assert danger.understood(text, [heard(text, "report_danger", 0.95)]) is None


@pytest.mark.parametrize("text", ["刚才那个报警是啥意思?我没被骗啊", "沒有人被騙啊", "I'm fine, nothing happened"])
def test_an_alarm_about_fraud_is_called_off(text: str) -> None:
    assert after_danger.calls_off(text, {"danger": "fraud", "topic": "report_danger", "age": 0})
