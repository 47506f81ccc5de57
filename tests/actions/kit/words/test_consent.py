"""Yes, no, or neither, in what customers answer."""

import pytest

from actions.kit.words import consent
from actions.kit.words.consent import Answer


@pytest.mark.parametrize(
    "text",
    [
        "好的", "可以", "嗯嗯", "行吧就这样", "對呀", "没问题", "好嘞，谢谢", "就这么办吧", "係呀", "確認",
        "嗯呐", "得嘞", "成", "中", "阔以", "没毛病，安排上", "那就麻烦你了", "Works.", "aye", "go on then",
        "yes please", "that's fine", "Yep!", "ok", "sure, thanks", "that's right", "no problem", "go ahead please",
    ],
)  # fmt: skip
def test_a_clear_yes(text: str) -> None:
    assert consent.read(text) == consent.Consent(Answer.YES)


@pytest.mark.parametrize(
    "text",
    [
        "不用",
        "不用了谢谢",
        "先不要",
        "算了",
        "不要，谢谢",
        "唔使啦",
        "當然不要",
        "不，不是",
        "no",
        "No, thanks",
        "nah leave it",
        "not now",
    ],
)
def test_a_clear_no(text: str) -> None:
    assert consent.read(text).answer is Answer.NO


@pytest.mark.parametrize(
    "text",
    [
        "考虑一下", "再考慮一下好了", "我再想想吧", "好的 等等", "先等一下", "还没想好", "问下家里人再说",
        "maybe", "not sure yet", "hmm let me think", "hold on a sec", "yes... wait",
    ],
)  # fmt: skip
def test_hesitation_is_neither(text: str) -> None:
    assert consent.read(text).answer is Answer.NOT_YET


@pytest.mark.parametrize(
    "text",
    [
        "可以吗", "是不是还要付运费？", "好慢啊", "行不行啊", "可以便宜点么",
        "中不中", "成不成", "是成人的吗", "is that ok?", "what do I lose?",
    ],
)  # fmt: skip
def test_a_question_is_no_answer(text: str) -> None:
    assert consent.read(text).answer is None


@pytest.mark.parametrize(
    ("text", "answer", "rest"),
    [
        ("是的 运费算谁的", Answer.YES, "运费算谁的"),
        ("好，另外帮我开张发票", Answer.YES, "另外帮我开张发票"),
        ("yes, and when will it come?", Answer.YES, "and when will it come?"),
        ("ok but who pays the postage", Answer.NOT_YET, "but who pays the postage"),
        ("不用了，我想问下几点关门", Answer.NO, "我想问下几点关门"),
        ("等一下 我还是换一双吧", Answer.NOT_YET, "我还是换一双吧"),
    ],
)
def test_what_is_said_beside_the_answer_is_kept(text: str, answer: Answer, rest: str) -> None:
    assert consent.read(text) == consent.Consent(answer, rest)


@pytest.mark.parametrize(
    "text",
    [
        "ok but will it be here before fri 4 dec or not? otherwise no point, id rather refund",
        "yes, but only if it comes before xmas",
        "好，不然我就退了",
        "可以，能周五前到才换",
        "好啊，但係幾時收到？",
        "行，不过运费谁出",
    ],
)
def test_a_yes_on_a_condition_is_none_yet(text: str) -> None:
    assert consent.read(text).answer is Answer.NOT_YET


@pytest.mark.parametrize(
    "text",
    [
        "嗯取消 ...欸等等 還是留著好了",
        "好，取消吧，算了还是留着",
        "好登記 等等，還是先不要",
        "行，退吧……还是别退了",
        "yes cancel it... no wait keep it",
        "yes. actually no, leave it",
        "ok do it, on second thought don't",
    ],
)
def test_a_yes_that_is_taken_back_is_a_no(text: str) -> None:
    assert consent.read(text).answer is Answer.NO


@pytest.mark.parametrize(
    "text",
    [
        "好，等等我再問一下 運費誰出",
        "好，不过别写我名字",
        "ok, and keep it in the box",
        "行 别忘了写备注",
        "yes, no rush",
        "好的，还是送到公司",
    ],
)
def test_what_is_said_behind_a_yes_takes_nothing_back(text: str) -> None:
    assert consent.read(text).answer is not Answer.NO


@pytest.mark.parametrize(
    "text",
    ["yes, and when will it come?", "好，但是快一点", "ok but hurry please", "好的，另外运费谁出", "好，麻烦快点"],
)
def test_a_yes_that_lays_no_condition(text: str) -> None:
    assert consent.read(text).answer is Answer.YES


def test_a_number_in_a_list_is_no_refusal() -> None:
    assert consent.read("no. 10").answer is not Answer.YES
    assert consent.read("no. 10").rest == ""


@pytest.mark.parametrize(
    "text", ["退吧", "那就换吧麻烦了", "换43码", "取消订单吧", "swap it please", "return it then", "退訂", "我要退货"]
)
def test_the_wish_once_more_short_and_plain(text: str) -> None:
    assert consent.says_again(text)


@pytest.mark.parametrize(
    "text",
    [
        "退了要多少日子到账", "换一个行不", "退定唔退", "换不换都行吗", "退錢去邊", "等阵先 换一双", "不退", "唔好退住",
        "别退啊", "退，但是盒子丢了", "要是退了积分还在", "我昨天问的是能便宜多少，你却说到退货上去了",
        "can I swap it in a shop", "which is sooner, a swap", "swap it if there is stock", "hang on, the swap",
        "do not return it", "I was only asking about the return and what it would cost me in the end",
    ],
)  # fmt: skip
def test_a_question_a_wait_a_no_or_a_condition_is_no_wish_once_more(text: str) -> None:
    assert not consent.says_again(text)


@pytest.mark.parametrize(
    "text", ["so I'd get 499 for it right", "所以是看拿到的，不是看剩的，对吧", "wait can i use both", "oh is it free"]
)
def test_a_question_that_looks_like_agreement_asks_back(text: str) -> None:
    assert consent.asks_back(text)


@pytest.mark.parametrize("text", ["yes that's right", "ok do it then", "do it", "对，没错", "是的对的"])
def test_a_plain_yes_asks_nothing_back(text: str) -> None:
    assert not consent.asks_back(text)


def test_what_is_asked_behind_the_breath_is_kept() -> None:
    assert consent.read("wait can i stack it with the other one") == consent.Consent(
        Answer.NOT_YET, "can i stack it with the other one"
    )


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("嗯……积分会扣吗 扣多少", "积分会扣吗 扣多少"),
        ("嗯，多久退到卡里呢", "多久退到卡里呢"),
        ("呃…運費是誰出?", "運費是誰出?"),
        ("好……那點數會收回去嗎", "那點數會收回去嗎"),
        ("hmm, do I lose the points?", "do I lose the points?"),
        ("ok... who pays the postage?", "who pays the postage?"),
        ("好吧 那修要錢嗎", "那修要錢嗎"),
        ("alright, what does the repair cost?", "what does the repair cost?"),
    ],
)
def test_a_breath_before_a_question_is_no_yes(text: str, rest: str) -> None:
    assert consent.read(text) == consent.Consent(Answer.NOT_YET, rest)


@pytest.mark.parametrize(
    "text", ["嗯", "嗯嗯 谢谢", "yeah", "嗯，登记吧", "好……登记吧", "嗯 好的", "是，运费谁出", "yes... do it"]
)
def test_a_breath_before_a_yes_or_by_itself_agrees(text: str) -> None:
    assert consent.read(text).answer is Answer.YES


@pytest.mark.parametrize(
    "text",
    [
        "ok but actually make it the coffee set instead",
        "yes but make it the 9th of december not the 10th",
        "sure, the tea tin instead",
        "yes, change it to the large one",
        "好，不过改成咖啡套装吧",
        "好啊，換成那個檯燈",
        "行，改到周五",
        "可以，但我要的是茶叶罐而不是杯子",
    ],
)
def test_a_yes_that_wants_another_thing_is_none_to_what_was_asked(text: str) -> None:
    assert consent.read(text) == consent.Consent(None, text)


@pytest.mark.parametrize(
    "text", ["好，能改成咖啡套装吗", "ok, can I change it to another later?", "好的，换吧", "yes, make it so"]
)
def test_a_question_about_a_change_and_a_plain_yes_change_nothing(text: str) -> None:
    assert consent.read(text).answer is Answer.YES
