"""What is told of a return beside the yes to it or after it was registered goes to those who see to it."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import option, said

RETURN = "return_or_refund"
LAST = Context(
    Expectation(
        form="return_form",
        slot="return_confirmed",
        options=[option("登记", "/affirm", "yes"), option("先不换", "/deny", "no")],
    )
)
REGISTERED = Context(focus={"return": "R-2026-0007", "done": RETURN, "topic": RETURN, "age": 1})


def is_note(step: Step) -> bool:
    values = {str(each["value"]) for each in entities_of(step.heard or {}) if each["entity"] == "choice"}
    return step.intent == RETURN and "more" in values


class TestBesideTheYes:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("登记吧，新的寄到公司：苏州市工业园区星湖街 218 号", "update_profile"),
            ("好的，放门卫那儿就行", "inform"),
            ("登记，不过外盒没有了", "inform"),
            ("好，麻煩新的送到管理室", "inform"),
            ("yes please, and leave it with the neighbour at no. 4", "inform"),
            ("yes, but the box is gone", "deny"),
            ("yes, but don't come before 3pm", "change_order"),
            ("登记吧，上午别来取", "deny"),
            ("登記，不過星期六別來收", "inform"),
        ],
    )
    def test_it_is_registered_and_noted(self, text: str, intent: str) -> None:
        agreed, noted = hear(said(text, intent, 0.8), LAST).steps
        assert agreed.payload == "/affirm"
        assert is_note(noted)
        assert noted.text in text

    @pytest.mark.parametrize(
        "text", ["yes, but I'll come back to it before Monday", "好，我明天再来", "登記吧，不過我星期六再來"]
    )
    def test_who_comes_back_later_tells_no_time_for_the_collection(self, text: str) -> None:
        assert not any(is_note(step) for step in hear(said(text, "inform", 0.8), LAST).steps)

    def test_another_matter_is_served_after_both(self) -> None:
        text = "登记，新的放快递柜，顺便看下我有多少积分"
        steps = hear(
            said(text, "ask_points_balance", 0.9, ("affirm", 0.9), ("inform", 0.5), ("ask_points_balance", 0.9)), LAST
        ).steps
        assert [step.payload or step.intent for step in steps] == ["/affirm", RETURN, "ask_points_balance"]

    @pytest.mark.parametrize(
        "text",
        [
            "登记吧，不过先别，我找找盒子",
            "嗯……新的寄到哪里",
            "新的能寄到公司吗",
            "好，還是退錢吧，不用寄新的到公司了",
            "yes, but not yet, the box might turn up",
        ],
    )
    def test_who_takes_it_back_or_asks_has_registered_nothing(self, text: str) -> None:
        steps = hear(said(text, "inform", 0.5), LAST).steps
        assert not any(is_note(step) for step in steps)

    @pytest.mark.parametrize("text", ["登记吧。要是 44 又不合适呢", "go ahead. what if they don't fit either?"])
    def test_a_question_of_a_later_day_does_not_hold_up_the_yes(self, text: str) -> None:
        first, asked = hear(said(text, "ask_faq", 0.5), LAST).steps
        assert first.payload == "/affirm"
        assert asked.intent == RETURN

    def test_a_condition_does(self) -> None:
        steps = hear(said("登记吧，如果不用我出运费的话", "affirm", 0.5), LAST).steps
        assert all(step.payload != "/affirm" for step in steps)


class TestAfterwards:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("新的请寄到这里：成都市锦江区红星路 35 号", "update_profile"),
            ("就刚才登记的换货，新耳机送到我公司前台", "return_or_refund"),
            ("地址记了没？南京市鼓楼区中山路 18 号", "ask_profile"),
            ("補充一下，右邊那個也有雜音", "report_fault"),
            ("外盒丢了", "nlu_fallback"),
            ("please hand it to the concierge", "inform"),
            ("the strap is torn as well", "report_fault"),
        ],
    )
    def test_what_is_told_goes_to_the_return(self, text: str, intent: str) -> None:
        (step,) = hear(said(text, intent, 0.8), REGISTERED).steps
        assert is_note(step)

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("退货地址是哪里", "ask_faq"),
            ("帮我改一下会员资料里的邮箱", "update_profile"),
            ("还是退钱吧", "return_or_refund"),
            ("我另一个订单的收货地址要改", "change_order"),
            ("謝謝", "thank"),
            ("can you send it to another address?", "ask_faq"),
            ("how many points do I have", "ask_points_balance"),
        ],
    )
    def test_another_wish_or_a_question_does_not(self, text: str, intent: str) -> None:
        assert not any(is_note(step) for step in hear(said(text, intent, 0.9), REGISTERED).steps)

    def test_nor_when_no_return_was_registered(self) -> None:
        spoken_of = Context(focus={"return": "R-2026-0007", "topic": "ask_refund_status", "age": 0})
        assert not any(is_note(step) for step in hear(said("放门口就行", "inform", 0.6), spoken_of).steps)


class TestWhatIsNoNote:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("电饭煲是另外一件事 不热了想换一台", "report_fault"),
            ("另外那個檯燈也壞了，換個新的", "report_fault"),
            ("不对，我要退钱", "return_or_refund"),
            ("the kettle leaks as well, i want it replaced", "report_fault"),
        ],
    )
    def test_a_wish_for_money_a_new_one_or_a_repair_is_served(self, text: str, intent: str) -> None:
        assert not any(is_note(step) for step in hear(said(text, intent, 0.7), REGISTERED).steps)

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("不是备注!! 电饭煲要换货", RETURN),
            ("這不是備註，電鍋要換貨", RETURN),
            ("that was not a note, i want the kettle replaced", RETURN),
        ],
    )
    def test_who_says_so_has_the_note_taken_back_and_the_wish_served(self, text: str, intent: str) -> None:
        noted = Context(focus={**REGISTERED.focus, "noted": "电饭煲要换货"})
        back, wish = hear(said(text, intent, 0.6), noted).steps
        assert "no_note" in {str(each["value"]) for each in entities_of(back.heard or {})}
        assert wish.intent == RETURN
        assert not is_note(wish)
        assert not any(word in wish.text for word in ("备注", "備註", "note"))

    def test_without_a_note_there_is_none_to_take_back(self) -> None:
        steps = hear(said("不是备注，电饭煲要换货", RETURN, 0.6), REGISTERED).steps
        assert not any("no_note" in str(entities_of(step.heard or {})) for step in steps)

    @pytest.mark.parametrize("text", ["上门取件写进去了没", "門衛那個備註了嗎", "did you note the concierge"])
    def test_whether_it_is_noted_is_answered(self, text: str) -> None:
        step = hear(said(text, "nlu_fallback", 0.4), REGISTERED).steps[0]
        assert "noted" in {str(each["value"]) for each in entities_of(step.heard or {})}
