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
        "上海店过年几点开门",
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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("下单了不付钱会怎么样", "unpaid_order"),
        ("下單之後忘記付錢，會自動取消嗎", "unpaid_order"),
        ("what happens if i never pay for it", "unpaid_order"),
        ("能寄尿袋去台灣嗎", "no_air_mail"),
        ("could you ship the serum to tokyo", "no_air_mail"),
        ("保固卡弄丟了還需要嗎", "warranty_card_lost"),
        ("must I have the guarantee card, lost mine", "warranty_card_lost"),
        ("拿去杭州的店裡換尺寸，當場換得到嗎", "swapped_in_shop"),
        ("will they swap it in the store there and then", "swapped_in_shop"),
        ("如果改生日到下周，下周就有券吗", "birthday_moved"),
        ("if i moved my birthday would i get it sooner", "birthday_moved"),
        ("杭州店的地址", "shop_address"),
        ("where's the hangzhou one", "shop_address"),
        ("万一你们自己降价呢", "cheaper_with_us"),
        ("what if it is cheaper with you next week", "cheaper_with_us"),
        ("真人客服幾點下班", "staff_at_what_hours"),
        ("till when are your agents in", "staff_at_what_hours"),
    ],
)
def test_more_that_is_told_by_its_words(text: str, name: str) -> None:
    assert name in names(text)
    assert plainly.is_heard(text, own="my" in text)


@pytest.mark.parametrize(
    ("text", "before", "name"),
    [
        ("她住拉萨", "一般寄出去几天到", "far_provinces"),
        ("we are in Urumqi", "how long does delivery take", "far_provinces"),
        ("那边要加钱吗", "寄到新疆要多久", "far_postage"),
        ("does it cost more there", "how long to Xinjiang", "far_postage"),
        ("要是没发呢", "预售多久发货", "pre_order_late"),
        ("and if it's late", "when is a pre-order sent", "pre_order_late"),
        ("咁可以用咩", "有冇貨到付款", "other_ways_to_pay"),
        ("ok how then", "do you do cash on delivery", "other_ways_to_pay"),
        ("她还要另外付钱吗", "你们寄英国吗", "customs_at_the_door"),
        ("will he have to pay something when it comes", "do you ship to Canada", "customs_at_the_door"),
        ("那張優惠券呢，那張券會退嗎", "取消訂單多久退款", "coupon_comes_back"),
        ("and the coupon", "if i cancel when is the money back", "coupon_comes_back"),
        ("网上买的能拿去退吗", "台北店几点关门", "online_order_back_to_shop"),
        ("can i return what i ordered online", "taipei shop opening hours", "online_order_back_to_shop"),
        ("两周前买的，就是不喜欢", "可以在门店退货吗", "return_after_days"),
        ("and if it was faulty", "can I return in a shop", "faulty_return_days"),
    ],
)
def test_short_words_go_on_with_the_question_before(text: str, before: str, name: str) -> None:
    assert name in names(text, before)
    assert plainly.is_heard(text, before=before)
    assert not plainly.is_heard(text)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("她住拉萨", "积分什么时候过期"),
        ("ok how then", "how do points work"),
        ("我的包裹寄去新疆了", "一般寄出去几天到"),
        ("充电宝多少钱", "你们寄英国吗"),
        ("帮我改生日，改成三月三号", "生日有什么礼物"),
        ("what's the address of my parcel in taipei", ""),
        ("my pre-order is late", ""),
    ],
)
def test_what_does_not_go_on_is_no_such_question(text: str, before: str) -> None:
    assert names(text, before) == []


def test_the_place_named_before_is_meant() -> None:
    assert plainly.with_place("门店地址", "台北店几点关") == "台北 门店地址"
    assert names("shop hours please", "shenzhen can I exchange in a shop") == ["shop_open_when"]
    (asked,) = plainly.asked("addr please", Language.EN, before="taipei shop opening hours")
    assert (asked.name, asked.place) == ("shop_address", True)


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
