"""What of a message is content for an open question."""

import pytest
from rasa_sdk import Tracker

from actions.kit import slot_text
from actions.kit.base import Turn


class Spoken(Turn):
    """A turn of nothing but its words."""

    def __init__(self, text: str, *, intent: str = "inform", sure: float = 0.9, asked: str | None = None) -> None:
        message = {"text": text, "intent": {"name": intent, "confidence": sure}, "entities": []}
        self.tracker = Tracker("c", {"requested_slot": asked}, message, [], False, None, {}, "action_listen")


def title(text: str, **said: object) -> str | None:
    return slot_text.content(Spoken(text, asked="invoice_title", **said), "invoice_title")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("杭州山风贸易有限公司", "杭州山风贸易有限公司"),
        ("抬头写 周小川 谢谢", "周小川"),
        ("不对，是周小舟", "周小舟"),
        ("no, it's Hillside Ltd, thanks", "Hillside Ltd"),
        ("公司：山風股份有限公司", "山風股份有限公司"),
        ("好的，写周小川就行", "周小川"),
        ("是德科技", "是德科技"),
        ("用友网络", "用友网络"),
        ("好利来食品有限公司", "好利来食品有限公司"),
        ("苏州澄湖科技有限公司 那个台灯的", "苏州澄湖科技有限公司"),
        ("不是 公司名就是苏州澄湖科技有限公司 后面是我买的东西", "苏州澄湖科技有限公司"),
        ("澄湖科技有限公司，苏州分公司", "澄湖科技有限公司，苏州分公司"),
    ],
)
def test_a_name_comes_without_what_is_said_around_it(said: str, content: str) -> None:
    assert title(said) == content


@pytest.mark.parametrize(
    "said",
    [
        "等一下", "让我想想", "随便", "不知道", "whatever", "no idea", "好的", "42", "谢谢",
        "为什么要写这个", "能不写吗？", "why do you need it",
        "写错了", "抬头弄错了怎么改", "上一张不是已经作废了吗，怎么又来", "怎么又成了我的名字！要公司的",
        "not that, the title is wrong",
    ],
)  # fmt: skip
def test_talk_and_questions_are_no_content(said: str) -> None:
    assert title(said) is None


@pytest.mark.parametrize("said", ["係咪一定要寫", "要幾錢呀", "點先改到", "而家點算", "係咪一定要写", "有冇第二個寫法"])
def test_a_question_in_cantonese_is_no_content(said: str) -> None:
    assert slot_text.is_question(said)
    assert title(said) is None


@pytest.mark.parametrize("said", ["幾何設計有限公司", "點點綠工作室", "邊城書店", "關係設計", "陳仲文"])
def test_a_name_that_only_looks_like_cantonese_is_content(said: str) -> None:
    assert title(said) == said


def test_what_is_kept_are_the_customers_own_words() -> None:
    said = "件褸個拉鏈成日甩，嗰日喺舖頭試嗰陣冇事"
    assert slot_text.content(Spoken(said, asked="complaint_description"), "complaint_description") == said


def test_another_wish_is_no_content_but_a_companys_name_always_is() -> None:
    assert title("我的包裹到了没有", intent="ask_parcel") is None
    assert title("改一下会员电话", intent="update_profile") is None
    assert title("包裹之家有限公司", intent="ask_parcel") == "包裹之家有限公司"


def test_a_button_is_no_content() -> None:
    assert title('/inform{"choice":"personal"}') is None


def test_unasked_only_announced_words_count() -> None:
    assert slot_text.content(Spoken("发票抬头：山风贸易"), "invoice_title") == "山风贸易"
    assert slot_text.content(Spoken("山风贸易"), "invoice_title") is None


def test_sentences_may_be_questions() -> None:
    asked = "suggestion_text"
    assert slot_text.content(Spoken("能不能多开一家店？", asked=asked), asked) == "能不能多开一家店？"
    assert slot_text.content(Spoken("等等", asked=asked), asked) is None


@pytest.mark.parametrize("said", ["哪吒汽车有限公司", "对啊电子有限公司"])
def test_what_ends_as_a_company_is_a_name_whatever_it_is_made_of(said: str) -> None:
    assert title(said) == said


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("今天就带去吗还是要等审核", True),
        ("可以今天就帶去嗎，還是要等審核", True),
        ("係而家攞去咩定係等審核", True),
        ("我換鞋現在是有登記還沒登記", True),
        ("好嘛还是算了", False),
        ("是有一双还没到", False),
        ("今天就帶去", False),
    ],
)
def test_one_of_two_is_asked(text: str, asks: bool) -> None:
    assert slot_text.is_question(text) is asks
