"""After a danger was told: whether the thing may go back, whether pictures are wanted, whether a person comes."""

import pytest

from bot.hearing.danger import after_danger
from bot.hearing.danger.danger import Danger
from crm_store.conversations import Context
from tests.bot.hearing.words import heard

FIRE = Context(focus={"danger": "fire"})
INJURY = Context(focus={"danger": "injury"})
CHILD = Context(focus={"danger": "child"})
SWALLOWED = Context(focus={"danger": "swallowed"})
FRAUD = Context(focus={"danger": "fraud"})


def choice(text: str, context: Context, intent: str = "return_or_refund", **entities: str) -> str | None:
    return after_danger.heard(text, heard(text, intent, **entities), context)


@pytest.mark.parametrize("text", ["那能退吗", "這樣可以退嗎", "can we return it?", "I want my money back"])
def test_what_becomes_of_the_thing_is_settled_with_the_case(text: str) -> None:
    assert choice(text, FIRE) == "next:refund"
    assert choice(text, CHILD) == "next:keep"
    assert choice(text, INJURY) == "next:keep"


@pytest.mark.parametrize("text", ["要拍张照片吗", "我拍照傳給你們", "do you need a picture of it"])
def test_pictures(text: str) -> None:
    assert choice(text, INJURY, "ask_faq") == "next:photo"


@pytest.mark.parametrize("text", ["有同事会联系我吗", "什麼時候有人打給我", "will somebody get in touch with me"])
def test_a_person_comes(text: str) -> None:
    assert choice(text, CHILD, "request_callback") == "next:person_comes"


@pytest.mark.parametrize("context", [SWALLOWED, FRAUD, Context()])
def test_nothing_of_it_is_promised_where_no_case_of_a_thing_was_filed(context: Context) -> None:
    for text in ("will somebody get in touch with me", "要拍张照片吗"):
        assert choice(text, context, "ask_faq") not in ("next:person_comes", "next:photo")


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("can I return the yoga mat", {"product": "yoga mat"}),
        ("订单 20261101-0001 能退吗", {"order_number": "20261101-0001"}),
    ],
)
def test_other_goods_and_orders_are_spoken_of_as_ever(text: str, entities: dict[str, str]) -> None:
    assert choice(text, FIRE, **entities) is None


@pytest.mark.parametrize("text", ["包裹到哪了", "我还有多少积分", "how many points do I have"])
def test_another_matter_is_another_matter(text: str) -> None:
    assert choice(text, FIRE, "ask_points_balance") is None


@pytest.mark.parametrize(
    "text", ["擦了面霜脸又红又痒", "用了你們的防曬，臉紅腫起泡", "the lotion gave me blisters and an itchy rash"]
)
def test_what_a_cream_did_is_no_burn(text: str) -> None:
    assert after_danger.choice_of(text, Danger.INJURY, {}) == "injury:reaction"


@pytest.mark.parametrize(
    "text", ["热水把手烫出水泡", "烫到手，擦了药膏还是起泡", "boiling water scalded my hand, blisters"]
)
def test_a_burn_stays_one(text: str) -> None:
    assert after_danger.choice_of(text, Danger.INJURY, {}) == "injury:burn"


def test_what_to_do_after_it_is_told_of_the_skin() -> None:
    told = Context(focus={"danger": "injury", "danger_harm": "reaction"})
    assert choice("那现在怎么办", told, "inform") == "next:reaction"
