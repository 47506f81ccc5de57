"""What somebody wants to spend, where other money stands beside the shop's."""

import pytest

from actions.kit.words import budget


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("under 40 quid, thats like 370 yuan", 37000),
        ("40镑以内，就是370块左右", 37000),
        ("NT$1000 以內，大概 230 元人民幣", 23000),
    ],
)
def test_the_amount_in_the_shops_money_counts(text: str, limit: int) -> None:
    assert (found := budget.said(text)) is not None
    assert found.limit == limit


def test_other_money_alone_is_no_limit() -> None:
    assert budget.said("around 40 quid max") is None
