"""What a message makes plain by its own words: an objection, irony about a fault, what somebody else dislikes."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


class TestObjection:
    @pytest.mark.parametrize(
        "text", ["？？什么承诺 我说灯坏了", "什麼承諾？我說的是鍋子塗層掉了", "what promise?? i said the lamp flickers"]
    )
    def test_what_was_said_is_meant(self, text: str) -> None:
        message = said(text, "chase_promise", 0.95, ("chase_promise", 0.78), ("report_fault", 0.9))
        assert [step.intent for step in hear(message, Context()).steps] == ["report_fault"]

    @pytest.mark.parametrize(
        "text", ["什么时候到 我说过要送公司", "承诺呢，我说过今天要", "what did you promise, i said monday"]
    )
    def test_a_question_beside_what_was_said_is_none(self, text: str) -> None:
        message = said(text, "chase_promise", 0.95, ("chase_promise", 0.9), ("change_order", 0.9))
        assert "chase_promise" in [step.intent for step in hear(message, Context()).steps]


class TestIrony:
    @pytest.mark.parametrize(
        "text",
        [
            "你们那个护眼台灯，才用十天就开始闪，护了个寂寞",
            "你們的檯燈，用十天就一直閃，真有你們的",
            "great lamp, now it flickers, eye care my foot",
        ],
    )
    def test_a_fault_that_is_told_is_no_promise(self, text: str) -> None:
        parts = (("ask_product", 0.55), ("report_fault", 0.71), ("nlu_fallback", 0.35))
        message = said(text, "chase_promise", 0.1, *parts, product="台灯")
        assert [step.intent for step in hear(message, Context()).steps] == ["report_fault"]

    def test_a_promise_that_is_surely_asked_for_stays_one(self) -> None:
        text = "台灯坏了，你们答应的事呢"
        message = said(text, "chase_promise", 0.9, ("report_fault", 0.9), ("chase_promise", 0.9), product="台灯")
        assert "chase_promise" in [step.intent for step in hear(message, Context()).steps]


class TestOfOthers:
    @pytest.mark.parametrize(
        "text",
        [
            "我叔最讨厌额外收费了，能包装一下吗",
            "我阿姨最怕額外收費，能包裝一下嗎",
            "hm he hates surprise fees. can u gift wrap it",
        ],
    )
    def test_what_somebody_else_dislikes_is_no_complaint(self, text: str) -> None:
        message = said(text, "ask_faq", 0.67, ("make_complaint", 0.88), ("ask_faq", 0.92))
        assert [step.intent for step in hear(message, Context()).steps] == ["ask_faq"]

    @pytest.mark.parametrize(
        "text",
        [
            "你们司机最讨厌按门铃是吧，东西就扔门口",
            "your courier hates his job, he threw the box",
            "他态度恶劣，我要投诉",
        ],
    )
    def test_what_our_people_did_is_one(self, text: str) -> None:
        message = said(text, "make_complaint", 0.95, ("make_complaint", 0.95), ("make_complaint", 0.9))
        assert [step.intent for step in hear(message, Context()).steps] == ["make_complaint"]
