"""A yes with more beside it, to every question whose yes carries out an act, in six kinds and three scripts.

An edit, a condition and a hesitation carry nothing out; another wish is served beside the act; a question about what the
act costs is answered first; a no with more beside it loses nothing of it.
"""

import pytest

from actions.kit import consent
from actions.kit.consent import Answer
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, option, said

SCRIPTS = ("zh-Hans", "zh-Hant", "en")


def of_form(form: str, slot: str) -> Context:
    return asked(option("好", "/affirm", "yes"), option("先不", "/deny", "no"), form=form, slot=slot)


def by_button(payload: str) -> Context:
    return asked(option("确认", payload, "yes"), option("先不", "/deny", "no"))


ACTS: dict[str, Context] = {
    "leaving": of_form("leave_form", "leave_confirm"),
    "return": of_form("return_form", "return_confirmed"),
    "redeeming": of_form("redeem_form", "redeem_confirm"),
    "cancelling": of_form("cancel_order_form", "cancel_order_confirmed"),
    "changing": of_form("change_order_form", "change_order_confirmed"),
    "invoice": of_form("invoice_form", "invoice_confirmed"),
    "profile": of_form("profile_form", "profile_confirm"),
    "joining": of_form("join_form", "join_consent"),
    "unbinding": of_form("unbind_form", "unbind_confirm"),
    "opting out": by_button('/opt_out{"choice":"yes"}'),
    "deletion": by_button('/privacy_request{"choice":"delete"}'),
    "handing on": by_button('/change_order{"choice":"hand_on:yes"}'),
    "trace": by_button('/ask_parcel{"choice":"trace:yes"}'),
    "withdrawing": by_button('/undo{"choice":"R-2026-0001"}'),
    "voucher back": by_button('/redeem_points{"choice":"undo"}'),
}
"""Acts with a cost; those without one follow."""
FREE: dict[str, Context] = {
    "complaint": of_form("complaint_form", "complaint_consent"),
    "dispute": of_form("dispute_form", "dispute_file"),
    "call": of_form("callback_form", "callback_phone_confirmed"),
    "no call": by_button('/cancel_callback{"choice":"yes"}'),
}
EVERY = ACTS | FREE

EDITS: dict[str, tuple[str, ...]] = {
    "zh-Hans": (
        "好，但地址改一下", "对，不过要两双", "可以，不过手机号不是这个", "行，但要黑色的那个", "好的，只办第二个",
        "可以但是寄到公司", "对，改成明天下午", "好，除了那个杯子",
    ),
    "zh-Hant": (
        "好，但地址改一下", "係，但係改做黑色", "可以，不過手機號不是這個", "對，不過要兩雙", "好的，只辦第二個",
        "可以但是寄到公司", "得，不過改聽日先", "好，除了那個杯子",
    ),
    "en": (
        "yes but send it to the office", "yes, only make it 5pm", "ok but refund not voucher", "yes just the second one",
        "sure, but use my other number", "yes but two of them", "ok, except the mug", "yes, make it the black one",
    ),
}  # fmt: skip
CONDITIONS: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("可以，如果是免费的话", "要是今天能到就行", "好，除非要扣积分", "不扣积分的话可以", "只要不掉级就行"),
    "zh-Hant": ("可以，如果是免費的話", "要是今天能到就行", "好，除非要扣點數", "得，如果唔使錢", "只要不掉級就行"),
    "en": ("yes if it's free", "only if I keep my level", "ok, unless it costs points", "sure, as long as it is free",
           "yes provided I get it today"),
}  # fmt: skip
HESITATIONS: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("好吧…等等", "应该可以吧", "嗯……我再想想", "好，等一下"),
    "zh-Hant": ("好吧…等等", "應該可以吧", "嗯……我再想想", "得，等陣先"),
    "en": ("yes I guess... wait", "ok hmm let me think", "I guess so", "yes, hold on"),
}
COSTS: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("好，那我的积分会没吗？", "可以，要不要钱？", "行，之后还能反悔吗", "可以那要扣多少钱"),
    "zh-Hant": ("好，那我的點數會沒了嗎？", "可以，要收費嗎？", "得，之後仲可唔可以反悔", "好，手續費多少"),
    "en": ("yes - will I lose my points then?", "ok, does it cost anything?", "sure, can I undo it later?",
           "yes, is it free?"),
}  # fmt: skip
HARMLESS: dict[str, tuple[str, str]] = {
    "zh-Hans": ("好，什么时候能好？", "什么时候能好"),
    "zh-Hant": ("好，什麼時候會好？", "什麼時候會好"),
    "en": ("yes, when will it be done?", "when will it be done?"),
}
OTHERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "zh-Hans": (("好，再帮我查下快递", "查下快递", "ask_parcel"), ("可以。顺便看看我的余额", "看看我的余额", "ask_points_balance")),
    "zh-Hant": (("好，再幫我查下快遞", "查下快遞", "ask_parcel"), ("可以。順便看看我的點數", "看看我的點數", "ask_points_balance")),
    "en": (("yes, and what's my balance?", "what's my balance", "ask_points_balance"),
           ("sure, also show me my orders", "show me my orders", "ask_order_status")),
}  # fmt: skip
NOES: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("不是，是上一个订单", "不，给我打电话吧"),
    "zh-Hant": ("不是，是上一張訂單", "不要，打電話給我"),
    "en": ("no, the other one", "no but call me instead"),
}
PLAIN: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("好", "好的，谢谢", "可以，麻烦了", "嗯嗯，对的", "好，快点", "没问题，办吧"),
    "zh-Hant": ("好", "好的，謝謝", "可以，麻煩了", "係呀，唔該", "好，快啲", "沒問題，辦吧"),
    "en": ("yes", "yes please", "ok thanks", "sure, go ahead", "yes, as soon as possible please", "ok, do it now"),
}


def agrees(step: Step, context: Context) -> bool:
    """Whether the step carries the act out, by its button or as a yes that a form reads."""
    if step.payload is not None:
        return any(each["payload"] == step.payload and each.get("answer") == "yes" for each in context.expects.options)
    if any(str(each.get("value")).startswith("yes_but") for each in (step.heard or {}).get("entities", ())):
        return False
    answer = consent.read(step.text).answer
    reads_yes = context.expects.form is not None and answer is Answer.YES
    doubts = answer in (Answer.NO, Answer.NOT_YET) or (answer is None and consent.doubts(step.text))
    return reads_yes or (step.intent == "affirm" and not doubts)


def carried_out(steps: Heard, context: Context) -> bool:
    return any(agrees(step, context) for step in steps.steps)


def cases(kinds: dict[str, tuple[str, ...]], acts: dict[str, Context]) -> list[tuple[str, str]]:
    return [(act, text) for act in acts for script in SCRIPTS for text in kinds[script]]


def ways(text: str, beside: str = "nlu_fallback", sure: float = 0.35) -> list:  # type: ignore[type-arg]
    """The message as Rasa may hear it: all of it a yes, or its first clause one and the rest something else."""
    count = len(said(text, "affirm").clauses)
    found = [said(text, "affirm", 0.9), said(text, beside, sure)]
    if count:
        found.append(said(text, "affirm", 0.8, *[("affirm", 0.9)], *[(beside, sure)] * (count - 1)))
    return found


NOTED = {"可以但是寄到公司", "yes but send it to the office"}
"""Told beside the yes to a return, these are written down for those who see to it."""


@pytest.mark.parametrize(
    ("act", "text"), [each for each in cases(EDITS, EVERY) if each[0] != "return" or each[1] not in NOTED]
)
def test_a_yes_with_an_edit_carries_nothing_out(act: str, text: str) -> None:
    for message in ways(text):
        assert not carried_out(hear(message, EVERY[act]), EVERY[act])


@pytest.mark.parametrize(("act", "text"), cases(CONDITIONS, EVERY))
def test_a_condition_is_no_yes(act: str, text: str) -> None:
    for message in ways(text):
        assert not carried_out(hear(message, EVERY[act]), EVERY[act])


@pytest.mark.parametrize(("act", "text"), cases(HESITATIONS, EVERY))
def test_a_hesitation_is_no_yes(act: str, text: str) -> None:
    for message in ways(text, "hesitate", 0.8):
        assert not carried_out(hear(message, EVERY[act]), EVERY[act])


@pytest.mark.parametrize(("act", "text"), cases(COSTS, ACTS))
def test_what_may_change_the_mind_is_answered_first(act: str, text: str) -> None:
    for message in ways(text, "ask_faq", 0.7):
        assert not carried_out(hear(message, ACTS[act]), ACTS[act])


@pytest.mark.parametrize(("act", "script"), [(act, script) for act in EVERY for script in SCRIPTS])
def test_a_harmless_question_is_answered_beside_the_act(act: str, script: str) -> None:
    text, question = HARMLESS[script]
    for message in ways(text, "ask_faq", 0.7)[1:]:
        steps = hear(message, EVERY[act])
        told = [*(step.text for step in steps.steps if not agrees(step, EVERY[act])), steps.then]
        assert carried_out(steps, EVERY[act])
        assert any(question in each for each in told)


@pytest.mark.parametrize(
    ("act", "text", "wish", "intent"),
    [(act, *each) for act in EVERY for script in SCRIPTS for each in OTHERS[script]],
)
def test_another_wish_is_served_beside_the_act(act: str, text: str, wish: str, intent: str) -> None:
    message = said(text, intent, 0.7, *[("affirm", 0.9), (intent, 0.9)][-len(said(text, intent).clauses) :])
    steps = hear(message, EVERY[act])
    told = [*(step.text for step in steps.steps if not agrees(step, EVERY[act])), steps.then]
    assert carried_out(steps, EVERY[act])
    assert any(wish in each for each in told)


@pytest.mark.parametrize(("act", "text"), cases(NOES, EVERY))
def test_what_is_said_beside_a_no_is_heard(act: str, text: str) -> None:
    for message in ways(text, "inform", 0.5):
        steps = hear(message, EVERY[act])
        assert not carried_out(steps, EVERY[act])


@pytest.mark.parametrize(("act", "text"), cases(PLAIN, EVERY))
def test_a_plain_yes_stays_one(act: str, text: str) -> None:
    for message in ways(text, "affirm", 0.9):
        assert carried_out(hear(message, EVERY[act]), EVERY[act])
