"""Nothing is done that is denied or doubted, and what was done can be taken back."""

import pytest

from actions.endpoint import action_classes
from actions.kit.base import CrmAction
from actions.kit.forms import BEGUN_BY_ACTIONS
from actions.kit.words import lexicon
from actions.talk.courtesies import forms
from actions.talk.taken_back import (
    FORMS_OF_ACTS,
    UNDONE_BY,
    ActionDenyAct,
    ActionHesitate,
    ActionUndo,
)
from crm_store.labels import label
from crm_store.language import Language
from tests.actions.conftest import Customer

BY_WHAT_WAS_DONE = {"privacy_request"}
"""Acts that no word names: they are undone only as what was done last."""


class TestHesitation:
    async def test_a_form_that_costs_something_is_left_with_nothing_done(self, member: Customer) -> None:
        ran = await member.run(
            ActionHesitate, "我再想想", "hesitate", active_loop="leave_form", requested_slot="leave_reason"
        )
        assert ran.responses == ["reply_hesitate_nothing_done"]
        assert ran.leaves_form

    async def test_a_question_for_consent_is_dropped_in_any_form(self, member: Customer) -> None:
        ran = await member.run(
            ActionHesitate, "等等", "hesitate", active_loop="return_form", requested_slot="return_confirmed"
        )
        assert ran.leaves_form

    async def test_another_question_stays_open_and_is_not_asked_again(self, member: Customer) -> None:
        ran = await member.run(
            ActionHesitate, "等我看看单号", "hesitate", active_loop="invoice_form", requested_slot="invoice_title"
        )
        assert ran.responses == ["reply_hesitate_take_your_time"]
        assert (ran.leaves_form, ran.followup) == (False, None)


class TestDenial:
    async def test_the_open_form_of_the_act_is_left(self, member: Customer) -> None:
        ran = await member.run(
            ActionDenyAct, "我不想退会", "deny_act", entities={"act": "cancel_membership"},
            active_loop="leave_form", requested_slot="leave_reason",
        )  # fmt: skip
        assert ran.responses == ["reply_act_dropped"]
        assert ran.leaves_form

    async def test_another_open_form_is_resumed(self, member: Customer) -> None:
        ran = await member.run(
            ActionDenyAct, "不用给我打电话", "deny_act", entities={"act": "request_callback"},
            active_loop="invoice_form", requested_slot="invoice_title",
        )  # fmt: skip
        assert ran.responses == ["reply_act_not_done"]
        assert (ran.leaves_form, ran.followup) == (False, "invoice_form")

    async def test_without_a_form_it_is_confirmed_that_nothing_happens(self, customer: Customer) -> None:
        ran = await customer.run(ActionDenyAct, "别给我退订", "deny_act", entities={"act": "opt_out"})
        assert ran.only.text == "明白，不退订，消息照常。还有什么我能帮上的？"

    async def test_a_denial_that_names_no_act_does_nothing(self, customer: Customer) -> None:
        ran = await customer.run(ActionDenyAct, "别弄", "deny_act")
        assert ran.responses == ["reply_hesitate_nothing_done"]


class TestUndo:
    async def test_with_nothing_done_and_nothing_named_it_asks_what(self, member: Customer) -> None:
        ran = await member.run(ActionUndo, "能撤销吗", "undo")
        assert ran.responses == ["reply_undo_what"]

    async def test_an_open_form_is_what_is_taken_back(self, member: Customer) -> None:
        ran = await member.run(ActionUndo, "撤掉吧", "undo", active_loop="invoice_form", requested_slot="invoice_title")
        assert ran.leaves_form


def test_every_act_has_words_a_label_and_a_way_back() -> None:
    for act in lexicon.values("act"):
        for language in Language:
            assert label("act_denied", act, language)
    for act, name in UNDONE_BY.items():
        assert act in lexicon.values("act") | BY_WHAT_WAS_DONE
        assert issubclass(action_classes()[name], CrmAction), name


def test_the_forms_that_are_named_exist() -> None:
    assert set(BEGUN_BY_ACTIONS) | FORMS_OF_ACTS <= set(forms())


@pytest.mark.parametrize("language", list(Language))
async def test_a_denial_reads_well_in_every_language(customer: Customer, language: Language) -> None:
    ran = await customer.run(
        ActionDenyAct, "no", "deny_act", entities={"act": "make_complaint"}, language=language.value
    )
    assert label("act_denied", "make_complaint", language) in ran.only.text
