"""What was filed is put right and added to: the reason of a return, the invoice, the complaint."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

RETURNED = Context(focus={"done": "return_or_refund", "return": "R-2026-0007", "at": {"done": 8, "return": 8}})
INVOICED = Context(focus={"done": "ask_invoice", "order": "20261101-0001", "at": {"done": 8, "order": 8}})
FILED = Context(
    focus={"done": "make_complaint", "complaint": "C-2026-0100", "topic": "make_complaint", "at": {"done": 8}}
)
CALL = Context(focus={"done": "request_callback", "callback": 3, "at": {"done": 8, "callback": 8}})


def meant(text: str, context: Context, intent: str = "inform", confidence: float = 0.7) -> tuple[str, Any]:
    step = hear(said(text, intent, confidence), context).steps[0]
    values = {each["entity"]: each["value"] for each in (step.heard or {}).get("entities", [])}
    return step.intent, values.get("choice")


class TestTheReason:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("昨天那个退货原因改一下，其实是杯盖漏水", "quality"), ("退貨原因寫錯了，是有破洞", "quality"),
            ("hmm I put the wrong reason, I just don't need it", "not_wanted"), ("原因写错了", ""),
        ],
    )  # fmt: skip
    def test_is_put_right(self, text: str, reason: str) -> None:
        assert meant(text, RETURNED) == ("return_or_refund", f"reason:{reason}")

    def test_a_fault_told_as_a_correction_is_the_reason(self) -> None:
        text = "actually the reason is different, the coating is coming off"
        assert meant(text, RETURNED, "report_fault", 0.9) == ("return_or_refund", "reason:quality")

    @pytest.mark.parametrize("text", ["补充一下，右边那个也有杂音", "also the zip is broken"])
    def test_what_is_added_is_noted_and_corrects_nothing(self, text: str) -> None:
        assert meant(text, RETURNED, "report_fault", 0.9) == ("return_or_refund", "more")

    @pytest.mark.parametrize("text", ["什么原因登记的", "投诉的原因写错了"])
    def test_a_question_and_another_matter_are_none(self, text: str) -> None:
        assert not str(meant(text, RETURNED)[1]).startswith("reason:")

    def test_without_a_return_nothing_is_put_right(self) -> None:
        assert not str(meant("原因写错了", Context())[1]).startswith("reason:")


class TestSentBack:
    @pytest.mark.parametrize("text", ["我寄咗喇", "已经寄出去了", "I've posted it", "I already sent it back"])
    def test_it_is_told_of_the_return(self, text: str) -> None:
        assert meant(text, RETURNED, "goodbye", 0.8) == ("return_or_refund", "sent")

    @pytest.mark.parametrize("text", ["寄到哪里", "你们寄错了", "have you sent it?"])
    def test_a_question_and_what_we_sent_are_other_matters(self, text: str) -> None:
        assert meant(text, RETURNED)[1] != "sent"


class TestTheInvoice:
    @pytest.mark.parametrize(
        "text",
        [
            "抬头写错了，应该是上海青木商贸有限公司",
            "能改成寄到另一個信箱嗎",
            "the title is wrong",
            "change the email please",
        ],
    )
    def test_is_put_right(self, text: str) -> None:
        assert meant(text, INVOICED) == ("ask_invoice", "corrected")

    @pytest.mark.parametrize("text", ["改我账号的邮箱", "什么时候开好", "改送货地址"])
    def test_another_matter_is_none(self, text: str) -> None:
        assert meant(text, INVOICED)[1] != "corrected"


class TestTheComplaint:
    @pytest.mark.parametrize(
        "text",
        [
            "那個投訴加一句：快遞員電話裡態度很差", "the complaint: add that I called twice",
            "把这个补充到投诉里：我打了两次电话", "please add to the complaint that nobody came",
        ],
    )  # fmt: skip
    def test_what_is_added_files_no_second_one(self, text: str) -> None:
        assert meant(text, FILED, "make_complaint", 0.9) == ("make_complaint", "more")
        assert meant(text, Context(), "make_complaint", 0.9) == ("make_complaint", "more")

    @pytest.mark.parametrize("text", ["可以補照片嗎", "can I add a photo?"])
    def test_a_photo_is_asked_of_it(self, text: str) -> None:
        assert meant(text, FILED, "ask_faq", 0.6) == ("inform", "asked_of_act:photo")


@pytest.mark.parametrize("text", ["能不能发短信代替", "actually email me instead?"])
def test_a_message_in_place_of_a_call_stops_no_messages(text: str) -> None:
    assert meant(text, CALL, "opt_out", 0.9) == ("inform", "asked_of_act:instead")
