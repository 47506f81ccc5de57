"""What a message means in its conversation: a customer's words in, the steps they take out."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import FALLBACK, entities_of
from crm_store.conversations import Context, Option
from tests.bot.hearing.words import asked, heard, option, said

NOTHING = Context()
CHASE, FILE, PERSON = option("先帮我催", "/chase"), option("登记投诉", "/affirm"), option("找真人", "/request_human")
YES, NO = option("好，取消电话", '/cancel_callback{"choice":"yes"}', "yes"), option("先留着", "/deny", "no")


class TestItsOwnQuestion:
    @pytest.mark.parametrize("text", ["先帮我催", "那就先帮我催一下吧", "第一个", "1", "①", "催", "頭一個"])
    def test_words_for_a_button_press_it(self, text: str) -> None:
        (step,) = hear(said(text, "inform", 0.4), asked(CHASE, FILE, PERSON)).steps
        assert step.payload == "/chase"

    def test_the_last_one(self) -> None:
        assert hear(said("最后一个", "inform", 0.4), asked(CHASE, FILE, PERSON)).steps[0].payload == "/request_human"

    def test_a_part_that_two_buttons_share_presses_neither(self) -> None:
        options = asked(option("100 元券", "/a"), option("50 元券", "/b"))
        assert hear(said("元券", "inform", 0.9), options).steps[0].payload is None

    def test_a_question_about_the_second_one_is_no_choice_of_it(self) -> None:
        (step,) = hear(said("第二个多少钱啊", "ask_product"), asked(CHASE, FILE)).steps
        assert (step.payload, step.intent) == (None, "ask_product")

    def test_a_yes_in_any_words_presses_the_button_that_names_the_act(self) -> None:
        assert hear(said("嗯，可以", "inform", 0.4), asked(YES, NO)).steps[0].payload == YES["payload"]

    def test_a_yes_that_repeats_the_act_is_a_yes_and_one_that_hedges_is_none(self) -> None:
        assert hear(said("是的，都取消", "inform", 0.4), asked(YES, NO)).steps[0].payload == YES["payload"]
        for hedged in ("好，但周五的留着", "是的，不要取消", "好，哪个电话"):
            assert hear(said(hedged, "inform", 0.4), asked(YES, NO)).steps[0].payload is None

    def test_a_no_presses_the_other(self) -> None:
        assert hear(said("不用了", "cancel"), asked(YES, NO)).steps[0].payload == "/deny"

    def test_hesitation_presses_none(self) -> None:
        (step,) = hear(said("我再想想吧", "affirm", 0.9), asked(YES, NO)).steps
        assert (step.payload, step.intent) == (None, "hesitate")

    def test_what_is_asked_beside_a_yes_is_answered_first_and_does_not_ask_again(self) -> None:
        steps = hear(
            said("是的，运费谁出", "affirm", 0.9, ("affirm", 0.9), ("ask_faq", 0.9)),
            asked(option("是", "/affirm"), option("不是", "/deny"), form="return_form", slot="return_line_confirmed"),
        ).steps
        assert [step.intent for step in steps] == ["ask_faq", "affirm"]
        assert [step.resumes for step in steps] == [False, True]

    def test_words_beside_a_no_that_are_no_wish_stay_with_the_form(self) -> None:
        (step,) = hear(
            said("不是，是四件套", "deny", 0.9, ("deny", 0.9), ("inform", 0.9)),
            asked(option("是", "/affirm"), option("不是", "/deny"), form="return_form", slot="return_line_confirmed"),
        ).steps
        assert (step.text, step.intent) == ("不是，是四件套", "deny")

    def test_wanting_time_is_no_content_for_a_form(self) -> None:
        (step,) = hear(said("等一下哈", "inform", 0.8), asked(form="profile_form", slot="profile_name")).steps
        assert step.intent == "hesitate"

    def test_an_old_question_is_not_what_is_answered(self) -> None:
        context = Context.read(
            {"expects": {"options": [CHASE, FILE], "asked_at": "2020-01-01T00:00:00+00:00"}, "focus": {}}
        )
        assert hear(said("第一个", "inform", 0.4), context).steps[0].payload is None


class TestATitleFromTheOtherSide:
    KINDS = (option("late delivery", "/late"), option("how we treated you", "/service"))

    @pytest.mark.parametrize("text", ["how you treated me", "How you treated me"])
    def test_us_and_you_are_taken_the_other_way_round(self, text: str) -> None:
        (step,) = hear(said(text, "make_complaint", 0.35), asked(*self.KINDS)).steps
        assert step.payload == "/service"

    def test_other_words_choose_nothing(self) -> None:
        (step,) = hear(said("how it treated her", "make_complaint", 0.35), asked(*self.KINDS)).steps
        assert step.payload is None


class TestDenied:
    @pytest.mark.parametrize(
        ("text", "intent", "act"),
        [
            ("千万别给我退订", "opt_out", "opt_out"),
            ("我没想要退会啊", "cancel_membership", "cancel_membership"),
            ("先別幫我取消訂單", "cancel_order", "cancel_order"),
            ("不用再打電話過來了", "request_callback", "request_callback"),
            ("I do not want to return it", "return_or_refund", "return_or_refund"),
            ("no need to call me back", "request_callback", "request_callback"),
            ("唔使打電話俾我", "request_callback", "request_callback"),
            ("不取消了", "cancel_order", "cancel_order"),
        ],
    )
    def test_an_act_that_is_denied_is_not_begun(self, text: str, intent: str, act: str) -> None:
        (step,) = hear(said(text, intent), NOTHING).steps
        assert step.intent == "deny_act"
        assert [entity["value"] for entity in entities_of(step.heard or {}) if entity["entity"] == "act"] == [act]

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("别忘了取消我那单", "cancel_order"),
            ("为什么不给退货", "ask_faq"),
            ("不要了，帮我退掉", "return_or_refund"),
            ("don't forget to cancel it", "cancel_order"),
            ("why don't you cancel my order", "cancel_order"),
            ("我不想当会员了，帮我退会", "cancel_membership"),
        ],
    )
    def test_a_negation_of_something_else_is_none_of_the_act(self, text: str, intent: str) -> None:
        assert all(step.intent == intent for step in hear(said(text, intent), NOTHING).steps)

    def test_what_is_wanted_instead_is_served(self) -> None:
        (step,) = hear(
            said("我不是要投诉，就想问包裹到哪了", "make_complaint", 0.8, ("make_complaint", 0.9), ("ask_parcel", 0.9)),
            NOTHING,
        ).steps
        assert (step.intent, step.text) == ("ask_parcel", "就想问包裹到哪了")

    def test_an_open_form_of_the_act_is_left_first(self) -> None:
        steps = hear(
            said("不退货了，查下积分", "return_or_refund", 0.8, ("return_or_refund", 0.9), ("ask_points_balance", 0.9)),
            asked(form="return_form", slot="return_reason"),
        ).steps
        assert [step.intent for step in steps] == ["deny_act", "ask_points_balance"]


class TestSeveralWishes:
    def test_both_are_served_what_only_asks_first(self) -> None:
        steps = hear(
            said(
                "我要退货，顺便查下积分",
                "return_or_refund",
                0.8,
                ("return_or_refund", 0.9),
                ("ask_points_balance", 0.7),
            ),
            NOTHING,
        ).steps
        assert [step.intent for step in steps] == ["ask_points_balance", "return_or_refund"]

    def test_of_two_that_open_something_the_second_is_kept(self) -> None:
        found = hear(
            said("我要退货，另外开张发票", "return_or_refund", 0.8, ("return_or_refund", 0.9), ("ask_invoice", 0.9)),
            NOTHING,
        )
        assert [step.intent for step in found.steps] == ["return_or_refund"]
        assert [kept["intent"]["name"] for kept in found.kept] == ["ask_invoice"]

    def test_an_act_on_a_guess_never_waits_its_turn_but_is_asked_about_at_the_end(self) -> None:
        opened = hear(
            said("我要退货，另外取消吧", "return_or_refund", 0.8, ("return_or_refund", 0.9), ("cancel_order", 0.5)),
            NOTHING,
        )
        assert [step.intent for step in opened.steps] == ["return_or_refund"]
        assert opened.kept == []
        only_asked = hear(
            said(
                "積分有幾多，另外取消吧", "ask_points_balance", 0.8, ("ask_points_balance", 0.9), ("cancel_order", 0.5)
            ),
            NOTHING,
        )
        assert [step.intent for step in only_asked.steps] == ["ask_points_balance", "nlu_fallback"]
        assert only_asked.kept == []

    def test_parts_of_one_matter_are_one_wish(self) -> None:
        text = "上周买的包裹还没到，我要投诉"
        (step,) = hear(said(text, "make_complaint", 0.9, ("ask_parcel", 0.9), ("make_complaint", 0.9)), NOTHING).steps
        assert (step.text, step.intent) == (text, "make_complaint")

    def test_parts_that_sound_unlike_the_whole_are_a_story(self) -> None:
        (step,) = hear(
            said(
                "上个月买的锅，昨天煮粥糊了，怎么洗",
                "ask_faq",
                0.9,
                ("ask_product", 0.9),
                ("make_complaint", 0.9),
                ("ask_parcel", 0.9),
            ),
            NOTHING,
        ).steps
        assert step.intent == "ask_faq"

    def test_two_nouns_and_one_question(self) -> None:
        steps = hear(
            said("我的积分和快递", "ask_points_balance", 0.6, ("ask_points_balance", 0.9), ("ask_parcel", 0.9)), NOTHING
        ).steps
        assert [step.intent for step in steps] == ["ask_points_balance", "ask_parcel"]


class TestActsOnAGuess:
    def test_two_questions_of_rules_are_both_asked(self) -> None:
        text = "do you ship to Canada and do I pay import duty?"
        steps = hear(said(text, "ask_faq", 0.9, ("ask_faq", 0.9), ("ask_faq", 0.8)), NOTHING).steps
        assert [(step.intent, step.text) for step in steps] == [
            ("ask_faq", "do you ship to Canada"), ("ask_faq", "do I pay import duty"),
        ]  # fmt: skip

    def test_an_act_asked_about_beside_another_wish_is_no_guess(self) -> None:
        text = "how many points have i got, and can i still send back the lamp?"
        parts = ("ask_points_balance", 0.9), ("return_or_refund", 0.5)
        steps = hear(said(text, "ask_rewards", 0.8, *parts), NOTHING).steps
        assert [step.intent for step in steps] == ["ask_points_balance", "return_or_refund"]

    def test_a_doubtful_act_is_asked_about(self) -> None:
        (step,) = hear(said("会员那个弄掉", "cancel_membership", 0.45), NOTHING).steps
        assert step.intent == FALLBACK
        assert (step.heard or {})["intent_ranking"][1]["name"] == "cancel_membership"

    def test_a_clear_one_begins(self) -> None:
        assert hear(said("我要退会", "cancel_membership", 0.95), NOTHING).steps[0].intent == "cancel_membership"

    def test_a_doubtful_question_is_none_of_that(self) -> None:
        assert (
            hear(said("积分还有多少来着", "ask_points_balance", 0.45), NOTHING).steps[0].intent == "ask_points_balance"
        )


class TestAmidAForm:
    REDEEM = asked(
        option("换", "/affirm", "yes"), option("先不换", "/deny", "no"), form="redeem_form", slot="redeem_confirmed"
    )

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("等等，这券买多少才能用", "ask_vouchers"),
            ("what's the smallest basket it works on", "ask_product"),
            ("先講清楚有沒有最低消費", "ask_rewards"),
            ("这个能和生日那张叠着用不", FALLBACK),
        ],
    )
    def test_the_terms_of_a_voucher_are_told_before_it_is_taken(self, text: str, intent: str) -> None:
        (step,) = hear(said(text, intent), self.REDEEM).steps
        assert step.intent == "ask_vouchers"

    def test_another_question_stays_its_own(self) -> None:
        assert hear(said("我还有多少积分", "ask_points_balance"), self.REDEEM).steps[0].intent == "ask_points_balance"

    @pytest.mark.parametrize("text", ["no wait, the 12th is right. leave it", "十二号是对的，维持原样"])
    def test_it_is_left_where_that_is_the_last_word_whatever_figure_stands_before(self, text: str) -> None:
        context = asked(form="profile_form", slot="profile_birthday")
        assert [step.intent for step in hear(said(text, FALLBACK, 0.4), context).steps] == ["cancel"]

    @pytest.mark.parametrize("text", ["ok start it then", "那就开始吧"])
    def test_to_begin_is_a_yes_however_it_is_heard(self, text: str) -> None:
        assert hear(said(text, "cancel", 0.87), asked(YES, NO)).steps[0].payload == YES["payload"]


class TestTakingLeave:
    @pytest.mark.parametrize("text", ["行，那我先去问问我妈", "好的知道了", "right, I'll have a look at home"])
    def test_who_only_takes_leave_is_not_asked_what_was_meant(self, text: str) -> None:
        assert hear(said(text, FALLBACK, 0.35), NOTHING).steps[0].intent == "deny"

    @pytest.mark.parametrize("text", ["算啦，唔問喇，多謝", "算了不问了，谢谢", "never mind, I won't ask, thanks"])
    def test_who_asks_no_more_is_offered_nothing_to_cancel(self, text: str) -> None:
        assert hear(said(text, "cancel", 0.8), NOTHING).steps[0].intent == "deny"

    def test_a_question_or_a_wish_beside_it_is_heard(self) -> None:
        assert hear(said("知道了，那运费谁出？", "ask_faq", 0.9), NOTHING).steps[0].intent == "ask_faq"
        assert hear(said("知道了，帮我退会", "cancel_membership", 0.95), NOTHING).steps[0].intent == "cancel_membership"

    def test_an_open_form_hears_its_answer(self) -> None:
        waiting = asked(form="suggestion_form", slot="suggestion_text")
        assert hear(said("我再看看也行", "inform", 0.4), waiting).steps[0].intent != "deny"


class TestReference:
    LISTED = (option("保温杯", '/ask_product{"choice":"CUP"}'), option("茶罐", '/ask_product{"choice":"TIN"}'))

    @pytest.mark.parametrize("text", ["那第二个呢", "第二个", "and the second one?", "2"])
    def test_things_that_were_listed_can_be_pointed_at_later(self, text: str) -> None:
        (step,) = hear(said(text, "inform", 0.5), Context(focus={"listed": list(self.LISTED)})).steps
        assert step.payload == self.LISTED[1]["payload"]

    def test_a_fragment_goes_on_with_the_topic(self) -> None:
        context = Context(focus={"topic": "ask_tier_benefits", "tier": "gold", "age": 0})
        (step,) = hear(said("and platinum?", "inform", 0.5, tier="platinum"), context).steps
        assert (step.intent, step.follows) == ("ask_tier_benefits", True)

    def test_a_question_about_a_place_goes_on_with_the_article(self) -> None:
        context = Context(focus={"topic": "ask_faq", "article": "shipping_cost", "age": 0})
        (step,) = hear(said("新疆呢", "out_of_scope", 0.9), context).steps
        assert (step.intent, step.follows) == ("ask_faq", True)

    def test_a_message_with_a_subject_of_its_own_does_not(self) -> None:
        context = Context(focus={"topic": "ask_faq", "article": "shipping_cost", "age": 0})
        assert hear(said("那我的积分呢", "ask_points_balance", 0.95), context).steps[0].intent == "ask_points_balance"

    def test_what_is_left_out_comes_from_what_was_spoken_of(self) -> None:
        (step,) = hear(said("发票开一下", "ask_invoice"), Context(focus={"order": "20261119-9004"})).steps
        (entity,) = entities_of(step.heard or {})
        assert (entity["entity"], entity["value"], entity["extractor"]) == ("order_number", "20261119-9004", "focus")

    def test_naming_something_else_is_no_reference(self) -> None:
        (step,) = hear(
            said("手机壳的发票开一下", "ask_invoice", 0.95, product="手机壳"), Context(focus={"order": "20261119-9004"})
        ).steps
        assert [entity["entity"] for entity in entities_of(step.heard or {})] == ["product"]


def test_a_message_with_nothing_around_it_is_one_step_as_understood() -> None:
    message = said("我有多少积分", "ask_points_balance")
    (step,) = hear(message, NOTHING).steps
    assert (step.text, step.heard, step.resumes) == (message.text, heard("我有多少积分", "ask_points_balance"), True)


class TestAnOpenFormIsCalledOff:
    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("那就先不改了", "profile_form"),
            ("逗你的，不用改", "profile_form"),
            ("唔好改住", "profile_form"),
            ("先不加入，回頭再說", "join_form"),
            ("i don't want to join yet", "join_form"),
            ("还是不绑了", "bind_form"),
            ("算了别弄了", "profile_form"),
            ("改天再来", "join_form"),
        ],
    )
    def test_by_its_own_verb_or_for_another_day(self, text: str, form: str) -> None:
        (step,) = hear(said(text, FALLBACK, 0.5), asked(form=form, slot="x")).steps
        assert step.intent == "cancel"

    @pytest.mark.parametrize(
        ("text", "form"),
        [("不改手机，改邮箱吧", "profile_form"), ("不是改名字", "profile_form"), ("明天再来电话", "callback_form")],
    )
    def test_words_that_go_on_with_it_leave_nothing(self, text: str, form: str) -> None:
        steps = hear(said(text, "inform", 0.9), asked(form=form, slot="x")).steps
        assert "cancel" not in [step.intent for step in steps]

    def test_another_field_instead_goes_on_with_the_form(self) -> None:
        talk = said("不改了，还是改邮箱", "update_profile", 0.9, ("deny", 0.9), ("update_profile", 0.9))
        steps = hear(talk, asked(form="profile_form", slot="profile_value")).steps
        assert "cancel" not in [step.intent for step in steps]

    def test_put_off_it_is_left_though_its_wish_is_named(self) -> None:
        talk = said("加入的事，改天再来", "join_membership", 0.9, ("join_membership", 0.9), ("inform", 0.5))
        assert [step.intent for step in hear(talk, asked(form="join_form", slot="x")).steps] == ["cancel"]

    @pytest.mark.parametrize("text", ["好，我今晚影咗相再传给你", "ok, i'll send you the photos, i'll do it tonight"])
    def test_a_yes_that_puts_it_off_registers_nothing(self, text: str) -> None:
        talk = said(text, "nlu_fallback", 0.35, time="x")
        (step,) = hear(talk, asked(form="return_form", slot="return_confirmed")).steps
        assert step.intent == "cancel"
        assert (step.heard or {})["entities"] == []

    @pytest.mark.parametrize(
        "text",
        [
            "别再叫我填一次，我就问投诉到哪一步了",
            "我不要再講一次 我只問投訴處理成點",
            "don't make me explain it again, where is my complaint",
        ],
    )
    def test_who_will_not_go_through_it_once_more_leaves_it_and_is_answered(self, text: str) -> None:
        talk = said(text, "nlu_fallback", 0.35, ("deny_act", 0.4), ("ask_complaint_status", 0.85))
        steps = hear(talk, asked(form="return_form", slot="return_kind")).steps
        assert [step.intent for step in steps] == ["cancel", "ask_complaint_status"]

    def test_once_more_asked_for_leaves_nothing(self) -> None:
        talk = said("可以再登记一次吗", "return_or_refund", 0.7)
        steps = hear(talk, asked(form="return_form", slot="return_kind")).steps
        assert "cancel" not in [step.intent for step in steps]

    def test_what_is_asked_beside_is_answered(self) -> None:
        talk = said("先不改，运费谁付", "ask_faq", 0.9, ("deny", 0.6), ("ask_faq", 0.9))
        steps = hear(talk, asked(form="profile_form", slot="profile_value")).steps
        assert [step.intent for step in steps] == ["cancel", "ask_faq"]


class TestCalledOffAndAgreedTo:
    def test_what_is_open_is_left_though_the_reason_is_told(self) -> None:
        waiting = asked(form="profile_form", slot="profile_value")
        (step,) = hear(
            said("先不改，我回家问问我妈", "update_profile", 0.4, ("update_profile", 0.4), ("inform", 0.4)), waiting
        ).steps
        assert step.intent == "cancel"

    def test_a_value_beside_it_is_no_reason(self) -> None:
        waiting = asked(form="profile_form", slot="profile_value")
        heard_as = hear(said("不用改，是12月3日", "update_profile", 0.5, ("deny", 0.5), ("inform", 0.5)), waiting).steps
        assert [step.intent for step in heard_as] != ["cancel"]

    def test_a_yes_that_says_the_act_again_is_a_yes(self) -> None:
        undo = '/undo{"choice": "X"}'
        question = asked(option("退回", undo, "yes"), option("留着", "/ask_vouchers", "no"))
        (step,) = hear(said("是的，退回去", "undo", 0.6, ("affirm", 0.9), ("undo", 0.5)), question).steps
        assert step.payload == undo

    def test_so_is_one_too_short_to_be_taken_apart(self) -> None:
        undo = '/undo{"choice": "X"}'
        question = asked(option("退回积分", undo, "yes"), option("留着", "/ask_vouchers", "no"))
        (step,) = hear(said("嗯，撤了", "undo", 0.6), question).steps
        assert step.payload == undo


class TestOfSeveralListedByTheirDay:
    ORDERS = asked(
        option("11 月 3 日 雨伞", "/inform{1}"), option("8 月 19 日 雨伞", "/inform{2}"), form="invoice_form",
        slot="invoice_order",
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "payload"),
        [
            ("最早那單", "/inform{2}"),
            ("我要最近買的那個", "/inform{1}"),
            ("the oldest one", "/inform{2}"),
            ("哦，最新的那把雨伞吧", "/inform{1}"),
            ("最近買的那把，不是之前那幾把", "/inform{1}"),
            ("the newest one, not the old one", "/inform{1}"),
        ],
    )
    def test_the_newest_and_the_oldest(self, text: str, payload: str) -> None:
        assert hear(said(text, "inform", 0.4), self.ORDERS).steps[0].payload == payload

    @pytest.mark.parametrize(
        ("text", "payload"),
        [
            ("八月那單", "/inform{2}"),
            ("11月的那把雨伞吧", "/inform{1}"),
            ("august one", "/inform{2}"),
            ("the one from november", "/inform{1}"),
            ("the first one i just said", "/inform{1}"),
            ("我剛才說的第二個", "/inform{2}"),
            ("七月那单", None),
            ("august is when I go on holiday", None),
            ("不是八月那单", None),
        ],
    )
    def test_the_one_of_a_month(self, text: str, payload: str | None) -> None:
        assert hear(said(text, "inform", 0.4), self.ORDERS).steps[0].payload == payload

    def test_a_month_of_several_chooses_none(self) -> None:
        orders = asked(option("3 Aug Umbrella", "/a"), option("19 Aug Umbrella", "/b"), option("2 Oct Bag", "/c"))
        assert hear(said("the august one", "inform", 0.4), orders).steps[0].payload is None
        assert hear(said("october one pls", "inform", 0.4), orders).steps[0].payload == "/c"
        assert hear(said("octagon one", "inform", 0.4), orders).steps[0].payload is None

    def test_what_is_only_ruled_out_chooses_nothing(self) -> None:
        message = said("要最近那个，不是最早那个", "inform", 0.4)
        assert hear(message, self.ORDERS).steps[0].payload == "/inform{1}"

    def test_hours_are_no_ages(self) -> None:
        hours = asked(option("11 月 3 日 10:00–11:00", "/a"), option("11 月 3 日 14:00–15:00", "/b"))
        assert hear(said("最早的那个", "inform", 0.4), hours).steps[0].payload is None


def test_a_matter_called_off_in_its_last_clause_is_left_whatever_stands_between() -> None:
    text = "那算了，放物业就好，你不用帮我弄"
    message = said(text, "change_order", 0.6, ("cancel", 0.9), ("change_order", 0.7), ("deny_act", 0.7))
    steps = hear(message, asked(form="change_order_form", slot="change_order_confirmed")).steps
    assert [step.intent for step in steps] == ["cancel"]


class TestTheActItself:
    """Said to the question whether to do it, the act and nothing else is the yes to that very question."""

    CALL = (option("取消电话", '/cancel_callback{"choice":"yes"}', "yes"), option("电话照打", "/deny", "no"))
    ENGLISH = (option("Withdraw it", '/undo{"choice":"R-2026-0001"}', "yes"), option("Keep it", "/deny", "no"))
    RETURN = (option("撤销退换", '/undo{"choice":"R-2026-0001"}', "yes"), option("保持不变", "/deny", "no"))

    @pytest.mark.parametrize(
        ("text", "options"),
        [
            ("嗯取消", CALL),
            ("取消取消", CALL),
            ("撤 撤", RETURN),
            ("撤銷退換，對的", RETURN),
            ("撤回", RETURN),
            ("withdraw", ENGLISH),
            ("Withdraw it", ENGLISH),
            ("cancel it please", ENGLISH),
        ],
    )
    def test_is_the_yes(self, text: str, options: tuple[Option, Option]) -> None:
        (step,) = hear(said(text, "cancel"), asked(*options)).steps
        assert step.payload == options[0]["payload"]

    @pytest.mark.parametrize("text", ["不取消", "取消吗", "取消订单", "别撤", "等等 先取消"])
    def test_with_anything_else_it_is_not(self, text: str) -> None:
        (step,) = hear(said(text, "cancel_order"), asked(*self.CALL)).steps
        assert step.payload != self.CALL[0]["payload"]


@pytest.mark.parametrize("text", ["that mail is dead, i need a human", "你先给我找个人来", "收唔到碼，搵真人啦"])
def test_a_person_asked_for_amid_a_form_is_called(text: str) -> None:
    amid = asked(form="bind_form", slot="bind_email")
    (step,) = hear(said(text, "nlu_fallback", 0.35), amid).steps
    assert step.intent == "request_human"


@pytest.mark.parametrize("text", ["i dont want to talk to a person", "不要转人工", "can i talk to a person on sunday"])
def test_a_person_denied_or_asked_about_is_not_called(text: str) -> None:
    assert hear(said(text, "nlu_fallback", 0.35), Context()).steps[0].intent != "request_human"


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("電子發票抬頭打錯了，已經寄來了，怎麼辦", "ask_invoice", ("ask_invoice", "ask_parcel", "change_order")),
        ("发票收到了，税号不对", "ask_parcel", ("ask_parcel", "ask_invoice")),
        ("I got the invoice, there's a typo in the name", "ask_parcel", ("ask_invoice", "update_profile")),
    ],
)
def test_an_invoice_that_came_and_is_wrong_is_one_wish(text: str, whole: str, parts: tuple[str, ...]) -> None:
    heard_so = said(text, whole, 0.9, *((part, 0.9) for part in parts))
    assert [step.intent for step in hear(heard_so, Context()).steps] == ["ask_invoice"]


@pytest.mark.parametrize("text", ["保温杯能取消吗，我爸说他有了", "can I cancel the thermos, my dad has one"])
def test_to_cancel_what_is_named_is_no_guess(text: str) -> None:
    assert hear(said(text, "cancel_order", 0.5, product="保温杯"), Context()).steps[0].intent == "cancel_order"
    assert hear(said("可以取消吗", "cancel_order", 0.5), Context()).steps[0].intent == "nlu_fallback"


@pytest.mark.parametrize(
    "text",
    ["我女兒在韓國 可以直接寄嗎 運費多少", "my sister is in Japan. can you post it there, how much is the postage"],
)
def test_a_question_whose_words_stand_in_several_clauses_is_one(text: str) -> None:
    message = said(text, "ask_faq", 0.8)
    assert [step.text for step in hear(message, Context()).steps] == [text]


class TestACommentOnAGuess:
    @pytest.mark.parametrize(
        "text", ["no wait do half sizes exist? 38.5 would be ideal", "有没有半码啊，38半最好", "有半號嗎，38.5 最理想"]
    )
    @pytest.mark.parametrize("guessed", ["give_suggestion", "rate_service", "give_praise"])
    def test_amid_a_form_it_is_for_the_form(self, text: str, guessed: str) -> None:
        returning = asked(option("是", "/affirm"), form="return_form", slot="return_line_confirmed")
        assert hear(said(text, guessed, 0.63), returning).steps[0].intent == "inform"

    @pytest.mark.parametrize("text", ["do half sizes exist?", "你们有半码吗", "你們會出半號嗎"])
    def test_a_question_goes_to_nobody_as_a_suggestion(self, text: str) -> None:
        (step,) = hear(said(text, "give_suggestion", 0.7), NOTHING).steps
        assert step.intent == "ask_faq"

    @pytest.mark.parametrize(
        ("text", "confidence"), [("you should sell half sizes", 0.6), ("可以出半码吗，建议一下", 0.9)]
    )
    def test_what_surely_suggests_is_passed_on(self, text: str, confidence: float) -> None:
        (step,) = hear(said(text, "give_suggestion", confidence), NOTHING).steps
        assert step.intent == "give_suggestion"


@pytest.mark.parametrize(
    "text",
    [
        "i got the walking shoes on tuesday and theyre tight, can i swap for a 38? need them by fri",
        "鞋子挤脚能换40吗 周五要穿",
        "件衫細咗可唔可以換大一碼",
    ],
)
def test_what_is_wished_with_its_reason_is_no_guess(text: str) -> None:
    assert hear(said(text, "return_or_refund", 0.53), NOTHING).steps[0].intent == "return_or_refund"


def test_a_return_by_no_words_stays_a_guess() -> None:
    assert hear(said("the ones from tuesday", "return_or_refund", 0.53), NOTHING).steps[0].intent == FALLBACK


@pytest.mark.parametrize("text", ["i didnt say register it", "我没叫你登记", "登記了沒"])
def test_to_register_amid_a_form_is_no_wish_to_become_a_member(text: str) -> None:
    returning = asked(option("登记", "/affirm"), form="return_form", slot="return_confirmed")
    assert all(step.intent != "join_membership" for step in hear(said(text, "join_membership", 0.66), returning).steps)
    assert hear(said("怎么注册会员", "join_membership", 0.9), NOTHING).steps[0].intent == "join_membership"
