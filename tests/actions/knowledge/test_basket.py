"""What the goods of an order come to: added up, a coupon taken off, the sum that was said."""

import pytest

from actions.knowledge import basket

FREE_FROM = 9900


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("七十块的加一件二十五的还包邮吗", 95),
        ("七十块的，加一件二十五的，一共九十五", 95),
        ("八十的衣服加一件二十五的，算上券减十块还包不包", 95),
        ("一百一十的东西用了张二十的券，邮费还要给吗", 90),
        ("满减完只剩九十五了，还免邮吗", 95),
        ("折完券剩 92，運費要自己付嗎", 92),
        ("購物車現在 85 元，還差多少才不用運費", 85),
        ("a jacket for 70 and another for 25, do i pay shipping", 95),
        ("my basket is 80. how much more for free delivery", 80),
        ("120 minus a 30 voucher, is delivery free", 90),
        ("two things come to 97 in total", 97),
        ("买 60 块和 30 块的东西", 60),
        ("my basket is 43, what is shipping", 43),
        ("我拿43块的东西运费多少", 43),
        ("i have 45 in my cart, do i pay shipping", 45),
    ],
)
def test_the_amount_left_to_pay(text: str, yuan: int) -> None:
    assert basket.goods(text, FREE_FROM) == yuan * 100


@pytest.mark.parametrize(
    "text",
    [
        "满99包邮吗", "加一件能包邮吗", "还差 7 块包邮", "how much is shipping", "分3期", "3 天到",
        "what do i pay for the trail shoes in 43, shipping included", "跑鞋43码运费多少", "跑鞋 43 碼運費多少",
        "swap for 38 please, how much is postage",
    ],
)  # fmt: skip
def test_no_amount_of_goods(text: str) -> None:
    assert basket.goods(text, FREE_FROM) is None
