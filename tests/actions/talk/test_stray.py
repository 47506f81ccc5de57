"""A single word is asked back with its meanings, and one of them pressed does what it says."""

import json

import pytest

from actions.talk.courtesies import ActionInformAlone
from crm_store.labels import label
from crm_store.language import Language
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, say

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def test_without_an_act_the_word_is_named_and_nothing_begins(member: Customer) -> None:
    ran = await member.run(ActionInformAlone, "改一下", "inform", entities={"choice": "stray:change:nothing"})
    assert ran.responses == ["reply_stray"]
    assert "「改一下」" in ran.only.text
    assert label("stray_button", "change_order", Language.ZH_HANS) in ran.only.titles


async def test_after_a_return_it_is_asked_of_that_return_and_its_reason_is_put_right(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机退货，不喜欢", "return_or_refund")
    await say(member, "对", "affirm")
    ran = await member.run(ActionInformAlone, "改", "inform", entities={"choice": "stray:change:return_or_refund"})
    assert ran.responses == ["reply_stray_of_act"]
    assert "R-2026-0001" in ran.only.text
    payload = str(ran.only.buttons[0]["payload"])
    choice = json.loads(payload.removeprefix("/inform"))
    told = await member.run(ActionInformAlone, payload, "inform", entities=choice)
    assert told.responses == ["reply_return_reason_what"]
