"""Cantonese is read as written Chinese, and nothing else is touched."""

import pytest

from cantonese import changes, rewritten
from crm_store.text import normalise


@pytest.mark.parametrize(
    ("said", "written"),
    [
        # no, not, there is and there is none
        ("我唔想要喇", "我不想要了"),
        ("呢部收唔收現金", "这部收不收現金"),
        ("有冇細碼", "有没有小码"),
        ("冇人應門", "没人應門"),
        ("有冇得換", "可不可以換"),
        ("邊度有得睇", "哪里可以看"),
        ("使唔使預約", "要不要預約"),
        ("唔使還", "不用還"),
        # to be, to be at, this and that
        ("佢哋喺邊度", "他们在哪里"),
        ("你係咪真人", "你是不是真人"),
        ("我係金卡", "我是金卡"),
        ("呢個同嗰個", "这个同那个"),
        ("嗰啲分", "那些分"),
        # how, why, when, how long, how much, who and which
        ("點樣登記", "怎么登記"),
        ("點解扣錢", "为什么扣錢"),
        ("而家點算", "现在怎么办"),
        ("幾時補貨", "什么时候補貨"),
        ("幾時先補貨", "什么时候才補貨"),
        ("要等幾耐", "要等多久"),
        ("爭幾多分", "差多少分"),
        ("邊個簽收", "谁簽收"),
        ("邊個顏色", "哪个顏色"),
        ("邊款防水", "哪款防水"),
        ("乜嘢料", "什么料"),
        ("有咩揀", "有什么揀"),
        ("唔係星期六咩", "不是星期六吗"),
        # what is over, what is going on, once more
        ("我簽咗", "我簽了"),
        ("到咗未", "到了没有"),
        ("退款到未", "退款到了没有"),
        ("我等紧", "我在等"),
        ("仲未郁過", "还没动過"),
        ("退返俾我", "退回给我"),
        ("攞返嚟", "拿回来"),
        # courtesies by their place
        ("唔該幫我查", "请幫我查"),
        ("唔該晒", "谢谢"),
        ("幫我查，唔該", "幫我查，谢谢"),
        ("星期一得唔得？", "星期一行不行？"),
        ("得唔得改期", "可不可以改期"),
        ("唔好寄", "不要寄"),
        ("唔好意思", "不好意思"),
        # days and hours
        ("聽日下晝", "明天下午"),
        ("琴晚落咗單", "昨晚下了單"),
        ("今朝朝早", "今早早上"),
        # the warranty of goods, money, what is dear and cheap
        ("保養幾耐", "保修多久"),
        ("有冇保養", "有没有保修"),
        ("五十蚊樓下", "五十块以下"),
        ("平咗未", "便宜了没有"),
        # so typed with Simplified characters
        ("唔该几时寄", "请什么时候寄"),
        ("系唔系喺呢度", "是不是在这里"),
        ("边度攞", "哪里拿"),
    ],
)
def test_cantonese_is_written_chinese(said: str, written: str) -> None:
    assert normalise(rewritten(said)) == normalise(written)


@pytest.mark.parametrize(
    "text",
    [
        "我的訂單到哪裡了", "系統顯示關係人的聯系方式，係數不對", "系列商品", "體系", "维系", "仲裁和仲介",
        "伯仲之間", "返利返現", "返修的機器", "點數用完", "點心", "點評和點擊", "三點改到四點", "早點處理",
        "地點改一下", "幾點會送", "有點數嗎", "平日幾點開", "平板電腦", "平底鍋", "平安", "翻成日文",
        "換成日元", "三成日本貨", "皮具怎麼保養", "保養品", "真人客服", "电话会打来吗", "还没发的话帮我退",
        "緊急", "要緊", "抓緊時間", "赶紧寄", "旁邊那個", "這邊款式多", "海邊", "门市有无障碍坡道",
        "有得必有失", "没有得到回复", "傾向", "傾斜", "竞争", "争议", "未來", "尚未", "改成晚上", "整個月",
        "完整", "惊喜", "吃惊", "答覆", "蚊帐", "知识", "where is my order", "",
    ],
)  # fmt: skip
def test_other_chinese_is_the_very_same_text(text: str) -> None:
    assert rewritten(text) is text


def test_both_scripts_are_read_alike() -> None:
    traditional, simplified = rewritten("點解仲未寄出嚟，佢哋話聽日"), rewritten("点解仲未寄出嚟，佢哋话听日")
    assert normalise(traditional) == normalise(simplified)


@pytest.mark.parametrize(
    "said", ["幾時先有貨", "唔該晒你", "我啲分點計", "保唔保養㗎", "等咗成日都冇人搵我", "係咪唔使俾錢"]
)
def test_what_is_rewritten_stays_as_it_is(said: str) -> None:
    assert rewritten(rewritten(said)) == rewritten(said)


def test_places_are_those_of_the_text_as_it_is_given() -> None:
    text = "Hi 幾時到？喺邊度"
    assert [(text[start:end], written) for start, end, written in changes(text)] == [
        ("幾時", "什么时候"),
        ("喺", "在"),
        ("邊度", "哪里"),
    ]
