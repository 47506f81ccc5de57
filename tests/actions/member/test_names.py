"""A name in what a customer answers to "how shall I call you"."""

import pytest

from actions.member import names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tom", "Tom"),
        ("oh, actually Tom", "Tom"),
        ("no, it's Tom please", "Tom"),
        ("my name is Anna Maria Rossi", "Anna Maria Rossi"),
        ("you can call me Bear from now on", "Bear"),
        ("其实叫我阿岚就行", "阿岚"),
        ("那就小雨吧", "小雨"),
        ("我叫周舟，记一下", "周舟"),
        ("請叫我 黃 太", "黃太"),
        ("吴　迪", "吴迪"),
        ("那英", "那英"),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("김민수", "김민수"),
        ("アレクサンドリーヌ", "アレクサンドリーヌ"),
        ("阿依古丽·买买提江", "阿依古丽·买买提江"),
        ("多多", "多多"),
    ],
)
def test_what_is_said_around_a_name_goes(text: str, name: str) -> None:
    assert names.said(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "等等，我想想", "怎么不用会员卡上的名字？", "不晓得", "都行啦", "000", "B2", "idk", "whatever you like", "好的",
        "嗯", "不用了", "why do you need it", "I already told you that", "我已经告诉过你们了", "what?", "…", "", "😀",
        "入会以后买床单能攒多少分", "幾天寄到高雄", "能打几折", "入會之後下單有多少點數", "先帮我把那件外套留着好吧",
    ],
)  # fmt: skip
def test_what_is_no_name_is_none(text: str) -> None:
    assert names.said(text) is None


def test_a_name_longer_than_the_shop_takes_is_none() -> None:
    assert names.said("啊" * 60) is None
