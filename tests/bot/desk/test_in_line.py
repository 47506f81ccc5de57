"""Plain words for a button: the whole message in three scripts, never a sentence that only holds them."""

import pytest

from bot.desk import in_line
from bot.desk.notices import CALL_BACK, GO_ON_WITH_BOT, LEAVE_QUEUE
from bot.wording import section
from crm_store.language import Language


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("不用等了", LEAVE_QUEUE),
        ("那我不等了，谢谢！", LEAVE_QUEUE),
        ("不排隊了", LEAVE_QUEUE),
        ("Please cancel the queue.", LEAVE_QUEUE),
        ("I don't want to wait anymore", LEAVE_QUEUE),
        ("I’ll ask the bot", GO_ON_WITH_BOT),
        ("我先問機器人吧", GO_ON_WITH_BOT),
        ("BOT", GO_ON_WITH_BOT),
        ("麻烦给我回电", CALL_BACK),
        ("Could you call me back, please?", CALL_BACK),
        ("唉算了，不想排了，明天再说", LEAVE_QUEUE),
        ("不用轉接了，取消吧", LEAVE_QUEUE),
        ("leave it, I'm not waiting any longer, I'll try again later", LEAVE_QUEUE),
        ("我不等了，直接给我退货", None),
        ("等了三天了，我不等了，你们快点", None),
        ("机器人没用，我要真人", None),
        ("你们昨天说给我回电怎么没打", None),
        ("the bot is useless", None),
        ("好的", None),
        ("谢谢", None),
        ("", None),
    ],
)
def test_what_the_whole_message_means(text: str, payload: str | None) -> None:
    assert in_line.payload_of(text) == payload


@pytest.mark.parametrize("key", ["leave_queue", "go_on_with_bot", "call_back"])
@pytest.mark.parametrize("language", list(Language))
def test_every_wording_means_its_button_and_no_other(key: str, language: Language) -> None:
    payload = {"leave_queue": LEAVE_QUEUE, "go_on_with_bot": GO_ON_WITH_BOT, "call_back": CALL_BACK}[key]
    wordings = section("in_line")[key].text(language).splitlines()
    assert {words: in_line.payload_of(words) for words in wordings} == dict.fromkeys(wordings, payload)


@pytest.mark.parametrize("language", list(Language))
def test_the_words_on_a_button_typed_do_what_it_does(language: Language) -> None:
    for key, payload in (("leave_queue", LEAVE_QUEUE), ("go_on_with_bot", GO_ON_WITH_BOT), ("call_back", CALL_BACK)):
        assert in_line.payload_of(section("desk")[f"button_{key}"].text(language)) == payload


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("还要等多久", True),
        ("前面還有幾位？", True),
        ("How long is the wait?", True),
        ("現在前面幾個啊", True),
        ("how many ahead", True),
        ("没有人理我", False),
        ("包裹没到", False),
        ("鞋子那張退貨編號多少", False),
        ("好", False),
    ],
)
def test_asking_for_the_place_or_the_wait(text: str, asked: bool) -> None:
    assert in_line.asks_how_long(text) is asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("还有6个啊 那周日有人不", True),
        ("週日有人在嗎", True),
        ("is anyone there on sunday?", True),
        ("are you here on sunday", True),
        ("周日有货吗", False),
        ("有人给我打过电话吗", False),
    ],
)
def test_asking_for_anybody_on_a_day(text: str, asked: bool) -> None:
    assert in_line.asks_for_anybody(text) is asked


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("算了我不等了，晚点再说", True),
        ("排队能取消吗", True),
        ("我可以先不排队了吗", True),
        ("幫我把排隊撤掉吧", True),
        ("can I leave the queue", True),
        ("客诉保留，只是不排了", True),
        ("keep my complaint, I just won't wait", True),
        ("不排队了，撤回投诉", False),
        ("取消排队的订单", False),
        ("投诉别撤", False),
        ("算了，不排了，取消", True),
        ("唔等喇，遲啲再嚟", True),
        ("forget the queue, I'll come back later", True),
        ("我不等了，快叫人来", False),
        ("不等了，直接退款给我", False),
        ("I'm not waiting, get me your manager", False),
        ("I don't want to wait, cancel my order", False),
        ("太久了，懶得等了", True),
        ("唔使搵人喇", True),
        ("no point waiting", True),
        ("不想等这么久", False),
        ("别转给别人", False),
        ("算了", False),
        ("ok I'll wait", False),
        ("排队就不用了，我等你们电话", True),
        ("我是說不用排了，電話照舊", True),
        ("唔使排隊啦，電話照打", True),
        ("forget the queue, keep the call", True),
        ("取消电话", False),
        ("不用等电话了", False),
        ("等電話就好", False),
        ("不要排隊了，我要退款", False),
    ],
)
def test_who_waits_no_longer_says_nothing_else(text: str, leaves: bool) -> None:
    assert in_line.leaves(text) is leaves
