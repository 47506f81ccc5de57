"""What a customer calls a thing, against what it is called in the shop."""

import pytest

from actions.kit.goods import Fit, bare, fit, is_short_for

COFFEE = ("手冲咖啡套装", "手沖咖啡組", "Pour-over Coffee Set")
SHOES = ("轻跑鞋", "輕跑鞋", "Light Running Shoes")
BACKPACK = ("城市双肩包", "城市後背包", "City Backpack")
CASE = ("20 寸登机箱", "20 吋登機箱", "20-inch Cabin Case")
LAMP = ("护眼台灯", "護眼檯燈", "Desk Lamp")
POWER = ("10000 毫安充电宝", "10000 毫安行動電源", "10,000 mAh Power Bank")


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("鞋", SHOES), ("那双鞋子", SHOES), ("波鞋", SHOES), ("sneakers", SHOES), ("white running shoes", SHOES),
        ("咖啡套装", COFFEE), ("咖啡組", COFFEE), ("the coffee set", COFFEE), ("咖啡", COFFEE),
        ("包包", BACKPACK), ("書包", BACKPACK), ("rucksack", BACKPACK),
        ("行李箱", CASE), ("suitcase", CASE), ("枱燈", LAMP), ("檯燈", LAMP), ("我的台灯", LAMP),
        ("尿袋", POWER), ("行動電源", POWER), ("portable charger", POWER),
    ],
)  # fmt: skip
def test_a_thing_is_known_by_everyday_words(said: str, called: tuple[str, ...]) -> None:
    assert fit(said, called) is Fit.CALLED


@pytest.mark.parametrize(
    ("said", "called"),
    [("手套", COFFEE), ("手环", COFFEE), ("雨伞", SHOES), ("headset", SHOES), ("茶杯", LAMP), ("床单", BACKPACK)],
)
def test_one_sign_in_common_is_nothing(said: str, called: tuple[str, ...]) -> None:
    assert fit(said, called) is Fit.NONE


@pytest.mark.parametrize(
    ("said", "called"), [("咖啡机", COFFEE), ("coffee grinder", COFFEE), ("钱包", BACKPACK), ("pencil case", CASE)]
)
def test_another_thing_with_a_word_in_common_is_only_near(said: str, called: tuple[str, ...]) -> None:
    assert fit(said, called) is Fit.NEAR


@pytest.mark.parametrize("said", ["东西", "我的包裹", "那单", "the order", "my stuff", "货"])
def test_words_that_name_no_goods(said: str) -> None:
    assert bare(said) == ""


@pytest.mark.parametrize(
    ("said", "name"), [("锅", "电饭煲"), ("鍋", "電鍋"), ("cooker", "3 l Rice Cooker"), ("case", "cabin case")]
)
def test_a_short_word_ends_what_a_thing_is_called(said: str, name: str) -> None:
    assert is_short_for(said, name)


@pytest.mark.parametrize(
    ("said", "name"), [("锅", "保温杯"), ("电饭煲", "电饭煲"), ("pan", "rice cooker"), ("an", "pan")]
)
def test_another_word_does_not(said: str, name: str) -> None:
    assert not is_short_for(said, name)
