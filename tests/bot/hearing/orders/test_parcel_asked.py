"""Questions about the parcel or order that is spoken of, besides where it is."""

import pytest

from actions.kit.asked import parcel_asked
from actions.kit.asked.parcel_asked import Aspect, Place
from actions.kit.told import handing_on
from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

PARCEL = {"parcel": "SF1", "order": "20261127-0001", "topic": "ask_parcel", "age": 0, "at": {"parcel": 4, "order": 4}}
LISTED = {"listed": [{"title": "SF1", "payload": "/x"}], "topic": "ask_parcel", "age": 0, "at": {"listed": 4}}


def named(text: str, intent: str = "nlu_fallback", sure: float = 1.0, **focus: object) -> dict[str, str]:
    """The entities of the one step, with its intent."""
    (step,) = hear(said(text, intent, sure), Context(focus=focus)).steps
    found = {each["entity"]: str(each["value"]) for each in (step.heard or {})["entities"]}
    return {**found, "intent": step.intent}


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("所有东西都在这个包裹里吗", Aspect.TOGETHER),
        ("東西是分開寄的嗎", Aspect.TOGETHER),
        ("are they all coming together?", Aspect.TOGETHER),
        ("is the serum in the same box as the blocks?", Aspect.TOGETHER),
        ("三件是同一箱嗎", Aspect.TOGETHER),
        ("any chance it comes before 6pm tomorrow", Aspect.BY_WHEN),
        ("will I get a text before they show up", Aspect.CALLS),
        ("这箱东西沉不沉", Aspect.WEIGHT),
        ("里面都有啥", Aspect.INSIDE),
        ("裡面裝什麼", Aspect.INSIDE),
        ("what's in it", Aspect.INSIDE),
        ("上午能到不", Aspect.BY_WHEN),
        ("明天中午前會送到嗎", Aspect.BY_WHEN),
        ("will it be here before noon?", Aspect.BY_WHEN),
        ("快递员电话多少", Aspect.COURIER_PHONE),
        ("配送員的聯絡電話有嗎", Aspect.COURIER_PHONE),
        ("can I get the driver's phone", Aspect.COURIER_PHONE),
        ("会打电话吗", Aspect.CALLS),
        ("送之前會打電話嗎", Aspect.CALLS),
        ("does the courier ring me first", Aspect.CALLS),
        ("能放门口吗", Aspect.LEFT),
        ("可以請鄰居代收嗎", Aspect.LEFT),
        ("管理員可以幫我收嗎", Aspect.LEFT),
        ("包裹到底丟了沒", Aspect.LOST),
        ("could you leave it with the concierge", Aspect.LEFT),
        ("不在家咋办", Aspect.ABSENT),
        ("家裡沒有人的話怎麼辦", Aspect.ABSENT),
        ("what if nobody's home", Aspect.ABSENT),
        ("要签收码吗", Aspect.CODE),
        ("要簽名嗎", Aspect.CODE),
        ("do I have to sign for it?", Aspect.CODE),
        ("可以先拆开验货再签收吗", Aspect.OPENED),
        ("可以先開箱檢查再簽收嗎", Aspect.OPENED),
        ("can I check it before signing", Aspect.OPENED),
        ("周末送吗", Aspect.WEEKEND),
        ("星期六有送貨嗎", Aspect.WEEKEND),
        ("do they deliver on saturdays", Aspect.WEEKEND),
        ("会不会弄丢了", Aspect.LOST),
        ("是不是寄丟了", Aspect.LOST),
        ("did it get lost", Aspect.LOST),
        ("多重啊", Aspect.WEIGHT),
        ("包裹多大件", Aspect.WEIGHT),
        ("how big is the box", Aspect.WEIGHT),
        ("还能往里面加一个杯子吗", Aspect.ADDED),
        ("可以多加一個到這個包裹嗎", Aspect.ADDED),
        ("can i add a mug to the parcel", Aspect.ADDED),
        ("放哪兒了", Aspect.WHERE_LEFT),
        ("where did they leave it", Aspect.WHERE_LEFT),
    ],
)
@pytest.mark.parametrize("intent", ["nlu_fallback", "ask_product"])
def test_it_is_asked_of_the_parcel_spoken_of(text: str, aspect: Aspect, intent: str) -> None:
    found = named(text, intent, **PARCEL)
    assert found["intent"] == "ask_parcel"
    assert found["choice"] == f"{parcel_asked.CHOICE}:{aspect}"
    assert found["parcel_number"] == "SF1"


@pytest.mark.parametrize("text", ["能换一天送吗 我周一不在", "可以改天送嗎", "can it come on another day"])
def test_another_day_is_a_change_and_its_reason_no_question(text: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.7), Context(focus=PARCEL)).steps
    assert step.intent == "change_order"


@pytest.mark.parametrize(
    "text",
    [
        "能换货吗", "几点打给我", "里面的杯子碎了", "放门口了结果被偷了", "這雙鞋重嗎",
        "能一起发吗", "包裹到哪了", "一般要本人签收吗",
        "放门口就行", "退款明天能到吗", "会不会给我打电话回访", "发票能一起寄吗", "你们周末上班吗", "里面是羊毛吗",
        "我要改電話", "積分今天到嗎", "多大的孩子能玩", "門口那家店開嗎", "它是防水的嗎", "放門口就好", "裡面壞了",
        "can I open an account", "will you call me tomorrow", "is it waterproof", "what size is it", "add my birthday",
        "please leave it at the door", "the points arrive tomorrow?", "can I sign up", "what do you have",
        "it was left at the door and stolen", "they said they would call first and didn't",
    ],
)  # fmt: skip
def test_what_is_another_matter_a_story_or_a_wish_is_none(text: str) -> None:
    assert parcel_asked.asked(text) is None


@pytest.mark.parametrize(
    "text", ["会打电话吗", "要簽名嗎", "里面都有啥", "how heavy is it", "what's in it", "能放门口吗"]
)
@pytest.mark.parametrize("since", ["callback", "product", "return", "reward"])
def test_bare_words_go_on_with_what_was_told_since(text: str, since: str) -> None:
    focus = {**PARCEL, since: "x", "at": {"parcel": 4, "order": 4, since: 6}}
    assert not named(text, "inform", **focus).get("choice", "").startswith(parcel_asked.CHOICE)


@pytest.mark.parametrize("text", ["会打电话吗", "里面都有啥", "what's in it", "要簽名嗎"])
def test_where_nothing_is_spoken_of_bare_words_mean_no_parcel(text: str) -> None:
    assert "choice" not in named(text, "inform")


@pytest.mark.parametrize("text", ["快递员电话多少", "快遞可以放門口嗎", "can the courier leave it at the door"])
def test_words_that_name_it_need_nothing_spoken_of(text: str) -> None:
    found = named(text)
    assert found["intent"] == "ask_parcel"
    assert "parcel_number" not in found


@pytest.mark.parametrize("text", ["會先打給我嗎", "东西是分开寄的吗", "are they all coming together?"])
def test_after_a_list_of_parcels_it_is_asked_of_them(text: str) -> None:
    assert named(text, **LISTED)["choice"].startswith(parcel_asked.CHOICE)


def test_a_rule_told_in_between_leaves_the_parcel_spoken_of() -> None:
    focus = {**PARCEL, "article": "delivery_time", "at": {"parcel": 4, "article": 6}}
    assert named("能放门口吗", **focus)["parcel_number"] == "SF1"


@pytest.mark.parametrize(
    "text",
    ["几点能送到 能放门口吗", "幾點會送到？可以放門口嗎", "what time will it arrive? can they leave it at the door"],
)
def test_two_of_one_message_are_answered_both(text: str) -> None:
    steps = hear(said(text, "ask_parcel", 0.6), Context(focus=PARCEL)).steps
    choices = [str(e["value"]) for s in steps for e in (s.heard or {})["entities"] if e["entity"] == "choice"]
    assert choices == [f"{parcel_asked.CHOICE}:{Aspect.BY_WHEN}", f"{parcel_asked.CHOICE}:{Aspect.LEFT}"]


@pytest.mark.parametrize(
    "text", ["能换一天送吗 我周一不在", "可以改天送嗎？我週一不在", "can it come on another day? I'm out on Monday"]
)
def test_a_change_beside_its_reason_is_looked_up_in_no_article(text: str) -> None:
    message = said(text, "ask_faq", 0.7, ("ask_faq", 0.7), ("change_order", 0.8))
    assert [step.intent for step in hear(message, Context(focus=PARCEL)).steps] == ["change_order"]


def test_what_then_is_no_question_where_it_is() -> None:
    message = said("nobody will be home, what then?", "ask_parcel", 0.9, ("inform", 0.5), ("ask_parcel", 0.9))
    (step,) = hear(message, Context(focus=PARCEL)).steps
    assert f"{parcel_asked.CHOICE}:{Aspect.ABSENT}" in [each["value"] for each in (step.heard or {})["entities"]]


def test_a_sure_wish_beside_it_is_served_as_ever() -> None:
    message = said(
        "能放门口吗，另外我要投诉客服", "make_complaint", 0.95, ("change_order", 0.5), ("make_complaint", 0.95)
    )
    assert "make_complaint" in [step.intent for step in hear(message, Context(focus=PARCEL)).steps]


class TestWhileSomethingIsAsked:
    YES = option("是", f'/chase_promise{{"choice": "{handing_on.CHOICE}:yes"}}', "yes")

    def test_beside_the_question_whether_to_hand_on_it_is_answered(self) -> None:
        waiting = {handing_on.WAITING: {"what": "leave", "order": "20261127-0001", "text": "放在门口"}}
        (step,) = hear(said("不在家咋办", "ask_faq"), asked(self.YES, **PARCEL, **waiting)).steps
        assert step.intent == "ask_parcel"

    def test_beside_another_yes_or_no_it_is_not(self) -> None:
        (step, *_) = hear(said("会打电话吗", "ask_faq"), asked(option("对", "/affirm", "yes"), **PARCEL)).steps
        assert step.intent == "ask_faq"

    def test_amid_a_return_it_is_not_and_amid_the_change_of_a_delivery_it_is(self) -> None:
        message = said("周末送吗", "ask_faq", 0.9)
        amid = asked(form="return_form", slot="return_line", **PARCEL)
        assert "ask_parcel" not in [step.intent for step in hear(message, amid).steps]
        change = asked(form="change_order_form", slot="change_order_value", **PARCEL)
        assert [step.intent for step in hear(message, change).steps] == ["ask_parcel"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("能放门口吗", Place.DOOR), ("放快递柜行吗", Place.LOCKER), ("可以放管理室嗎", Place.DESK),
        ("邻居代收行吗", Place.NEIGHBOUR),
        ("leave it with the concierge?", Place.DESK), ("in a locker", Place.LOCKER),
        ("can my wife take it", Place.SOMEBODY),
    ],
)  # fmt: skip
def test_where_it_shall_be_left(text: str, place: Place) -> None:
    assert parcel_asked.places_in(text) == [place]


@pytest.mark.parametrize(
    "text",
    ["禮拜一一定要到欸", "周五之前必须送到", "it has to be here by friday", "I really need it before monday"],
)
def test_by_when_it_has_to_be_there_moves_no_delivery(text: str) -> None:
    (step,) = hear(said(text, "change_order", 0.7, time="x"), Context(focus=PARCEL)).steps
    assert (step.intent, chosen(step)) == ("ask_parcel", "parcel_asked:by_when")


def test_where_it_is_and_by_when_are_both_heard_of_what_is_named() -> None:
    text = "我昨天訂的那組手沖咖啡組到哪了?是要送人的,禮拜一一定要到欸"
    parts = ("nlu_fallback", 0.3), ("request_human", 0.3), ("nlu_fallback", 0.3)
    where, by_when = hear(said(text, "ask_parcel", 0.8, *parts, reward="手沖咖啡組"), Context()).steps
    assert (where.intent, chosen(where)) == ("ask_parcel", None)
    assert chosen(by_when) == "parcel_asked:by_when"


def test_a_case_that_is_supposed_asks_for_no_tracking() -> None:
    text = "要是明天没到 能让快递放驿站或者给我同事收吗"
    (step,) = hear(
        said(text, "ask_parcel", 0.9, ("ask_parcel", 0.9), ("change_order", 0.5)), Context(focus=PARCEL)
    ).steps
    assert chosen(step) == "parcel_asked:left"


def chosen(step: Step) -> str | None:
    return next((str(each["value"]) for each in entities_of(step.heard or {}) if each["entity"] == "choice"), None)
