"""A complaint is filed once: the order in one word beside other things, whether it is filed, the protest that it is."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import CHOICE
from bot.hearing.message.wishes import clauses
from bot.hearing.service import filed
from bot.hearing.service.filed import COMPLAINT, NOT_YET, STATUS, TAKE_UP
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, option, said

FILE = option("登记投诉", "/affirm")
PERSON = option("找真人", "/request_human")
FILE_EN = option("File a complaint", "/affirm")
OFFERED = asked(FILE, PERSON, form="complaint_form", slot="complaint_consent")
OFFERED_EN = asked(FILE_EN, PERSON, form="complaint_form", slot="complaint_consent")
FILED = Context(focus={"complaint": "C-2026-0093", "done": COMPLAINT, "topic": COMPLAINT, "age": 0})
LEFT = Context(focus={"set_aside": "complaint_form", "topic": COMPLAINT, "age": 1})


def told(found: Heard) -> list[str]:
    """Each step as its intent, with its choice, or its payload."""
    return [step.payload or " ".join([step.intent, *_choice(step.heard or {})]) for step in found.steps]


def _choice(parsed: dict[str, object]) -> list[str]:
    entities = parsed.get("entities")
    assert isinstance(entities, list)
    return [str(each["value"]) for each in entities if each["entity"] == CHOICE]


class TestOrderedBesideOtherThings:
    @pytest.mark.parametrize(
        ("text", "context"),
        [
            ("登记吧 投诉怎么弄", OFFERED),
            ("登記吧，投訴怎麼弄", OFFERED),
            ("file it, how do complaints work?", OFFERED_EN),
        ],
    )
    def test_how_it_is_filed_is_no_second_complaint(self, text: str, context: Context) -> None:
        message = said(text, COMPLAINT, 0.78, ("affirm", 0.84), (COMPLAINT, 0.79))
        assert told(hear(message, context)) == ["/affirm"]

    @pytest.mark.parametrize(
        ("text", "context"),
        [
            ("登记吧，运费谁出？", OFFERED),
            ("登記吧，那運費誰出？", OFFERED),
            ("file it. and whys 14 dec if u said 3 days??", OFFERED_EN),
            ("register the complaint then. how much is shipping?", OFFERED_EN),
        ],
    )
    def test_a_question_is_answered_behind_it(self, text: str, context: Context) -> None:
        found = hear(said(text, "ask_faq", 0.8, ("affirm", 0.41), ("ask_faq", 0.8)), context)
        assert told(found)[0] == "/affirm"
        assert told(found)[1].startswith("ask_faq")

    @pytest.mark.parametrize(
        "text", ["登记吧，不过先别急着交？", "file it, but not yet?", "the complaint, what about it?"]
    )
    def test_what_puts_it_off_or_only_names_it_orders_nothing(self, text: str) -> None:
        found = hear(said(text, "nlu_fallback", 0.35, ("affirm", 0.4), ("nlu_fallback", 0.35)), OFFERED_EN)
        assert "/affirm" not in told(found)

    def test_what_waited_as_a_complaint_is_not_begun_behind_the_filing(self) -> None:
        step = hear(said("登记吧 投诉怎么弄", COMPLAINT, 0.78, ("affirm", 0.84), (COMPLAINT, 0.79)), OFFERED)
        again = Heard(step.steps, kept=[heard("要投诉", COMPLAINT), heard("换个新的", "return_or_refund")])
        assert [each["text"] for each in filed.once(again, OFFERED).kept] == ["换个新的"]


class TestWhetherItIsFiled:
    @pytest.mark.parametrize(
        "text",
        ["投诉登记了没", "那投訴到底登記了沒有", "the complaint, is it filed now or not", "did you file it yet?"],
    )
    def test_not_yet_while_it_is_asked(self, text: str) -> None:
        assert told(hear(said(text, STATUS), OFFERED)) == [f"{STATUS} {NOT_YET}"]

    @pytest.mark.parametrize("text", ["投诉登记了没", "投訴登記了嗎", "the complaint, is it filed now or not"])
    def test_not_yet_where_it_was_left_and_asked_again(self, text: str) -> None:
        assert told(hear(said(text, STATUS), LEFT)) == [f"{STATUS} {NOT_YET}", TAKE_UP]

    @pytest.mark.parametrize("text", ["登记了没", "到底登記好了沒", "so is it filed or what"])
    def test_with_its_number_once_it_is(self, text: str) -> None:
        assert told(hear(said(text, "ask_parcel", 0.6), FILED)) == [f"{STATUS} C-2026-0093"]

    @pytest.mark.parametrize("text", ["换货登记了没", "is my return registered yet?", "登记吧"])
    def test_another_registration_is_none_of_it(self, text: str) -> None:
        assert STATUS not in "".join(told(hear(said(text, "ask_refund_status"), FILED)))


class TestFiledAlready:
    @pytest.mark.parametrize(
        "text",
        ["不是登了吗怎么又问 换货呢", "剛不是登記過了嗎，換貨呢", "didn't i just file it? what about the exchange"],
    )
    def test_it_stands_and_what_else_is_asked_goes_on(self, text: str) -> None:
        message = said(text, "ask_parcel", 0.54, ("bind_account", 0.51), ("return_or_refund", 0.82))
        assert told(hear(message, FILED)) == [f"{STATUS} C-2026-0093", "return_or_refund"]

    @pytest.mark.parametrize("text", ["不是登了吗", "我不是登記過了嗎", "i already filed it"])
    def test_while_it_was_not_the_truth_is_told(self, text: str) -> None:
        assert told(hear(said(text, "bind_account", 0.5), OFFERED)) == [f"{STATUS} {NOT_YET}"]

    @pytest.mark.parametrize("text", ["我要投诉", "我要投訴", "i want to make a complaint"])
    def test_the_bare_wish_said_once_more_files_no_second_one(self, text: str) -> None:
        assert told(hear(said(text, COMPLAINT), FILED)) == [f"{STATUS} C-2026-0093"]

    @pytest.mark.parametrize(
        "text", ["我要投诉快递员态度恶劣", "刚登记一分钟就不能改", "the courier was rude, i want to complain"]
    )
    def test_another_story_is_heard(self, text: str) -> None:
        assert STATUS not in "".join(told(hear(said(text, COMPLAINT), FILED)))


class TestWithStory:
    @pytest.mark.parametrize(
        "text",
        [
            "充电宝用两天就充不进电了，我要投诉，另外换个新的给我",
            "行動電源用兩天就充不進電了，我要投訴，另外換個新的給我",
            "my power bank is dead, i want to complain, also a new one please",
        ],
    )
    def test_a_complaint_with_its_fault_and_an_exchange_that_waits(self, text: str) -> None:
        message = said(text, COMPLAINT, 0.5, ("report_fault", 0.98), (COMPLAINT, 0.99), ("return_or_refund", 0.9))
        found = hear(message, Context())
        assert [step.intent for step in found.steps] == [COMPLAINT]
        assert clauses(text)[0].text in found.steps[0].text
        assert [each["intent"]["name"] for each in found.kept] == ["return_or_refund"]

    def test_a_fault_without_the_wish_stays_a_fault(self) -> None:
        text = "充电宝充不进电了，你们真行，另外换个新的给我"
        message = said(text, "report_fault", 0.5, ("report_fault", 0.98), (COMPLAINT, 0.9), ("return_or_refund", 0.9))
        assert COMPLAINT not in [step.intent for step in hear(message, Context()).steps]


MISSING_FILED = {
    "complaint": "C-2026-0096", "done": "make_complaint", "topic": "make_complaint", "age": 0, "order": "20261125-0003",
    "not_in_parcel": {"order": "20261125-0003", "skus": ["MUG"], "items": "Mug"},
}  # fmt: skip


def _choices(text: str, focus: dict[str, object], intent: str) -> list[object]:
    steps = hear(said(text, intent, 0.9), Context(focus=focus)).steps
    return [(step.intent, *(each["value"] for each in (step.heard or {}).get("entities", []))) for step in steps]


@pytest.mark.parametrize("intent", ["change_order", "ask_complaint_status", "update_profile"])
@pytest.mark.parametrize(
    "text",
    [
        "where do they send it, i moved last week",
        "just tell the complaint ppl my new addr: Flat 7B, 12 Nathan Road, Kowloon",
        "can u add that address to my complaint C-2026-0096?",
        "so did u add it or not",
        "我搬家了，寄到哪里",
        "地址是成都市武侯区科华北路12号",
        "新地址補進投訴了嗎",
        "寫進去了嗎",
    ],
)
def test_where_it_is_to_go_belongs_to_the_complaint(text: str, intent: str) -> None:
    assert _choices(text, MISSING_FILED, intent) == [("make_complaint", "more")]


@pytest.mark.parametrize("text", ["地址是成都市武侯区科华北路12号", "I moved last week"])
def test_an_address_beside_another_complaint_is_no_word_for_it(text: str) -> None:
    focus = {key: value for key, value in MISSING_FILED.items() if key != "not_in_parcel"}
    assert ("make_complaint", "more") not in _choices(text, focus, "change_order")
