"""Until when the goods of a registered return are to be sent back is asked of that case."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

EXCHANGED = {
    "order": "20261126-0001",
    "return": "R-2026-0007",
    "done": "return_or_refund",
    "topic": "return_or_refund",
    "age": 0,
    "at": {"order": 4, "return": 4, "done": 4},
}


def choices(text: str, context: Context, intent: str) -> list[str]:
    found = []
    for step in hear(said(text, intent, 0.7), context).steps:
        named = {each["entity"]: str(each["value"]) for each in (step.heard or {}).get("entities", [])}
        found.append(named.get("choice") or step.intent)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "不是點數啦 我說換貨，寄回來的期限是幾天",
        "那我几天内要寄回",
        "寄得及嗎 我12號才回來",
        "我出差，下周再寄行不行",
        "我出國到12號，那件我回來再寄還可以嗎",
        "晚点寄会不会过期",
        "by when do I have to send it back?",
        "can I send it when I'm back on the 12th",
        "how long do I have to post them",
    ],
)
@pytest.mark.parametrize("intent", ["points_expiry", "return_or_refund", "ask_faq", "nlu_fallback"])
def test_it_is_asked_of_the_case_just_registered(text: str, intent: str) -> None:
    assert choices(text, Context(focus=EXCHANGED), intent)[0] == "send_by:R-2026-0007"


def test_a_number_names_the_case() -> None:
    text = "我出國到12號，R-2026-0007那件我回來再寄還可以嗎"
    assert choices(text, Context(), "return_or_refund") == ["send_by:R-2026-0007"]


@pytest.mark.parametrize(
    "text",
    [
        "我的积分会不会过期",
        "退款最晚几号到",
        "新的什么时候寄出",
        "when do my points expire",
        "the voucher runs out when",
        "我想再寄一件给妈妈",
    ],
)
def test_what_is_asked_of_something_else_is_none_of_it(text: str) -> None:
    assert not any(each.startswith("send_by") for each in choices(text, Context(focus=EXCHANGED), "nlu_fallback"))


def test_without_a_case_it_is_a_question_of_the_rule() -> None:
    assert "send_by:" not in choices("寄回来的期限是几天", Context(), "ask_faq")


@pytest.mark.parametrize(
    "text", ["對，登記。對了我出國，12號才回來，寄得及嗎會不會過期", "yes. by when do I have to send it back?"]
)
def test_the_yes_before_it_counts(text: str) -> None:
    amid = asked(form="return_form", slot="return_confirmed", order="20261126-0001")
    assert choices(text, amid, "nlu_fallback") == ["affirm", "send_by:"]
