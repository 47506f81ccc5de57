"""What a message tells an open form, and what it asks beside that."""

import pytest

from bot.hearing.answers import answer_kept, form_answer
from bot.hearing.answers.form_answer import Apart
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, Step
from tests.bot.hearing.words import asked, heard, option, said

INFORM, LOST, FAQ = ("inform", 0.95), ("nlu_fallback", 0.35), ("ask_faq", 0.9)
IN_RETURN = asked(form="return_form", slot="return_new_size")
IS_IT = (option("是", "/affirm"), option("不是，选别的", "/deny"))


class TestParted:
    @pytest.mark.parametrize(
        ("text", "told", "question"),
        [
            ("39 码，什么时候能到", "39 码", "什么时候能到"),
            ("39 號 什麼時候能到", "39 號", "什麼時候能到"),
            ("size 39 please, when will it come?", "size 39 please", "when will it come?"),
            ("什么时候能到？39 码", "39 码", "什么时候能到？"),
        ],
    )
    def test_what_is_told_stands_before_or_behind_what_is_asked(self, text: str, told: str, question: str) -> None:
        assert form_answer.parted(said(text, "nlu_fallback", 0.35), IN_RETURN) == Apart(told, question)

    def test_a_dash_parts_them_too(self) -> None:
        assert form_answer.parted(said("43 — is there a fee?", "ask_faq"), IN_RETURN) == Apart("43", "is there a fee?")

    @pytest.mark.parametrize(
        "text",
        [
            "什么时候能到，运费谁出", "39 码，谢谢", "好的，运费谁出", "不要了，什么时候退钱", "等一下，运费谁出",
            "ok, who pays the postage?", "運費誰出，39 號，幾天到",
        ],
    )  # fmt: skip
    def test_nothing_is_parted_where_only_one_is_done_or_the_answer_is_a_yes_a_no_or_a_pause(self, text: str) -> None:
        assert form_answer.parted(said(text, "nlu_fallback", 0.35), IN_RETURN) is None

    def test_a_story_is_left_whole(self) -> None:
        context = asked(form="complaint_form", slot="complaint_description")
        assert form_answer.parted(said("左耳没声音，会换新的吗", "report_fault"), context) is None

    def test_without_a_form_nothing_is_told_to_one(self) -> None:
        assert form_answer.parted(said("39 码，什么时候能到", "ask_parcel"), asked()) is None


class TestMayBeLost:
    def test_a_yes_that_does_something_is_never_tried(self) -> None:
        assert not form_answer.may_be_lost(asked(*IS_IT, form="return_form", slot="return_confirmed").expects)

    def test_whether_it_is_that_thing_may_be_passed_by_telling_more(self) -> None:
        assert form_answer.may_be_lost(asked(*IS_IT, form="return_form", slot="return_line_confirmed").expects)


class TestTheAnswerFirst:
    """What surely answers is the step, and the rest is heard behind it."""

    @pytest.mark.parametrize(
        ("text", "name"), [("林小雨 入会要钱吗", "林小雨"), ("Mary Lee, do i need a phone number?", "Mary Lee,")]
    )
    def test_a_name_beside_a_question(self, text: str, name: str) -> None:
        found = hear(said(text, "out_of_scope", 0.7, INFORM, FAQ), asked(form="join_form", slot="join_name"))
        assert (found.steps[0].text, found.steps[0].intent) == (name, "inform")
        assert found.then == text.removeprefix(name).strip()

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("太小了 另外想问你们有卖围巾吗", "太小了"), ("太小了 另外想問你們有賣圍巾嗎", "太小了")],
    )
    def test_why_beside_another_matter_that_is_announced(self, text: str, reason: str) -> None:
        context = asked(*IS_IT, form="return_form", slot="return_line_confirmed")
        found = hear(said(text, "ask_product", 0.93, INFORM, ("ask_product", 0.94)), context)
        assert [step.text for step in found.steps] == [reason]
        assert "围巾" in found.then or "圍巾" in found.then

    def test_a_reward_beside_another_figure_that_is_announced(self) -> None:
        context = asked(option("100 元券", "/inform"), form="redeem_form", slot="redeem_reward")
        text = "茶葉罐 另外我的點數哪天到期"
        found = hear(said(text, "ask_points_expiring", 0.92, INFORM, ("ask_points_expiring", 0.99)), context)
        assert ([step.text for step in found.steps], found.then) == (["茶葉罐"], "我的點數哪天到期")


def test_the_dots_of_an_address_end_no_sentence() -> None:
    parts = form_answer.parted(
        said("meiling@example.com 不填電話可以嗎", "nlu_fallback", 0.35), asked(form="join_form", slot="join_contact")
    )
    assert parts == Apart("meiling@example.com", "不填電話可以嗎")


class TestAQuestionBehindAnAnswer:
    """It asks how that is with what the form brings, and does nothing."""

    @pytest.mark.parametrize(
        ("form", "text", "intent"),
        [
            ("profile_form", "改了今年还有生日礼吗", "update_profile"),
            ("join_form", "do i need a phone number for that?", "ask_profile"),
            ("invoice_form", "能寄到另一個信箱嗎", "ask_profile"),
            ("redeem_form", "when would it ship?", "ask_parcel"),
            ("callback_form", "is it free?", "nlu_fallback"),
        ],
    )
    def test_is_put_to_the_articles(self, form: str, text: str, intent: str) -> None:
        context = asked(form=form, slot="open")
        rest = answer_kept.of_the_rest(Heard.of(Step(text, heard(text, intent, 0.9))), context)
        assert rest is not None
        assert [step.intent for step in rest.steps] == ["ask_faq"]

    @pytest.mark.parametrize(
        ("form", "text", "intent"),
        [
            ("return_form", "when does the new one come?", "ask_parcel"),
            ("redeem_form", "我的点数哪天到期", "ask_points_expiring"),
            ("profile_form", "改到另一个号码行吗", "update_profile"),
        ],
    )
    def test_stays_where_the_form_or_its_own_action_knows_it(self, form: str, text: str, intent: str) -> None:
        context = asked(form=form, slot="open")
        rest = answer_kept.of_the_rest(Heard.of(Step(text, heard(text, intent, 0.9))), context)
        assert rest is not None
        assert [step.intent for step in rest.steps] == [intent]
