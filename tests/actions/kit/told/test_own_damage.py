"""Damage that was done at home, in words of all kinds, and what is none of it."""

import pytest

from actions.kit.told import own_damage


@pytest.mark.parametrize(
    "text",
    [
        "等等 其實上禮拜內鍋有進水 我小孩把水倒進去主機 這樣還算保固嗎",
        "电饭煲不小心泡了水",
        "我儿子把耳机掉马桶里了",
        "檯燈被貓打翻在地上摔壞了",
        "我个耳机跌咗落水",
        "昨天不小心把咖啡洒到加湿器上了",
        "不小心摔了一下，现在没声音",
        "my son poured water into the rice cooker",
        "I dropped it in the sink and now it's dead",
        "the earbuds went through the wash",
        "I dropped the lamp on the floor",
        "the cat knocked it off the table, it's my fault, I cracked it",
    ],
)
def test_it_is_told(text: str) -> None:
    assert own_damage.told(text)


@pytest.mark.parametrize(
    "text",
    [
        "快递把箱子摔坏了",
        "收到就是碎的",
        "耳机防水吗，会不会进水",
        "下雨天穿越野跑鞋会进水吗",
        "没有进过水，就是坏了",
        "加湿器漏水了",
        "電鍋按下去沒反應",
        "保温杯倒水出来有怪味",
        "我的充电宝泡水了",
        "it arrived smashed, the courier dropped it",
        "would it survive if I dropped it in the bath",
        "it never got wet, it just stopped working",
        "the humidifier is leaking water",
        "the kettle won't pour water",
    ],
)
def test_it_is_not(text: str) -> None:
    assert not own_damage.told(text)


def test_a_boot_that_lets_the_rain_in_may_be_faulty() -> None:
    assert own_damage.told("靴子进水了")
    assert not own_damage.is_surely("靴子进水了", "防水靴")
    assert own_damage.is_surely("电饭煲进水了", "3 升电饭煲")
    assert own_damage.is_surely("我女儿把水倒进靴子里了", "防水靴")


@pytest.mark.parametrize(
    "text",
    [
        "如果我真的送修 檢查出來是進水 那運費你們會跟我收嗎",
        "万一查出来是摔坏的，要我出钱吗",
        "if it turns out water got in, who pays the postage",
    ],
)
def test_a_case_that_has_not_come_is_supposed(text: str) -> None:
    assert own_damage.supposed(text)
    assert not own_damage.told(text) or own_damage.asks(text)


@pytest.mark.parametrize("text", ["没进过水啊", "不是摔坏的", "it was never dropped in water, it never got wet"])
def test_it_is_denied(text: str) -> None:
    assert own_damage.denied(text)
