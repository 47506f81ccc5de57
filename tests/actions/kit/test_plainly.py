"""Questions of rules that their words tell surely, in all three scripts; and neighbours that are none."""

import pytest

from actions.kit import plainly
from crm_store.language import Language


def names(text: str, before: str = "") -> list[str]:
    return [each.name for each in plainly.asked(text, Language.ZH_HANS, before=before)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("银行卡扣了 268，页面却写订单取消", "charged_without_order"),
        ("俾咗錢但係話冇訂單", "charged_without_order"),
        ("my card got charged and it says payment failed", "charged_without_order"),
        ("they took my money, payment problem, no goods at all", "charged_without_order"),
        ("積分可以留到明年嗎", "points_kept_longer"),
        ("could you give me more time for my points", "points_kept_longer"),
        ("杯子能刻字吗", "engraved"),
        ("do you do engraving on the flask", "engraved"),
        ("收據丟了還能退貨嗎", "returned_without_receipt"),
        ("is it true there's no return if I threw away the receipt", "returned_without_receipt"),
        ("快遞員知道我生日嗎", "seen_by_couriers"),
        ("which of my details do drivers get to see", "seen_by_couriers"),
        ("买回来不喜欢，最晚哪天，几天内要送回去，能退吗", "return_days"),
        ("純粹不喜歡，鑑賞期有幾天", "return_days"),
        ("what's the latest I can bring something back", "return_days"),
        ("衣服沒穿過，牌子拆掉了還收嗎", "tag_removed"),
        ("i cut the label off. can i still bring it back", "tag_removed"),
        ("寄到溫哥華海關會不會收錢", "customs"),
        ("any import tax on top", "customs"),
        ("喺銅鑼灣攞貨使唔使畀錢", "pick_up"),
        ("can i collect it from the taipei store", "pick_up"),
        ("要开专票，得填啥", "vat_invoice"),
        ("寄到云南一般几天", "other_provinces"),
        ("how long does it take to Lhasa, delivery I mean", "far_provinces"),
        ("發到寧波隔天會到嗎", "next_day_provinces"),
        ("网购的话怎么付款", "pay_online"),
        ("我腳板闊，跑鞋要買大啲嗎", "wide_feet"),
        ("预订的不想等了可以取消吗", "pre_order_cancelled"),
        ("货都寄走了还可以取消吗", "cancelled_after_sent"),
        ("can a normal order be cancelled once it's sent", "cancelled_after_sent"),
        ("一般付完款还能改地址吗", "address_changed"),
        ("手滑重複下單，兩張一樣的", "ordered_twice"),
        ("快递来了我直接拒收行不行", "parcel_refused"),
        ("尿袋跌咗落水仲用唔用得", "wet_battery"),
        ("行動電源被雨淋濕了，可以充電嗎", "wet_battery"),
        ("不小心把充电宝掉马桶了", "wet_battery"),
        ("spilt tea over my power bank, is it ok to plug in", "wet_battery"),
        ("the battery went through the wash", "wet_battery"),
        ("what happens if I refuse the parcel", "parcel_refused"),
    ],
)
def test_the_words_tell_what_is_asked(text: str, name: str) -> None:
    assert names(text) == [name]
    assert plainly.is_heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "退款几天到账",
        "充电宝防水吗，会不会进水",
        "can the power bank get wet",
        "鞋子湿了",
        "how long do refunds take after a return",
        "几天能换货",
        "东西坏了几天内能退",
        "积分多久过期",
        "我的包裹几天能到北京",
        "上海店几点开门",
        "取货码发我",
        "我想取消订单，已经付款了",
        "can i cancel, i paid already",
        "积分快过期了有多少",
        "我要开收据",
        "i lost the receipt, can i still get the points",
        "快递到哪了",
        "when does the courier get my parcel",
        "拒收",
        "拒收你们的推广短信可以吗",
        "帮我改地址，改成解放路 5 号",
        "能改一下我的会员资料地址吗",
        "取消我昨天下的订单",
        "给我开张专票，已经收到货了",
        "门店怎么付款",
        "扣了两次款，同样的单子重复下单",
        "running shoes for wide feet, about 400 yuan",
        "快递上门取货要钱吗",
        "税号写错了怎么办",
        "标签上写的洗涤方法",
        "快递单撕了怎么办",
    ],
)
def test_what_only_sounds_alike_is_left_to_others(text: str) -> None:
    assert names(text) == []


def test_a_question_goes_on_with_the_one_before() -> None:
    assert names("so how many days have i got", "can i return it with the tag cut off") == ["return_days"]
    assert names("so how many days have i got", "when do my points expire") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("days to RETURN, not points", "days to RETURN"),
        ("我没说门店，网上买的话怎么付", "网上买的话怎么付"),
        ("唔係問付款，問自取", "問自取"),
        ("不是问地址，是问可不可以拿去", "是问可不可以拿去"),
        ("it's not a pre-order, can i cancel once it's sent", "can i cancel once it's sent"),
        ("不是质量问题，不喜欢几天能退", "不喜欢几天能退"),
    ],
)
def test_what_was_said_not_to_be_meant_is_left_out(text: str, wanted: str) -> None:
    assert plainly.corrects(text)
    assert plainly.wanted(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "我不是会员，能退吗",
        "never worn, can i return it",
        "不是要退，我就问问能不能修",
        "没收到货怎么办",
        "not sure, how long?",
    ],
)
def test_a_denial_that_belongs_to_the_question_stays(text: str) -> None:
    assert not plainly.corrects(text)
    assert plainly.wanted(text) == text


def test_words_that_only_rule_out_say_nothing_else() -> None:
    assert plainly.corrects("不是预售")
    assert not plainly.says_what("不是预售")
    assert plainly.bare("唔係問付款，問自取") == "自取"


@pytest.mark.parametrize("language", list(Language))
def test_every_kind_is_asked_in_every_language_and_says_itself(language: Language) -> None:
    for kind in plainly.names():
        question = plainly.standard(kind, language)
        assert question
