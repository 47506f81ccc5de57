"""Amid a form, who says that they never wished its act leaves it; whichever act the verb alone may also mean."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

LEAVING = asked(form="leave_form", slot="leave_reason")
RETURNING = asked(form="return_form", slot="return_kind")
CANCELLING = asked(form="cancel_order_form", slot="cancel_order_number")


@pytest.mark.parametrize(
    ("text", "intent", "context"),
    [
        ("哪里要退了，没让你们退", "deny_act", LEAVING),
        ("誰說要退啦", "return_or_refund", LEAVING),
        ("我沒有要退啊", "return_or_refund", LEAVING),
        ("i never said i wanted to quit", "cancel_membership", LEAVING),
        ("no, i didn't ask to leave", "deny_act", LEAVING),
        ("我沒要退呀", "return_or_refund", RETURNING),
        ("I never asked for that at all", "deny_act", RETURNING),
        ("没让你们取消啊", "deny_act", CANCELLING),
        ("I didn't say that, I never meant to cancel", "deny_act", CANCELLING),
    ],
)
def test_the_form_is_left_and_nothing_else_is_denied(text: str, intent: str, context: Context) -> None:
    (step,) = hear(said(text, intent), context).steps
    acts = [each["value"] for each in (step.heard or {})["entities"] if each["entity"] == "act"]
    own = {"leave_form": "cancel_membership", "return_form": "return_or_refund", "cancel_order_form": "cancel_order"}
    assert step.intent == "cancel" or (step.intent, acts) == ("deny_act", [own[str(context.expects.form)]])


@pytest.mark.parametrize(
    ("text", "intent", "context"),
    [
        ("商品不满意，没想到这么差", "make_complaint", LEAVING),
        ("没退过货", "inform", RETURNING),
        ("the size never fitted me", "report_fault", RETURNING),
    ],
)
def test_an_answer_is_none(text: str, intent: str, context: Context) -> None:
    assert all(step.intent not in ("cancel", "deny_act") for step in hear(said(text, intent), context).steps)
