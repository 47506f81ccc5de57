"""The conversations alone are to go: heard by the words, and no membership is touched."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("please wipe the chat history, I keep my membership", "cancel_membership"),
        ("could you erase our conversations and leave the account alone", "bind_account"),
        ("把聊天记录清空就行，会员我还要", "cancel_membership"),
        ("對話紀錄可以刪掉嗎", "ask_transcript"),
    ],
)
def test_only_what_was_written_is_to_be_deleted(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent), Context()).steps
    assert step.intent == "privacy_request"
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["delete_chat"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("delete the chats and all my data", "privacy_request"),
        ("把我所有资料和聊天记录都删了", "privacy_request"),
        ("can I have the chat by mail", "ask_transcript"),
        ("删除订单", "cancel_order"),
    ],
)
def test_all_that_is_kept_or_nothing_of_it_is_another_wish(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent), Context()).steps
    assert not [each for each in (step.heard or {})["entities"] if each["value"] == "delete_chat"]


def test_what_a_form_asks_for_is_its_own() -> None:
    found = hear(said("他把聊天记录删了", "inform"), asked(form="complaint_form", slot="complaint_text"))
    assert found.steps[0].intent == "inform"
