"""A yes with more beside it, to every question whose yes carries out an act, in six kinds and three scripts.

An edit, a condition and a hesitation carry nothing out; another wish is served beside the act; a question about what
the act costs is answered first.
"""

import pytest

from actions.kit.words import consent, yes_but
from actions.kit.words.consent import Answer
from actions.kit.words.yes_but import YesBut
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import Step, confidence_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

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
        "yes but send it to the office", "yes, only make it 5pm", "ok but refund not voucher",
        "yes just the second one",
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
    "zh-Hans": (("好，再帮我查下快递", "查下快递", "ask_parcel"),
                ("可以。顺便看看我的余额", "看看我的余额", "ask_points_balance")),
    "zh-Hant": (("好，再幫我查下快遞", "查下快遞", "ask_parcel"),
                ("可以。順便看看我的點數", "看看我的點數", "ask_points_balance")),
    "en": (("yes, and what's my balance?", "what's my balance", "ask_points_balance"),
           ("sure, and show me my orders", "show me my orders", "ask_order_status")),
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
    carried = [str(each.get("value")) for each in (step.heard or {}).get("entities", ())]
    if any(yes_but.read(value) or value.startswith("return_asked:") for value in carried):
        return False
    if step.intent == "redeem_points":
        return False  # So many of them, another one: the form asks once more.
    answer = consent.read(step.text).answer
    reads_yes = context.expects.form is not None and answer is Answer.YES and step.intent != "hesitate"
    # A no that hearing made out of it ("but use my other number") is one to the form.
    reads_yes = reads_yes and not (step.intent == "deny" and confidence_of(step.heard or {}) == 1.0)
    doubts = answer in (Answer.NO, Answer.NOT_YET) or (answer is None and consent.doubts(step.text))
    return reads_yes or (step.intent == "affirm" and not doubts)


def carried_out(message: Said, acts: dict[str, Context]) -> list[str]:
    """The acts that the message carries out."""
    found = {act: hear(message, context) for act, context in acts.items()}
    return [act for act, heard in found.items() if any(agrees(step, acts[act]) for step in heard.steps)]


def beside(message: Said, context: Context) -> str:
    """What is heard beside the act, and after it."""
    heard = hear(message, context)
    return " ".join([*(step.text for step in heard.steps if not agrees(step, context)), heard.then])


def each(kinds: dict[str, tuple[str, ...]]) -> list[str]:
    return [text for script in SCRIPTS for text in kinds[script]]


def ways(text: str, beside: str = "nlu_fallback", sure: float = 0.35) -> list[Said]:
    """The message as Rasa may hear it: all of it a yes, its rest something else, or its first clause a yes."""
    count = len(said(text, "affirm").clauses)
    found = [said(text, "affirm", 0.9), said(text, beside, sure)]
    if beside == "nlu_fallback":
        # The "but" of a yes is often taken for a no.
        found.append(said(text, "deny", 0.9))
    if count:
        found.append(said(text, "affirm", 0.8, *[("affirm", 0.9)], *[(beside, sure)] * (count - 1)))
    return found


NOTED = {"可以但是寄到公司", "yes but send it to the office"}
"""Told beside the yes to a return, these are written down for those who see to it."""


@pytest.mark.parametrize("text", each(EDITS))
def test_a_yes_with_an_edit_carries_nothing_out(text: str) -> None:
    acts = {act: context for act, context in EVERY.items() if act != "return" or text not in NOTED}
    assert [carried_out(message, acts) for message in ways(text)] == [[]] * len(ways(text))


@pytest.mark.parametrize("text", [text for text in each(EDITS) if text != "yes just the second one"])
def test_the_edit_goes_to_the_form_without_its_yes(text: str) -> None:
    (step,) = hear(said(text, "affirm", 0.9), ACTS["invoice"]).steps
    assert step.text in text
    assert consent.parted_yes(step.text)[0] == ""
    assert yes_but.read((step.heard or {})["entities"][-1]["value"]) is YesBut.EDIT


@pytest.mark.parametrize("text", each(CONDITIONS))
def test_a_condition_is_no_yes(text: str) -> None:
    assert [carried_out(message, EVERY) for message in ways(text)] == [[]] * len(ways(text))


@pytest.mark.parametrize("text", ["可以的话就办吧", "yes please, if you can", "好，方便的话尽快"])
def test_a_polite_if_is_no_condition(text: str) -> None:
    assert carried_out(said(text, "affirm", 0.9), EVERY) == list(EVERY)


@pytest.mark.parametrize("text", each(HESITATIONS))
def test_a_hesitation_is_no_yes(text: str) -> None:
    messages = ways(text, "hesitate", 0.8)
    assert [carried_out(message, EVERY) for message in messages] == [[]] * len(messages)


@pytest.mark.parametrize("text", each(COSTS))
def test_what_may_change_the_mind_is_answered_first(text: str) -> None:
    messages = ways(text, "ask_faq", 0.7)
    assert [carried_out(message, ACTS) for message in messages] == [[]] * len(messages)
    assert all(hear(message, ACTS["leaving"]).steps for message in messages)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_harmless_question_is_answered_beside_the_act(script: str) -> None:
    text, question = HARMLESS[script]
    for message in ways(text, "ask_faq", 0.7)[1:]:
        assert carried_out(message, EVERY) == list(EVERY)
        assert all(question in beside(message, context) for context in EVERY.values())


@pytest.mark.parametrize(("text", "wish", "intent"), [wish for script in SCRIPTS for wish in OTHERS[script]])
def test_another_wish_is_served_beside_the_act(text: str, wish: str, intent: str) -> None:
    message = said(text, intent, 0.7, *[("affirm", 0.9), (intent, 0.9)][-len(said(text, intent).clauses) :])
    assert carried_out(message, EVERY) == list(EVERY)
    assert all(wish in beside(message, context) for context in EVERY.values())


@pytest.mark.parametrize("text", each(NOES))
def test_what_is_said_beside_a_no_carries_nothing_out(text: str) -> None:
    messages = ways(text, "inform", 0.5)
    assert [carried_out(message, EVERY) for message in messages] == [[]] * len(messages)


@pytest.mark.parametrize("text", each(PLAIN))
def test_a_plain_yes_stays_one(text: str) -> None:
    messages = ways(text, "affirm", 0.9)
    assert [carried_out(message, EVERY) for message in messages] == [list(EVERY)] * len(messages)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("好 登记。可以今天就带去吗还是要等审核", "可以今天就带去吗还是要等审核"),
        ("好 登記。可以今天就帶去嗎還是要等審核", "可以今天就帶去嗎還是要等審核"),
    ],
)
def test_a_harmless_question_behind_the_act_by_its_name_is_heard_after_it(text: str, asked: str) -> None:
    message = said(text, "nlu_fallback", 0.35, ("affirm", 0.9), ("nlu_fallback", 0.35))
    assert agrees(hear(message, ACTS["return"]).steps[0], ACTS["return"])
    assert asked in beside(message, ACTS["return"])
