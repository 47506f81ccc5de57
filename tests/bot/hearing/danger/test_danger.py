"""Danger is heard in three scripts and before all else; words that only sound like it are not."""

import pytest

from bot.hearing.danger import danger
from bot.hearing.danger.danger import Danger
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation, Parsed


def parsed(text: str, intent: str, confidence: float = 0.9) -> Parsed:
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": []}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("插线板冒黑烟了，灯也灭了", Danger.FIRE),
        ("剛剛充電的時候它自己燒起來", Danger.FIRE),
        ("there is smoke coming from the heater you sent", Danger.FIRE),
        ("没想到第一次用就漏电", Danger.FIRE),
        ("我女儿把车轮上的螺丝吞下去了", Danger.CHILD),
        ("my kid choked on the plastic eye of the teddy", Danger.CHILD),
        ("瓶盖崩开，我眼睛流血了", Danger.INJURY),
        ("the blade slipped and I sliced my thumb", Danger.INJURY),
        ("條頸愈嚟愈腫，唞唔到氣", Danger.INJURY),
        ("搽完成塊面起晒疹", Danger.INJURY),
        ("抹了這罐之後嘴唇整個腫起來，喘不過氣", Danger.INJURY),
        ("my tongue is swelling up and it's hard to breathe", Danger.INJURY),
        ("囡囡食咗呢包之後不停嘔", Danger.CHILD),
        ("個插頭燶咗，有陣燒膠味", Danger.FIRE),
        ("聞到臭火焦味", Danger.FIRE),
        ("行動電源鼓起來了", Danger.BATTERY),
        ("the power bank feels swollen and very hot", Danger.BATTERY),
        ("充电宝充着充着烫手了", Danger.BATTERY),
        ("個尿袋滋滋聲仲出煙", Danger.BATTERY),
        ("电池漏液了，仓里黏糊糊的", Danger.BATTERY),
        ("what do I do with a bulging battery", Danger.BATTERY),
        ("the battery in the fan is leaking", Danger.BATTERY),
        ("充电宝着火了", Danger.FIRE),
        ("电池里的水流到我手上了", Danger.ACID),
        ("行動電源的電解液濺到眼睛", Danger.ACID),
        ("手上沾到電池漏出來的漏液", Danger.ACID),
        ("some battery fluid got on my fingers", Danger.ACID),
        ("I touched battery acid, my skin is itchy", Danger.ACID),
        ("女兒摸了電池還把電池吞了", Danger.CHILD),
        ("卡被盗刷了，你们查一下", Danger.FRAUD),
        ("有人冒充你们客服，我给了他验证码", Danger.FRAUD),
        ("我的帳號被人登走，點數都沒了", Danger.FRAUD),
        ("someone got into my account and spent my points", Danger.FRAUD),
        ("短信说我包裹丢了让我点链接，卡号我都填进去了", Danger.FRAUD),
        ("簡訊叫我點連結，信用卡號我輸入了", Danger.FRAUD),
        ("I opened the link in that text and put in my bank details and password", Danger.FRAUD),
        ("a man phoned about a refund, I read him some of the code", Danger.FRAUD),
        ("闺女把锅上掉下来的漆皮吃了，吃了好几片漆皮", Danger.CHILD),
        ("she has eaten a few flakes of it and now she keeps being sick", Danger.CHILD),
        ("我真的活不下去了", Danger.SELF_HARM),
        ("I can't take it, I want to kill myself", Danger.SELF_HARM),
        ("再拖我就去法院起诉", Danger.THREAT),
        ("你們不處理，我就找消保官", Danger.THREAT),
        ("my solicitor will be in touch", Danger.THREAT),
        ("我要带着刀来找你们", Danger.VIOLENCE),
    ],
)
def test_what_is_at_risk(text: str, kind: Danger) -> None:
    assert danger.heard(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "外面热死了，晚点送行吗",
        "好久没来，想死你们啦",
        "is the fire sale still on",
        "this coat is a steal",
        "这价格跳楼价啊",
        "新款火了，还有货吗",
        "这个插座会漏电吗",
        "怕小孩误食，有没有颗粒大一点的",
        "没有人受伤，只是杯子碎了",
        "我不会起诉你们的，放心",
        "寄到中山法院旁边那栋",
        "电话 13812345678",
        "报警器有卖吗",
        "tennis court shoes in 42",
        "press the button and it plays a song",
        "气炸了，又没货",
        "件衫緊到透唔到氣",
        "寶寶吐奶，有冇口水巾",
        "用完會唔會出疹",
        "手机壳很热门的那款",
        "燒味飯盒有得賣嗎",
        "你们是不是把我电话卖了，有诈骗电话打来",
        "a scam call knew my order, did you leak it",
        "两岁的娃玩这个串珠会不会吞下去",
        "小朋友三歲，積木會不會噎到",
        "is it fine for a toddler, could she swallow the wheels",
        "付款的时候密码输了三次都不对",
        "收到短信验证码，输了没反应",
        "I typed my card number in and the payment failed",
        "感觉被骗了，这鞋质量也太差了",
        "充电宝会不会容易鼓包",
        "行動電源怎麼避免發燙",
        "热门的充电宝有货吗",
        "does the power bank ever get very hot",
        "hyaluronic acid on my face every night, is that fine",
        "battery lasts long, easy on my hands",
        "手机电池能用多久",
    ],
)
def test_what_only_sounds_like_it(text: str) -> None:
    assert danger.heard(text) is None


def test_the_classifier_alone_is_believed_when_it_is_sure() -> None:
    text = "家里出大事了，你们的东西害的"
    assert danger.understood(text, [parsed(text, "report_danger", 0.9)]) is Danger.OTHER
    assert danger.understood(text, [parsed(text, "report_danger", 0.4)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "这个颜料会不会有毒啊，宝宝老放嘴里",
        "could it overheat if I leave it on",
        "那個塗層安全嗎，小孩會摸",
        "刚听完反诈讲座",
    ],
)
def test_what_is_only_wondered_is_no_danger_however_sure_the_classifier_is(text: str) -> None:
    assert danger.understood(text, [parsed(text, "report_danger", 0.95)]) is None
    ranked = {**parsed(text, "report_danger", 0.95), "intent_ranking": [{"name": "ask_product", "confidence": 0.04}]}
    (step,) = hear(Said(text, ranked), Context()).steps
    assert step.intent != "report_danger"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我老公昨晚又打我了，快递能不能别送家里", Danger.ABUSE),
        ("佢又郁手打我", Danger.ABUSE),
        ("my boyfriend beats me, can you send it to my mum's", Danger.ABUSE),
        ("躲在厕所不敢出去，怕他打我", Danger.ABUSE),
        ("算了，活着真累", Danger.SELF_HARM),
        ("i just feel hopeless these days. anyway where is my parcel", Danger.SELF_HARM),
        ("快递员他打我电话我没接到", None),
        ("老公打我手机说没收到", None),
        ("你们客服真是 hopeless", None),
        ("my husband hits the gym, need a bottle", None),
        ("自己动手做的礼物", None),
        ("有人打电话来叫我把短信验证码报给他", Danger.FRAUD),
        ("some guy rang and asked me for the code you texted", Danger.FRAUD),
        ("你们让我输入验证码，可是没收到", None),
        ("这种情况要报警吗", None),
        ("should I call the police about this", None),
        ("再不处理我就报警", Danger.THREAT),
        ("somebody ordered a fan on my account, not me", Danger.FRAUD),
        ("help, i think im hacked", Danger.FRAUD),
        ("all good, i didnt actually cut my hand", None),
        ("这阵子真的熬不下去了，什么都不想买", Danger.SELF_HARM),
        ("每天晚上都希望不要再醒過來", Danger.SELF_HARM),
        ("most mornings i don't want to wake up", Danger.SELF_HARM),
        ("i don't want to wake up early for the courier", None),
        ("撐不住了，太貴", None),
        ("我已经把验证码发给他了", Danger.FRAUD),
        ("那人刷了我三千块", Danger.FRAUD),
        ("they conned my mother out of her savings", Danger.FRAUD),
        ("i already gave him the order number", None),
        ("他扣了我两百积分", None),
    ],
)
def test_who_is_hit_at_home_without_hope_or_asked_for_a_code_is_heard(text: str, kind: Danger | None) -> None:
    assert danger.heard(text) is kind


def test_another_firm_s_stolen_card_is_none_of_our_cases() -> None:
    text = "我在别家银行的卡被盗刷，客服电话几号"
    assert danger.understood(text, [parsed(text, "out_of_scope", 0.95)]) is None
    assert danger.understood(text, [parsed(text, "make_complaint", 0.95)]) is Danger.FRAUD


def test_it_comes_before_the_question_that_was_asked() -> None:
    text = "好的，不过它现在冒烟了"
    asked = Context(Expectation(options=[{"title": "登记投诉", "payload": "/affirm"}], form="complaint_form"))

    (step,) = hear(Said(text, parsed(text, "affirm")), asked).steps

    assert (step.intent, step.heard is not None and step.heard["entities"][-1]["value"]) == ("report_danger", "fire")


@pytest.mark.parametrize("text", ["壶嘴一歪，热水烫了我一手", "滾水潑出來，燙到起了水泡"])
def test_hot_water_on_somebody_is_an_injury(text: str) -> None:
    assert danger.heard(text) is Danger.INJURY


def test_a_jest_is_no_danger_by_a_guess_but_named_danger_is() -> None:
    jest = "where is my axe, just kidding"
    assert danger.understood(jest, [parsed(jest, "report_danger")]) is None
    named = "it caught fire, I am not joking"
    assert danger.understood(named, [parsed(named, "report_danger")]) is Danger.FIRE


@pytest.mark.parametrize(
    "text", ["这壶还能不能用", "要不要先去看醫生", "can I plug it in again", "should I see a doctor"]
)
def test_what_to_do_now_is_asked_after_a_danger(text: str) -> None:
    told = Context(focus={"topic": "report_danger", "complaint": "C-2026-0003", "done": "make_complaint", "age": 1})
    (step,) = hear(Said(text, parsed(text, "inform")), told).steps
    assert step.intent == "report_danger"
    assert [each["value"] for each in (step.heard or {})["entities"]] == [Danger.NEXT]


def test_without_a_danger_before_it_is_a_question_like_any() -> None:
    (step,) = hear(Said("这壶还能不能用", parsed("这壶还能不能用", "ask_faq")), Context()).steps
    assert step.intent == "ask_faq"


@pytest.mark.parametrize(
    "text",
    ["行李箱的把手突然断在我手上", "鞋底走着走着掉下来了，路人都在看", "the handle snapped off while I was walking"],
)
def test_a_thing_that_comes_apart_is_a_fault_however_sure_the_classifier_is(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "report_danger", 0.95)), Context()).steps
    assert step.intent == "report_fault"


@pytest.mark.parametrize(
    "text", ["把手断了，划得我好疼", "the battery lid came off and it got very hot", "锅柄掉了，差点害了孩子"]
)
def test_where_somebody_or_a_fire_may_be_meant_the_classifier_is_believed(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "report_danger", 0.95)), Context()).steps
    assert step.intent == "report_danger"


TOLD = {"topic": "report_danger", "age": 0, "danger": "fire", "danger_contact": "asked"}


def chosen(text: str, intent: str = "inform", confidence: float = 0.5, **focus: object) -> str | None:
    """The choice heard in a message after a danger was told; None when it is about something else."""
    (step,) = hear(Said(text, parsed(text, intent, confidence)), Context(focus={**TOLD, **focus})).steps
    found = [each["value"] for each in (step.heard or {})["entities"] if each["entity"] == "choice"]
    return str(found[0]) if step.intent == "report_danger" else None


@pytest.mark.parametrize(
    ("told", "text", "choice"),
    [
        ("fire", "現在要怎麼辦啊", "next:fire"),
        ("fire", "it keeps getting hotter, what should I do", "next:fire"),
        ("injury", "用凍水沖得唔得", "next:burn"),
        ("fire", "it is still smoking", "fire:fire"),
        ("child", "孩子现在该怎么办，会不会有毒", "next:unwell"),
        ("child", "到底打几号叫救护车", "next:number"),
        ("injury", "救護車到咗，去緊醫院", "next:hospital"),
        ("fire", "the smoke has stopped", "next:calm"),
        ("fire", "这电池该怎么扔", "next:dispose"),
        ("fire", "那这个锅还能用吗", "next:now"),
        ("injury", "is it safe to use it again", "next:now"),
        ("self_harm", "那我该怎么办", "next:self_harm"),
        ("fire", "手烫到了，起了水泡", "injury:burn"),
        ("other", "没人出事啊", "off"),
        ("fraud", "谁让你登记的，撤了吧", "off"),
        ("fraud", "it was a false alarm, cancel the case", "off"),
        ("fire", "没人受伤", None),
        ("self_harm", "是你误会了", "next:self_harm"),
        ("fire", "快递还没到怎么办", None),
        ("fire", "is it ok to post it back to you", "next:dispose"),
        ("fire", "这种电池能不能快递寄回去", "next:dispose"),
        ("self_harm", "我没事，就是心里闷，别叫别人", "next:self_harm"),
        ("abuse", "he went out to buy cigarettes", "next:abuse"),
        ("fire", "我没事，就是心里闷", None),
        ("fire", "and the call on Monday, bin it", None),
        ("injury", "can you bin the chat logs", None),
        ("injury", "can I just bin it", "next:keep"),
        ("child", "瓶子要不要寄回去给你们", "next:keep"),
    ],
)
def test_what_follows_a_danger_is_heard_by_what_was_told(told: str, text: str, choice: str | None) -> None:
    assert chosen(text, danger=told) == choice


def test_who_is_in_despair_is_heard_out_until_they_wish_something_else() -> None:
    assert chosen("今天天气真好", "out_of_scope", 0.95, danger="self_harm") == "next:self_harm"
    assert chosen("我的包裹到哪了", "ask_parcel", 0.95, danger="self_harm") is None


def test_another_subject_of_which_the_classifier_is_sure_leaves_the_danger() -> None:
    assert chosen("那会员码忘了怎么办", "ask_faq", 0.95, topic="ask_tier") is None
    assert chosen("那现在怎么办", topic="ask_tier") == "next:fire"


def test_a_number_is_the_contact_only_where_it_was_asked_for() -> None:
    text = "0912345678"
    whole = parsed(text, "inform") | {"entities": [{"entity": "phone", "value": text}]}
    (asked,) = hear(Said(text, whole), Context(focus=TOLD)).steps
    assert "contact" in [each["value"] for each in (asked.heard or {})["entities"]]
    (given,) = hear(Said(text, whole), Context(focus={**TOLD, "danger_contact": "given"})).steps
    assert given.intent == "inform"


@pytest.mark.parametrize("text", ["刀和锅我都留着，就豆子难喝能退不", "the knife I keep, can I return the beans"])
def test_goods_that_are_kept_are_no_danger_by_a_guess(text: str) -> None:
    whole = parsed(text, "report_danger", 0.95) | {
        "intent_ranking": [
            {"name": "report_danger", "confidence": 0.95},
            {"name": "return_or_refund", "confidence": 0.9},
        ]
    }
    (step,) = hear(Said(text, whole), Context()).steps
    assert step.intent == "return_or_refund"


@pytest.mark.parametrize(
    "text",
    [
        "你们会不会卖我电话，刚接到骗子电话",
        "有人打來冒充你們客服，是不是外洩",
        "did you leak my data? got a scam call",
        "有人打來說我中獎，要我唸簡訊裡的號碼，是你們嗎",
        "a man claims he's from your shop and wants the code you texted me",
    ],
)
def test_a_suspicious_call_that_cost_nothing_is_a_question_for_the_article(text: str) -> None:
    (step,) = hear(Said(text, parsed(text, "report_danger", 0.6)), Context()).steps
    assert step.intent == "ask_faq"


def test_whether_to_call_the_police_is_answered_after_a_theft() -> None:
    told = Context(focus={"danger": "fraud", "topic": "report_danger", "age": 0})
    (step,) = hear(Said("那要報警嗎", parsed("那要報警嗎", "nlu_fallback")), told).steps
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["next:fraud"]


@pytest.mark.parametrize(
    "text",
    [
        "他不咳了，要不要给他喝点醋", "should I give her some bread", "使唔使灌佢飲水", "宝宝开始流口水，不肯喝奶",
        "she wont drink and keeps crying",
    ],
)  # fmt: skip
def test_what_to_do_for_a_child_and_that_it_grows_worse_is_answered_and_no_detail_of_the_case(text: str) -> None:
    told = Context(
        focus={"danger": "child", "topic": "report_danger", "complaint": "C-1", "done": "make_complaint", "age": 0}
    )
    (step,) = hear(Said(text, parsed(text, "make_complaint", 0.7)), told).steps
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["next:unwell"]


def test_whether_to_plug_it_in_again_is_answered_after_a_fire() -> None:
    told = Context(focus={"danger": "fire", "topic": "report_danger", "complaint": "C-1", "done": "make_complaint"})
    (step,) = hear(Said("我再插回去试试行不行", parsed("我再插回去试试行不行", "make_complaint", 0.7)), told).steps
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["next:fire"]
