"""A member asks for an invoice; what comes of it is a promise with a due time."""

import pytest

from actions.orders.invoice_promises import RequestInvoice
from actions.orders.invoice_questions import AskInvoiceTitle, AskToConfirmInvoice
from actions.orders.invoices import InvoiceForm
from crm_store import knowledge, promises
from crm_store.language import Language
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer, Ran, responses
from tests.actions.shop import MUG, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")

SHOES = {"product": "鞋子"}


class TestInvoice:
    async def test_a_company_in_one_line(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks == "invoice_title"
        asked = await member.run(AskInvoiceTitle, "开发票", "ask_invoice")
        assert asked.only.titles == ["个人（林悦）"]
        form = await member.run(InvoiceForm, "抬头：上海回声科技有限公司 税号91310104MA1FR0AB2X", "inform")
        assert form.slots["invoice_title"] == "上海回声科技有限公司"
        assert form.slots["invoice_tax_number"] == "91310104MA1FR0AB2X"
        assert form.asks == "invoice_confirmed"
        asked = await member.run(AskToConfirmInvoice, "x", "inform")
        assert member.member.email not in asked.only.text
        assert "税号 91310104MA1FR0AB2X" in asked.only.text
        await member.run(InvoiceForm, "对", "affirm")
        ran = await member.run(RequestInvoice, "对", "affirm")
        assert ran.responses == ["reply_invoice_noted"]
        assert "明天 10:00" in ran.only.text
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert promise.reference == order.number
        assert "上海回声科技有限公司" in promise.text

    async def test_whether_that_order_can_have_one_begins_it_and_it_is_told_when_it_comes(
        self, member: Customer
    ) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        asked = "昨天那单可以开发票吗"
        form = await member.run(InvoiceForm, asked, "ask_invoice", active_loop="invoice_form")
        assert form.asks == "invoice_title"
        ran = await member.run(AskInvoiceTitle, asked, "ask_invoice")
        assert ran.responses == ["reply_invoice_possible", "reply_invoice_title"]
        await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        await member.run(InvoiceForm, "对", "affirm")
        await member.run(RequestInvoice, "对", "affirm")
        ran = await member.run(RequestInvoice, "啥时候能到", "ask_invoice", follows=True)
        assert ran.responses == ["reply_invoice_when"]
        assert order.number in ran.only.text
        ran = await member.run(RequestInvoice, "票上开几多", "ask_invoice", follows=True)
        assert ran.responses == ["reply_invoice_amount"]
        assert "399" in ran.only.text

    async def test_what_was_not_bought_gets_no_other_orders_invoice(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            shoes = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        asked = "鞋子的发票开一下"
        form = await member.run(InvoiceForm, asked, "ask_invoice", entities=SHOES, active_loop="invoice_form")
        assert form.slots["invoice_order"] == shoes.number
        other = "双肩包的也开一张"
        form = await member.run(InvoiceForm, other, "ask_invoice", entities={"product": "双肩包"})
        assert form.slots["invoice_order"] is None
        assert form.asks is None
        ran = await member.run(RequestInvoice, other, "ask_invoice", entities={"product": "双肩包"})
        assert "双肩包" in ran.said[0].text
        assert shoes.number not in ran.said[0].text
        async with member.database.reading() as session:
            assert await promises.open_for_member(session, member.member.id) == []

    async def test_personal_by_button_and_no_tax_number_asked(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "invoice please", "ask_invoice", language="en", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        assert form.asks == "invoice_confirmed"

    async def test_a_company_without_its_number_is_asked_once(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "要開發票", "ask_invoice", language="zh-Hant", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "回聲股份有限公司", "inform")
        assert form.asks == "invoice_tax_number"
        form = await member.run(InvoiceForm, "12345678", "inform")
        assert form.slots["invoice_tax_number"] == "12345678"
        assert form.asks == "invoice_confirmed"

    async def test_before_delivery_it_is_too_early(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
        form = await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks is None
        ran = await member.run(RequestInvoice, "开发票", "ask_invoice")
        assert ran.responses == ["reply_invoice_after_delivery"]

    async def test_a_stranger_who_wants_one_hears_the_rule_and_how_to_verify(self, customer: Customer) -> None:
        form = await customer.run(InvoiceForm, "给我开张发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks is None
        ran = await customer.run(RequestInvoice, "给我开张发票", "ask_invoice")
        assert ran.responses == ["reply_invoice_how", "reply_verify_first"]

    @pytest.mark.parametrize(
        ("said", "language"),
        [("能开发票不", "zh-Hans"), ("然後可以開發票嗎", "zh-Hant"), ("can you do invoices?", "en")],
    )
    async def test_a_stranger_who_asks_whether_there_are_any_signs_in_nowhere(
        self, customer: Customer, said: str, language: str
    ) -> None:
        await customer.run(InvoiceForm, said, "ask_invoice", language=language, active_loop="invoice_form")
        ran = await customer.run(RequestInvoice, said, "ask_invoice", language=language)
        assert not any(response.startswith("reply_verify") for response in ran.responses)
        assert ran.responses


class TestRules:
    @pytest.mark.parametrize(
        ("said", "language"),
        [
            ("公司报销的专票该怎么申请", "zh-Hans"),
            ("打統編要什麼資料", "zh-Hant"),
            ("until when can I ask for an invoice?", "en"),
        ],
    )
    async def test_a_question_is_answered_without_signing_in(
        self, customer: Customer, member: Customer, said: str, language: str
    ) -> None:
        for who in (customer, member):
            form = await who.run(InvoiceForm, said, "ask_invoice", language=language, active_loop="invoice_form")
            assert form.asks is None
            ran = await who.run(RequestInvoice, said, "ask_invoice")
            assert ran.responses == ["reply_invoice_how"]
            assert ran.only.payloads == ["/ask_invoice"]

    async def test_the_order_spoken_of_before_makes_no_wish_of_a_question(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(
            InvoiceForm,
            "专票要怎么弄",
            "ask_invoice",
            spoken_of={"order_number": order.number},
            active_loop="invoice_form",
        )
        assert form.asks is None

    async def test_in_the_midst_of_the_form_it_is_answered_and_the_question_stays(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "给我开张发票", "ask_invoice", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "专票要给什么资料", "ask_invoice")
        assert form.responses == ["reply_invoice_how"]
        assert form.asks == "invoice_title"

    async def test_the_article_answers_where_there_is_one(self, customer: Customer) -> None:
        bodies = {
            "zh-Hans": "专票请给全称、税号、地址、电话、开户行。",
            "zh-Hant": "請提供全名和統編。",
            "en": "Give name and number.",
        }
        titles = {"zh-Hans": "怎么开专用发票", "zh-Hant": "怎麼開發票", "en": "How to get an invoice"}
        async with customer.database.transaction() as session:
            await knowledge.upsert(session, slug="vat", titles=titles, bodies=bodies, keywords={"zh-Hans": ["专票"]})
        await customer.run(InvoiceForm, "专用发票怎么开", "ask_invoice", active_loop="invoice_form")
        ran = await customer.run(RequestInvoice, "专用发票怎么开", "ask_invoice")
        assert ran.responses == ["reply_faq_answer"]
        assert "开户行" in ran.only.text

    @pytest.mark.parametrize(("days_ago", "asks"), [(179, "invoice_title"), (181, None)])
    async def test_the_days_count_from_ordering_however_late_it_came(
        self, member: Customer, days_ago: int, asks: str | None
    ) -> None:
        async with member.database.transaction() as session:
            await place(
                session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=days_ago, delivered_days_ago=3
            )
        form = await member.run(InvoiceForm, "给我开张发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks == asks
        if asks is None:
            assert (await member.run(RequestInvoice, "开", "ask_invoice")).responses == ["reply_invoice_too_late"]

    @pytest.mark.parametrize("reply", ["reply_invoice_how", "reply_invoice_not_noted", "reply_invoice_too_late"])
    def test_every_reply_with_the_deadline_counts_from_ordering(self, reply: str) -> None:
        for language, words in (("zh-Hans", "下"), ("zh-Hant", "下"), ("en", "order")):
            for text in responses()[reply].variations[Language(language)]:
                assert "{invoice_window}" in text
                assert words in text


class TestListening:
    async def _begun(self, member: Customer, said: str = "给我开张发票", **entities: str) -> Ran:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        return await member.run(InvoiceForm, said, "ask_invoice", entities=entities, active_loop="invoice_form")

    async def test_title_and_address_may_come_with_the_wish(self, member: Customer) -> None:
        said = "开张发票，发到 fa@piao.example，抬头：山风贸易有限公司"
        form = await self._begun(member, said, email="fa@piao.example")
        assert form.slots["invoice_title"] == "山风贸易有限公司"
        assert form.slots["invoice_email"] == "fa@piao.example"
        assert form.asks == "invoice_tax_number"

    @pytest.mark.parametrize(
        ("said", "intent"),
        [
            ("我约的回电是几点来着", "request_callback"),
            ("等等", "inform"),
            ("不知道", "inform"),
            ("为什么要抬头", "inform"),
        ],
    )
    async def test_what_is_no_title_is_not_taken_for_one(self, member: Customer, said: str, intent: str) -> None:
        await self._begun(member)
        form = await member.run(InvoiceForm, said, intent)
        assert form.slots.get("invoice_title") is None
        assert form.asks == "invoice_title"

    async def test_of_which_kind_is_not_the_name(self, member: Customer) -> None:
        await self._begun(member)
        form = await member.run(InvoiceForm, "要公司的", "join_membership")
        assert form.asks == "invoice_title"
        # The form has taken the words: no wish of another kind is read into them.
        assert "invoice_title" in form.slots
        asked = await member.run(AskInvoiceTitle, "要公司的", "join_membership")
        assert asked.responses == ["reply_invoice_company_title"]
        form = await member.run(InvoiceForm, "个人抬头吧", "inform")
        assert form.slots["invoice_title"] == "林悦"

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("开张发票，公司抬头的", "zh-Hans"),
            ("幫我開發票，公司抬頭的", "zh-Hant"),
            ("an invoice please, a company title", "en"),
        ],
    )
    async def test_that_it_is_a_company_s_is_kept_and_the_name_asked_for(
        self, member: Customer, text: str, language: str
    ) -> None:
        form = await member.run(InvoiceForm, text, "ask_invoice", language=language)
        assert form.slots.get("invoice_title") is None
        await self._begun(member)
        member.slots["focus"] = {**(member.slots.get("focus") or {}), "invoice_company": True}
        asked = await member.run(AskInvoiceTitle, "10 月 3 日那单", "inform", language=language)
        assert asked.responses == ["reply_invoice_company_title"]

    async def test_a_title_taken_back_at_the_end(self, member: Customer) -> None:
        await self._begun(member)
        await member.run(InvoiceForm, "周小川", "inform")
        form = await member.run(InvoiceForm, "抬头改成周小舟", "inform")
        assert form.slots["invoice_title"] == "周小舟"
        assert form.asks == "invoice_confirmed"

    async def test_an_order_number_is_no_tax_number(self, member: Customer) -> None:
        form = await self._begun(member)
        number = member.slots["invoice_order"]
        form = await member.run(InvoiceForm, f"是{number}这单", "inform", entities={"order_number": number})
        assert form.slots.get("invoice_tax_number") is None

    @pytest.mark.parametrize("said", ["我再想想", "对了这个多久能到？"])
    async def test_hesitation_and_questions_do_not_confirm(self, member: Customer, said: str) -> None:
        await self._begun(member)
        await member.run(InvoiceForm, "周小川", "inform")
        form = await member.run(InvoiceForm, said, "inform")
        assert form.slots.get("invoice_confirmed") is None
        assert form.asks == "invoice_confirmed"


class TestCorrected:
    async def asked_to_confirm(self, member: Customer, *said: str) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        for text in said:
            await member.run(InvoiceForm, text, "inform")
        assert member.slots["requested_slot"] == "invoice_confirmed"

    @pytest.mark.parametrize(
        ("correction", "slot", "value"),
        [
            ("不对，税号是91310105MA1FL3XY73", "invoice_tax_number", "91310105MA1FL3XY73"),
            ("等等，抬头打错了，是上海禾沐设计有限公司", "invoice_title", "上海禾沐设计有限公司"),
            ("不是这个邮箱，发 fapiao@hemu.example", "invoice_email", "fapiao@hemu.example"),
        ],
    )
    async def test_a_value_in_place_of_a_yes_puts_the_question_again(
        self, member: Customer, correction: str, slot: str, value: str
    ) -> None:
        await self.asked_to_confirm(member, "上海禾木设计有限公司，税号91310104MA1FR0AB2X")
        form = await member.run(InvoiceForm, correction, "deny")
        assert (form.slots[slot], form.asks) == (value, "invoice_confirmed")
        assert form.slots.get("invoice_confirmed") is None

    async def test_the_kind_alone_has_the_name_asked_again(self, member: Customer) -> None:
        await self.asked_to_confirm(member, "抬头写张三")
        form = await member.run(InvoiceForm, "还是开公司的吧", "inform")
        assert form.asks == "invoice_title"

    async def test_a_bare_wrong_has_what_is_wrong_asked_and_drops_nothing(self, member: Customer) -> None:
        await self.asked_to_confirm(member, "抬头写张三")
        form = await member.run(InvoiceForm, "不对", "deny")
        assert form.asks == "invoice_confirmed"
        asked = await member.run(AskToConfirmInvoice, "不对", "deny")
        assert asked.responses == ["reply_invoice_what_wrong"]

    @pytest.mark.parametrize("agrees", ["Yes that's correct", "对，没错", "ok never mind that one, how long is it"])
    async def test_a_yes_and_a_never_mind_are_no_name(self, member: Customer, agrees: str) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        form = await member.run(InvoiceForm, agrees, "affirm")
        assert form.asks == "invoice_title"

    async def test_no_company_is_a_persons_name(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "just me, Lin Xiaowen, no company", "inform", language="en")
        assert (form.slots["invoice_title"], form.asks) == ("Lin Xiaowen", "invoice_confirmed")


class TestTheNameAsItIsSaid:
    async def at_the_title(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")

    @pytest.mark.parametrize(
        ("text", "title", "number"),
        [
            ("抬頭寫「木星文創有限公司」統編 一二三四五六七八 鞋子那筆", "木星文創有限公司", "12345678"),
            (
                "“北京晨光科技有限公司”，税号９１１１０１０５ＭＡ０１ＡＢＣＤ２Ｘ",
                "北京晨光科技有限公司",
                "91110105MA01ABCD2X",
            ),
            ('make it out to "Juniper Ltd", tax number 23456789', "Juniper Ltd", "23456789"),
            ("晨光有限公司 统编〇一二三四五六七", "晨光有限公司", "01234567"),
        ],
    )
    async def test_quotation_marks_and_read_out_numbers(
        self, member: Customer, text: str, title: str, number: str
    ) -> None:
        await self.at_the_title(member)
        form = await member.run(InvoiceForm, text, "inform")
        assert (form.slots["invoice_title"], form.slots["invoice_tax_number"]) == (title, number)
        assert form.asks == "invoice_confirmed"

    async def test_that_it_bears_a_tax_number_is_no_name(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(
            InvoiceForm, "鞋子开票 抬頭要打公司統編", "ask_invoice", entities=SHOES, active_loop="invoice_form"
        )
        assert not form.slots["invoice_title"]
        assert form.asks == "invoice_title"

    @pytest.mark.parametrize(
        "text",
        [
            "抬头错了，抬头只有木星文创有限公司几个字",
            "抬頭錯了 應該是 木星文创有限公司 才對",
            "不对，抬头改成“木星文创有限公司”",
        ],
    )
    async def test_at_the_last_question_it_is_put_right(self, member: Customer, text: str) -> None:
        await self.at_the_title(member)
        await member.run(InvoiceForm, "抬头：木星有限公司 税号12345678", "inform")
        form = await member.run(InvoiceForm, text, "ask_invoice", requested_slot="invoice_confirmed")
        assert form.slots["invoice_title"] == "木星文创有限公司"
        assert form.asks == "invoice_confirmed"


class TestWhetherItIsOut:
    async def test_none_was_asked_for_and_the_form_goes_on(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(
            InvoiceForm, "鞋子那单发票开了没", "ask_invoice", entities=SHOES, active_loop="invoice_form"
        )
        assert form.responses == ["reply_invoice_not_asked_for"]
        assert form.asks == "invoice_title"

    async def test_one_that_is_promised_is_told_with_its_day(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        await member.run(InvoiceForm, "对", "affirm")
        await member.run(RequestInvoice, "对", "affirm")
        member.active_loop, member.slots["requested_slot"] = None, None
        asked = "鞋子那单的发票寄了吗"
        form = await member.run(InvoiceForm, asked, "ask_invoice", entities=SHOES, active_loop="invoice_form")
        assert form.asks is None
        ran = await member.run(RequestInvoice, asked, "ask_invoice", entities=SHOES)
        assert ran.responses == ["reply_invoice_when"]
        assert order.number in ran.only.text


class TestNoneWasMeant:
    async def test_the_form_ends_and_the_question_is_answered(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "可以开公司的发票吗，鞋子那单", "ask_invoice", active_loop="invoice_form")
        text = "我没说要开啊，我只是问能不能报销？"
        form = await member.run(InvoiceForm, text, "ask_invoice")
        assert form.asks is None
        ran = await member.run(RequestInvoice, text, "ask_invoice")
        assert ran.responses[0] == "reply_invoice_none_meant"
        assert len(ran.responses) == 2
        assert ran.leaves_form


class TestOneThatCameIsWrong:
    @pytest.mark.parametrize(
        ("text", "language", "voids"),
        [
            ("发票我收到了，抬头写错了", "zh-Hans", "作废"),
            ("你們開的發票統編打錯了，已經寄來了", "zh-Hant", "作廢"),
            ("the company name is wrong on the invoice you emailed", "en", "void"),
        ],
    )
    async def test_it_is_issued_again_and_the_old_one_voided(
        self, member: Customer, text: str, language: str, voids: str
    ) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(InvoiceForm, text, "ask_invoice", active_loop="invoice_form", language=language)
        assert form.responses == ["reply_invoice_again"]
        assert form.asks == "invoice_title"
        assert form.slots.get("invoice_title") is None
        await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        await member.run(InvoiceForm, "对", "affirm")
        ran = await member.run(RequestInvoice, "对", "affirm")
        assert ran.responses == ["reply_invoice_noted_again"]
        assert voids in ran.only.text
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert promise.reference == order.number
        assert voids in promise.text

    async def test_the_next_one_is_an_ordinary_one_again(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "收到的发票抬头不对", "ask_invoice", active_loop="invoice_form")
        await member.run(InvoiceForm, "开发票", "ask_invoice", slots={"requested_slot": None, "invoice_order": None})
        await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        await member.run(InvoiceForm, "对", "affirm")
        assert (await member.run(RequestInvoice, "对", "affirm")).responses == ["reply_invoice_noted"]

    async def test_asked_without_one_that_came_it_stays_a_question(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(InvoiceForm, "发票抬头写错了怎么办", "ask_invoice", active_loop="invoice_form")
        assert form.asks is None


class TestNameAndNumberAsPeopleSendThem:
    """What a title is asked for and is answered with more, or less, than a title."""

    async def _asked(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")

    @pytest.mark.parametrize(
        ("said", "intent", "title"),
        [
            ("Rowan & Pike Ltd. is the tax number a must, I have not got it here", "ask_faq", "Rowan & Pike Ltd"),
            ("Rowan & Pike Ltd. do you need a tax number?", "inform", "Rowan & Pike Ltd"),
            ("苏州青禾设计有限公司。税号必须有吗", "ask_invoice", "苏州青禾设计有限公司"),
            ("青禾工程行，一定要統編嗎？", "inform", "青禾工程行"),
        ],
    )
    async def test_a_name_beside_a_question_is_taken(
        self, member: Customer, said: str, intent: str, title: str
    ) -> None:
        await self._asked(member)
        form = await member.run(InvoiceForm, said, intent)
        assert form.slots["invoice_title"] == title
        assert form.asks == "invoice_tax_number"

    @pytest.mark.parametrize("said", ["got it: 91310000MA1K4ABC2X", "找到了：91310000MA1K4ABC2X", "搵到 24536806"])
    async def test_what_only_brings_the_number_is_no_name(self, member: Customer, said: str) -> None:
        await self._asked(member)
        form = await member.run(InvoiceForm, said, "inform")
        assert form.slots.get("invoice_title") is None
        assert form.slots["invoice_tax_number"] is not None
        assert form.asks == "invoice_title"

    @pytest.mark.parametrize(
        "said", ["公司 青禾工程行 24536806", "公司：青禾工程行，統編 24536806", "青禾工程行 24536806"]
    )
    @pytest.mark.parametrize("intent", ["inform", "nlu_fallback", "ask_invoice"])
    async def test_name_and_number_in_one_line(self, member: Customer, said: str, intent: str) -> None:
        await self._asked(member)
        form = await member.run(InvoiceForm, said, intent)
        assert (form.slots["invoice_title"], form.slots["invoice_tax_number"]) == ("青禾工程行", "24536806")
        assert form.asks == "invoice_confirmed"


class TestTheNameBesideItsKind:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("开公司的，杭州青禾文化有限公司", "杭州青禾文化有限公司"),
            ("開公司的，台北志明設計有限公司", "台北志明設計有限公司"),
            ("杭州青禾文化有限公司", "杭州青禾文化有限公司"),
        ],
    )
    async def test_only_the_name_is_the_title(self, member: Customer, text: str, title: str) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        form = await member.run(InvoiceForm, text, "inform")
        assert form.slots["invoice_title"] == title


class TestPutRight:
    """An invoice that was asked for and is not out yet is corrected."""

    async def asked_for(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        await member.run(InvoiceForm, "上海回声科技有限公司 税号91310104MA1FR0AB2X", "inform")
        await member.run(InvoiceForm, "对", "affirm")
        await member.run(RequestInvoice, "对", "affirm")

    async def test_the_new_one_takes_the_place_of_the_first(self, member: Customer) -> None:
        await self.asked_for(member)
        text = "抬头写错了，应该是上海回音科技有限公司"
        form = await member.run(
            InvoiceForm, text, "ask_invoice", entities={"choice": "corrected"}, active_loop="invoice_form"
        )
        assert form.asks == "invoice_confirmed"
        assert form.slots["invoice_title"] == "上海回音科技有限公司"
        assert form.slots["invoice_tax_number"] == "91310104MA1FR0AB2X"
        await member.run(InvoiceForm, "对", "affirm")
        assert (await member.run(RequestInvoice, "对", "affirm")).responses == ["reply_invoice_noted"]
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert "上海回音科技有限公司" in promise.text

    async def test_what_is_only_wrong_is_asked_for(self, member: Customer) -> None:
        await self.asked_for(member)
        form = await member.run(
            InvoiceForm, "改寄到另一个邮箱", "ask_invoice", entities={"choice": "corrected"}, active_loop="invoice_form"
        )
        assert form.asks == "invoice_email"
