"""A whole thing that was not in the parcel is no part, no piece of several and no parcel that never came."""

import pytest

from actions.kit.told import not_in_parcel


@pytest.mark.parametrize(
    "text",
    [
        "opened my parcel from this week, only the pan inside. where r the bed sheets??",
        "no no the pan is fine. the bedding set is missing, its not in the box",
        "COMPLAINT. i want to make a complaint: bedding set not in the box",
        "then file a complaint, half my order is missing and nobody helps",
        "hi my lunch box never was in the parcel w the humidifier, only just noticed",
        "parcel came yes but no lunch box in it, just the humidifier",
        "the box was just missing the lunch box. can u send me one?",
        "the package came without my yoga mat",
        "only the rice cooker arrived, the lamp didn't",
        "you forgot to send my hand cream",
        "只收到锅，没有四件套",
        "包裹里只有平底锅，床品套装呢",
        "漏发了四件套",
        "四件套没有跟锅一起寄来",
        "箱子裡只有平底鍋，四件套沒看到",
        "你們漏寄了加濕器",
        "訂單少了一半",
        "拆開得個鑊，冇四件套",
        "得個鑊冇床上用品",
    ],
)
def test_a_whole_thing_that_did_not_come_is_told(text: str) -> None:
    assert not_in_parcel.told(text)


@pytest.mark.parametrize(
    "text",
    [
        "the box was missing the screws",
        "the lid is missing from the parcel",
        "里面没有说明书",
        "the rice cooker box had no paddle in it",
        "电饭煲盒子里只有锅，没有饭勺",
        "不是15块，是9月15号买的鞋，399那单 到账了没",
        "箱子裡只有螺絲",
        "one towel of three is missing from the box",
        "only one of the three towels was in the box",
        "里面三条毛巾只有两条",
        "my parcel never came",
        "the parcel is still on its way",
        "包裹一直没收到",
        "快遞還沒到",
        "只收到短信，没收到包裹",
        "what if the lamp is not in the box",
        "如果漏发了四件套怎么办",
        "is it in the box",
        "里面有没有说明书",
        "里面只有一个吗",
        "i only got the pan last week and it broke",
        "the pan is only available in the shop",
        "买了两个，一个坏了",
        "漏发了一件",
        "少了16分",
        "i never was in the shop",
        "東西都到了沒問題",
        "can i order without an account",
    ],
)
def test_parts_pieces_parcels_and_suppositions_are_none(text: str) -> None:
    assert not not_in_parcel.told(text)


@pytest.mark.parametrize(
    ("text", "missing", "came"),
    [
        ("no no the pan is fine. the bedding set is missing, its not in the box", "bedding set", "pan"),
        ("parcel came yes but no lunch box in it, just the humidifier", "lunch box", "humidifier"),
        ("my lunch box never was in the parcel w the humidifier", "lunch box", "humidifier"),
        ("no hand cream in it, just the humidifier and pan", "hand cream", "pan"),
        ("只收到锅没有四件套", "四件套", "锅"),
        ("箱子裡只有平底鍋，四件套沒看到", "四件套", "平底鍋"),
        ("得個鑊冇床上用品", "床上用品", "鑊"),
    ],
)
def test_what_came_is_no_name_of_what_did_not(text: str, missing: str, came: str) -> None:
    out, here = (" ".join(pieces) for pieces in not_in_parcel.parted(text))
    assert (missing in out, missing in here) == (True, False)
    assert (came in here, came in out) == (True, False)
