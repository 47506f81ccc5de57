"""Colours that go by each other's names, and those that are refused."""

import pytest

from actions.returns.colours import as_offered, colour_said, refused


@pytest.mark.parametrize(
    ("colour", "offered", "meant"),
    [
        ("blue", ["navy", "sand"], "navy"),
        ("green", ["black", "olive"], "olive"),
        ("beige", ["navy", "sand"], "sand"),
        ("brown", ["grey", "camel"], "camel"),
        ("blue", ["blue", "navy"], "blue"),
        ("red", ["navy", "sand"], "red"),
        ("blue", ["white", "black"], "blue"),
    ],
)
def test_a_colour_is_the_only_one_of_its_family(colour: str, offered: list[str], meant: str) -> None:
    assert as_offered(colour, offered) == meant


@pytest.mark.parametrize(
    ("text", "wished", "out"),
    [
        ("藏青就是藍的嘛…不要沙的", {"navy", "blue"}, {"sand"}),
        ("算了還是藍的L就好", {"blue"}, set()),
        ("不要沙色", {None}, {"sand"}),
        ("不要沙的", {None}, {"sand"}),
        ("not the sand one, navy please", {"navy"}, {"sand"}),
        ("沙色不错", {"sand"}, set()),
    ],
)
def test_a_refused_colour_is_not_the_wished_one(text: str, wished: set[str | None], out: set[str]) -> None:
    assert colour_said(text) in wished
    assert refused(text) == out


@pytest.mark.parametrize(
    "text", ["退钱的是蓝牙耳机", "退錢的是藍牙耳機", "我白金會員免運吧", "refund the bluetooth earbuds"]
)
def test_a_word_that_holds_a_colour_names_none(text: str) -> None:
    assert colour_said(text) is None
