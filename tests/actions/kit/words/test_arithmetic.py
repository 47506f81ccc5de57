"""A sum that is written out is worked out; what only looks like one is none."""

import pytest

from actions.kit.words.arithmetic import Sum, read, total_claimed


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("so 459 x 3 = ?", "459 × 3 = 1,377"),
        ("what's 12 times 89", "12 × 89 = 1,068"),
        ("¥300 minus ¥45 is what", "300 − 45 = 255"),
        ("三百不用，499減69等於多少", "499 − 69 = 430"),
        ("129元加上59元是多少", "129 + 59 = 188"),
    ],
)
def test_is_worked_out(text: str, written: str) -> None:
    assert read(text) == Sum(written, None)


@pytest.mark.parametrize(("text", "right"), [("350减99是不是251", True), ("so 2 x 88 = 170 right?", False)])
def test_a_result_put_forward_is_checked(text: str, right: bool) -> None:
    found = read(text)
    assert found is not None
    assert found.claimed is right


@pytest.mark.parametrize(
    "text",
    ["20261122-0002 到了吗", "3-5 天能到吗", "call 138 0013 8000?", "2026-11-27?", "size 42 x",
     "9-12点可以吗", "C-2026-0095 呢", "12-15 August ok?", "24 x 7 days?"],
)  # fmt: skip
def test_no_sum(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "written", "claimed"),
    [
        ("那就是288+15+8?", "288 + 15 + 8 = 311", None),
        ("199 x 2 + 30 = 428 对吗", "199 × 2 + 30 = 428", True),
        ("is 100 - 20 - 5 = 70?", "100 − 20 − 5 = 75", False),
    ],
)
def test_a_sum_of_several_is_worked_out_whole(text: str, written: str, claimed: bool | None) -> None:
    assert read(text) == Sum(written, claimed)


@pytest.mark.parametrize(
    ("text", "total"),
    [("所以總共311對嗎", 311), ("so altogether 311, right?", 311), ("总共3天吗", None), ("一共两件", None)],
)
def test_a_total_that_is_put_forward(text: str, total: int | None) -> None:
    assert total_claimed(text) == total
