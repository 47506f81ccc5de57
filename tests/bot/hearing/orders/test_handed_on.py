"""What only a colleague can arrange about what is spoken of: another way for a parcel, a missing piece, an address."""

from dataclasses import replace

import pytest

from actions.kit.told import handing_on
from actions.kit.words import addresses, left_with
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

PARCEL = {"parcel": "SF1", "order": "20261126-0008", "topic": "ask_parcel", "age": 0, "at": {"parcel": 4, "order": 4}}
CAME = {"order": "20261125-0003", "topic": "return_or_refund", "age": 0, "at": {"order": 4}}
EXCHANGED = {
    "order": "20261123-0003",
    "return": "R-2026-0009",
    "done": "return_or_refund",
    "topic": "return_or_refund",
    "age": 0,
    "at": {"order": 4, "return": 4, "done": 4},
}


def choices(text: str, context: Context, intent: str = "nlu_fallback") -> list[str]:
    """The intents of the steps, with the choice where there is one."""
    found = []
    for step in hear(said(text, intent, 0.7), context).steps:
        named = {each["entity"]: str(each["value"]) for each in (step.heard or {}).get("entities", [])}
        found.append(named.get("choice") or step.intent)
    return found


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("新地址要不要先给你啊 是杭州西湖区文三路88号3栋502", "杭州西湖区文三路88号3栋502"),
        (
            "不是问你们门店。。我说的是风扇要寄到的新地址,杭州西湖区文三路88号3栋502,你记上没",
            "杭州西湖区文三路88号3栋502",
        ),
        (
            "請人試試看，能不能改送新北市板橋區文化路一段25號6樓，0912345678 陳先生",
            "新北市板橋區文化路一段25號6樓，0912345678 陳先生",
        ),
        ("地址是成都市武侯区科华北路12号", "成都市武侯区科华北路12号"),
        ("please send it to 14 Maple Road, Leeds LS2 8AB, can you?", "14 Maple Road, Leeds LS2 8AB"),
        ("new address: Flat 3, 22 Station Street, Bath", "Flat 3, 22 Station Street, Bath"),
    ],
)
def test_an_address_is_taken_as_it_was_given(text: str, address: str) -> None:
    assert addresses.found(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "文三路88号那家店几点开门",
        "你们杭州的門店是在文三路88號嗎",
        "is your shop at 14 Maple Road open on Sunday",
        "我住杭州",
        "88号那单到哪了",
        "订单20261126-0008什么时候到",
    ],
)
def test_a_shop_and_a_number_are_no_address(text: str) -> None:
    assert addresses.found(text) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("還在板橋站的話，我可以叫他自己去那邊領嗎", "pick_up"),
        ("我問可不可以改成到站自取", "pick_up"),
        ("包裹在网点了 我能直接去网点拿不", "pick_up"),
        ("can I just collect it from the depot?", "pick_up"),
        ("那让你同事拦一下试试呗,要是拦不住会怎样", "stop"),
        ("幫我請物流攔截好嗎", "stop"),
        ("can somebody intercept the parcel", "stop"),
        ("請人試試看，能不能改送新北市板橋區文化路一段25號6樓", "redirect"),
        ("能不能转寄到别的地方", "redirect"),
        ("新地址要不要先给你啊 是杭州西湖区文三路88号3栋502", "redirect"),
        ("他搬家了，想改寄新地址", "redirect"),
        ("please redirect it to 14 Maple Road, Leeds", "redirect"),
        ("could they deliver it to my new address instead", "redirect"),
    ],
)
def test_another_way_for_a_parcel_is_a_wish_for_a_colleague(text: str, what: str) -> None:
    for intent in ("nlu_fallback", "ask_parcel", "ask_faq", "ask_store"):
        assert choices(text, Context(focus=PARCEL), intent)[0] == f"hand_on:{what}"


@pytest.mark.parametrize(
    "text",
    [
        "门店自取可以吗",
        "文三路88号那家店几点开门",
        "不用拦了 就这样送吧",
        "到哪个站了",
        "那个站的电话多少",
        "can I pick up web orders in store",
        "when will it arrive at the depot",
    ],
)
def test_other_questions_about_a_parcel_are_none(text: str) -> None:
    assert not any(each.startswith("hand_on") for each in choices(text, Context(focus=PARCEL), "ask_parcel"))


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("收是收到了,可是买2个只有1个啊,我要你们补发一个", Context(focus=CAME)),
        ("补缺的那个", Context(focus=CAME)),
        ("那就请同事安排补发吧", Context(focus=CAME)),
        ("把漏的那個補寄給我就好", Context(focus=CAME)),
        ("少的那瓶寄過來就行", Context(focus=CAME)),
        ("just send me the missing one", Context(focus=CAME)),
        ("can you post the missing lid please", Context(focus=CAME)),
        ("不用退货啊,少的那个补给我就行", asked(form="return_form", slot="return_line", **CAME)),
        (
            "对 11月25的。不用退货啊,少的那个补给我就行",
            asked(option("是", "/affirm", "yes"), form="return_form", slot="return_line", **CAME),
        ),
        ("no return, just send the missing one", asked(form="return_form", slot="return_confirmed", **CAME)),
    ],
)
def test_a_missing_piece_is_to_be_sent(text: str, context: Context) -> None:
    for intent in ("nlu_fallback", "dispute_points", "return_or_refund"):
        assert choices(text, context, intent)[0] == "hand_on:resend"


@pytest.mark.parametrize(
    "text",
    [
        "收到了，少退了我钱",
        "收到短信了，少了16分",
        "到货会少两天吗",
        "里面有没有说明书",
        "is it in the box",
        "少了16分，给我补上",
        "补开发票行吗",
        "这款什么时候补货",
        "不用补发了",
        "please resend the invoice",
        "漏水了",
    ],
)
def test_points_invoices_and_stock_are_no_missing_piece(text: str) -> None:
    assert not any(each.startswith("hand_on") for each in choices(text, Context(focus=CAME)))


@pytest.mark.parametrize(
    "text",
    [
        "奶瓶我拍了两个的,打开箱子就一个哎",
        "买2个只收到1个",
        "訂了三盒只有兩盒",
        "你们漏发了一件",
        "I ordered two bottles and only one came",
        "one was missing from the box",
        "22号那单收到了 少一双步行鞋啊",
        "东西到了，少了个盖子",
        "包裹收到了,毛巾没在里面",
        "拆開箱子裡面沒有濾杯",
        "got the parcel but the towels weren't in the box",
        "the lid is missing from the parcel",
    ],
)
@pytest.mark.parametrize("intent", ["report_fault", "dispute_points", "ask_parcel"])
def test_fewer_than_were_bought_is_offered_to_be_made_up(text: str, intent: str) -> None:
    assert choices(text, Context(), intent)[0] == "hand_on:resend"


@pytest.mark.parametrize(
    "text",
    [
        "买了两个，一个坏了",
        "买两个只要一个的钱吗",
        "拍了两件只有一件能退吗",
        "漏发了一件，我要退款",
        "ordered two, love both",
    ],
)
def test_two_of_a_thing_alone_tell_of_nothing_missing(text: str) -> None:
    assert not any(each.startswith("hand_on") for each in choices(text, Context(), "report_fault"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("换的那条寄到成都行不行 还是只能寄回我这儿", "replacement"),
        ("新地址怎么给你", "replacement"),
        ("新的那件寄去台中市西區公益路68號可以嗎", "replacement"),
        ("can the new one be sent to 14 Maple Road, Leeds", "replacement"),
    ],
)
def test_where_the_new_one_goes_is_a_wish_too(text: str, what: str) -> None:
    assert choices(text, Context(focus=EXCHANGED))[0] == f"hand_on:{what}"


@pytest.mark.parametrize("text", ["我妈住成都 新的能直接寄她那边不", "新的那條可以寄到台中嗎"])
def test_amid_its_form_it_is_answered_as_well(text: str) -> None:
    amid = asked(form="return_form", slot="return_confirmed", **CAME)
    assert choices(text, amid) == ["hand_on:replacement"]


WAITS = {**PARCEL, handing_on.WAITING: {"what": "redirect", "order": "20261126-0008", "text": "x"}}
NOTED = {**PARCEL, "done": handing_on.DONE, "topic": "chase_promise"}


@pytest.mark.parametrize("focus", [WAITS, NOTED])
@pytest.mark.parametrize(
    "text",
    [
        "新地址同事有收到嗎 我怕他們送去舊的",
        "新地址跟電話他們看得到齁？",
        "你记上没",
        "新地址记下来了吗",
        "did they get the new address?",
        "have you noted that",
    ],
)
def test_what_is_written_down_is_told(focus: dict[str, object], text: str) -> None:
    assert choices(text, Context(focus=focus))[0] == "hand_on:told"


def test_whether_the_missing_piece_is_arranged_is_told_without_it() -> None:
    for text in ("行 那补发那个呢 安排上了没", "補寄的那個安排好了嗎"):
        assert choices(text, Context(focus=CAME)) == ["hand_on:told"]


def test_compensation_beside_it_is_heard_too() -> None:
    found = choices("新地址跟電話他們看得到齁？晚這麼多有沒有補償", Context(focus=NOTED))
    assert found == ["hand_on:told", "make_complaint"]


@pytest.mark.parametrize(
    "text",
    ["先不用投訴，催一下就好", "不投诉 帮我催催就行", "no complaint please, just chase it", "那幫我催一下物流"],
)
def test_a_chase_is_heard_beside_a_complaint_denied(text: str) -> None:
    (step,) = hear(said(text, "deny_act", 0.9), Context(focus=PARCEL)).steps
    assert step.intent == "chase_promise"
    assert {each["entity"]: each["value"] for each in (step.heard or {})["entities"]} == {"parcel_number": "SF1"}


def test_a_chase_and_the_new_address_are_both_heard() -> None:
    text = "那你先幫我催一下，順便跟他們說新地址"
    assert choices(text, Context(focus=WAITS)) == ["chase_promise", "hand_on:redirect"]


@pytest.mark.parametrize("text", ["别催了", "不用催", "no need to chase it", "催单是什么意思"])
def test_no_chase_is_heard_where_none_is_wished(text: str) -> None:
    assert "chase_promise" not in choices(text, Context(focus=PARCEL), "ask_parcel")


ASKED = asked(
    option("是", '/chase_promise{"choice":"hand_on:yes"}', "yes"),
    option("不用了", '/chase_promise{"choice":"hand_on:no"}', "no"),
    **CAME,
    handing_on={"what": "resend", "order": "20261125-0003", "text": "x"},
)


@pytest.mark.parametrize(
    "text",
    [
        "对 11月25的。不用退货啊,少的那个补给我就行",
        "那就请同事安排补发吧",
        "登记吧 另外这奶瓶能放微波炉消毒吗",
        "写给同事吧",
        "对，写给同事吧 会退我这份的钱吗",
        "寫給你們同事吧",
        "pass it on to a colleague please",
        "補寄給我吧",
        "please send the missing one",
        "register it please",
    ],
)
def test_the_wish_once_more_is_a_yes(text: str) -> None:
    steps = hear(said(text, "nlu_fallback", 0.5), ASKED).steps
    assert '/chase_promise{"choice":"hand_on:yes"}' in [step.payload for step in steps]


@pytest.mark.parametrize("text", ["先不登记", "能补发吗", "登记什么", "不用补发了", "do you send the missing one?"])
def test_a_question_or_a_no_is_none(text: str) -> None:
    steps = hear(said(text, "nlu_fallback", 0.5), ASKED).steps
    assert '/chase_promise{"choice":"hand_on:yes"}' not in [step.payload for step in steps]


@pytest.mark.parametrize("text", ["行那登记吧 新地址怎么给你", "好，登記吧。新地址怎麼給你"])
def test_the_yes_to_the_exchange_counts_beside_the_address(text: str) -> None:
    amid = asked(form="return_form", slot="return_confirmed", **CAME)
    assert choices(text, amid, "inform") == ["affirm", "hand_on:replacement"]


def with_goods(text: str, *goods: str) -> Said:
    """Words in which these goods were found."""
    heard = said(text, "cancel_order", 0.8)
    found = [
        {"entity": "product", "value": each, "start": text.find(each), "end": text.find(each) + len(each)}
        for each in goods
    ]
    return replace(heard, whole={**heard.whole, "entities": found})


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("就今天这单 把T恤去掉 加湿器照发", ("T恤", "加湿器")),
        ("能不能只取消T恤那件 加湿器别给我取消了啊", ("T恤", "加湿器")),
        ("毛巾不想要了，其他的照寄", ("毛巾",)),
        ("幫我把檯燈從訂單裡拿掉", ("檯燈",)),
        ("cancel just the towels please", ("towels",)),
        ("can you take the lamp off my order", ("lamp",)),
        ("drop the towels but keep the rest", ("towels",)),
    ],
)
def test_one_thing_of_an_order_is_to_be_left_out(text: str, goods: tuple[str, ...]) -> None:
    (step,) = hear(with_goods(text, *goods), Context()).steps
    assert "hand_on:without" in [str(each["value"]) for each in entities_of(step.heard or {})]


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("取消T恤那单", ("T恤",)),
        ("T恤不要了", ("T恤",)),
        ("发票把T恤去掉", ("T恤",)),
        ("cancel the towels", ("towels",)),
        ("把杯子的标签去掉再发", ("杯子",)),
        ("只退T恤行吗", ("T恤",)),
    ],
)
def test_a_whole_order_an_invoice_and_a_return_are_none(text: str, goods: tuple[str, ...]) -> None:
    steps = hear(with_goods(text, *goods), Context()).steps
    assert not any("without" in str(each["value"]) for step in steps for each in entities_of(step.heard or {}))


LEFT_OUT = {"order": "20261125-0003", "skus": ["MUG"], "items": "Mug"}
MISSING_ASKED = asked(
    option("是", '/chase_promise{"choice":"hand_on:yes"}', "yes"),
    option("改退那份钱", '/chase_promise{"choice":"hand_on:money"}'),
    **CAME,
    not_in_parcel=LEFT_OUT,
    handing_on={"what": "resend", "order": "20261125-0003", "text": "x"},
)
MISSING_NOTED = {**CAME, "done": handing_on.DONE, "topic": "chase_promise", "not_in_parcel": LEFT_OUT}


@pytest.mark.parametrize(
    "text",
    [
        "opened my parcel from this week, only the pan inside. where r the bed sheets??",
        "hi my lunch box never was in the parcel w the humidifier, only just noticed",
        "parcel came yes but no lunch box in it, just the humidifier",
        "只收到锅，没有四件套",
        "漏发了四件套",
        "箱子裡只有平底鍋，四件套沒看到",
        "得個鑊冇床上用品",
    ],
)
@pytest.mark.parametrize("intent", ["report_fault", "ask_parcel", "return_or_refund"])
def test_a_whole_thing_not_in_the_parcel_is_one_kind(text: str, intent: str) -> None:
    assert choices(text, Context(), intent) == ["hand_on:resend"]
    assert choices(text, asked(form="return_form", slot="return_kind", **CAME), intent) == ["hand_on:resend"]


@pytest.mark.parametrize(
    "text",
    [
        "i just want u to send the set, im not sending anything back lol",
        "can u send me one?",
        "please send the mug",
        "把四件套寄给我就行",
        "那你們補寄給我吧",
        "寄返嗰個畀我啦",
    ],
)
def test_that_it_is_to_be_sent_is_the_yes(text: str) -> None:
    steps = hear(said(text, "nlu_fallback", 0.5), MISSING_ASKED).steps
    assert [step.payload for step in steps] == ['/chase_promise{"choice":"hand_on:yes"}']


@pytest.mark.parametrize(
    "text", ["don't send it yet", "I will send it back", "能补发吗", "先別寄", "when do you send it?"]
)
def test_what_is_put_off_or_asked_is_no_yes_to_it(text: str) -> None:
    steps = hear(said(text, "nlu_fallback", 0.5), MISSING_ASKED).steps
    assert '/chase_promise{"choice":"hand_on:yes"}' not in [step.payload for step in steps]


@pytest.mark.parametrize(
    "text", ["I'd rather have my money back", "还是退款吧", "退錢給我就好，退那份的錢", "漏发了四件套，我要退款"]
)
def test_the_money_for_it_is_heard(text: str) -> None:
    assert choices(text, MISSING_ASKED, "return_or_refund") == ["hand_on:money"]


def test_the_money_and_what_was_added_are_heard_after_it_was_passed_on() -> None:
    assert choices("要不还是退我钱吧", Context(focus=MISSING_NOTED), "ask_refund_status") == ["hand_on:money"]
    for text in ("so did u add it or not", "補進去了嗎", "加进去了没"):
        assert choices(text, Context(focus=MISSING_NOTED), "deny") == ["hand_on:told"]


@pytest.mark.parametrize("text", ["不要退款", "no refund please", "退款什么时候到账", "where is my refund"])
def test_money_that_is_declined_or_asked_after_is_none(text: str) -> None:
    assert "hand_on:money" not in choices(text, MISSING_ASKED, "ask_refund_status")


@pytest.mark.parametrize(
    "text",
    [
        "where do they send it, i moved last week",
        "my new address: Flat 7B, 12 Nathan Road, Kowloon",
        "我搬家了 寄哪去",
        "我搬了家",
    ],
)
def test_where_it_is_to_go_is_told_for_it(text: str) -> None:
    assert choices(text, Context(focus=MISSING_NOTED), "change_order") == ["hand_on:redirect"]


LEFT = {**PARCEL, "handing_on": {"what": "leave", "order": "20261126-0008", "text": "放在门口"}}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("嗯问一下吧 写：可以给前台小刘代收", "给前台小刘代收"),
        ("好，寫「交給管理室王先生」", "交給管理室王先生"),
        ("yes register it, tell them to leave it with Anna at the desk", "leave it with Anna at the desk"),
    ],
)
def test_what_is_dictated_goes_along_with_the_yes(text: str, written: str) -> None:
    assert left_with.dictated(text) == written
    yes = option("是", '/chase_promise{"choice":"hand_on:yes"}', "yes")
    (step,) = hear(said(text, "nlu_fallback", 0.4), asked(yes, **LEFT)).steps
    assert (step.payload, written in step.text.replace("可以", "")) == (None, True)
    assert choices(text, asked(yes, **LEFT)) == ["hand_on:yes"]


@pytest.mark.parametrize("text", ["写给同事吧", "那就寫吧", "write it down please"])
def test_a_mere_yes_dictates_nothing(text: str) -> None:
    assert left_with.dictated(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "小刘代收写进去没 对了我10月买的充电宝充不满",
        "新地址寫上去沒 對了我10月買的行動電源充不滿",
        "did you write down Tom in flat 3? also the power bank from October won't charge",
    ],
)
def test_another_matter_behind_whether_it_was_written_is_heard_as_well(text: str) -> None:
    message = said(text, "report_fault", 0.8, ("nlu_fallback", 0.3), ("report_fault", 0.7))
    steps = hear(message, Context(focus={**PARCEL, "done": "hand_on"})).steps
    assert [step.intent for step in steps] == ["chase_promise", "report_fault"]


@pytest.mark.parametrize(
    "text",
    [
        "不用拦截了，收到再说",
        "不用攔截啦",
        "唔使截住個件喇",
        "no need to stop the parcel",
        "别叫同事拦下来",
        "don't redirect it",
    ],
)
def test_what_is_declined_is_not_arranged(text: str) -> None:
    assert handing_on.wished(text) is None
    assert handing_on.declines(text)


@pytest.mark.parametrize("text", ["帮我拦截", "能不能攔下來", "please stop the parcel", "攔不住怎麼辦"])
def test_what_is_wished_is_not_declined(text: str) -> None:
    assert handing_on.wished(text) is handing_on.What.STOP
    assert not handing_on.declines(text)
