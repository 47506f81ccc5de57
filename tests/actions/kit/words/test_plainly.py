"""Questions of rules that their words tell surely, in all three scripts; and neighbours that are none."""

import pytest

from actions.kit.words import plainly
from crm_store.language import Language


def names(text: str, before: str = "") -> list[str]:
    return [each.name for each in plainly.asked(text, Language.ZH_HANS, before=before)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("星期四下订，礼拜六能收到吗", "ordered_then"),
        ("要是今晚落單，後天到唔到", "ordered_then"),
        ("if i order on tuesday does it get here by thursday", "ordered_then"),
        ("麻烦帮我加张小卡写生日快乐", "gift_card"),
        ("可以附張小卡嗎", "gift_card"),
        ("could you put a note in, a little card", "gift_card"),
        ("能不能把价格隐藏", "gift_without_price"),
        ("please leave the price out", "gift_without_price"),
        ("银行卡扣了 268，页面却写订单取消", "charged_without_order"),
        ("我這些點數過戶給弟弟行嗎", "points_given_away"),
        ("可以把积分送人吗", "points_given_away"),
        ("could my points be transferred to someone else", "points_given_away"),
        ("我手上两个会员号想合在一起", "accounts_merged"),
        ("以前的帳號跟現在的可以整合嗎", "accounts_merged"),
        ("please combine my two memberships", "accounts_merged"),
        ("那两笔订单的发票能开在同一张吗", "invoice_of_two"),
        ("can both orders be on the same invoice", "invoice_of_two"),
        ("有一部分是用點數付的，退貨會退什麼", "points_paid_return"),
        ("I paid some of it with points, what comes back on a return", "points_paid_return"),
        ("俾咗錢但係話冇訂單", "charged_without_order"),
        ("my card got charged and it says payment failed", "charged_without_order"),
        ("they took my money, payment problem, no goods at all", "charged_without_order"),
        ("我已經結完帳了，折扣碼還能補上嗎", "coupon_after_paying"),
        ("forgot to enter my coupon, is it too late", "coupon_after_paying"),
        ("下完单才想起有张券，还能用吗", "coupon_after_paying"),
        ("清仓的也能叠优惠券吗", "coupon_on_reduced"),
        ("減價嘅嘢用唔用得券，得唔得", "coupon_on_reduced"),
        ("are vouchers valid on marked down goods, can i use one", "coupon_on_reduced"),
        ("一张券是不是只能用一次", "coupon_once"),
        ("can i split a voucher over two orders, use it more than once", "coupon_once"),
        ("你們收LINE Pay嗎", "line_pay"),
        ("does your website take LINE Pay", "line_pay"),
        ("積分可以留到明年嗎", "points_kept_longer"),
        ("could you give me more time for my points", "points_kept_longer"),
        ("杯子能刻字吗", "engraved"),
        ("我只是想單買一個壺", "spare_part"),
        ("有冇得淨買個蓋", "spare_part"),
        ("can i buy just the jug?", "spare_part"),
        ("万一大了在新加坡咋退,运费算谁的", "return_from_abroad"),
        ("由香港退返去郵費係咪我自己俾", "return_from_abroad"),
        ("if it doesn't fit, can I return it from Singapore", "return_from_abroad"),
        ("do you do engraving on the flask", "engraved"),
        ("收據丟了還能退貨嗎", "receipt_for_return"),
        ("is it true there's no return if I threw away the receipt", "receipt_for_return"),
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
        ("你哋會唔會將我電話賣畀廣告公司", "data_sold"),
        ("do you sell my details to anyone", "data_sold"),
        ("朋友收到的盒子里别放价签", "gift_without_price"),
        ("she mustn't see the price inside the box", "gift_without_price"),
        ("去你們店裡付現鈔還是現金都行嗎", "pay_in_shop"),
        ("do they take cash in your shop", "pay_in_shop"),
        ("農曆生日能改嗎", "birthday_changed"),
        ("my date of birth is wrong, can it be changed", "birthday_changed"),
        ("翻倍按哪天算", "birthday_double_day"),
        ("does double count from the day I order", "birthday_double_day"),
        ("杭州那邊也開到這個點嗎", "shops_same_hours"),
        ("is the Shenzhen store open as late", "shops_same_hours"),
        ("下单用了的优惠券还给我不", "coupon_given_back"),
        ("do I get back the voucher I used", "coupon_given_back"),
        ("外盒壓爛咗仲可唔可以退", "box_damaged"),
        ("the shoebox is crushed, can I still return them", "box_damaged"),
        ("凌晨你还在吗", "bot_at_night"),
        ("are you there in the middle of the night", "bot_at_night"),
        ("花唄可以嗎", "instalments_huabei"),
        ("分六期买的退货了钱怎么办", "instalments_returned"),
        ("if I return something on instalments, what then", "instalments_returned"),
        ("人家睇唔睇到我買咗咩", "others_see_mine"),
        ("can someone else look up my orders", "others_see_mine"),
        ("税号写错了怎么办", "invoice_wrong"),
        ("發票抬頭萬一寫錯能不能重開", "invoice_wrong"),
        ("what if there is a typo in the name on the invoice, can it be corrected", "invoice_wrong"),
        ("行動電源被雨淋濕了，可以充電嗎", "wet_battery"),
        ("不小心把充电宝掉马桶了", "wet_battery"),
        ("spilt tea over my power bank, is it ok to plug in", "wet_battery"),
        ("the battery went through the wash", "wet_battery"),
        ("what happens if I refuse the parcel", "parcel_refused"),
        ("结账时漏报会员号了，分还能补积分吗", "till_points"),
        ("收據還在，點數可以補嗎", "till_points"),
        ("forgot to give my number at the till, can you add the points", "till_points"),
        ("收據丟了可以退貨嗎", "receipt_for_return"),
        ("换货一定要购物小票吗", "receipt_for_return"),
        ("do i need the receipt to bring it back", "receipt_for_return"),
        ("那款电饭煲几时才有货", "restocked_when"),
        ("什麼時候會補貨", "restocked_when"),
        ("any idea when the mug is back in stock", "restocked_when"),
        ("明天到不了我就不要了", "parcel_refused"),
        ("今天再送不到我就不要了", "parcel_refused"),
        ("i don't want it anymore if it comes that late", "parcel_refused"),
        ("背包拆开试过一次，不想要还能退吗", "opened_goods"),
        ("開箱後覺得不合用可以退嗎", "opened_goods"),
        ("opened it and tried it once, can i send it back", "opened_goods"),
        ("包装扔掉了，还能退吗", "packaging_gone"),
        ("I threw the box away, can I still return it", "packaging_gone"),
        ("只过了一天，能不能破例退一下", "rule_bent"),
        ("就差一天而已，可以宽限嗎", "rule_bent"),
        ("i'm only a day over, could you make an exception?", "rule_bent"),
        ("不注册会员可以直接下单吗", "order_as_guest"),
        ("do i need to sign up tho", "account_needed"),
        ("好啦那禮拜一前沒到的話我可以退嗎", "late_returned"),
        ("周一前没到的话能退吗", "late_returned"),
        ("if it's not here by monday can i send it back", "late_returned"),
        ("一定要入會先可以買嘢㗎", "account_needed"),
        ("必须注册吗", "account_needed"),
        ("沒有帳號能不能結帳", "order_as_guest"),
        ("is it possible to check out without an account", "order_as_guest"),
        ("下个月搬家，以后下单的地址怎么改", "address_for_later"),
        ("行動電源可以寄到西藏嗎", "battery_at_home"),
        ("do you ship power banks to Tibet", "battery_at_home"),
        ("订单怎么给取消了", "cancelled_by_whom"),
        ("how come it was cancelled", "cancelled_by_whom"),
    ],
)
def test_the_words_tell_what_is_asked(text: str, name: str) -> None:
    assert names(text) == [name]
    assert plainly.is_heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "包裹晚了一天，能不能快点",
        "the parcel is one day late, can you chase it",
        "会员有什么优惠",
        "注册会员送多少积分，可以买东西吗",
        "搬家那天帮我改送货时间",
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
        "我想取消订单，已经付款了",
        "can i cancel, i paid already",
        "积分快过期了有多少",
        "我要开收据",
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
        "标签上写的洗涤方法",
        "快递单撕了怎么办",
        "我的包裹几号到货",
        "我买的锅什么时候有货发",
        "小票丢了能补发票吗",
        "密码忘了怎么补",
        "收货后几天到账积分",
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
        ("那边要加钱吗", "寄到新疆要多久", "far_dearer"),
        ("does it cost more there", "how long to Xinjiang", "far_dearer"),
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


@pytest.mark.parametrize(
    "text", ["我的订单周五能到吗", "i ordered it on monday, will it arrive today", "can I pay with a card"]
)
def test_what_was_ordered_and_a_card_to_pay_with_are_no_such_rule(text: str) -> None:
    assert not {"ordered_then", "gift_card"} & set(names(text))


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
        ("太貴喇，我自己過嚟深圳嗰邊拎得唔得", "picked_up_there"),
        ("could I collect it myself at your Taipei shop", "pick_up"),
        ("如果我去門市自己攞呢", "pick_up"),
        ("我這個等級包裝要加錢嗎", "wrapping_cost"),
        ("is wrapping free at my level", "wrapping_cost"),
        ("生日券几号给我", "birthday_gift_day"),
        ("when does the birthday box come", "birthday_gift_day"),
        ("升級是算得到的還是剩下的", "level_by_earned"),
        ("is it what I earned or what's left that counts", "level_by_earned"),
        ("白金寄去新加坡包邮吗", "level_ships_abroad"),
        ("is gold shipping to Japan free shipping too", "level_ships_abroad"),
        ("你們店員查得到我的信箱嗎", "staff_see_data"),
        ("can any of your staff see my phone number", "staff_see_data"),
        ("在门店结账忘记报手机号了，积分还能加吗", "till_points"),
        ("I forgot to give my member number at the till", "till_points"),
        ("上海店在哪里", "shop_address"),
        ("間鋪喺邊度㗎", "shop_place"),
        ("想寄個充電寶去澳洲", "no_air_mail"),
        ("would you ship a power bank to Canada", "no_air_mail"),
        ("刷万事达可以吗", "paid_by_card"),
        ("do you take credit cards", "paid_by_card"),
        ("等到货之后还能退吗", "return_once_arrived"),
        ("can I return it once it arrives", "return_once_arrived"),
        ("寄悉尼多少钱", "abroad_postage"),
        ("我女儿在东京，能寄吗，邮费多少", "abroad_postage"),
        ("耳塞拆封试用过还能退吗", "opened_goods"),
        ("I opened it, can it be returned", "opened_goods"),
        ("寄西藏運費一樣嗎", "far_postage"),
        ("do you charge extra for remote areas", "far_postage"),
        ("你们店里的人都认识我呀", "known_by_staff"),
        ("your people in the shop all know me", "known_by_staff"),
        ("保固那時候還在嗎，還在保固期內吧", "still_covered"),
        ("would it still be under warranty", "still_covered"),
    ],
)
def test_what_customers_ask_of_shops_shipping_and_birthdays(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("下班才過去退，九點半到來得及嗎", "shop_in_time"),
        ("if I drop by after work is that too late", "shop_in_time"),
        ("有试衣间吗", "fitting_room"),
        ("do you have changing rooms", "fitting_room"),
        ("黑雨開唔開門㗎", "shop_in_a_storm"),
        ("小票扔了还能换吗", "receipt_for_return"),
        ("I threw the receipt away, can I return the mat", "receipt_for_return"),
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


@pytest.mark.parametrize(
    "text",
    [
        "我的包裹在哪",
        "生日礼还没收到",
        "包装破了，要退货",
        "信用卡号你们会存吗",
        "收唔收八達通，我冇信用卡",
        "退款退到信用卡吗",
        "你們店員好親切，都認識我，謝謝",
        "my parcel to Canada, where is it",
        "what did I earn last month",
        "尿袋壞咗",
    ],
)
def test_neighbours_of_these_are_left_to_others(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("你们这充电宝卖多少钱", "data_sold"),
        ("how much do you sell my size for", "data_sold"),
        ("昨天买的今天降价了，放着能退差价吗", "gift_without_price"),
        ("积分能去店里换现金吗", "pay_in_shop"),
        ("订单地址能改吗", "birthday_changed"),
        ("双倍积分还没到账", "birthday_double_day"),
        ("换来的券用不了，能换回积分吗", "coupon_given_back"),
        ("鞋盒有多大", "box_damaged"),
        ("半夜有真人客服吗", "bot_at_night"),
        ("花呗的退款到哪", "instalments_huabei"),
    ],
)
def test_a_neighbour_is_another_question(text: str, name: str) -> None:
    assert name not in names(text)


@pytest.mark.parametrize(
    ("text", "before", "name"),
    [
        ("要等几天", "门店自提要钱吗", "pick_up_arrives"),
        ("會幫我留幾天", "門市自取要錢嗎", "pick_up_kept"),
        ("and how long is it held", "is store pick-up free", "pick_up_kept"),
        ("使唔使俾錢", "門市自取要錢嗎", "pick_up_fee"),
        ("那上网买呢", "可以刷悠游卡吗", "paid_online"),
    ],
)
def test_asked_on_after_pick_up_and_payment(text: str, before: str, name: str) -> None:
    assert name in names(text, before)
    assert name not in names(text, "积分什么时候过期")


@pytest.mark.parametrize(
    ("text", "before", "name"),
    [
        ("有没有免息的", "可以分期付款吗", "instalments_free"),
        ("any with no interest", "can I pay by instalments", "instalments_free"),
        ("浦發的信用卡可以用嗎", "可以分期嗎", "instalments_card"),
        ("先选了3，之后能改成12吗", "分几个月付", "instalments_changed"),
        ("could I switch to 12 later", "how do instalments work", "instalments_changed"),
    ],
)
def test_what_goes_on_with_instalments_is_asked_of_them(text: str, before: str, name: str) -> None:
    assert name in names(text, before)
    assert name not in names(text, "这件可以退吗")


@pytest.mark.parametrize(
    "text",
    [
        "我有几张券", "帮我换一张五十的券", "现在有什么打折的", "有哪些特价", "我退货了，付款用的券会退回来吗",
        "which vouchers do I have", "what is on sale now", "I have not paid yet, where do I enter the voucher",
        "台北店收LINE Pay嗎", "does the Taipei shop take LINE Pay", "這張券什麼時候到期",
    ],
)  # fmt: skip
def test_a_voucher_or_an_offer_that_is_asked_for_is_no_such_rule(text: str) -> None:
    assert not {"coupon_after_paying", "coupon_on_reduced", "coupon_once", "line_pay"} & set(names(text))


@pytest.mark.parametrize("text", ["發票不要列那條圍巾", "开票时把毛巾去掉", "an invoice, but leave the scarf off"])
def test_an_invoice_without_one_thing_stays_a_wish_for_one(text: str) -> None:
    assert "invoice_without_item" in names(text)
    assert not plainly.is_heard(text, own=True)


@pytest.mark.parametrize(
    "text",
    [
        "用积分换的茶罐送给我妈",
        "积分转人工客服查一下",
        "两单合并发货",
        "發票寄到公司信箱",
        "an invoice without the tax number",
        "积分抵钱怎么用",
        "my points were stolen and transferred to someone else",
    ],
)
def test_neighbours_of_points_accounts_and_invoices(text: str) -> None:
    of_them = {
        "points_given_away", "accounts_merged", "invoice_of_two", "invoice_without_item", "points_paid_return",
    }  # fmt: skip
    assert of_them.isdisjoint(names(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("禮盒包裝要幾多錢", "wrapping_cost"),
        ("我啲資料你哋會唔會賣俾人", "data_sold"),
        ("網上買嘢，點樣俾錢", "pay_online"),
    ],
)
def test_cantonese_is_asked_as_in_written_chinese(text: str, name: str) -> None:
    assert plainly.is_heard(text)
    assert name in names(text)


def test_what_is_known_as_it_was_said_stays_so() -> None:
    assert names("香港舖頭開到幾點") == names("香港店開到幾點")
    assert names("保養期過咗仲有冇得整") == ["still_covered"]


@pytest.mark.parametrize("text", ["件貨幾時到", "我啲分幾時到期", "唔該晒", "幫我取消張單佢"])
def test_what_is_ones_own_is_no_rule_in_cantonese_either(text: str) -> None:
    assert not plainly.is_heard(text)
