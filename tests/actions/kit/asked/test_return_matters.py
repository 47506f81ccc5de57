"""Bare questions of a return that is in hand are read by their words; one word of another matter makes them none."""

import pytest

from actions.kit.asked import return_matters
from actions.kit.asked.return_matters import Matter
from actions.kit.told import return_details


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("so how long would that be", Matter.WHEN),
        ("新的要等几天啊", Matter.WHEN),
        ("幾時先有新嘅", Matter.WHEN),
        ("when do i see my money again", Matter.MONEY_WHEN),
        ("退款几天到账", Matter.MONEY_WHEN),
        ("款幾時退返", Matter.MONEY_WHEN),
        ("does it go back to my card", Matter.MONEY_WHERE),
        ("钱会退到哪张卡", Matter.MONEY_WHERE),
        ("do i need to post mine first", Matter.OLD_BACK),
        ("要先把旧的寄回来吗", Matter.OLD_BACK),
        ("使唔使寄返去", Matter.OLD_BACK),
        ("can i take it to the shop on saturday", Matter.HAND_IN),
        ("我周末拿到店里退可以吗", Matter.HAND_IN),
        ("可以直接拿去門市嗎", Matter.HAND_IN),
        ("where do i post it", Matter.WHERE_TO),
        ("要寄到哪里", Matter.WHERE_TO),
        ("should i print a label", Matter.PAPER),
        ("要不要打印退货单", Matter.PAPER),
        ("需要附發票嗎", Matter.PAPER),
        ("is the new one in stock", Matter.STOCK),
        ("新的现在有货吗", Matter.STOCK),
        ("新嘅有冇貨", Matter.STOCK),
        ("and if it is sold out?", Matter.SOLD_OUT),
        ("没货的话怎么换", Matter.SOLD_OUT),
        ("what if you can't find anything wrong", Matter.NO_FAULT),
        ("万一你们检测不出毛病呢", Matter.NO_FAULT),
        ("can i still switch to a refund later", Matter.CHANGE),
        ("之后还能改成换货吗", Matter.CHANGE),
        ("i'm away this week, does that work?", Matter.TRAVEL),
        ("我這禮拜出差，來得及嗎", Matter.TRAVEL),
    ],
)
def test_it_is_read_by_its_words(text: str, matter: Matter) -> None:
    assert return_matters.asked(text) == (matter,)


@pytest.mark.parametrize(
    "text",
    [
        "how long does the kettle take to ship", "when does my voucher run out", "is the blue kettle in stock",
        "when will my order arrive", "change it to a refund", "can i change my address", "how do i redeem points",
        "is the shop open tomorrow", "do i have to pay for the membership", "yes", "just my money back",
        "我的包裹几天能到", "积分几天到账", "台灯有货吗", "怎么退订", "发票怎么开", "改成退款", "几点关门",
        "会员怎么升级", "生日券什麼時候到期", "盒子没了", "检测到没问题",
    ],
)  # fmt: skip
def test_what_names_another_matter_or_only_wishes_is_none(text: str) -> None:
    assert return_matters.asked(text) == ()


def test_each_clause_is_read_by_itself_and_the_rest_stays() -> None:
    text = "how long till the new one is here? and do i send mine first? it also squeaks"
    assert return_matters.asked(text) == (Matter.WHEN, Matter.OLD_BACK)
    assert return_matters.beside(text) == "it also squeaks"
    assert return_matters.beside("没货怎么换啊，退钱算了") == "退钱算了"


def test_what_is_asked_is_written_and_read() -> None:
    told = return_matters.written([Matter.WHEN, Matter.STOCK])
    assert return_matters.read(told) == [Matter.WHEN, Matter.STOCK]
    assert return_matters.read("deadline") == []


class TestWornOutside:
    @pytest.mark.parametrize(
        "text",
        ["i went out in them? no, wore them outside one time", "had them out on the street already", "washed it once",
         "穿出去逛了一圈", "在外面走过一次", "著咗出街一日", "已經洗過了"],
    )  # fmt: skip
    def test_it_is_told(self, text: str) -> None:
        assert return_details.worn_outside(text)

    @pytest.mark.parametrize(
        "text",
        ["never worn outside", "only tried on indoors", "can i wear them outside first", "the courier left it outside",
         "i have not washed it", "没穿出去过", "只在家试穿", "如果穿出去走一圈还能退吗", "從沒在外面穿過"],
    )  # fmt: skip
    def test_it_is_not(self, text: str) -> None:
        assert not return_details.worn_outside(text)
