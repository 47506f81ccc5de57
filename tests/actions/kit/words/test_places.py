"""Places outside mainland China, in customers' words."""

import pytest

from actions.kit.words import places
from crm_store.labels import label
from crm_store.language import Language
from crm_store.yaml_files import read_yaml


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("do you ship to Malta", "MT"),
        ("寄卢森堡多少钱", "LU"),
        ("可以寄冰島嗎", "IS"),
        ("寄澳門", "MO"),
        ("寄匈牙利", "HU"),
        ("送到葵涌", "HK"),
    ],
)
def test_small_places_are_known(text: str, code: str) -> None:
    assert places.place(text) == code


def test_a_name_within_another_word_is_no_place() -> None:
    assert places.place("maltase tablets") is None


def test_each_place_has_a_name_to_be_told_by() -> None:
    for code in read_yaml(places.FILE):
        assert all(label("place", code, language) for language in Language)
