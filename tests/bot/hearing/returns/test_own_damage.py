"""What was damaged at home is heard as that, whatever its parts sound like, and what is wished besides as well."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, option, said

KNOWN = {"product": "COOKER", "own_damage": ["COOKER"], "topic": "report_fault", "age": 0}
CONFIRM = Context(
    Expectation(
        form="return_form",
        slot="return_confirmed",
        options=[option("登记维修", "/affirm", "yes"), option("先不修", "/deny", "no")],
    ),
    focus={"product": "COOKER"},
)


def heard_as_damage(steps: list) -> bool:
    entities = (steps[0].heard or {}).get("entities") or []
    return steps[0].intent == "report_fault" and any(each.get("value") == "own_damage" for each in entities)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("其實上禮拜內鍋有進水 我小孩把水倒進去主機 這樣還算保固嗎 還是我要自己出錢", "ask_faq"),
        ("登记吧，不过我不小心把它掉水里了", "affirm"),
        ("actually my son poured water into it last week", "inform"),
    ],
)
def test_told_at_the_last_question_it_registers_nothing(text: str, intent: str) -> None:
    steps = hear(said(text, intent), CONFIRM).steps
    assert len(steps) == 1
    assert heard_as_damage(steps)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("所以我家這個算泡水嘛 修要多少錢 先跟我講 不然我直接買新的", "report_fault"),
        ("可是你剛剛不是說泡水不算?? 到底要不要錢", "ask_faq"),
        ("如果我真的送修 檢查出來是進水 那運費你們會跟我收嗎", "ask_faq"),
        ("那就免费修吧", "return_or_refund"),
        ("so is the repair free or not", "ask_faq"),
        ("没进过水啊，就是坏了", "report_fault"),
    ],
)
def test_what_is_asked_once_it_is_told(text: str, intent: str) -> None:
    steps = hear(said(text, intent), asked(**KNOWN)).steps
    assert heard_as_damage(steps)


def test_a_call_wished_besides_is_arranged() -> None:
    text = "進水要自己付是嗎 請真人回電給我好了 明天早上"
    parts = (("ask_faq", 0.9), ("request_callback", 0.95), ("inform", 0.9))
    steps = hear(said(text, "request_callback", 0.9, *parts), asked(**KNOWN)).steps
    assert heard_as_damage(steps)
    assert [step.intent for step in steps] == ["report_fault", "request_callback"]
    assert "明天早上" in steps[1].text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我的积分还有多少", "ask_points_balance"),
        ("取消昨天那单", "cancel_order"),
        ("谢谢", "thank"),
        ("何时发货", "ask_parcel"),
    ],
)
def test_another_matter_is_heard_as_ever(text: str, intent: str) -> None:
    steps = hear(said(text, intent), asked(**KNOWN)).steps
    assert not heard_as_damage(steps)


@pytest.mark.parametrize("text", ["快递把箱子摔坏了", "耳机会不会进水", "台灯一直闪"])
def test_a_fault_and_a_question_of_goods_are_none(text: str) -> None:
    steps = hear(said(text, "report_fault", 0.9, product="耳机"), Context()).steps
    assert not heard_as_damage(steps)


def test_the_warranty_asked_beside_it_is_no_second_question() -> None:
    text = "台灯被我不小心摔地上了，还保修吗"
    steps = hear(
        said(text, "report_fault", 0.9, ("report_fault", 0.9), ("ask_faq", 0.9), product="台灯"), Context()
    ).steps
    assert len(steps) == 1
    assert heard_as_damage(steps)
