"""A thing with a battery, or on the mains, in a dangerous state is heard in plain words; what only looks so is none."""

import pytest

from bot.hearing.danger import danger, risky_state
from bot.hearing.danger.danger import Danger
from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("上周买的那个充电宝不太对劲啊，昨晚充手机特别烫，早上一看边上好像鼓起来一点", Danger.BATTERY),
        ("行動電源這兩天充電很燙，外殼邊邊還翹起來", Danger.BATTERY),
        ("耳机盒充着充着有股怪味，摸上去烫得不行", Danger.BATTERY),
        ("我個尿袋放咗一晚，早上見到脹咗少少", Danger.BATTERY),
        ("充电宝中间拱起来了，按下去软软的", Danger.BATTERY),
        ("耳機充電盒放桌上，突然滋滋叫然後冒一點煙", Danger.BATTERY),
        ("my power bank got really warm last night, and this morning the side looks a bit puffed up", Danger.BATTERY),
        ("power bnak case is bulging out on one side", Danger.BATTERY),
        ("the earbuds came fine but the charging case is scorching and smells of plastic", Danger.BATTERY),
        ("電暖器開沒多久就有塑膠燒掉的味道", Danger.FIRE),
        ("台灯一插上就看到火光", Danger.FIRE),
        ("the heater started to smoke a bit", Danger.FIRE),
        ("充电宝坏了，充不进电，会不会炸啊", Danger.BATTERY),
    ],
)
def test_a_dangerous_state_in_plain_words(text: str, kind: Danger) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "充电宝充电有点慢",
        "这杯子特别烫手",
        "锅底鼓起来了",
        "充电宝鼓鼓囊囊的包装很好看",
        "我的充电宝没鼓包，就是充电慢",
        "保温杯外壁很烫，充电宝倒是没事",
        "杯子装热水外面特别烫，边上鼓起来一点",
        "手机特别烫，是充电宝的问题吗",
        "耳机的海绵翘起来了",
        "行動電源會不會變很燙",
        "耳機戴久了耳朵很熱",
        "the earbuds are leaking sound",
        "does the power bank get very hot",
        "the power bank charges slowly",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert danger.heard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "换啥呀先别急 我现在这东西放家里安全不,会不会炸啊",
        "我问你会不会炸!!家里还有小孩呢 要不要拿去扔了",
        "這樣放房間安全嗎",
        "敢放家里不",
        "is it going to explode?",
        "is it safe to keep at home",
        "边上越来越鼓了",
    ],
)
def test_whether_a_faulty_thing_is_safe_is_a_danger_amid_its_return(text: str) -> None:
    amid = asked(form="return_form", slot="return_confirmed", powered="battery", faults={"POWER-10": "quality"})
    step = hear(said(text, "inform", 0.4), amid).steps[0]
    assert step.intent == "report_danger"


@pytest.mark.parametrize(
    ("text", "powered"),
    [
        ("想换新的", "battery"),
        ("保修多久", "battery"),
        ("会不会很贵", "battery"),
        ("这个付款安全吗", None),
        ("会不会炸啊", None),
        ("is the mug safe in the dishwasher", None),
    ],
)
def test_other_questions_are_no_danger(text: str, powered: str | None) -> None:
    assert danger.of_what_was_told(text, {"powered": powered} if powered else {}) is None


def test_it_is_spoken_of_only_for_a_while() -> None:
    assert risky_state.told_of("会不会炸啊", {"powered": "battery", "age": 9}) is None
