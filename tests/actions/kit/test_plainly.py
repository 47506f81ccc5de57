"""Questions of rules that their words tell surely, in all three scripts; and neighbours that are none."""

import pytest

from actions.kit import plainly
from crm_store.language import Language


def names(text: str, before: str = "") -> list[str]:
    return [each.name for each in plainly.asked(text, Language.ZH_HANS, before=before)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("下班才過去退，九點半到來得及嗎", "shop_in_time"),
        ("if I drop by after work is that too late", "shop_in_time"),
        ("有试衣间吗", "fitting_room"),
        ("do you have changing rooms", "fitting_room"),
        ("黑雨開唔開門㗎", "shop_in_a_storm"),
        ("小票扔了还能换吗", "no_receipt"),
        ("I threw the receipt away, can I return the mat", "no_receipt"),
        ("杯子可以刻名嗎", "engraved"),
        ("深圳店电话多少", "shop_phone"),
        ("靜安店還有沒有貨，可以幫我留一雙嗎", "shop_stock"),
        ("could the Taipei shop put one aside for me", "shop_stock"),
        ("那款檯燈幾時返貨", "restocked_when"),
        ("咖啡豆有低因的吗", "caffeine"),
        ("哺乳期可以用這個防曬嗎", "safe_for_body"),
        ("can I drink it while pregnant", "safe_for_body"),
        ("点解取消咗我张单", "cancelled_by_whom"),
        ("I never cancelled it, who did", "cancelled_by_whom"),
        ("送修期間有代用的嗎", "lent_meanwhile"),
        ("can I borrow a spare one while it's being repaired", "lent_meanwhile"),
        ("穿了一下算不算穿过", "counts_as_used"),
    ],
)
def test_what_no_article_tells_is_known_by_its_words(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "今天下单周五前送到来得及吗",
        "發票丟了可以重開嗎",
        "the engraved one came damaged",
        "帮我取消订单",
        "我的包裹什么时候到货",
        "给怀孕的朋友买什么礼物好",
        "明天打给我，店里见",
        "雨伞台风天能用吗",
    ],
)
def test_neighbours_of_what_no_article_tells(text: str) -> None:
    assert names(text) == []
