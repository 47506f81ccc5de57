"""A question right after an act is asked of that act; what names another thing, wishes or supposes is not."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN, CANCEL, HAND_ON, REDEEM = "return_or_refund", "cancel_order", "hand_on", "redeem_points"
CALL, COMPLAINT, LEAVE, STOP, INVOICE = (
    "request_callback", "make_complaint", "cancel_membership", "opt_out", "ask_invoice",
)  # fmt: skip
OF = {
    RETURN: {"return": "R-2026-0007", "order": "20261126-0001"},
    CANCEL: {"order": "20261126-0001"},
    HAND_ON: {"order": "20261126-0001"},
    INVOICE: {"order": "20261126-0001"},
    REDEEM: {"reward": "voucher_50"},
    CALL: {"callback": 4},
    COMPLAINT: {"complaint": "C-2026-0007"},
}


def after(act: str, **since: int) -> Context:
    """A conversation in which the act was just done; `since`: kinds that were spoken of later, and where."""
    things = OF.get(act, {})
    at = {**dict.fromkeys(things, 8), "done": 8, **since}
    return Context(focus={**dict.fromkeys(since, "x"), **things, "done": act, "topic": act, "age": 0, "at": at})


def asked_of_act(text: str, context: Context, intent: str = "ask_faq", **entities: str) -> str | None:
    """The kinds that are asked of the act; None where the message is heard as something else."""
    steps = hear(said(text, intent, 0.7, **entities), context).steps
    named = {str(each["value"]) for step in steps for each in (step.heard or {}).get("entities", [])}
    found = [each for each in named if each.startswith("asked_of_act:")]
    return found[0].partition(":")[2] if found else None


@pytest.mark.parametrize(
    ("act", "text", "kinds"),
    [
        (RETURN, "多久能有消息", "when"),
        (RETURN, "会发短信告诉我吗", "told"),
        (RETURN, "我现在要做什么，要在家等吗", "todo"),
        (RETURN, "那单里其他东西还能留着吧", "others"),
        (RETURN, "同一單其他東西不受影響吧", "others"),
        (RETURN, "and the other items of that order, do I keep those?", "others"),
        (RETURN, "是登记了一次吧，没重复吧", "done"),
        (RETURN, "did you register it twice?", "done"),
        (RETURN, "这个会收我钱不", "cost"),
        (RETURN, "誰來審核", "who"),
        (RETURN, "who checks that?", "who"),
        (CANCEL, "錢幾時退", "when"),
        (CANCEL, "取消要手续费吗", "cost"),
        (CANCEL, "is it really cancelled?", "done"),
        (CANCEL, "no, I meant the other order", "wrong"),
        (HAND_ON, "什麼時候有結果", "when"),
        (HAND_ON, "改地址要加钱吗", "cost"),
        (HAND_ON, "誰去聯絡物流", "who"),
        (HAND_ON, "do I need to call the courier myself?", "todo"),
        (HAND_ON, "要我出运费吗", "cost"),
        (INVOICE, "是寄email還是簡訊", "told"),
        (INVOICE, "is there a charge for that?", "cost"),
        (REDEEM, "60天是从今天算起吗", "valid"),
        (REDEEM, "有效期從今天算嗎", "valid"),
        (REDEEM, "do the days count from today?", "valid"),
        (REDEEM, "只换了一张吧", "done"),
        (REDEEM, "後悔了可以退嗎", "undo"),
        (CALL, "没接到怎么办", "missed"),
        (CALL, "what if I miss it?", "missed"),
        (CALL, "打電話要收費嗎", "cost"),
        (CALL, "谁打给我", "who"),
        (COMPLAINT, "那期限呢", "when"),
        (COMPLAINT, "what about the deadline?", "when"),
        (COMPLAINT, "能直接退钱吗", "refund"),
        (COMPLAINT, "can I get the money instead?", "refund"),
        (COMPLAINT, "要怎麼聯絡你們", "reach"),
        (COMPLAINT, "会打电话还是发短信", "told"),
        (LEAVE, "還可以反悔嗎", "undo"),
        (LEAVE, "can I change my mind?", "undo"),
        (LEAVE, "积分马上没了吗", "worth"),
        (STOP, "什么时候生效", "when"),
        (STOP, "以后还能再开吗", "undo"),
        (STOP, "can I turn them back on later?", "undo"),
    ],
)
@pytest.mark.parametrize("intent", ["ask_faq", "nlu_fallback", "ask_points_rules"])
def test_it_is_asked_of_the_act(act: str, text: str, kinds: str, intent: str) -> None:
    assert asked_of_act(text, after(act), intent) == kinds


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (RETURN, "耳机什么时候发货"),
        (RETURN, "如果我退货，运费谁出"),
        (RETURN, "if I had returned it, who pays?"),
        (RETURN, "退貨期限是幾天"),
        (RETURN, "你们门店几点关门"),
        (RETURN, "how long does shipping to Japan take?"),
        (RETURN, "会员编号是多少"),
        (HAND_ON, "运费一般多少钱"),
        (CALL, "明天的快递几点到"),
        (COMPLAINT, "他还骂人了"),
        (COMPLAINT, "能换货吗"),
        (COMPLAINT, "what's the return period?"),
        (LEAVE, "生日券什么时候发"),
        (STOP, "包裹通知還會有嗎"),
        (REDEEM, "我的點數還剩多少"),
        (REDEEM, "does the coffee set come with a cup?"),
    ],
)
def test_what_is_asked_of_something_else_is_none_of_it(act: str, text: str) -> None:
    assert asked_of_act(text, after(act)) is None


@pytest.mark.parametrize(
    ("act", "text", "intent"),
    [
        (LEAVE, "帮我撤回", "undo"),
        (LEAVE, "我改主意了", "undo"),
        (CALL, "還是取消好了", "cancel_callback"),
        (STOP, "please turn them back on", "opt_in"),
        (REDEEM, "能不能把点数退给我", "undo"),
        (RETURN, "undo that please", "undo"),
    ],
)
def test_a_wish_stays_a_wish(act: str, text: str, intent: str) -> None:
    assert asked_of_act(text, after(act), intent) is None


def test_another_order_or_product_is_asked_of_itself() -> None:
    context = after(CANCEL)
    assert asked_of_act("什么时候能到", context, "ask_parcel", order_number="20261001-0003") is None
    assert asked_of_act("什么时候能到", context, "ask_parcel", product="耳机") is None
    assert asked_of_act("什么时候能退", context, "ask_faq", order_number="20261126-0001") == "when"


def test_without_an_act_or_after_another_subject_it_is_none() -> None:
    assert asked_of_act("什么时候有结果", Context()) is None
    assert asked_of_act("什么时候有结果", after(HAND_ON, product=10)) is None
    assert asked_of_act("会发短信告诉我吗", after(RETURN, parcel=10)) is None


def test_an_article_in_between_takes_away_what_may_mean_the_rule() -> None:
    told = after(COMPLAINT, article=10, question=10, answer=10, case=10)
    assert asked_of_act("会打电话还是发短信", told) == "told"
    assert asked_of_act("要多久", told) is None
    assert asked_of_act("取消要手续费吗", after(CANCEL, article=10, answer=10)) == "cost"
    assert asked_of_act("要手续费吗", after(CANCEL, article=10, answer=10)) is None
    assert asked_of_act("会打电话还是发短信", after(COMPLAINT, article=40)) is None


def test_to_be_told_of_the_act_again_changes_no_subject() -> None:
    assert asked_of_act("會打電話還是傳簡訊", after(COMPLAINT, complaint=10)) == "told"
    assert asked_of_act("谁来审核", after(RETURN, **{"return": 10, "order": 10, "product": 10})) == "who"
    assert asked_of_act("谁来审核", after(RETURN, product=10)) is None


def test_an_open_form_and_an_open_question_are_answered_first() -> None:
    yes, no = option("是", "/affirm", "yes"), option("不用了", "/deny", "no")
    focus = after(RETURN).focus
    assert asked_of_act("什么时候有结果", asked(form="return_form", slot="return_reason", **focus)) is None
    assert asked_of_act("还能反悔吗", asked(yes, no, **focus)) is None
    assert asked_of_act("是", asked(yes, no, **focus), "affirm") is None
    assert asked_of_act("会发短信告诉我吗？", asked(yes, no, **focus)) == "told"


def test_danger_and_the_wish_for_a_person_come_first() -> None:
    assert asked_of_act("充电宝冒烟了怎么办", after(RETURN), "report_danger") is None
    assert asked_of_act("找真人", after(RETURN), "request_human") is None


@pytest.mark.parametrize("text", ["那我用的券怎么办", "用掉的點數會還嗎", "what about my points and voucher?"])
def test_what_was_paid_with_points_is_told_by_the_article(text: str) -> None:
    [step] = hear(said(text, "ask_points_rules", 0.9), after(CANCEL)).steps
    assert step.intent == "ask_faq"
    [step] = hear(said(text, "ask_refund_status", 0.9), after(CANCEL)).steps
    assert step.intent == "ask_refund_status"


@pytest.mark.parametrize("act", [COMPLAINT, RETURN])
@pytest.mark.parametrize(
    "text", ["怎么再补充一点", "可以再加點資料嗎", "how do i add something to it later", "can i add more details?"]
)
def test_how_something_is_added_is_told_of_it(act: str, text: str) -> None:
    assert asked_of_act(text, after(act), "ask_recommendation") == "more"


def test_to_a_call_nothing_is_added() -> None:
    assert asked_of_act("can i add something to it", after(CALL)) != "more"


@pytest.mark.parametrize("act", [RETURN, CANCEL, COMPLAINT, "trace"])
@pytest.mark.parametrize(
    "text", ["我还有多少积分，几号过期", "積分還剩多少", "我的點數什麼時候到期", "積分有多少？到期日呢"]
)
def test_how_many_points_there_are_is_asked_of_the_account(act: str, text: str) -> None:
    assert asked_of_act(text, after(act), "ask_points_balance") is None


@pytest.mark.parametrize("text", ["我的點數會少嗎", "那我的积分会少吗"])
def test_what_becomes_of_them_is_asked_of_the_act(text: str) -> None:
    assert asked_of_act(text, after(RETURN)) == "worth"
