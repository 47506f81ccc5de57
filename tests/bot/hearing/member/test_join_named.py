"""Who says that they want to join wishes that, whatever name stands beside it."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text", ["好 我要加入 叫我阿明", "那我還是想入會，叫我小美就好", "ok then i'd like to join, call me Jo"]
)
def test_joining_is_wished(text: str) -> None:
    assert [step.intent for step in hear(said(text, "update_profile"), Context()).steps] == ["join_membership"]


@pytest.mark.parametrize("text", ["叫我阿明就好", "我要改名字", "我要加入購物車的東西呢", "call me Jo"])
def test_a_name_alone_joins_nothing(text: str) -> None:
    assert "join_membership" not in [step.intent for step in hear(said(text, "update_profile"), Context()).steps]
