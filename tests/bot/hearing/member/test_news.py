"""A bare "stop" after news that nobody asked for stops them; without such news, amid a form or with more words it is
what it always was."""

import pytest

from actions.kit.asked import stop_supposed
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation
from crm_store.proactive import NEWS
from tests.bot.hearing.words import said as words_said

TOLD = Context().told(NEWS, "new_goods", at=3)


def heard(text: str, context: Context, *, intent: str = "cancel") -> str | None:
    said = Said(text, {"text": text, "intent": {"name": intent, "confidence": 0.99}, "entities": []})
    return hear(said, context).steps[0].intent


@pytest.mark.parametrize("text", ["stop", "STOP!", "停", "T", "td", "退订，谢谢", "取消", "cancel please"])
def test_one_word_is_enough(text: str) -> None:
    assert heard(text, TOLD) == "opt_out"


def test_elsewhere_it_is_what_it_was() -> None:
    assert heard("stop", Context()) == "cancel"
    assert heard("stop", Context(Expectation(form="return_form"), TOLD.focus)) == "cancel"
    assert heard("stop my order please", TOLD, intent="cancel_order") == "cancel_order"


@pytest.mark.parametrize("text", ["别老让我打分", "别总让我评分了"])
def test_not_wanting_to_be_asked_for_a_rating_is_no_rating(text: str) -> None:
    assert heard(text, Context(), intent="rate_service") == "opt_out"


@pytest.mark.parametrize(
    ("text", "intent", "meant"),
    [
        ("退款通知不用傳了", "ask_refund_status", "opt_out"),
        ("turn the parcel notifications off, no more of them", "ask_parcel", "opt_out"),
        ("退款到了吗", "ask_refund_status", "ask_refund_status"),
        ("订单通知还有没有", "ask_order_status", "ask_order_status"),
    ],
)
def test_a_notice_that_is_to_stop_is_no_question_about_its_thing(text: str, intent: str, meant: str) -> None:
    assert heard(text, Context(), intent=intent) == meant


SUPPOSED = [
    ("if i only stop the texts are my points safe?", "opt_out"),
    ("do i lose the points if i only unsubscribe?", "ask_points_rules"),
    ("would my level stay if I opted out of the emails", "ask_tier"),
    ("如果我只是不收短信，积分还在吗", "ask_points_rules"),
    ("万一退订了会员等级会掉吗", "opt_out"),
    ("取消短訊的話點數還在嗎", "opt_out"),
    ("咁如果我唔收短訊，啲積分仲喺唔喺度", "cancel"),
]


@pytest.mark.parametrize(("text", "intent"), SUPPOSED)
def test_what_stopping_would_change_is_asked_of_the_news(text: str, intent: str) -> None:
    assert heard(text, Context(), intent=intent) == "opt_out"
    assert stop_supposed.is_asked(text)


@pytest.mark.parametrize("wait", ["wait dont delete anything yet. ", "等等先别删。"])
def test_amid_leaving_what_is_put_off_is_left_before_it_is_answered(wait: str) -> None:
    text = f"too many msgs. {wait}if i only stop the texts are my points safe?"
    amid = Context(Expectation(form="leave_form", slot="leave_reason"))
    said = Said(text, {"text": text, "intent": {"name": "opt_out", "confidence": 0.9}, "entities": []})
    assert [(step.intent, step.text.endswith("points safe")) for step in hear(said, amid).steps] == [
        ("deny_act", False),
        ("opt_out", True),
    ]


@pytest.mark.parametrize(
    "text",
    ["如果再发短信我就退订", "if you text me once more I'll unsubscribe", "stop the texts, how many points do I have?",
     "别发广告了", "what happens to my points if I leave?", "我退訂了點數怎麼沒了"],
)  # fmt: skip
def test_a_wish_or_a_threat_supposes_nothing(text: str) -> None:
    assert not stop_supposed.is_asked(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ok perfect. get me the thermos. and no im not leaving anymore, changed my mind",
         ("affirm", "redeem_points", "cancel", "cancel")),
        ("换那个保温杯吧，我不退会了", ("redeem_points", "deny_act")),
        ("幫我換保溫杯，不退會了", ("redeem_points", "deny_act")),
    ],
)  # fmt: skip
def test_leaving_is_dropped_and_the_reward_asked_about(text: str, parts: tuple[str, ...]) -> None:
    amid = Context(Expectation(form="leave_form", slot="leave_reason"))
    message = words_said(text, "nlu_fallback", 0.3, *((part, 0.8) for part in parts))
    named = [{"entity": "reward", "value": "thermos", "start": 0, "end": 1}]
    clauses = [(clause, {**heard, "entities": named}) for clause, heard in message.clauses]
    steps = hear(Said(text, message.whole, clauses), amid).steps
    assert [step.intent for step in steps] == ["deny_act", "redeem_points"]


def test_a_question_about_a_reward_redeems_nothing() -> None:
    amid = Context(Expectation(form="leave_form", slot="leave_reason"))
    message = words_said("can i get the thermos? im not leaving anymore", "nlu_fallback", 0.3,
                         ("redeem_points", 0.8), ("deny_act", 0.8))  # fmt: skip
    assert "redeem_points" not in [step.intent for step in hear(message, amid).steps]
