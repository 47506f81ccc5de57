"""A bare "stop" after news that nobody asked for stops them; without such news, amid a form or with more words it is
what it always was."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.said import Said
from crm_store.conversations import Context, Expectation
from crm_store.proactive import NEWS

TOLD = Context().told(NEWS, "new_goods", at=3)


def heard(text: str, context: Context, *, intent: str = "cancel") -> str | None:
    said = Said(text, {"text": text, "intent": {"name": intent, "confidence": 0.99}, "entities": []})
    return hear(said, context).steps[0].intent


@pytest.mark.parametrize("text", ["stop", "STOP!", "停", "T", "td", "退订，谢谢", "取消", "cancel please"])
def test_one_word_is_enough(text: str) -> None:
    assert heard(text, TOLD) == "opt_out"


def test_elsewhere_it_is_what_it_was() -> None:
    assert heard("stop", Context()) == "cancel"
    assert heard("stop", Context(Expectation(form="return_form"), TOLD.focus)) == "cancel"
    assert heard("stop my order please", TOLD, intent="cancel_order") == "cancel_order"


@pytest.mark.parametrize("text", ["别老让我打分", "别总让我评分了"])
def test_not_wanting_to_be_asked_for_a_rating_is_no_rating(text: str) -> None:
    assert heard(text, Context(), intent="rate_service") == "opt_out"


@pytest.mark.parametrize(
    ("text", "intent", "meant"),
    [
        ("退款通知不用傳了", "ask_refund_status", "opt_out"),
        ("turn the parcel notifications off, no more of them", "ask_parcel", "opt_out"),
        ("退款到了吗", "ask_refund_status", "ask_refund_status"),
        ("订单通知还有没有", "ask_order_status", "ask_order_status"),
    ],
)
def test_a_notice_that_is_to_stop_is_no_question_about_its_thing(text: str, intent: str, meant: str) -> None:
    assert heard(text, Context(), intent=intent) == meant
