"""Harm in other words: burns, what went down, deeds that make it worse, messages that are no good; also amid a form."""

import pytest

from bot.hearing.danger import danger
from bot.hearing.danger.danger import Danger
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said


def chosen(text: str, told: str, *, form: str | None = None, intent: str = "inform", **focus: object) -> str | None:
    """The choice heard in a message after a danger was told, amid a form or outside."""
    context = asked(form=form, slot="return_reason" if form else None, danger=told, topic="report_danger", **focus)
    first = hear(said(text, intent, 0.5), context).steps[0]
    found = [each["value"] for each in (first.heard or {})["entities"] if each["entity"] == "choice"]
    return str(found[0]) if first.intent == "report_danger" else None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("小孙子给热水瓶烫着了，胳膊一片红", Danger.INJURY),
        ("阿妹俾滾湯渌親隻腳", Danger.INJURY),
        ("我手指被它燙起泡了", Danger.INJURY),
        ("my daughter got scalded by the soup flask", Danger.INJURY),
        ("her palm is all blistered from the plug", Danger.INJURY),
        ("女儿被烫伤后又把电池吞了", Danger.CHILD),
        ("锅底掉的漆皮我吃下去了一点", Danger.SWALLOWED),
        ("剝落的塗層好像被我吃進肚子了", Danger.SWALLOWED),
        ("some of the teflon flakes ended up in my soup", Danger.SWALLOWED),
        ("簡訊說我欠運費，要我點連結繳費，是真的嗎", Danger.SCAM),
        ("邮件让我点链接付关税，是不是你们发的", Danger.SCAM),
        ("I had an sms about a fee with a link to pay, did you send that?", Danger.SCAM),
        ("短信里那个网址我点进去输了银行卡", Danger.FRAUD),
        ("我被騙走密碼了", Danger.FRAUD),
        ("充电宝很烫手", Danger.BATTERY),
        ("there were bits of a lid in the kids' porridge and he swallowed a piece", Danger.CHILD),
        ("the bead came off, she choked on it", Danger.CHILD),
        ("a shard broke off, I swallowed some glass", Danger.SWALLOWED),
        ("sms says ur account gets suspended, click the link.. was that u?", Danger.SCAM),
        ("a text asked for my password and i entered it", Danger.FRAUD),
        ("佢要我填信用卡，我就填咗", Danger.FRAUD),
        ("the diffuser dripped onto the extension lead", Danger.WET),
        ("the socket got wet", Danger.WET),
        ("水壶漏水，流到排插上了", Danger.WET),
        ("插蘇濕咗", Danger.WET),
        ("could it drip onto the socket", None),
        ("does the kettle come with a UK plug", None),
        ("插头会不会进水", None),
        ("插座防水嗎", None),
        ("it asked for my card at checkout and I entered it, then payment failed", None),
        ("the glass lid came, my son likes it", None),
        ("手没烫到", None),
        ("怕烫到手", None),
        ("手机壳烫金的有吗", None),
        ("the coating is it safe", None),
        ("掉的漆会不会被孩子吃下去", None),
        ("你们会发短信通知发货吗", None),
        ("the parcel text had a tracking link, thanks", None),
        ("我付了关税", None),
    ],
)
def test_harm_is_known_by_what_happened_in_any_order_of_words(text: str, kind: Danger | None) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    ("told", "text", "choice"),
    [
        ("fire", "妹妹的手指有點紅，說會刺", "next:burn"),
        ("fire", "her thumb is sore now", "next:burn"),
        ("fire", "what's best for his hand", "next:burn"),
        ("fire", "我拿去雪櫃冻住佢", "next:fridge"),
        ("fire", "I put it in the freezer", "next:fridge"),
        ("fire", "放冰箱了应该行", "next:fridge"),
        ("fire", "拿针戳个洞放气可以不", "next:open"),
        ("fire", "泡進水桶好嗎", "next:soak"),
        ("fire", "can i dunk it in the sink", "next:soak"),
        ("fire", "I'll yank the plug out", "next:pull"),
        ("fire", "I'm going to pull it out by the charger", "next:pull"),
        ("injury", "那充电宝我放冷冻行吗", "next:fridge"),
        ("injury", "the charger is stuck, should I pull it out", "next:pull"),
        ("injury", "用冰块敷手行吗", "next:burn"),
        ("scam", "唉我已经点了，卡号也填了", "fraud"),
        ("scam", "i tapped it and put my card in", "fraud"),
        ("scam", "我没点", None),
        ("scam", "so is it fake", "next:scam"),
        ("scam", "到底是不是騙人的", "next:scam"),
        ("wet", "what should i do now", "next:wet"),
        ("wet", "現在怎麼辦", "next:wet"),
        ("fraud", "可以先鎖住我的帳號嗎", "next:freeze"),
        ("fraud", "will they spend my points", "next:freeze"),
        ("fire", "手机壳是红色的那个", None),
        ("fire", "冰箱贴多少钱", None),
    ],
)
def test_what_follows_is_heard_by_what_it_is(told: str, text: str, choice: str | None) -> None:
    assert chosen(text, told) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [("娃的手起泡了", "next:burn"), ("把它冻冰箱里了", "next:fridge"), ("which number do I call", "next:number")],
)
def test_danger_goes_on_amid_a_form(text: str, choice: str) -> None:
    assert chosen(text, "fire", form="return_form") == choice


def test_amid_a_form_an_answer_stays_an_answer() -> None:
    assert chosen("就是用不了了怎么办", "fire", form="return_form") is None


def test_new_harm_comes_before_who_pays_for_it() -> None:
    context = Context(focus={"danger": "fire", "topic": "report_danger", "complaint": "C-1", "done": "make_complaint"})
    steps = hear(said("手上烫了个大泡，你们赔不赔", "make_complaint", 0.7), context).steps
    assert [step.intent for step in steps] == ["report_danger", "make_complaint"]


def test_the_deed_told_with_the_danger_is_stopped_at_once() -> None:
    (step,) = hear(said("电池鼓包了，我放冰箱里了", "report_fault"), Context()).steps
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["battery:fridge"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("有個人打電話自稱你們客服，說會員費設錯了，教我到提款機操作", Danger.SCAM),
        ("客服打电话来，让我下载软件共享屏幕", Danger.SCAM),
        ("someone rang about my order and told me to go to the nearest cash machine", Danger.SCAM),
        ("我打电话给客服要求转账退款", None),
        ("你們可以ATM轉帳付款嗎", None),
        ("can I pay at an ATM", None),
        ("我剛唸了，給驗證碼了，要打給銀行嗎", Danger.FRAUD),
        ("我给验证码了怎么还没登上", None),
        ("搽咗啲面霜成塊面紅晒", Danger.INJURY),
        ("防晒只擦了一点，过敏整张脸都红", Danger.INJURY),
        ("I put the cream on once and my face went all red", Danger.INJURY),
        ("这个面霜擦了会不会整张脸都红", None),
        ("用这个口红整张脸都红润", None),
        ("I tried the red one and my back got warm", None),
        ("玻璃罐裂了，差點割到手", None),
        ("the lid chipped and I nearly cut my finger on it", None),
        ("盖子裂了，割到手了", Danger.INJURY),
        ("我差点喘不过气", Danger.INJURY),
        ("插頭差點整個著火", Danger.FIRE),
    ],
)
def test_a_caller_s_errand_skin_that_grew_red_and_what_nearly_happened(text: str, kind: Danger | None) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    ("told", "text", "choice"),
    [
        ("scam", "糟了我已經唸給他聽了", "fraud"),
        ("scam", "密码我刚才告诉他了", "fraud"),
        ("scam", "I read it out to him already", "fraud"),
        ("scam", "我没给他", None),
        ("fraud", "那我第一步要做什麼", "next:fraud"),
        ("fraud", "要先打给银行吗", "next:fraud"),
        ("fraud", "what's the first thing I do", "next:fraud"),
    ],
)
def test_after_a_caller_s_errand_what_was_given_away_and_what_comes_first(
    told: str, text: str, choice: str | None
) -> None:
    assert chosen(text, told) == choice


@pytest.mark.parametrize(
    "text",
    [
        "someone rang me saying they are from your shop, refund for a cream, wants my sms code. legit??",
        "有人打电话说是你们客服 要我报验证码",
        "接到電話自稱你們的，叫我唸驗證碼",
    ],
)
def test_a_caller_who_wants_a_code_is_a_scam(text: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.8), asked()).steps
    assert step.intent == "report_danger"
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["scam"]


@pytest.mark.parametrize("text", ["do you ever call and ask for my code?", "你们会打电话要验证码吗"])
def test_whether_we_ask_for_one_is_a_rule(text: str) -> None:
    assert [step.intent for step in hear(said(text, "ask_faq", 0.8), asked()).steps] == ["ask_faq"]
