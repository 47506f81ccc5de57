"""Which size a customer means, where several are named."""

import pytest

from actions.kit.words import alternatives
from actions.products.sizes import size_said
from crm_store.orders import OrderLine

OFFERED = ["40", "41", "42", "43"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("said 43 already... hmm no make it 42, 43's probly boats", "42"),
        ("43 太大了，还是要42吧，43不要", "42"),
        ("改成 42，43 怕太大", "42"),
        ("i told you 42, not 43", "42"),
        ("42 换成 43", "43"),
    ],
)
def test_what_is_decided_counts_and_not_what_is_named_last(text: str, size: str) -> None:
    assert size_said(text, OrderLine(sku="RUN-TRAIL", size="39"), OFFERED) == size


@pytest.mark.parametrize(
    "text", ["修吧，别打我老号码，换新号了", "換新手機了，修就好", "repair it please, I have a new number"]
)
def test_another_telephone_is_no_exchange(text: str) -> None:
    assert alternatives.way_wished(text) == "repair_wish"
