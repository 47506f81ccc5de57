"""A yes, or the value asked for, is taken whatever is asked beside it; the rest is heard after it."""

import pytest

from bot.hearing.answers import answer_kept
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, option, said

THIS_ONE = asked(
    option("是", "/affirm"), option("不是，选别的", "/deny"), form="return_form", slot="return_line_confirmed"
)
LAST = asked(
    option("登记", "/affirm", "yes"), option("先不换", "/deny", "no"), form="return_form", slot="return_confirmed"
)
LAST_EN = asked(
    option("Register it", "/affirm", "yes"), option("Not now", "/deny", "no"), form="return_form",
    slot="return_confirmed",
)  # fmt: skip
PROFILE = asked(option("对，就改", "/affirm"), option("不对", "/deny"), form="profile_form", slot="profile_confirm")
PROFILE_EN = asked(
    option("Yes, change it", "/affirm"), option("No", "/deny"), form="profile_form", slot="profile_confirm"
)
NUMBER = asked(option("对", "/affirm"), option("不对", "/deny"), form="callback_form", slot="callback_phone_confirmed")
CASE = asked(option("登记", "/affirm"), option("不用了", "/deny"), form="complaint_form", slot="complaint_consent")
REDEEM = asked(
    option("换", "/affirm", "yes"), option("先不换", "/deny", "no"), form="redeem_form", slot="redeem_confirm"
)
CANCEL = asked(
    option("取消订单", "/affirm", "yes"), option("先不取消", "/deny", "no"), form="cancel_order_form",
    slot="cancel_order_confirmed",
)  # fmt: skip
VALUE = asked(form="profile_form", slot="profile_value")


def is_yes(step: Step) -> bool:
    return step.payload == "/affirm" or step.intent == "affirm"


def unclear(text: str, context: Context) -> Heard:
    return hear(said(text, "nlu_fallback", 0.35), context)


@pytest.mark.parametrize(
    ("text", "context", "rest"),
    [
        ("对就这条 换颜色运费谁出啊", THIS_ONE, "换颜色运费谁出啊"),
        ("對就這雙 鞋盒丟了有關係嗎", THIS_ONE, "鞋盒丟了有關係嗎"),
        ("嗯对 是那件 拆了吊牌会不会不给换", THIS_ONE, "拆了吊牌会不会不给换"),
        ("對，登記。我12號才回來，寄得及嗎會不會過期", LAST, "我12號才回來，寄得及嗎會不會過期"),
        ("行那登记吧 新地址怎么给你", LAST, "新地址怎么给你"),
        ("就换吧 大概几天能收到新的", LAST, "大概几天能收到新的"),
        ("ok then register it, I'm abroad till Friday, is that too late?", LAST_EN, "I'm abroad till Friday"),
        ("對。改了以後驗證碼是馬上就傳新的嗎", PROFILE, "改了以後驗證碼是馬上就傳新的嗎"),
        ("對，就改吧。那我離白金還差多少", PROFILE, "那我離白金還差多少"),
        ("就改吧 旧号码还能登录吗", PROFILE, "旧号码还能登录吗"),
        ("yes, change it. when does the old one stop working?", PROFILE_EN, "when does the old one stop working?"),
        ("號碼對。啊三點半前有記進去嗎？", NUMBER, "三點半前有記進去嗎？"),
        ("电话没错 会提前发短信吗", NUMBER, "会提前发短信吗"),
        ("登記，會有補償嗎？", CASE, "會有補償嗎？"),
        ("好，换。这个券能叠加吗", REDEEM, "这个券能叠加吗"),
        ("是，取消。钱几天到账", CANCEL, "钱几天到账"),
    ],
)
def test_the_yes_is_taken_and_the_rest_heard_after_it(text: str, context: Context, rest: str) -> None:
    found = unclear(text, context)
    assert len(found.steps) == 1
    assert is_yes(found.steps[0])
    assert rest in found.then
    assert rest not in found.steps[0].text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("登记吧,写上他没打电话直接扔楼道的。会有补偿吗", "写上他没打电话直接扔楼道的。会有补偿吗"),
        ("登記吧，會有補償嗎", "會有補償嗎"),
        ("登记吧，多久能有结果", "多久能有结果"),
    ],
)
def test_the_button_that_files_takes_what_stands_behind_it(text: str, rest: str) -> None:
    offered = asked(
        option("登记投诉", '/make_complaint{"choice":"file"}'), option("找真人", "/request_human"),
        form="complaint_form", slot="complaint_consent",
    )  # fmt: skip
    found = unclear(text, offered)
    assert [step.payload for step in found.steps] == ['/make_complaint{"choice":"file"}']
    assert found.then == rest


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("是那单", THIS_ONE),
        ("是那單", THIS_ONE),
        ("嗯 就是那双", THIS_ONE),
        ("that's the one", THIS_ONE),
    ],
)
def test_pointing_at_what_was_asked_about_is_a_yes(text: str, context: Context) -> None:
    found = hear(said(text, "ask_order_status", 0.86), context)
    assert is_yes(found.steps[0])
    assert not found.then


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0933 456 781。這樣我買的東西跟點數會不見嗎", "0933 456 781"),
        ("13800001111 改完旧号还能收短信吗", "13800001111"),
        ("12/24啊，年份1976沒錯。改了今年還能領嗎", "1976"),
        ("24 Dec 1976. will I still get the voucher this year?", "1976"),
    ],
)
def test_a_value_is_taken_with_the_question_behind_it(text: str, value: str) -> None:
    found = hear(said(text, "ask_points_rules", 0.7), VALUE)
    (first,) = found.steps
    assert first.intent == "inform"
    assert value in first.text
    assert found.then


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("嗯……积分会扣吗", LAST),
        ("好吧 修要钱吗", LAST),
        ("好，不过运费谁出", LAST),
        ("對，等一下，運費誰出", LAST),
        ("对，先别登记，运费谁出", LAST),
        ("能登记吗 运费谁出", LAST),
        ("对，要黑色的。运费谁出", LAST),
        ("ok but who pays the postage?", LAST_EN),
        ("yes if it's free, is it?", LAST_EN),
        ("不是这条，运费谁出", THIS_ONE),
        ("是这条吗？", THIS_ONE),
        ("是那单？还是上个月那单", THIS_ONE),
        ("对，改到四点行吗", NUMBER),
        ("對，換成另一支行嗎", NUMBER),
        ("好，换三张吧，券多久到期", REDEEM),
        ("改了会怎样", PROFILE),
        ("不对，應該是1990年，能改嗎", PROFILE),
        ("12/24是不是不能改", VALUE),
        ("算了 0933456781 不用了，可以吗", VALUE),
    ],
)
def test_what_hedges_asks_which_or_changes_it_leaves_nothing_for_later(text: str, context: Context) -> None:
    assert not unclear(text, context).then


def test_nothing_in_the_rest_agrees_to_what_is_asked_only_then() -> None:
    between = asked(form="return_form", slot="return_confirmed")
    yes = Step("换吧", heard("换吧", "affirm"))
    question = Step("运费谁出", heard("运费谁出", "ask_faq"))
    kept = answer_kept.of_the_rest(Heard.of(yes, question), between)
    assert kept is not None
    assert kept.steps == [question]
    assert answer_kept.of_the_rest(Heard.of(yes), between) is None


def test_what_is_named_in_the_question_is_not_in_the_answer() -> None:
    text = "对就这条 换驼色的运费谁出啊"
    found = hear(said(text, "return_or_refund", 0.5, product="围巾"), THIS_ONE)
    assert not entities_of(found.steps[0].heard or {})
