"""What is on record as delivered and the customer does not have: heard by its words, and only there."""

import pytest

from actions.kit.asked import still_coming
from actions.kit.told import not_arrived
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import option, said

ORDER = "20261010-9003"
AT = {"order": 4, "delivered": 4}


def told(state: str | None = None, **more: object) -> Context:
    """An order was just told as delivered; `state`: how far its trace is."""
    focus = {"order": ORDER, "delivered": ORDER, "topic": "ask_order_status", "age": 0, "at": AT}
    if state:
        focus |= {"trace": {"of": ORDER, "state": state}, "at": AT | {"trace": 4}}
    return Context(focus={**focus, **more})


def choice(message: Said, context: Context) -> str | None:
    """The choice of the first step, where it is about a delivered parcel."""
    step = hear(message, context).steps[0]
    named = {each["entity"]: str(each["value"]) for each in entities_of(step.heard or {})}
    return named.get("choice") if step.intent == "ask_parcel" else None


class TestDenied:
    @pytest.mark.parametrize(
        "text",
        ["可我压根没拿到锅啊", "根本沒送來，家裡什麼都沒有", "but the kettle never turned up",
         "nobody here signed for it",
         "唔系我签收㗎", "there is nothing at my door", "we never got the mug",
         "門口什麼都沒有，家裡也沒有", "well I got nothing"],
    )  # fmt: skip
    @pytest.mark.parametrize("intent", ["ask_order_status", "nlu_fallback", "ask_recommendation"])
    def test_after_it_was_told_as_delivered(self, text: str, intent: str) -> None:
        assert choice(said(text, intent, 0.8), told()) == "not_received"

    @pytest.mark.parametrize("text", ["nope it wasn't", "it never was", "哪有啊", "冇喎", "並沒有啊"])
    def test_in_a_word_right_after_it_was_told(self, text: str) -> None:
        assert choice(said(text, "deny", 0.8), told()) == "not_received"
        another = told(article="shipping_cost")
        another.focus["at"] = AT | {"article": 6}
        assert choice(said(text, "deny", 0.8), another) is None

    @pytest.mark.parametrize(
        "text",
        [
            "App里显示已签收，可我什么都没收到",
            "系統寫已送達，但我根本沒收到",
            "tracking claims delivered, but nothing came",
        ],
    )
    def test_out_of_the_blue_where_the_words_call_it_delivered(self, text: str) -> None:
        assert choice(said(text, "nlu_fallback", 0.8), Context()) == "not_received"

    def test_of_a_thing_that_is_named(self) -> None:
        assert (
            choice(said("the toaster never arrived", "report_fault", 0.8, product="toaster"), Context())
            == "not_received"
        )

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("没有，我是问积分", "ask_points_balance"),
            ("I have nothing to add", "deny"),
            ("退款一直没收到", "ask_refund_status"),
            ("我沒收到驗證碼", "bind_account"),
            ("I never got the points for it", "dispute_points"),
            ("my refund hasn't arrived", "ask_refund_status"),
            ("I haven't received the invoice", "ask_invoice"),
            ("收到了，谢谢", "thank"),
            ("好的知道了", "affirm"),
            ("怎么退", "return_or_refund"),
            ("where do I sign for things", "ask_faq"),
        ],
    )
    def test_other_matters_are_none(self, text: str, intent: str) -> None:
        assert choice(said(text, intent), told()) != "not_received"

    @pytest.mark.parametrize(
        "text", ["要是我没收到怎么办", "如果寫已簽收但我沒收到呢", "what if it never turns up here"]
    )
    def test_what_is_supposed_is_none(self, text: str) -> None:
        assert not not_arrived.denies(text)

    def test_a_complaint_and_a_person_stay_what_they_are(self) -> None:
        for text in ("没收到，我要投诉", "never got it, put me through to a person"):
            assert choice(said(text, "make_complaint"), told()) is None

    def test_amid_a_form_the_form_hears(self) -> None:
        context = Context(Expectation(form="return_form", slot="return_line"), told().focus)
        assert choice(said("没收到", "inform"), context) is None

    def test_another_wish_beside_it_is_kept(self) -> None:
        message = said(
            "it never came. change my phone number please", "update_profile", 0.9,
            ("ask_parcel", 0.7), ("update_profile", 0.95),
        )  # fmt: skip
        intents = [step.intent for step in hear(message, told()).steps]
        assert intents == ["ask_parcel", "update_profile"]


class TestTraced:
    @pytest.mark.parametrize(
        "text", ["帮我追查一下", "幫我查到底送去哪了", "please have it traced", "can you find out who took it"]
    )
    def test_a_wish_for_the_trace_is_the_yes(self, text: str) -> None:
        assert choice(said(text, "ask_parcel", 0.8), told("offered")) == "trace:yes"
        assert choice(said(text, "ask_parcel", 0.8), Context()) is None

    @pytest.mark.parametrize("text", ["都问过了，没有", "管理室跟鄰居都問過了", "I checked with reception, not there"])
    def test_who_has_looked_says_yes(self, text: str) -> None:
        assert choice(said(text, "deny", 0.8), told("asked")) == "trace:yes"

    def test_a_plain_no_is_a_no(self) -> None:
        yes, no = option("Have it traced", "/y", "yes"), option("I will look first", "/n", "no")
        context = Context(Expectation(options=[yes, no]), told("asked").focus)
        assert [step.payload for step in hear(said("no", "deny"), context).steps] == ["/n"]
        assert [step.payload for step in hear(said("yes please", "affirm"), context).steps] == ["/y"]

    @pytest.mark.parametrize(
        "text", ["找到了，门卫收着", "鄰居代收了", "it turned up, reception had it", "my wife has got it"]
    )
    def test_it_turned_up(self, text: str) -> None:
        assert choice(said(text, "inform", 0.8), told("filed")) == "trace:found"

    @pytest.mark.parametrize("text", ["还没找到", "has it turned up yet?", "I haven't found it"])
    def test_what_did_not_turn_up_did_not(self, text: str) -> None:
        assert choice(said(text, "inform", 0.8), told("filed")) != "trace:found"

    @pytest.mark.parametrize(
        "text", ["那最后是赔钱还是再寄一个", "錢會不會就沒了", "do I get my cash refunded or a fresh one"]
    )
    def test_what_it_brings(self, text: str) -> None:
        assert choice(said(text, "ask_product", 0.8), told("filed")) == "trace:brings"
        assert choice(said(text, "ask_product", 0.8), told()) is None

    @pytest.mark.parametrize("text", ["查得怎么样了", "有消息了嗎", "any news on that"])
    def test_how_far_it_is(self, text: str) -> None:
        assert choice(said(text, "ask_parcel", 0.8), told("filed")) == "trace:told"


class TestWhether:
    @pytest.mark.parametrize(
        "text", ["那個到底簽收了沒", "有签收吗", "has that one been delivered or what", "did it get delivered"]
    )
    def test_how_the_order_stands_is_told_and_no_rule(self, text: str) -> None:
        (step,) = hear(said(text, "ask_faq", 0.8), told()).steps
        named = {each["entity"]: str(each["value"]) for each in entities_of(step.heard or {})}
        assert (step.intent, named["choice"]) == ("ask_order_status", "whether_delivered")
        assert named["order_number"] == ORDER

    @pytest.mark.parametrize(
        "text", ["签收了几天还能退", "如果没签收呢", "is a gift delivered in a box", "签收要不要签名"]
    )
    def test_other_questions_of_delivery_are_none(self, text: str) -> None:
        assert not not_arrived.asks_whether(text)


class TestStillComing:
    @pytest.mark.parametrize(
        "text",
        ["还有什么没到的", "還有別的包裹在路上嗎", "is anything else on its way", "do I have any other parcels coming"],
    )
    def test_what_else_is_asked(self, text: str) -> None:
        assert still_coming.asked(text)

    @pytest.mark.parametrize(
        "text",
        ["还有什么推荐的", "還有別的顏色嗎", "anything else I can buy", "what other colours are coming", "到哪了"],
    )
    def test_other_goods_are_another_matter(self, text: str) -> None:
        assert not still_coming.asked(text)
