"""Things that are named only to leave them out, and what is meant in their place."""

import pytest

from actions.kit.words import left_out


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("不是台灯，是风扇", "是风扇"),
        ("是風扇不是檯燈", "是风扇"),
        ("唔係個袋，係對鞋", "系对鞋"),
        ("not the kettle, the scarf", "the scarf"),
        ("I meant the scarf, not the kettle", "i meant the scarf"),
        ("the kettle is fine, it's the scarf", "it s the scarf"),
        ("被子没坏，是枕头", "是枕头"),
    ],
)
def test_one_thing_is_put_in_the_place_of_another(text: str, meant: str) -> None:
    assert left_out.meant(text) == meant
    assert left_out.corrects(text)
    assert left_out.keeps(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("I'm keeping the scarf, the kettle goes back", "the kettle goes back"),
        ("I'll keep the tote and return the lamp", "return the lamp"),
        ("围巾和帽子留着，水壶退", "水壶退"),
        ("圍巾我留著，水壺要退", "水壶要退"),
        ("围巾不退，水壶退", "水壶退"),
    ],
)
def test_what_stays_is_left_out(text: str, rest: str) -> None:
    assert left_out.keeps(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "是不是要寄回去",
        "要不是你们慢我早收到了",
        "不退了",
        "还是不退了，取消吧",
        "I'll keep it",
        "keeping them, thanks",
        "not the right size, too small",
        "this is not the kettle I ordered",
        "不换货，多久能退",
        "the scarf, please",
    ],
)
def test_what_leaves_no_thing_out(text: str) -> None:
    assert left_out.keeps(text) is None
    assert not left_out.corrects(text)
