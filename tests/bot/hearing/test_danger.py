"""Danger is heard in three scripts and before all else; words that only sound like it are not."""

import pytest

from bot.hearing import danger
from bot.hearing.danger import Danger
from bot.hearing.hear import Said, hear
from crm_store.conversations import Context, Expectation, Parsed


def parsed(text: str, intent: str, confidence: float = 0.9) -> Parsed:
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": []}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("插线板冒黑烟了，灯也灭了", Danger.FIRE),
        ("剛剛充電的時候它自己燒起來", Danger.FIRE),
        ("there is smoke coming from the heater you sent", Danger.FIRE),
        ("没想到第一次用就漏电", Danger.FIRE),
        ("我女儿把车轮上的螺丝吞下去了", Danger.CHILD),
        ("my kid choked on the plastic eye of the teddy", Danger.CHILD),
        ("瓶盖崩开，我眼睛流血了", Danger.INJURY),
        ("the blade slipped and I sliced my thumb", Danger.INJURY),
        ("卡被盗刷了，你们查一下", Danger.FRAUD),
        ("我的帳號被人登走，點數都沒了", Danger.FRAUD),
        ("someone got into my account and spent my points", Danger.FRAUD),
        ("我真的活不下去了", Danger.SELF_HARM),
        ("I can't take it, I want to kill myself", Danger.SELF_HARM),
        ("再拖我就去法院起诉", Danger.THREAT),
        ("你們不處理，我就找消保官", Danger.THREAT),
        ("my solicitor will be in touch", Danger.THREAT),
        ("我要带着刀来找你们", Danger.VIOLENCE),
    ],
)
def test_what_is_at_risk(text: str, kind: Danger) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "外面热死了，晚点送行吗",
        "好久没来，想死你们啦",
        "is the fire sale still on",
        "this coat is a steal",
        "这价格跳楼价啊",
        "新款火了，还有货吗",
        "这个插座会漏电吗",
        "怕小孩误食，有没有颗粒大一点的",
        "没有人受伤，只是杯子碎了",
        "我不会起诉你们的，放心",
        "寄到中山法院旁边那栋",
        "电话 13812345678",
        "报警器有卖吗",
        "tennis court shoes in 42",
        "press the button and it plays a song",
        "气炸了，又没货",
    ],
)
def test_what_only_sounds_like_it(text: str) -> None:
    assert danger.heard(text) is None


def test_the_classifier_alone_is_believed_when_it_is_sure() -> None:
    text = "家里出大事了，你们的东西害的"
    assert danger.understood(text, [parsed(text, "report_danger", 0.9)]) is Danger.OTHER
    assert danger.understood(text, [parsed(text, "report_danger", 0.4)]) is None


def test_another_firm_s_stolen_card_is_none_of_our_cases() -> None:
    text = "我在别家银行的卡被盗刷，客服电话几号"
    assert danger.understood(text, [parsed(text, "out_of_scope", 0.95)]) is None
    assert danger.understood(text, [parsed(text, "make_complaint", 0.95)]) is Danger.FRAUD


def test_it_comes_before_the_question_that_was_asked() -> None:
    text = "好的，不过它现在冒烟了"
    asked = Context(Expectation(options=[{"title": "登记投诉", "payload": "/affirm"}], form="complaint_form"))

    (step,) = hear(Said(text, parsed(text, "affirm")), asked).steps

    assert (step.intent, step.heard is not None and step.heard["entities"][-1]["value"]) == ("report_danger", "fire")


@pytest.mark.parametrize("text", ["壶嘴一歪，热水烫了我一手", "滾水潑出來，燙到起了水泡"])
def test_hot_water_on_somebody_is_an_injury(text: str) -> None:
    assert danger.heard(text) is Danger.INJURY


def test_a_jest_is_no_danger_by_a_guess_but_named_danger_is() -> None:
    jest = "where is my axe, just kidding"
    assert danger.understood(jest, [parsed(jest, "report_danger")]) is None
    named = "it caught fire, I am not joking"
    assert danger.understood(named, [parsed(named, "report_danger")]) is Danger.FIRE


@pytest.mark.parametrize(
    "text", ["这壶还能不能用", "要不要先去看醫生", "can I plug it in again", "should I see a doctor"]
)
def test_what_to_do_now_is_asked_after_a_danger(text: str) -> None:
    told = Context(focus={"topic": "report_danger", "complaint": "C-2026-0003", "done": "make_complaint", "age": 1})
    (step,) = hear(Said(text, parsed(text, "inform")), told).steps
    assert step.intent == "report_danger"
    assert [each["value"] for each in (step.heard or {})["entities"]] == [Danger.NEXT]


def test_without_a_danger_before_it_is_a_question_like_any() -> None:
    (step,) = hear(Said("这壶还能不能用", parsed("这壶还能不能用", "ask_faq")), Context()).steps
    assert step.intent == "ask_faq"


@pytest.mark.parametrize(
    "text",
    ["行李箱的把手突然断在我手上", "鞋底走着走着掉下来了，路人都在看", "the handle snapped off while I was walking"],
)
def test_a_thing_that_comes_apart_is_a_fault_however_sure_the_classifier_is(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "report_danger", 0.95)), Context()).steps
    assert step.intent == "report_fault"


@pytest.mark.parametrize(
    "text", ["把手断了，划得我好疼", "the battery lid came off and it got very hot", "锅柄掉了，差点害了孩子"]
)
def test_where_somebody_or_a_fire_may_be_meant_the_classifier_is_believed(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "report_danger", 0.95)), Context()).steps
    assert step.intent == "report_danger"
